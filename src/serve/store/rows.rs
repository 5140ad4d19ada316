//! Rows and their values, as both engines exchange them with the rest.
//!
//! No column is NULL: an empty text or 0 stands for none. So a comparison with it uses an index in
//! either engine. Times are microseconds since 1970, which is what PostgreSQL's own times resolve.

use flaky_ci::junit::{ReportedTests, TestResult};
use flaky_ci::run::{RunId, RunKey};
use flaky_ci::{Provider, Run};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{PostedTests, Project, StoreError, StoredResults, deflated};

/// A value in a row, or of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

/// A row, read from left to right.
#[derive(Debug)]
pub(super) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    pub(super) fn int(&mut self) -> Result<i64, StoreError> {
        match self.0.next() {
            Some(Value::Int(int)) => Ok(int),
            _ => Err(StoreError::unreadable("a number")),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(StoreError::unreadable("a text")),
        }
    }

    pub(super) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.0.next() {
            Some(Value::Blob(blob)) => Ok(blob),
            _ => Err(StoreError::unreadable("bytes")),
        }
    }

    fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        self.text().map(|text| (!text.is_empty()).then_some(text))
    }

    fn time(&mut self) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.int()?).map_err(|_| StoreError::unreadable("a time"))
    }
}

/// A row of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProjectRow {
    pub project: Project,
    /// The time of the newest run with which the default branch was told; 0 for none.
    pub branch_told: i64,
}

impl ProjectRow {
    pub(super) fn provider_text(&self) -> &'static str {
        self.project.provider.map_or("", |provider| provider.info().name)
    }

    pub(super) fn branch_text(&self) -> &str {
        self.project.default_branch.as_deref().unwrap_or_default()
    }
}

/// A row of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunRow {
    /// The number of its project.
    pub project: i64,
    /// The key as a text; see [`key_text`].
    pub key: String,
    pub git_ref: String,
    /// Its workflow and trigger. The newest run of each kind is kept.
    pub kind: String,
    /// The time by which runs are sorted.
    pub created: i64,
    /// The numbers by which runs of the same time are sorted.
    pub number: i64,
    pub attempt: i64,
    pub is_finished: bool,
    /// The run itself, as JSON.
    pub body: String,
    /// True if the stored row has the same place in every order of rows.
    pub is_in_place: bool,
}

impl RunRow {
    pub(super) fn new(project: i64, key: String, created: i64, run: &Run) -> Self {
        Self {
            project,
            key,
            git_ref: run.kind.git_ref.clone().unwrap_or_default(),
            kind: json(&(run.kind.workflow, run.kind.trigger)),
            created,
            number: number(run.key.id.number().unwrap_or_default()),
            attempt: number(run.key.attempt),
            is_finished: run.state.is_finished(),
            body: json(run),
            is_in_place: false,
        }
    }
}

/// The identity of a run within its project. Different keys have different texts.
pub(super) fn key_text(key: &RunKey) -> String {
    let (provider, attempt, project) = (key.provider.info().name, key.attempt, &key.project);
    match &key.id {
        RunId::Number(number) => format!("{provider} {number} {attempt} {project}"),
        RunId::Commit(sha) => format!("{provider} commit {sha} {attempt} {project}"),
        RunId::Latest => format!("{provider} latest {attempt} {project}"),
        RunId::LastFinished => format!("{provider} finished {attempt} {project}"),
        RunId::Reports(of) => format!("{provider} reports {of} {attempt} {project}"),
    }
}

/// The time by which a run is sorted, if it tells one. That of its state would not do: a merged state
/// may have none although a part had one.
pub(super) fn time_of(run: &Run) -> Option<i64> {
    let times = run.times;
    let time = times.created.or(times.started).or(times.finished);
    time.map(Timestamp::as_microsecond)
}

/// A row of a posted test report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportRow {
    /// The number of its project.
    pub project: i64,
    pub digest: Vec<u8>,
    pub git_ref: String,
    /// Its run, or else its commit.
    pub about: String,
    pub at: i64,
    /// What is judged, as JSON.
    pub summary: String,
    /// The result of every test, as deflated JSON.
    pub results: Vec<u8>,
}

impl ReportRow {
    pub(super) fn new(project: i64, tests: &PostedTests) -> Self {
        let report = &tests.report;
        Self {
            project,
            digest: tests.digest.to_vec(),
            git_ref: report.git_ref.clone().unwrap_or_default(),
            about: report.run.clone().or_else(|| report.sha.clone()).unwrap_or_default(),
            at: report.at.as_microsecond(),
            summary: json(report),
            results: deflated::deflate(json(&tests.results).as_bytes()),
        }
    }
}

/// Reads a row of `id, name, provider, default_branch, heard, seq`.
pub(super) fn project(row: &mut Row) -> Result<Project, StoreError> {
    Ok(Project {
        id: row.int()?,
        name: row.text()?,
        provider: provider(&row.text()?)?,
        default_branch: row.optional_text()?,
        heard: row.time()?,
        seq: row.int()?,
    })
}

/// The same, then `branch_told`.
pub(super) fn project_row(row: &mut Row) -> Result<ProjectRow, StoreError> {
    Ok(ProjectRow { project: project(row)?, branch_told: row.int()? })
}

/// Reads a row of `body`.
pub(super) fn run(row: &mut Row) -> Result<Run, StoreError> {
    run_of(&row.text()?)
}

/// Reads a row of a project, then `body`.
pub(super) fn project_and_run(row: &mut Row) -> Result<(Project, Run), StoreError> {
    Ok((project(row)?, run(row)?))
}

/// Reads a row of `summary`.
pub(super) fn report(row: &mut Row) -> Result<ReportedTests, StoreError> {
    parsed(row.text()?.as_bytes(), "a test report")
}

/// Reads a row of `about, at, results`.
pub(super) fn results(row: &mut Row) -> Result<StoredResults, StoreError> {
    Ok(StoredResults { of: row.optional_text()?, at: row.time()?, deflated: row.blob()? })
}

/// Reads a row of two numbers.
pub(super) fn pair(row: &mut Row) -> Result<(i64, i64), StoreError> {
    Ok((row.int()?, row.int()?))
}

/// The run of a body.
pub(super) fn run_of(body: &str) -> Result<Run, StoreError> {
    parsed(body.as_bytes(), "a run")
}

/// The results of tests in deflated JSON.
pub(super) fn test_results(blob: &[u8]) -> Result<Vec<TestResult>, StoreError> {
    let bytes =
        deflated::inflate(blob).ok_or_else(|| StoreError::unreadable("results of tests"))?;
    parsed(&bytes, "results of tests")
}

fn provider(text: &str) -> Result<Option<Provider>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_it = |provider: &Provider| provider.info().name == text;
    Provider::ALL
        .into_iter()
        .find(is_it)
        .map(Some)
        .ok_or_else(|| StoreError::unreadable("a platform"))
}

fn parsed<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::unreadable(expected))
}

/// Runs and test reports have keys that are texts, and so become JSON without fail.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Numbers are for sorting only; one that is too large is the largest.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
