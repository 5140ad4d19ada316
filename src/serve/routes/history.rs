//! `/history`: the recent pipelines of a project as JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use flaky_ci::Run;
use flaky_core::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::request::{Parameters, Rest, no_project, shown};
use crate::serve::answers::{List, verdicts};
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};

/// The number of pipelines unless the request says another, and the most.
const COUNT: usize = 50;
const MOST: usize = 200;

/// The recent pipelines of a project.
#[derive(Serialize, ToSchema)]
pub(super) struct History<'a> {
    /// The project.
    project: &'a str,
    /// The branch or tag; null for all.
    #[serde(rename = "ref")]
    git_ref: Option<&'a str>,
    /// The pipelines, newest first. Each attempt is one.
    pipelines: Vec<Pipeline<'a>>,
}

/// A run of a pipeline, a workflow or a build.
#[derive(Serialize, ToSchema)]
struct Pipeline<'a> {
    /// Its number on the CI system.
    number: Option<u64>,
    /// The attempt, from 1.
    attempt: u64,
    /// The workflow, on platforms with several.
    workflow: Option<&'a str>,
    /// The full id of the commit.
    commit: Option<&'a str>,
    /// The branch or tag.
    #[serde(rename = "ref")]
    git_ref: Option<&'a str>,
    /// The verdict on it by itself.
    #[schema(schema_with = verdicts)]
    verdict: Verdict,
    /// The platform's own word for its state.
    word: &'a str,
    /// Its creation, in RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    created: Option<Timestamp>,
    /// Its start.
    #[schema(value_type = Option<String>, format = DateTime)]
    started: Option<Timestamp>,
    /// Its end, or its last change if the end is not known.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Timestamp>,
    /// Its page.
    url: Option<&'a str>,
}

impl<'a> Pipeline<'a> {
    fn new(run: &'a Run) -> Self {
        Self {
            number: run.key.id.number(),
            attempt: run.key.attempt,
            workflow: run.workflow_name.as_deref(),
            commit: run.sha.as_deref(),
            git_ref: run.kind.git_ref.as_deref(),
            verdict: run.verdict(),
            word: &run.state.word,
            created: run.times.created,
            started: run.times.started,
            finished: run.end(),
            url: run.url.as_deref(),
        }
    }
}

/// The recent pipelines of a project.
#[utoipa::path(
    get,
    path = "/history/{*project}",
    tag = "runs",
    params(
        ("project" = String, Path, description = "Its path on its platform and .json, such as group/project.json"),
        ("ref" = Option<String>, Query, description = "A branch or tag; else all"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The number of pipelines, at most 200; else 50"),
    ),
    responses(
        (status = 200, description = "The pipelines", body = History),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "There is no such project", body = Refusal),
    )
)]
pub(super) async fn of_project(
    State(app): State<Arc<App>>,
    Rest(path): Rest,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = path.strip_suffix(".json").unwrap_or(&path);
    let (git_ref, limit) = (parameters.git_ref()?, limit(&parameters)?);
    let topic = app.answers.directory().find(name).ok_or_else(|| no_project(name))?;
    let make = async || {
        let runs = match topic.project() {
            Some(project) => app.store.runs(project.id, git_ref, limit).await?,
            None => Vec::new(),
        };
        let pipelines = runs.iter().map(Pipeline::new).collect();
        let history = History { project: name, git_ref, pipelines };
        Ok(serde_json::to_vec(&history).expect("texts and numbers"))
    };
    let list = app.answers.list(&topic, git_ref, List::History(limit), make).await?;
    Ok(list.response(&headers))
}

fn limit(parameters: &Parameters) -> Result<usize, Problem> {
    let Some(value) = parameters.value("limit") else { return Ok(COUNT) };
    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Problem::bad(format!("limit={}: expected 1 to {MOST}", shown(value))))
}
