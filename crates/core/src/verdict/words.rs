//! The words that users may write for a verdict: in `--status` and `--fail-on`, in status files, in
//! git notes, and in the message of a shields badge.
//!
//! Users copy words from their CI system, so the words of all systems are accepted. The responses
//! of a CI system are parsed with that platform's own table in `flaky-ci`, not with this one.

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
    /// Parses a word written by a user: one of the six words or a word of a CI system, ignoring
    /// case.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(verdict, _)| *verdict)
    }
}
