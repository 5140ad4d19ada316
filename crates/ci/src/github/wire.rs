//! The parts of GitHub's JSON that are read, and their conversion.

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::run::{Job, Run, RunId, RunKey, RunKind, State, Times};
use crate::target::web_page;
use crate::{Provider, time};

/// A repository, of GitHub or Gitea.
#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub default_branch: String,
}

/// A page of runs.
#[derive(Debug, Deserialize)]
pub(super) struct WorkflowRuns {
    /// The runs, newest first.
    pub workflow_runs: Vec<WorkflowRun>,
}

/// A run of a workflow.
#[derive(Debug, Deserialize)]
pub(super) struct WorkflowRun {
    pub id: u64,
    /// The name of the workflow.
    pub name: Option<String>,
    /// The file of the workflow; below `dynamic/` for one of GitHub's own.
    pub path: Option<String>,
    pub workflow_id: Option<u64>,
    pub head_sha: Option<String>,
    pub head_branch: Option<String>,
    pub status: Option<String>,
    pub conclusion: Option<String>,
    pub run_attempt: Option<u64>,
    pub event: Option<String>,
    /// The repository it ran in.
    pub repository: Option<RepositoryId>,
    /// The repository of the commit; for a pull request from a fork, the fork. `None` if it was
    /// deleted.
    pub head_repository: Option<RepositoryId>,
    pub html_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub created_at: Option<Timestamp>,
    /// The start of this attempt.
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub run_started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub updated_at: Option<Timestamp>,
}

/// A page of the workflows of a repository.
#[derive(Debug, Deserialize)]
pub(super) struct Workflows {
    pub workflows: Vec<Workflow>,
}

/// A workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Workflow {
    pub id: u64,
    /// The name in the file, which need not be unique.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub path: String,
}

impl Workflow {
    /// The name of its file.
    pub(super) fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// A repository by its number.
#[derive(Debug, Deserialize)]
pub(super) struct RepositoryId {
    pub id: u64,
    pub owner: Option<Account>,
}

/// A person or an organisation.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub login: String,
}

impl WorkflowRun {
    /// Returns true if the commit is in a fork, whose branch may have the same name.
    pub(super) fn is_of_fork(&self) -> bool {
        match (&self.repository, &self.head_repository) {
            (Some(ours), Some(theirs)) => ours.id != theirs.id,
            // GitHub reports no repository of a fork that was deleted.
            (Some(_), None) => words::is_of_pull_request(self.event.as_deref()),
            (None, _) => false,
        }
    }

    /// The branch with the owner of the fork; `None` if the fork was deleted.
    pub(super) fn branch_of_fork(&self) -> Option<String> {
        let owner = self.head_repository.as_ref()?.owner.as_ref()?;
        Some(format!("{}:{}", owner.login, self.head_branch.as_ref()?))
    }

    /// Converts it to a run of `project`. The branch of a fork, which may have the name of one of ours,
    /// is left out.
    pub(super) fn into_run(self, project: &str) -> Run {
        let is_of_fork = self.is_of_fork();
        let word = words::word(self.status.as_deref(), self.conclusion);
        let times =
            Times { created: self.created_at, started: self.run_started_at, finished: None };
        let key = RunKey {
            provider: Provider::GitHub,
            project: project.to_string(),
            id: RunId::Number(self.id),
            attempt: self.run_attempt.unwrap_or(1),
        };
        let outcome = words::run(&word);
        Run {
            sha: self.head_sha.filter(|sha| !sha.is_empty()),
            kind: RunKind {
                git_ref: self.head_branch.filter(|_| !is_of_fork),
                workflow: self.workflow_id,
                trigger: words::trigger(self.event.as_deref(), self.path.as_deref()),
            },
            workflow_name: self.name,
            times,
            url: web_page(self.html_url.as_deref()),
            ..Run::new(key, State::new(word, outcome, self.updated_at, &times))
        }
    }
}

/// A page of a run's jobs.
#[derive(Debug, Deserialize)]
pub(super) struct WorkflowJobs {
    pub jobs: Vec<WorkflowJob>,
}

/// The checks of a commit.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRuns {
    #[serde(default)]
    pub check_runs: Vec<WorkflowJob>,
}

/// A job of a run, or a check of a commit.
#[derive(Debug, Deserialize)]
pub struct WorkflowJob {
    pub id: u64,
    pub name: String,
    pub status: Option<String>,
    pub conclusion: Option<String>,
    pub html_url: Option<String>,
    /// The run that it belongs to; missing for a check.
    pub run_id: Option<u64>,
    pub run_attempt: Option<u64>,
    pub head_sha: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub completed_at: Option<Timestamp>,
}

impl From<WorkflowJob> for Job {
    fn from(job: WorkflowJob) -> Self {
        let word = words::word(job.status.as_deref(), job.conclusion);
        let times = Times { created: None, started: job.started_at, finished: job.completed_at };
        let outcome = words::job(&word);
        Self {
            id: job.id,
            parent: None,
            name: job.name,
            allowed_to_fail: false,
            state: State::new(word, outcome, None, &times),
            times,
            url: web_page(job.html_url.as_deref()),
        }
    }
}

/// The combined statuses of a commit.
#[derive(Debug, Deserialize)]
pub(super) struct CombinedStatus {
    #[serde(default)]
    pub sha: String,
    /// The combined state; "pending" if there are no statuses.
    pub state: String,
    #[serde(default)]
    pub total_count: usize,
}
