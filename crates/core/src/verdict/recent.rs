//! The latest runs of a project, each of which is a beat of its picture.

use serde::Serialize;

use super::Verdict;

/// One of the latest runs. The caller must sanitise the URL.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecentRun {
    /// The verdict on it: passed, flaky, failed, stopped or running.
    pub verdict: Verdict,
    /// Its number on the server, if it has one.
    pub number: Option<u64>,
    /// The commit, abbreviated.
    pub commit: Option<String>,
    /// The time of its end in RFC 3339, or of its last change if the end is not known.
    pub finished: Option<String>,
    /// The time it took, in seconds.
    pub duration_s: Option<f64>,
    /// The URL of its page.
    pub url: Option<String>,
}
