//! Accepts connections, within limits, until the server ends.
//!
//! hyper is used directly because `axum::serve` has no time limit for request headers. A client that
//! sends nothing, or very slowly, is disconnected; so is one that keeps an idle connection open.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

/// The time within which a client must send the headers of its next request.
const HEADERS_WITHIN: Duration = Duration::from_secs(20);
/// The maximum size of the headers of a request, in bytes.
const MAX_HEADERS: usize = 16 << 10;
/// The time within which requests under way must end when the server ends.
const END_WITHIN: Duration = Duration::from_secs(10);
/// The pause after a failure to accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts up to `most` connections at once until `end` is ready, and then waits for the requests under
/// way, but not for long.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    most: usize,
    end: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(most));
    let mut end = std::pin::pin!(end);
    loop {
        let next = tokio::select! {
            next = next(&listener, &places) => next,
            () = &mut end => break,
        };
        match next {
            Ok((stream, address, place)) => {
                let router = router.clone();
                let connection = connection(stream, router);
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        debug!(%address, %error, "connection failed");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    if timeout(END_WITHIN, graceful.shutdown()).await.is_err() {
        warn!("requests under way were cut off after {} s", END_WITHIN.as_secs());
    }
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed");
    let (stream, address) = listener.accept().await?;
    // Answers are written whole, so waiting for more to send would only delay them.
    stream.set_nodelay(true)?;
    Ok((stream, address, place))
}

fn connection(
    stream: TcpStream,
    router: Router,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
