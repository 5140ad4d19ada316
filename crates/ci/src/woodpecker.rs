//! Woodpecker: pipelines of a repository.
//!
//! `wire` and `words` parse responses, `ask` sends requests. <https://woodpecker-ci.org/api>

mod ask;
mod wire;
mod words;

use crate::provider::{CommitScope, Filter, ProviderInfo};
use crate::query::{CurrentJob, Environment, Lookup, Query, QueryError};
use crate::target::{Target, below, split_project};

pub(crate) use ask::{enrich, resolve, run, runs};

/// The maximum number of segments in the name of a repository.
const MAX_SEGMENTS: usize = 22;

pub(crate) static INFO: ProviderInfo = ProviderInfo {
    name: "woodpecker",
    filters: &[Filter::Server, Filter::GitRef, Filter::Source, Filter::Job, Filter::Since],
    retry_evidence: Some("pipelines of one commit"),
    commits: CommitScope::All,
    variables: &[
        "CI",
        "CI_SYSTEM_URL",
        "CI_REPO",
        "CI_COMMIT_BRANCH",
        "CI_PIPELINE_NUMBER",
        "CI_WORKFLOW_NUMBER",
        "CI_STEP_NAME",
        "WOODPECKER_SERVER",
    ],
    tokens: &["WOODPECKER_TOKEN"],
    ..ProviderInfo::MINIMAL
};

pub(crate) fn from_env(env: Lookup<'_>) -> Environment {
    let in_job = env("CI").filter(|system| system == "woodpecker");
    let job = in_job.and_then(|_| env("CI_REPO")).map(|project| Query {
        server: env("CI_SYSTEM_URL"),
        git_ref: env("CI_COMMIT_BRANCH"),
        current_job: env("CI_PIPELINE_NUMBER").and_then(|id| id.parse().ok()).map(|id| {
            let workflow = env("CI_WORKFLOW_NUMBER").and_then(|number| number.parse().ok());
            let step = env("CI_STEP_NAME").unwrap_or_default();
            CurrentJob {
                run: Some(id),
                name: wire::step_name(workflow.unwrap_or(1), &step),
                numbered_by_stage: true,
            }
        }),
        ..Query::new(project)
    });
    Environment { server: env("WOODPECKER_SERVER"), job }
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let server = query.server.as_deref().or(query.default_server.as_deref());
    let (server, project) = split_project(&query.project, server, MAX_SEGMENTS, "owner/repo")?;
    let server = server.ok_or(QueryError::ServerMissing)?;
    Ok(Target::new(below(server, &["api", "repos"]), project, query))
}
