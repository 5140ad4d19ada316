//! Responses in a text instead of on a server, for fuzzing and for tests.
//!
//! ```text
//! > /pipelines
//! [{"id": 7, "status": "success"}]
//! > /jobs next
//! []
//! ```
//!
//! A line that starts with `> ` names the end of a path, and what follows is the response to the
//! first request for such a path. After `next`, the response has a next page at the same URL.
//! Everything else is not found.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;

use super::{Client, Response};
use crate::{AuthScheme, FetchError, FetchErrorKind};

/// The responses that have not been given yet.
pub(super) struct Responses(Mutex<Vec<Canned>>);

struct Canned {
    path_end: Vec<u8>,
    has_next: bool,
    body: Vec<u8>,
}

impl Client {
    /// A client that sends nothing and has these responses.
    pub(crate) fn canned(home: Url, text: &[u8]) -> Self {
        let mut responses: Vec<Canned> = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if let Some(head) = line.strip_prefix(b"> ") {
                let mut words = head.trim_ascii().split(|byte| *byte == b' ');
                let path_end = words.next().unwrap_or_default().to_vec();
                let has_next = words.next() == Some(b"next");
                responses.push(Canned { path_end, has_next, body: Vec::new() });
            } else if let Some(response) = responses.last_mut() {
                response.body.extend_from_slice(line);
            }
        }
        let client = Self::new(home, None, AuthScheme::Bearer, Duration::from_secs(60));
        Self { canned: Some(Responses(Mutex::new(responses))), ..client }
    }
}

impl Responses {
    pub(super) fn get(&self, url: &Url) -> Result<Response, FetchError> {
        let mut responses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = responses.iter().position(|one| url.path().as_bytes().ends_with(&one.path_end));
        let Some(place) = place else {
            return Err(FetchError::new(FetchErrorKind::NotFound, "there is no such response"));
        };
        let Canned { has_next, body, .. } = responses.remove(place);
        let next = has_next.then(|| url.clone());
        Ok(Response { body, next, host: "ci.example".to_string() })
    }
}
