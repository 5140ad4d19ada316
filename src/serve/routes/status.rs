//! `/status`: the state of a project as JSON.
//!
//! A project that is named in the settings has a state before it has reported: unknown, and why. Any
//! other name that is not known is refused, so a typing error does not look like a silent project.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::request::{Parameters, Rest, no_project};
use crate::serve::answers::{Answer, NO_PROJECT, Status};
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};

/// The state of the only project, or of the default one.
#[utoipa::path(
    get,
    path = "/status",
    tag = "states",
    params(("ref" = Option<String>, Query, description = "A branch or tag; else the default branch")),
    responses(
        (status = 200, description = "The state", body = Status),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "It is not clear which project is meant", body = Refusal),
    )
)]
pub(super) async fn of_default(
    State(app): State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let git_ref = parameters.git_ref()?;
    if let Some(topic) = app.answers.default_topic() {
        return Ok(app.answers.of(&topic, git_ref).await?.json.response(&headers));
    }
    if app.answers.directory().len() == 0 {
        return Ok(Answer::unknown(None, NO_PROJECT).json.response(&headers));
    }
    Err(Problem::missing("no project is named, and there is no default one")
        .hint("ask for /status/PROJECT, or start the server with --project"))
}

/// The state of a project.
#[utoipa::path(
    get,
    path = "/status/{*project}",
    tag = "states",
    params(
        ("project" = String, Path, description = "Its path on its platform, such as group/project"),
        ("ref" = Option<String>, Query, description = "A branch or tag; else the default branch"),
    ),
    responses(
        (status = 200, description = "The state", body = Status),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "There is no such project", body = Refusal),
    )
)]
pub(super) async fn of_project(
    State(app): State<Arc<App>>,
    Rest(name): Rest,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let git_ref = parameters.git_ref()?;
    let topic = app.answers.directory().find(&name).ok_or_else(|| no_project(&name))?;
    Ok(app.answers.of(&topic, git_ref).await?.json.response(&headers))
}
