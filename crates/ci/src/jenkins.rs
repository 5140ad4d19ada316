//! Jenkins: the builds of a job.
//!
//! `wire` and `words` parse responses, `ask` sends requests.
//! <https://www.jenkins.io/doc/book/using/remote-access-api/>

mod ask;
mod wire;
mod words;

use crate::provider::{AuthScheme, CommitScope, Filter, ProviderInfo};
use crate::query::{CurrentJob, Environment, Lookup, Query, QueryError};
use crate::target::{Target, below, parse_address, without_secrets};

pub(crate) use ask::{failed_tests, runs};

pub(crate) static INFO: ProviderInfo = ProviderInfo {
    name: "jenkins",
    filters: &[Filter::GitRef, Filter::Since],
    retry_evidence: Some("builds of one commit"),
    commits: CommitScope::All,
    variables: &["JENKINS_URL", "JOB_URL", "BUILD_NUMBER"],
    tokens: &["JENKINS_TOKEN"],
    auth: AuthScheme::Basic,
    ..ProviderInfo::MINIMAL
};

pub(crate) fn from_env(env: Lookup<'_>) -> Environment {
    let job = env("JENKINS_URL").and_then(|_| env("JOB_URL")).map(|job| Query {
        current_job: env("BUILD_NUMBER").and_then(|number| number.parse().ok()).map(|number| {
            CurrentJob { run: Some(number), name: String::new(), numbered_by_stage: false }
        }),
        ..Query::new(job)
    });
    Environment { server: None, job }
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let mut root = parse_address(&query.project)?;
    root.set_query(None);
    if let Some(branch) = &query.git_ref {
        // The name of a branch's job is the escaped branch name, which is escaped again in the URL.
        root = below(root, &["job", &branch.replace('%', "%25").replace('/', "%2F")]);
    }
    let project = without_secrets(root.as_str());
    Ok(Target::new(root, project, query))
}
