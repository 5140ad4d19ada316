//! The parts of Jenkins' JSON that are read, and their conversion.

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::failed_test::FailedTest;
use crate::run::{Outcome, Run, RunId, RunKey, State, Times};
use crate::target::web_page;
use crate::{Provider, time};

/// A job, or a folder of jobs.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    /// The colour of its status ball; `None` for a folder.
    pub color: Option<String>,
    /// Its builds, newest first.
    #[serde(rename = "allBuilds")]
    pub builds: Option<Vec<Build>>,
    /// The last build that finished.
    #[serde(rename = "lastCompletedBuild")]
    pub last: Option<Build>,
}

/// A build.
#[derive(Debug, Deserialize)]
pub(super) struct Build {
    /// Its number in the job; missing in incomplete responses.
    pub number: Option<u64>,
    /// The result; `None` while it is running.
    pub result: Option<String>,
    #[serde(default)]
    pub building: bool,
    pub url: Option<String>,
    /// The start, in milliseconds since 1970.
    #[serde(default, deserialize_with = "time::milliseconds")]
    pub timestamp: Option<i64>,
    /// Its duration in milliseconds; 0 while it is running.
    #[serde(default, deserialize_with = "time::milliseconds")]
    pub duration: Option<i64>,
    /// Data that plugins add.
    #[serde(default)]
    pub actions: Vec<Option<Action>>,
}

/// Data that a plugin adds to a build.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    /// A commit that was checked out.
    #[serde(rename = "lastBuiltRevision")]
    pub revision: Option<Revision>,
    /// The repository it was checked out from.
    #[serde(default, rename = "remoteUrls")]
    pub remotes: Vec<String>,
}

/// A commit.
#[derive(Debug, Deserialize)]
pub(super) struct Revision {
    #[serde(rename = "SHA1")]
    pub sha: Option<String>,
}

impl Build {
    /// Converts it to a run of `project`.
    pub(super) fn into_run(self, project: &str) -> Run {
        let checkouts = self
            .actions
            .into_iter()
            .flatten()
            .filter_map(|action| Some((action.remotes, action.revision?.sha?)));
        let mut checkouts: Vec<(Vec<String>, String)> = checkouts.collect();
        checkouts.dedup();
        // Shared libraries are checked out too, and the response does not distinguish them.
        let sha = match checkouts.as_slice() {
            [(_, sha)] => Some(sha.clone()),
            _ => None,
        };
        let word = match self.result {
            Some(result) if !self.building => result.to_ascii_lowercase(),
            _ => "running".to_string(),
        };
        let outcome = words::build(&word);
        let at = |ms: i64| Timestamp::from_millisecond(ms).ok();
        let duration = self.duration.filter(|_| word != "running");
        let finished_ms =
            self.timestamp.zip(duration).and_then(|(start, length)| start.checked_add(length));
        let times = Times {
            created: None,
            started: self.timestamp.and_then(at),
            finished: finished_ms.and_then(at),
        };
        let id = self.number.map_or(RunId::LastFinished, RunId::Number);
        Run {
            sha: sha.filter(|sha| !sha.is_empty()),
            times,
            url: web_page(self.url.as_deref()),
            ..Run::new(key(project, id), State::new(word, outcome, None, &times))
        }
    }
}

/// The tests of a build. A build that started others has their reports.
#[derive(Debug, Deserialize)]
pub(super) struct TestReport {
    suites: Option<Vec<TestSuite>>,
    #[serde(rename = "childReports")]
    children: Option<Vec<ChildReport>>,
}

/// The report of another build.
#[derive(Debug, Deserialize)]
struct ChildReport {
    result: Option<ChildResult>,
}

/// The tests of another build.
#[derive(Debug, Deserialize)]
struct ChildResult {
    suites: Option<Vec<TestSuite>>,
}

/// Some tests.
#[derive(Debug, Deserialize)]
struct TestSuite {
    cases: Option<Vec<TestCase>>,
}

/// A test.
#[derive(Debug, Deserialize)]
struct TestCase {
    #[serde(rename = "className")]
    class: Option<String>,
    #[serde(default)]
    name: String,
    /// PASSED, FIXED, SKIPPED, FAILED, or REGRESSION if it passed in the build before.
    #[serde(default)]
    status: String,
    /// The number of builds in a row in which it failed.
    age: Option<u64>,
    /// The first of these builds.
    #[serde(rename = "failedSince")]
    since: Option<u64>,
}

impl TestReport {
    /// The tests that failed.
    pub(super) fn into_failed_tests(self) -> Vec<FailedTest> {
        let results = self.children.into_iter().flatten().filter_map(|child| child.result);
        let children = results.filter_map(|result| result.suites).flatten();
        let suites = self.suites.into_iter().flatten().chain(children);
        let cases = suites.filter_map(|suite| suite.cases).flatten();
        let failed = |case: &TestCase| matches!(case.status.as_str(), "FAILED" | "REGRESSION");
        let convert = |case: TestCase| {
            let history = match (case.status.as_str(), case.since) {
                ("REGRESSION", _) => Some("passed in the build before".to_string()),
                (_, Some(since)) if since > 0 => Some(format!("fails since build {since}")),
                _ => None,
            };
            FailedTest::new(case.class.as_deref(), &case.name, case.age, history)
        };
        cases.filter(failed).map(convert).collect()
    }
}

/// Converts the colour of a job that lists no builds to a run; `None` if it never ran.
pub(super) fn run_of_color(project: &str, color: &str) -> Option<Run> {
    let outcome = Outcome::new(words::color(color)?);
    let state = State::new(color, outcome, None, &Times::default());
    Some(Run::new(key(project, RunId::Latest), state))
}

fn key(project: &str, id: RunId) -> RunKey {
    RunKey { provider: Provider::Jenkins, project: project.to_string(), id, attempt: 1 }
}
