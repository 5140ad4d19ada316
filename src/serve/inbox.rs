//! The inbox: deliveries wait here until they are durable, and share transactions.
//!
//! One task takes whatever waits, up to [`MAX_BATCH`] deliveries, writes it in one transaction, and then
//! answers each sender. While it writes, the next deliveries gather. So a lone delivery is written at
//! once, and many cost one synchronisation of the disk together.
//!
//! What waits is bounded by its size, not only by its number. A sender who finds the inbox full is told
//! so at once: a platform that waits in vain counts that as a failure as well, and later.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use super::directory::Directory;
use super::store::{Delivery, Project, Receipt, Store, StoreError};

/// The maximum number of deliveries in a transaction.
pub(crate) const MAX_BATCH: usize = 256;

/// The maximum weight of the deliveries that wait, and so of one: some 40 MB. See [`weight`].
const MAX_WEIGHT: u32 = 1 << 16;

type Answer = Result<Receipt, StoreError>;

/// The sending side of the inbox.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    sender: mpsc::UnboundedSender<Message>,
    /// What bounds the channel.
    room: Arc<Semaphore>,
}

#[derive(Debug)]
enum Message {
    Delivery(Box<Waiting>),
    /// Asks for an answer when all before it are stored.
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Waiting {
    delivery: Delivery,
    answer: oneshot::Sender<Answer>,
    room: OwnedSemaphorePermit,
}

impl Inbox {
    /// Starts the task that writes. The directory learns of what is stored before the senders do.
    pub(crate) fn start(store: Store, directory: Arc<Directory>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(run(store, directory, receiver));
        Self { sender, room: Arc::new(Semaphore::new(MAX_WEIGHT as usize)) }
    }

    /// Stores a delivery. It is stored even if the caller stops waiting.
    ///
    /// # Errors
    /// Fails if it could not be stored, or too many are waiting.
    pub(crate) async fn send(&self, delivery: Delivery) -> Result<Receipt, StoreError> {
        let room = Arc::clone(&self.room).try_acquire_many_owned(weight(&delivery));
        let room = room.map_err(|error| match error {
            TryAcquireError::NoPermits => {
                StoreError::temporary("too many deliveries wait to be stored")
            }
            TryAcquireError::Closed => closing(),
        })?;
        let (answer, stored) = oneshot::channel();
        let waiting = Box::new(Waiting { delivery, answer, room });
        self.sender.send(Message::Delivery(waiting)).map_err(|_| closing())?;
        stored.await.unwrap_or_else(|_| Err(closing()))
    }

    /// Accepts nothing more, and waits until all that has been accepted is stored or has failed.
    pub(crate) async fn close(&self) {
        self.room.close();
        let (done, is_done) = oneshot::channel();
        if self.sender.send(Message::Close(done)).is_ok() {
            // The task is gone only if it has nothing more to store.
            let _ = is_done.await;
        }
    }
}

fn closing() -> StoreError {
    StoreError::temporary("the server is shutting down")
}

/// The weight of a delivery: the number of its runs, jobs and results of tests.
fn weight(delivery: &Delivery) -> u32 {
    let runs: usize = delivery.runs.iter().map(|run| 1 + run.jobs().len()).sum();
    let results = delivery.tests.as_ref().map_or(0, |tests| tests.results.len());
    u32::try_from(1 + runs + results).unwrap_or(MAX_WEIGHT).min(MAX_WEIGHT)
}

async fn run(
    store: Store,
    directory: Arc<Directory>,
    mut receiver: mpsc::UnboundedReceiver<Message>,
) {
    let mut messages = Vec::with_capacity(MAX_BATCH);
    while receiver.recv_many(&mut messages, MAX_BATCH).await > 0 {
        let mut batch = Vec::with_capacity(messages.len());
        let mut closing = Vec::new();
        for message in messages.drain(..) {
            match message {
                Message::Delivery(waiting) => batch.push(*waiting),
                Message::Close(done) => closing.push(done),
            }
        }
        store_batch(&store, &directory, batch).await;
        for done in closing {
            // Whoever closed the inbox may have stopped waiting.
            let _ = done.send(());
        }
    }
}

/// Stores a batch and answers its senders.
async fn store_batch(store: &Store, directory: &Directory, batch: Vec<Waiting>) {
    if batch.is_empty() {
        return;
    }
    let mut deliveries = Vec::with_capacity(batch.len());
    let mut senders = Vec::with_capacity(batch.len());
    for Waiting { delivery, answer, room } in batch {
        deliveries.push(delivery);
        senders.push((answer, room));
    }
    let deliveries: Arc<[Delivery]> = deliveries.into();
    let answers: Vec<Answer> = match store.write(Arc::clone(&deliveries)).await {
        Ok(receipts) => receipts.into_iter().map(Ok).collect(),
        Err(error) if error.is_temporary || deliveries.len() == 1 => {
            deliveries.iter().map(|_| Err(error.clone())).collect()
        }
        // One of them cannot be stored; the others can.
        Err(_) => one_by_one(store, &deliveries).await,
    };
    learn(directory, &answers);
    for ((sender, _room), answer) in senders.into_iter().zip(answers) {
        // The sender may have stopped waiting.
        let _ = sender.send(answer);
    }
}

async fn one_by_one(store: &Store, deliveries: &[Delivery]) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let receipts = store.write(vec![delivery.clone()]).await;
        let receipt = receipts.and_then(|mut receipts| {
            receipts.pop().ok_or_else(|| StoreError::temporary("the store gave no receipt"))
        });
        answers.push(receipt);
    }
    answers
}

/// Tells the directory of each project once, in its last state.
fn learn(directory: &Directory, answers: &[Answer]) {
    let stored = answers.iter().flatten();
    let latest: BTreeMap<i64, &Project> =
        stored.map(|receipt| (receipt.project.id, &receipt.project)).collect();
    for project in latest.into_values() {
        directory.learn(project.clone());
    }
}

#[cfg(test)]
mod tests;
