//! `/metrics`: counters for monitoring.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::serve::app::App;
use crate::serve::metrics::{MOST_PROJECTS, Present};

/// The format of the text. <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters as text for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "The counters", body = String,
        content_type = "application/openmetrics-text"))
)]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let listed = app.answers.visible(MOST_PROJECTS).into_iter();
    let heard = listed.filter_map(|topic| Some((topic.name.clone(), topic.project()?.heard)));
    let text = app.metrics.text(Present {
        streams: app.open_streams(),
        projects: app.answers.directory().len(),
        heard: heard.collect(),
    });
    let headers = [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}
