//! Woodpecker: pipelines of a repository. <https://woodpecker-ci.org/api>

use serde::Deserialize;

use super::place::{self, under};
use super::{
    About, BARE, Client, Commits, Job, Outcome, Own, Page, Place, Provider, Question, Run, Slice,
    Start, Trouble, Word, variable,
};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// The most segments in a repository's name.
const MOST_SEGMENTS: usize = 22;
/// The largest page there is.
const LARGEST_PAGE: usize = 50;

/// Woodpecker.
pub struct Woodpecker;

static ABOUT: About = About {
    name: "woodpecker",
    takes: "REPO",
    help: "A repository on Woodpecker: owner/repo with --server",
    words: &[Word::Server, Word::Ref, Word::Source],
    retries: "pipelines of one sha",
    commits: Commits::All,
    variables: &[
        "CI",
        "CI_SYSTEM_URL",
        "CI_REPO",
        "CI_COMMIT_BRANCH",
        "CI_PIPELINE_NUMBER",
        "CI_WORKFLOW_NUMBER",
        "CI_STEP_NAME",
        "WOODPECKER_SERVER",
    ],
    tokens: &["WOODPECKER_TOKEN"],
    denied: "a private repository wants a personal token in FLAKY_TOKEN",
    ..BARE
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
    event: Option<String>,
    #[serde(default)]
    workflows: Vec<Workflow>,
}

#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    pid: u64,
    #[serde(default)]
    children: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    id: u64,
    name: String,
    state: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl From<Pipeline> for Run {
    fn from(pipeline: Pipeline) -> Self {
        let status = pipeline.status.as_str();
        let run = Self::new(pipeline.number, pipeline.commit, status);
        Self {
            reference: pipeline.branch.unwrap_or_default(),
            start: Start::of(pipeline.event.as_deref()),
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
            own: variable("CI_PIPELINE_NUMBER")
                .and_then(|id| id.parse().ok())
                .map(|pipeline| Own { pipeline, job: own_step(), staged: true }),
            ..Question::about(variable("CI_REPO")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let server = question.server.clone().or_else(|| variable("WOODPECKER_SERVER"));
        let (server, project) =
            place::project(question.subject(), server.as_deref(), MOST_SEGMENTS, "owner/repo")?;
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

    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble> {
        let size = slice.size(LARGEST_PAGE);
        let (number, limit) = (slice.page.to_string(), size.to_string());
        let query = [
            ("branch", place.reference()),
            ("event", place.question.source.as_deref()),
            ("page", Some(number.as_str())),
            ("perPage", Some(limit.as_str())),
        ];
        let url = place.url(&[&place.project, "pipelines"], &query);
        let pipelines: Vec<Pipeline> = client.get(url)?.json()?;
        let more = pipelines.len() == size;
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        let all = place.question.source.is_some() || place.question.all_branches;
        // The branch of a pull request is the one it is to be merged into.
        let wanted = |run: &Run| all || run.start != Start::Request || Some(run.id) == own;
        let runs = pipelines.into_iter().map(Run::from).filter(wanted).collect();
        Ok(Page { runs, more })
    }

    fn details(&self, client: &Client, place: &Place, runs: &mut [Run]) -> Result<(), Trouble> {
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        let Some(run) = runs.iter_mut().find(|run| Some(run.id) == own) else { return Ok(()) };
        let url = place.url(&[&place.project, "pipelines", &run.id.to_string()], &[]);
        let pipeline: Pipeline = client.get(url)?.json()?;
        // Every workflow has a step "clone"; a service runs until the end of its workflow.
        for Workflow { pid, children } in pipeline.workflows {
            let steps = children.into_iter().filter(|step| step.kind != "service");
            run.jobs.extend(steps.map(|step| Job {
                outcome: Outcome::of(Verdict::of(&step.state).unwrap_or(Verdict::Unknown)),
                name: step_name(pid, &step.name),
                id: step.id,
                optional: step.state == "skipped",
            }));
        }
        Ok(())
    }
}

fn step_name(workflow: u64, step: &str) -> String {
    format!("{workflow} / {step}")
}

/// The step that is asking.
fn own_step() -> String {
    let workflow = variable("CI_WORKFLOW_NUMBER").and_then(|number| number.parse().ok());
    step_name(workflow.unwrap_or(1), &variable("CI_STEP_NAME").unwrap_or_default())
}
