//! Pipelines that wait for a manual job: the jobs before it may have a result.

use super::words;
use crate::Provider;
use crate::run::{Job, Outcome, Run, executions};
use flaky_core::verdict::Verdict;

/// Returns true for a pipeline that waits for a manual job.
pub(crate) fn is_blocked(run: &Run) -> bool {
    run.key.provider == Provider::GitLab && run.state.word == words::BLOCKED
}

/// Judges a pipeline that waits for a manual job by the jobs before it. A verdict that it has already,
/// from fewer jobs or from child pipelines, can only get worse.
pub(crate) fn judge(run: &mut Run) {
    if !is_blocked(run) {
        return;
    }
    let known = run.state.outcome;
    let is_open = known.verdict == words::verdict(words::BLOCKED);
    match verdict_so_far(run.jobs()) {
        Some(verdict) if is_open || verdict > known.verdict => {
            run.state.outcome = Outcome::new(verdict);
        }
        None if is_open => run.state.outcome = Outcome { never_ran: true, ..known },
        _ => {}
    }
}

/// The verdict of the required jobs that passed or failed; `None` if there are none.
pub(super) fn verdict_so_far(jobs: &[Job]) -> Option<Verdict> {
    let last =
        executions(jobs).into_iter().filter_map(|(_, executions)| executions.last().copied());
    let has_result = |job: &&Job| matches!(job.verdict(), Verdict::Passed | Verdict::Failed);
    last.filter(|job| job.is_required()).filter(has_result).map(Job::verdict).max()
}
