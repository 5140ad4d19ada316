//! How much was done when, in calendar time.

use super::super::{Commit, History};
use super::{DAY_S, Story};
use flaky_core::verdict::Verdict;

const HOUR_S: i64 = 3600;
const WEEK_S: i64 = 7 * DAY_S;
/// Seconds from a Monday to 1970-01-01, which was a Thursday.
const MONDAY_S: i64 = 3 * DAY_S;
/// The shortest history that is divided into weeks, and into days, in slices.
const FEWEST_WEEKS: i64 = 26;
const FEWEST_DAYS: i64 = 14;
/// The time over which a rate is measured: four weeks.
const RATE_S: i64 = 4 * WEEK_S;

/// What was done in a slice of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Number of commits of each leader, then of all others.
    pub commits: Box<[u32]>,
    /// Number of commits whose CI result is failed or flaky.
    pub failed: u32,
}

impl Slice {
    /// Number of commits.
    pub fn total(&self) -> u32 {
        self.commits.iter().sum()
    }
}

/// The whole time of a history in slices of equal length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Start of the first slice, in seconds since 1970.
    pub begin_s: i64,
    /// Length of a slice in seconds: an hour, a day, a week or several weeks.
    pub step_s: i64,
    /// The slices, at least one.
    pub slices: Vec<Slice>,
}

impl Activity {
    /// Divides the time of a history into weeks, or into days or hours if it is short, or into several
    /// weeks each if there would be more than `most` slices.
    pub fn new(history: &History, story: &Story, most: usize) -> Self {
        let dates = |commit: Option<&Commit>| commit.map_or(0, |commit| commit.ordered_s);
        let first_s = dates(history.commits.first());
        let last_s = dates(history.commits.last());
        let most = most.max(1) as i64;
        let count = |step_s| monday_based(last_s, step_s) - monday_based(first_s, step_s) + 1;
        let mut step_s = WEEK_S;
        if count(WEEK_S) < FEWEST_WEEKS && count(DAY_S) <= most {
            step_s =
                if count(DAY_S) < FEWEST_DAYS && count(HOUR_S) <= most { HOUR_S } else { DAY_S };
        }
        while count(step_s) > most {
            step_s = step_s.saturating_mul(2);
        }
        let begin = monday_based(first_s, step_s);
        let empty = || Slice { commits: vec![0; story.leaders.list.len() + 1].into(), failed: 0 };
        let mut slices: Vec<Slice> = (0..count(step_s)).map(|_| empty()).collect();
        for commit in &history.commits {
            let at = (monday_based(commit.ordered_s, step_s) - begin) as usize;
            let others = story.leaders.list.len();
            slices[at].commits[story.leaders.place(commit.author).unwrap_or(others)] += 1;
            let failed = matches!(commit.verdict, Some(Verdict::Failed | Verdict::Flaky));
            slices[at].failed += u32::from(failed);
        }
        let begin_s = begin.saturating_mul(step_s).saturating_sub(MONDAY_S);
        Self { begin_s, step_s, slices }
    }

    /// The whole time in seconds.
    pub fn span_s(&self) -> i64 {
        self.step_s.saturating_mul(self.slices.len() as i64)
    }

    /// The place of an instant in the whole time, 0–1.
    pub fn part(&self, at_s: i64) -> f64 {
        (at_s.saturating_sub(self.begin_s) as f64 / self.span_s() as f64).clamp(0.0, 1.0)
    }
}

/// The number of the slice at an instant, counted from a Monday.
fn monday_based(at_s: i64, step_s: i64) -> i64 {
    at_s.saturating_add(MONDAY_S).div_euclid(step_s)
}

/// The Monday of the week with the most commits, the first of several, and their number.
pub(super) fn busiest_week(commits: &[Commit]) -> Option<(i64, usize)> {
    let week = |commit: &Commit| monday_based(commit.ordered_s, WEEK_S);
    let mut busiest: Option<(i64, usize)> = None;
    for same in commits.chunk_by(|a, b| week(a) == week(b)) {
        if busiest.is_none_or(|(_, most)| same.len() > most) {
            busiest = Some((week(&same[0]), same.len()));
        }
    }
    busiest.map(|(week, count)| (week.saturating_mul(WEEK_S).saturating_sub(MONDAY_S), count))
}

/// Commits a week, measured over the four weeks up to the commit with this index, or over the time since
/// the first commit if that is shorter, but over a week at least.
pub fn per_week(commits: &[Commit], index: usize) -> f64 {
    let now_s = commits[index].ordered_s;
    let begin_s = now_s.saturating_sub(RATE_S);
    let since = commits[..=index].partition_point(|commit| commit.ordered_s <= begin_s);
    let known_s = now_s.saturating_sub(commits[0].ordered_s).clamp(WEEK_S, RATE_S);
    (index + 1 - since) as f64 * WEEK_S as f64 / known_s as f64
}
