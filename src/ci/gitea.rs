//! Gitea and Forgejo: the statuses of a branch's commits.
//!
//! A commit keeps every status that was ever set; those of one context, in their order, are the
//! executions of one job. Its API is modelled on GitHub's. <https://docs.gitea.com/api/>

use serde::Deserialize;

use super::flakiness::executions;
use super::github::{at, settle_branch};
use super::place::{self, under};
use super::{
    About, BARE, Client, Commits, Job, Outcome, Own, Page, Place, Provider, Question, Run, Scheme,
    Slice, Trouble, Word, variable,
};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// Statuses are a commit's: there is no number of a pipeline.
const NO_PIPELINE: u64 = u64::MAX;
/// How many commits a page has at the most.
const LARGEST_PAGE: usize = 50;
/// How many statuses a page has, and how many pages of a commit's are read.
const STATUSES: &str = "50";
const MOST_PAGES: usize = 5;

/// Gitea, and Forgejo.
pub struct Gitea;

static ABOUT: About = About {
    name: "gitea",
    takes: "REPO",
    help: "A repository on Gitea or Forgejo: owner/repo with --server, or its address",
    words: &[Word::Server, Word::Ref],
    retries: "statuses of one context that were set again",
    commits: Commits::Branch,
    home: &["codeberg.org"],
    hosts: &["gitea", "forgejo"],
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
    scheme: Scheme::Token,
    denied: "a private repository wants a token with the scope read:repository in FLAKY_TOKEN",
    ..BARE
};

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    id: u64,
    /// Gitea's word for what GitHub calls state.
    #[serde(rename = "status")]
    word: String,
    #[serde(default)]
    context: String,
    description: Option<String>,
}

impl Status {
    /// What it says. A job that was cancelled is told from one that failed by its description.
    fn verdict(&self) -> Verdict {
        let said = self.description.as_deref().unwrap_or_default().to_ascii_lowercase();
        match Verdict::of(&self.word).unwrap_or(Verdict::Unknown) {
            Verdict::Failed
                if said.starts_with("cancel") || said.starts_with("has been cancel") =>
            {
                Verdict::Stopped
            }
            verdict => verdict,
        }
    }
}

impl Provider for Gitea {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn here(&self) -> Option<Question> {
        variable("GITEA_ACTIONS").or_else(|| variable("FORGEJO_ACTIONS"))?;
        Some(Question {
            server: variable("GITHUB_SERVER_URL"),
            reference: variable("GITHUB_HEAD_REF").or_else(|| variable("GITHUB_REF_NAME")),
            own: variable("GITHUB_JOB").map(|job| Own {
                pipeline: NO_PIPELINE,
                job,
                staged: false,
            }),
            ..Question::about(variable("GITHUB_REPOSITORY")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let (server, project) =
            place::project(question.subject(), question.server.as_deref(), 2, "owner/repo")?;
        let server = place::named(server, ABOUT.name)?;
        Ok(Place::new(under(server, &["api", "v1"]), project, question))
    }

    fn settle(&self, client: &Client, place: &mut Place) -> Result<(), Trouble> {
        settle_branch(client, place)
    }

    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble> {
        // Each of them is a question of its own.
        let size = slice.useful.clamp(1, LARGEST_PAGE);
        let (number, limit) = (slice.page.to_string(), size.to_string());
        let query = [
            ("sha", place.reference()),
            ("page", Some(number.as_str())),
            ("limit", Some(limit.as_str())),
            ("stat", Some("false")),
            ("verification", Some("false")),
            ("files", Some("false")),
        ];
        let reply = client.get(at(place, &["commits"], &query))?;
        let commits: Vec<Commit> = reply.json()?;
        let shas: Vec<&str> = commits.iter().map(|commit| commit.sha.as_str()).collect();
        let mut runs = Vec::new();
        for (sha, statuses) in shas.iter().zip(statuses(client, place, &shas)?) {
            runs.extend(run(place, sha, statuses));
        }
        Ok(Page { runs, more: reply.next.is_some() || commits.len() == size })
    }
}

/// The statuses of each commit: a job sets about three of them.
fn statuses(client: &Client, place: &Place, shas: &[&str]) -> Result<Vec<Vec<Status>>, Trouble> {
    let first = |sha: &&str| at(place, &["commits", sha, "statuses"], &[("limit", Some(STATUSES))]);
    let mut all: Vec<Vec<Status>> = shas.iter().map(|_| Vec::new()).collect();
    let mut open: Vec<(usize, _)> = shas.iter().map(first).enumerate().collect();
    for _ in 0..MOST_PAGES {
        let (whose, urls): (Vec<usize>, Vec<_>) = open.drain(..).unzip();
        for (at, reply) in whose.into_iter().zip(client.get_all(urls)) {
            let reply = reply?;
            all[at].extend(reply.json::<Vec<Status>>()?);
            open.extend(reply.next.map(|next| (at, next)));
        }
    }
    Ok(all)
}

/// The statuses of a commit as a pipeline; nothing where it has none but our own.
fn run(place: &Place, sha: &str, statuses: Vec<Status>) -> Option<Run> {
    // The context of an action is "workflow / job (event)".
    let own = place.question.own.as_ref().map(|own| format!(" / {} (", own.job));
    let ours =
        |status: &Status| own.as_ref().is_some_and(|own| status.context.contains(own.as_str()));
    let some = !statuses.is_empty();
    let jobs: Vec<Job> = statuses
        .into_iter()
        .filter(|status| !ours(status) && status.word != "skipped")
        .map(|status| Job {
            outcome: Outcome::of(status.verdict()),
            name: status.context,
            id: status.id,
            optional: false,
        })
        .collect();
    let mut latest: Vec<Verdict> = executions(&jobs)
        .iter()
        .filter_map(|(_, executions)| Some(executions.last()?.outcome.verdict))
        .collect();
    // A job that goes by another name than it shows is the only one that runs while it asks.
    let running = |verdict: &Verdict| *verdict == Verdict::Running;
    if own.is_some() && latest.len() > 1 && latest.iter().filter(|one| running(one)).count() == 1 {
        latest.retain(|verdict| !running(verdict));
    }
    let order =
        [Verdict::Failed, Verdict::Running, Verdict::Unknown, Verdict::Stopped, Verdict::Passed];
    let Some(verdict) = order.into_iter().find(|verdict| latest.contains(verdict)) else {
        return some.then(|| Run::new(0, sha, "skipped"));
    };
    Some(Run {
        reference: place.reference().unwrap_or_default().to_string(),
        outcome: Outcome::of(verdict),
        jobs,
        ..Run::new(0, sha, verdict.word())
    })
}
