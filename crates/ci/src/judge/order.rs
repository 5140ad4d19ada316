//! The order of runs that come from anywhere: newest first, and the same for any order of the input.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::run::Run;

/// Sorts runs, newest first. Numbers grow with time, so they order numbered runs, whose times need not
/// be known. Other runs are placed among these by their times.
pub(super) fn newest_first(runs: &mut Vec<Run>) {
    let is_numbered = |run: &Run| run.key.id.number().is_some();
    let (mut numbered, mut others): (Vec<Run>, Vec<Run>) =
        std::mem::take(runs).into_iter().partition(is_numbered);
    numbered
        .sort_by_cached_key(|run| Reverse((run.key.id.number(), run.key.attempt, run.key.clone())));
    others.sort_by_cached_key(|run| Reverse((run.beginning(), run.key.clone())));
    let mut others = others.into_iter().peekable();
    for run in numbered {
        if let Some(beginning) = run.beginning() {
            while let Some(newer) = others.next_if(|other| other.beginning() > Some(beginning)) {
                runs.push(newer);
            }
        }
        runs.push(run);
    }
    runs.extend(others);
}

/// Divides runs, newest first, into the latest attempt of each and the earlier ones.
pub(super) fn split_attempts(runs: Vec<Run>) -> (Vec<Run>, Vec<Run>) {
    let mut known = BTreeSet::new();
    runs.into_iter().partition(|run| known.insert((run.key.project.clone(), run.key.id.clone())))
}
