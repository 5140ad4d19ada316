//! What a report says: its test cases by name, and the failures outside of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::names::{Names, SuiteId, TestKey};

/// The content of a report.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The name of its file.
    pub file: String,
    pub tests: BTreeMap<TestKey, Cases>,
    /// The number of skipped test cases.
    pub skipped: usize,
    /// Failures that belong to no test.
    pub others: Vec<OtherFailure>,
    /// When the first and the last suite started; `None` if a suite does not say.
    pub started: Option<(Timestamp, Timestamp)>,
}

/// A failure that belongs to no test.
#[derive(Clone, Copy, Debug)]
pub(super) enum OtherFailure {
    /// Failures directly in a suite, such as a class that cannot be loaded.
    InSuite { suite: SuiteId, failures: usize },
    /// The header of a suite counts more failures than it shows: `excess` more, without those that
    /// headers within it count in excess already.
    InHeader { suite: SuiteId, stated: usize, shown: usize, excess: usize },
}

/// A test case: an execution of a test, with those that the runner adds to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TestCase {
    /// `<failure>`s: it failed, or it is skipped and may fail.
    pub failures: usize,
    /// `<error>`s.
    pub errors: usize,
    /// Failed executions before it passed.
    pub flakes: usize,
    /// Failed executions of a test that never passed, without the first.
    pub reruns: usize,
    pub skipped: bool,
}

impl TestCase {
    /// Returns true if it was not executed, or may fail: Node writes `<skipped>` and `<failure>` for
    /// a test that is marked "todo". pytest writes `<skipped>` and `<error>` for a test that was
    /// skipped and whose cleanup failed; that is a failure.
    fn is_skipped(self) -> bool {
        self.skipped && self.errors == 0
    }

    fn has_failed(self) -> bool {
        self.failures + self.errors > 0
    }

    /// The number of failures that are shown, in any form.
    pub(super) fn shown(self) -> usize {
        self.failures + self.errors + self.flakes + self.reruns
    }
}

/// The test cases of one name in one suite. They are executions of a test, or different tests: most
/// reports cannot tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cases {
    pub passed: usize,
    pub failed: usize,
    /// Those that failed and then passed, of `passed` and `failed`.
    flaked: usize,
    /// One of them counts as failed although it passed.
    counts_flakes: bool,
    /// Failed executions, those within the cases included.
    pub failures: usize,
    /// The runner has no two tests of one name, and writes a failed execution as a passed case.
    pub hides_reruns: bool,
}

/// What the cases of one name come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    /// Passed, but a failed execution may be written as a passed one.
    MayHaveFlaked,
    Flaked,
    FlakedAndFailed,
    Failed,
    /// Failed and passed: a rerun, or different tests.
    FailedAndPassed,
}

impl Cases {
    fn add(&mut self, case: TestCase) {
        let has_failed = case.has_failed();
        self.failed += usize::from(has_failed);
        self.passed += usize::from(!has_failed);
        self.flaked += usize::from(case.flakes > 0);
        self.counts_flakes |= has_failed && case.flakes > 0;
        // A flake that counts as a failure is one failure, although it has two elements.
        self.failures += case.flakes.max(usize::from(has_failed)) + case.reruns;
    }

    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self { counts_flakes: true, .. } => Outcome::FlakedAndFailed,
            Self { failed: 1.., passed: 1.., .. } => Outcome::FailedAndPassed,
            Self { failed: 1.., .. } => Outcome::Failed,
            Self { flaked: 1.., .. } => Outcome::Flaked,
            Self { passed: 2.., hides_reruns: true, .. } => Outcome::MayHaveFlaked,
            _ => Outcome::Passed,
        }
    }

    /// The number of tests, of failed tests and of flaky ones: each case counts, as in the headers
    /// of reports, unless cases of one name are known to be executions of one test.
    pub(super) fn tally(self) -> [usize; 3] {
        let Self { passed, failed, flaked, .. } = self;
        let most = if self.hides_reruns { 1 } else { usize::MAX };
        [passed + failed, failed, flaked].map(|cases| cases.min(most))
    }
}

impl Content {
    /// Adds a test case.
    ///
    /// # Errors
    /// Fails if too much is kept already.
    pub(super) fn add(
        &mut self,
        names: &mut Names,
        test: TestKey,
        case: TestCase,
    ) -> Result<(), String> {
        if case.is_skipped() {
            self.skipped += 1;
            return Ok(());
        }
        if let Some(cases) = self.tests.get_mut(&test) {
            cases.add(case);
            return Ok(());
        }
        names.reserve(size_of::<(TestKey, Cases)>())?;
        self.tests.entry(test).or_default().add(case);
        Ok(())
    }
}
