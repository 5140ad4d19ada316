//! `/events`: changes of states as server-sent events, as they happen.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>
//!
//! A stream keeps a place where it waits, and no queue: once it is told that something has changed, it
//! sends the present state, whose bytes all streams share. So a slow reader misses states that are no
//! longer true, and nothing else. No log of events is kept: the number of an event is that of the
//! project's last change, and whoever resumes after a number is told the state of what has changed since.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, future, stream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time;

use super::request::{Parameters, no_project};
use crate::serve::app::App;
use crate::serve::directory::{Follower, Topic};
use crate::serve::problem::{Problem, Refusal};

/// The time after which a silent stream says that it is alive. Proxies close what is silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(25);
/// Comments, which readers ignore.
const ALIVE: Bytes = Bytes::from_static(b":\n\n");
const BEGINS: Bytes = Bytes::from_static(b": changes follow\n\n");
const ENDS: Bytes = Bytes::from_static(b": the server ends\n\n");

/// Changes as they happen: of a project, or of all listed ones.
///
/// A server-sent event is the JSON of `/status`. Of a project, the present state is the first. After
/// `Last-Event-ID`, it is sent only if it has changed since.
#[utoipa::path(
    get,
    path = "/events",
    tag = "states",
    params(
        ("project" = Option<String>, Query, description = "A project; else all listed ones"),
        ("ref" = Option<String>, Query, description = "A branch or tag of the project"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen"),
    ),
    responses(
        (status = 200, description = "The events", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "There is no such project", body = Refusal),
        (status = 503, description = "Too many streams are open", body = Refusal),
    )
)]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let git_ref = parameters.git_ref()?.map(ToString::to_string);
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::trim);
    if app.is_closing() {
        return Err(Problem::busy("the server ends"));
    }
    let permit = Arc::clone(&app.streams).try_acquire_owned();
    let permit = permit.map_err(|_| Problem::busy("too many event streams are open"))?;
    let directory = app.answers.directory();
    let body = if let Some(name) = parameters.value("project") {
        let topic = directory.find(name).ok_or_else(|| no_project(name))?;
        let follower = topic.follow();
        // Fails now rather than in the stream.
        let answer = app.answers.of(&topic, git_ref.as_deref()).await?;
        let is_seen = seen == Some(answer.event_id.as_str());
        let first = if is_seen { BEGINS } else { answer.event.clone() };
        let one = OfProject { topic, git_ref, sent: answer.event.clone() };
        body(first, Events { app, follower, _permit: permit, of: one })
    } else {
        let (follower, known) = (directory.follow(), directory.news().change);
        let number = seen.and_then(|seen| seen.split('.').next()?.parse().ok());
        let all = OfAll { told: 0, known, seen: number.unwrap_or(i64::MIN) };
        body(BEGINS, Events { app, follower, _permit: permit, of: all })
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // nginx would collect events until they fill a buffer.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A stream of events.
struct Events<T> {
    app: Arc<App>,
    follower: Follower,
    /// Counts the stream as open.
    _permit: OwnedSemaphorePermit,
    of: T,
}

/// What a stream is about.
trait About: Send + 'static {
    /// The next event that is not sent yet, if there is one.
    fn next(&mut self, app: &App) -> impl Future<Output = Option<Bytes>> + Send;
}

/// A project.
struct OfProject {
    topic: Arc<Topic>,
    git_ref: Option<String>,
    sent: Bytes,
}

/// All listed projects.
struct OfAll {
    /// The number of the last change that was told.
    told: u64,
    /// The number of the last change when the stream began.
    known: u64,
    /// The number of the change in the last event that the reader had seen then.
    seen: i64,
}

impl About for OfProject {
    async fn next(&mut self, app: &App) -> Option<Bytes> {
        let answer = app.answers.of(&self.topic, self.git_ref.as_deref()).await.ok()?;
        if answer.event == self.sent {
            return None;
        }
        self.sent = answer.event.clone();
        Some(answer.event.clone())
    }
}

impl About for OfAll {
    async fn next(&mut self, app: &App) -> Option<Bytes> {
        while let Some((change, topic)) = app.answers.directory().after(self.told) {
            self.told = change;
            if !app.settings.may_list(&topic.name) {
                continue;
            }
            let Ok(answer) = app.answers.of(&topic, None).await else { continue };
            if change > self.known || answer.seq > self.seen || answer.is_stale {
                return Some(answer.event.clone());
            }
        }
        None
    }
}

/// The body of a stream: the first event, and those that follow.
fn body<T: About>(first: Bytes, events: Events<T>) -> Body {
    let following = stream::unfold(Some(events), |events| async {
        let mut events = events?;
        let (bytes, is_last) = events.next().await;
        Some((bytes, (!is_last).then_some(events)))
    });
    let all = stream::once(future::ready(first)).chain(following);
    Body::from_stream(all.map(Ok::<_, Infallible>))
}

impl<T: About> Events<T> {
    /// The next bytes, and whether they are the last.
    async fn next(&mut self) -> (Bytes, bool) {
        loop {
            if let Some(event) = self.of.next(&self.app).await {
                return (event, false);
            }
            match time::timeout(KEEP_ALIVE, self.follower.next()).await {
                Ok(news) if news.is_closing => return (ENDS, true),
                Ok(_) => {}
                // Time alone may have changed the state.
                Err(_) => {
                    return (self.of.next(&self.app).await.unwrap_or(ALIVE), false);
                }
            }
        }
    }
}
