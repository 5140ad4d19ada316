//! Asking a server: the only place that knows reqwest.
//!
//! A token goes to the server it is meant for and to no other, not even on a redirect, and never
//! in the clear except to this machine. Every answer is bounded, and all of them together keep
//! one deadline, waiting included. Nothing is set up before the first question.

mod asker;

use flaky_core::sanitize::sanitize;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::token::Token;
use super::{Scheme, Trouble};
use asker::Asker;

/// How many questions are asked at once.
const AT_ONCE: usize = 6;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its body.
    pub body: Vec<u8>,
    /// Where it goes on.
    pub next: Option<Url>,
    /// The host that gave it.
    host: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let page = self.body.trim_ascii_start().starts_with(b"<");
            if page {
                Trouble::new(
                    format!("{} answered with a web page instead of JSON", self.host),
                    "is this the right server? A page to log in looks like this too",
                )
            } else {
                let why = sanitize(&error.to_string(), 120);
                Trouble::new(
                    format!("{} answered with something else than expected: {why}", self.host),
                    "is this the right server, and the right kind of it?",
                )
            }
        })
    }
}

/// Asks one server until a deadline.
pub struct Client {
    asker: OnceCell<(Runtime, Arc<Asker>)>,
    home: Url,
    token: Option<Token>,
    scheme: Scheme,
    time: Time,
}

/// How long may be asked in all, and until when.
#[derive(Clone, Copy, Debug)]
struct Time {
    in_all: Duration,
    deadline: Instant,
}

impl Client {
    /// A client that may send `token` to the server of `home`, and has `timeout` from now on.
    pub fn new(home: Url, token: Option<Token>, scheme: Scheme, timeout: Duration) -> Self {
        let time = Time { in_all: timeout, deadline: Instant::now() + timeout };
        Self { asker: OnceCell::new(), home, token, scheme, time }
    }

    /// Whether a token goes with the questions.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether there is time for more.
    pub fn has_time(&self) -> bool {
        Instant::now() < self.time.deadline
    }

    /// Asks for an address.
    ///
    /// # Errors
    /// Whatever keeps the answer from being known.
    pub fn get(&self, url: Url) -> Result<Reply, Trouble> {
        self.get_all(vec![url]).pop().expect("an answer to the question")
    }

    /// Asks for some addresses, a few at a time; the answers are in their order.
    pub fn get_all(&self, urls: Vec<Url>) -> Vec<Result<Reply, Trouble>> {
        if urls.is_empty() {
            return Vec::new();
        }
        let (runtime, asker) = match self.asker() {
            Ok(ready) => ready,
            Err(trouble) => return urls.iter().map(|_| Err(trouble.clone())).collect(),
        };
        let mut answers: Vec<Option<Result<Reply, Trouble>>> = urls.iter().map(|_| None).collect();
        runtime.block_on(async {
            let mut waiting = urls.into_iter().enumerate();
            let mut asked = JoinSet::new();
            let ask = |(at, url): (usize, Url)| {
                let asker = Arc::clone(asker);
                async move { (at, asker.get(url).await) }
            };
            for first in waiting.by_ref().take(AT_ONCE) {
                asked.spawn(ask(first));
            }
            while let Some(answer) = asked.join_next().await {
                let (at, answer) = answer.expect("a question does not panic");
                answers[at] = Some(answer);
                if let Some(next) = waiting.next() {
                    asked.spawn(ask(next));
                }
            }
        });
        answers.into_iter().map(|answer| answer.expect("every question is asked")).collect()
    }

    fn asker(&self) -> Result<&(Runtime, Arc<Asker>), Trouble> {
        if let Some(ready) = self.asker.get() {
            return Ok(ready);
        }
        let asker = Asker::new(self.home.clone(), self.token.clone(), self.scheme, self.time)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| asker::unready(&error.to_string()))?;
        Ok(self.asker.get_or_init(|| (runtime, Arc::new(asker))))
    }
}

impl Drop for Client {
    /// Does not wait for a name that is still being looked up.
    fn drop(&mut self) {
        if let Some((runtime, _)) = self.asker.take() {
            runtime.shutdown_background();
        }
    }
}
