//! The verdict on a run in progress, from a job within it.

use crate::query::CurrentJob;
use crate::run::{Job, Run, executions};
use flaky_core::verdict::Verdict;

/// The verdict on the other jobs of the current job's run; `None` while one of them is unfinished,
/// or if there are none.
pub(super) fn verdict_of_others(run: &Run, current: &CurrentJob) -> Option<Verdict> {
    let all = executions(run.jobs());
    let last: Vec<_> = all.iter().filter_map(|(_, executions)| executions.last()).collect();
    let first = |name: &str| all.iter().find(|(of, _)| *of == name).map(|(_, jobs)| jobs[0]);
    let ours = first(&current.name).map(Job::position);
    let others = || last.iter().filter(|job| job.name != current.name && job.is_required());
    if others().any(|job| job.verdict() == Verdict::Failed) {
        return Some(Verdict::Failed);
    }
    // Ignore jobs of later stages, which have greater numbers. A retry has a greater number than
    // the other jobs of its stage, so the first execution's number counts.
    let is_later = |name: &str| {
        current.numbered_by_stage && ours.is_some() && first(name).map(Job::position) > ours
    };
    let count = |verdict: Verdict| {
        others().filter(move |job| job.verdict() == verdict && !is_later(&job.name)).count()
    };
    // If the current job is not found by its name, it is one of those that are running.
    if count(Verdict::Running) > usize::from(ours.is_none()) || count(Verdict::Unknown) > 0 {
        return None;
    }
    [Verdict::Stopped, Verdict::Passed].into_iter().find(|verdict| count(*verdict) > 0)
}
