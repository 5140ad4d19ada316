//! The server of `flaky page --preview`: the page and the files beside it, for this computer only.

use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::page::Asset;

/// The address that the page itself has, besides `/`.
const INDEX: &str = "index.html";

/// Serves a page, and files beside it, on a free port of this computer until the runtime ends. Returns
/// the address.
///
/// # Errors
/// Fails if no port can be had.
pub(crate) async fn preview(html: String, assets: Vec<Asset>) -> io::Result<SocketAddr> {
    let mut files = assets;
    files.push(Asset {
        name: INDEX,
        content_type: "text/html; charset=utf-8",
        bytes: html.into_bytes(),
    });
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = listener.local_addr()?;
    let app = Router::new().fallback(answer).with_state(Arc::new(files));
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(address)
}

async fn answer(State(files): State<Arc<Vec<Asset>>>, method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let name = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        name => name,
    };
    let headers =
        [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    match files.iter().find(|file| file.name == name) {
        Some(file) => {
            let content_type = [(header::CONTENT_TYPE, file.content_type)];
            (headers, content_type, file.bytes.clone()).into_response()
        }
        None => (StatusCode::NOT_FOUND, headers, "not found\n").into_response(),
    }
}
