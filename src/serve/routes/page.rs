//! `/`: the live page.

use std::slice;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::page::MOST_URLS;
use crate::serve::app::App;

/// The live page: the monitor of the only or the default project, or the ward of all listed ones.
#[utoipa::path(
    get,
    path = "/",
    tag = "states",
    responses((status = 200, description = "The page", content_type = "text/html", body = String))
)]
pub(super) async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let default = app.answers.default_topic();
    let default = default.filter(|topic| app.settings.may_list(&topic.name));
    let usual = &app.settings.page;
    let page = match &default {
        Some(topic) => app.front.page(usual, slice::from_ref(topic)).await,
        None => app.front.page(usual, &app.answers.visible(MOST_URLS)).await,
    };
    page.response(&headers)
}
