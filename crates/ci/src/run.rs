//! A run: one execution of a pipeline, a workflow or a build, as it was reported.
//!
//! Reports of a run come in pieces: pages of a list, answers about its jobs, messages that arrive
//! late, twice or out of order. [`Run::merge`] puts two reports of one run together. It is
//! commutative, associative and idempotent, so any order and number of reports gives the same run.
//!
//! ```text
//! wire type of a platform ─> Run { key, state, times, jobs … } ─merge─> Run ─> flakiness, judge
//! ```
//!
//! Every field is merged by itself: the earliest time of creation, the union of the jobs, any
//! value rather than none. Only [`State`] is taken as a whole from the report that is newest.

mod job;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Provider;
use flaky_core::verdict::Verdict;

pub use job::Job;
pub(crate) use job::executions;

/// The identity of a run on its server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// The platform.
    pub provider: Provider,
    /// The project, as the platform calls it: `group/project`, or an address without secrets.
    pub project: String,
    /// The run in the project.
    pub id: RunId,
    /// The attempt, from 1: a platform that restarts a run under the same number counts up.
    pub attempt: u64,
}

/// A run in its project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunId {
    /// The number of a pipeline, run or build.
    Number(u64),
    /// The statuses of this commit, which belong to no pipeline.
    Commit(String),
    /// The latest run, on a server that does not number its runs. Which run that is changes with
    /// time, so a later report of it is another run and must not be merged.
    Latest,
    /// The last run that finished, on such a server, while the latest is running.
    LastFinished,
}

impl RunId {
    /// The number, where there is one.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Commit(_) | Self::Latest | Self::LastFinished => None,
        }
    }
}

/// The trigger of a run: runs with different triggers may have different jobs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A push, a person, or anything else.
    #[default]
    Push,
    /// A merge request or pull request: what is built is the result of merging.
    MergeRequest,
    /// A schedule.
    Schedule,
}

/// The runs that can be compared: of the same branch, workflow and trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKind {
    /// The branch or tag.
    pub git_ref: Option<String>,
    /// The number of the workflow, where a platform has several.
    pub workflow: Option<u64>,
    /// The trigger.
    pub trigger: Trigger,
}

/// The outcome that a word of a platform means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    /// The verdict; flaky only where a server says that itself.
    pub verdict: Verdict,
    /// It failed for a reason outside of the project: a runner broke, or the job was not started.
    pub infra_failure: bool,
    /// It never ran, or waits for a person. Such a run does not decide, such a job is not required.
    pub never_ran: bool,
}

impl Outcome {
    /// An outcome of something that ran, for which the project is responsible.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, infra_failure: false, never_ran: false }
    }

    /// Whether it is evidence about the project: it passed or failed, and not by a broken runner.
    pub fn is_conclusive(self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::Failed) && !self.infra_failure
    }
}

/// The state of a run or job in one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The platform's own word.
    pub word: String,
    /// The meaning of the word.
    pub outcome: Outcome,
    /// When it was so. See [`State::new`].
    pub as_of: Option<Timestamp>,
}

impl State {
    /// A state with the time at which it was so: `updated`, where the platform says that, else when
    /// it finished, or when something that has not finished was started. A finished state without
    /// such a time is the last word.
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

    /// Whether it is over.
    pub fn is_finished(&self) -> bool {
        self.outcome.verdict != Verdict::Running
    }

    /// The newer state; of two of the same time the finished one, then the graver one. An older
    /// report never reopens what has finished.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if other.order() > self.order() { other } else { self }
    }

    /// A total order, in which equal states alone are equal.
    fn order(&self) -> impl Ord + '_ {
        let finished = self.is_finished();
        let unknown = if finished { Timestamp::MAX } else { Timestamp::MIN };
        (self.as_of.unwrap_or(unknown), finished, self.outcome, &self.word, self.as_of)
    }
}

/// The times of a run or job, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was first started.
    pub started: Option<Timestamp>,
    /// When it last finished.
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
    /// What it can be compared with.
    pub kind: RunKind,
    /// Its state.
    pub state: State,
    /// Its times.
    pub times: Times,
    /// A page to look at.
    pub url: Option<String>,
    /// Its jobs with those that were retried; empty where they are not known. See [`Run::jobs`].
    #[serde(default)]
    pub(crate) jobs: Vec<Job>,
}

impl Run {
    /// A run with a state and no more.
    pub fn new(key: RunKey, state: State) -> Self {
        let kind = RunKind { git_ref: None, workflow: None, trigger: Trigger::default() };
        Self { key, sha: None, kind, state, times: Times::default(), url: None, jobs: Vec::new() }
    }

    /// The verdict of its outcome.
    pub fn verdict(&self) -> Verdict {
        self.state.outcome.verdict
    }

    /// Whether it finished and is of use: it ran at all.
    pub fn is_useful(&self) -> bool {
        self.state.is_finished() && !self.state.outcome.never_ran
    }

    /// Its jobs, one per id, in the order of [`Job::position`].
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Adds jobs; reports of a job that is known already are merged.
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
    }

    /// Puts together two reports of one run, which have the same key.
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
            state: self.state.merge(other.state),
            times: self.times.merge(other.times),
            url: self.url.max(other.url),
            jobs: self.jobs,
        };
        merged.add_jobs(other.jobs);
        merged
    }
}

/// Adds `more` to `runs`. A run that is among them already is merged: the pages of a list shift
/// while they are read.
pub(crate) fn add(runs: &mut Vec<Run>, more: Vec<Run>) {
    for run in more {
        match runs.iter().position(|known| known.key == run.key) {
            Some(at) => runs[at] = runs[at].clone().merge(run),
            None => runs.push(run),
        }
    }
}

#[cfg(test)]
mod tests;
