//! Converts a report to a rhythm, a loop or an endless one: steady if it passed, with glitches at the
//! measured rate if it is flaky, flat if it failed, lead off if nothing is known.

use crate::rhythm::endless::{Condition, EndlessSettings};
use crate::rhythm::glitch::{self, Alarm, Glitch};
use crate::rhythm::{Beat, BeatKind, Code, DisplayedState, Episode, Extent, Rhythm};
use crate::verdict::{Report, Verdict};

/// The time scale of a rhythm: the resting heart rate and the minimum length of its loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    /// The RR interval at rest, in seconds.
    pub(crate) resting_rr_s: f64,
    /// The minimum length of the loop, in windows ([`TimeScale::window_s`]).
    pub(crate) min_windows: u32,
}

impl TimeScale {
    /// The length of a window in seconds: four beats at rest.
    pub fn window_s(self) -> f64 {
        f64::from(BEATS_PER_WINDOW) * self.resting_rr_s
    }
}

/// The scale of a monitor: 75 beats per minute.
pub const MONITOR: TimeScale = TimeScale { resting_rr_s: 0.8, min_windows: 4 };
/// The scale of a badge: 150 beats per minute, so that a QRS complex is wider than a pixel. A badge
/// plays it slowed down.
pub const BADGE: TimeScale = TimeScale { resting_rr_s: 0.4, min_windows: 1 };

/// Beats at rest in a window.
const BEATS_PER_WINDOW: u32 = 4;
/// The RR interval while a pipeline is running, in RR intervals at rest.
const RUNNING_RR: f64 = 2.0 / 3.0;
/// The minimum length of a flaky loop in windows, at rest and while running: 16 and 12 beats.
const FLAKY_WINDOWS: [u32; 2] = [4, 2];
/// The time of the first beat, in RR intervals.
const FIRST_BEAT_RR: f64 = 0.42;
/// The time from a beat to its double, in RR intervals.
const DOUBLE_BEAT_RR: f64 = 0.45;
/// Start and end of the times without a lead, as fractions of a window.
const LEAD_OFF: [(f64, f64); 2] = [(0.04, 0.34), (0.52, 0.78)];

/// Builds the rhythm that shows `report`. It does not depend on anything else, so the same report
/// always has the same rhythm.
pub fn rhythm(report: &Report, scale: TimeScale) -> Rhythm {
    let running = report.verdict == Verdict::Running;
    let rr_s = if running { RUNNING_RR * scale.resting_rr_s } else { scale.resting_rr_s };
    let drawn = report.drawn_verdict();
    let rate = match (drawn, &report.flakiness) {
        (Verdict::Flaky, Some(flakiness)) => flakiness.rate,
        _ => 0.0,
    };
    let windows = match drawn {
        Verdict::Flaky => scale.min_windows.max(FLAKY_WINDOWS[usize::from(running)]),
        _ => scale.min_windows,
    };
    let window_s = scale.window_s();
    let duration_s = f64::from(windows) * window_s;
    let beats = (duration_s / rr_s).round() as usize;
    let mut rhythm = Rhythm {
        duration_s,
        extent: Extent::Loop,
        bpm: 60.0 / rr_s,
        seed: 0,
        state: Some(DisplayedState { word: report.message(), alarm: alarm(report.verdict) }),
        beats: Vec::new(),
        episodes: Vec::new(),
    };
    match drawn {
        Verdict::Failed => {}
        Verdict::Unknown => lead_off(&mut rhythm, windows, window_s),
        Verdict::Flaky => {
            let glitches = (rate * beats as f64).round().clamp(1.0, beats as f64 / 2.0);
            glitching(&mut rhythm, rr_s, beats / 2, glitches as usize);
        }
        Verdict::Passed | Verdict::Running => {
            rhythm.beats = (0..beats)
                .map(|n| beat((FIRST_BEAT_RR + n as f64) * rr_s, BeatKind::Normal))
                .collect();
        }
        // Half a window with beats, half a window without.
        Verdict::Stopped => {
            let half = |window: u32| {
                [0.0, 1.0].map(|n| {
                    let t_s = f64::from(window) * window_s + (FIRST_BEAT_RR + n) * rr_s;
                    beat(t_s, BeatKind::Normal)
                })
            };
            rhythm.beats = (0..windows).flat_map(half).collect();
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

/// Adds `pairs` pairs of beats, `odd` of which have a glitch: their second beat is early and
/// dropped in turn. The pairs with a glitch are spread evenly.
fn glitching(rhythm: &mut Rhythm, rr_s: f64, pairs: usize, odd: usize) {
    let odd = odd.min(pairs);
    let odd_pairs: Vec<usize> = (0..odd).map(|n| (2 * n + 1) * pairs / (2 * odd)).collect();
    let find = |name| glitch::find(name).expect("a glitch of the table");
    let (double, dropped) = (find("double-beat"), find("dropped-beat"));
    for pair in 0..pairs {
        let first_s = (FIRST_BEAT_RR + 2.0 * pair as f64) * rr_s;
        rhythm.beats.push(beat(first_s, BeatKind::Normal));
        let Some(nth) = odd_pairs.iter().position(|odd| *odd == pair) else {
            rhythm.beats.push(beat(first_s + rr_s, BeatKind::Normal));
            continue;
        };
        let (kind, from, to) = if nth % 2 == 0 {
            let double_s = first_s + DOUBLE_BEAT_RR * rr_s;
            rhythm.beats.push(beat(double_s, BeatKind::Glitch(double)));
            (double, 0.5 * DOUBLE_BEAT_RR, 0.5 * (DOUBLE_BEAT_RR + 2.0))
        } else {
            (dropped, 0.5, 1.5)
        };
        let (start_s, end_s) = (first_s + from * rr_s, first_s + to * rr_s);
        rhythm.episodes.push(Episode { kind, start_s, end_s });
    }
}

/// Adds lead-off episodes to every window. There are no beats.
fn lead_off(rhythm: &mut Rhythm, windows: u32, window_s: f64) {
    let kind = glitch::find("lead-off").expect("a glitch of the table");
    rhythm.episodes = (0..windows)
        .flat_map(|window| {
            LEAD_OFF.map(|(from, to)| (f64::from(window) + from, f64::from(window) + to))
        })
        .map(|(from, to)| Episode { kind, start_s: from * window_s, end_s: to * window_s })
        .collect();
}
