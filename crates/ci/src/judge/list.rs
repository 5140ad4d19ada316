//! Reads the list of runs, and keeps those that can decide or be measured.

use std::cmp::Reverse;

use crate::run::{self, Run, Trigger};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target};

/// The maximum number of pages that are read to find enough finished runs.
const MAX_PAGES: usize = 5;

/// The latest runs of a project, newest first.
pub(super) struct RunList {
    /// The runs that count.
    pub runs: Vec<Run>,
    /// What was left out, as clauses.
    pub notes: Vec<String>,
    /// The error of reading older pages. The latest runs have been read, and they decide.
    pub incomplete: Option<FetchError>,
}

/// Reads pages until there are `count` finished runs that count.
pub(super) async fn read(
    provider: Provider,
    client: &Client,
    target: &Target,
    count: usize,
) -> Result<RunList, FetchError> {
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
        let useful = runs.iter().filter(|run| run.is_useful() && counts(run)).count();
        if !more || useful >= count {
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
    if runs.iter().any(counts) {
        let of =
            |trigger| runs.iter().filter(|run| !counts(run) && run.kind.trigger == trigger).count();
        notes.extend(left_out(of(Trigger::Schedule), is_long, ["of a schedule", "of schedules"]));
        let other = ["for another event", "for other events"];
        notes.extend(left_out(of(Trigger::Other), is_long, other));
        runs.retain(counts);
    }
    notes.extend(left_out(forks, false, ["of a fork", "of forks"]));
    keep(&mut runs, count);
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

/// Keeps the runs up to the `count`-th useful one, and all of the latest commit.
fn keep(runs: &mut Vec<Run>, count: usize) {
    let latest = runs.iter().find(|run| !run.state.outcome.never_ran).map(|run| run.sha.clone());
    let mut useful = 0;
    runs.retain(|run| {
        let is_kept = useful < count || Some(&run.sha) == latest.as_ref();
        useful += usize::from(run.is_useful());
        is_kept
    });
}
