//! Commits as beats: what a history's heartbeat looks like, and what each beat stands for.
//!
//! The height of a beat is the logarithm of the lines that changed, against the 95th percentile
//! of the history's own or against a fixed number. The interval before it is the logarithm of
//! the time since the commit before; a month of silence is a pause, half a year a flatline. A
//! commit's kind is a row of [`mark::TABLE`], and work at night lowers the baseline.

use super::{Commit, History};
use flaky_core::rhythm::mark::{self, Mark};
use flaky_core::rhythm::{Beat, BeatKind, Episode, Extent, Glitch, Rhythm, glitch};
use flaky_core::verdict::Verdict;

/// From the beginning of the strip to the first beat, in seconds.
const LEAD_IN_S: f64 = 0.4;
/// From a beat to the frame that shows it whole, in seconds: its T wave is over, and the next P
/// wave has not begun.
pub const WHOLE_S: f64 = 0.38;
/// The shortest interval, in seconds.
const LEAST_RR_S: f64 = 0.6;
/// What every tenfold of the time since the commit before adds to it, in seconds.
const RR_A_DECADE_S: f64 = 0.16;
/// The time since the commit before that begins to lengthen the interval, in seconds.
const SHORT_GAP_S: f64 = 100.0;
/// A silence of so many seconds (30 days) is a pause, and the interval it makes.
const PAUSE: (i64, f64) = (30 * DAY_S, 2.2);
/// A silence of so many seconds (182 days) is a flatline, and the interval it makes.
const FLATLINE: (i64, f64) = (182 * DAY_S, 4.4);
const DAY_S: i64 = 86_400;
/// The hours of the night, in the author's own time: from, to.
const NIGHT_HOURS: (i64, i64) = (23, 6);
/// The height of a commit that changed no line, and what the percentile adds to it.
const LEAST_HEIGHT: f64 = 0.25;
const USUAL_HEIGHT: f64 = 0.95;
/// The greatest height.
const MOST_HEIGHT: f64 = 1.5;
/// The height of a merge that is not compared, and the most that a beginning gets.
const MERGE_HEIGHT: f64 = 0.85;
const ROOT_HEIGHT: f64 = 1.2;
/// The percentile that the heights are measured by.
const PERCENTILE: f64 = 0.95;
/// The least number of lines it comes to, so that a few small commits do not tower.
const LEAST_SCALE: u32 = 20;

/// What the heights are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The history's own 95th percentile.
    Own,
    /// This many lines.
    Lines(u32),
}

/// A history as a rhythm.
#[derive(Clone, Debug)]
pub struct Pulse {
    /// The rhythm: one beat for every group of commits.
    pub rhythm: Rhythm,
    /// The instants at which each beat has just been shown whole, in seconds.
    pub shown_s: Vec<f64>,
    /// How many commits a beat stands for; the last may stand for fewer.
    pub group: usize,
}

impl Pulse {
    /// The commits that a beat stands for.
    pub fn commits<'h>(&self, history: &'h History, beat: usize) -> &'h [Commit] {
        let begin = beat * self.group;
        &history.commits[begin..history.commits.len().min(begin + self.group)]
    }
}

/// The beats of a history, one for every `group` commits, at least one.
pub fn pulse(history: &History, scale: Scale, group: usize) -> Pulse {
    let group = group.max(1);
    let lines = match scale {
        Scale::Lines(lines) => lines.max(1),
        Scale::Own => percentile(&history.commits),
    };
    let mut strip = Strip { now_s: 0.0, beats: Vec::new(), episodes: Vec::new(), night: None };
    let mut before: Option<&Commit> = None;
    let mut intervals = Vec::new();
    let mut shown_s = Vec::new();
    for commits in history.commits.chunks(group) {
        let rr_s = strip.rest(before, &commits[0]);
        if before.is_some() {
            intervals.push(rr_s);
        }
        strip.beat(commits, lines);
        shown_s.push(strip.now_s + WHOLE_S);
        before = commits.last();
    }
    strip.dawn();
    intervals.sort_by(f64::total_cmp);
    let rr_s = intervals.get(intervals.len() / 2).copied().unwrap_or(1.0);
    let end_s = shown_s.last().copied().unwrap_or(0.0) + LEAD_IN_S;
    let rhythm = Rhythm {
        // A whole number of hundredths, as every rhythm's.
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
    Pulse { rhythm, shown_s, group }
}

/// The strip as far as it is written.
struct Strip {
    now_s: f64,
    beats: Vec<Beat>,
    episodes: Vec<Episode>,
    /// Since when it is night.
    night: Option<f64>,
}

impl Strip {
    /// Lets the time to the next commit pass; returns the interval.
    fn rest(&mut self, before: Option<&Commit>, next: &Commit) -> f64 {
        let Some(before) = before else {
            self.now_s = LEAD_IN_S;
            return LEAD_IN_S;
        };
        let gap_s = gap_s(before, next);
        let (rr_s, silence) = interval(gap_s);
        if let Some(kind) = silence {
            self.dawn();
            let (start_s, end_s) = (self.now_s + WHOLE_S, self.now_s + rr_s - WHOLE_S);
            self.episodes.push(Episode { kind, start_s, end_s });
        }
        self.now_s += rr_s;
        rr_s
    }

    fn beat(&mut self, commits: &[Commit], lines: u32) {
        let mark = mark(commits);
        if commits.iter().all(is_night) {
            self.night.get_or_insert(self.now_s - 0.5 * LEAD_IN_S);
        } else {
            self.dawn();
        }
        self.beats.push(Beat {
            t_s: self.now_s,
            kind: BeatKind::Mark(mark),
            code: mark.code,
            amplitude: height(commits, lines),
            paced: commits.iter().any(|commit| !commit.tags.is_empty()),
        });
    }

    /// Ends the night, if it is one.
    fn dawn(&mut self) {
        if let (Some(start_s), Some(last)) = (self.night.take(), self.beats.last()) {
            let end_s = last.t_s + WHOLE_S;
            self.episodes.push(Episode { kind: &mark::NIGHT, start_s, end_s });
        }
    }
}

/// The time between two commits in seconds; none where clocks run backwards.
pub fn gap_s(before: &Commit, next: &Commit) -> i64 {
    next.committed_s.saturating_sub(before.committed_s).max(0)
}

/// The interval that a gap makes, in seconds, and the silence it is if it is one.
fn interval(gap_s: i64) -> (f64, Option<&'static Glitch>) {
    if gap_s >= FLATLINE.0 {
        return (FLATLINE.1, glitch::find("flatline"));
    }
    if gap_s >= PAUSE.0 {
        return (PAUSE.1, glitch::find("sinus-pause"));
    }
    let decades = libm::log10(1.0 + gap_s as f64 / SHORT_GAP_S);
    (LEAST_RR_S + RR_A_DECADE_S * decades, None)
}

/// The mark of a commit, or the worst of several.
pub fn mark(commits: &[Commit]) -> &'static Mark {
    worst(commits).map_or(&mark::COMMIT, |commit| own_mark(commit).1)
}

/// The commit that gives several their mark: the last of the worst. Merges and fixups give way
/// to ordinary commits.
pub fn worst(commits: &[Commit]) -> Option<&Commit> {
    commits.iter().max_by_key(|commit| own_mark(commit).0)
}

/// The mark of a commit, and how much it matters among others.
fn own_mark(commit: &Commit) -> (u8, &'static Mark) {
    match commit.verdict {
        Some(Verdict::Flaky) => (7, &mark::FLAKY),
        Some(Verdict::Failed) => (6, &mark::FAILED),
        _ if commit.traits.damaged => (5, &mark::LOST),
        _ if commit.traits.revert => (4, &mark::REVERT),
        _ if commit.is_root() => (3, &mark::ROOT),
        _ if commit.traits.fixup => (0, &mark::FIXUP),
        _ if commit.is_merge() => (1, &mark::MERGE),
        _ => (2, &mark::COMMIT),
    }
}

/// The height of the beat: a factor on its waves.
fn height(commits: &[Commit], lines: u32) -> f64 {
    if commits.iter().all(|commit| commit.is_merge() && !commit.traits.counted) {
        return MERGE_HEIGHT;
    }
    let weight: f64 = commits.iter().map(|commit| f64::from(commit.churn.weight)).sum();
    let part = libm::log1p(weight) / libm::log1p(f64::from(lines));
    let most = if commits.iter().any(Commit::is_root) { ROOT_HEIGHT } else { MOST_HEIGHT };
    (LEAST_HEIGHT + USUAL_HEIGHT * part).min(most)
}

fn percentile(commits: &[Commit]) -> u32 {
    let mut weights: Vec<u32> = commits
        .iter()
        .filter(|commit| !commit.is_root())
        .map(|commit| commit.churn.weight)
        .filter(|weight| *weight > 0)
        .collect();
    weights.sort_unstable();
    let at = (weights.len() as f64 * PERCENTILE) as usize;
    weights
        .get(at.min(weights.len().saturating_sub(1)))
        .map_or(LEAST_SCALE, |w| *w)
        .max(LEAST_SCALE)
}

/// Whether it was written at night, where its author lives.
pub fn is_night(commit: &Commit) -> bool {
    let local_s = commit.written_s.saturating_add(60 * i64::from(commit.offset_min));
    let hour = local_s.rem_euclid(DAY_S) / 3600;
    hour >= NIGHT_HOURS.0 || hour < NIGHT_HOURS.1
}

/// What a commit's beat stands for, in words.
pub fn meaning(before: Option<&Commit>, commit: &Commit) -> String {
    let mark = mark(std::slice::from_ref(commit));
    let mut words = vec![mark.meaning.to_string()];
    if commit.is_merge() {
        let parents = format!("{} parents", commit.parents.len());
        words.push(if mark.name == "merge" { parents } else { format!("a merge of {parents}") });
    }
    if commit.traits.boundary {
        words.push("what came before it is not here, so nobody knows what it changed".to_string());
    }
    match before.map(|before| gap_s(before, commit)) {
        Some(gap) if gap >= FLATLINE.0 => words.push(format!("after {} of flatline", days(gap))),
        Some(gap) if gap >= PAUSE.0 => words.push(format!("after a pause of {}", days(gap))),
        _ => {}
    }
    if is_night(commit) {
        words.push("at night".to_string());
    }
    if !commit.tags.is_empty() {
        words.push(format!("tagged {}", commit.tags));
    }
    match commit.verdict {
        None | Some(Verdict::Flaky | Verdict::Failed) => {}
        Some(verdict) => words.push(format!("its pipeline: {}", verdict.word())),
    }
    words.join("; ")
}

fn days(seconds: i64) -> String {
    format!("{} days", seconds / DAY_S)
}
