//! What is said of a pipeline, in one of six words, and the words that others have for it.

/// The state of a pipeline, or what became of a commit in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing can be said.
    Unknown,
    /// It was stopped, or never ran.
    Stopped,
    /// It is under way.
    Running,
    /// All is well.
    Passed,
    /// It failed.
    Failed,
    /// It failed and it passed.
    Flaky,
}

impl Verdict {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Stopped, Self::Running, Self::Passed, Self::Failed, Self::Flaky];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Stopped => "stopped",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Flaky => "flaky",
        }
    }

    /// The verdict of a word, ours or a CI system's, in either case.
    pub fn of(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Some(match word.as_str() {
            "passed" | "success" | "successful" | "ok" | "neutral" | "warning" => Self::Passed,
            "flaky" => Self::Flaky,
            "failed" | "failure" | "error" | "exception" | "timed_out" | "startup_failure" => {
                Self::Failed
            }
            "running"
            | "created"
            | "waiting_for_resource"
            | "preparing"
            | "pending"
            | "waiting_for_callback"
            | "canceling"
            | "queued"
            | "in_progress"
            | "waiting"
            | "requested" => Self::Running,
            "stopped" | "canceled" | "cancelled" | "skipped" | "manual" | "scheduled"
            | "killed" | "blocked" | "declined" | "aborted" | "stale" | "action_required" => {
                Self::Stopped
            }
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// What two outcomes of the same commit come to: failed and passed is flaky, and an outcome
    /// is more than none.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.min(other), self.max(other)) {
            (Self::Passed, Self::Failed) => Self::Flaky,
            (_, greater) => greater,
        }
    }
}
