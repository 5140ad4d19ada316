//! Bodies of requests, read within limits of size and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use hyper::body::Body as _;
use tokio::time::timeout;

use crate::serve::problem::Problem;

/// The time within which a body must arrive.
const WITHIN: Duration = Duration::from_secs(20);
/// How much of a body that is too large is read, in bytes. A client that has not sent all of it would
/// otherwise see a broken connection instead of the answer.
const MAX_DISCARDED: usize = 64 << 20;

/// Reads a body of at most `most` bytes.
pub(super) async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    timeout(WITHIN, read_all(body, most)).await.unwrap_or_else(|_| {
        let message = format!("the body did not arrive within {} s", WITHIN.as_secs());
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, message))
    })
}

async fn read_all(body: Body, most: usize) -> Result<Bytes, Problem> {
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut kept = BytesMut::with_capacity(told.min(most));
    let mut length = 0;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::bad("the body ended early"))?;
        length += piece.len();
        if length <= most && told <= most {
            kept.extend_from_slice(&piece);
        } else if length > MAX_DISCARDED {
            break;
        }
    }
    if length.max(told) > most {
        let message = format!("the body is larger than {} MiB", most >> 20);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    Ok(kept.freeze())
}
