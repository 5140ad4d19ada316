//! JUnit XML reports, in the dialects of many test runners.
//!
//! ```text
//! bytes ─> read ─> Content, Content, … ─> reruns ─> judge ─> Report
//! of XML           one for each report    series of
//!                  by Names               reports
//! ```
//!
//! What a test is called:
//! - Class and name are no key. The report, the suites around the test (their names, packages, ids,
//!   hosts and files) and its own file belong to its identity.
//! - If the class is missing or is "test", which Node writes for all tests, the names of the suites
//!   take its place in messages.
//! - Test cases that agree in all this may be executions of one test or different tests, such as
//!   those of a table. A report cannot tell, so a failure wins, and the evidence mentions the pass.
//!
//! What tells a flake:
//! - Surefire, nextest and Playwright put `<flakyFailure>` or `<flakyError>` into a test that finally
//!   passed, and `<rerunFailure>` beside the `<failure>` of one that never passed. nextest can be
//!   configured to count a flake as a failure; then it writes both elements. Gradle does the same with
//!   `mergeReruns`, and otherwise writes every execution as a test case.
//! - A report that is a rerun of others; `reruns` tells by what.
//! - pytest-rerunfailures writes a failed execution as a passed case, if the test is executed again.
//!   pytest has no two tests of one name, so two passed cases are a possible flake.
//!
//! What else fails: `<failure>` and `<error>` directly in a suite, such as that of a class that cannot
//! be loaded, and failures that a header counts and no test shows. A skipped test with a `<failure>`
//! may fail; one with an `<error>` may not.
//!
//! Names are cut, kept once for all reports, and bounded together with the tests; judging takes time
//! in proportion to the tests. This module opens no files: [`TestReports::add`] takes the bytes of a
//! report.

mod content;
mod judge;
mod names;
mod read;
mod reported;
mod reruns;

use std::fmt;

use content::Content;
use flaky_core::verdict::Report;
use names::Names;

pub use reported::{ReportedTests, TestFailures, TestResult};

/// The maximum size of a report, in bytes.
pub const MAX_REPORT: u64 = 64 << 20;

/// The tests of some reports.
#[derive(Debug, Default)]
pub struct TestReports {
    names: Names,
    reports: Vec<Content>,
    /// Why reports could not be read.
    unread: Vec<String>,
}

/// Why a file is no report. It is shown as a clause without a subject, such as "is damaged: …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// It is XML of another format.
    Foreign,
    /// It is empty, or has no element.
    NotXml,
    /// It has a document type, or is nested too deeply.
    Unsafe(String),
    /// It is incomplete, or is not well-formed.
    Damaged(String),
    /// It is too large, or the names of all tests are.
    TooLarge(String),
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("is not a JUnit report: it has no <testsuite>"),
            Self::NotXml => f.write_str("is not a JUnit report: it is not XML"),
            Self::Unsafe(why) => write!(f, "is not a JUnit report: {why}"),
            Self::Damaged(why) => write!(f, "is damaged: {why}"),
            Self::TooLarge(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

impl TestReports {
    /// Adds the tests of a report. The name of its file tells reruns from other reports.
    ///
    /// # Errors
    /// Fails with the reason if it is not a JUnit report or is too large. Tests read before the
    /// error are kept.
    pub fn add(&mut self, file: &str, bytes: &[u8]) -> Result<(), ReportError> {
        if bytes.len() as u64 > MAX_REPORT {
            let limit = MAX_REPORT >> 20;
            return Err(ReportError::TooLarge(format!("it is larger than {limit} MiB")));
        }
        let mut content = Content { file: file.to_string(), ..Content::default() };
        let result = read::read(bytes, &mut self.names, &mut content);
        if result != Err(ReportError::Foreign) {
            self.reports.push(content);
        }
        result
    }

    /// Notes that a report could not be read, and why, as a clause that names it. Without it, the
    /// verdict is failed or unknown.
    pub fn miss(&mut self, why: String) {
        self.unread.push(why);
    }

    /// The report on all tests: failed if anything failed, else unknown if a report is missing, else
    /// flaky if a test failed and then passed.
    pub fn report(&self) -> Report {
        judge::judge(&self.names, &self.reports, &self.unread)
    }
}

#[cfg(test)]
mod tests {
    use flaky_core::verdict::Verdict;
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::TestReports;

    const PARTS: &[&str] = &[
        "<testsuites>",
        "<testsuite name='a' failures='1'>",
        "<testsuite errors='99999999999999999999' tests='-1' timestamp='9999-99-99'>",
        "<testsuite hostname='&#xD800;' timestamp='2026-01-01T00:00:00'>",
        "<testcase name='t' classname='test'>",
        "<testcase>",
        "<skipped/>",
        "<failure/>",
        "<flakyFailure>",
        "</flakyFailure>",
        "</testcase>",
        "</testsuite>",
        "</testsuites>",
    ];

    proptest! {
        #[test]
        fn any_input_has_a_report(
            bytes in vec(any::<u8>(), 0..64),
            parts in vec(select(PARTS), 0..40),
        ) {
            let mut reports = TestReports::default();
            let parts = parts.concat();
            let inputs = [bytes.as_slice(), parts.as_bytes(), b"<testsuite/>"];
            for (index, input) in inputs.into_iter().enumerate() {
                if let Err(why) = reports.add(&format!("r-{index}.xml"), input) {
                    reports.miss(why.to_string());
                }
            }
            prop_assert!(!reports.report().reason.is_empty());
        }

        #[test]
        fn one_failure_in_a_report_is_never_hidden(
            names in vec(0..4, 1..12),
            suites in vec(0..3, 12),
            failed in 0..12_usize,
        ) {
            let failed = failed % names.len();
            let cases = names.iter().zip(&suites).enumerate().map(|(index, (name, suite))| {
                let inner = if index == failed { "<failure/>" } else { "" };
                format!(
                    "<testsuite name='s{suite}'><testcase name='t{name}'>{inner}</testcase></testsuite>"
                )
            });
            let xml = format!("<testsuites>{}</testsuites>", cases.collect::<String>());
            let mut reports = TestReports::default();
            prop_assert_eq!(reports.add("r-1.xml", xml.as_bytes()), Ok(()));
            let report = reports.report();
            prop_assert_eq!(report.verdict, Verdict::Failed);
            let reason = match names.len() {
                1 => "1 test failed".to_string(),
                tests => format!("1 of {tests} tests failed"),
            };
            prop_assert_eq!(report.reason, reason);
            // The same tests pass on another platform.
            let passed = xml.replace("<failure/>", "");
            prop_assert_eq!(reports.add("r-2.xml", passed.as_bytes()), Ok(()));
            prop_assert_eq!(reports.report().verdict, Verdict::Failed);
        }
    }
}
