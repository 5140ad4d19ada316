//! Fetches runs for a server that stores them.

use super::list::{self, RunList};
use super::selection::{Rules, Window};
use crate::provider::CommitScope;
use crate::run::Run;
use crate::{Client, FetchError, Provider, Query, Target};

/// The latest runs of a project.
#[derive(Debug)]
pub struct FetchedRuns {
    /// The runs that are judged by default, with their jobs and earlier attempts as far as these are
    /// evidence.
    pub runs: Vec<Run>,
    /// The default branch; `None` if the query names a branch, or the platform has none.
    pub default_branch: Option<String>,
    /// The first error of fetching jobs, child pipelines, earlier attempts or older runs.
    pub incomplete: Option<FetchError>,
}

/// Fetches the latest runs that count, to be stored. If the query is for all branches, so are the runs,
/// where the platform lists them.
///
/// # Errors
/// Fails if the latest runs cannot be fetched.
pub async fn fetch_runs(
    provider: Provider,
    client: &Client,
    mut target: Target,
    window: Window,
) -> Result<FetchedRuns, FetchError> {
    let info = provider.info();
    let is_named = target.query.git_ref.is_some();
    let all_branches = target.query.all_branches && info.commits == CommitScope::All;
    target.query.all_branches = false;
    provider.resolve(client, &mut target).await?;
    let default_branch = target.query.git_ref.clone().filter(|_| !is_named);
    if all_branches && !is_named {
        target.query = Query { git_ref: None, all_branches, ..target.query };
    }
    let rules = Rules::new(&target.query, window, info.many_workflows);
    let RunList { runs, left_out, incomplete } =
        list::read(provider, client, &target, &rules).await?;
    let mut runs = rules.select(runs, left_out).runs;
    let failure = provider.enrich(client, &target, &mut runs).await;
    Ok(FetchedRuns { runs, default_branch, incomplete: incomplete.or(failure) })
}

/// Fetches the current state of the run with this number, and its earlier attempts. Returns nothing on
/// platforms that do not show a single run.
///
/// # Errors
/// Fails if the run cannot be fetched.
pub async fn fetch_run(
    provider: Provider,
    client: &Client,
    mut target: Target,
    number: u64,
) -> Result<FetchedRuns, FetchError> {
    // The branch is that of the run.
    target.query.all_branches = true;
    provider.resolve(client, &mut target).await?;
    let mut runs: Vec<Run> = provider.run(client, &target, number).await?.into_iter().collect();
    let incomplete = provider.enrich(client, &target, &mut runs).await;
    Ok(FetchedRuns { runs, default_branch: None, incomplete })
}
