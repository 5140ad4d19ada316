//! Asking a server over HTTP: the only module that knows reqwest's client.
//!
//! A token goes to the server it is meant for and to no other, not even on a redirect, and never
//! unencrypted except to this machine. Every answer is limited in size, and all of them together
//! keep one deadline, waiting included. The caller owns the runtime; dropping a future cancels its
//! requests.

mod failure;
mod transport;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::token::Token;
use crate::{AuthScheme, FetchError, FetchErrorKind};
use flaky_core::sanitize::sanitize;
use transport::Transport;

/// The requests that are sent at once.
const CONCURRENT_REQUESTS: usize = 6;

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    /// Its body.
    pub body: Vec<u8>,
    /// The address of the next page.
    pub next: Option<Url>,
    /// The host that sent it.
    host: String,
}

impl Response {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let host = &self.host;
            if self.body.trim_ascii_start().starts_with(b"<") {
                let message = format!("{host} answered with a web page instead of JSON");
                FetchError::new(FetchErrorKind::WebPage, message)
            } else {
                let why = sanitize(&error.to_string(), 120);
                let message = format!("{host} gave an unexpected answer: {why}");
                FetchError::new(FetchErrorKind::UnexpectedAnswer, message)
            }
        })
    }
}

/// Asks one server until a deadline.
pub struct Client {
    /// Set up by the first request.
    transport: OnceLock<Arc<Transport>>,
    home: Url,
    token: Option<Token>,
    auth: AuthScheme,
    deadline: Deadline,
}

/// The time that there is for all requests.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    timeout: Duration,
    at: Instant,
}

impl Client {
    /// A client for the server of `home`, to which alone it sends `token`. The timeout is for all
    /// requests together and begins now.
    pub fn new(home: Url, token: Option<Token>, auth: AuthScheme, timeout: Duration) -> Self {
        let deadline = Deadline { timeout, at: Instant::now() + timeout };
        Self { transport: OnceLock::new(), home, token, auth, deadline }
    }

    /// Whether it sends a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether the deadline has not passed.
    pub(crate) fn has_time(&self) -> bool {
        Instant::now() < self.deadline.at
    }

    /// Requests an address.
    pub(crate) async fn get(&self, url: Url) -> Result<Response, FetchError> {
        self.transport()?.get(url).await
    }

    /// Requests several addresses, a few at a time; the answers are in the order of the addresses.
    pub(crate) async fn get_all(&self, urls: Vec<Url>) -> Vec<Result<Response, FetchError>> {
        let transport = match self.transport() {
            Ok(transport) => transport,
            Err(error) => return urls.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut responses: Vec<Option<Result<Response, FetchError>>> =
            urls.iter().map(|_| None).collect();
        let mut waiting = urls.into_iter().enumerate();
        let mut requests = JoinSet::new();
        let request = |(at, url): (usize, Url)| {
            let transport = Arc::clone(transport);
            async move { (at, transport.get(url).await) }
        };
        for first in waiting.by_ref().take(CONCURRENT_REQUESTS) {
            requests.spawn(request(first));
        }
        while let Some(response) = requests.join_next().await {
            let (at, response) = response.expect("a request neither panics nor is cancelled");
            responses[at] = Some(response);
            if let Some(next) = waiting.next() {
                requests.spawn(request(next));
            }
        }
        responses
            .into_iter()
            .map(|response| response.expect("every address is requested"))
            .collect()
    }

    fn transport(&self) -> Result<&Arc<Transport>, FetchError> {
        if let Some(transport) = self.transport.get() {
            return Ok(transport);
        }
        let home = self.home.clone();
        let transport = Transport::new(home, self.token.clone(), self.auth, self.deadline)?;
        Ok(self.transport.get_or_init(|| Arc::new(transport)))
    }
}
