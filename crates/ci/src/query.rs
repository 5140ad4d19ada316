//! A query as it was typed or as the environment of a job says it, before anything is sent.

use std::fmt;

/// Reads an environment variable; `None` where it is unset or empty.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A query for the runs of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The project: `group/project`, or an address.
    pub project: String,
    /// The server's address, where it is given.
    pub server: Option<String>,
    /// The server to ask where neither `server` nor `project` names one: see [`Environment`].
    pub default_server: Option<String>,
    /// A branch or tag; `None` for the default branch.
    pub git_ref: Option<String>,
    /// `None` as `git_ref` means all branches.
    pub all_branches: bool,
    /// The trigger, in the platform's word.
    pub source: Option<String>,
    /// A workflow's file.
    pub workflow: Option<String>,
    /// The project in a list of projects.
    pub list_entry: Option<String>,
    /// The job that this process runs in, if it belongs to the same project.
    pub current_job: Option<CurrentJob>,
}

/// The job that this process runs in. It is running, and so is its run, so neither can be waited
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentJob {
    /// The number of its run; `None` where jobs belong to no run.
    pub run: Option<u64>,
    /// Its name.
    pub name: String,
    /// Whether jobs are numbered in the order of their stages, so that those with a greater number
    /// come later.
    pub numbered_by_stage: bool,
}

/// What the environment variables of a platform say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The server to ask by default.
    pub server: Option<String>,
    /// The query for the project of the job that this process runs in; `None` outside of a job.
    pub job: Option<Query>,
}

impl Query {
    /// A query for a project.
    pub fn new(project: impl Into<String>) -> Self {
        Self { project: project.into(), ..Self::default() }
    }
}

/// A malformed query. Texts in it are safe to show and hold no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// An address cannot be read.
    InvalidAddress {
        /// The address.
        address: String,
        /// The reason.
        reason: String,
    },
    /// An address holds a user name or a password.
    CredentialsInAddress,
    /// A project's name has the wrong form.
    InvalidProject {
        /// The name.
        project: String,
        /// The right form.
        example: &'static str,
    },
    /// The platform has no public server, and none is named.
    ServerMissing,
    /// The project's address and the server's are on different hosts.
    ServerMismatch,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidAddress { address, reason } => {
                write!(f, "{address:?} is not a valid address: {reason}")
            }
            Self::CredentialsInAddress => f.write_str("an address holds a user name or a password"),
            Self::InvalidProject { project, .. } => {
                write!(f, "{project:?} is not the name of a project")
            }
            Self::ServerMissing => f.write_str("no server is named"),
            Self::ServerMismatch => {
                f.write_str("the server and the project's address are on different hosts")
            }
        }
    }
}

impl std::error::Error for QueryError {}
