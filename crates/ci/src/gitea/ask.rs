//! Requests to Gitea.

use super::wire::{Commit, Status};
use crate::client::Response;
use crate::run::{Job, Outcome, Run, RunId, RunKey, State, Times, executions};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target};
use flaky_core::verdict::Verdict;

/// The maximum size of a page of commits.
const MAX_PAGE: usize = 50;
/// The requested size of a page of statuses.
const STATUS_PAGE: &str = "50";
/// The maximum number of pages of statuses that are read, per commit on average.
const MAX_STATUS_PAGES: usize = 5;

/// Fetches a page of commits. The statuses of each form a run.
pub(crate) async fn runs(
    client: &Client,
    target: &Target,
    page: PageRequest,
) -> Result<RunPage, FetchError> {
    // Every commit costs another request, so list no more than wanted.
    let size = page.useful.clamp(1, MAX_PAGE);
    let (number, limit) = (page.page.to_string(), size.to_string());
    let parameters = [
        ("sha", target.git_ref()),
        ("page", Some(number.as_str())),
        ("limit", Some(limit.as_str())),
        ("stat", Some("false")),
        ("verification", Some("false")),
        ("files", Some("false")),
    ];
    let response = client.get(target.repository_url(&["commits"], &parameters)).await?;
    let commits: Vec<Commit> = response.json()?;
    let statuses = statuses(client, target, &commits).await?;
    let runs = commits
        .iter()
        .zip(statuses)
        .filter_map(|(commit, statuses)| run(target, &commit.sha, statuses))
        .collect();
    let more = response.next.is_some() || commits.len() == size;
    Ok(RunPage { runs, more, ..RunPage::default() })
}

/// Fetches the statuses of each commit. A job sets about three of them.
async fn statuses(
    client: &Client,
    target: &Target,
    commits: &[Commit],
) -> Result<Vec<Vec<Status>>, FetchError> {
    let url = |commit: &Commit| {
        let parameters = [("limit", Some(STATUS_PAGE))];
        target.repository_url(&["commits", &commit.sha, "statuses"], &parameters)
    };
    let urls = commits.iter().map(url).collect();
    match client.get_lists(urls, MAX_STATUS_PAGES, Response::json).await {
        (statuses, None) => Ok(statuses),
        (_, Some(error)) => Err(error),
    }
}

/// Converts the statuses of a commit to a run; `None` if there are none.
fn run(target: &Target, sha: &str, statuses: Vec<Status>) -> Option<Run> {
    if statuses.is_empty() {
        return None;
    }
    let current = target.query.current_job.as_ref();
    let context_part = current.map(|job| format!(" / {} (", job.name));
    let is_current = |status: &Status| {
        context_part.as_ref().is_some_and(|part| status.context.contains(part.as_str()))
    };
    let jobs = statuses.into_iter().filter(|status| !is_current(status)).map(Job::from);
    let key = RunKey {
        provider: Provider::Gitea,
        project: target.project.clone(),
        id: RunId::Commit(sha.to_string()),
        attempt: 1,
    };
    let never_ran = Outcome { never_ran: true, ..Outcome::new(Verdict::Stopped) };
    let mut run = Run::new(key, State::new("skipped", never_ran, None, &Times::default()));
    run.sha = Some(sha.to_string()).filter(|sha| !sha.is_empty());
    run.kind.git_ref = target.git_ref().map(str::to_string);
    run.add_jobs(jobs);
    if current.is_some() {
        leave_out_current(&mut run);
    }
    Some(run)
}

/// Judges a run by the other jobs if one is running, which is the current job under another name.
fn leave_out_current(run: &mut Run) {
    let all = executions(run.jobs());
    let last = all.iter().filter_map(|(_, executions)| executions.last());
    let ran = last.filter(|job| !job.state.outcome.never_ran).map(|job| job.verdict());
    let (running, ended): (Vec<Verdict>, Vec<Verdict>) =
        ran.partition(|verdict| *verdict == Verdict::Running);
    if let Some(verdict) = ended.into_iter().max().filter(|_| running.len() == 1) {
        run.state.word = verdict.word().to_string();
        run.state.outcome = Outcome::new(verdict);
    }
}
