//! GitHub's webhooks: workflow runs, their jobs, and the checks and statuses of other systems.
//!
//! Every attempt of a run is a run of its own, as in responses. A message about a job does not say
//! whether the commit is in a fork, so its branch is left to the message about the run. The branch of a
//! fork is called `owner:branch`, which no branch of the repository can be.
//!
//! The check suite of GitHub Actions is left out: `workflow_run` says the same and more.
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads>

use jiff::Timestamp;
use serde::Deserialize;

use super::wire::{WorkflowJob, WorkflowRun};
use super::words;
use crate::run::{Job, Outcome, Run, RunId, RunKey, State, Times};
use crate::target::web_page;
use crate::webhook::message::{Repository, Told, Unread, parse, run_of_job, run_of_status};
use crate::{Provider, time};

/// The app whose check suites are workflow runs.
const ACTIONS: &str = "github-actions";

/// Reads the body of an event.
pub(crate) fn read(event: &str, body: &[u8]) -> Result<Told, Unread> {
    match event {
        "workflow_run" => workflow_run(body),
        "workflow_job" => workflow_job(body),
        "check_suite" => check_suite(event, body),
        "status" => status(body),
        "ping" => match parse::<Ping>(body)?.repository {
            Some(repository) => repository.told_nothing(),
            None => Err(Unread::ignored(event, "it names no repository")),
        },
        _ => Err(Unread::other(event)),
    }
}

/// A message about a run.
#[derive(Debug, Deserialize)]
struct RunHook {
    workflow_run: WorkflowRun,
    repository: Repository,
}

/// A message about a job.
#[derive(Debug, Deserialize)]
struct JobHook {
    workflow_job: WorkflowJob,
    repository: Repository,
}

/// A message about the checks of an app on a commit.
#[derive(Debug, Deserialize)]
struct SuiteHook {
    check_suite: CheckSuite,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct CheckSuite {
    id: u64,
    /// `None` for a commit in a fork.
    head_branch: Option<String>,
    head_sha: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    app: Option<App>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    updated_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct App {
    id: Option<u64>,
    slug: Option<String>,
    name: Option<String>,
}

/// A message about a status that was set on a commit.
#[derive(Debug, Deserialize)]
struct StatusHook {
    id: u64,
    sha: String,
    #[serde(default)]
    context: String,
    state: String,
    target_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339")]
    updated_at: Option<Timestamp>,
    /// At most ten branches that contain the commit.
    #[serde(default)]
    branches: Vec<Branch>,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct Branch {
    name: String,
}

/// The message after a webhook was set up.
#[derive(Debug, Deserialize)]
struct Ping {
    /// `None` if it was set up for an organisation.
    repository: Option<Repository>,
}

fn workflow_run(body: &[u8]) -> Result<Told, Unread> {
    let RunHook { workflow_run: run, repository } = parse(body)?;
    let project = repository.project()?;
    let fork = run.is_of_fork().then(|| run.branch_of_fork());
    let mut run = run.into_run(&project);
    if let Some(branch) = fork {
        run.kind.git_ref = branch;
    }
    Ok(repository.told(run))
}

fn workflow_job(body: &[u8]) -> Result<Told, Unread> {
    let JobHook { workflow_job: mut job, repository } = parse(body)?;
    let number = job.run_id.ok_or_else(|| Unread::malformed("expected a job with a `run_id`"))?;
    let key = RunKey {
        provider: Provider::GitHub,
        project: repository.project()?,
        id: RunId::Number(number),
        attempt: job.run_attempt.unwrap_or(1),
    };
    let sha = job.head_sha.take();
    let mut run = run_of_job(key, (words::RUNNING, words::run(words::RUNNING)), Job::from(job));
    run.sha = sha.filter(|sha| !sha.is_empty());
    Ok(repository.told(run))
}

fn check_suite(event: &str, body: &[u8]) -> Result<Told, Unread> {
    let SuiteHook { check_suite: suite, repository } = parse(body)?;
    let app = suite.app;
    if app.as_ref().is_some_and(|app| app.slug.as_deref() == Some(ACTIONS)) {
        return Err(Unread::ignored(event, "the event workflow_run says the same"));
    }
    let key = RunKey {
        provider: Provider::GitHub,
        project: repository.project()?,
        id: RunId::Number(suite.id),
        attempt: 1,
    };
    let word = words::word(suite.status.as_deref(), suite.conclusion);
    let outcome = words::run(&word);
    let times = Times { created: suite.created_at, ..Times::default() };
    let mut run = Run::new(key, State::new(word, outcome, suite.updated_at, &times));
    run.sha = suite.head_sha.filter(|sha| !sha.is_empty());
    run.kind.git_ref = suite.head_branch;
    run.kind.workflow = app.as_ref().and_then(|app| app.id);
    run.workflow_name = app.and_then(|app| app.name);
    run.times = times;
    Ok(repository.told(run))
}

fn status(body: &[u8]) -> Result<Told, Unread> {
    let hook: StatusHook = parse(body)?;
    let project = hook.repository.project()?;
    // The commit of a branch that was merged is in both branches.
    let is_default = |branch: &&Branch| hook.repository.is_default(&branch.name);
    let branch = hook.branches.iter().find(is_default).or(hook.branches.first());
    let git_ref = branch.map(|branch| branch.name.clone());
    let times = Times { created: hook.created_at, ..Times::default() };
    let outcome = Outcome::new(words::combined(&hook.state));
    let job = Job {
        id: hook.id,
        parent: None,
        name: hook.context,
        allowed_to_fail: false,
        state: State::new(hook.state, outcome, hook.updated_at, &times),
        times,
        url: web_page(hook.target_url.as_deref()),
    };
    let mut run = run_of_status(Provider::GitHub, project, hook.sha, job)?;
    run.kind.git_ref = git_ref;
    Ok(hook.repository.told(run))
}
