//! The parts of Woodpecker's JSON that are read, and their conversion.

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::run::{Job, Run, RunId, RunKey, RunKind, State, Times};
use crate::target::web_page;
use crate::{Provider, time};

/// A repository.
#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub id: u64,
    pub default_branch: Option<String>,
}

/// A pipeline.
#[derive(Debug, Deserialize)]
pub(super) struct Pipeline {
    /// Its number in the repository.
    pub number: u64,
    pub status: String,
    #[serde(default)]
    pub commit: String,
    /// The branch; for a pull request, its target branch.
    pub branch: Option<String>,
    pub event: Option<String>,
    /// The page of the commit or pull request.
    pub forge_url: Option<String>,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub created: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub updated: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub started: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub finished: Option<Timestamp>,
    /// Its workflows; not in lists.
    #[serde(default)]
    pub workflows: Vec<Workflow>,
}

impl Pipeline {
    /// Converts it to a run of `project`.
    pub(super) fn into_run(self, project: &str) -> Run {
        let times = Times { created: self.created, started: self.started, finished: self.finished };
        let key = RunKey {
            provider: Provider::Woodpecker,
            project: project.to_string(),
            id: RunId::Number(self.number),
            attempt: 1,
        };
        let outcome = words::pipeline(&self.status);
        let jobs = self.workflows.into_iter().flat_map(Workflow::into_jobs);
        let mut run = Run {
            sha: Some(self.commit).filter(|sha| !sha.is_empty()),
            kind: RunKind {
                git_ref: self.branch,
                workflow: None,
                trigger: words::trigger(self.event.as_deref()),
            },
            times,
            url: web_page(self.forge_url.as_deref()),
            ..Run::new(key, State::new(self.status, outcome, self.updated, &times))
        };
        run.add_jobs(jobs);
        run
    }
}

/// A workflow of a pipeline.
#[derive(Debug, Deserialize)]
pub(super) struct Workflow {
    /// Its number in the pipeline.
    #[serde(default)]
    pub pid: u64,
    #[serde(default)]
    pub children: Vec<Step>,
}

impl Workflow {
    /// Converts its steps to jobs, except services, which run until the workflow ends.
    fn into_jobs(self) -> impl Iterator<Item = Job> {
        let pid = self.pid;
        let steps = self.children.into_iter().filter(|step| step.kind != "service");
        steps.map(move |step| {
            let times = Times { created: None, started: step.started, finished: step.finished };
            let outcome = words::step(&step.state);
            Job {
                id: step.id,
                parent: None,
                name: step_name(pid, &step.name),
                allowed_to_fail: false,
                state: State::new(step.state, outcome, None, &times),
                times,
                url: None,
            }
        })
    }
}

/// A step of a workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub id: u64,
    pub name: String,
    pub state: String,
    /// Its type, such as "service".
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub started: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::unix_s")]
    pub finished: Option<Timestamp>,
}

/// The name of a step, made unique in its pipeline: all workflows have a step "clone".
pub(crate) fn step_name(workflow: u64, step: &str) -> String {
    format!("{workflow} / {step}")
}
