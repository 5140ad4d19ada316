//! The engine for PostgreSQL, which several servers may share.
//!
//! - A transaction that writes holds an advisory lock until it ends. So changes are numbered in the order
//!   in which they are committed, and no two servers merge into the same row.
//! - The statements of a step are sent together: a batch costs three round trips, however many
//!   deliveries it has.
//! - NOTIFY says only that something was written; see `doorbell.rs`.
//! - When a connection is lost, what it did is done again on a new one, for some seconds. That is safe
//!   even if the lost one had committed, because merging the same deliveries again changes nothing.
//! - The space of deleted rows is used again once autovacuum has been there, so nothing is left to do here.

mod connection;
mod doorbell;
mod schema;
pub(super) mod write;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::rows::{Row, Value};
use super::{Delivery, Receipt, StoreError};
use connection::{Address, Connection, Failure, Job, Pool};
use doorbell::Doorbell;
use schema::Migrate;
use write::{Execute, Write};

/// The time in which a call succeeds or fails, also while the server restarts. Platforms wait for ten
/// seconds.
const DEADLINE: Duration = Duration::from_secs(6);
/// The waits between two attempts.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// The number of connections that read.
const READERS: usize = 4;

/// A database on a server.
#[derive(Debug)]
pub(super) struct Postgres {
    address: Arc<Address>,
    writer: Pool,
    readers: Pool,
    doorbell: Doorbell,
}

impl Postgres {
    /// Connects, and brings the tables to this version.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let address = Arc::new(Address::new(url)?);
        let opened = Self {
            doorbell: Doorbell::new(Arc::clone(&address)),
            writer: Pool::new(1),
            readers: Pool::new(READERS),
            address,
        };
        opened.on(&opened.writer, &Migrate { shown: &opened.address.shown }).await?;
        opened.doorbell.listen();
        Ok(opened)
    }

    /// Stores deliveries in one transaction.
    pub(super) async fn write(&self, batch: Arc<[Delivery]>) -> Result<Vec<Receipt>, StoreError> {
        self.on(&self.writer, &Write { batch: &batch, doorbell: &self.doorbell }).await
    }

    /// Runs a statement that writes. Returns the number of rows.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<usize, StoreError> {
        self.on(&self.writer, &Execute { sql, values: &values }).await
    }

    /// Runs a statement that reads.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.on(&self.readers, &Query { sql, values: &values }).await
    }

    /// Waits until another server may have written.
    pub(super) async fn wait_for_others(&self) {
        self.doorbell.wait().await;
    }

    /// Closes the connections.
    pub(super) fn close(&self) {
        self.doorbell.end();
        self.readers.close();
        self.writer.close();
    }

    /// Runs a job on a connection of a pool. If the connection is lost, or there is none, it is tried again
    /// until the deadline.
    async fn on<J: Job>(&self, pool: &Pool, job: &J) -> Result<J::Done, StoreError> {
        let deadline = Instant::now() + DEADLINE;
        let mut wait = FIRST_WAIT;
        loop {
            let attempt = timeout_at(deadline, pool.run(&self.address, job)).await;
            let error = match attempt {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(Failure::Refused(error))) => return Err(error),
                Ok(Err(Failure::Server(error))) => error,
                Ok(Err(Failure::Closed)) => {
                    return Err(StoreError::temporary(format!("{} is closed", self.address.shown)));
                }
                Err(_) => {
                    let shown = &self.address.shown;
                    return Err(StoreError::temporary(format!("{shown} does not answer in time")));
                }
            };
            if !connection::is_lost(&error) || Instant::now() + wait > deadline {
                return Err(self.address.named(&error));
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// Reads rows.
struct Query<'a> {
    sql: &'static str,
    values: &'a [Value],
}

impl Job for Query<'_> {
    type Done = Vec<Row>;

    async fn run(&self, connection: &Connection) -> Result<Vec<Row>, Failure> {
        connection.prepare(&[self.sql]).await?;
        Ok(connection.query(self.sql, &connection::parameters(self.values)).await?)
    }
}

#[cfg(test)]
mod tests;
