//! Entry points for fuzzing the parsers that have no public interface. They are no API.
//!
//! Each takes any bytes, and returns true if they were understood.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::client::next_page;
use crate::judge::{self, Window};
use crate::query::{CurrentJob, Query};
use crate::{Client, Provider};

/// The responses of a platform, in the format of `client/canned.rs`: they become runs, jobs and a
/// report.
pub fn responses(provider: Provider, text: &[u8]) -> bool {
    let job = CurrentJob { run: Some(7), name: "badge".to_string(), numbered_by_stage: true };
    [None, Some(job)].into_iter().all(|current_job| {
        let project = "https://ci.example/group/project";
        let query = Query { current_job, ..Query::new(project) };
        let target = provider.target(&query).expect("a valid query");
        let client = Client::canned(target.root.clone(), text);
        let window = Window { count: 20, since: None };
        let judging = pin!(judge::fetch(provider, &client, target, window));
        // Nothing is sent, so nothing is waited for.
        let polled = judging.poll(&mut Context::from_waker(Waker::noop()));
        matches!(polled, Poll::Ready(Ok(judged)) if serde_json::to_string(&judged.report).is_ok())
    })
}

/// The `Link` header of a response.
pub fn link_header(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|link| next_page(link).is_some())
}
