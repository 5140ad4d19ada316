//! The parts of Gitea's JSON that are read, and their conversion.

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::run::{Job, State, Times};
use crate::target::web_page;
use crate::time;

/// A commit of a branch.
#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub sha: String,
}

/// A status that was set on a commit.
#[derive(Debug, Deserialize)]
pub struct Status {
    /// Its number on the server; later statuses have greater numbers.
    pub id: u64,
    /// The state, under the name that GitHub's API uses.
    #[serde(rename = "status")]
    pub state: String,
    /// The name of the job or tool that set it; "workflow / job (event)" for Actions.
    #[serde(default)]
    pub context: String,
    pub description: Option<String>,
    /// The page of that job or tool.
    pub target_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    pub updated_at: Option<Timestamp>,
}

impl From<Status> for Job {
    fn from(status: Status) -> Self {
        let times = Times { created: status.created_at, ..Times::default() };
        let outcome = words::status(&status.state, status.description.as_deref());
        Self {
            id: status.id,
            parent: None,
            name: status.context,
            allowed_to_fail: false,
            state: State::new(status.state, outcome, status.updated_at, &times),
            times,
            url: web_page(status.target_url.as_deref()),
        }
    }
}
