//! Which reports are reruns of others: "report-2.xml", written by `pytest --last-failed`.
//!
//! Two reports of one project are far more often those of two platforms or shards, so a report is a
//! rerun of others only if all of this is true:
//! - their file names make a series of attempts: they differ only in words such as "rerun", or in
//!   one number that counts up from none, 0 or 1;
//! - all its tests failed in the reports before it;
//! - those have more tests, unless it has a word such as "rerun" and they do not;
//! - it did not start before them, if all tell their times.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Cases, Content};
use super::names::TestKey;

/// Words in the names of files that tell a rerun from the first run.
const WORDS: [&str; 6] = ["attempt", "failed", "rerun", "reruns", "retries", "retry"];
/// The highest number that counts attempts, if none of the words stands before it.
const MAX_ATTEMPTS: u64 = 99;

/// The reruns among some reports.
#[derive(Debug, Default)]
pub(super) struct Reruns {
    /// The reports that are reruns of others.
    reports: BTreeSet<usize>,
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
        let mut found = Self::default();
        for series in series(reports.iter().map(|report| report.file.as_str())) {
            found.search(reports, &series);
        }
        found
    }

    /// Finds the reruns in a series.
    fn search(&mut self, reports: &[Content], series: &[Attempt]) {
        // The tests that have failed so far, each with the latest report in which it did.
        let mut failed = BTreeMap::new();
        let mut results: BTreeMap<_, Rerun> = BTreeMap::new();
        for attempt in series {
            let index = attempt.file;
            let is_known = self.reports.contains(&index);
            if !is_known && is_rerun(reports, attempt, &failed) {
                self.reports.insert(index);
                for (test, cases) in &reports[index].tests {
                    let first = failed[test];
                    let result = results.entry((first, *test)).or_default();
                    result.add(&reports[first].tests[test], *cases);
                }
            } else if !is_known {
                let tests = reports[index].tests.iter().filter(|(_, cases)| cases.failed > 0);
                failed.extend(tests.map(|(test, _)| (*test, index)));
            }
        }
        for (test, result) in results {
            // Nobody knows which of two series ended last, so the failure of one wins.
            let known = self.results.entry(test).or_insert(Rerun { failures: 0, ..result });
            known.failures += result.failures;
            known.has_passed &= result.has_passed;
        }
    }

    /// Returns true if this report is a rerun of others.
    pub(super) fn contains(&self, report: usize) -> bool {
        self.reports.contains(&report)
    }

    /// What the reruns of a report say of a test.
    pub(super) fn of(&self, report: usize, test: TestKey) -> Rerun {
        self.results.get(&(report, test)).copied().unwrap_or_default()
    }
}

impl Rerun {
    /// Adds a later execution of the failed ones among `first`.
    fn add(&mut self, first: &Cases, cases: Cases) {
        let [_, failed, _] = first.tally();
        self.failures += cases.failures;
        self.has_passed = cases.failed == 0 && cases.passed >= failed;
    }
}

/// Returns true if an attempt has nothing but tests that `failed` before, in these reports.
fn is_rerun(reports: &[Content], attempt: &Attempt, failed: &BTreeMap<TestKey, usize>) -> bool {
    let rerun = &reports[attempt.file];
    let mut firsts = BTreeSet::new();
    for test in rerun.tests.keys() {
        match failed.get(test) {
            Some(first) if !test.is_unnamed() => firsts.insert(*first),
            _ => return false,
        };
    }
    let started_before = |first: &usize| match (rerun.started, reports[*first].started) {
        (Some((rerun, _)), Some((_, first))) => rerun < first,
        _ => false,
    };
    let tests: usize = firsts.iter().map(|first| reports[*first].tests.len()).sum();
    let is_selection = attempt.is_marked || tests > rerun.tests.len();
    !rerun.tests.is_empty() && is_selection && !firsts.iter().any(started_before)
}

/// A file in a series of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attempt {
    /// The number that counts attempts, if there is one.
    number: Option<u64>,
    /// How many words for reruns its name has.
    words: usize,
    /// Such a word tells it from the attempts before it.
    is_marked: bool,
    /// The index of its name.
    file: usize,
}

impl Attempt {
    /// Returns true if a series may begin with this.
    fn is_first(&self) -> bool {
        self.is_marked || matches!(self.number, None | Some(0 | 1))
    }

    /// Returns true if this comes next after `last` in a series.
    fn follows(&self, last: &Self) -> bool {
        match (last.number, self.number) {
            _ if self.is_marked => true,
            (Some(last), Some(number)) => number.checked_sub(last).is_some_and(|more| more < 2),
            (None, number) => matches!(number, None | Some(1 | 2)),
            (Some(_), None) => false,
        }
    }
}

/// The series among files with these names, each in order. A file may be in several: any of the
/// numbers in its name may count attempts.
fn series<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Vec<Attempt>> {
    let mut of_one_stem: BTreeMap<String, Vec<Attempt>> = BTreeMap::new();
    for (file, name) in names.enumerate() {
        for (stem, attempt) in attempts(file, name) {
            of_one_stem.entry(stem).or_default().push(attempt);
        }
    }
    of_one_stem.into_values().map(begun).filter(|series| series.len() > 1).collect()
}

/// The files up to the first that does not continue the series, or that could be either of two.
fn begun(mut files: Vec<Attempt>) -> Vec<Attempt> {
    files.sort_unstable();
    let mut series: Vec<Attempt> = Vec::new();
    let is_tie =
        |one: &Attempt, other: &Attempt| (one.number, one.words) == (other.number, other.words);
    for tied in files.chunk_by(is_tie) {
        let [attempt] = tied else { break };
        let mut attempt = *attempt;
        match series.last() {
            None if attempt.is_first() => {}
            Some(last) if attempt.follows(last) => attempt.is_marked |= last.words < attempt.words,
            _ => break,
        }
        series.push(attempt);
    }
    series
}

/// What a file may be in a series, each with the rest of its name, by which the others are found.
fn attempts(file: usize, name: &str) -> Vec<(String, Attempt)> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let kind = |c: &char| (c.is_alphabetic(), c.is_ascii_digit());
    let parts: Vec<String> = name
        .chunk_by(|one, other| kind(one) == kind(other))
        .filter(|part| kind(&part[0]) != (false, false))
        .map(|part| part.iter().collect())
        .collect();
    let is_word = |index: usize| WORDS.contains(&parts[index].as_str());
    let words = (0..parts.len()).filter(|index| is_word(*index)).count();
    let without = |left_out: Option<usize>| {
        let kept = (0..parts.len()).filter(|index| Some(*index) != left_out && !is_word(*index));
        kept.map(|index| parts[index].as_str()).collect::<Vec<_>>().join(" ")
    };
    let whole = Attempt { number: None, words, is_marked: false, file };
    let mut found = vec![(without(None), whole)];
    for (index, part) in parts.iter().enumerate() {
        let is_marked = index > 0 && is_word(index - 1);
        if let Ok(number) = part.parse()
            && (is_marked || number <= MAX_ATTEMPTS)
        {
            let attempt = Attempt { number: Some(number), is_marked, ..whole };
            found.push((without(Some(index)), attempt));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::series;

    /// The files of the longest series among these, by their indices.
    fn longest(names: &[&str]) -> Vec<usize> {
        let all = series(names.iter().copied());
        let longest = all.into_iter().max_by_key(Vec::len).unwrap_or_default();
        longest.iter().map(|attempt| attempt.file).collect()
    }

    #[test]
    fn attempts_are_of_one_series_and_in_order() {
        for names in [
            ["report.xml", "report-1.xml", "report-2.xml", "report-3.xml"],
            ["node-20/r-0.xml", "node-20/r-1.xml", "node-20/r-2.xml", "node-20/r-3.xml"],
            ["a/junit.xml", "a/junit-rerun.xml", "a/junit_2.xml", "a/junit.retry-7.xml"],
            ["1/r.xml", "1/r-rerun.xml", "attempt-2/r.xml", "attempt-2/r-rerun.xml"],
        ] {
            assert_eq!(longest(&names), [0, 1, 2, 3], "{names:?}");
            let reversed: Vec<_> = names.into_iter().rev().collect();
            assert_eq!(longest(&reversed), [3, 2, 1, 0], "{names:?}");
        }
        for names in
            [["r.xml", "r-2.xml"], ["attempt-1/r", "attempt-2/r"], ["r-9.xml", "r-9-retry.xml"]]
        {
            assert_eq!(longest(&names), [0, 1], "{names:?}");
        }
    }

    #[test]
    fn platforms_and_versions_are_no_series() {
        for names in [
            ["linux.xml", "windows.xml"],
            ["a/r.xml", "b/r.xml"],
            ["node-18/r.xml", "node-20/r.xml"],
            ["node-18/r.xml", "node-20/r-rerun.xml"],
            ["node-1/r.xml", "node-20/r-rerun.xml"],
            ["py38/r.xml", "py312/r.xml"],
            ["3.11.xml", "3.12.xml"],
            ["r.xml", "r-18.xml"],
            ["r-1.xml", "r-3.xml"],
            ["r-2.xml", "r-3.xml"],
            // Either could be the second.
            ["a.b.xml", "a-b.xml"],
            ["r-99999999999999999999999.xml", "r-18446744073709551615.xml"],
        ] {
            assert_eq!(longest(&names), [0; 0], "{names:?}");
        }
        assert_eq!(longest(&["r.xml", "r-1.xml", "r-20.xml"]), [0, 1]);
    }
}
