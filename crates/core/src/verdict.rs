//! The state of a pipeline in one of six words, with the evidence for it.
//!
//! - [`Verdict`]: the six words, their order by severity, and the combination of several reports of
//!   one thing
//! - [`Evidence`]: a sign of flakiness or of a failure, as data
//! - [`Flakiness`]: the flake rate with the counts behind it
//! - [`RecentRun`]: one of the latest runs, as far as a picture needs it
//! - [`Report`]: a verdict with its reason, evidence, flakiness and latest runs; it serialises to JSON
//!
//! [`Verdict::parse`] accepts the words that people type, for several commands and files. The words
//! in the responses of CI systems are not here: each platform in `flaky-ci` has its own table.

mod evidence;
mod flakiness;
pub(crate) mod recent;
mod report;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use evidence::Evidence;
pub use flakiness::{Flakiness, FlakyCount, Reruns};
pub use recent::RecentRun;
pub use report::Report;

/// The state of a pipeline, or of a commit in CI.
///
/// The variants are ordered by severity, least severe first; `Ord` uses this order. The verdict on
/// a whole with several parts (jobs of a pipeline, workflows of a commit, words of a message) is
/// the most severe of its parts, their `max`: it fails if one part fails, and has not passed while
/// one part is running.
///
/// Several reports of the *same* thing combine with [`Verdict::and`] instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schemas",
    schemars(description = "The state of a pipeline, or of a commit in CI.")
)]
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
    /// All six, in the order in which they are listed to users.
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Stopped, Self::Running, Self::Passed, Self::Failed, Self::Flaky];

    /// All six, the most severe first.
    pub const WORST_FIRST: [Self; 6] =
        [Self::Failed, Self::Flaky, Self::Running, Self::Unknown, Self::Stopped, Self::Passed];

    /// The verdict as a lowercase word.
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

    /// Returns true if there is an outcome: passed, failed or flaky.
    pub(crate) fn is_decided(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Flaky)
    }

    /// Combines two reports of the same thing. Failed and passed is flaky; an outcome prevails over
    /// a state without outcome. The operation is commutative, associative and idempotent.
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

    /// Combines the verdicts of several kinds of pipelines on a commit: the most severe of those
    /// that have an outcome, else the most severe of all; `None` if there are none.
    pub fn of_commit(verdicts: impl IntoIterator<Item = Self>) -> Option<Self> {
        verdicts.into_iter().max_by_key(|verdict| (verdict.is_decided(), *verdict))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
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
        all.reverse();
        assert_eq!(all, Verdict::WORST_FIRST);
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
