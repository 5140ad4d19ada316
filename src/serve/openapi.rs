//! `/openapi.json`: the document of all routes. <https://spec.openapis.org/oas/v3.1.0>

use utoipa::openapi::path::Operation;
use utoipa::openapi::{Info, OpenApi, Paths, RefOr, Response};

use super::content::{Content, ContentType};

/// Where the document is.
pub(crate) const PATH: &str = "/openapi.json";

/// The document of some routes.
pub(crate) fn document(parts: impl IntoIterator<Item = OpenApi>) -> Content {
    let info = Info::new("flaky serve", env!("CARGO_PKG_VERSION"));
    let mut document = OpenApi::new(info, Paths::new());
    for part in parts {
        document.merge(part);
    }
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        // A rest of the path is a parameter like any other in the words of OpenAPI.
        let path = path.replace("{*", "{");
        if let Some(operation) = &mut item.get {
            add_common(operation);
            operation.operation_id = Some(operation_id("get", &path));
        }
        if let Some(operation) = &mut item.post {
            operation.operation_id = Some(operation_id("post", &path));
        }
        document.paths.paths.insert(path, item);
    }
    let json = document.to_json().expect("texts and numbers");
    Content::new(ContentType::Json, json)
}

/// A name of an operation that no other has: `get_status_project`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    [method].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

/// Adds the answers that every route may give.
fn add_common(operation: &mut Operation) {
    for (status, description) in [
        ("304", "It is what the client has already"),
        ("401", "A token for reading is missing or wrong"),
        ("503", "The server is busy, or ends"),
    ] {
        let answer = || RefOr::T(Response::new(description));
        operation.responses.responses.entry(status.to_string()).or_insert_with(answer);
    }
}
