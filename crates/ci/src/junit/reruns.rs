//! Which reports are reruns of others: "report-2.xml", written by `pytest --last-failed`.
//!
//! Two reports of one project are far more often those of two platforms or shards, so a report is a
//! rerun of another only if all of this is true:
//! - their file names differ only in numbers, or in a word such as "rerun";
//! - all its tests failed in the other;
//! - the other has more tests;
//! - it did not start before the other, if both tell their times.

use std::collections::BTreeMap;

use super::content::{Cases, Content};
use super::names::TestKey;

/// Words in the names of files that tell a rerun from the first run.
const WORDS: [&str; 6] = ["attempt", "failed", "rerun", "reruns", "retries", "retry"];

/// The reruns among some reports.
#[derive(Debug, Default)]
pub(super) struct Reruns {
    /// For each report: the one that it is a rerun of.
    first_of: Vec<Option<usize>>,
    /// What the reruns say of a test, which is named by its report and its key.
    results: BTreeMap<(usize, TestKey), Rerun>,
}

/// The reruns of the failed cases of one name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rerun {
    /// Failed executions.
    pub failures: usize,
    /// All passed at last.
    pub has_passed: bool,
}

impl Reruns {
    /// Finds the reruns among reports, in whatever order these are.
    pub(super) fn among(reports: &[Content]) -> Self {
        let mut order: Vec<_> = (0..reports.len()).collect();
        let names: Vec<_> = reports.iter().map(|report| FileName::of(&report.file)).collect();
        order.sort_by_key(|index| &names[*index]);
        let mut found = Self { first_of: vec![None; reports.len()], results: BTreeMap::new() };
        for series in order.chunk_by(|one, other| names[*one].words == names[*other].words) {
            // The tests that have failed so far, each with the latest report in which it did.
            let mut failed = BTreeMap::new();
            for index in series.iter().copied() {
                let first = first_of(reports, index, &failed);
                found.first_of[index] = first;
                for (test, cases) in &reports[index].tests {
                    if let Some(first) = first {
                        found.add(first, &reports[first].tests[test], *test, *cases);
                    } else if cases.failed > 0 {
                        failed.insert(*test, index);
                    }
                }
            }
        }
        found
    }

    fn add(&mut self, report: usize, first: &Cases, test: TestKey, cases: Cases) {
        let rerun = self.results.entry((report, test)).or_default();
        let [_, failed, _] = first.tally();
        rerun.failures += cases.failures;
        rerun.has_passed = cases.failed == 0 && cases.passed >= failed;
    }

    /// The report that this one is a rerun of.
    pub(super) fn first_of(&self, report: usize) -> Option<usize> {
        self.first_of[report]
    }

    /// What the reruns of a report say of a test.
    pub(super) fn of(&self, report: usize, test: TestKey) -> Rerun {
        self.results.get(&(report, test)).copied().unwrap_or_default()
    }
}

/// The report of which this one is a rerun, if all its tests have `failed` there.
fn first_of(reports: &[Content], rerun: usize, failed: &BTreeMap<TestKey, usize>) -> Option<usize> {
    let rerun = &reports[rerun];
    let index = *failed.get(rerun.tests.keys().next()?)?;
    let first = &reports[index];
    let is_known = |test: &TestKey| !test.is_unnamed() && failed.get(test) == Some(&index);
    let started_before = match (rerun.started, first.started) {
        (Some((rerun, _)), Some((_, first))) => rerun < first,
        _ => false,
    };
    let is_rerun = first.tests.len() > rerun.tests.len()
        && rerun.tests.keys().all(is_known)
        && !started_before;
    is_rerun.then_some(index)
}

/// The name of a report's file. The order is that of attempts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FileName {
    /// Its words, without those for reruns.
    words: Vec<String>,
    numbers: Vec<u64>,
    /// How many words for reruns it has.
    reruns: usize,
}

impl FileName {
    fn of(name: &str) -> Self {
        let numbers = name.split(|c: char| !c.is_ascii_digit());
        let words = name.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
        let (reruns, words): (Vec<_>, Vec<_>) =
            words.filter(|word| !word.is_empty()).partition(|word| WORDS.contains(&word.as_str()));
        Self {
            words,
            numbers: numbers.filter_map(|number| number.parse().ok()).collect(),
            reruns: reruns.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileName;

    #[test]
    fn attempts_are_of_one_series_and_in_order() {
        for series in [
            ["report.xml", "report-1.xml", "report-2.xml", "report-10.xml"],
            ["a/junit.xml", "a/junit-rerun.xml", "a/junit_2.xml", "a/junit.retry-3.xml"],
            ["1/r.xml", "1/r-rerun.xml", "attempt-2/r.xml", "attempt-2/r-rerun.xml"],
        ] {
            let names = series.map(FileName::of);
            assert!(names.is_sorted(), "{names:?}");
            assert!(names.iter().all(|name| name.words == names[0].words), "{names:?}");
        }
        for (one, other) in [("linux.xml", "windows.xml"), ("a/r.xml", "b/r.xml")] {
            assert_ne!(FileName::of(one).words, FileName::of(other).words);
        }
    }
}
