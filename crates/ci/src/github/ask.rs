//! Requests to GitHub.

use std::collections::BTreeSet;

use reqwest::Url;

use super::wire::{
    CheckRuns, CombinedStatus, Repository, WorkflowJob, WorkflowJobs, WorkflowRun, WorkflowRuns,
};
use super::{words, workflows};
use crate::client::Response;
use crate::run::{self, Job, Outcome, Run, RunId, RunKey, State, Times, Trigger};
use crate::{Client, FetchError, FetchErrorKind, PageRequest, Provider, RunPage, Target};
use flaky_core::verdict::Verdict;

/// The maximum page size.
const MAX_PAGE: usize = 100;
/// The maximum number of pages of jobs that are read, per run on average.
const MAX_JOB_PAGES: usize = 10;
/// The maximum number of earlier attempts that are read per run; GitHub allows no more.
const MAX_ATTEMPTS: usize = 50;
/// The maximum number of earlier attempts that are read in all.
const MAX_ALL_ATTEMPTS: usize = 500;

/// Fetches the default branch of a repository on GitHub or Gitea.
pub(crate) async fn resolve_branch(client: &Client, target: &mut Target) -> Result<(), FetchError> {
    if !target.branch_is_known() {
        let response = client.get(target.repository_url(&[], &[])).await?;
        target.query.git_ref = Some(response.json::<Repository>()?.default_branch);
    }
    Ok(())
}

/// Fetches the default branch, and the number of a workflow that is given by its name.
pub(crate) async fn resolve(client: &Client, target: &mut Target) -> Result<(), FetchError> {
    if let Some(name) = target.query.workflow.as_deref().filter(|name| !workflows::is_id(name)) {
        target.query.workflow = Some(workflows::find(client, target, name).await?.to_string());
    }
    resolve_branch(client, target).await
}

/// Fetches a page of workflow runs; without Actions, the statuses of the latest commit.
///
/// Without a workflow or a trigger in the query, the first page has runs for every event, and the
/// pages after it only have those for pushes and pull requests, so that a busy schedule does not hide
/// them.
pub(crate) async fn runs(
    client: &Client,
    target: &Target,
    page: PageRequest,
) -> Result<RunPage, FetchError> {
    let Target { query, .. } = target;
    let is_open = query.takes_every_event() && !query.all_branches;
    if is_open && page.page > 1 {
        let page = PageRequest { page: page.page - 1, ..page };
        let urls = ["push", "pull_request"].map(|event| runs_url(target, Some(event), page));
        let mut all = RunPage::default();
        for response in client.get_all(urls.into()).await {
            let page = run_page(target, &response?)?;
            all.runs.extend(page.runs);
            all.more |= page.more;
        }
        return Ok(all);
    }
    let response = match client.get(runs_url(target, query.source.as_deref(), page)).await {
        Err(error) if error.kind == FetchErrorKind::NotFound && query.workflow.is_some() => {
            return Err(workflows::missing(client, target).await.unwrap_or(error));
        }
        response => response?,
    };
    let is_first = page.page == 1;
    let page = run_page(target, &response)?;
    if is_open && is_first && page.runs.is_empty() && page.forks == 0 {
        let runs = commit_statuses(client, target).await?.into_iter().collect();
        return Ok(RunPage { runs, ..RunPage::default() });
    }
    Ok(page)
}

/// The URL of a page of runs for an event, or for all.
fn runs_url(target: &Target, event: Option<&str>, page: PageRequest) -> Url {
    let (number, size) = page.parameters(MAX_PAGE);
    let path: Vec<&str> = match target.query.workflow.as_deref() {
        Some(workflow) => vec!["actions", "workflows", workflow, "runs"],
        None => vec!["actions", "runs"],
    };
    let parameters = [
        ("branch", target.git_ref()),
        ("event", event),
        ("exclude_pull_requests", Some("true")),
        ("per_page", Some(&size)),
        ("page", Some(&number)),
    ];
    target.repository_url(&path, &parameters)
}

/// Converts a page of runs, without those of forks, whose branches may have the same names.
fn run_page(target: &Target, response: &Response) -> Result<RunPage, FetchError> {
    let WorkflowRuns { workflow_runs: listed } = response.json()?;
    let current = target.current_run();
    let all = listed.len();
    let ours: Vec<WorkflowRun> =
        listed.into_iter().filter(|run| !run.is_of_fork() || Some(run.id) == current).collect();
    let forks = all - ours.len();
    // A workflow that only people start, such as a deployment, is not about a change.
    let is_by_hand = |run: &WorkflowRun| run.event.as_deref() == Some(words::BY_HAND);
    let automatic: BTreeSet<Option<u64>> =
        ours.iter().filter(|run| !is_by_hand(run)).map(|run| run.workflow_id).collect();
    let convert = |run: WorkflowRun| {
        let is_separate = is_by_hand(&run) && !automatic.contains(&run.workflow_id);
        let mut run = run.into_run(&target.project);
        if is_separate {
            run.kind.trigger = Trigger::Other;
        }
        run
    };
    let runs = ours.into_iter().map(convert).collect();
    Ok(RunPage { runs, more: response.next.is_some(), forks })
}

/// Fetches the latest attempt of a run.
pub(crate) async fn run(client: &Client, target: &Target, id: u64) -> Result<Run, FetchError> {
    let parameters = [("exclude_pull_requests", Some("true"))];
    let url = target.repository_url(&["actions", "runs", &id.to_string()], &parameters);
    let run: WorkflowRun = client.get(url).await?.json()?;
    Ok(run.into_run(&target.project))
}

/// Adds earlier attempts, and the jobs of the run that the current job belongs to. With a job in the
/// query, adds the jobs of all attempts instead.
pub(crate) async fn enrich(
    client: &Client,
    target: &Target,
    runs: &mut Vec<Run>,
) -> Option<FetchError> {
    if target.query.job.is_some() {
        return add_jobs(client, target, runs.iter_mut().collect(), "all").await;
    }
    let (earlier, failure) = earlier_attempts(client, target, runs).await;
    let current = target.current_run();
    let is_current = |run: &Run| current.is_some() && run.key.id.number() == current;
    let ours = runs.iter_mut().filter(|run| is_current(run)).collect();
    let of_jobs = add_jobs(client, target, ours, "latest").await;
    run::add(runs, earlier);
    failure.or(of_jobs)
}

/// Fetches the earlier attempts of some runs. Also returns the first error.
async fn earlier_attempts(
    client: &Client,
    target: &Target,
    runs: &[Run],
) -> (Vec<Run>, Option<FetchError>) {
    let mut urls = Vec::new();
    for (id, attempts) in
        runs.iter().filter_map(|run| Some((run.key.id.number()?, run.key.attempt)))
    {
        for attempt in (1..attempts).rev().take(MAX_ATTEMPTS) {
            let (id, attempt) = (id.to_string(), attempt.to_string());
            let path = ["actions", "runs", &id, "attempts", &attempt];
            let parameters = [("exclude_pull_requests", Some("true"))];
            urls.push(target.repository_url(&path, &parameters));
        }
    }
    urls.truncate(MAX_ALL_ATTEMPTS);
    let (mut earlier, mut failure) = (Vec::new(), None);
    for response in client.get_all(urls).await {
        match response.and_then(|response| response.json::<WorkflowRun>()) {
            Ok(run) => earlier.push(run.into_run(&target.project)),
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    (earlier, failure)
}

/// Adds the jobs of the latest attempt or of all attempts, as `filter` says. Returns the first error.
async fn add_jobs(
    client: &Client,
    target: &Target,
    runs: Vec<&mut Run>,
    filter: &str,
) -> Option<FetchError> {
    let numbered = runs.into_iter().filter_map(|run| Some((run.key.id.number()?, run)));
    let (ids, runs): (Vec<u64>, Vec<&mut Run>) = numbered.unzip();
    let size = MAX_PAGE.to_string();
    let parameters = [("filter", Some(filter)), ("per_page", Some(size.as_str()))];
    let url = |id: &u64| {
        target.repository_url(&["actions", "runs", &id.to_string(), "jobs"], &parameters)
    };
    let urls = ids.iter().map(url).collect();
    let entries = |page: &Response| Ok(page.json::<WorkflowJobs>()?.jobs);
    let (lists, failure) = client.get_lists(urls, MAX_JOB_PAGES, entries).await;
    for (run, jobs) in runs.into_iter().zip(lists) {
        // A job that was not started again is listed for each attempt.
        let mut known = BTreeSet::new();
        let is_new = |job: &WorkflowJob| {
            job.completed_at.is_none()
                || known.insert((job.name.clone(), job.started_at, job.completed_at))
        };
        run.add_jobs(jobs.into_iter().filter(is_new).map(Job::from));
    }
    failure
}

/// Fetches the statuses and checks of the branch's latest commit as a run. GitHub reports a commit
/// without statuses as "pending".
async fn commit_statuses(client: &Client, target: &Target) -> Result<Option<Run>, FetchError> {
    let git_ref = target.git_ref().unwrap_or("HEAD");
    let size = MAX_PAGE.to_string();
    let url = |part| {
        let parameters = [("per_page", Some(size.as_str()))];
        target.repository_url(&["commits", git_ref, part], &parameters)
    };
    let statuses = client.get_all(vec![url("status"), url("check-runs")]).await;
    let mut responses = statuses.into_iter();
    let combined: CombinedStatus = responses.next().expect("two answers")?.json()?;
    let checks =
        responses.next().expect("two answers").and_then(|response| response.json::<CheckRuns>());
    let checks = checks.map(|checks| checks.check_runs).unwrap_or_default();
    let jobs: Vec<Job> = checks.into_iter().map(Job::from).collect();
    if combined.total_count == 0 && jobs.is_empty() {
        return Ok(None);
    }
    let of_statuses = (combined.total_count > 0).then(|| words::combined(&combined.state));
    let of_checks = jobs.iter().filter(|job| job.is_required()).map(Job::verdict);
    let verdict = of_statuses.into_iter().chain(of_checks).max().unwrap_or(Verdict::Passed);
    let key = RunKey {
        provider: Provider::GitHub,
        project: target.project.clone(),
        id: RunId::Commit(combined.sha.clone()),
        attempt: 1,
    };
    let outcome = Outcome::new(verdict);
    let updated = jobs.iter().filter_map(|job| job.state.as_of).max();
    let state = State::new(combined.state, outcome, updated, &Times::default());
    let mut run = Run::new(key, state.clone());
    run.sha = Some(combined.sha).filter(|sha| !sha.is_empty());
    run.kind.git_ref = Some(git_ref.to_string());
    run.add_jobs(jobs);
    // The combined state is also that of statuses that are not listed as jobs.
    run.state = state;
    Ok(Some(run))
}
