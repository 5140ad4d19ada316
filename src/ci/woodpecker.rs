//! Woodpecker: pipelines of a repository. <https://woodpecker-ci.org/api>

use serde::Deserialize;

use super::place::{self, under};
use super::{
    About, Client, Job, Outcome, Own, Page, Place, Provider, Question, Run, Scheme, Trouble, Word,
    variable,
};
use crate::error::Error;
use crate::verdict::Verdict;

/// The largest page there is.
const LARGEST_PAGE: usize = 50;

/// Woodpecker.
pub struct Woodpecker;

static ABOUT: About = About {
    name: "woodpecker",
    takes: "REPO",
    help: "A repository on Woodpecker: owner/repo with --server",
    many: false,
    words: &[Word::Server, Word::Ref, Word::Source],
    retries: "pipelines of one sha",
    commits: true,
    hosts: &[],
    variables: &[
        "CI_SYSTEM_URL",
        "CI_REPO",
        "CI_COMMIT_BRANCH",
        "CI_PIPELINE_NUMBER",
        "CI_STEP_NAME",
    ],
    tokens: &["WOODPECKER_TOKEN"],
    scheme: Scheme::Bearer,
    denied: "a private repository wants a personal token in FLAKY_TOKEN",
};

#[derive(Deserialize)]
struct Repository {
    id: u64,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Pipeline {
    number: u64,
    status: String,
    #[serde(default)]
    commit: String,
    branch: Option<String>,
    #[serde(default)]
    workflows: Vec<Workflow>,
}

#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    children: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    id: u64,
    name: String,
    state: String,
    #[serde(default)]
    failure: String,
}

impl From<Pipeline> for Run {
    fn from(pipeline: Pipeline) -> Self {
        let status = pipeline.status.as_str();
        let run = Self::new(pipeline.number, pipeline.commit, status);
        Self {
            reference: pipeline.branch.unwrap_or_default(),
            // An error is one of the configuration: nothing of the project ran.
            outcome: Outcome { blameless: status == "error", ..run.outcome },
            idle: matches!(status, "skipped" | "blocked" | "declined"),
            ..run
        }
    }
}

impl Provider for Woodpecker {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn here(&self) -> Option<Question> {
        variable("CI").filter(|system| system == "woodpecker")?;
        Some(Question {
            server: variable("CI_SYSTEM_URL"),
            reference: variable("CI_COMMIT_BRANCH"),
            own: variable("CI_PIPELINE_NUMBER").and_then(|id| id.parse().ok()).map(|pipeline| {
                Own { pipeline, job: variable("CI_STEP_NAME").unwrap_or_default() }
            }),
            ..Question::about(variable("CI_REPO")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let server = question.server.clone().or_else(|| variable("WOODPECKER_SERVER"));
        let (server, project) =
            place::project(question.subject(), server.as_deref(), 2, "owner/repo")?;
        let server = place::named(server, ABOUT.name)?;
        Ok(Place::new(under(server, &["api", "repos"]), project, question))
    }

    fn settle(&self, client: &Client, place: &mut Place) -> Result<(), Trouble> {
        let path: Vec<&str> = ["lookup"].into_iter().chain(place.project.split('/')).collect();
        let Repository { id, default_branch } = client.get(place.url(&path, &[]))?.json()?;
        place.project = id.to_string();
        if !place.branch_is_settled() {
            place.question.reference = default_branch;
        }
        Ok(())
    }

    fn runs(
        &self,
        client: &Client,
        place: &Place,
        page: usize,
        about: usize,
    ) -> Result<Page, Trouble> {
        let size = (2 * about).clamp(10, LARGEST_PAGE);
        let (number, limit) = (page.to_string(), size.to_string());
        let query = [
            ("branch", place.reference()),
            ("event", place.question.source.as_deref()),
            ("page", Some(number.as_str())),
            ("perPage", Some(limit.as_str())),
        ];
        let url = place.url(&[&place.project, "pipelines"], &query);
        let pipelines: Vec<Pipeline> = client.get(url)?.json()?;
        let more = pipelines.len() == size;
        Ok(Page { runs: pipelines.into_iter().map(Run::from).collect(), more })
    }

    fn details(&self, client: &Client, place: &Place, runs: &mut [Run]) -> Result<(), Trouble> {
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        let Some(run) = runs.iter_mut().find(|run| Some(run.id) == own) else { return Ok(()) };
        let url = place.url(&[&place.project, "pipelines", &run.id.to_string()], &[]);
        let pipeline: Pipeline = client.get(url)?.json()?;
        let steps = pipeline.workflows.into_iter().flat_map(|workflow| workflow.children);
        run.jobs = steps
            .map(|step| Job {
                outcome: Outcome::of(Verdict::of(&step.state).unwrap_or(Verdict::Unknown)),
                name: step.name,
                id: step.id,
                optional: step.failure == "ignore",
            })
            .collect();
        Ok(())
    }
}
