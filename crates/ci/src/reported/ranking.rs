//! The flaky tests of many posted reports, worst first.
//!
//! A test is flaky on a commit if it flaked within a report of it, or failed in one and passed in
//! another. The rate is the share of the commits with a result. Tests are sorted by the lower end of its
//! confidence interval, so that a test that was seen once is not the worst.
//!
//! Memory is bounded: the results of a test are bits, one for each commit. What comes after the limits is
//! left out, so the newest reports should come first. Within the limits, the order does not matter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::junit::TestResult;
use flaky_core::verdict::{Flakiness, Verdict};

/// The maximum number of commits that are compared.
const MAX_COMMITS: usize = 1000;
/// The maximum number of tests that are compared.
const MAX_TESTS: usize = 50_000;

/// A flaky test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlakyTest {
    /// Its class and name.
    pub test: String,
    /// The number of commits on which it has a result.
    pub n: usize,
    /// The number of commits on which it was flaky.
    pub flaky: usize,
    /// The number of commits on which it only failed.
    pub failed: usize,
    /// The share of the commits on which it was flaky, 0–1.
    pub rate: f64,
    /// The 95 % confidence interval of the rate.
    pub interval: (f64, f64),
    /// The last time at which it failed, also if it passed then.
    pub last_failed: Timestamp,
}

/// The results of tests, collected from posted reports.
#[derive(Debug, Default)]
pub struct Ranking {
    commits: BTreeMap<String, usize>,
    tests: BTreeMap<String, Results>,
    is_full: bool,
}

/// The results of a test, as sets of commits.
#[derive(Debug, Default)]
struct Results {
    passed: CommitSet,
    failed: CommitSet,
    flaked: CommitSet,
    last_failed: Option<Timestamp>,
}

/// A set of commits: a bit for each.
#[derive(Debug, Default)]
struct CommitSet(Vec<u64>);

impl Ranking {
    /// Adds the results of a report that arrived at a time. `of` is what results are compared for: the
    /// commit, or the run where that is not known.
    pub fn add(&mut self, of: &str, at: Timestamp, results: impl IntoIterator<Item = TestResult>) {
        let next = self.commits.len();
        let commit = match self.commits.get(of) {
            Some(commit) => *commit,
            None if next == MAX_COMMITS => {
                self.is_full = true;
                return;
            }
            None => *self.commits.entry(of.to_string()).or_insert(next),
        };
        for TestResult { test, verdict } in results {
            if !self.tests.contains_key(&test) && self.tests.len() == MAX_TESTS {
                self.is_full = true;
                continue;
            }
            let known = self.tests.entry(test).or_default();
            let commits = match verdict {
                Verdict::Passed => &mut known.passed,
                Verdict::Failed => &mut known.failed,
                Verdict::Flaky => &mut known.flaked,
                _ => continue,
            };
            commits.insert(commit);
            if verdict != Verdict::Passed {
                known.last_failed = known.last_failed.max(Some(at));
            }
        }
    }

    /// Returns true if results were left out, and more reports are of no use.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The flaky tests, worst first.
    pub fn flaky_tests(self) -> Vec<FlakyTest> {
        let mut found: Vec<FlakyTest> =
            self.tests.into_iter().filter_map(|(test, results)| results.summary(test)).collect();
        found.sort_by(|one, other| {
            let (low, other_low) = (one.interval.0, other.interval.0);
            other_low.total_cmp(&low).then_with(|| one.test.cmp(&other.test))
        });
        found
    }
}

impl Results {
    /// The test, if it is flaky.
    fn summary(self, test: String) -> Option<FlakyTest> {
        let (mut n, mut flaky, mut failed) = (0, 0, 0);
        let words = [&self.passed, &self.failed, &self.flaked].map(|commits| commits.0.len());
        for at in 0..words.into_iter().max().unwrap_or_default() {
            let [p, f, flaked] =
                [&self.passed, &self.failed, &self.flaked].map(|commits| commits.word(at));
            n += (p | f | flaked).count_ones();
            flaky += (flaked | p & f).count_ones();
            failed += (f & !p & !flaked).count_ones();
        }
        let [n, flaky, failed] = [n, flaky, failed].map(|count| count as usize);
        let flakiness = Flakiness::counted(flaky, n, "commits", None).filter(|_| flaky > 0)?;
        let interval = flakiness.counted?.interval();
        let last_failed = self.last_failed?;
        Some(FlakyTest { test, n, flaky, failed, rate: flakiness.rate, interval, last_failed })
    }
}

impl CommitSet {
    fn insert(&mut self, commit: usize) {
        let (word, bit) = (commit / 64, commit % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn result(test: &str, verdict: Verdict) -> TestResult {
        TestResult { test: test.to_string(), verdict }
    }

    const TESTS: [&str; 4] = ["disagrees", "flakes", "fails", "ok"];

    /// The flaky ones of these tests, by reports: the commit, the second, and the verdict on each.
    fn ranked<const N: usize>(reports: [(&str, i64, [Verdict; 4]); N]) -> Vec<FlakyTest> {
        let mut ranking = Ranking::default();
        for (of, at, verdicts) in reports {
            let results = TESTS.iter().zip(verdicts);
            ranking.add(of, second(at), results.map(|(test, verdict)| result(test, verdict)));
        }
        ranking.flaky_tests()
    }

    #[test]
    fn a_test_is_flaky_where_it_failed_and_passed_on_one_commit() {
        use Verdict::{Failed, Flaky, Passed};
        let found = ranked([
            ("a", 1, [Failed, Flaky, Failed, Passed]),
            ("a", 2, [Passed, Passed, Failed, Passed]),
            ("b", 3, [Failed, Flaky, Passed, Passed]),
            ("c", 4, [Passed, Passed, Passed, Passed]),
        ]);
        let counts: Vec<_> =
            found.iter().map(|one| (&*one.test, one.n, one.flaky, one.failed)).collect();
        assert_eq!(counts, [("flakes", 3, 2, 0), ("disagrees", 3, 1, 1)]);
        assert_eq!(found[0].last_failed, second(3));
        assert!((found[0].rate - 2.0 / 3.0).abs() < 1e-9);
        let (low, high) = found[0].interval;
        assert!(low < found[0].rate && found[0].rate < high);
    }

    #[test]
    fn a_test_that_was_seen_once_is_not_the_worst() {
        let commits: Vec<String> = (0..10).map(|number| number.to_string()).collect();
        let of = |number: usize| if number < 8 { Verdict::Flaky } else { Verdict::Passed };
        let mut ranking = Ranking::default();
        for (number, commit) in commits.iter().enumerate() {
            ranking.add(commit, second(1), [result("often", of(number))]);
        }
        ranking.add("0", second(1), [result("once", Verdict::Flaky)]);
        let names: Vec<String> = ranking.flaky_tests().into_iter().map(|one| one.test).collect();
        assert_eq!(names, ["often", "once"]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut ranking = Ranking::default();
        for number in 0..MAX_COMMITS {
            ranking.add(&number.to_string(), second(1), [result("t", Verdict::Flaky)]);
        }
        assert!(!ranking.is_full());
        ranking.add("0", second(1), [result("t", Verdict::Passed)]);
        assert!(!ranking.is_full(), "a known commit");
        ranking.add("one more", second(1), [result("t", Verdict::Passed)]);
        assert!(ranking.is_full());
        assert_eq!(ranking.flaky_tests()[0].n, MAX_COMMITS);

        let mut ranking = Ranking::default();
        let many = (0..=MAX_TESTS).map(|number| result(&number.to_string(), Verdict::Flaky));
        ranking.add("a", second(1), many);
        assert!(ranking.is_full());
        assert_eq!(ranking.flaky_tests().len(), MAX_TESTS);
    }

    /// A report: the commit, the second, and a result.
    fn report() -> impl Strategy<Value = (usize, i64, usize, usize)> {
        (0..70_usize, 0..9_i64, 0..3_usize, 0..Verdict::ALL.len())
    }

    proptest! {
        #[test]
        fn the_order_and_the_number_of_reports_do_not_matter(
            (reports, shuffled) in vec(report(), 0..200).prop_flat_map(|reports| {
                let twice = [reports.clone(), reports.clone()].concat();
                (Just(reports), Just(twice).prop_shuffle())
            }),
        ) {
            let of = |reports: &[(usize, i64, usize, usize)]| {
                let mut ranking = Ranking::default();
                for (commit, at, test, verdict) in reports {
                    let results = [result(&test.to_string(), Verdict::ALL[*verdict])];
                    ranking.add(&commit.to_string(), second(*at), results);
                }
                ranking.flaky_tests()
            };
            prop_assert_eq!(of(&reports), of(&shuffled));
        }
    }
}
