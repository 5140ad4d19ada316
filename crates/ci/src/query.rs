//! A query for the runs of a project, from command-line options or the environment of a CI job.

use std::fmt;

/// Looks up an environment variable; `None` if it is unset or empty.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A query for the runs of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The project: `group/project`, or a URL.
    pub project: String,
    /// The URL of the server, if given.
    pub server: Option<String>,
    /// The server to use if neither `server` nor `project` names one; see [`Environment`].
    pub default_server: Option<String>,
    /// A branch or tag; `None` for the default branch.
    pub git_ref: Option<String>,
    /// If true, `git_ref: None` means all branches instead of the default branch.
    pub all_branches: bool,
    /// The trigger, in the platform's word.
    pub source: Option<String>,
    /// The file, the number or the name of a workflow.
    pub workflow: Option<String>,
    /// The jobs that count: a name, or a glob pattern.
    pub job: Option<String>,
    /// The name of the project in a list of projects.
    pub list_entry: Option<String>,
    /// If true, the latest run decides, even if it was cancelled.
    pub latest: bool,
    /// The job that this process runs in, if it belongs to the same project.
    pub current_job: Option<CurrentJob>,
}

/// The CI job that this process runs in. The job and its run are still running, so they are
/// excluded when its run is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentJob {
    /// The number of its run; `None` if jobs belong to no run.
    pub run: Option<u64>,
    /// Its name.
    pub name: String,
    /// True if jobs are numbered in the order of their stages, so that jobs with a greater number
    /// run later.
    pub numbered_by_stage: bool,
}

/// The settings in the environment variables of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The default server.
    pub server: Option<String>,
    /// The query for the project of the job that this process runs in; `None` outside of a job.
    pub job: Option<Query>,
}

impl Query {
    /// A query for a project.
    pub fn new(project: impl Into<String>) -> Self {
        Self { project: project.into(), ..Self::default() }
    }

    /// Returns true if neither a workflow nor a trigger is chosen.
    pub(crate) fn takes_every_event(&self) -> bool {
        self.workflow.is_none() && self.source.is_none()
    }

    /// The number of the current job's run.
    pub(crate) fn current_run(&self) -> Option<u64> {
        self.current_job.as_ref()?.run
    }
}

/// The error of a malformed query. It contains no secret and is safe to display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// A URL is invalid.
    InvalidAddress {
        /// The URL without secrets.
        address: String,
        /// The reason.
        reason: String,
    },
    /// A URL contains a user name or a password.
    CredentialsInAddress,
    /// A project name has the wrong form.
    InvalidProject {
        /// The name.
        project: String,
        /// An example of the expected form.
        example: &'static str,
    },
    /// The platform has no public server, and none is given.
    ServerMissing,
    /// The URLs of the project and of the server have different hosts.
    ServerMismatch,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidAddress { address, reason } => {
                write!(f, "{address:?} is not a valid URL: {reason}")
            }
            Self::CredentialsInAddress => f.write_str("the URL contains a user name or a password"),
            Self::InvalidProject { project, .. } => {
                write!(f, "{project:?} is not a project name")
            }
            Self::ServerMissing => f.write_str("no server is given"),
            Self::ServerMismatch => {
                f.write_str("the server and the project's URL are on different hosts")
            }
        }
    }
}

impl std::error::Error for QueryError {}
