//! The words that people type for a verdict: in `--status` and `--fail-on`, in a file of statuses,
//! in git notes, and in the message of a shields badge.
//!
//! People copy the words of their CI system, so the words of all systems are accepted. A platform's
//! own answers are read by its own table in `flaky-ci`, never by this one.

use super::Verdict;

/// The words of each verdict, lowercase.
const WORDS: [(Verdict, &[&str]); 6] = [
    (Verdict::Passed, &["passed", "passing", "success", "successful", "ok", "neutral", "warning"]),
    (Verdict::Flaky, &["flaky"]),
    (
        Verdict::Failed,
        &[
            "failed",
            "failing",
            "failure",
            "error",
            "exception",
            "timed_out",
            "startup_failure",
            "unstable",
        ],
    ),
    (
        Verdict::Running,
        &[
            "running",
            "created",
            "waiting_for_resource",
            "preparing",
            "pending",
            "waiting_for_callback",
            "canceling",
            "queued",
            "in_progress",
            "waiting",
            "requested",
        ],
    ),
    (
        Verdict::Stopped,
        &[
            "stopped",
            "canceled",
            "cancelled",
            "skipped",
            "manual",
            "scheduled",
            "killed",
            "blocked",
            "declined",
            "aborted",
            "stale",
            "action_required",
            "not_built",
        ],
    ),
    (Verdict::Unknown, &["unknown"]),
];

impl Verdict {
    /// The verdict that a person's word means: one of ours, or of a CI system, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(verdict, _)| *verdict)
    }
}
