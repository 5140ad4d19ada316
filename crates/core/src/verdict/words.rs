//! The words that users may write for a verdict: in `--status` and `--fail-on`, in status files, in
//! git notes, and in the message of a shields badge ([`Verdict::of_message`]).
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

    /// The verdict of the message of a badge, which says that it `is_error` or does not: the most severe of the words that stand for a verdict, ignoring
    /// counts of zero ("0 failed", "failed: 0", "no errors"). It is unknown if there is no such
    /// word, or if "not" precedes one.
    pub fn of_message(message: &str, is_error: bool) -> Self {
        // The words are ASCII, so every other character separates them.
        let message = message.to_ascii_lowercase();
        let words = message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let is_zero = |word: &&str| {
            let zeros = ["no", "none", "zero", "without", "never"];
            zeros.contains(word) || word.bytes().all(|byte| byte == b'0')
        };
        // "12 tests passed, 0 failed", or "passed: 12, failed: 0".
        let counts_first = words.first().is_none_or(|word| is_number(word) || is_zero(word));
        let is_none = |at: usize| {
            if counts_first {
                let two = &words[at.saturating_sub(2)..at];
                two.iter().rev().find(|word| is_number(word) || is_zero(word)).is_some_and(is_zero)
            } else {
                words.get(at + 1).is_some_and(is_zero)
            }
        };
        let mut gravest = None;
        for (at, word) in words.iter().enumerate() {
            let verdict = Self::parse(word).or_else(|| Self::parse(word.strip_suffix('s')?));
            let Some(verdict) = verdict.filter(|_| !is_none(at)) else { continue };
            if at > 0 && words[at - 1] == "not" {
                return Self::Unknown;
            }
            if verdict != Self::Unknown {
                gravest = gravest.max(Some(verdict));
            }
        }
        match gravest {
            Some(Self::Passed) if is_error => Self::Unknown,
            verdict => verdict.unwrap_or(Self::Unknown),
        }
    }
}
