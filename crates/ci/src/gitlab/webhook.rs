//! GitLab's webhooks: pipelines and jobs.
//!
//! A message about a pipeline has its latest jobs, without those that were retried, so the retried
//! ones are known from messages about jobs or from earlier messages. Its ref is that of the source
//! branch also for a merge request, whose pipeline does not belong to the branch.
//!
//! Child pipelines are left out: a message names the pipeline that started one, but not the job's name,
//! nor whether it may fail, and of a grandchild only its parent. A parent that depends on its child
//! takes its result; the polling client finds the rest.
//! <https://docs.gitlab.com/user/project/integrations/webhook_events/>

use jiff::Timestamp;
use serde::Deserialize;

use super::wire::{Execution, Pipeline};
use super::{MAX_SEGMENTS, blocked, words};
use crate::run::{Job, RunId, RunKey, Trigger};
use crate::target::{parse_remote, web_page};
use crate::webhook::message::{Told, Unread, parse, project, run_of_job};
use crate::{Provider, time};

/// The maximum number of jobs of a message that are read.
const MAX_JOBS: usize = 5_000;
/// The source of a child pipeline.
const CHILD: &str = "parent_pipeline";

/// Reads the body of an event.
pub(crate) fn read(event: &str, body: &[u8]) -> Result<Told, Unread> {
    match event {
        "Pipeline Hook" => pipeline(event, body),
        "Job Hook" | "Build Hook" => job(event, body),
        "System Hook" => match parse::<Kind>(body)?.object_kind.as_deref() {
            Some("pipeline") => pipeline(event, body),
            Some("build") => job(event, body),
            _ => Err(Unread::other(event)),
        },
        _ => Err(Unread::other(event)),
    }
}

/// What an event of a whole server is about.
#[derive(Debug, Deserialize)]
struct Kind {
    object_kind: Option<String>,
}

/// A message about a pipeline.
#[derive(Debug, Deserialize)]
struct PipelineHook {
    object_attributes: Pipeline,
    merge_request: Option<MergeRequest>,
    project: Project,
    builds: Option<Vec<Execution>>,
}

#[derive(Debug, Deserialize)]
struct MergeRequest {
    iid: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Project {
    path_with_namespace: String,
    default_branch: Option<String>,
    web_url: Option<String>,
}

/// A message about a job.
#[derive(Debug, Deserialize)]
struct JobHook {
    build_id: u64,
    build_name: String,
    build_status: String,
    build_allow_failure: Option<bool>,
    build_failure_reason: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    build_created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    build_started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    build_finished_at: Option<Timestamp>,
    pipeline_id: u64,
    sha: Option<String>,
    project_id: Option<u64>,
    /// Not sent by old servers.
    project: Option<Project>,
    repository: Option<Repository>,
    /// The pipeline, in spite of its name.
    commit: Option<PipelineOfJob>,
    source_pipeline: Option<SourcePipeline>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    git_ssh_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PipelineOfJob {
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    finished_at: Option<Timestamp>,
}

/// The pipeline that started this one.
#[derive(Debug, Deserialize)]
struct SourcePipeline {
    project: Option<ProjectId>,
}

#[derive(Debug, Deserialize)]
struct ProjectId {
    id: Option<u64>,
}

fn pipeline(event: &str, body: &[u8]) -> Result<Told, Unread> {
    let PipelineHook { object_attributes: mut pipeline, merge_request, project, builds } =
        parse(body)?;
    if pipeline.source.as_deref() == Some(CHILD) {
        return Err(of_child(event));
    }
    let path = checked(&project.path_with_namespace)?;
    let builds: Vec<Execution> = builds.unwrap_or_default().into_iter().take(MAX_JOBS).collect();
    let times = builds.iter().flat_map(Execution::all_times);
    let latest = times.chain([pipeline.created_at, pipeline.finished_at]).flatten().max();
    // The time of an earlier end stays while a pipeline runs again.
    pipeline.finished_at = pipeline.finished_at.filter(|_| words::is_over(&pipeline.status));
    pipeline.updated_at = latest;
    let mut run = pipeline.into_run(&path);
    if merge_request.is_some() {
        run.kind.trigger = Trigger::MergeRequest;
    }
    if run.kind.trigger == Trigger::MergeRequest {
        let number = merge_request.and_then(|request| request.iid);
        run.kind.git_ref = number.map(|number| format!("refs/merge-requests/{number}/head"));
    }
    run.add_jobs(builds.into_iter().map(|build| as_job(build, latest, project.web_url.as_deref())));
    blocked::judge(&mut run);
    Ok(Told { project: path, default_branch: project.default_branch, runs: vec![run] })
}

fn job(event: &str, body: &[u8]) -> Result<Told, Unread> {
    let hook: JobHook = parse(body)?;
    let source = hook.source_pipeline.and_then(|source| source.project?.id);
    if source.is_some() && source == hook.project_id {
        return Err(of_child(event));
    }
    let remote = hook.repository.and_then(|repository| parse_remote(&repository.git_ssh_url?));
    let (path, web_url, default_branch) = match hook.project {
        Some(of) => (of.path_with_namespace, of.web_url, of.default_branch),
        None => (remote.map(|(_, path)| path).unwrap_or_default(), None, None),
    };
    let path = checked(&path)?;
    let execution = Execution {
        id: hook.build_id,
        name: hook.build_name,
        status: hook.build_status,
        allow_failure: hook.build_allow_failure,
        failure_reason: hook.build_failure_reason,
        web_url: None,
        created_at: hook.build_created_at,
        started_at: hook.build_started_at,
        finished_at: hook.build_finished_at,
    };
    let of_pipeline = hook.commit.map(|of| [of.started_at, of.finished_at]);
    let times = execution.all_times().into_iter().chain(of_pipeline.into_iter().flatten());
    let latest = times.flatten().max();
    let key = RunKey {
        provider: Provider::GitLab,
        project: path.clone(),
        id: RunId::Number(hook.pipeline_id),
        attempt: 1,
    };
    let running = (words::RUNNING, words::pipeline(words::RUNNING));
    let mut run = run_of_job(key, running, as_job(execution, latest, web_url.as_deref()));
    run.sha = hook.sha.filter(|sha| !sha.is_empty());
    Ok(Told { project: path, default_branch, runs: vec![run] })
}

fn of_child(event: &str) -> Unread {
    Unread::ignored(event, "a child pipeline counts as a part of its parent")
}

fn checked(path: &str) -> Result<String, Unread> {
    project(path, MAX_SEGMENTS, "group/project")
}

/// The job of a message. A skipped or manual job has no time of its own and may still be started, so
/// its state has the time of the message.
fn as_job(build: Execution, latest: Option<Timestamp>, web_url: Option<&str>) -> Job {
    let page = web_url.map(|project| format!("{project}/-/jobs/{}", build.id));
    let mut job = Job { url: web_page(page.as_deref()), ..Job::from(build) };
    if job.state.is_finished() {
        job.state.as_of = job.state.as_of.or(latest);
    }
    job
}
