//! Gitea's webhooks: runs of Actions and their jobs in GitHub's shape, and statuses of commits.
//!
//! Three things differ from GitHub. Times that are not set are sent as the beginning of 1970. A
//! workflow has no number but the name of its file. And a run that starts again stays the same run:
//! most versions send 0 as its attempt, and start its jobs again under their old numbers with a greater
//! attempt. So all attempts are one run here, whose jobs have the attempt in their numbers: a job that
//! failed and then passed is known as that only from `workflow_job`.
//!
//! A status names no branch. The run of its commit gets one from the polling client.
//! <https://docs.gitea.com/usage/webhooks>

use jiff::Timestamp;
use serde::Deserialize;

use super::wire::Status;
use super::words;
use crate::github::words as actions;
use crate::run::{Job, Run, RunId, RunKey, State, Times};
use crate::target::web_page;
use crate::webhook::message::{Repository, Told, Unread, parse, run_of_job, run_of_status};
use crate::{Provider, time};

/// The first bit of the attempt in the number of a job. The number in the database of a server is
/// lower.
const ATTEMPT_BIT: u32 = 40;
/// The greatest attempt that makes a number of its own.
const MAX_ATTEMPT: u64 = 1 << 12;

/// Reads the body of an event.
pub(crate) fn read(event: &str, body: &[u8]) -> Result<Told, Unread> {
    match event {
        "workflow_run" => workflow_run(body),
        "workflow_job" => workflow_job(body),
        "status" => status(body),
        _ => Err(Unread::other(event)),
    }
}

/// A message about a run.
#[derive(Debug, Deserialize)]
struct RunHook {
    workflow: Option<Workflow>,
    workflow_run: WorkflowRun,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct Workflow {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WorkflowRun {
    id: u64,
    /// The file of the workflow and the ref, as in `ci.yml@refs/heads/main`.
    #[serde(default)]
    path: String,
    event: Option<String>,
    head_sha: Option<String>,
    /// Empty for a pull request.
    #[serde(default)]
    head_branch: String,
    status: Option<String>,
    /// Empty until the run is completed.
    conclusion: Option<String>,
    html_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    completed_at: Option<Timestamp>,
}

/// A message about a job.
#[derive(Debug, Deserialize)]
struct JobHook {
    workflow_job: WorkflowJob,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct WorkflowJob {
    id: u64,
    run_id: u64,
    run_attempt: Option<u64>,
    name: String,
    head_sha: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    html_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    completed_at: Option<Timestamp>,
}

/// A message about a status that was set on a commit.
#[derive(Debug, Deserialize)]
struct StatusHook {
    id: u64,
    sha: String,
    state: String,
    #[serde(default)]
    context: String,
    description: Option<String>,
    target_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    updated_at: Option<Timestamp>,
    repository: Repository,
}

fn workflow_run(body: &[u8]) -> Result<Told, Unread> {
    let RunHook { workflow, workflow_run: run, repository } = parse(body)?;
    let file = run.path.split('@').next().unwrap_or_default();
    let times =
        Times { created: run.created_at, started: run.started_at, finished: run.completed_at };
    let word = words::of_actions(run.status.as_deref(), run.conclusion);
    let outcome = actions::run(&word);
    let key = key(repository.project()?, run.id);
    let mut converted = Run::new(key, State::new(word, outcome, run.updated_at, &times));
    converted.sha = run.head_sha.filter(|sha| !sha.is_empty());
    converted.kind.git_ref = Some(run.head_branch).filter(|branch| !branch.is_empty());
    converted.kind.workflow = words::workflow(file);
    converted.kind.trigger = words::trigger(run.event.as_deref());
    let name = workflow.and_then(|workflow| workflow.name).filter(|name| !name.is_empty());
    converted.workflow_name =
        name.or_else(|| Some(file.to_string()).filter(|file| !file.is_empty()));
    converted.times = times;
    converted.url = web_page(run.html_url.as_deref());
    Ok(repository.told(converted))
}

fn workflow_job(body: &[u8]) -> Result<Told, Unread> {
    let JobHook { workflow_job: job, repository } = parse(body)?;
    let word = words::of_actions(job.status.as_deref(), job.conclusion);
    let times =
        Times { created: job.created_at, started: job.started_at, finished: job.completed_at };
    let attempt = job.run_attempt.unwrap_or_default().clamp(1, MAX_ATTEMPT) - 1;
    let outcome = actions::job(&word);
    let execution = Job {
        id: job.id.saturating_add(attempt << ATTEMPT_BIT),
        parent: None,
        name: job.name,
        allowed_to_fail: false,
        state: State::new(word, outcome, None, &times),
        times,
        url: web_page(job.html_url.as_deref()),
    };
    let running = (actions::RUNNING, actions::run(actions::RUNNING));
    let mut run = run_of_job(key(repository.project()?, job.run_id), running, execution);
    run.sha = job.head_sha.filter(|sha| !sha.is_empty());
    Ok(repository.told(run))
}

fn status(body: &[u8]) -> Result<Told, Unread> {
    let hook: StatusHook = parse(body)?;
    let status = Status {
        id: hook.id,
        state: hook.state,
        context: hook.context,
        description: hook.description,
        target_url: hook.target_url,
        created_at: hook.created_at,
        updated_at: hook.updated_at,
    };
    let project = hook.repository.project()?;
    let run = run_of_status(Provider::Gitea, project, hook.sha, Job::from(status))?;
    Ok(hook.repository.told(run))
}

fn key(project: String, run: u64) -> RunKey {
    RunKey { provider: Provider::Gitea, project, id: RunId::Number(run), attempt: 1 }
}
