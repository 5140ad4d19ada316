//! Rings when another server has written.
//!
//! A notification has no content: it says that the table is worth reading. Notifications that are
//! missed while the connection is down do not matter, because it rings once whenever it is up again.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::connection::{Address, listen};

/// The name under which servers notify each other.
pub(super) const CHANNEL: &str = "flaky_changes";

/// The waits between two attempts to connect.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A bell on a connection of its own.
#[derive(Debug)]
pub(super) struct Doorbell {
    address: Arc<Address>,
    /// The session whose notifications are our own.
    own: Arc<AtomicI32>,
    bell: Arc<Notify>,
    /// The task that listens; it ends with this.
    task: Mutex<JoinSet<()>>,
}

impl Doorbell {
    pub(super) fn new(address: Arc<Address>) -> Self {
        Self { address, own: Arc::default(), bell: Arc::default(), task: Mutex::default() }
    }

    /// Begins to listen.
    pub(super) fn listen(&self) {
        let address = Arc::clone(&self.address);
        let (own, bell) = (Arc::clone(&self.own), Arc::clone(&self.bell));
        let hear = move |session: Option<i32>| {
            if session != Some(own.load(Ordering::Relaxed)) {
                bell.notify_one();
            }
        };
        self.task.lock().unwrap_or_else(PoisonError::into_inner).spawn(async move {
            let mut wait = FIRST_WAIT;
            loop {
                let began = Instant::now();
                // Whoever writes or reads reports what is wrong with the server.
                let _ = listen(&address, CHANNEL, &hear).await;
                wait = if began.elapsed() > LONGEST_WAIT { FIRST_WAIT } else { wait };
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        });
    }

    /// Notes the session that writes, whose notifications do not count. If it is another than before,
    /// nobody knows whether the last transaction of the one before was committed, so it rings.
    pub(super) fn writes_in(&self, session: i32) {
        if self.own.swap(session, Ordering::Relaxed) != session {
            self.bell.notify_one();
        }
    }

    /// Waits until it rings, or returns at once if it has rung since.
    pub(super) async fn wait(&self) {
        self.bell.notified().await;
    }

    pub(super) fn end(&self) {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}
