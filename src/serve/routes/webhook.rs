//! `POST /webhook`: the webhooks of all platforms.
//!
//! A delivery that is accepted is answered once it is durably stored. What does not concern us is
//! accepted as well, because platforms disable a webhook after a few errors. The signature is checked
//! over the raw bytes, before anything is parsed.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use tracing::{debug, warn};
use utoipa::ToSchema;

use super::body;
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};
use crate::serve::request_id;
use crate::serve::settings::Settings;
use crate::serve::store::Delivery;
use flaky_ci::webhook::{self, Dialect, MAX_BODY, Message, Request, Secret, Unread};

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    /// What was done.
    result: Done,
    /// The project, by the name that it has here.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// Why nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Done {
    /// It is stored, and has changed something.
    Stored,
    /// It was known already.
    Unchanged,
    /// It is not about a run.
    Ignored,
}

/// Takes a webhook of GitLab, GitHub, Gitea or Forgejo.
#[utoipa::path(
    post, path = "/webhook", tag = "in",
    request_body(content = Object, description = "A delivery in the platform's own shape; its headers tell which"),
    responses(
        (status = 200, description = "The delivery is stored, or is none of ours", body = Accepted),
        (status = 400, description = "It is of no platform, or malformed", body = Refusal),
        (status = 401, description = "It is not signed with a secret of this server", body = Refusal),
        (status = 408, description = "It did not arrive in time", body = Refusal),
        (status = 413, description = "It is too large", body = Refusal),
        (status = 415, description = "It is neither JSON nor a form", body = Refusal),
        (status = 503, description = "It could not be stored; send it again", body = Refusal),
    ),
)]
pub(super) async fn take(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Accepted>, Problem> {
    let bytes = body::read(body, MAX_BODY).await?;
    let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let (dialect, read) = {
        let request = Request { header: &header, body: &bytes };
        let dialect = Dialect::of(&request).ok_or_else(|| {
            Problem::bad("expected a webhook of GitLab, GitHub, Gitea or Forgejo")
                .hint("the platform is recognised by headers such as X-Gitlab-Event")
        })?;
        (dialect, read(&app.settings, dialect, &request))
    };
    let platform = dialect.name();
    let message = match read {
        Ok(message) => message,
        Err(Refused::Ignored(reason)) => {
            app.metrics.delivered(platform, "ignored");
            debug!(request = request_id::of(&headers), platform, reason, "ignored a delivery");
            return Ok(Json(Accepted {
                result: Done::Ignored,
                project: None,
                reason: Some(reason),
            }));
        }
        Err(Refused::Problem(problem)) => {
            app.metrics.delivered(platform, "refused");
            let error = problem.error();
            warn!(request = request_id::of(&headers), platform, error, "refused a delivery");
            return Err(problem);
        }
    };
    let Message { provider, project, default_branch, runs, event, delivery: id } = message;
    let receipt = app
        .deliver(Delivery {
            project,
            provider: Some(provider),
            default_branch,
            runs,
            tests: None,
            received: Timestamp::now(),
        })
        .await
        .inspect_err(|error| {
            app.metrics.delivered(platform, "failed");
            warn!(request = request_id::of(&headers), platform, id, %error, "could not store a delivery");
        })?;
    let project = receipt.project.name;
    let (result, word) =
        if receipt.is_change { (Done::Stored, "stored") } else { (Done::Unchanged, "unchanged") };
    app.metrics.delivered(platform, word);
    let request = request_id::of(&headers);
    debug!(request, platform, event, id, project, ?result, "took a delivery");
    Ok(Json(Accepted { result, project: Some(project), reason: None }))
}

/// Why there is no message.
enum Refused {
    Ignored(String),
    Problem(Problem),
}

/// Authenticates and reads a request.
fn read(settings: &Settings, dialect: Dialect, request: &Request<'_>) -> Result<Message, Refused> {
    let unauthorized = |refusal: webhook::Refusal| {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, refusal.to_string());
        Refused::Problem(problem.hint("give the webhook the secret of this server"))
    };
    let now = Timestamp::now();
    let authenticate =
        |secrets: &[Secret]| webhook::authenticate(dialect, request, secrets.iter(), now).map(drop);
    let is_open = settings.accepts_everything();
    if !is_open {
        let results: Vec<_> = settings.webhook_secret_lists().map(authenticate).collect();
        if results.iter().all(Result::is_err) {
            let refusals = results.into_iter().filter_map(Result::err);
            return Err(unauthorized(refusals.max().unwrap_or(webhook::Refusal::Unsigned)));
        }
    }
    let message = webhook::read(dialect, request).map_err(|unread| {
        let status = match unread {
            Unread::Ignored { .. } => return Refused::Ignored(unread.to_string()),
            Unread::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Unread::Malformed(_) => StatusCode::BAD_REQUEST,
        };
        Refused::Problem(Problem::new(status, unread.to_string()))
    })?;
    // The secret of one project must not speak for another.
    if !is_open && settings.has_own_webhook_secrets() {
        authenticate(settings.webhook_secrets_of(&message.project)).map_err(unauthorized)?;
    }
    Ok(message)
}
