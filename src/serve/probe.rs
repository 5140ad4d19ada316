//! The question of a health check: is the server with these settings ready?
//!
//! An image that holds nothing but the program has no other client to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::error::{Error, io_message};

/// The time within which the server must answer.
const WITHIN: Duration = Duration::from_secs(4);
/// The maximum size of an answer, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// Asks the server that listens on `address` whether it is ready.
///
/// # Errors
/// Fails if it is not: with the server's reason, or because it did not answer.
pub(crate) async fn probe(address: SocketAddr) -> Result<(), Error> {
    let address = reachable(address);
    let not_ready = |why: String| Error::failed(format!("{address} is not ready: {why}"));
    let answer = timeout(WITHIN, ask(address)).await;
    let answer = answer.map_err(|_| not_ready(format!("no answer in {} s", WITHIN.as_secs())))?;
    match answer.map_err(not_ready)? {
        (StatusCode::OK, _) => Ok(()),
        (status, reason) => Err(not_ready(reason.unwrap_or_else(|| status.to_string()))),
    }
}

/// Where a server can be reached that listens on all addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let loopback = match address.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    if address.ip().is_unspecified() { SocketAddr::new(loopback, address.port()) } else { address }
}

/// The status of `/readyz`, and the reason that the server gives.
async fn ask(address: SocketAddr) -> Result<(StatusCode, Option<String>), String> {
    let stream = TcpStream::connect(address).await.map_err(|error| io_message(&error))?;
    let (mut client, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let request = Request::get("/readyz").header("host", address.to_string()).body(Body::empty());
    let request = request.map_err(|error| error.to_string())?;
    let answer = async {
        let answer = client.send_request(request).await.map_err(|error| error.to_string())?;
        Ok((answer.status(), reason(answer.map(Body::new)).await))
    };
    tokio::pin!(connection);
    tokio::select! {
        answer = answer => answer,
        // It ends first only if it is lost.
        ended = &mut connection => Err(match ended {
            Ok(()) => "the connection was closed".to_string(),
            Err(error) => error.to_string(),
        }),
    }
}

/// The `error` of a refusal.
async fn reason(answer: Response<Body>) -> Option<String> {
    let body = to_bytes(answer.into_body(), MAX_ANSWER).await.ok()?;
    let body: Value = serde_json::from_slice(&body).ok()?;
    Some(body["error"].as_str()?.to_string())
}
