//! The routes: one file for each, or for each family.
//!
//! A route and its documentation come from the same place, so `/openapi.json` is about what is served.

mod badge;
mod body;
mod events;
mod flaky_tests;
mod health;
mod history;
mod metrics;
mod page;
mod projects;
mod reports;
mod request;
mod status;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access;
use super::app::App;
use super::openapi;
use super::problem::Problem;
use request::shown;

/// The route of a request to an unknown path, where requests are counted.
const NO_ROUTE: &str = "none";

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (reading, reading_api) = OpenApiRouter::default()
        .routes(routes!(status::of_default))
        .routes(routes!(status::of_project))
        .routes(routes!(projects::all))
        .routes(routes!(badge::of_project))
        .routes(routes!(badge::of_all_svg))
        .routes(routes!(badge::of_all_png))
        .routes(routes!(badge::of_all_gif))
        .routes(routes!(badge::of_all_json))
        .routes(routes!(events::events))
        .routes(routes!(history::of_project))
        .routes(routes!(flaky_tests::of_project))
        .routes(routes!(metrics::metrics))
        .routes(routes!(page::page))
        .split_for_parts();
    let (open, open_api) = OpenApiRouter::default()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(webhook::take))
        .routes(routes!(reports::take))
        .split_for_parts();
    let document = openapi::document([reading_api, open_api]);
    let mut reading = reading.route(
        openapi::PATH,
        get(move |headers: HeaderMap| async move { document.response(&headers) }),
    );
    // Before the layers, which are also for methods that a route does not have: a browser asks with
    // OPTIONS what a page of another origin may send.
    reading = reading.method_not_allowed_fallback(no_method);
    if !app.settings.read_tokens.is_empty() {
        reading = reading.route_layer(from_fn_with_state(Arc::clone(&app), access::check));
    }
    if let Some(cors) = access::cors(&app.settings.origins) {
        reading = reading.layer(cors);
    }
    Router::new()
        .merge(reading)
        .merge(open.method_not_allowed_fallback(no_method))
        .fallback(no_route)
        .layer(from_fn_with_state(Arc::clone(&app), count))
        .with_state(app)
}

/// Counts a request by its route and the status of its answer.
async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    app.metrics.requested(route, response.status());
    response
}

async fn no_route(uri: Uri) -> Problem {
    Problem::missing(format!("there is no page {:?}", shown(uri.path())))
        .hint("/openapi.json lists what there is")
}

async fn no_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this page cannot be asked so")
        .hint("the header Allow lists the methods that it understands")
}

#[cfg(test)]
mod tests;
