//! The state of a pipeline in one of six words, with the evidence for it.
//!
//! - [`Verdict`]: the six words, their order of gravity, and how reports of one thing combine
//! - [`Evidence`]: a sign of flakiness or of a failure, structured
//! - [`Report`]: a verdict with its reason, its evidence and its flakiness, and all that as JSON
//!
//! The words of CI systems are not here: each platform in `flaky-ci` has its own table. Only the
//! words that people type are, because several commands and files take them ([`Verdict::parse`]).

mod evidence;
mod report;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use evidence::Evidence;
pub use report::Report;

/// The state of a pipeline, or of a commit in CI.
///
/// The variants stand in order of gravity, lightest first, and `Ord` compares by it. A whole made
/// of different parts (jobs of a pipeline, workflows of a commit, words of a message) has the
/// gravest verdict of its parts, their `max`: one failure fails the whole, and a part that has not
/// finished keeps the whole from having passed.
///
/// Reports of the *same* thing at different times are another matter: see [`Verdict::and`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It succeeded.
    Passed,
    /// It was cancelled, or never ran.
    Stopped,
    /// Nothing is known.
    Unknown,
    /// It has not finished.
    Running,
    /// It failed and it passed.
    Flaky,
    /// It failed.
    Failed,
}

impl Verdict {
    /// All six, the order in which they are listed to a person.
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Stopped, Self::Running, Self::Passed, Self::Failed, Self::Flaky];

    /// Its word, lowercase.
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

    /// Whether there is an outcome: it passed, failed, or did both.
    pub(crate) fn is_decided(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Flaky)
    }

    /// The verdict on one thing that was reported twice, in any order: failed and passed is flaky,
    /// and an outcome counts for more than none. It is commutative, associative and idempotent.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (a, b) if a.is_decided() && b.is_decided() => Self::Flaky,
            (decided, _) | (_, decided) if decided.is_decided() => decided,
            (Self::Running, _) | (_, Self::Running) => Self::Running,
            _ => Self::Stopped,
        }
    }

    /// The verdict on a commit by several kinds of pipelines: the gravest of those that have an
    /// outcome, else the gravest of all; `None` where there are none.
    pub fn of_commit(verdicts: impl IntoIterator<Item = Self>) -> Option<Self> {
        verdicts.into_iter().max_by_key(|verdict| (verdict.is_decided(), *verdict))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How often something disagreed with itself, of all that could have.
#[derive(Clone, Debug, PartialEq)]
pub struct Flakiness {
    /// The rate, 0–1.
    pub rate: f64,
    /// The numbers behind the rate; `None` where only the rate is given.
    pub counted: Option<FlakyCount>,
}

/// The numbers behind a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlakyCount {
    /// Those that disagreed with themselves.
    pub flaky: usize,
    /// All that could have, at least one.
    pub of: usize,
    /// The unit, in the plural: "tests".
    pub what: &'static str,
}

impl Flakiness {
    /// A rate without numbers behind it, 0–1.
    pub fn from_rate(rate: f64) -> Self {
        Self { rate, counted: None }
    }

    /// A counted rate; `None` where nothing could have disagreed.
    pub fn counted(flaky: usize, of: usize, what: &'static str) -> Option<Self> {
        let rate = flaky as f64 / of as f64;
        (of > 0).then_some(Self { rate, counted: Some(FlakyCount { flaky, of, what }) })
    }

    /// The rate for a person: "7.3%", "12%", "<0.1%".
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

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn the_order_of_gravity() {
        use Verdict::{Failed, Flaky, Passed, Running, Stopped, Unknown};
        let mut all = Verdict::ALL;
        all.sort_unstable();
        assert_eq!(all, [Passed, Stopped, Unknown, Running, Flaky, Failed]);
    }

    #[test]
    fn reports_of_one_thing_combine_in_any_order_and_number() {
        for a in Verdict::ALL {
            assert_eq!(a.and(a), a);
            assert_eq!(a.and(Verdict::Unknown), a);
            for b in Verdict::ALL {
                assert_eq!(a.and(b), b.and(a));
                for c in Verdict::ALL {
                    assert_eq!(a.and(b).and(c), a.and(b.and(c)), "{a} {b} {c}");
                }
            }
        }
        assert_eq!(Verdict::Passed.and(Verdict::Failed), Verdict::Flaky);
        assert_eq!(Verdict::Running.and(Verdict::Failed), Verdict::Failed);
        assert_eq!(Verdict::Running.and(Verdict::Stopped), Verdict::Running);
    }

    #[test]
    fn a_commit_has_its_gravest_outcome() {
        use Verdict::{Failed, Flaky, Passed, Running, Stopped, Unknown};
        for (verdicts, of) in [
            (&[Passed, Running][..], Some(Passed)),
            (&[Passed, Failed, Flaky], Some(Failed)),
            (&[Passed, Flaky, Running], Some(Flaky)),
            (&[Stopped, Running, Unknown], Some(Running)),
            (&[], None),
        ] {
            assert_eq!(Verdict::of_commit(verdicts.iter().copied()), of, "{verdicts:?}");
        }
    }
}
