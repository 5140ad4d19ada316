//! Failed tests, on platforms that keep test reports.

use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Evidence, Report};

/// The maximum number of tests listed.
const MAX_LISTED: usize = 20;
/// The maximum number of notes on the history of tests.
const MAX_NOTES: usize = 3;
/// The maximum length of a test name or a note, in characters.
const LONGEST_NAME: usize = 120;

/// A test that failed in a run.
#[derive(Debug)]
pub(crate) struct FailedTest {
    /// The class and the name.
    name: String,
    /// Its failures, as far as the platform counts them.
    failures: usize,
    /// What the platform knows of its past, as a predicate: "fails since build 12".
    history: Option<String>,
}

impl FailedTest {
    /// A test. The name of the class is left out if the name of the test repeats it.
    pub(crate) fn new(
        class: Option<&str>,
        name: &str,
        failures: Option<u64>,
        history: Option<String>,
    ) -> Self {
        let class = class.map(str::trim).filter(|class| !name.starts_with(class));
        let full = format!("{} {}", class.unwrap_or_default(), name.trim());
        let failures = failures.and_then(|count| count.try_into().ok()).unwrap_or(1);
        Self { name: sanitize(full.trim(), LONGEST_NAME), failures: failures.max(1), history }
    }
}

/// Adds failed tests to the evidence of a report.
pub(crate) fn add(report: &mut Report, tests: Vec<FailedTest>) {
    let omitted = tests.len().saturating_sub(MAX_LISTED);
    let with_history = tests.iter().filter_map(|test| Some((&test.name, test.history.as_ref()?)));
    let notes = with_history
        .take(MAX_NOTES)
        .map(|(name, history)| sanitize(&format!("test {name} {history}"), 2 * LONGEST_NAME));
    report.notes.extend(notes);
    let listed = tests.into_iter().take(MAX_LISTED);
    report.evidence.extend(
        listed
            .map(|FailedTest { name: test, failures, .. }| Evidence::TestFailed { test, failures }),
    );
    if omitted > 0 {
        report.evidence.push(Evidence::Omitted { tests: omitted });
    }
    report.evidence.sort_by_key(Evidence::rank);
}
