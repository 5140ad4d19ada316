//! Reads the list of runs, and keeps those that can decide or be measured.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::run::{self, Run, Trigger};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target};

/// The maximum number of pages that are read to find enough finished runs.
const MAX_PAGES: usize = 5;

/// The runs over which flakiness is measured. The latest commit is always among them.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The number of finished pipelines.
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
    /// What was left out, as clauses.
    pub notes: Vec<String>,
    /// The error of reading older pages. The latest runs have been read, and they decide.
    pub incomplete: Option<FetchError>,
}

/// Reads pages until the window is full of finished runs that count.
pub(super) async fn read(
    provider: Provider,
    client: &Client,
    target: &Target,
    window: Window,
) -> Result<RunList, FetchError> {
    let Window { count, .. } = window;
    let by_change = provider.info().many_workflows && target.query.takes_every_event();
    let counts = |run: &Run| !by_change || run.kind.trigger.is_change();
    let request = |page| PageRequest { page, useful: count };
    let RunPage { runs: first, mut more, mut forks } =
        provider.runs(client, target, request(1)).await?;
    let is_long = more;
    let mut incomplete = None;
    let mut runs = Vec::new();
    // A page may list a run twice, if a new one arrives while the page is assembled.
    run::add(&mut runs, first);
    for page in 2..=MAX_PAGES {
        let is_full = pipelines(&runs, by_change, |run| run.is_useful() && counts(run)) >= count
            || runs.iter().rev().find(|run| counts(run)).is_some_and(|run| !window.reaches(run));
        if !more || is_full {
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
    keep(&mut runs, window, by_change);
    Ok(RunList { runs, notes, incomplete })
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

/// Keeps the runs of the window, and all of the latest commit.
fn keep(runs: &mut Vec<Run>, window: Window, by_commit: bool) {
    let latest = runs.iter().find(|run| !run.state.outcome.never_ran).map(|run| run.sha.clone());
    let mut useful = 0;
    let mut known = BTreeSet::new();
    runs.retain(|run| {
        let is_more = by_commit && known.contains(&run.sha);
        let is_kept = (is_more || useful < window.count) && window.reaches(run)
            || Some(&run.sha) == latest.as_ref();
        if run.is_useful() && !is_more {
            useful += 1;
            known.insert(run.sha.clone());
        }
        is_kept
    });
}
