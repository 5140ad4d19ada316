//! What all requests share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answers::Answers;
use super::front::Front;
use super::inbox::Inbox;
use super::metrics::Metrics;
use super::settings::Settings;
use super::store::{Delivery, Receipt, Store, StoreError};

/// The time within which a delivery must be stored. Platforms wait for ten seconds.
const WITHIN: Duration = Duration::from_secs(8);

/// A running server.
pub(crate) struct App {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) inbox: Inbox,
    pub(crate) answers: Arc<Answers>,
    pub(crate) metrics: Metrics,
    pub(crate) front: Front,
    /// A permit for each event stream that may be opened.
    pub(crate) streams: Arc<Semaphore>,
}

impl App {
    /// Starts the tasks between an open store and the routes.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(crate) async fn start(settings: Settings, store: Store) -> Result<Arc<Self>, StoreError> {
        let (settings, metrics) = (Arc::new(settings), Metrics::new());
        let answers = Answers::start(Arc::clone(&settings), store.clone(), &metrics).await?;
        let streams = Arc::new(Semaphore::new(settings.max_streams));
        let inbox = Inbox::start(store.clone(), Arc::clone(answers.directory()));
        let front = Front::default();
        Ok(Arc::new(Self { settings, store, inbox, answers, metrics, front, streams }))
    }

    /// Stores a delivery. Once it is stored, answers are about the new state. One that is given up may
    /// still be stored, which does no harm: it will be sent again.
    ///
    /// # Errors
    /// Fails if it could not be stored.
    pub(crate) async fn deliver(&self, delivery: Delivery) -> Result<Receipt, StoreError> {
        let (at, began) = (delivery.received, Instant::now());
        let sent = timeout(WITHIN, self.inbox.send(delivery)).await;
        let receipt = sent.unwrap_or_else(|_| {
            Err(StoreError::temporary("the database did not take the delivery in time"))
        })?;
        self.metrics.stored(at, began.elapsed());
        Ok(receipt)
    }

    /// Ends event streams and says that the server is no longer ready. What was asked before is still
    /// answered.
    pub(crate) fn close(&self) {
        self.answers.close();
    }

    /// True once the server ends.
    pub(crate) fn is_closing(&self) -> bool {
        self.answers.directory().news().is_closing
    }

    /// The number of open event streams.
    pub(crate) fn open_streams(&self) -> usize {
        self.settings.max_streams.saturating_sub(self.streams.available_permits())
    }
}
