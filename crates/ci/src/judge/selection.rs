//! Selects the runs that can decide or be measured.
//!
//! Runs of a list are selected before their jobs are fetched, and stored runs with all that is known
//! of them. Both are selected by these rules; nothing is fetched here.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::built::Built;
use crate::run::{Run, RunId, Trigger};
use crate::{Query, gitlab};
use flaky_core::verdict::Verdict;

/// The runs over which flakiness is measured. The runs that decide may be older.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The number of pipelines with a result.
    pub count: usize,
    /// The time since which they were created.
    pub since: Option<Timestamp>,
}

impl Window {
    /// Returns true if a run is not too old, as far as its times are known.
    fn reaches(&self, run: &Run) -> bool {
        self.since.zip(run.beginning()).is_none_or(|(since, time)| time >= since)
    }
}

/// The rules by which runs are selected.
pub(super) struct Rules<'a> {
    query: &'a Query,
    pub window: Window,
    /// Events of many kinds start workflows of their own, and those for a change are wanted.
    by_change: bool,
}

/// Runs that were not listed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeftOut {
    /// The number of runs of forks.
    pub forks: usize,
    /// There are more pages, so that other numbers are lower bounds.
    pub is_long: bool,
}

/// The selected runs, newest first.
pub(super) struct Selection {
    /// The runs that count.
    pub runs: Vec<Run>,
    /// The runs that may decide, but are too old to be measured.
    pub older: BTreeSet<RunId>,
    /// What was left out, as clauses.
    pub notes: Vec<String>,
}

impl<'a> Rules<'a> {
    /// The rules for a query, on a platform with `many_workflows` or without.
    pub(super) fn new(query: &'a Query, window: Window, many_workflows: bool) -> Self {
        Self { query, window, by_change: many_workflows && query.takes_every_event() }
    }

    fn counts(&self, run: &Run) -> bool {
        !self.by_change || run.kind.trigger.is_change()
    }

    /// Returns true if a run can decide.
    fn settles(&self, run: &Run) -> bool {
        has_result(run) || self.query.latest && run.is_useful()
    }

    /// Returns true if older runs than these are not needed.
    pub(super) fn are_enough(&self, runs: &[Run]) -> bool {
        let counts = |run: &Run| self.counts(run);
        let is_settled = runs.iter().any(|run| self.settles(run) && counts(run));
        let is_full = self.pipelines(runs) >= self.window.count
            || runs
                .iter()
                .rev()
                .find(|run| counts(run))
                .is_some_and(|run| !self.window.reaches(run));
        is_settled && is_full
    }

    /// The number of pipelines with a result. Where a push starts several workflows, all runs of a
    /// commit are one.
    fn pipelines(&self, runs: &[Run]) -> usize {
        let counted = runs.iter().filter(|run| has_result(run) && self.counts(run));
        if self.by_change {
            return counted.map(|run| &run.sha).collect::<BTreeSet<_>>().len();
        }
        counted.count()
    }

    /// Selects among `runs`, newest first, each of which is the latest attempt.
    pub(super) fn select(&self, mut runs: Vec<Run>, left_out: LeftOut) -> Selection {
        let mut notes = Vec::new();
        if runs.iter().any(|run| self.counts(run) && !run.state.outcome.never_ran) {
            let others = || runs.iter().filter(|run| !self.counts(run));
            let of = |trigger| others().filter(|run| run.kind.trigger == trigger).count();
            let LeftOut { is_long, .. } = left_out;
            let schedules = ["of a schedule", "of schedules"];
            notes.extend(note(of(Trigger::Schedule), is_long, schedules));
            let other = ["for another event", "for other events"];
            notes.extend(note(of(Trigger::Other), is_long, other));
            runs.retain(|run| self.counts(run));
        }
        notes.extend(note(left_out.forks, false, ["of a fork", "of forks"]));
        let older = self.keep(&mut runs);
        let is_measured = |run: &Run| has_result(run) && !older.contains(&run.key.id);
        let is_by_time = self.window.since.is_some();
        if is_by_time && runs.iter().any(has_result) && !runs.iter().any(is_measured) {
            let why = "flakiness is not measured: no pipeline of the chosen time has a result";
            notes.push(why.to_string());
        }
        Selection { runs, older, notes }
    }

    /// Keeps the runs of the window, those up to the first one that settles the verdict, and all of
    /// its commit and of the latest one. Returns those that are too old to be measured.
    fn keep(&self, runs: &mut Vec<Run>) -> BTreeSet<RunId> {
        let built = Built::new(runs);
        let settling = runs.iter().position(|run| self.settles(run) && built.lets_decide(run));
        let latest = runs.iter().position(|run| !run.state.outcome.never_ran);
        let shas = [latest, settling].into_iter().flatten().filter_map(|at| runs[at].sha.clone());
        let deciding: BTreeSet<String> = shas.collect();
        // A commit that ran again within the time is measured as a whole.
        let current: BTreeSet<String> = runs
            .iter()
            .filter(|run| self.window.reaches(run))
            .filter_map(|run| run.sha.clone().filter(|sha| deciding.contains(sha)))
            .collect();
        // Cancelled runs do not fill the window, unless there is nothing else.
        let fills = |run: &Run| {
            let has_result = has_result(run) || settling.is_none() && run.is_useful();
            has_result && built.lets_decide(run)
        };
        let (mut filled, mut at) = (0, 0);
        let mut known = BTreeSet::new();
        let mut older = BTreeSet::new();
        runs.retain(|run| {
            let is_more = (self.by_change || run.is_of_reports()) && known.contains(&run.sha);
            let is_in =
                |shas: &BTreeSet<String>| run.sha.as_ref().is_some_and(|sha| shas.contains(sha));
            let is_measured = (is_more || filled < self.window.count) && self.window.reaches(run)
                || is_in(&current);
            let decides = settling.is_some_and(|settling| at <= settling)
                || latest == Some(at)
                || is_in(&deciding);
            at += 1;
            if fills(run) && !is_more {
                filled += 1;
                // The other runs of a commit outside of the window are outside, too.
                if is_measured {
                    known.insert(run.sha.clone());
                }
            }
            if decides && !is_measured {
                older.insert(run.key.id.clone());
            }
            is_measured || decides
        });
        older
    }
}

/// The note on a number of runs that were left out; `None` for 0.
fn note(count: usize, at_least: bool, [one, many]: [&str; 2]) -> Option<String> {
    let at_least = if at_least { "at least " } else { "" };
    match count {
        0 => None,
        1 => Some(format!("{at_least}1 run {one} was left out")),
        _ => Some(format!("{at_least}{count} runs {many} were left out")),
    }
}

/// Returns true if a run passed or failed. The jobs of a blocked pipeline have a result, as a rule.
fn has_result(run: &Run) -> bool {
    let has_ended = matches!(run.verdict(), Verdict::Passed | Verdict::Flaky | Verdict::Failed);
    run.is_useful() && (has_ended || gitlab::is_blocked(run))
}
