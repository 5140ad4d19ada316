//! `/healthz` and `/readyz`, for what starts, watches and replaces servers.

use std::sync::Arc;

use axum::extract::State;

use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};

/// The process lives.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses((status = 200, description = "It lives", content_type = "text/plain", body = String))
)]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The server can do its work: its database answers, and it is not about to end.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "It is ready", content_type = "text/plain", body = String),
        (status = 503, description = "It is not ready", body = Refusal),
    )
)]
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if app.is_closing() {
        return Err(Problem::busy("the server ends"));
    }
    app.store.ping().await.map_err(|error| Problem::busy(error.message))?;
    Ok("ok\n")
}
