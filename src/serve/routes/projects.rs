//! `/projects`: the projects whose names are no secret, as JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use flaky_core::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::serve::answers::{Line, verdicts};
use crate::serve::app::App;
use crate::serve::content::{Content, ContentType};
use crate::serve::front::encoded;

/// The listed projects.
#[derive(Serialize, ToSchema)]
pub(super) struct Projects<'a> {
    /// The projects, by name.
    projects: Vec<Listed<'a>>,
}

/// A project in the list.
#[derive(Serialize, ToSchema)]
struct Listed<'a> {
    /// Its name.
    name: &'a str,
    /// The verdict; unknown if it is stale.
    #[schema(schema_with = verdicts)]
    verdict: Verdict,
    /// The text of its badge.
    message: String,
    /// When the server last heard of it, in RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    heard: Option<Timestamp>,
    /// True if that is so long ago that its state is not known.
    stale: bool,
    /// The addresses of what there is about it on this server.
    links: Links,
}

/// The addresses of a project.
#[derive(Serialize, ToSchema)]
struct Links {
    /// Its state.
    status: String,
    /// Its badge as an SVG.
    badge: String,
    /// Its changes.
    events: String,
    /// Its recent pipelines.
    history: String,
    /// Its flaky tests.
    tests: String,
}

impl<'a> Listed<'a> {
    fn new((name, line): (&'a str, &Line)) -> Self {
        let path = encoded(name);
        Self {
            name,
            verdict: line.report.verdict,
            message: line.report.message(),
            heard: line.heard,
            stale: line.is_stale,
            links: Links {
                status: format!("/status/{path}"),
                badge: format!("/badge/{path}.svg"),
                events: format!("/events?project={path}"),
                history: format!("/history/{path}.json"),
                tests: format!("/tests/{path}.json"),
            },
        }
    }
}

/// The listed projects and their states.
#[utoipa::path(
    get,
    path = "/projects",
    tag = "states",
    responses((status = 200, description = "The projects", body = Projects))
)]
pub(super) async fn all(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let overview = app.answers.overview().await;
    let list = Projects { projects: overview.lines().map(Listed::new).collect() };
    let json = serde_json::to_vec(&list).expect("texts and numbers");
    Content::new(ContentType::Json, json).response(&headers)
}
