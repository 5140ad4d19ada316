//! A verdict as a rhythm: steady, glitching at the measured rate, flat, or with the lead off.

use crate::rhythm::glitch::{self, Alarm};
use crate::rhythm::{Beat, BeatKind, Code, Episode, Extent, Rhythm, State};
use crate::verdict::{Finding, Verdict};

/// A time scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The RR interval of a heart at rest, in seconds.
    pub resting_s: f64,
    /// How many windows of [`BEATS`] resting beats a loop is long at the least.
    pub windows: u32,
}

/// The scale of a monitor: 75 beats per minute.
pub const MONITOR: Scale = Scale { resting_s: 0.8, windows: 4 };
/// The scale of a badge: its beats lie so close that their waves are wide enough to be seen.
pub const BADGE: Scale = Scale { resting_s: 0.4, windows: 1 };

/// How many resting beats make a window.
pub const BEATS: u32 = 4;
/// A heart at work makes three beats while one at rest makes two.
const WORKING: f64 = 2.0 / 3.0;
/// The loop of a flaky heart at rest and at work, in windows: 16 and 12 beats.
const FLAKY_WINDOWS: [u32; 2] = [4, 2];
/// Where the first beat lies, in RR.
const FIRST: f64 = 0.42;
/// How long after a beat a second one comes on its heels, in RR.
const HEELS: f64 = 0.45;
/// When the lead is off, as parts of a window.
const LEAD_OFF: [(f64, f64); 2] = [(0.04, 0.34), (0.52, 0.78)];

/// The rhythm of a finding.
pub fn rhythm(finding: &Finding, scale: Scale) -> Rhythm {
    let working = finding.verdict == Verdict::Running;
    let rr = if working { WORKING * scale.resting_s } else { scale.resting_s };
    let settled = finding.settled();
    let rate = match (settled, &finding.flakiness) {
        (Verdict::Flaky, Some(flakiness)) => flakiness.rate,
        _ => 0.0,
    };
    let windows = match settled {
        Verdict::Flaky => scale.windows.max(FLAKY_WINDOWS[usize::from(working)]),
        _ => scale.windows,
    };
    let window_s = f64::from(BEATS) * scale.resting_s;
    let duration_s = f64::from(windows) * window_s;
    let beats = (duration_s / rr).round() as usize;
    let mut this = Rhythm {
        duration_s,
        extent: Extent::Loop,
        bpm: 60.0 / rr,
        seed: 0,
        state: Some(State { word: finding.message(), alarm: alarm(finding.verdict) }),
        beats: Vec::new(),
        episodes: Vec::new(),
    };
    match settled {
        Verdict::Failed => {}
        Verdict::Unknown => lead_off(&mut this, windows, window_s),
        Verdict::Flaky => {
            let glitches = (rate * beats as f64).round().clamp(1.0, beats as f64 / 2.0);
            glitching(&mut this, rr, beats / 2, glitches as usize);
        }
        Verdict::Passed | Verdict::Running => {
            this.beats =
                (0..beats).map(|n| beat((FIRST + n as f64) * rr, BeatKind::Normal)).collect();
        }
        // Half a window of beats; then it stands still.
        Verdict::Stopped => {
            let half = |window: u32| {
                [0.0, 1.0].map(|n| {
                    beat(f64::from(window) * window_s + (FIRST + n) * rr, BeatKind::Normal)
                })
            };
            this.beats = (0..windows).flat_map(half).collect();
        }
    }
    this
}

fn beat(t_s: f64, kind: BeatKind) -> Beat {
    let code = if kind == BeatKind::Normal { Code::N } else { Code::A };
    Beat { t_s, kind, code, amplitude: 1.0, paced: false }
}

fn alarm(verdict: Verdict) -> Option<Alarm> {
    match verdict {
        Verdict::Failed => Some(Alarm::High),
        Verdict::Flaky => Some(Alarm::Medium),
        Verdict::Unknown => Some(Alarm::Technical),
        Verdict::Passed | Verdict::Running | Verdict::Stopped => None,
    }
}

/// Beats in pairs, of which some are odd: the second comes at once, or not at all. The odd ones
/// are spread evenly.
fn glitching(rhythm: &mut Rhythm, rr: f64, pairs: usize, odd: usize) {
    let odd = odd.min(pairs);
    let places: Vec<usize> = (0..odd).map(|n| (2 * n + 1) * pairs / (2 * odd)).collect();
    let named = |name| glitch::find(name).expect("it stands in the table");
    let (double, dropped) = (named("double-beat"), named("dropped-beat"));
    for pair in 0..pairs {
        let first = (FIRST + 2.0 * pair as f64) * rr;
        rhythm.beats.push(beat(first, BeatKind::Normal));
        let Some(which) = places.iter().position(|place| *place == pair) else {
            rhythm.beats.push(beat(first + rr, BeatKind::Normal));
            continue;
        };
        let (kind, from, to) = if which % 2 == 0 {
            rhythm.beats.push(beat(first + HEELS * rr, BeatKind::Glitch(double)));
            (double, 0.5 * HEELS, 0.5 * (HEELS + 2.0))
        } else {
            (dropped, 0.5, 1.5)
        };
        rhythm.episodes.push(Episode { kind, start_s: first + from * rr, end_s: first + to * rr });
    }
}

/// Contact is lost again and again, and no beat is ever seen.
fn lead_off(rhythm: &mut Rhythm, windows: u32, window_s: f64) {
    let kind = glitch::find("lead-off").expect("it stands in the table");
    rhythm.episodes = (0..windows)
        .flat_map(|window| {
            LEAD_OFF.map(|(from, to)| (f64::from(window) + from, f64::from(window) + to))
        })
        .map(|(from, to)| Episode { kind, start_s: from * window_s, end_s: to * window_s })
        .collect();
}
