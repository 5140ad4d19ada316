//! GitHub Actions, and the commit statuses that other systems set.
//!
//! `wire` and `words` parse responses, `ask` sends requests, `workflows` finds a workflow by its name,
//! `webhook` reads what GitHub sends by itself.
//! <https://docs.github.com/en/rest/actions/workflow-runs>

mod ask;
pub(crate) mod webhook;
mod wire;
pub(crate) mod words;
mod workflows;

use crate::provider::{CommitScope, Filter, ProviderInfo};
use crate::query::{CurrentJob, Environment, Lookup, Query, QueryError};
use crate::target::{Target, below, parse_address, split_project};

pub(crate) use ask::{enrich, resolve, resolve_branch, run, runs};

/// The API of github.com.
const PUBLIC_API: &str = "https://api.github.com";
/// The hosts of github.com.
const PUBLIC_HOSTS: [&str; 3] = ["github.com", "www.github.com", "api.github.com"];

pub(crate) static INFO: ProviderInfo = ProviderInfo {
    name: "github",
    filters: &[
        Filter::Server,
        Filter::GitRef,
        Filter::Source,
        Filter::Workflow,
        Filter::Job,
        Filter::Since,
    ],
    many_workflows: true,
    retry_evidence: Some(
        "earlier attempts of a run; runs of one commit; with --job, its executions",
    ),
    commits: CommitScope::All,
    public_hosts: &["github.com"],
    host_parts: &["github"],
    variables: &[
        "GITHUB_ACTIONS",
        "GITHUB_API_URL",
        "GITHUB_REPOSITORY",
        "GITHUB_REF_NAME",
        "GITHUB_HEAD_REF",
        "GITHUB_WORKFLOW_REF",
        "GITHUB_RUN_ID",
        "GITHUB_JOB",
    ],
    tokens: &["GITHUB_TOKEN", "GH_TOKEN"],
    ..ProviderInfo::MINIMAL
};

pub(crate) fn from_env(env: Lookup<'_>) -> Environment {
    // owner/repo/.github/workflows/ci.yml@refs/heads/main
    let workflow = || {
        let full = env("GITHUB_WORKFLOW_REF")?;
        Some(full.split("@refs/").next()?.rsplit('/').next()?.to_string())
    };
    let job = env("GITHUB_ACTIONS").and_then(|_| env("GITHUB_REPOSITORY")).map(|project| Query {
        server: env("GITHUB_API_URL"),
        git_ref: env("GITHUB_HEAD_REF").or_else(|| env("GITHUB_REF_NAME")),
        workflow: workflow(),
        current_job: env("GITHUB_RUN_ID").and_then(|id| id.parse().ok()).map(|id| CurrentJob {
            run: Some(id),
            name: env("GITHUB_JOB").unwrap_or_default(),
            numbered_by_stage: false,
        }),
        ..Query::new(project)
    });
    Environment { server: None, job }
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let server = query.server.as_deref().map(|server| {
        let trimmed = server.strip_suffix('/').unwrap_or(server);
        trimmed.strip_suffix("/api/v3").unwrap_or(server)
    });
    let (server, project) = split_project(&query.project, server, 2, "owner/repo")?;
    let root = match server {
        Some(server) if !PUBLIC_HOSTS.contains(&server.host_str().unwrap_or_default()) => {
            below(server, &["api", "v3"])
        }
        _ => parse_address(PUBLIC_API)?,
    };
    let mut target = Target::new(root, project, query);
    // The API knows a file by its name only.
    let workflow = query.workflow.as_deref().filter(|workflow| workflows::is_id(workflow));
    if let Some((_, file)) = workflow.and_then(|workflow| workflow.rsplit_once('/')) {
        target.query.workflow = Some(file.to_string());
    }
    Ok(target)
}
