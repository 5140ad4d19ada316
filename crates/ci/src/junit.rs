//! JUnit XML reports, in the dialects of many test runners.
//!
//! Surefire and nextest put `<flakyFailure>` or `<flakyError>` into a test that finally passed, and
//! `<rerunFailure>` beside the `<failure>` of one that never passed. Gradle writes every execution
//! as a separate test case. nextest can be configured to count a flake as a failure; then it writes
//! both elements.
//!
//! Test cases with the same class and name are executions of one test, in the order of the reports
//! and of their positions in them. The last one decides, because some runners write a repeated
//! failure as if it had passed. The host of a suite is part of a test's identity, since runners put
//! a browser or a machine there. If the class is missing or is "test", which Node writes for all
//! tests, the names of the suites take its place.
//!
//! This module opens no files: [`TestReports::add`] takes the bytes of a report.

use std::collections::BTreeMap;

use crate::xml::{self, XmlEvent};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Evidence, Flakiness, Report, Verdict};

/// The maximum size of a report, in bytes.
pub const MAX_REPORT: u64 = 64 << 20;
/// The maximum number of tests named in the evidence.
const MAX_EVIDENCE: usize = 100;
/// The maximum length of a test name in messages, in characters.
const LONGEST_NAME: usize = 100;

/// The tests of some reports.
#[derive(Debug, Default)]
pub struct TestReports {
    tests: BTreeMap<TestName, Test>,
    skipped: usize,
}

/// The identity of a test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TestName {
    class: String,
    test: String,
    host: String,
}

impl TestName {
    /// The name for display.
    fn display(&self) -> String {
        let full = format!("{} {}", self.class.trim(), self.test.trim());
        sanitize(full.trim(), LONGEST_NAME)
    }
}

/// The executions of a test.
#[derive(Clone, Copy, Debug, Default)]
struct Test {
    last: TestExecution,
    /// Failed executions before the last test case.
    earlier_failures: usize,
}

/// A test case.
#[derive(Clone, Copy, Debug, Default)]
struct TestExecution {
    failed: bool,
    /// Failures before it passed.
    flakes: usize,
    skipped: bool,
}

impl TestExecution {
    /// The number of failed executions. A flake that counts as a failure is counted once.
    fn failures(self) -> usize {
        self.flakes.max(usize::from(self.failed))
    }
}

impl TestReports {
    /// Adds the tests of a report.
    ///
    /// # Errors
    /// Fails with the reason if it is not a JUnit report or is too large. Tests read before the
    /// error are kept.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() as u64 > MAX_REPORT {
            return Err(format!("it is larger than {} MiB", MAX_REPORT >> 20));
        }
        let mut is_report = false;
        let mut path: Vec<String> = Vec::new();
        let mut host = String::new();
        let mut suites: Vec<(usize, String)> = Vec::new();
        let mut open: Option<(TestName, TestExecution, usize)> = None;
        xml::parse(bytes, |event| match event {
            XmlEvent::Start(element, attributes) => {
                is_report |=
                    path.is_empty() && matches!(element.as_str(), "testsuites" | "testsuite");
                if element == "testsuite" {
                    host = attributes.get("hostname");
                    suites.push((path.len(), attributes.get("name")));
                } else if element == "testcase" && open.is_none() {
                    let names = || suites.iter().map(|(_, name)| name.as_str());
                    let class = attributes.get("classname");
                    let is_silent = class.is_empty() || class == "test";
                    let class =
                        if is_silent { names().collect::<Vec<_>>().join(" ") } else { class };
                    let name = TestName { class, test: attributes.get("name"), host: host.clone() };
                    open = Some((name, TestExecution::default(), path.len()));
                } else if let Some((_, execution, depth)) = &mut open
                    && path.len() == *depth + 1
                {
                    match element.as_str() {
                        "failure" | "error" => execution.failed = true,
                        "flakyFailure" | "flakyError" => execution.flakes += 1,
                        "skipped" => execution.skipped = true,
                        _ => {}
                    }
                }
                path.push(element);
            }
            XmlEvent::End => {
                path.pop();
                suites.pop_if(|(depth, _)| *depth == path.len());
                if let Some((name, execution, _)) =
                    open.take_if(|(_, _, depth)| path.len() == *depth)
                {
                    self.add_execution(name, execution);
                }
            }
        })?;
        if is_report { Ok(()) } else { Err("it has no <testsuite>".to_string()) }
    }

    fn add_execution(&mut self, mut name: TestName, execution: TestExecution) {
        if name.test.is_empty() {
            // Tests without a name are different tests.
            name.test = format!("(unnamed {})", self.tests.len() + 1);
        }
        if execution.skipped && execution.failures() == 0 {
            self.skipped += 1;
            return;
        }
        let test = self.tests.entry(name).or_default();
        test.earlier_failures += test.last.failures();
        test.last = execution;
    }

    /// The report on all tests: failed if a test failed in its last execution, else flaky if a test
    /// flaked.
    pub fn report(&self) -> Report {
        let total = self.tests.len();
        let (mut flaked, mut counted, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (name, Test { last, earlier_failures }) in &self.tests {
            let (test, failures) = (name.display(), earlier_failures + last.failures());
            if last.failed && last.flakes > 0 {
                counted.push(Evidence::TestFlakedAndFailed { test, failures });
            } else if last.failed {
                failed.push(Evidence::TestFailed { test, failures });
            } else if failures > 0 {
                flaked.push(Evidence::TestFlaked { test, failures });
            }
        }
        let flakes = flaked.len() + counted.len();
        let failures = failed.len() + counted.len();
        let verdict = match (total, failures, flakes) {
            (0, ..) => Verdict::Unknown,
            (_, 1.., _) => Verdict::Failed,
            (_, 0, 1..) => Verdict::Flaky,
            _ => Verdict::Passed,
        };
        let reason = match verdict {
            Verdict::Unknown if self.skipped > 0 => {
                format!("all {} tests were skipped", self.skipped)
            }
            Verdict::Unknown => "the reports have no tests".to_string(),
            Verdict::Failed if flakes > 0 => {
                format!("{failures} of {total} tests failed, {flakes} flaked")
            }
            Verdict::Failed => format!("{failures} of {total} tests failed"),
            Verdict::Flaky => format!("{flakes} of {total} tests failed, then passed"),
            _ if total == 1 => "1 test passed".to_string(),
            _ => format!("{total} tests passed"),
        };
        let mut evidence = [flaked, counted, failed].concat();
        let omitted = evidence.len().saturating_sub(MAX_EVIDENCE);
        evidence.truncate(MAX_EVIDENCE);
        if omitted > 0 {
            evidence.push(Evidence::Omitted { tests: omitted });
        }
        let flakiness = Flakiness::counted(flakes, total, "tests", None);
        Report { evidence, flakiness, ..Report::new(verdict, reason) }
    }
}
