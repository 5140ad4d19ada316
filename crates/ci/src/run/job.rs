//! A job of a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{State, Times};
use flaky_core::verdict::Verdict;

/// One execution of a job. Executions of the same name in a run are one job, retried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number in the project, rising with time.
    pub id: u64,
    /// The number of the job that started the child pipeline it is in.
    pub parent: Option<u64>,
    /// Its name.
    pub name: String,
    /// Whether the run passes although it fails.
    pub allowed_to_fail: bool,
    /// Its state.
    pub state: State,
    /// Its times.
    pub times: Times,
    /// A page to look at.
    pub url: Option<String>,
}

impl Job {
    /// Where it stands among the jobs of a run, in order of time: a child pipeline stands where the
    /// job stands that started it.
    pub fn position(&self) -> (u64, u64) {
        (self.parent.unwrap_or(self.id), self.id)
    }

    /// The verdict of its outcome.
    pub fn verdict(&self) -> Verdict {
        self.state.outcome.verdict
    }

    /// Whether the run depends on it: it may not fail, and it was or will be started.
    pub fn is_required(&self) -> bool {
        !self.allowed_to_fail && !self.state.outcome.never_ran
    }

    /// Puts together two reports of one execution; see [`super::Run::merge`].
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

/// The executions of each job, oldest first; the jobs in the order of their first execution.
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
