//! Evidence: a sign of flakiness or failure, as data and in words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sign that something is flaky or failed. The caller must sanitise names. `url` is a page about
/// it; `failures` is the number of failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Evidence {
    /// A job failed and passed when it was retried in the same run.
    JobRetried {
        /// The commit, abbreviated.
        commit: String,
        /// The job's name.
        job: String,
        /// The run's number; `None` for a commit status, which belongs to no run.
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
    /// A test failed in its last execution.
    TestFailed {
        /// The test's class and name.
        test: String,
        /// Failed executions of the test.
        failures: usize,
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
            Self::AttemptPassed { .. } | Self::TestFailed { .. } => 2,
            Self::Omitted { .. } => 3,
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
            Self::Omitted { tests } => write!(f, "and {tests} more tests"),
        }
    }
}
