#!/usr/bin/env python3
"""Checks the exported signal with detectors that know nothing of this project.

    python tests/detectors.py PATH/TO/flaky

Renders loops as csv and, with the same settings, as json; looks for the heartbeats in the
samples with two published QRS detectors; and compares what they find with what the json says.

- NeuroKit2 (Makowski et al., Behavior Research Methods 53, 2021): `ecg_clean` and `ecg_peaks`,
  both as they come, then peaks below .45 of the median height are dropped. It has to find
  every beat to 50 ms and invent none, to show every pause and every early beat to 100 ms, and
  to read the heart rate to 1 %.
- XQRS of the WFDB package (PhysioNet; Goldberger et al., Circulation 101(23), 2000): it has to
  find 97 % of the beats of all loops together, and 97 % of what it finds have to be beats.

A detector needs some seconds before it has learnt, so a loop is repeated three times and the
middle copy is scored; that also checks the seam.

Needs Python 3.10, numpy, neurokit2 and wfdb. Exits with 1 if anything failed.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import neurokit2
import numpy as np
from wfdb import processing

RATE_HZ = 500
BEAT_TOLERANCE_S = 0.05
INTERVAL_TOLERANCE_S = 0.1
BPM_TOLERANCE = 0.01
LEAST_HEIGHT = 0.45
XQRS_SHARE = 0.97

BPMS = (40, 60, 75, 100, 140)
# (seed, seconds): long loops hold two glitches.
LOOPS = ((1, 16), (2, 24), (3, 32))
DEFAULT_POOL = (
    "flatline",
    "double-beat",
    "dropped-beat",
    "premature-beat",
    "sinus-pause",
    "fibrillation",
)
OTHERS = (
    "couplet",
    "bigeminy",
    "runaway",
    "torsades",
    "irregular",
    "lead-off",
    "mains-hum",
    "wander",
    "motion",
    "muscle",
)

# The shortest gap between two beats that a pause may leave, as (intervals, seconds).
PAUSES = {"dropped-beat": (2.0, 0.0), "sinus-pause": (0.0, 2.0), "flatline": (0.0, 4.0)}
EARLY = ("double-beat", "premature-beat", "couplet", "bigeminy")
# An early beat comes within this part of an interval after the steady beat before it.
EARLY_RR = 0.75

# These have no beats, but waves of up to .79 and .9 mV beside an R wave of 1.1 mV, and NeuroKit2
# judges by slope relative to the surroundings. It takes two waves of every single fibrillation
# for beats (up to .83 of the median height; at .6 of the amplitude it still does) and one wave
# of every torsades at three of ten rates tried (35, 40 and 50 bpm, up to .84). So what it finds
# strictly inside such an episode is not counted as invented. XQRS finds nothing there.
WITHOUT_BEATS = ("fibrillation", "torsades")

# NeuroKit2 looks at nothing for .3 s after a beat (its `mindelay`). At 140 bpm the beats of
# these glitches come .26 s after the one before, so those beats alone are excused; but then
# there is a second pass with a shorter delay, in which nothing is.
DELAY_S = 0.3
# A peak is found to two samples.
JITTER_S = 2 / RATE_HZ
SHORT_DELAY_S = 0.2
WITHIN_DELAY = EARLY + ("runaway", "irregular")


@dataclass(frozen=True)
class Case:
    """The settings of one loop."""

    glitch: str
    bpm: int
    seed: int
    duration_s: int

    def __str__(self):
        return f"{self.glitch:14} {self.bpm:3} bpm {self.duration_s} s seed {self.seed}"


@dataclass
class Score:
    """How a detector did on one copy of a loop; times in seconds from its beginning."""

    beats: int
    missed: list
    invented: list

    def __str__(self):
        return f"{self.beats - len(self.missed)}/{self.beats} +{len(self.invented)}"


@dataclass
class Verdict:
    """What became of a case."""

    case: Case
    faults: list = field(default_factory=list)
    summary: str = ""
    xqrs: Score | None = None


def cases():
    """Every loop that is checked."""
    some = LOOPS[1:]
    for loops, glitches in ((LOOPS, ("none",) + DEFAULT_POOL), (some, OTHERS)):
        for glitch in glitches:
            for bpm in BPMS:
                for seed, duration_s in loops:
                    yield Case(glitch, bpm, seed, duration_s)


# ---- what the program says ----


def render(flaky, case, folder):
    """The json and the csv (as an array of rows) of a loop."""
    settings = [
        *("--seed", str(case.seed)),
        *("--bpm", str(case.bpm)),
        *("--duration", f"{case.duration_s}s"),
        *("--glitch", case.glitch),
    ]
    stem = f"{case.glitch}-{case.bpm}-{case.seed}"
    written = []
    for extension, extra in (("json", []), ("csv", ["--sample-rate", str(RATE_HZ)])):
        path = Path(folder) / f"{stem}.{extension}"
        command = [flaky, "render", "-q", *settings, *extra, "-o", str(path)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(command[1:])}: {run.stderr.strip().splitlines()[:1]}")
        written.append(path)
    rhythm = json.loads(written[0].read_text())
    return rhythm, np.loadtxt(written[1], delimiter=",", skiprows=1, ndmin=2)


def neighbours(rhythm):
    """Every beat with the next one, around the loop: (beat, next beat, interval in seconds)."""
    beats = rhythm["beats"]
    for i, beat in enumerate(beats):
        after = beats[(i + 1) % len(beats)]
        wrapped = rhythm["duration_s"] if i + 1 == len(beats) else 0.0
        yield beat, after, after["t_s"] + wrapped - beat["t_s"]


def glitch_between(rhythm, start_s, end_s):
    """Whether an episode touches this stretch of time, which may reach past the seam."""
    loop_s = rhythm["duration_s"]
    return any(
        episode["start_s"] + turn < end_s and episode["end_s"] + turn > start_s
        for episode in rhythm["episodes"]
        for turn in (0.0, loop_s)
    )


# ---- what the detectors say ----


def neurokit_peaks(mv, delay_s):
    """The beats NeuroKit2 finds, in seconds."""
    clean = neurokit2.ecg_clean(mv, sampling_rate=RATE_HZ)
    _, info = neurokit2.ecg_peaks(
        clean,
        sampling_rate=RATE_HZ,
        method="neurokit",
        correct_artifacts=False,
        mindelay=delay_s,
    )
    peaks = np.asarray(info["ECG_R_Peaks"], dtype=int)
    heights = clean[peaks]
    return peaks[heights >= LEAST_HEIGHT * np.median(heights)] / RATE_HZ


def xqrs_peaks(mv):
    """The beats XQRS finds, in seconds."""
    return np.asarray(processing.xqrs_detect(mv, fs=RATE_HZ, verbose=False)) / RATE_HZ


def near(peaks, t_s):
    """The index of the peak that is this beat, or None."""
    if len(peaks) == 0:
        return None
    nearest = int(np.argmin(np.abs(peaks - t_s)))
    return nearest if abs(peaks[nearest] - t_s) <= BEAT_TOLERANCE_S else None


def score(rhythm, peaks):
    """Compares the peaks of three copies with the beats, and counts the middle copy."""
    loop_s = rhythm["duration_s"]
    times = [beat["t_s"] for beat in rhythm["beats"]]
    found, missed = set(), []
    for copy in range(3):
        for t_s in times:
            peak = near(peaks, t_s + copy * loop_s)
            if peak is not None and peak not in found:
                found.add(peak)
            elif copy == 1:
                missed.append(t_s)
    invented = [
        float(peak) - loop_s
        for i, peak in enumerate(peaks)
        if i not in found and loop_s <= peak < 2 * loop_s
    ]
    return Score(len(times), missed, invented)


# ---- the checks; each yields what is wrong ----


def check_form(case, rhythm, rows):
    """The csv has all its rows; without a glitch there is nothing but normal beats."""
    expected = case.duration_s * RATE_HZ
    if len(rows) != expected:
        yield f"csv has {len(rows)} rows, not {expected}"
    elif np.abs(rows[:, 0] - np.arange(expected) / RATE_HZ).max() > 1e-6:
        yield "csv times are not evenly spaced"
    if rhythm["duration_s"] != case.duration_s:
        yield f"json lasts {rhythm['duration_s']} s"
    kinds = {episode["kind"] for episode in rhythm["episodes"]}
    if kinds != ({case.glitch} - {"none"}):
        yield f"json has episodes of {sorted(kinds) or 'nothing'}"
    if case.glitch == "none":
        odd = [b for b in rhythm["beats"] if (b["kind"], b["code"]) != ("normal", "N")]
        if odd:
            yield f"{len(odd)} beats are not normal"


def check_beats(case, rhythm, mv):
    """NeuroKit2 finds every beat and nothing else. Returns (faults, its score, its peaks)."""
    hidden = {
        after["t_s"]
        for _, after, interval_s in neighbours(rhythm)
        if case.glitch in WITHIN_DELAY and interval_s <= DELAY_S + JITTER_S
    }
    peaks = neurokit_peaks(mv, DELAY_S)
    result = score(rhythm, peaks)
    faults = list(beat_faults("NeuroKit", rhythm, result, hidden))
    if hidden:
        peaks = neurokit_peaks(mv, SHORT_DELAY_S)
        result = score(rhythm, peaks)
        faults += beat_faults("NeuroKit, short delay,", rhythm, result, set())
    return faults, result, peaks


def beat_faults(detector, rhythm, result, excused):
    for t_s in result.missed:
        if t_s not in excused:
            yield f"{detector} misses the beat at {t_s:.3f} s"
    for t_s in result.invented:
        beatless = any(
            episode["kind"] in WITHOUT_BEATS and episode["start_s"] < t_s < episode["end_s"]
            for episode in rhythm["episodes"]
        )
        if not beatless:
            yield f"{detector} invents a beat at {t_s:.3f} s"


def check_pauses(rhythm, peaks):
    """Every pause shows as a gap of its length."""
    loop_s = rhythm["duration_s"]
    for episode in rhythm["episodes"]:
        if episode["kind"] not in PAUSES:
            continue
        intervals, seconds = PAUSES[episode["kind"]]
        least_s = max(seconds, intervals * 60 / rhythm["bpm"])
        middle_s = (episode["start_s"] + episode["end_s"]) / 2
        scheduled_s = next(
            interval_s
            for beat, _, interval_s in neighbours(rhythm)
            if (middle_s - beat["t_s"]) % loop_s < interval_s
        )
        after = int(np.searchsorted(peaks, middle_s + loop_s))
        if not 0 < after < len(peaks):
            yield f"no beats around the {episode['kind']} at {middle_s:.3f} s"
            continue
        gap_s = peaks[after] - peaks[after - 1]
        if abs(gap_s - scheduled_s) > INTERVAL_TOLERANCE_S:
            yield f"{episode['kind']} leaves {gap_s:.3f} s, scheduled {scheduled_s:.3f} s"
        if gap_s < least_s - INTERVAL_TOLERANCE_S:
            yield f"{episode['kind']} leaves {gap_s:.3f} s, less than {least_s:.3f} s"


def check_early_beats(rhythm, peaks):
    """Every premature beat shows at its coupling interval."""
    for beat, after, scheduled_s in neighbours(rhythm):
        if after["kind"] not in EARLY or after["code"] not in ("A", "V"):
            continue
        name = f"{after['kind']} at {after['t_s']:.3f} s"
        peak = near(peaks, after["t_s"] + rhythm["duration_s"])
        if peak is None or peak == 0:
            yield f"{name} does not show"
            continue
        coupling_s = peaks[peak] - peaks[peak - 1]
        if abs(coupling_s - scheduled_s) > INTERVAL_TOLERANCE_S:
            yield f"{name} comes after {coupling_s:.3f} s, scheduled {scheduled_s:.3f} s"
        if beat["code"] == "N" and coupling_s > EARLY_RR * 60 / rhythm["bpm"]:
            yield f"{name} comes after {coupling_s:.3f} s, which is not early"


def check_rate(case, rhythm, peaks):
    """The rate that shows is the one the json tells, and near the one asked for.

    Returns (faults, the rate that shows).
    """
    loop_s, bpm = rhythm["duration_s"], rhythm["bpm"]
    faults = []
    shown = []
    for beat, after, interval_s in neighbours(rhythm):
        start_s = beat["t_s"]
        if beat["kind"] != "normal" or after["kind"] != "normal":
            continue
        if glitch_between(rhythm, start_s, start_s + interval_s):
            continue
        ends = [near(peaks, loop_s + t_s) for t_s in (start_s, start_s + interval_s)]
        if None not in ends:
            shown.append(peaks[ends[1]] - peaks[ends[0]])
    read = 60 / np.mean(shown) if shown else float("nan")
    if not abs(read - bpm) <= BPM_TOLERANCE * bpm:
        faults.append(f"the rate reads {read:.2f} bpm, json says {bpm:.2f}")
    counted = 60 * len(rhythm["beats"]) / loop_s
    if case.glitch == "none" and abs(counted - bpm) > BPM_TOLERANCE * bpm:
        faults.append(f"the beats count {counted:.2f} bpm, json says {bpm:.2f}")
    # A loop holds a whole number of beats, so half a beat may be missing or too many.
    if abs(bpm - case.bpm) > 30 / loop_s + 1e-9:
        faults.append(f"json says {bpm:.2f} bpm, more than {30 / loop_s:.2f} off")
    return faults, read


def check(flaky, case, folder):
    """Runs every check on one loop."""
    warnings.simplefilter("ignore")
    verdict = Verdict(case)
    try:
        rhythm, rows = render(flaky, case, folder)
    except (RuntimeError, OSError, ValueError) as error:
        verdict.faults.append(str(error))
        return verdict
    verdict.faults += check_form(case, rhythm, rows)
    thrice = np.tile(rows[:, 1], 3)
    faults, neurokit, peaks = check_beats(case, rhythm, thrice)
    verdict.faults += faults
    verdict.faults += check_pauses(rhythm, peaks)
    verdict.faults += check_early_beats(rhythm, peaks)
    faults, read = check_rate(case, rhythm, peaks)
    verdict.faults += faults
    verdict.xqrs = score(rhythm, xqrs_peaks(thrice))
    verdict.summary = (
        f"NeuroKit {neurokit}, xqrs {verdict.xqrs}, "
        f"rate {read:.2f}, json {rhythm['bpm']:.2f}"
    )
    return verdict


# ---- the report ----


def check_xqrs(verdicts):
    """Prints what XQRS found of all loops together; whether that is enough."""
    by_glitch = {}
    for verdict in verdicts:
        if verdict.xqrs is not None:
            counts = by_glitch.setdefault(verdict.case.glitch, np.zeros(3, dtype=int))
            result = verdict.xqrs
            counts += (result.beats, len(result.missed), len(result.invented))
    beats, missed, invented = sum(by_glitch.values(), np.zeros(3, dtype=int))
    found = beats - missed
    enough = found >= XQRS_SHARE * beats and found >= XQRS_SHARE * (found + invented)
    print(
        f"{'ok  ' if enough and beats else 'FAIL'} xqrs over all loops: {found}/{beats} beats, "
        f"{100 * found / max(beats, 1):.2f} %, and {invented} invented"
    )
    for glitch, (beats, missed, invented) in by_glitch.items():
        if missed or invented:
            print(f"     {glitch}: {beats - missed}/{beats} +{invented}")
    return bool(enough and found)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    flaky = os.path.abspath(sys.argv[1])
    todo = list(cases())
    verdicts = []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        n = len(todo)
        for verdict in pool.map(check, [flaky] * n, todo, [folder] * n, chunksize=4):
            verdicts.append(verdict)
            print(f"{'FAIL' if verdict.faults else 'ok  '} {verdict.case}: {verdict.summary}")
            for fault in verdict.faults:
                print(f"     {fault}")
            sys.stdout.flush()
    failed = sum(bool(verdict.faults) for verdict in verdicts)
    failed += not check_xqrs(verdicts)
    print(f"{len(verdicts) + 1 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
