//! Reads the list of runs, and keeps those that can decide or be measured.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::run::{self, Run, RunId, Trigger};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target, gitlab};
use flaky_core::verdict::Verdict;

/// The maximum number of pages that are read to find enough finished runs.
const MAX_PAGES: usize = 5;

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
        let time = run.times.created.or(run.times.started).or(run.state.as_of);
        self.since.zip(time).is_none_or(|(since, time)| time >= since)
    }
}

/// The latest runs of a project, newest first.
pub(super) struct RunList {
    /// The runs that count.
    pub runs: Vec<Run>,
    /// The runs that may decide, but are too old to be measured.
    pub older: BTreeSet<RunId>,
    /// What was left out, as clauses.
    pub notes: Vec<String>,
    /// The error of reading older pages. The latest runs have been read, and they decide.
    pub incomplete: Option<FetchError>,
}

/// Reads pages until the window is full of runs with a result, and one of them can decide.
pub(super) async fn read(
    provider: Provider,
    client: &Client,
    target: &Target,
    window: Window,
) -> Result<RunList, FetchError> {
    let Window { count, .. } = window;
    let by_change = provider.info().many_workflows && target.query.takes_every_event();
    let counts = |run: &Run| !by_change || run.kind.trigger.is_change();
    let settles = |run: &Run| has_result(run) || target.query.latest && run.is_useful();
    let request = |page| PageRequest { page, useful: count };
    let RunPage { runs: first, mut more, mut forks } =
        provider.runs(client, target, request(1)).await?;
    let is_long = more;
    let mut incomplete = None;
    let mut runs = Vec::new();
    // A page may list a run twice, if a new one arrives while the page is assembled.
    run::add(&mut runs, first);
    for page in 2..=MAX_PAGES {
        let is_settled = runs.iter().any(|run| settles(run) && counts(run));
        let is_full = pipelines(&runs, by_change, |run| has_result(run) && counts(run)) >= count
            || runs.iter().rev().find(|run| counts(run)).is_some_and(|run| !window.reaches(run));
        if !more || is_settled && is_full {
            break;
        }
        match provider.runs(client, target, request(page)).await {
            Ok(older) => {
                run::add(&mut runs, older.runs);
                more = older.more;
                forks += older.forks;
            }
            Err(error) => {
                incomplete = Some(error);
                break;
            }
        }
    }
    // Lists of different events are read in turn. Numbers grow with time.
    if runs.iter().all(|run| run.key.id.number().is_some()) {
        runs.sort_by_key(|run| Reverse(run.key.id.number()));
    }
    let mut notes = Vec::new();
    if runs.iter().any(|run| counts(run) && !run.state.outcome.never_ran) {
        let of =
            |trigger| runs.iter().filter(|run| !counts(run) && run.kind.trigger == trigger).count();
        notes.extend(left_out(of(Trigger::Schedule), is_long, ["of a schedule", "of schedules"]));
        let other = ["for another event", "for other events"];
        notes.extend(left_out(of(Trigger::Other), is_long, other));
        runs.retain(counts);
    }
    notes.extend(left_out(forks, false, ["of a fork", "of forks"]));
    let older = keep(&mut runs, window, by_change, settles);
    let is_measured = |run: &Run| has_result(run) && !older.contains(&run.key.id);
    if window.since.is_some() && runs.iter().any(has_result) && !runs.iter().any(is_measured) {
        notes.push("flakiness is not measured: no pipeline of the chosen time has a result".into());
    }
    Ok(RunList { runs, older, notes, incomplete })
}

/// The note on a number of runs that were left out; `None` for 0.
fn left_out(count: usize, at_least: bool, [one, many]: [&str; 2]) -> Option<String> {
    let at_least = if at_least { "at least " } else { "" };
    match count {
        0 => None,
        1 => Some(format!("{at_least}1 run {one} was left out")),
        _ => Some(format!("{at_least}{count} runs {many} were left out")),
    }
}

/// The number of pipelines among the runs that are counted. Where a push starts several workflows, all
/// runs of a commit are one.
fn pipelines(runs: &[Run], by_commit: bool, is_counted: impl Fn(&Run) -> bool) -> usize {
    let counted = runs.iter().filter(|run| is_counted(run));
    if by_commit {
        return counted.map(|run| &run.sha).collect::<BTreeSet<_>>().len();
    }
    counted.count()
}

/// Returns true if a run passed or failed. The jobs of a blocked pipeline have a result, as a rule.
fn has_result(run: &Run) -> bool {
    let has_ended = matches!(run.verdict(), Verdict::Passed | Verdict::Flaky | Verdict::Failed);
    run.is_useful() && (has_ended || gitlab::is_blocked(run))
}

/// Keeps the runs of the window, those up to the first one that `settles` the verdict, and all of its
/// commit and of the latest one. Returns those that are too old to be measured.
fn keep(
    runs: &mut Vec<Run>,
    window: Window,
    by_commit: bool,
    settles: impl Fn(&Run) -> bool,
) -> BTreeSet<RunId> {
    let settling = runs.iter().position(settles);
    let latest = runs.iter().position(|run| !run.state.outcome.never_ran);
    let shas = [latest, settling].into_iter().flatten().filter_map(|at| runs[at].sha.clone());
    let deciding: BTreeSet<String> = shas.collect();
    // A commit that ran again within the time is measured as a whole.
    let current: BTreeSet<String> = runs
        .iter()
        .filter(|run| window.reaches(run))
        .filter_map(|run| run.sha.clone().filter(|sha| deciding.contains(sha)))
        .collect();
    // Cancelled runs do not fill the window, unless there is nothing else.
    let fills = |run: &Run| has_result(run) || settling.is_none() && run.is_useful();
    let (mut filled, mut at) = (0, 0);
    let mut known = BTreeSet::new();
    let mut older = BTreeSet::new();
    runs.retain(|run| {
        let is_more = by_commit && known.contains(&run.sha);
        let is_in =
            |shas: &BTreeSet<String>| run.sha.as_ref().is_some_and(|sha| shas.contains(sha));
        let is_measured =
            (is_more || filled < window.count) && window.reaches(run) || is_in(&current);
        let decides = settling.is_some_and(|settling| at <= settling)
            || latest == Some(at)
            || is_in(&deciding);
        at += 1;
        if fills(run) && !is_more {
            filled += 1;
            known.insert(run.sha.clone());
        }
        if decides && !is_measured {
            older.insert(run.key.id.clone());
        }
        is_measured || decides
    });
    older
}
