//! Names of requests, by which an answer is found in the log.
//!
//! A name that the client or a proxy has given is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Request};
use jiff::Timestamp;
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};

/// The header with the name.
const HEADER: &str = "x-request-id";

/// The start of the server, and a number for each request.
#[derive(Clone)]
struct Names {
    start: i64,
    last: Arc<AtomicU64>,
}

impl MakeRequestId for Names {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{:x}-{number}", self.start);
        HeaderValue::try_from(name).ok().map(RequestId::new)
    }
}

/// Gives every request a name, which the answer repeats.
pub(super) fn named(router: Router) -> Router {
    let start = Timestamp::now().as_millisecond();
    let names = Names { start, last: Arc::default() };
    router
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(names))
}

/// The name of a request, for the log.
pub(super) fn of(headers: &HeaderMap) -> &str {
    headers.get(HEADER).and_then(|name| name.to_str().ok()).unwrap_or_default()
}
