//! Converts the state of a report to a rhythm, a loop or an endless one: steady if it passed, with
//! glitches at the measured rate if it is flaky, flat if it failed, lead off if nothing is known.
//! Where the latest runs are known, a badge draws those instead ([`crate::scene::badge()`]).

use crate::rhythm::endless::{Condition, EndlessSettings};
use crate::rhythm::glitch::{self, Alarm, Glitch};
use crate::rhythm::{Beat, BeatKind, Code, DisplayedState, Episode, Extent, Rhythm};
use crate::verdict::{Report, Verdict};

/// The RR interval at rest on a monitor, in seconds: 75 beats per minute.
pub const MONITOR_RR_S: f64 = 0.8;
/// The RR interval at rest in a badge, in seconds. It is short, so that a QRS complex is wider than a
/// pixel where a beat has a dozen.
pub const BADGE_RR_S: f64 = 0.4;
/// The RR interval while a pipeline is running, in RR intervals at rest. A loop has whole beats, so that
/// its interval is only about this long.
const RUNNING_RR: f64 = 2.0 / 3.0;
/// The time of the first beat, in RR intervals.
const FIRST_BEAT_RR: f64 = 0.42;
/// The time from a beat to its double, in RR intervals.
const DOUBLE_BEAT_RR: f64 = 0.45;
/// Beats at rest in a round of [`LEAD_OFF`] and of a standstill.
const BEATS_PER_ROUND: u32 = 4;
/// Start and end of the times without a lead, as fractions of a round.
const LEAD_OFF: [(f64, f64); 2] = [(0.04, 0.34), (0.52, 0.78)];

/// Builds the rhythm that stands for the state of `report`: a loop as long as `beats` beats at rest,
/// which are `resting_rr_s` seconds apart. It says nothing about single pipelines. The same report
/// always has the same rhythm.
pub fn symbol(report: &Report, beats: u32, resting_rr_s: f64) -> Rhythm {
    let running = report.verdict == Verdict::Running;
    let duration_s = f64::from(beats) * resting_rr_s;
    let count = if running { (f64::from(beats) / RUNNING_RR).round() } else { f64::from(beats) };
    let rr_s = duration_s / count;
    let count = count as usize;
    let rounds = beats.div_ceil(BEATS_PER_ROUND);
    let round_s = duration_s / f64::from(rounds);
    let mut rhythm = Rhythm {
        duration_s,
        extent: Extent::Loop,
        bpm: 60.0 / rr_s,
        seed: 0,
        state: Some(DisplayedState { word: report.message(), alarm: alarm(report.verdict) }),
        beats: Vec::new(),
        episodes: Vec::new(),
    };
    let steady = |n: usize| beat((FIRST_BEAT_RR + n as f64) * rr_s, BeatKind::Normal);
    match report.drawn_verdict() {
        Verdict::Failed => {}
        Verdict::Unknown => lead_off(&mut rhythm, rounds, round_s),
        Verdict::Flaky => {
            let rate = report.flakiness.as_ref().map_or(0.0, |flakiness| flakiness.rate);
            let odd = (rate * count as f64).round().clamp(1.0, (count as f64 / 2.0).max(1.0));
            glitching(&mut rhythm, rr_s, count, odd as usize);
        }
        Verdict::Passed | Verdict::Running => rhythm.beats = (0..count).map(steady).collect(),
        // Half a round with beats, half a round without.
        Verdict::Stopped => {
            let stands = |beat: &Beat| beat.t_s.rem_euclid(round_s) >= 0.5 * round_s;
            rhythm.beats = (0..count).map(steady).filter(|beat| !stands(beat)).collect();
        }
    }
    rhythm
}

/// The glitches of an endless rhythm that shows flaky. None of them is a flatline, which would look
/// like failed.
const FLAKY_POOL: [&str; 3] = ["double-beat", "dropped-beat", "premature-beat"];
/// The fastest endless rhythm in beats per minute.
const FASTEST_BPM: f64 = 180.0;
/// The least and the largest number of glitches per beat while flaky.
const GLITCHES_PER_BEAT: (f64, f64) = (1.0 / 16.0, 0.5);

/// The endless rhythm that shows `report`, from `rest`, whose heart rate and variability it keeps.
/// While stopped, whoever draws it lets the time stand still.
pub fn endless(report: &Report, rest: &EndlessSettings) -> EndlessSettings {
    let running = report.verdict == Verdict::Running;
    let bpm = if running { (rest.bpm / RUNNING_RR).min(FASTEST_BPM) } else { rest.bpm };
    let steady = EndlessSettings { bpm, hrv_bpm: rest.hrv_bpm, ..EndlessSettings::default() };
    match report.drawn_verdict() {
        Verdict::Failed => EndlessSettings { condition: Condition::Flat, ..steady },
        Verdict::Unknown => EndlessSettings { condition: Condition::LeadOff, ..steady },
        Verdict::Flaky => {
            let rate = report.flakiness.as_ref().map_or(0.0, |flakiness| flakiness.rate);
            let (least, most) = GLITCHES_PER_BEAT;
            let pool: Vec<&'static Glitch> =
                FLAKY_POOL.iter().filter_map(|name| glitch::find(name)).collect();
            EndlessSettings { pool, glitches_per_min: bpm * rate.clamp(least, most), ..steady }
        }
        Verdict::Passed | Verdict::Running | Verdict::Stopped => steady,
    }
}

/// The alarm that a monitor raises for a verdict.
pub fn alarm(verdict: Verdict) -> Option<Alarm> {
    match verdict {
        Verdict::Failed => Some(Alarm::High),
        Verdict::Flaky => Some(Alarm::Medium),
        Verdict::Unknown => Some(Alarm::Technical),
        Verdict::Passed | Verdict::Running | Verdict::Stopped => None,
    }
}

fn beat(t_s: f64, kind: BeatKind) -> Beat {
    let code = if kind == BeatKind::Normal { Code::N } else { Code::A };
    Beat { t_s, kind, code, amplitude: 1.0, paced: false }
}

/// Adds `count` beats. `odd` of them, spread evenly, have a double, and the next beat is left out. The
/// last beat is none of them, so that the end of the loop cuts no double off.
fn glitching(rhythm: &mut Rhythm, rr_s: f64, count: usize, odd: usize) {
    let double = glitch::find("double-beat").expect("a glitch of the table");
    let doubled: Vec<usize> =
        (0..odd).map(|n| (2 * n + 1) * count.saturating_sub(1) / (2 * odd)).collect();
    for n in 0..count {
        let t_s = (FIRST_BEAT_RR + n as f64) * rr_s;
        if n > 0 && doubled.contains(&(n - 1)) {
            continue;
        }
        rhythm.beats.push(beat(t_s, BeatKind::Normal));
        if doubled.contains(&n) {
            rhythm.beats.push(beat(t_s + DOUBLE_BEAT_RR * rr_s, BeatKind::Glitch(double)));
            let (from, to) = (0.5 * DOUBLE_BEAT_RR, 0.5 * (DOUBLE_BEAT_RR + 2.0));
            let (start_s, end_s) = (t_s + from * rr_s, t_s + to * rr_s);
            rhythm.episodes.push(Episode { kind: double, start_s, end_s });
        }
    }
}

/// Adds lead-off episodes to every round. There are no beats.
fn lead_off(rhythm: &mut Rhythm, rounds: u32, round_s: f64) {
    let kind = glitch::find("lead-off").expect("a glitch of the table");
    rhythm.episodes = (0..rounds)
        .flat_map(|round| {
            LEAD_OFF.map(|(from, to)| (f64::from(round) + from, f64::from(round) + to))
        })
        .map(|(from, to)| Episode { kind, start_s: from * round_s, end_s: to * round_s })
        .collect();
}
