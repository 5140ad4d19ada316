//! One question: sent, redirected, asked again, and its answer read.

use flaky_core::sanitize::sanitize;
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, LINK, LOCATION};
use reqwest::{StatusCode, Url};

use super::{Reply, Time};
use crate::ci::place::shown;
use crate::ci::token::Token;
use crate::ci::{Scheme, Trouble};

/// The largest answer that is read, and how much all of them may be, in bytes.
const LARGEST: usize = 8 << 20;
const LARGEST_IN_ALL: usize = 128 << 20;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;
/// How long is waited before a question is asked again, in seconds, where the server does not say.
const WAITS_S: [f64; 3] = [0.5, 1.0, 2.0];
/// A day, in seconds.
const A_DAY_S: u64 = 86_400;

/// The part of a client that is shared by questions asked at once.
pub struct Asker {
    http: reqwest::Client,
    home: Url,
    token: Option<Token>,
    scheme: Scheme,
    time: Time,
    /// How many bytes have been read in all.
    read: AtomicUsize,
}

impl Asker {
    /// Somebody who may send `token` to the server of `home`, for as long as there is time.
    pub fn new(
        home: Url,
        token: Option<Token>,
        scheme: Scheme,
        time: Time,
    ) -> Result<Self, Trouble> {
        if token.as_ref().is_some_and(|token| !token.sound()) {
            let hint = "it is one line of letters and digits; is this the right one?";
            return Err(Trouble::new("the token has characters that no token has", hint));
        }
        // Another part of the process may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("flaky/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none());
        // What is meant for this machine does not leave it by way of a proxy.
        if loopback(&home) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| unready(&innermost(&error)))?;
        Ok(Self { http, home, token, scheme, time, read: AtomicUsize::new(0) })
    }

    pub async fn get(&self, url: Url) -> Result<Reply, Trouble> {
        let host = host(&url);
        match tokio::time::timeout_at(self.time.deadline.into(), self.patiently(url)).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::new(
                format!("{host} did not answer within {} s", self.time.in_all.as_secs_f64()),
                "allow more with --timeout",
            )),
        }
    }

    /// Asks again where the server says that it could answer later.
    async fn patiently(&self, url: Url) -> Result<Reply, Trouble> {
        let mut waits = WAITS_S.into_iter();
        loop {
            let Refusal { trouble, again } = match self.redirected(url.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(refusal) => refusal,
            };
            let (wait, asked) = match (again, waits.next()) {
                (Again::Never, _) | (_, None) => return Err(trouble),
                (Again::Later, Some(usual)) => (Duration::from_secs_f64(usual), false),
                (Again::After(wait), Some(_)) => (wait, true),
            };
            if Instant::now() + wait >= self.time.deadline {
                if !asked {
                    return Err(trouble);
                }
                let long = match wait.as_secs() {
                    seconds @ ..=A_DAY_S => format!("{seconds} s"),
                    _ => "for more than a day".to_string(),
                };
                let what = format!("{}; it asks to wait {long}", trouble.what);
                return Err(Trouble { what, ..trouble }
                    .hint("ask again later, or allow more with --timeout"));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Follows redirects.
    async fn redirected(&self, mut url: Url) -> Result<Reply, Refusal> {
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send(&url).await?;
            if !response.status().is_redirection() {
                return self.read(response, &url).await;
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok());
            let to = to.filter(|to| matches!(to.scheme(), "http" | "https"));
            let nowhere = || {
                let what = format!("{} sends elsewhere without saying where", host(&url));
                Trouble::new(what, "is this the right address?")
            };
            let to = to.ok_or_else(nowhere)?;
            if url.scheme() == "https" && to.scheme() == "http" {
                let what = format!("{} sends to an address without encryption", host(&url));
                Err(Trouble::new(what, "name the server by its https address"))?;
            }
            url = to;
        }
        let what = format!("{} sends from one address to the next without end", host(&url));
        Err(Trouble::new(what, "is this the right address?"))?
    }

    async fn send(&self, url: &Url) -> Result<reqwest::Response, Refusal> {
        let mut request = self
            .http
            .get(url.clone())
            .header("accept", "application/json, application/xml;q=0.9, */*;q=0.1");
        let at_home = self.home.origin() == url.origin();
        if let Some(token) = self.token.as_ref().filter(|_| at_home) {
            if url.scheme() == "http" && !loopback(url) {
                let what = format!("a token would travel to {} in the clear", host(url));
                let hint = "name the server by its https address, or take the token away";
                Err(Trouble::new(what, hint))?;
            }
            request = token.sign(self.scheme, request);
        }
        request.send().await.map_err(|error| unreachable(url, &error).into())
    }

    async fn read(&self, mut response: reqwest::Response, url: &Url) -> Result<Reply, Refusal> {
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(url, status, response.headers()));
        }
        let mut links = response.headers().get_all(LINK).iter();
        let next = links.find_map(|link| next(link.to_str().ok()?));
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await.map_err(|error| {
                let what = format!("the answer of {} broke off: {}", host(url), innermost(&error));
                Trouble::new(what, "ask again")
            })?;
            let Some(chunk) = chunk else { break };
            let in_all = self.read.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
            if body.len() + chunk.len() > LARGEST {
                let what = format!("{} answers with more than {} MiB", host(url), LARGEST >> 20);
                Err(Trouble::new(what, "is this the right address?"))?;
            }
            if in_all > LARGEST_IN_ALL {
                let most = LARGEST_IN_ALL >> 20;
                let what = format!("the answers of {} are more than {most} MiB in all", host(url));
                Err(Trouble::new(what, "ask for less with --runs"))?;
            }
            body.extend_from_slice(&chunk);
        }
        let next =
            next.and_then(|next| url.join(&next).ok()).and_then(|next| on_server(url, &next));
        Ok(Reply { body, next, host: host(url) })
    }
}

/// What keeps us from asking at all.
pub fn unready(why: &str) -> Trouble {
    Trouble::new(
        format!("cannot get ready to ask: {why}"),
        "install the system's certificates (the package ca-certificates)",
    )
}

/// Trouble, and whether asking again may help.
struct Refusal {
    trouble: Trouble,
    again: Again,
}

/// When to ask again.
enum Again {
    Never,
    Later,
    After(Duration),
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, again: Again::Never }
    }
}

/// The address `next` on the server of `url`; nothing where it is on another one. A server behind
/// a proxy may not know how it is reached, so the host alone is compared.
fn on_server(url: &Url, next: &Url) -> Option<Url> {
    let mut there = url.clone();
    there.set_path(next.path());
    there.set_query(next.query());
    (next.host() == url.host()).then_some(there)
}

fn refusal(url: &Url, status: StatusCode, headers: &HeaderMap) -> Refusal {
    let number = |name: &str| -> Option<f64> { seconds(headers.get(name)?.to_str().ok()?) };
    let spent = ["x-ratelimit-remaining", "ratelimit-remaining"]
        .into_iter()
        .any(|name| number(name) == Some(0.0));
    let limited = status == StatusCode::TOO_MANY_REQUESTS
        || (status == StatusCode::FORBIDDEN && (spent || headers.contains_key("retry-after")));
    let what = match status.as_u16() {
        _ if limited => "asks us to slow down".to_string(),
        401 => "wants to know who is asking (401)".to_string(),
        403 => "does not allow that (403)".to_string(),
        404 => "knows nothing there (404)".to_string(),
        code @ 500.. => format!("is in trouble itself ({code})"),
        code => format!("answered with status {code}"),
    };
    let trouble = Trouble {
        what: format!("{} {what}", host(url)),
        hint: Some(if limited {
            "a token allows more (FLAKY_TOKEN); or ask again later".to_string()
        } else {
            format!("the address was {}", shown(url.as_str()))
        }),
        status: Some(if limited { 429 } else { status.as_u16() }),
    };
    let again = limited || matches!(status.as_u16(), 500 | 502 | 503 | 504);
    let since_1970 =
        || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let after =
        headers.get("retry-after").and_then(|after| after.to_str().ok()).and_then(|after| {
            seconds(after).or_else(|| {
                let at = jiff::fmt::rfc2822::parse(after).ok()?;
                Some(at.timestamp().as_second() as f64 - since_1970())
            })
        });
    let reset = ["x-ratelimit-reset", "ratelimit-reset"].into_iter().find_map(number);
    let after = after.or_else(|| reset.filter(|_| spent).map(|reset| reset - since_1970()));
    let after = after.map(|seconds: f64| Duration::from_secs_f64(seconds.clamp(0.0, 1e6)));
    let again = match (again, after) {
        (false, _) => Again::Never,
        (true, None) => Again::Later,
        (true, Some(after)) => Again::After(after),
    };
    Refusal { trouble, again }
}

/// A number in a header; "NaN" reads as one, and is none.
fn seconds(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| !number.is_nan())
}

/// The address of the next page in a `Link` header.
fn next(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (address, relation) = part.split_once(';')?;
        let relation = relation.to_ascii_lowercase();
        let is_next =
            relation.split(';').any(|one| matches!(one.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.trim().trim_start_matches('<').trim_end_matches('>').to_string())
    })
}

/// What is said of troubles with encryption: a part of the library's words, ours, and the way out.
const TLS: [(&str, &str, &str); 9] = [
    ("corrupt message", "it speaks no TLS", "is its address one with http://?"),
    ("unknownissuer", "its certificate comes from nobody this system knows", CERTIFICATES),
    (
        "not valid for name",
        "its certificate is for another name",
        "name it as its certificate does",
    ),
    ("badsignature", "its certificate is not signed by whom it says", CERTIFICATES),
    ("notvalidforname", "its certificate is for another name", "name it as its certificate does"),
    ("expired", "its certificate has expired", "it needs a new one"),
    ("causedasendentity", "its certificate is one that signs others", "it needs one of its own"),
    ("certificate", "", CERTIFICATES),
    ("handshake", "", CERTIFICATES),
];
const CERTIFICATES: &str = "install the system's certificates (the package ca-certificates), or \
                            name a file of your own in SSL_CERT_FILE";

fn unreachable(url: &Url, error: &reqwest::Error) -> Trouble {
    let host = host(url);
    let why = innermost(error);
    if let Some((_, said, hint)) = TLS.iter().find(|(word, ..)| why.contains(word)) {
        let why = if said.is_empty() { why.as_str() } else { said };
        return Trouble::new(format!("{host} cannot be trusted: {why}"), hint);
    }
    Trouble::new(format!("cannot reach {host}: {why}"), "is the address right, and the network up?")
}

/// The last cause of an error, which says most, without an address in it.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let text = if error.source().is_none() { "the connection broke off" } else { text };
    sanitize(&text.to_lowercase(), 200)
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
}

/// Whether an address is this machine's own.
fn loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
