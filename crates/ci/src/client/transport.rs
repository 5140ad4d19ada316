//! A single request: sending, redirects, retries, and reading the response.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::header::{LINK, LOCATION};

use super::failure::{self, RequestError, Retry};
use super::{Deadline, Response};
use crate::target::host;
use crate::token::Token;
use crate::{AuthScheme, FetchError, FetchErrorKind, tls};

/// The maximum size of a response and of all responses together, in bytes.
const MAX_ANSWER: usize = 8 << 20;
const MAX_ANSWERS: usize = 128 << 20;
/// The maximum number of redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// The waits before retries in seconds, unless the server asks for others.
const RETRY_WAITS_S: [f64; 3] = [0.5, 1.0, 2.0];
/// A day, in seconds.
const DAY_S: u64 = 86_400;

/// The part of a client that concurrent requests share.
pub(super) struct Transport {
    http: reqwest::Client,
    home: Url,
    token: Option<Token>,
    auth: AuthScheme,
    deadline: Deadline,
    /// The bytes received so far.
    received: AtomicUsize,
}

impl Transport {
    pub(super) fn new(
        home: Url,
        token: Option<Token>,
        auth: AuthScheme,
        deadline: Deadline,
    ) -> Result<Self, FetchError> {
        if token.as_ref().is_some_and(|token| !token.is_valid()) {
            let message = "the token contains characters that are not allowed in a token";
            return Err(FetchError::new(FetchErrorKind::InvalidToken, message));
        }
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .user_agent(concat!("flaky/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none());
        // Do not use a proxy for requests to this machine.
        if is_loopback(&home) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| failure::setup(&error))?;
        Ok(Self { http, home, token, auth, deadline, received: AtomicUsize::new(0) })
    }

    pub(super) async fn get(&self, url: Url) -> Result<Response, FetchError> {
        let host = host(&url);
        let response =
            tokio::time::timeout_at(self.deadline.at.into(), self.with_retries(url)).await;
        response.unwrap_or_else(|_| {
            let timeout_s = self.deadline.timeout.as_secs_f64();
            let message = format!("{host} did not respond within {timeout_s} s");
            Err(FetchError::new(FetchErrorKind::TimedOut, message))
        })
    }

    async fn with_retries(&self, url: Url) -> Result<Response, FetchError> {
        let mut waits = RETRY_WAITS_S.into_iter();
        loop {
            let RequestError { error, retry } = match self.with_redirects(url.clone()).await {
                Ok(response) => return Ok(response),
                Err(refusal) => refusal,
            };
            let (wait, asked) = match (retry, waits.next()) {
                (Retry::Never, _) | (_, None) => return Err(error),
                (Retry::Soon, Some(usual_s)) => (Duration::from_secs_f64(usual_s), false),
                (Retry::After(wait), Some(_)) => (wait, true),
            };
            if Instant::now() + wait >= self.deadline.at {
                if !asked {
                    return Err(error);
                }
                let wait = match wait.as_secs() {
                    seconds @ ..=DAY_S => format!("{seconds} s"),
                    _ => "for more than a day".to_string(),
                };
                let message = format!("{}; it asks to wait {wait}", error.message);
                return Err(FetchError { kind: FetchErrorKind::WaitTooLong, message, ..error });
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn with_redirects(&self, mut url: Url) -> Result<Response, RequestError> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url).await?;
            if !response.status().is_redirection() {
                return self.read(response, &url).await;
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok());
            let to = to.filter(|to| matches!(to.scheme(), "http" | "https"));
            let to = to.ok_or_else(|| {
                let message = format!("{} redirects without a valid URL", host(&url));
                FetchError::new(FetchErrorKind::BadRedirect, message)
            })?;
            if url.scheme() == "https" && to.scheme() == "http" {
                let message = format!("{} redirects to an unencrypted URL", host(&url));
                Err(FetchError::new(FetchErrorKind::InsecureRedirect, message))?;
            }
            url = to;
        }
        let message = format!("{} redirects more than {MAX_REDIRECTS} times", host(&url));
        Err(FetchError::new(FetchErrorKind::BadRedirect, message))?
    }

    async fn send(&self, url: &Url) -> Result<reqwest::Response, RequestError> {
        let mut request = self
            .http
            .get(url.clone())
            .header("accept", "application/json, application/xml;q=0.9, */*;q=0.1");
        let at_home = self.home.origin() == url.origin();
        if let Some(token) = self.token.as_ref().filter(|_| at_home) {
            if url.scheme() == "http" && !is_loopback(url) {
                let message = format!("the token would be sent to {} unencrypted", host(url));
                Err(FetchError::new(FetchErrorKind::InsecureToken, message))?;
            }
            request = token.authorize(self.auth, request);
        }
        request.send().await.map_err(|error| failure::no_connection(url, &error).into())
    }

    async fn read(
        &self,
        mut response: reqwest::Response,
        url: &Url,
    ) -> Result<Response, RequestError> {
        let host = host(url);
        let status = response.status();
        if !status.is_success() {
            return Err(failure::bad_status(url, status, response.headers()));
        }
        let mut links = response.headers().get_all(LINK).iter();
        let next = links.find_map(|link| next_page(link.to_str().ok()?));
        let mut body = Vec::new();
        loop {
            let chunk =
                response.chunk().await.map_err(|error| failure::interrupted(&host, &error))?;
            let Some(chunk) = chunk else { break };
            let received = self.received.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
            if body.len() + chunk.len() > MAX_ANSWER {
                let message = format!("the response of {host} exceeds {} MiB", MAX_ANSWER >> 20);
                Err(FetchError::new(FetchErrorKind::TooLarge, message))?;
            }
            if received > MAX_ANSWERS {
                let max = MAX_ANSWERS >> 20;
                let message = format!("the responses of {host} exceed {max} MiB in total");
                Err(FetchError::new(FetchErrorKind::TooMuch, message))?;
            }
            body.extend_from_slice(&chunk);
        }
        let next =
            next.and_then(|next| url.join(&next).ok()).and_then(|next| on_server(url, &next));
        Ok(Response { body, next, host })
    }
}

/// The path and parameters of `next` on the server of `url`; `None` if `next` is on another host.
/// The scheme and the port are not compared, because a server behind a proxy may not know its own.
fn on_server(url: &Url, next: &Url) -> Option<Url> {
    let mut there = url.clone();
    there.set_path(next.path());
    there.set_query(next.query());
    (next.host() == url.host()).then_some(there)
}

/// The URL of the next page in a `Link` header.
pub(crate) fn next_page(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (address, relations) = part.split_once(';')?;
        let relations = relations.to_ascii_lowercase();
        let is_next =
            relations.split(';').any(|one| matches!(one.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.trim().trim_start_matches('<').trim_end_matches('>').to_string())
    })
}

/// Returns true if a URL is on this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
