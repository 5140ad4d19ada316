//! Requests to GitLab.

use std::collections::BTreeMap;

use super::wire::{Bridge, Execution, Pipeline, Project, TestReport, TestSuite};
use super::{blocked, words};
use crate::client::Response;
use crate::failed_test::FailedTest;
use crate::job_pattern::JobPattern;
use crate::run::{Job, Outcome, Run};
use crate::{Client, FetchError, FetchErrorKind, PageRequest, RunPage, Target};
use flaky_core::verdict::Verdict;

/// The maximum page size.
const MAX_PAGE: usize = 100;
/// The maximum number of pages of jobs that are read, per pipeline on average.
const MAX_JOB_PAGES: usize = 10;
/// The maximum number of child pipelines that are read per pipeline: those of the first page.
const MAX_CHILDREN: usize = 100;
/// The maximum depth of child pipelines that are read.
const MAX_DEPTH: usize = 2;

/// Fetches the default branch.
pub(crate) async fn resolve(client: &Client, target: &mut Target) -> Result<(), FetchError> {
    if target.branch_is_known() {
        return Ok(());
    }
    let response = client.get(target.url(&["projects", &target.project], &[])).await?;
    let Project { default_branch } = response.json()?;
    let branch = default_branch.ok_or_else(|| {
        FetchError::new(FetchErrorKind::NoBranch, "the project has no branch yet")
    })?;
    target.query.git_ref = Some(branch);
    Ok(())
}

/// Fetches a page of pipelines.
pub(crate) async fn runs(
    client: &Client,
    target: &Target,
    page: PageRequest,
) -> Result<RunPage, FetchError> {
    let (number, size) = page.parameters(MAX_PAGE);
    let url = target.url(
        &["projects", &target.project, "pipelines"],
        &[
            ("ref", target.git_ref()),
            ("source", target.query.source.as_deref()),
            ("order_by", Some("id")),
            ("sort", Some("desc")),
            ("per_page", Some(&size)),
            ("page", Some(&number)),
        ],
    );
    let response = client.get(url).await?;
    let pipelines: Vec<Pipeline> = response.json()?;
    let runs = pipelines.into_iter().map(|pipeline| pipeline.into_run(&target.project)).collect();
    Ok(RunPage { runs, more: response.next.is_some(), ..RunPage::default() })
}

/// Fetches a pipeline.
pub(crate) async fn run(client: &Client, target: &Target, id: u64) -> Result<Run, FetchError> {
    let url = target.url(&["projects", &target.project, "pipelines", &id.to_string()], &[]);
    let pipeline: Pipeline = client.get(url).await?.json()?;
    Ok(pipeline.into_run(&target.project))
}

/// Adds the jobs of finished pipelines and of their child pipelines; with a job in the query, also of
/// those in progress.
pub(crate) async fn enrich(
    client: &Client,
    target: &Target,
    runs: &mut [Run],
) -> Option<FetchError> {
    let current = target.current_run();
    let is_current = |run: &Run| current.is_some() && run.key.id.number() == current;
    let by_job = target.query.job.is_some();
    let may_have_ended = |run: &Run| run.state.is_finished() || is_current(run) || by_job;
    let wanted = |run: &Run| !run.state.outcome.never_ran && may_have_ended(run);
    let mut parents: Vec<Parent<'_>> = runs
        .iter_mut()
        .filter(|run| wanted(run))
        .filter_map(|run| Some(Parent { pipeline: run.key.id.number()?, run }))
        .collect();
    let ids: Vec<u64> = parents.iter().map(|parent| parent.pipeline).collect();
    let (jobs, mut failure) = jobs(client, target, &ids).await;
    for (parent, jobs) in parents.iter_mut().zip(jobs) {
        parent.run.add_jobs(jobs);
        blocked::judge(parent.run);
    }
    // If the latest pipeline has no child pipelines, assume that the others have none.
    let (first, rest) = parents.split_at_mut(1.min(ids.len()));
    let found = children(client, target, first, &mut failure).await;
    if found && client.has_time() {
        children(client, target, rest, &mut failure).await;
    }
    failure
}

/// A run with the number of its pipeline.
struct Parent<'a> {
    pipeline: u64,
    run: &'a mut Run,
}

/// A pipeline whose child pipelines are fetched.
struct Ancestor {
    /// The index of the run that it belongs to.
    run: usize,
    pipeline: u64,
    /// The prefix of the names of its jobs.
    prefix: String,
    /// The job of the run that started it, and true if it is allowed to fail.
    bridge: Option<(u64, bool)>,
    /// True if it waits for a manual job.
    is_blocked: bool,
}

/// Fetches the jobs of some pipelines, including retried ones. Also returns the first error.
async fn jobs(
    client: &Client,
    target: &Target,
    pipelines: &[u64],
) -> (Vec<Vec<Job>>, Option<FetchError>) {
    let urls = pipelines.iter().map(|id| part_url(target, *id, "jobs", true)).collect();
    let entries =
        |page: &Response| Ok(page.json::<Vec<Execution>>()?.into_iter().map(Job::from).collect());
    client.get_lists(urls, MAX_JOB_PAGES, entries).await
}

/// Adds the jobs and outcomes of the child pipelines of some runs. Returns true if there are any.
async fn children(
    client: &Client,
    target: &Target,
    parents: &mut [Parent<'_>],
    failure: &mut Option<FetchError>,
) -> bool {
    let mut generation: Vec<Ancestor> = parents
        .iter()
        .enumerate()
        .map(|(run, of)| Ancestor {
            run,
            pipeline: of.pipeline,
            prefix: String::new(),
            bridge: None,
            is_blocked: false,
        })
        .collect();
    let mut found = false;
    for _ in 0..MAX_DEPTH {
        let url = |ancestor: &Ancestor| part_url(target, ancestor.pipeline, "bridges", false);
        let responses = client.get_all(generation.iter().map(url).collect()).await;
        let mut next = Vec::new();
        for (ancestor, response) in generation.into_iter().zip(responses) {
            let page = response.and_then(|page| Ok((page.json::<Vec<Bridge>>()?, page.next)));
            let (bridges, more) = match page {
                Ok(page) => page,
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            if more.is_some() || bridges.len() > MAX_CHILDREN {
                failure.get_or_insert_with(|| too_many_children(ancestor.pipeline));
            }
            let mut latest: BTreeMap<&str, u64> = BTreeMap::new();
            for bridge in &bridges {
                let id = latest.entry(&bridge.name).or_default();
                *id = bridge.id.max(*id);
            }
            for bridge in bridges.iter().take(MAX_CHILDREN) {
                let Some(child) = bridge.child() else { continue };
                // A child that was started again is evidence of flakiness only.
                let was_retried = latest[bridge.name.as_str()] != bridge.id;
                let allowed_to_fail = was_retried
                    || bridge.allow_failure.unwrap_or_default()
                    || ancestor.bridge.is_some_and(|(_, allowed_to_fail)| allowed_to_fail);
                let status = child.status.as_deref().unwrap_or_default();
                if !allowed_to_fail {
                    add_child_outcome(parents[ancestor.run].run, status);
                }
                let first = ancestor.bridge.map_or(bridge.id, |(id, _)| id);
                next.push(Ancestor {
                    run: ancestor.run,
                    pipeline: child.id,
                    prefix: format!("{}{} / ", ancestor.prefix, bridge.name),
                    bridge: Some((first, allowed_to_fail)),
                    is_blocked: status == words::BLOCKED,
                });
            }
        }
        if next.is_empty() {
            break;
        }
        found = true;
        let ids: Vec<u64> = next.iter().map(|child| child.pipeline).collect();
        let (jobs, error) = jobs(client, target, &ids).await;
        *failure = failure.take().or(error);
        for (child, jobs) in next.iter().zip(jobs) {
            let named = jobs.into_iter().map(|job| Job {
                name: format!("{}{}", child.prefix, job.name),
                parent: child.bridge.map(|(id, _)| id),
                allowed_to_fail: job.allowed_to_fail
                    || child.bridge.is_some_and(|(_, allowed_to_fail)| allowed_to_fail),
                ..job
            });
            let jobs: Vec<Job> = named.collect();
            let run = &mut *parents[child.run].run;
            let has_failed =
                child.is_blocked && blocked::verdict_so_far(&jobs) == Some(Verdict::Failed);
            if has_failed && run.verdict() == Verdict::Passed {
                run.state.outcome = Outcome::new(Verdict::Failed);
            }
            run.add_jobs(jobs);
        }
        generation = next;
    }
    found
}

/// Fetches the tests that failed in a pipeline; with a job in the query, in that job.
pub(crate) async fn failed_tests(
    client: &Client,
    target: &Target,
    pipeline: u64,
) -> Result<Vec<FailedTest>, FetchError> {
    let response = client.get(part_url(target, pipeline, "test_report", false)).await?;
    let suites = response.json::<TestReport>()?.test_suites.unwrap_or_default();
    let job = target.query.job.as_deref().map(JobPattern::new);
    // The suites have the names of the jobs.
    let wanted = |suite: &TestSuite| job.as_ref().is_none_or(|job| job.matches(&suite.name));
    Ok(suites.into_iter().filter(wanted).flat_map(TestSuite::into_failed_tests).collect())
}

/// The error if not all child pipelines of a pipeline are read.
fn too_many_children(pipeline: u64) -> FetchError {
    let message = format!("pipeline {pipeline} starts more than {MAX_CHILDREN} pipelines");
    FetchError::new(FetchErrorKind::TooManyPages, message)
}

/// Applies the outcome of a child pipeline. A passed pipeline takes the verdict of a child that
/// failed, is running or was cancelled.
fn add_child_outcome(run: &mut Run, status: &str) {
    let child = words::verdict(status);
    let is_worse = matches!(child, Verdict::Failed | Verdict::Running) || status == "canceled";
    if is_worse && run.verdict() == Verdict::Passed {
        run.state.outcome = Outcome::new(child);
    }
}

/// The URL of a pipeline's jobs, bridges or test report.
fn part_url(target: &Target, pipeline: u64, part: &str, retried: bool) -> reqwest::Url {
    let size = MAX_PAGE.to_string();
    target.url(
        &["projects", &target.project, "pipelines", &pipeline.to_string(), part],
        &[("include_retried", retried.then_some("true")), ("per_page", Some(&size))],
    )
}
