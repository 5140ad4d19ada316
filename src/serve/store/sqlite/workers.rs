//! Threads with a connection each, and the jobs that wait for them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// The number of jobs that wait; further ones make their senders wait.
const WAITING: usize = 64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Threads that share a queue of jobs.
#[derive(Debug)]
pub(super) struct Workers {
    /// `None` once they are to end.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Workers {
    /// Starts a thread for each connection.
    pub(super) fn start(name: &str, connections: Vec<Connection>) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let start = |connection| {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new().name(name.to_string()).spawn(move || work(connection, &receiver))
        };
        let threads = connections.into_iter().map(start).collect::<io::Result<_>>()?;
        Ok(Self { jobs: Mutex::new(Some(sender)), threads: Mutex::new(threads) })
    }

    /// Runs a job, once a thread is free; `None` if the threads have ended.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Option<T> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (reply, result) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            // Whoever asked may have gone.
            let _ = reply.send(job(connection));
        };
        jobs.send(Box::new(job)).await.ok()?;
        result.await.ok()
    }

    /// Ends the threads after the jobs that wait.
    pub(super) async fn end(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let join = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        // Joining fails only if the runtime ends, and the threads end with it.
        let _ = tokio::task::spawn_blocking(join).await;
    }
}

fn work(mut connection: Connection, jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // One thread waits for a job, the others for the lock.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(job) = job else { return };
        job(&mut connection);
    }
}
