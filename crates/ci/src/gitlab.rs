//! GitLab: pipelines, their jobs including retried ones, and their child pipelines.
//!
//! `wire` and `words` parse responses, `ask` sends requests, `webhook` reads what GitLab sends by
//! itself. <https://docs.gitlab.com/api/pipelines/>, <https://docs.gitlab.com/api/jobs/>

mod ask;
mod blocked;
pub(crate) mod webhook;
mod wire;
mod words;

use crate::provider::{AuthScheme, CommitScope, Filter, ProviderInfo};
use crate::query::{CurrentJob, Environment, Lookup, Query, QueryError};
use crate::target::{Target, below, parse_address, split_project};

pub(crate) use ask::{enrich, failed_tests, resolve, run, runs};
pub(crate) use blocked::{is_blocked, judge as judge_blocked};

/// The public server.
const PUBLIC_SERVER: &str = "https://gitlab.com";
/// The maximum number of segments in the path of a project.
const MAX_SEGMENTS: usize = 22;

pub(crate) static INFO: ProviderInfo = ProviderInfo {
    name: "gitlab",
    filters: &[Filter::Server, Filter::GitRef, Filter::Source, Filter::Job, Filter::Since],
    retry_evidence: Some("jobs retried in a pipeline; pipelines of one commit"),
    commits: CommitScope::All,
    public_hosts: &["gitlab.com"],
    host_parts: &["gitlab"],
    variables: &[
        "GITLAB_CI",
        "CI_API_V4_URL",
        "CI_SERVER_URL",
        "CI_PROJECT_PATH",
        "CI_COMMIT_REF_NAME",
        "CI_MERGE_REQUEST_REF_PATH",
        "CI_MERGE_REQUEST_EVENT_TYPE",
        "CI_PIPELINE_ID",
        "CI_JOB_NAME",
    ],
    tokens: &["GITLAB_TOKEN"],
    auth: AuthScheme::Header("private-token"),
    ..ProviderInfo::MINIMAL
};

pub(crate) fn from_env(env: Lookup<'_>) -> Environment {
    let server = env("CI_API_V4_URL").or_else(|| env("CI_SERVER_URL"));
    let job = env("GITLAB_CI").and_then(|_| env("CI_PROJECT_PATH")).map(|project| Query {
        server: server.clone(),
        git_ref: merge_request_ref(env).or_else(|| env("CI_COMMIT_REF_NAME")),
        current_job: env("CI_PIPELINE_ID").and_then(|id| id.parse().ok()).map(|id| CurrentJob {
            run: Some(id),
            name: env("CI_JOB_NAME").unwrap_or_default(),
            numbered_by_stage: true,
        }),
        ..Query::new(project)
    });
    Environment { server, job }
}

/// The ref of a merge request's pipeline. The variable always ends in `head`, also if the merge
/// result is built.
fn merge_request_ref(env: Lookup<'_>) -> Option<String> {
    let head = env("CI_MERGE_REQUEST_REF_PATH")?;
    let built = match env("CI_MERGE_REQUEST_EVENT_TYPE").as_deref() {
        Some("merged_result") => "merge",
        Some("merge_train") => "train",
        _ => return Some(head),
    };
    Some(format!("{}/{built}", head.strip_suffix("/head").unwrap_or(&head)))
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let without_api = |server: &str| {
        let trimmed = server.strip_suffix('/').unwrap_or(server);
        trimmed.strip_suffix("/api/v4").unwrap_or(server).to_string()
    };
    let server = query.server.as_deref().map(without_api);
    let (server, project) =
        split_project(&query.project, server.as_deref(), MAX_SEGMENTS, "group/project")?;
    let default = || {
        let server = query.default_server.as_deref().map(without_api);
        parse_address(server.as_deref().unwrap_or(PUBLIC_SERVER))
    };
    let server = server.map_or_else(default, Ok)?;
    Ok(Target::new(below(server, &["api", "v4"]), project, query))
}
