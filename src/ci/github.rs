//! GitHub Actions, and the statuses that other systems leave on a commit.
//!
//! <https://docs.github.com/en/rest/actions/workflow-runs>

use serde::Deserialize;

use super::place::{self, address, under};
use super::{
    About, BARE, Client, Commits, Job, Outcome, Own, Page, Place, Provider, Question, Run, Slice,
    Start, Trouble, Word, variable,
};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// The API of github.com.
const API: &str = "https://api.github.com";
/// The largest page there is.
const LARGEST_PAGE: usize = 100;
/// How many pages of a run's jobs are read.
const MOST_JOB_PAGES: usize = 10;
/// How many earlier attempts of a run are asked for.
const MOST_ATTEMPTS: u64 = 3;

/// GitHub, also an enterprise server.
pub struct GitHub;

static ABOUT: About = About {
    name: "github",
    takes: "REPO",
    help: "A repository on GitHub: owner/repo, or its address",
    words: &[Word::Server, Word::Ref, Word::Source, Word::Workflow],
    retries: "earlier attempts of a run; runs of one sha",
    commits: Commits::All,
    home: &["github.com"],
    hosts: &["github"],
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
    denied: "a private repository wants a token that may read actions: in a job, \
             `permissions: {actions: read}` and `env: {GITHUB_TOKEN: ${{ github.token }}}`",
    ..BARE
};

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

#[derive(Deserialize)]
struct Runs {
    #[serde(default)]
    total_count: usize,
    workflow_runs: Vec<WorkflowRun>,
}

#[derive(Deserialize)]
struct WorkflowRun {
    id: u64,
    #[serde(default)]
    workflow_id: u64,
    head_sha: Option<String>,
    head_branch: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    run_attempt: Option<u64>,
    event: Option<String>,
    repository: Option<Numbered>,
    head_repository: Option<Numbered>,
}

#[derive(Deserialize, PartialEq)]
struct Numbered {
    id: u64,
}

impl WorkflowRun {
    /// Whether it was of a fork, whose branch may have the same name as ours.
    fn is_foreign(&self) -> bool {
        let both = self.repository.as_ref().zip(self.head_repository.as_ref());
        both.is_some_and(|(ours, theirs)| ours != theirs)
    }
}

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<WorkflowJob>,
}

#[derive(Deserialize)]
struct WorkflowJob {
    id: u64,
    name: String,
    status: Option<String>,
    conclusion: Option<String>,
}

/// What other systems say of a commit.
#[derive(Deserialize)]
struct Combined {
    #[serde(default)]
    sha: String,
    state: String,
    #[serde(default)]
    total_count: usize,
}

#[derive(Deserialize)]
struct CheckRuns {
    #[serde(default)]
    check_runs: Vec<WorkflowJob>,
}

/// The word that counts: how it ended, or how far it is.
fn word(status: Option<&str>, conclusion: Option<String>) -> String {
    match (status, conclusion) {
        (Some("completed") | None, Some(conclusion)) => conclusion,
        (Some("completed") | None, None) => "unknown".to_string(),
        (Some(status), _) => status.to_string(),
    }
}

/// What a word comes to. What was never started, or ran out of time, says nothing.
fn outcome(word: &str) -> Outcome {
    Outcome {
        verdict: Verdict::of(word).unwrap_or(Verdict::Unknown),
        blameless: matches!(word, "startup_failure" | "timed_out"),
    }
}

impl From<WorkflowRun> for Run {
    fn from(run: WorkflowRun) -> Self {
        let word = word(run.status.as_deref(), run.conclusion);
        Self {
            reference: run.head_branch.unwrap_or_default(),
            workflow: run.workflow_id,
            start: Start::of(run.event.as_deref()),
            outcome: outcome(&word),
            idle: matches!(word.as_str(), "skipped" | "action_required"),
            attempts: run.run_attempt.unwrap_or(1),
            ..Self::new(run.id, run.head_sha.unwrap_or_default(), word)
        }
    }
}

impl From<WorkflowJob> for Job {
    fn from(job: WorkflowJob) -> Self {
        let word = word(job.status.as_deref(), job.conclusion);
        let optional = word == "skipped";
        Self { name: job.name, id: job.id, outcome: outcome(&word), optional }
    }
}

impl Provider for GitHub {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn here(&self) -> Option<Question> {
        variable("GITHUB_ACTIONS")?;
        // owner/repo/.github/workflows/ci.yml@refs/heads/main
        let workflow = variable("GITHUB_WORKFLOW_REF").and_then(|full| {
            let path = full.split("@refs/").next()?;
            Some(path.rsplit('/').next()?.to_string())
        });
        Some(Question {
            server: variable("GITHUB_API_URL"),
            reference: variable("GITHUB_HEAD_REF").or_else(|| variable("GITHUB_REF_NAME")),
            workflow,
            own: variable("GITHUB_RUN_ID").and_then(|id| id.parse().ok()).map(|pipeline| Own {
                pipeline,
                job: variable("GITHUB_JOB").unwrap_or_default(),
                staged: false,
            }),
            ..Question::about(variable("GITHUB_REPOSITORY")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let server = question.server.as_deref().map(|server| {
            let whole = server.strip_suffix('/').unwrap_or(server);
            whole.strip_suffix("/api/v3").unwrap_or(server)
        });
        let (server, project) = place::project(question.subject(), server, 2, "owner/repo")?;
        let public = ["github.com", "www.github.com", "api.github.com"];
        let root = match server {
            Some(server) if !public.contains(&server.host_str().unwrap_or_default()) => {
                under(server, &["api", "v3"])
            }
            _ => address(API)?,
        };
        Ok(Place::new(root, project, question))
    }

    fn settle(&self, client: &Client, place: &mut Place) -> Result<(), Trouble> {
        settle_branch(client, place)
    }

    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble> {
        let (number, size) = (slice.page.to_string(), slice.size(LARGEST_PAGE).to_string());
        let workflow = place.question.workflow.as_deref();
        let path: Vec<&str> = match workflow {
            Some(workflow) => vec!["actions", "workflows", workflow, "runs"],
            None => vec!["actions", "runs"],
        };
        let query = [
            ("branch", place.reference()),
            ("event", place.question.source.as_deref()),
            ("exclude_pull_requests", Some("true")),
            ("per_page", Some(size.as_str())),
            ("page", Some(number.as_str())),
        ];
        let reply = client.get(at(place, &path, &query))?;
        let Runs { total_count, workflow_runs } = reply.json()?;
        let unasked = workflow.is_none() && place.question.source.is_none();
        let none = total_count == 0 && workflow_runs.is_empty();
        if slice.page == 1 && none && unasked && !place.question.all_branches {
            return Ok(Page { runs: statuses(client, place)?.into_iter().collect(), more: false });
        }
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        let ours = workflow_runs.into_iter().filter(|run| !run.is_foreign() || Some(run.id) == own);
        let runs = ours.map(Run::from).collect();
        Ok(Page { runs, more: reply.next.is_some() })
    }

    fn details(&self, client: &Client, place: &Place, runs: &mut [Run]) -> Result<(), Trouble> {
        let mut trouble = None;
        let mut asked = Vec::new();
        for (which, run) in runs.iter().enumerate().filter(|(_, run)| run.attempts > 1) {
            for attempt in (1..run.attempts).rev().take(MOST_ATTEMPTS as usize) {
                let (id, attempt) = (run.id.to_string(), attempt.to_string());
                let path = ["actions", "runs", &id, "attempts", &attempt];
                asked.push((which, at(place, &path, &[("exclude_pull_requests", Some("true"))])));
            }
        }
        let (whose, urls): (Vec<usize>, Vec<_>) = asked.into_iter().unzip();
        for (which, reply) in whose.into_iter().zip(client.get_all(urls)) {
            match reply.and_then(|reply| reply.json::<WorkflowRun>()) {
                Ok(earlier) => runs[which].earlier.push(Run::from(earlier).outcome),
                Err(refused) => {
                    trouble.get_or_insert(refused);
                }
            }
        }
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        if let Some(run) = runs.iter_mut().find(|run| Some(run.id) == own) {
            match jobs(client, place, run.id) {
                Ok(jobs) => run.jobs = jobs,
                Err(refused) => trouble = trouble.or(Some(refused)),
            }
        }
        trouble.map_or(Ok(()), Err)
    }
}

/// The jobs of a run at its latest attempt.
fn jobs(client: &Client, place: &Place, run: u64) -> Result<Vec<Job>, Trouble> {
    let (id, size) = (run.to_string(), LARGEST_PAGE.to_string());
    let query = [("filter", Some("latest")), ("per_page", Some(size.as_str()))];
    let mut jobs = Vec::new();
    let mut next = Some(at(place, &["actions", "runs", &id, "jobs"], &query));
    for _ in 0..MOST_JOB_PAGES {
        let Some(url) = next.take() else { break };
        let reply = client.get(url)?;
        jobs.extend(reply.json::<Jobs>()?.jobs.into_iter().map(Job::from));
        next = reply.next;
    }
    Ok(jobs)
}

/// Looks up the default branch where none is named.
pub(super) fn settle_branch(client: &Client, place: &mut Place) -> Result<(), Trouble> {
    if !place.branch_is_settled() {
        let reply = client.get(at(place, &[], &[]))?;
        place.question.reference = Some(reply.json::<Repository>()?.default_branch);
    }
    Ok(())
}

/// An address under the repository.
pub(super) fn at(place: &Place, path: &[&str], query: &[(&str, Option<&str>)]) -> reqwest::Url {
    let project = place.project.split('/');
    let segments: Vec<&str> =
        ["repos"].into_iter().chain(project).chain(path.iter().copied()).collect();
    place.url(&segments, query)
}

/// What other systems left on the branch's latest commit, where Actions are not used. Without any
/// status GitHub calls it pending, which is not true.
fn statuses(client: &Client, place: &Place) -> Result<Option<Run>, Trouble> {
    let reference = place.reference().unwrap_or("HEAD");
    let size = LARGEST_PAGE.to_string();
    let query = [("per_page", Some(size.as_str()))];
    let urls =
        ["status", "check-runs"].map(|what| at(place, &["commits", reference, what], &query));
    let mut replies = client.get_all(urls.into()).into_iter();
    let combined: Combined = replies.next().expect("two answers")?.json()?;
    let checks = replies.next().expect("two answers").and_then(|reply| reply.json::<CheckRuns>());
    let jobs: Vec<Job> = checks
        .map(|checks| checks.check_runs)
        .unwrap_or_default()
        .into_iter()
        .map(Job::from)
        .collect();
    if combined.total_count == 0 && jobs.is_empty() {
        return Ok(None);
    }
    let mut run = Run::new(0, combined.sha, combined.state);
    let said = (combined.total_count > 0).then_some(run.outcome.verdict);
    let awaited = jobs.iter().filter(|job| !job.optional).map(|job| job.outcome.verdict);
    let all: Vec<Verdict> = said.into_iter().chain(awaited).collect();
    let order = [Verdict::Failed, Verdict::Running, Verdict::Unknown, Verdict::Stopped];
    let worst = order.into_iter().find(|verdict| all.contains(verdict));
    run.outcome = Outcome::of(worst.unwrap_or(Verdict::Passed));
    Ok(Some(Run { jobs, reference: reference.to_string(), ..run }))
}
