//! Reduces runs to the jobs that a query is about.

use std::collections::BTreeSet;

use crate::job_pattern::JobPattern;
use crate::listing::joined;
use crate::run::{Job, Run, gravest};
use crate::{FetchError, FetchErrorKind};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum number of jobs named in an error.
const MAX_NAMED: usize = 10;
/// The maximum length of a pattern in a message, in characters.
const LONGEST_PATTERN: usize = 60;

/// Keeps the jobs that match `pattern`, and judges each run by them alone. Runs without such a job are
/// left out, except for those that failed before they had any job.
///
/// # Errors
/// Fails if there are runs, but none has such a job.
pub(super) fn keep(runs: &mut Vec<Run>, pattern: &str) -> Result<(), FetchError> {
    if runs.is_empty() {
        return Ok(());
    }
    let jobs = JobPattern::new(pattern);
    let (mut names, mut found) = (BTreeSet::new(), false);
    runs.retain_mut(|run| {
        let (ours, others): (Vec<Job>, Vec<Job>) =
            std::mem::take(&mut run.jobs).into_iter().partition(|job| jobs.matches(&job.name));
        if ours.is_empty() {
            let has_no_jobs = others.is_empty();
            names.extend(others.into_iter().map(|job| job.name));
            return has_no_jobs && run.verdict() == Verdict::Failed;
        }
        found = true;
        narrow(run, ours);
        true
    });
    if found {
        return Ok(());
    }
    let message = format!("no pipeline has a job {:?}", sanitize(pattern, LONGEST_PATTERN));
    let names: Vec<String> = names.into_iter().collect();
    let known = if names.is_empty() { "not known".to_string() } else { joined(&names, MAX_NAMED) };
    Err(FetchError::new(FetchErrorKind::NoSuchJob, message).with_detail(known))
}

/// Judges a run by these jobs alone, also by those that are allowed to fail.
fn narrow(run: &mut Run, jobs: Vec<Job>) {
    let started = jobs.iter().filter_map(|job| job.times.started).min();
    let finished = jobs.iter().filter_map(|job| job.times.finished).max();
    run.times.started = started.or(run.times.started);
    run.times.finished = finished.or(run.times.finished);
    run.jobs = jobs.into_iter().map(|job| Job { allowed_to_fail: false, ..job }).collect();
    if let Some(job) = gravest(&run.jobs) {
        let (word, outcome) = (job.state.word.clone(), job.state.outcome);
        (run.state.word, run.state.outcome) = (word, outcome);
    }
}
