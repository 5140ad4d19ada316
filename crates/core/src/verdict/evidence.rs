//! Evidence: a sign of flakiness or failure, as data and in words. The caller must sanitise names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sign that something is flaky or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub enum Evidence {
    /// A job failed and passed when it was retried in the same run.
    JobRetried {
        /// The commit, abbreviated.
        commit: String,
        /// The job's name.
        job: String,
        /// The run's number. A commit status belongs to no run.
        run: Option<u64>,
        /// Failed executions of the job.
        failures: usize,
        /// The page of the first failed execution.
        url: Option<String>,
    },
    /// Two runs of the same commit, branch and kind disagree.
    RunsDisagree {
        /// The commit, abbreviated.
        commit: String,
        /// The latest run that failed.
        failed: u64,
        /// The latest run that passed.
        passed: u64,
        /// Failed runs of the commit.
        failures: usize,
        /// The page of the run that failed.
        url: Option<String>,
    },
    /// A run failed and passed when it was restarted.
    AttemptPassed {
        /// The commit, abbreviated.
        commit: String,
        /// The run's number.
        run: u64,
        /// The attempt that passed.
        attempt: u64,
        /// Attempts before it that failed.
        failures: usize,
        /// The page of the run.
        url: Option<String>,
    },
    /// A test failed and passed when it was run again.
    TestFlaked {
        /// The test's class and name.
        test: String,
        /// Failed executions of the test.
        failures: usize,
    },
    /// A test failed and passed, in a runner that counts this as a failure.
    TestFlakedAndFailed {
        /// The test's class and name.
        test: String,
        /// Failed executions of the test.
        failures: usize,
    },
    /// A test failed.
    TestFailed {
        /// The test's class and name.
        test: String,
        /// Failed executions of the test.
        failures: usize,
    },
    /// A report says of one name in one suite that it failed and that it passed, and not whether that
    /// is a rerun or another test.
    TestFailedAndPassed {
        /// The test's class and name.
        test: String,
        /// Failed executions.
        failures: usize,
        /// Passed executions.
        passes: usize,
    },
    /// A test failed in one report, and a test of this name passed in another.
    TestPassedElsewhere {
        /// The test's class and name.
        test: String,
        /// Failed executions of the test.
        failures: usize,
        /// The report in which it failed.
        failed_in: String,
        /// A report in which it passed.
        passed_in: String,
    },
    /// A suite failed outside of its tests; often a file that could not be loaded.
    SuiteFailed {
        /// The suite's name.
        suite: String,
        /// Failures directly in the suite.
        failures: usize,
    },
    /// The header of a suite counts more failures than its tests show.
    FailuresNotShown {
        /// The suite's name.
        suite: String,
        /// The failures that its header counts.
        stated: usize,
        /// The failures within it.
        shown: usize,
    },
    /// A test has several executions that are marked as passed, in a runner that marks reruns so.
    TestMayHaveFlaked {
        /// The test's class and name.
        test: String,
        /// Its executions.
        executions: usize,
    },
    /// Further tests that are not listed one by one.
    Omitted {
        /// Their number.
        tests: usize,
    },
}

impl Evidence {
    /// The URL of a page about it.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::JobRetried { url, .. }
            | Self::RunsDisagree { url, .. }
            | Self::AttemptPassed { url, .. } => url.as_deref(),
            _ => None,
        }
    }

    /// The rank by strength, 0 for the strongest. Lists of evidence are sorted by it.
    pub fn rank(&self) -> u8 {
        match self {
            Self::JobRetried { .. } | Self::TestFlaked { .. } => 0,
            Self::RunsDisagree { .. } | Self::TestFlakedAndFailed { .. } => 1,
            Self::AttemptPassed { .. }
            | Self::SuiteFailed { .. }
            | Self::FailuresNotShown { .. }
            | Self::TestFailed { .. }
            | Self::TestFailedAndPassed { .. }
            | Self::TestPassedElsewhere { .. } => 2,
            Self::TestMayHaveFlaked { .. } => 3,
            Self::Omitted { .. } => 4,
        }
    }
}

/// The evidence in words, on one line. No other code words evidence.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JobRetried { commit, job, run: Some(run), .. } => {
                write!(f, "{commit}: job `{job}` failed, then passed in pipeline {run}")
            }
            Self::JobRetried { commit, job, run: None, .. } => {
                write!(f, "{commit}: job `{job}` failed, then passed")
            }
            Self::RunsDisagree { commit, failed, passed, .. } => {
                write!(f, "{commit}: pipeline {failed} failed, pipeline {passed} passed")
            }
            Self::AttemptPassed { commit, run, attempt, .. } => {
                write!(f, "{commit}: pipeline {run} failed, then passed at attempt {attempt}")
            }
            Self::TestFlaked { test, .. } => write!(f, "test {test}: failed, then passed"),
            Self::TestFlakedAndFailed { test, .. } => {
                write!(f, "test {test}: failed, then passed, and counts as a failure")
            }
            Self::TestFailed { test, .. } => write!(f, "test {test}: failed"),
            Self::TestFailedAndPassed { test, failures, passes } => {
                let (failures, passes) = (times(*failures), times(*passes));
                write!(
                    f,
                    "test {test}: failed {failures} and passed {passes} under one name: a rerun, or \
                     different tests"
                )
            }
            Self::TestPassedElsewhere { test, failed_in, passed_in, .. } => {
                write!(f, "test {test}: failed in {failed_in}, passed in {passed_in}")
            }
            Self::SuiteFailed { suite, failures } => {
                write!(f, "suite {suite}: failed {} outside of its tests", times(*failures))
            }
            Self::FailuresNotShown { suite, stated: 1, .. } => {
                write!(f, "suite {suite}: its header counts 1 failure, its tests show none")
            }
            Self::FailuresNotShown { suite, stated, shown } => {
                write!(
                    f,
                    "suite {suite}: its header counts {stated} failures, its tests show {shown}"
                )
            }
            Self::TestMayHaveFlaked { test, executions } => {
                let executions = times(*executions);
                write!(
                    f,
                    "test {test}: passed, but was executed {executions} and may have failed first"
                )
            }
            Self::Omitted { tests } => write!(f, "and {tests} more tests"),
        }
    }
}

fn times(number: usize) -> String {
    match number {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        _ => format!("{number} times"),
    }
}
