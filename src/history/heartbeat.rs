//! Converts commits to beats.
//!
//! The height of a beat is the logarithm of the number of lines changed, relative to the 95th
//! percentile of the history or to a fixed number. The interval before it is the logarithm of the
//! time since the previous commit; a gap of a month is a pause, half a year a flatline. In an animation it is
//! also the shorter, the shorter the beat is shown. The kind of a commit is a row of [`mark::TABLE`], and work at night lowers the baseline.

use super::groups::{Groups, SILENCE_S, gap_s};
use super::marks::mark;
use super::pace::{Clock, Shown};
use super::{Commit, History};
use flaky_core::rhythm::mark;
use flaky_core::rhythm::{Beat, BeatKind, Episode, Extent, Glitch, Rhythm, glitch};
use flaky_core::verdict::Verdict;

/// Time of the first beat, in seconds.
const LEAD_IN_S: f64 = 0.4;
/// Time from a beat to its frame, in seconds: after its T wave, before the next P wave.
const COMPLETE_S: f64 = 0.38;
/// The shortest interval, in seconds.
const MIN_RR_S: f64 = 0.6;
/// Added to the interval for every factor of ten in the gap, in seconds.
const RR_PER_DECADE_S: f64 = 0.16;
/// Gap above which the interval grows noticeably, in seconds.
const SHORT_GAP_S: f64 = 100.0;
/// Gap from which there is a pause, and its interval, in seconds.
const PAUSE: (i64, f64) = (SILENCE_S, 2.2);
/// Gap from which there is a flatline (182 days), and its interval, in seconds.
const FLATLINE: (i64, f64) = (182 * DAY_S, 4.4);
const DAY_S: i64 = 86_400;
/// In an animation: the interval for a second on display, which grows with the square root; the interval that
/// tells the usual gap; and the shortest.
const RR_PER_ROOT_S: f64 = 1.06;
const USUAL_RR_S: f64 = 0.9;
const CLOSEST_RR_S: f64 = 0.14;
/// The interval around a beat that is shown at least so long.
const REST_RR_S: f64 = 0.8;
const REST_S: f64 = 0.25;
/// In calendar time: seconds of the trace for a second on display.
pub const STRIP_PER_S: f64 = 2.0;
/// First hour of the night and first hour of the day, on the author's clock.
const NIGHT_HOURS: (i64, i64) = (23, 6);
/// Height of a commit without changed lines, as a factor on the waves.
const MIN_HEIGHT: f64 = 0.25;
/// Addition to the height for as many changed lines as the scale.
const SCALE_HEIGHT: f64 = 0.95;
const MAX_HEIGHT: f64 = 1.5;
/// Height of merges that are not compared.
const MERGE_HEIGHT: f64 = 0.85;
const MAX_ROOT_HEIGHT: f64 = 1.2;
/// Quantile of a history's changed lines that is used as its scale.
const QUANTILE: f64 = 0.95;
/// Minimum scale in lines, so that beats of a few small commits do not become high.
const MIN_SCALE: u32 = 20;

/// Number of changed lines that gives a beat its normal height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeightScale {
    /// The 95th percentile of the history.
    Percentile,
    /// This number.
    Lines(u32),
}

/// The rhythm of a history.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// One beat for every group of commits.
    pub rhythm: Rhythm,
    /// Times at which each beat is complete, in seconds.
    pub shown_s: Vec<f64>,
    /// The commits that each beat stands for.
    pub groups: Groups,
}

impl Heartbeat {
    /// Builds the rhythm of a history with one beat for every group, in intervals that tell the gaps
    /// between commits.
    pub fn new(history: &History, scale: HeightScale, groups: Groups) -> Self {
        Self::spaced(history, scale, groups, |_, gap_s| interval(gap_s).0)
    }

    /// Builds the rhythm of an animation in which each beat is shown for its own time: what is shown
    /// quickly is close together.
    pub fn paced(history: &History, scale: HeightScale, groups: Groups, shown: &[Shown]) -> Self {
        let rests = |beat: usize| shown.get(beat).is_some_and(|shown| shown.hold_s >= REST_S);
        Self::spaced(history, scale, groups, |beat, gap_s| {
            let (rr_s, silence) = interval(gap_s);
            if silence.is_some() {
                return rr_s;
            }
            let quick_s = RR_PER_ROOT_S * libm::sqrt(shown[beat].travel_s) * rr_s / USUAL_RR_S;
            let least_s = if rests(beat) || rests(beat - 1) { REST_RR_S } else { CLOSEST_RR_S };
            quick_s.clamp(least_s, rr_s.max(least_s))
        })
    }

    /// Builds the rhythm of an animation in calendar time: beats stand where the clock says, and commits that
    /// would be closer than a narrow beat share one.
    pub fn by_clock(history: &History, scale: HeightScale, clock: &Clock) -> Self {
        let cell =
            |commit: &Commit| (clock.at(commit.ordered_s) * STRIP_PER_S / CLOSEST_RR_S) as i64;
        let groups = Groups::by_key(history, cell);
        let times: Vec<f64> = (0..groups.count())
            .map(|beat| {
                let first = &history.commits[groups.range(beat).start];
                LEAD_IN_S + (cell(first) as f64 + 0.5) * CLOSEST_RR_S
            })
            .collect();
        Self::spaced(history, scale, groups, |beat, _| times[beat] - times[beat - 1])
    }

    /// Builds the rhythm with the intervals that `interval_s` returns for a beat and the gap before it.
    fn spaced(
        history: &History,
        scale: HeightScale,
        groups: Groups,
        interval_s: impl Fn(usize, i64) -> f64,
    ) -> Self {
        let lines = match scale {
            HeightScale::Lines(lines) => lines.max(1),
            HeightScale::Percentile => percentile(&history.commits),
        };
        let mut strip =
            Strip { now_s: LEAD_IN_S, beats: Vec::new(), episodes: Vec::new(), night: None };
        let mut before: Option<&Commit> = None;
        let mut intervals = Vec::new();
        for group in 0..groups.count() {
            let commits = &history.commits[groups.range(group)];
            if let Some(before) = before {
                let gap_s = gap_s(before, &commits[0]);
                let rr_s = interval_s(group, gap_s);
                strip.advance(gap_s, rr_s);
                intervals.push(rr_s);
            }
            strip.push(commits, lines);
            before = commits.last();
        }
        strip.end_night();
        let complete = |beat: usize| {
            let next_s = intervals.get(beat).copied().unwrap_or(f64::INFINITY);
            strip.beats[beat].t_s + COMPLETE_S.min(0.5 * next_s)
        };
        let shown_s: Vec<f64> = (0..strip.beats.len()).map(complete).collect();
        intervals.sort_by(f64::total_cmp);
        let rr_s = intervals.get(intervals.len() / 2).copied().unwrap_or(1.0);
        let end_s = shown_s.last().copied().unwrap_or(0.0) + LEAD_IN_S;
        let rhythm = Rhythm {
            // A duration must be a whole number of hundredths of a second.
            duration_s: (end_s * 100.0).ceil() / 100.0,
            extent: Extent::Line,
            bpm: 60.0 / rr_s,
            seed: history.commits.first().map_or(0, |first| {
                first.id.bytes().iter().take(4).fold(0, |seed, byte| seed << 8 | u32::from(*byte))
            }),
            state: None,
            beats: strip.beats,
            episodes: strip.episodes,
        };
        Self { rhythm, shown_s, groups }
    }

    /// The commits of a beat.
    pub fn commits<'h>(&self, history: &'h History, beat: usize) -> &'h [Commit] {
        &history.commits[self.groups.range(beat)]
    }
}

/// The rhythm so far.
struct Strip {
    now_s: f64,
    beats: Vec<Beat>,
    episodes: Vec<Episode>,
    /// Start of the current night, in seconds.
    night: Option<f64>,
}

impl Strip {
    /// Advances to the next beat, `rr_s` seconds away, after a gap.
    fn advance(&mut self, gap_s: i64, rr_s: f64) {
        let room_s = rr_s - 2.0 * COMPLETE_S;
        if let Some(kind) = interval(gap_s).1.filter(|_| room_s > 0.0) {
            self.end_night();
            let (start_s, end_s) = (self.now_s + COMPLETE_S, self.now_s + rr_s - COMPLETE_S);
            self.episodes.push(Episode { kind, start_s, end_s });
        }
        self.now_s += rr_s;
    }

    fn push(&mut self, commits: &[Commit], lines: u32) {
        let mark = mark(commits);
        if mostly_night(commits) {
            self.night.get_or_insert(self.now_s - 0.5 * LEAD_IN_S);
        } else {
            self.end_night();
        }
        self.beats.push(Beat {
            t_s: self.now_s,
            kind: BeatKind::Mark(mark),
            code: mark.code,
            amplitude: height(commits, lines),
            paced: commits.iter().any(Commit::has_tags),
        });
    }

    fn end_night(&mut self) {
        if let (Some(start_s), Some(last)) = (self.night.take(), self.beats.last()) {
            let end_s = last.t_s + COMPLETE_S;
            self.episodes.push(Episode { kind: &mark::NIGHT, start_s, end_s });
        }
    }
}

/// Interval for a gap, in seconds, with the episode of a long one.
fn interval(gap_s: i64) -> (f64, Option<&'static Glitch>) {
    if gap_s >= FLATLINE.0 {
        return (FLATLINE.1, glitch::find("flatline"));
    }
    if gap_s >= PAUSE.0 {
        return (PAUSE.1, glitch::find("sinus-pause"));
    }
    let decades = libm::log10(1.0 + gap_s as f64 / SHORT_GAP_S);
    (MIN_RR_S + RR_PER_DECADE_S * decades, None)
}

/// Height of a beat, as a factor on its waves.
fn height(commits: &[Commit], lines: u32) -> f64 {
    if commits.iter().all(|commit| commit.is_merge() && !commit.flags.counted) {
        return MERGE_HEIGHT;
    }
    let weight: f64 = commits.iter().map(|commit| f64::from(commit.churn.weight)).sum();
    let part = libm::log1p(weight) / libm::log1p(f64::from(lines));
    let max = if commits.iter().any(Commit::is_root) { MAX_ROOT_HEIGHT } else { MAX_HEIGHT };
    (MIN_HEIGHT + SCALE_HEIGHT * part).min(max)
}

fn percentile(commits: &[Commit]) -> u32 {
    let mut weights: Vec<u32> = commits
        .iter()
        .filter(|commit| !commit.is_root())
        .map(|commit| commit.churn.weight)
        .filter(|weight| *weight > 0)
        .collect();
    weights.sort_unstable();
    let at = (weights.len() as f64 * QUANTILE) as usize;
    weights.get(at.min(weights.len().saturating_sub(1))).map_or(MIN_SCALE, |w| *w).max(MIN_SCALE)
}

/// Returns true if the author date is at night on the author's clock.
pub(crate) fn is_night(commit: &Commit) -> bool {
    let local_s = commit.written_s.saturating_add(60 * i64::from(commit.offset_min));
    let hour = local_s.rem_euclid(DAY_S) / 3600;
    hour >= NIGHT_HOURS.0 || hour < NIGHT_HOURS.1
}

/// Returns true if at least half of the commits were made at night.
pub fn mostly_night(commits: &[Commit]) -> bool {
    2 * commits.iter().filter(|commit| is_night(commit)).count() >= commits.len()
}

/// The beat of a commit in words.
pub fn meaning(before: Option<&Commit>, commit: &Commit) -> String {
    let mark = mark(std::slice::from_ref(commit));
    let mut words = vec![mark.meaning.to_string()];
    if commit.is_merge() {
        let parents = format!("{} parents", commit.parents.len());
        words.push(if mark.name == "merge" { parents } else { format!("a merge of {parents}") });
    }
    if commit.flags.boundary {
        words.push("a shallow clone ends here, so its changes are unknown".to_string());
    }
    words.extend(silence(before, commit));
    if is_night(commit) {
        words.push("at night".to_string());
    }
    if !commit.tags.is_empty() {
        words.push(format!("tagged {}", commit.tags));
    }
    if !commit.moved_tags.is_empty() {
        words.push(format!("stands in for {}", commit.moved_tags));
    }
    match commit.verdict {
        None | Some(Verdict::Flaky | Verdict::Failed) => {}
        Some(verdict) => words.push(format!("its pipeline: {}", verdict.word())),
    }
    words.join("; ")
}

/// The silence before a commit in words, if there is one.
pub fn silence(before: Option<&Commit>, commit: &Commit) -> Option<String> {
    match gap_s(before?, commit) {
        gap if gap >= FLATLINE.0 => Some(format!("after {} of flatline", days(gap))),
        gap if gap >= PAUSE.0 => Some(format!("after a pause of {}", days(gap))),
        _ => None,
    }
}

fn days(seconds: i64) -> String {
    format!("{} days", seconds / DAY_S)
}
