//! Asking a server: the only place that knows reqwest.
//!
//! A token goes to the server it is meant for and to no other, not even on a redirect, and never
//! in the clear except to this machine. Every answer is bounded, and all of them together keep
//! one deadline, waiting included. Nothing is set up before the first question.

use std::cell::OnceCell;
use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK, LOCATION};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::Scheme;
use super::place::shown;
use crate::error::{Error, plain};

/// The largest answer that is read, and how much all of them may be, in bytes.
const LARGEST: usize = 8 << 20;
const LARGEST_IN_ALL: usize = 256 << 20;
/// How many questions are asked at once.
const AT_ONCE: usize = 6;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;
/// How long is waited before a question is asked again, in seconds, where the server does not say.
const WAITS_S: [f64; 3] = [0.5, 1.0, 2.0];

/// A day, in seconds.
const A_DAY_S: u64 = 86_400;

/// A token, which is shown to nobody.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The token in this text, white space around it left out; none where there is nothing else.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_string()))
    }

    /// Whether it could be one: a line of visible characters.
    fn sound(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// A request that carries it.
    fn sign(&self, scheme: Scheme, request: RequestBuilder) -> RequestBuilder {
        let secret = |text: &str| {
            let mut value = HeaderValue::from_str(text).expect("visible characters");
            value.set_sensitive(true);
            value
        };
        match scheme {
            Scheme::Bearer => request.bearer_auth(&self.0),
            Scheme::Token => request.header(AUTHORIZATION, secret(&format!("token {}", self.0))),
            Scheme::Basic => {
                let (user, word) = self.0.split_once(':').unwrap_or((&self.0, ""));
                request.basic_auth(user, Some(word))
            }
            Scheme::Header(name) => request.header(name, secret(&self.0)),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}

/// What keeps something from being known.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What it is, in a sentence.
    pub what: String,
    /// The way out.
    pub hint: Option<String>,
    /// The status the server answered with, if it did.
    pub status: Option<u16>,
}

impl Trouble {
    /// Trouble of some other kind.
    pub fn new(what: impl Into<String>, hint: &str) -> Self {
        Self { what: what.into(), hint: Some(hint.to_string()), status: None }
    }

    /// Whether the server does not let us in, or says that there is nothing.
    pub fn denied(&self) -> bool {
        matches!(self.status, Some(401 | 403 | 404))
    }

    /// The same with another way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        let error = Self::failed(trouble.what);
        match trouble.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

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
                let why = plain(&error.to_string(), 120);
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
    home: Option<Url>,
    token: Option<Token>,
    scheme: Scheme,
    timeout: Duration,
    deadline: Instant,
}

impl Client {
    /// A client that may send `token` to the server of `home`, and has `timeout` from now on.
    pub fn new(home: Option<Url>, token: Option<Token>, scheme: Scheme, timeout: Duration) -> Self {
        let deadline = Instant::now() + timeout;
        Self { asker: OnceCell::new(), home, token, scheme, timeout, deadline }
    }

    /// Whether a token goes with the questions.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether there is time for more.
    pub fn has_time(&self) -> bool {
        Instant::now() < self.deadline
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
        if self.token.as_ref().is_some_and(|token| !token.sound()) {
            let hint = "it is one line of letters and digits; is this the right one?";
            return Err(Trouble::new("the token has characters that no token has", hint));
        }
        let unready = |why: String| {
            Trouble::new(
                format!("cannot get ready to ask: {why}"),
                "install the system's certificates (the package ca-certificates)",
            )
        };
        // Another part of the process may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("flaky/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none());
        // What is meant for this machine does not leave it by way of a proxy.
        if self.home.as_ref().is_some_and(loopback) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| unready(innermost(&error)))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unready(error.to_string()))?;
        let asker = Asker {
            http,
            home: self.home.clone(),
            token: self.token.clone(),
            scheme: self.scheme,
            timeout: self.timeout,
            deadline: self.deadline,
            read: AtomicUsize::new(0),
        };
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

/// The part of a client that is shared by questions asked at once.
struct Asker {
    http: reqwest::Client,
    home: Option<Url>,
    token: Option<Token>,
    scheme: Scheme,
    timeout: Duration,
    deadline: Instant,
    /// How many bytes have been read in all.
    read: AtomicUsize,
}

impl Asker {
    async fn get(&self, url: Url) -> Result<Reply, Trouble> {
        let host = host(&url);
        match tokio::time::timeout_at(self.deadline.into(), self.patiently(url)).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::new(
                format!("{host} did not answer within {} s", self.timeout.as_secs_f64()),
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
            if Instant::now() + wait >= self.deadline {
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
        let at_home = self.home.as_ref().is_some_and(|home| home.origin() == url.origin());
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
const TLS: [(&str, &str, &str); 7] = [
    ("corrupt message", "it speaks no TLS", "is its address one with http://?"),
    ("unknownissuer", "its certificate comes from nobody this system knows", CERTIFICATES),
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
    plain(&text.to_lowercase(), 200)
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
