//! Webhooks: requests by which a platform reports runs as they change.
//!
//! ```text
//! Request ─Dialect::of─> Dialect ─authenticate─> the secret it is signed with
//!    └──────────────────────┴──────── read ───> Message { project, runs … }
//! ```
//!
//! A message is about a part of a run, and messages arrive twice, late and in any order. So each
//! becomes a [`Run`](crate::Run) like a response of the polling clients, by the same wire types and words, and
//! [`Run::merge`](crate::Run::merge) does the rest. Messages differ from responses in one point: they do not say when
//! they were written, so the time of a state is the latest time that the message mentions. It is never
//! later than the message, so an old message reopens nothing, and a retry does.
//!
//! A message about a job knows nothing of its run. Its run has the weakest state, running without a
//! time, which loses against every report about the run itself.
//!
//! Replayed messages are not detected: the same message again changes nothing. Nothing is sent,
//! nothing is stored, and the clock is an argument. The limit on the size of a body belongs to the
//! server, which must not read more than [`MAX_BODY`] in the first place.

pub(crate) mod message;
mod request;
mod secret;

use crate::{Provider, gitea, github, gitlab};

pub use message::{Message, Unread};
pub use request::{Dialect, Request};
pub use secret::{Refusal, Secret, authenticate};

/// The maximum size of a body in bytes. Payloads with hundreds of jobs are below it.
pub const MAX_BODY: usize = 2 << 20;

/// Reads a request that was authenticated.
///
/// # Errors
/// Fails if the event is none about runs, or the body is not what the dialect documents.
pub fn read(dialect: Dialect, request: &Request<'_>) -> Result<Message, Unread> {
    let event = dialect.event(request);
    let body = request.json()?;
    let (provider, told) = match dialect {
        Dialect::GitLab => (Provider::GitLab, gitlab::webhook::read(event, &body)?),
        Dialect::GitHub => (Provider::GitHub, github::webhook::read(event, &body)?),
        Dialect::Gitea => (Provider::Gitea, gitea::webhook::read(event, &body)?),
        Dialect::Forgejo => (Provider::Gitea, gitea::forgejo::read(event, &body)?),
    };
    told.into_message(provider, event, dialect.delivery(request))
}

#[cfg(test)]
mod sent;
#[cfg(test)]
mod tests;
