//! The parts of GitLab's JSON that are read, and their conversion.

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::failed_test::FailedTest;
use crate::run::{Job, Run, RunId, RunKey, RunKind, State, Times};
use crate::target::web_page;
use crate::{Provider, time};

/// A project.
#[derive(Debug, Deserialize)]
pub(super) struct Project {
    /// The default branch; `None` before the first commit.
    pub default_branch: Option<String>,
}

/// A pipeline in a list, or in a webhook.
#[derive(Debug, Deserialize)]
pub(super) struct Pipeline {
    pub id: u64,
    pub sha: Option<String>,
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    pub status: String,
    pub source: Option<String>,
    pub web_url: Option<String>,
    /// The same in a webhook.
    pub url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub updated_at: Option<Timestamp>,
    /// The start; not in lists.
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub started_at: Option<Timestamp>,
    /// The end; not in lists.
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub finished_at: Option<Timestamp>,
}

impl Pipeline {
    /// Converts it to a run of `project`.
    pub(super) fn into_run(self, project: &str) -> Run {
        let times = Times {
            created: self.created_at,
            started: self.started_at,
            finished: self.finished_at,
        };
        let key = RunKey {
            provider: Provider::GitLab,
            project: project.to_string(),
            id: RunId::Number(self.id),
            // GitLab retries jobs within the same pipeline and does not count attempts.
            attempt: 1,
        };
        let outcome = words::pipeline(&self.status);
        Run {
            sha: self.sha.filter(|sha| !sha.is_empty()),
            kind: RunKind {
                git_ref: self.git_ref,
                workflow: None,
                trigger: words::trigger(self.source.as_deref()),
            },
            times,
            url: web_page(self.web_url.or(self.url).as_deref()),
            ..Run::new(key, State::new(self.status, outcome, self.updated_at, &times))
        }
    }
}

/// An execution of a job.
#[derive(Debug, Deserialize)]
pub struct Execution {
    pub id: u64,
    pub name: String,
    pub status: String,
    /// True if the pipeline may pass although this job fails.
    pub allow_failure: Option<bool>,
    pub failure_reason: Option<String>,
    pub web_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_or_ruby")]
    pub finished_at: Option<Timestamp>,
}

impl Execution {
    /// Its times, as far as they are known.
    pub(super) fn all_times(&self) -> [Option<Timestamp>; 3] {
        [self.created_at, self.started_at, self.finished_at]
    }
}

impl From<Execution> for Job {
    fn from(execution: Execution) -> Self {
        let times = Times {
            created: execution.created_at,
            started: execution.started_at,
            finished: execution.finished_at,
        };
        let outcome = words::job(&execution.status, execution.failure_reason.as_deref());
        Self {
            id: execution.id,
            parent: None,
            name: execution.name,
            allowed_to_fail: execution.allow_failure.unwrap_or_default(),
            state: State::new(execution.status, outcome, None, &times),
            times,
            url: web_page(execution.web_url.as_deref()),
        }
    }
}

/// A job that starts another pipeline.
#[derive(Debug, Deserialize)]
pub(super) struct Bridge {
    pub id: u64,
    pub name: String,
    /// True if the pipeline may pass although this job fails.
    pub allow_failure: Option<bool>,
    /// The pipeline it is in.
    pub pipeline: Option<LinkedPipeline>,
    /// The pipeline that it started.
    pub downstream_pipeline: Option<LinkedPipeline>,
}

impl Bridge {
    /// The pipeline that it started, unless that is known to belong to another project. Old servers
    /// do not report the number of the project.
    pub(super) fn child(&self) -> Option<&LinkedPipeline> {
        let child = self.downstream_pipeline.as_ref()?;
        let Some(ours) = &self.pipeline else { return Some(child) };
        let is_ours = match (ours.project_id, child.project_id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => match (ours.project_page(), child.project_page()) {
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => true,
            },
        };
        is_ours.then_some(child)
    }
}

/// A pipeline at one end of a bridge.
#[derive(Debug, Deserialize)]
pub(super) struct LinkedPipeline {
    pub id: u64,
    pub project_id: Option<u64>,
    pub status: Option<String>,
    pub web_url: Option<String>,
}

impl LinkedPipeline {
    /// The URL of the project's page.
    fn project_page(&self) -> Option<&str> {
        Some(self.web_url.as_deref()?.split_once("/-/")?.0)
    }
}

/// The tests of a pipeline.
#[derive(Debug, Deserialize)]
pub(super) struct TestReport {
    pub test_suites: Option<Vec<TestSuite>>,
}

/// The tests of a job.
#[derive(Debug, Deserialize)]
pub(super) struct TestSuite {
    /// The name of the job.
    #[serde(default)]
    pub name: String,
    test_cases: Option<Vec<TestCase>>,
}

impl TestSuite {
    /// The tests that failed.
    pub(super) fn into_failed_tests(self) -> impl Iterator<Item = FailedTest> {
        let cases = self.test_cases.unwrap_or_default().into_iter();
        cases.filter(|case| matches!(case.status.as_str(), "failed" | "error")).map(|case| {
            let recent = case.recent_failures;
            let count = recent.as_ref().and_then(|recent| recent.count);
            let branch = recent.and_then(|recent| recent.base_branch);
            let history = count.zip(branch).map(|(count, branch)| {
                let times = if count == 1 { "once".to_string() } else { format!("{count} times") };
                format!("failed {times} on {branch} in the last 14 days")
            });
            FailedTest::new(case.classname.as_deref(), &case.name, count, history)
        })
    }
}

/// A test.
#[derive(Debug, Deserialize)]
struct TestCase {
    #[serde(default)]
    status: String,
    #[serde(default)]
    name: String,
    classname: Option<String>,
    /// Its failures on the default branch in the last 14 days; only for tests that failed.
    recent_failures: Option<RecentFailures>,
}

/// The failures of a test in the last 14 days.
#[derive(Debug, Deserialize)]
struct RecentFailures {
    count: Option<u64>,
    base_branch: Option<String>,
}
