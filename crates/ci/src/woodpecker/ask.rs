//! Requests to Woodpecker.

use reqwest::Url;

use super::wire::{Pipeline, Repository};
use crate::run::{Run, Trigger};
use crate::{Client, FetchError, PageRequest, RunPage, Target};

/// The maximum page size.
const MAX_PAGE: usize = 50;

/// Fetches the number of the repository and the default branch.
pub(crate) async fn resolve(client: &Client, target: &mut Target) -> Result<(), FetchError> {
    let path: Vec<&str> = ["lookup"].into_iter().chain(target.project.split('/')).collect();
    let Repository { id, default_branch } = client.get(target.url(&path, &[])).await?.json()?;
    target.project_id = Some(id);
    if !target.branch_is_known() {
        target.query.git_ref = default_branch;
    }
    Ok(())
}

/// Fetches a page of pipelines.
pub(crate) async fn runs(
    client: &Client,
    target: &Target,
    page: PageRequest,
) -> Result<RunPage, FetchError> {
    let (number, size) = page.parameters(MAX_PAGE);
    let parameters = [
        ("branch", target.git_ref()),
        ("event", target.query.source.as_deref()),
        ("page", Some(number.as_str())),
        ("perPage", Some(size.as_str())),
    ];
    let url = target.url(&[&repository_id(target), "pipelines"], &parameters);
    let pipelines: Vec<Pipeline> = client.get(url).await?.json()?;
    let more = pipelines.len() == page.size(MAX_PAGE);
    // The branch of a pull request is its target branch.
    let all = target.query.source.is_some() || target.query.all_branches;
    let current = target.current_run();
    let wanted = |run: &Run| {
        let is_current = current.is_some() && run.key.id.number() == current;
        all || run.kind.trigger != Trigger::MergeRequest || is_current
    };
    let runs = pipelines.into_iter().map(|pipeline| pipeline.into_run(&target.project));
    Ok(RunPage { runs: runs.filter(wanted).collect(), more, ..RunPage::default() })
}

/// Fetches a pipeline with its steps.
pub(crate) async fn run(client: &Client, target: &Target, number: u64) -> Result<Run, FetchError> {
    let pipeline: Pipeline = client.get(pipeline_url(target, number)).await?.json()?;
    Ok(pipeline.into_run(&target.project))
}

/// Adds the steps of the current job's pipeline; with a job in the query, of all pipelines. Returns the
/// first error.
pub(crate) async fn enrich(
    client: &Client,
    target: &Target,
    runs: &mut [Run],
) -> Option<FetchError> {
    let (current, by_job) = (target.current_run(), target.query.job.is_some());
    let numbered = runs.iter_mut().filter_map(|run| Some((run.key.id.number()?, run)));
    let wanted = numbered.filter(|(id, _)| by_job || Some(*id) == current);
    let (ids, wanted): (Vec<u64>, Vec<&mut Run>) = wanted.unzip();
    let urls = ids.iter().map(|id| pipeline_url(target, *id)).collect();
    let responses = client.get_all(urls).await;
    let mut failure = None;
    for (run, response) in wanted.into_iter().zip(responses) {
        match response.and_then(|response| response.json::<Pipeline>()) {
            Ok(pipeline) => run.add_jobs(pipeline.into_run(&target.project).jobs),
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    failure
}

fn pipeline_url(target: &Target, number: u64) -> Url {
    target.url(&[&repository_id(target), "pipelines", &number.to_string()], &[])
}

fn repository_id(target: &Target) -> String {
    target.project_id.map(|id| id.to_string()).unwrap_or_default()
}
