//! The HTTP client. Only this module and its children use reqwest's client.
//!
//! The token is sent to its own server only, also on redirects, and unencrypted only to this
//! machine. Response sizes are limited, one by one and in total. All requests of a client share one
//! deadline, which includes waits before retries. The caller owns the runtime; dropping a future
//! cancels its requests.

#[cfg(any(test, feature = "fuzzing"))]
mod canned;
mod failure;
mod lists;
mod transport;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::token::Token;
use crate::{AuthScheme, FetchError, FetchErrorKind};
use flaky_core::json_error;
use transport::Transport;

#[cfg(feature = "fuzzing")]
pub(crate) use transport::next_page;

/// The maximum number of concurrent requests.
const CONCURRENT_REQUESTS: usize = 6;

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    /// The body.
    pub body: Vec<u8>,
    /// The URL of the next page.
    pub next: Option<Url>,
    /// The host that sent it, for messages.
    host: String,
}

impl Response {
    /// Parses the body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let host = &self.host;
            if self.body.trim_ascii_start().starts_with(b"<") {
                let message = format!("{host} returned a web page instead of JSON");
                FetchError::new(FetchErrorKind::WebPage, message)
            } else {
                let why = json_error::describe(&error);
                let message = format!("{host} returned an unexpected response: {why}");
                FetchError::new(FetchErrorKind::UnexpectedAnswer, message)
            }
        })
    }
}

/// A client for one server, with a deadline for all requests together.
pub struct Client {
    /// Created by the first request.
    transport: OnceLock<Arc<Transport>>,
    home: Url,
    token: Option<Token>,
    auth: AuthScheme,
    deadline: Deadline,
    /// The responses to give instead of a server's.
    #[cfg(any(test, feature = "fuzzing"))]
    canned: Option<canned::Responses>,
}

/// The time limit of all requests.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    timeout: Duration,
    at: Instant,
}

impl Client {
    /// A client for the server of `home`; `token` is sent to this server only. The timeout is for
    /// all requests together and starts now.
    pub fn new(home: Url, token: Option<Token>, auth: AuthScheme, timeout: Duration) -> Self {
        let deadline = Deadline { timeout, at: Instant::now() + timeout };
        Self {
            transport: OnceLock::new(),
            home,
            token,
            auth,
            deadline,
            #[cfg(any(test, feature = "fuzzing"))]
            canned: None,
        }
    }

    /// Returns true if it sends a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Returns true if the deadline has not passed.
    pub(crate) fn has_time(&self) -> bool {
        Instant::now() < self.deadline.at
    }

    /// Sends a GET request.
    pub(crate) async fn get(&self, url: Url) -> Result<Response, FetchError> {
        #[cfg(any(test, feature = "fuzzing"))]
        if let Some(canned) = &self.canned {
            return canned.get(&url);
        }
        self.transport()?.get(url).await
    }

    /// Sends GET requests for several URLs, a few at a time. The results are in the order of
    /// `urls`.
    pub(crate) async fn get_all(&self, urls: Vec<Url>) -> Vec<Result<Response, FetchError>> {
        #[cfg(any(test, feature = "fuzzing"))]
        if let Some(canned) = &self.canned {
            return urls.iter().map(|url| canned.get(url)).collect();
        }
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
