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

use crate::cli::Console;
use crate::commands::runtime::block_on;
use crate::error::{Error, io_message};
use crate::output::{self, Destination};
use crate::page::Asset;

/// The address that the page itself has, besides `/`.
const INDEX: &str = "index.html";

/// Serves the page until Ctrl-C is pressed. The address goes to standard output.
pub(super) fn serve(html: String, assets: Vec<Asset>, console: Console) -> Result<(), Error> {
    let mut files = assets;
    files.push(Asset {
        name: INDEX,
        content_type: "text/html; charset=utf-8",
        bytes: html.into_bytes(),
    });
    block_on(until_interrupted(files, console))?
}

async fn until_interrupted(files: Vec<Asset>, console: Console) -> Result<(), Error> {
    let failed = |what: &str, error: &io::Error| {
        Error::failed(format!("cannot {what}: {}", io_message(error)))
    };
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .await
        .map_err(|error| failed("listen on 127.0.0.1", &error))?;
    let address = listener.local_addr().map_err(|error| failed("listen on 127.0.0.1", &error))?;
    let app = Router::new().fallback(answer).with_state(Arc::new(files));
    // The runtime drops the server, with its open connections, when this function returns.
    tokio::spawn(axum::serve(listener, app).into_future());
    // Ctrl-C is awaited before anybody learns the address.
    let interrupted = tokio::spawn(tokio::signal::ctrl_c());
    tokio::task::yield_now().await;
    let line = format!("http://{address}/\n");
    output::write(&Destination::Stdout, false, |out| out.write_all(line.as_bytes()))?;
    console.say("press Ctrl-C to end the preview");
    match interrupted.await {
        Ok(result) => result.map_err(|error| failed("wait for Ctrl-C", &error)),
        Err(error) => Err(failed("wait for Ctrl-C", &error.into())),
    }
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
