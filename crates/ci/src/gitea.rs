//! Gitea and Forgejo: the statuses of a branch's commits; in webhooks, also the runs of Actions.
//!
//! Gitea keeps all statuses that were ever set on a commit. The statuses of one context, in order,
//! are the executions of one job. `wire` and `words` parse responses, `ask` sends requests, `webhook`
//! and `forgejo` read what the two send by themselves. The API is modelled on GitHub's. <https://docs.gitea.com/api/>

mod ask;
pub(crate) mod forgejo;
pub(crate) mod webhook;
mod wire;
mod words;

use crate::provider::{AuthScheme, CommitScope, Filter, ProviderInfo};
use crate::query::{CurrentJob, Environment, Lookup, Query, QueryError};
use crate::target::{Target, below, split_project};

pub(crate) use ask::runs;

pub(crate) static INFO: ProviderInfo = ProviderInfo {
    name: "gitea",
    filters: &[Filter::Server, Filter::GitRef, Filter::Job, Filter::Since],
    retry_evidence: Some("statuses of one context that were set again"),
    commits: CommitScope::Branch,
    public_hosts: &["codeberg.org"],
    host_parts: &["gitea", "forgejo"],
    variables: &[
        "GITEA_ACTIONS",
        "FORGEJO_ACTIONS",
        "GITHUB_SERVER_URL",
        "GITHUB_REPOSITORY",
        "GITHUB_REF_NAME",
        "GITHUB_HEAD_REF",
        "GITHUB_JOB",
    ],
    tokens: &["GITEA_TOKEN", "FORGEJO_TOKEN"],
    auth: AuthScheme::Token,
    ..ProviderInfo::MINIMAL
};

pub(crate) fn from_env(env: Lookup<'_>) -> Environment {
    let in_job = env("GITEA_ACTIONS").or_else(|| env("FORGEJO_ACTIONS"));
    let job = in_job.and_then(|_| env("GITHUB_REPOSITORY")).map(|project| Query {
        server: env("GITHUB_SERVER_URL"),
        git_ref: env("GITHUB_HEAD_REF").or_else(|| env("GITHUB_REF_NAME")),
        current_job: env("GITHUB_JOB").map(|name| CurrentJob {
            run: None,
            name,
            numbered_by_stage: false,
        }),
        ..Query::new(project)
    });
    Environment { server: None, job }
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let (server, project) =
        split_project(&query.project, query.server.as_deref(), 2, "owner/repo")?;
    let server = server.ok_or(QueryError::ServerMissing)?;
    Ok(Target::new(below(server, &["api", "v1"]), project, query))
}
