//! A run: one execution of a pipeline, a workflow or a build.
//!
//! A run may be reported in parts: in a page of a list, in responses about its jobs, in messages
//! that arrive late, twice or out of order. [`Run::merge`] combines two reports of the same run. It
//! is commutative, associative and idempotent, so the result does not depend on the order and the
//! number of reports.
//!
//! ```text
//! wire type of a platform ─> Run { key, state, times, jobs … } ─merge─> Run ─> flakiness, judge
//! ```
//!
//! Fields are merged one by one: the earliest creation time, the union of the jobs, any value
//! rather than none. [`State`] is taken as a whole, from the newest report, except for the statuses of
//! a commit: nobody reports the state of all of them, so it follows from the merged jobs.

mod job;
mod signs;
mod silence;
mod statuses;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Provider;
use flaky_core::verdict::Verdict;

pub use job::Job;
pub(crate) use job::{executions, gravest};
pub(crate) use signs::TestSigns;
pub use silence::time_out;

/// The identity of a run on its server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// The platform.
    pub provider: Provider,
    /// The project in the platform's notation: `group/project`, or a URL without secrets.
    pub project: String,
    /// The run within the project.
    pub id: RunId,
    /// The attempt, from 1. It is greater than 1 if the platform restarts runs under the same
    /// number.
    pub attempt: u64,
}

/// The identity of a run within its project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunId {
    /// The number of a pipeline, run or build.
    Number(u64),
    /// The statuses of this commit, which belong to no pipeline.
    Commit(String),
    /// The test reports that were posted for a run, in the words of whoever posted them, or for a
    /// commit.
    Reports(String),
    /// The latest run, on a server that does not number its runs. A later report may be about
    /// another run, so reports of different times must not be merged.
    Latest,
    /// The last finished run on such a server, while the latest is running.
    LastFinished,
}

impl RunId {
    /// The number, if there is one.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Commit(_) | Self::Reports(_) | Self::Latest | Self::LastFinished => None,
        }
    }
}

/// The trigger of a run. Runs with different triggers may have different jobs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A push, a person, or anything else.
    #[default]
    Push,
    /// A merge request or pull request: the result of merging is built.
    MergeRequest,
    /// A schedule.
    Schedule,
    /// An event that is not about a change: a comment, a release, a workflow of the server's own.
    Other,
}

impl Trigger {
    /// Returns true if a change was built: a push, or a merge request.
    pub(crate) fn is_change(self) -> bool {
        matches!(self, Self::Push | Self::MergeRequest)
    }
}

/// The kind of a run. Runs of the same branch, workflow and trigger can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKind {
    /// The branch or tag.
    pub git_ref: Option<String>,
    /// The number of the workflow, on platforms with several workflows.
    pub workflow: Option<u64>,
    /// The trigger.
    pub trigger: Trigger,
}

/// The meaning of a platform's status word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    /// The verdict; flaky only if the server itself reports that.
    pub verdict: Verdict,
    /// True if it failed for a reason outside the project: a runner failed, or the job did not
    /// start.
    pub infra_failure: bool,
    /// True if it never ran, or waits for a manual action. Such a run does not determine the
    /// verdict, and such a job is not required.
    pub never_ran: bool,
}

impl Outcome {
    /// An outcome of something that ran and was not an infrastructure failure.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, infra_failure: false, never_ran: false }
    }

    /// Returns true if it is evidence: it has passed or failed, and not because of the
    /// infrastructure.
    pub fn is_conclusive(self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::Failed) && !self.infra_failure
    }
}

/// The state of a run or job in one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The platform's status word.
    pub word: String,
    /// The meaning of the word.
    pub outcome: Outcome,
    /// The time of the state. See [`State::new`].
    pub as_of: Option<Timestamp>,
}

impl State {
    /// A state with its time. That is `updated` if the platform reports it, else the end, or the
    /// start of something that has not finished. A finished state without a time counts as the
    /// newest.
    pub fn new(
        word: impl Into<String>,
        outcome: Outcome,
        updated: Option<Timestamp>,
        times: &Times,
    ) -> Self {
        let otherwise = match outcome.verdict {
            Verdict::Running => times.started.or(times.created),
            _ => times.finished,
        };
        Self { word: word.into(), outcome, as_of: updated.or(otherwise) }
    }

    /// Returns true if it has finished.
    pub fn is_finished(&self) -> bool {
        self.outcome.verdict != Verdict::Running
    }

    /// The newer of two states. At equal times, a finished state prevails, then the more severe
    /// one. An older report never reopens a finished state.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if other.order() > self.order() { other } else { self }
    }

    /// The key of a total order in which only equal states compare equal.
    fn order(&self) -> impl Ord + '_ {
        let finished = self.is_finished();
        let unknown = if finished { Timestamp::MAX } else { Timestamp::MIN };
        (self.as_of.unwrap_or(unknown), finished, self.outcome, &self.word, self.as_of)
    }
}

/// The known times of a run or job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The creation.
    pub created: Option<Timestamp>,
    /// The first start.
    pub started: Option<Timestamp>,
    /// The last end.
    pub finished: Option<Timestamp>,
}

impl Times {
    fn merge(self, other: Self) -> Self {
        let first = |a: Option<Timestamp>, b: Option<Timestamp>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            created: first(self.created, other.created),
            started: first(self.started, other.started),
            finished: self.finished.max(other.finished),
        }
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its identity.
    pub key: RunKey,
    /// The full id of the commit.
    pub sha: Option<String>,
    /// Its kind: runs of the same kind can be compared.
    pub kind: RunKind,
    /// The name of its workflow, on platforms with several workflows.
    #[serde(default)]
    pub workflow_name: Option<String>,
    /// Its state.
    pub state: State,
    /// Its times.
    pub times: Times,
    /// The URL of its page.
    pub url: Option<String>,
    /// Its jobs including retried ones; empty if they are not known. See [`Run::jobs`].
    #[serde(default)]
    pub(crate) jobs: Vec<Job>,
    /// The tests that failed, as far as posted reports tell.
    #[serde(default, skip_serializing_if = "TestSigns::is_empty")]
    pub(crate) tests: TestSigns,
}

impl Run {
    /// A run with a key and a state only.
    pub fn new(key: RunKey, state: State) -> Self {
        let kind = RunKind { git_ref: None, workflow: None, trigger: Trigger::default() };
        Self {
            key,
            sha: None,
            kind,
            workflow_name: None,
            state,
            times: Times::default(),
            url: None,
            jobs: Vec::new(),
            tests: TestSigns::default(),
        }
    }

    /// The verdict of its outcome.
    pub fn verdict(&self) -> Verdict {
        self.state.outcome.verdict
    }

    /// Returns true if it has finished and did run.
    pub fn is_useful(&self) -> bool {
        self.state.is_finished() && !self.state.outcome.never_ran
    }

    /// Returns true if it is made of posted test reports.
    pub(crate) fn is_of_reports(&self) -> bool {
        matches!(self.key.id, RunId::Reports(_))
    }

    /// Returns true if it is about a branch of a fork, `owner:branch`. No branch has a colon in its
    /// name.
    pub(crate) fn is_of_fork(&self) -> bool {
        self.kind.git_ref.as_ref().is_some_and(|name| name.contains(':'))
    }

    /// The first known time of it. Runs are sorted by it where they have no numbers.
    pub(crate) fn beginning(&self) -> Option<Timestamp> {
        self.times.created.or(self.times.started).or(self.state.as_of)
    }

    /// Its end, or its last change if the end is not known; `None` while it is in progress.
    pub fn end(&self) -> Option<Timestamp> {
        self.times.finished.or(self.state.as_of).filter(|_| self.state.is_finished())
    }

    /// Its jobs, one per id, in the order of [`Job::position`].
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Adds jobs and merges reports of known jobs. The state of a run of statuses follows from them.
    pub fn add_jobs(&mut self, jobs: impl IntoIterator<Item = Job>) {
        self.jobs.extend(jobs);
        self.jobs.sort_by_key(|job| job.id);
        let mut merged: Vec<Job> = Vec::with_capacity(self.jobs.len());
        for job in self.jobs.drain(..) {
            match merged.last_mut() {
                Some(last) if last.id == job.id => *last = last.clone().merge(job),
                _ => merged.push(job),
            }
        }
        merged.sort_by_key(Job::position);
        self.jobs = merged;
        self.settle_statuses();
    }

    /// Combines two reports of the same run, which must have the same key.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        debug_assert_eq!(self.key, other.key, "reports of one run");
        let mut merged = Self {
            key: self.key,
            sha: self.sha.max(other.sha),
            kind: RunKind {
                git_ref: self.kind.git_ref.max(other.kind.git_ref),
                workflow: self.kind.workflow.max(other.kind.workflow),
                trigger: self.kind.trigger.max(other.kind.trigger),
            },
            workflow_name: self.workflow_name.max(other.workflow_name),
            state: self.state.merge(other.state),
            times: self.times.merge(other.times),
            url: self.url.max(other.url),
            jobs: self.jobs,
            tests: self.tests.merge(other.tests),
        };
        merged.add_jobs(other.jobs);
        merged
    }
}

/// Adds `more` to `runs` and merges runs that occur in both: the pages of a list may shift while
/// they are read.
pub(crate) fn add(runs: &mut Vec<Run>, more: Vec<Run>) {
    let mut places: BTreeMap<RunKey, usize> =
        runs.iter().zip(0..).map(|(run, place)| (run.key.clone(), place)).collect();
    for run in more {
        let place = *places.entry(run.key.clone()).or_insert(runs.len());
        match runs.get_mut(place) {
            Some(known) => *known = known.clone().merge(run),
            None => runs.push(run),
        }
    }
}

#[cfg(test)]
mod tests;
