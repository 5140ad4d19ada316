//! The backend of `flaky serve`: webhooks and test reports in; states, badges, events and a live page
//! out.
//!
//! ```text
//! webhook ───┐                                              ┌─> status, badge, history, tests
//! report ────┼─> Delivery ─> Inbox ─> Store ─> Directory ─> Answers
//! reconcile ─┘               group    merged   who and when └─> events, page
//!                            commit   runs
//! ```
//!
//! This module alone knows axum and the databases.

mod access;
mod answers;
mod app;
mod cache;
mod content;
mod directory;
mod front;
mod inbox;
mod listen;
pub(crate) mod log;
mod metrics;
mod openapi;
mod preview;
mod probe;
mod problem;
mod pruning;
mod reconcile;
mod request_id;
mod routes;
mod settings;
mod store;
mod token;

pub(crate) use preview::preview;
pub(crate) use probe::probe;
pub(crate) use settings::{Origins, ProjectSettings, Reconciled, Settings};
pub(crate) use store::{Database, sqlite_version};
pub(crate) use token::AccessToken;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::error::{Error, io_message};
use app::App;
use store::{Store, StoreError};

/// The number of connections besides those of event streams.
const CONNECTIONS: usize = 2000;

/// The signal about a file that reaches a limit, on the systems that have it.
#[cfg(unix)]
const SIGXFSZ: i32 = 25;

/// Runs the server until a signal ends it. `started` is told the address once clients can connect.
///
/// # Errors
/// Fails if the database or the address cannot be had.
pub(crate) async fn serve(
    settings: Settings,
    started: impl FnOnce(SocketAddr) -> Result<(), Error>,
) -> Result<(), Error> {
    let ended = ended().map_err(|error| failed("wait for signals", &error))?;
    let most = settings.max_streams + CONNECTIONS;
    if let Err(error) = rlimit::increase_nofile_limit(most as u64 + CONNECTIONS as u64) {
        warn!(%error, "cannot raise the limit on open files");
    }
    let address = settings.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        failed(&format!("listen on {address}"), &error).hint("choose another address with --listen")
    })?;
    let address = listener.local_addr().map_err(|error| failed("listen", &error))?;
    let store = Store::open(&settings.database).await?;
    let app = App::start(settings, store.clone()).await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(reconcile::run(Arc::clone(&app)));
    tasks.spawn(pruning::run(Arc::clone(&app)));
    started(address)?;
    info!(%address, "listening");
    let closing = Arc::clone(&app);
    let end = async move {
        ended.await;
        info!("ending");
        closing.close();
    };
    let router = request_id::named(routes::router(Arc::clone(&app)));
    listen::accept(listener, router, most, end).await;
    tasks.shutdown().await;
    app.inbox.close().await;
    store.close().await;
    Ok(())
}

fn failed(what: &str, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot {what}: {}", io_message(error)))
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self { hint: error.hint, ..Self::failed(error.message) }
    }
}

/// Is ready once the process is asked to end. Signals are awaited from now on.
fn ended() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // By default, a file that reaches a limit on sizes ends the process. A write that fails is
        // enough.
        let too_large = signal(SignalKind::from_raw(SIGXFSZ));
        Ok(async move {
            let _too_large = too_large;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
