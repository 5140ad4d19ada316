//! A job of a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{State, Times};
use flaky_core::verdict::Verdict;

/// One execution of a job. Executions with the same name in a run are retries of one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number in the project; later executions have greater numbers.
    pub id: u64,
    /// For a job of a child pipeline: the number of the job that started the child pipeline.
    pub parent: Option<u64>,
    /// Its name.
    pub name: String,
    /// True if the run may pass although this job fails.
    pub allowed_to_fail: bool,
    /// Its state.
    pub state: State,
    /// Its times.
    pub times: Times,
    /// The URL of its page.
    pub url: Option<String>,
}

impl Job {
    /// The sort key of jobs in a run, in order of time. Jobs of a child pipeline have the position
    /// of the job that started it.
    pub fn position(&self) -> (u64, u64) {
        (self.parent.unwrap_or(self.id), self.id)
    }

    /// The verdict of its outcome.
    pub fn verdict(&self) -> Verdict {
        self.state.outcome.verdict
    }

    /// Returns true if the run depends on it: it must not fail, and it was or will be started.
    pub fn is_required(&self) -> bool {
        !self.allowed_to_fail && !self.state.outcome.never_ran
    }

    /// Combines two reports of one execution; see [`super::Run::merge`].
    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            id: self.id,
            parent: self.parent.max(other.parent),
            name: self.name.max(other.name),
            allowed_to_fail: self.allowed_to_fail || other.allowed_to_fail,
            state: self.state.merge(other.state),
            times: self.times.merge(other.times),
            url: self.url.max(other.url),
        }
    }
}

/// Groups executions by job name. Executions are sorted oldest first, jobs by their first
/// execution.
pub(crate) fn executions(jobs: &[Job]) -> Vec<(&str, Vec<&Job>)> {
    let mut sorted: Vec<&Job> = jobs.iter().collect();
    sorted.sort_by_key(|job| job.position());
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all: Vec<(&str, Vec<&Job>)> = Vec::new();
    for job in sorted {
        let place = *places.entry(&job.name).or_insert_with(|| {
            all.push((&job.name, Vec::new()));
            all.len() - 1
        });
        all[place].1.push(job);
    }
    all
}

/// The job that determines the outcome of jobs: the gravest of those that ran, by the last execution of
/// each.
pub(crate) fn gravest(jobs: &[Job]) -> Option<&Job> {
    let all = executions(jobs);
    let last = all.iter().filter_map(|(_, executions)| executions.last().copied());
    last.max_by_key(|job| (!job.state.outcome.never_ran, job.verdict()))
}
