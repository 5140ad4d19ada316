//! What happened in a history: who carried it, what was released, when it rested and how busy it was.
//!
//! Everything is counted from the records, in the order and with the dates in which they are drawn. How
//! any of it looks is not decided here.

mod activity;
mod milestones;
mod people;

use super::groups::{SILENCE_S, gap_s};
use super::{Commit, History};
use flaky_core::verdict::Verdict;

pub use activity::{Activity, Slice, per_week};
pub use milestones::{Milestone, MilestoneKind, Release};
pub use people::{Leader, Leaders, anonymise, count_people};

/// Seconds of a day.
pub(super) const DAY_S: i64 = 86_400;

/// The story of a history.
#[derive(Clone, Debug)]
pub struct Story {
    /// Commits that are releases, or the years of a long history without any, in the order of the
    /// commits.
    pub milestones: Vec<Milestone>,
    /// All releases, in the order of their dates.
    pub releases: Vec<Release>,
    /// The times without commits, in order.
    pub silences: Vec<Silence>,
    /// The few people who made most of the commits.
    pub leaders: Leaders,
    /// The commits with which other people arrived, and how many had arrived by then: index of the
    /// commit, ascending.
    pub arrivals: Vec<u32>,
    /// Numbers about the whole.
    pub totals: Totals,
}

/// At least 30 days between two successive commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Index of the commit that ended it.
    pub end: usize,
    /// Its length in whole days.
    pub days: i64,
}

/// Numbers about a whole history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of commits.
    pub commits: usize,
    /// Number of people with different names, without bots.
    pub people: usize,
    /// Number of releases. Several may be at one commit.
    pub releases: usize,
    /// The first of the longest silences.
    pub silence: Option<Silence>,
    /// The first of the busiest weeks: its Monday in seconds since 1970, and its number of commits. Weeks
    /// are in UTC.
    pub busiest_week: Option<(i64, usize)>,
    /// Number of commits that revert another.
    pub reverts: usize,
    /// Number of commits with a result of CI.
    pub checked: usize,
    /// Number of commits whose result is flaky.
    pub flaky: usize,
}

/// Sums over several commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Number of commits.
    pub commits: usize,
    /// Number of people with different names, without bots.
    pub people: usize,
    /// Number of lines added.
    pub added: u64,
    /// Number of lines removed.
    pub removed: u64,
}

impl Sums {
    /// The sums over the commits with these indices.
    pub fn of(history: &History, indices: impl Iterator<Item = usize> + Clone) -> Self {
        let commits = indices.map(|index| &history.commits[index]);
        let sum = |lines: fn(&Commit) -> u32| commits.clone().map(|c| u64::from(lines(c))).sum();
        Self {
            commits: commits.clone().count(),
            people: count_people(history, commits.clone()),
            added: sum(|commit| commit.churn.added),
            removed: sum(|commit| commit.churn.removed),
        }
    }
}

impl Story {
    /// The story of `history`, with at most `leaders` people of its own.
    pub fn new(history: &History, leaders: usize) -> Self {
        let commits = &history.commits;
        let silences: Vec<Silence> = silences(commits).collect();
        let milestones = milestones::of(history);
        let releases = milestones::releases(history);
        let people = people::by_name(history);
        let flaky = commits.iter().filter(|commit| commit.verdict == Some(Verdict::Flaky));
        let totals = Totals {
            commits: commits.len(),
            people: people.len(),
            releases: releases.len(),
            silence: silences.iter().copied().rev().max_by_key(|silence| silence.days),
            busiest_week: activity::busiest_week(commits),
            reverts: commits.iter().filter(|commit| commit.flags.revert).count(),
            checked: commits.iter().filter(|commit| commit.verdict.is_some()).count(),
            flaky: flaky.count(),
        };
        let arrivals = people::arrivals(&people);
        let leaders = Leaders::new(history, people, leaders);
        Self { milestones, releases, silences, leaders, arrivals, totals }
    }

    /// The silence that the commit with this index ended.
    pub fn silence_before(&self, index: usize) -> Option<Silence> {
        let at = self.silences.binary_search_by_key(&index, |silence| silence.end).ok()?;
        Some(self.silences[at])
    }

    /// The milestone at the commit with this index.
    pub fn milestone_at(&self, index: usize) -> Option<&Milestone> {
        let at = self.milestones.binary_search_by_key(&index, |milestone| milestone.at).ok()?;
        Some(&self.milestones[at])
    }
}

fn silences(commits: &[Commit]) -> impl Iterator<Item = Silence> {
    let gaps = commits.windows(2).map(|pair| gap_s(&pair[0], &pair[1]));
    (1..)
        .zip(gaps)
        .filter(|(_, gap_s)| *gap_s >= SILENCE_S)
        .map(|(end, gap_s)| Silence { end, days: gap_s / DAY_S })
}
