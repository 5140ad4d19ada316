//! Test reports as a server keeps them: the result of every test, and what a posted report comes to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::TestReports;
use super::content::{Cases, Content, Outcome};
use super::reruns::{Rerun, Reruns};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum number of flaky tests, and of failed ones, that are named.
const MAX_SIGNS: usize = 100;
/// The maximum length of a name, in characters. Tests that differ only behind it count as one.
const LONGEST_NAME: usize = 200;

/// Tests by name, each with its failures.
pub type TestFailures = Vec<(String, usize)>;

/// A posted test report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportedTests {
    /// The name of the report, if it has one. Reports of one run with the same name are executions of the
    /// same tests; one without a name is never an execution of another's.
    pub name: Option<String>,
    /// The run that it is about, in the words of whoever posted it; often the number of a pipeline.
    pub run: Option<String>,
    /// The commit.
    pub sha: Option<String>,
    /// The branch or tag.
    pub git_ref: Option<String>,
    /// The time of arrival.
    pub at: Timestamp,
    /// The time at which its first suite started, if all suites say theirs.
    pub started: Option<Timestamp>,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The reason for the verdict.
    pub reason: String,
    /// The tests that failed and passed, with their failures; see [`TestReports::signs`].
    pub flaked: TestFailures,
    /// The tests that failed, with their failures.
    pub failed: TestFailures,
}

/// The result of a test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TestResult {
    /// The test's class and name.
    pub test: String,
    /// Its verdict: passed, flaky or failed.
    pub verdict: Verdict,
}

impl ReportedTests {
    /// The time by which reports are ordered: they may arrive in another order.
    pub(crate) fn began(&self) -> Timestamp {
        self.started.unwrap_or(self.at)
    }
}

impl TestReports {
    /// The time at which the first suite of all reports started, if all suites say theirs.
    pub fn started(&self) -> Option<Timestamp> {
        let first = |report: &Content| report.started.map(|(first, _)| first);
        let all: Option<Vec<Timestamp>> = self.reports.iter().map(first).collect();
        all?.into_iter().min()
    }

    /// The result of every test that was not skipped, by name. Of tests that share a name, the gravest
    /// counts. A test that failed and then passed is flaky, also if its runner counts that as a failure.
    pub fn results(&self) -> Vec<TestResult> {
        let all = self.by_name().into_iter();
        all.map(|(test, (verdict, _))| TestResult { test, verdict }).collect()
    }

    /// The tests that flaked and those that failed, each with its failures: at most 100 of both, those
    /// with the most failures first.
    pub fn signs(&self) -> (TestFailures, TestFailures) {
        let all = self.by_name();
        let of = |wanted: Verdict| {
            let mut signs: TestFailures = all
                .iter()
                .filter(|(_, (verdict, _))| *verdict == wanted)
                .map(|(test, (_, failures))| (test.clone(), *failures))
                .collect();
            signs.sort_by_key(|(_, failures)| std::cmp::Reverse(*failures));
            signs.truncate(MAX_SIGNS);
            signs
        };
        (of(Verdict::Flaky), of(Verdict::Failed))
    }

    /// The verdict on each test and its failures, by name.
    fn by_name(&self) -> BTreeMap<String, (Verdict, usize)> {
        let reruns = Reruns::among(&self.reports);
        let mut found: BTreeMap<String, (Verdict, usize)> = BTreeMap::new();
        for (index, report) in self.reports.iter().enumerate() {
            if reruns.contains(index) {
                continue;
            }
            for (test, cases) in &report.tests {
                let rerun = reruns.of(index, *test);
                let name = sanitize(&self.names.show_test(*test), LONGEST_NAME);
                let (verdict, failures) = found.entry(name).or_insert((Verdict::Passed, 0));
                *verdict = (*verdict).max(verdict_on(*cases, rerun));
                *failures += cases.failures + rerun.failures;
            }
        }
        found
    }
}

fn verdict_on(cases: Cases, rerun: Rerun) -> Verdict {
    if rerun.has_passed {
        return Verdict::Flaky;
    }
    match cases.outcome() {
        Outcome::Passed | Outcome::MayHaveFlaked => Verdict::Passed,
        Outcome::Flaked | Outcome::FlakedAndFailed => Verdict::Flaky,
        Outcome::Failed | Outcome::FailedAndPassed => Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SIGNS, TestReports, TestResult};
    use flaky_core::verdict::Verdict;

    fn reports(of: &[(&str, &str)]) -> TestReports {
        let mut reports = TestReports::default();
        for (file, cases) in of {
            let xml = format!("<testsuite name='s'>{cases}</testsuite>");
            reports.add(file, xml.as_bytes()).expect("a report");
        }
        reports
    }

    /// A test case of class "c" with this inside.
    fn case(name: &str, inner: &str) -> String {
        format!("<testcase classname='c' name='{name}'>{inner}</testcase>")
    }

    fn result(test: &str, verdict: Verdict) -> TestResult {
        TestResult { test: test.to_string(), verdict }
    }

    #[test]
    fn every_test_has_a_result_unless_it_was_skipped() {
        let cases = [
            case("passes", ""),
            case("flakes", "<flakyFailure/><flakyFailure/>"),
            case("flakes and counts", "<flakyFailure/><failure/>"),
            case("fails", "<failure/>"),
            case("waits", "<skipped/>"),
        ];
        let reports = reports(&[("r.xml", &cases.concat())]);
        let expected = [
            result("c fails", Verdict::Failed),
            result("c flakes", Verdict::Flaky),
            result("c flakes and counts", Verdict::Flaky),
            result("c passes", Verdict::Passed),
        ];
        assert_eq!(reports.results(), expected);
        let (flaked, failed) = reports.signs();
        let named = [("c flakes".to_string(), 2), ("c flakes and counts".to_string(), 1)];
        assert_eq!((flaked, failed), (named.to_vec(), vec![("c fails".to_string(), 1)]));
    }

    #[test]
    fn a_rerun_that_passes_makes_a_test_flaky() {
        let first = [case("a", "<failure/>"), case("b", "")].concat();
        let reports = reports(&[("r.xml", &first), ("r-2.xml", &case("a", ""))]);
        let expected = [result("c a", Verdict::Flaky), result("c b", Verdict::Passed)];
        assert_eq!(reports.results(), expected);
    }

    #[test]
    fn the_gravest_of_tests_that_share_a_name_counts() {
        let (passed, failed) = (case("a", ""), case("a", "<failure/>"));
        for of in
            [[("x.xml", &*passed), ("y.xml", &*failed)], [("x.xml", &*failed), ("y.xml", &*passed)]]
        {
            assert_eq!(reports(&of).results(), [result("c a", Verdict::Failed)], "{of:?}");
        }
    }

    #[test]
    fn the_worst_failures_are_named() {
        let failing = (0..=MAX_SIGNS).map(|number| case(&format!("{number}"), "<failure/>"));
        let cases: String = failing.chain([case("x", "<failure/><rerunFailure/>")]).collect();
        let (flaked, failed) = reports(&[("r.xml", &cases)]).signs();
        assert_eq!((flaked.len(), failed.len()), (0, MAX_SIGNS));
        assert_eq!(failed[0], ("c x".to_string(), 2));
    }
}
