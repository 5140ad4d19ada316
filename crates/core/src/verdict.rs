//! What is said of a pipeline, in one of six words, and what speaks for it.

use std::fmt;

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
            "passed" | "passing" | "success" | "successful" | "ok" | "neutral" | "warning" => {
                Self::Passed
            }
            "flaky" => Self::Flaky,
            "failed" | "failing" | "failure" | "error" | "exception" | "timed_out"
            | "startup_failure" | "unstable" => Self::Failed,
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
            | "killed" | "blocked" | "declined" | "aborted" | "stale" | "action_required"
            | "not_built" => Self::Stopped,
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

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How often something disagreed with itself, of all that had the chance to.
#[derive(Clone, Debug, PartialEq)]
pub struct Flakiness {
    /// The rate, 0–1.
    pub rate: f64,
    /// What it was counted from; nothing where somebody else says it.
    pub counted: Option<Counted>,
}

/// The numbers behind a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Those that disagreed with themselves.
    pub flaky: usize,
    /// All that could have, at least one.
    pub of: usize,
    /// What they are, in the plural: "tests".
    pub what: &'static str,
}

impl Flakiness {
    /// A rate that is said, 0–1.
    pub fn said(rate: f64) -> Self {
        Self { rate, counted: None }
    }

    /// A rate that is counted; none where nothing could have disagreed.
    pub fn counted(flaky: usize, of: usize, what: &'static str) -> Option<Self> {
        let rate = flaky as f64 / of as f64;
        (of > 0).then_some(Self { rate, counted: Some(Counted { flaky, of, what }) })
    }

    /// The rate as a person reads it: "7.3%", "12%", "<0.1%".
    pub fn percent(&self) -> String {
        let percent = 100.0 * self.rate;
        match percent {
            0.0 => "0%".to_string(),
            _ if percent < 0.05 => "<0.1%".to_string(),
            _ if percent < 9.95 => {
                let text = format!("{percent:.1}");
                format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
            }
            _ => format!("{percent:.0}%"),
        }
    }
}

/// A verdict with its grounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a clause; empty where nobody asks.
    pub reason: String,
    /// What it rests on, a line each, the strongest first.
    pub evidence: Vec<String>,
    /// How flaky it is, where that is known.
    pub flakiness: Option<Flakiness>,
    /// While it is under way: what the last one that finished came to.
    pub before: Option<Verdict>,
}

impl Finding {
    /// A verdict for a reason, with nothing else to be said.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), evidence: Vec::new(), flakiness: None, before: None }
    }

    /// The verdict whose rhythm is seen: while it is under way that of the last one with an
    /// outcome, and a steady one where there is none.
    pub fn settled(&self) -> Verdict {
        match (self.verdict, self.before) {
            (Verdict::Running, Some(before @ (Verdict::Failed | Verdict::Flaky))) => before,
            (Verdict::Running, _) => Verdict::Passed,
            (verdict, _) => verdict,
        }
    }

    /// What a badge says: the word, and how often where it is flaky.
    pub fn message(&self) -> String {
        match (&self.flakiness, self.verdict) {
            (Some(flakiness), Verdict::Flaky) => format!("flaky {}", flakiness.percent()),
            _ => self.verdict.word().to_string(),
        }
    }
}
