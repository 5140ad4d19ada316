//! `/tests`: the flaky tests of a project as JSON, from the test reports that were posted.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use flaky_ci::reported::{FlakyTest, Ranking};
use jiff::Timestamp;
use serde::Serialize;
use tokio::task;
use utoipa::ToSchema;

use super::request::{Parameters, Rest, no_project};
use crate::serve::answers::List;
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};
use crate::serve::store::{StoreError, StoredResults};

/// The number of posted reports that are counted at most, and of tests that are listed.
const MOST_REPORTS: usize = 100;
const MOST_TESTS: usize = 200;

/// The flaky tests of a project.
#[derive(Serialize, ToSchema)]
pub(super) struct FlakyTests<'a> {
    /// The project.
    project: &'a str,
    /// The branch or tag; null for all.
    #[serde(rename = "ref")]
    git_ref: Option<&'a str>,
    /// The number of test reports behind this list, the newest.
    reports: usize,
    /// The tests, those that are surely the most flaky first.
    tests: Vec<Ranked>,
}

/// A flaky test.
#[derive(Serialize, ToSchema)]
struct Ranked {
    /// Its class and name.
    test: String,
    /// The number of commits with a result of it.
    n: usize,
    /// The number of those on which it failed and passed.
    flaky: usize,
    /// The number of those on which it only failed.
    failed: usize,
    /// The flake rate, from 0 to 1.
    rate: f64,
    /// The ends of the 95 % confidence interval of the rate.
    #[schema(value_type = Vec<f64>)]
    interval: (f64, f64),
    /// When it last failed, in RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    last_failed: Timestamp,
}

impl From<FlakyTest> for Ranked {
    fn from(one: FlakyTest) -> Self {
        let FlakyTest { test, n, flaky, failed, rate, interval, last_failed } = one;
        Self { test, n, flaky, failed, rate, interval, last_failed }
    }
}

/// The flaky tests of a project, the worst first.
///
/// They are known from test reports that were posted. A test is flaky on a commit if it failed and
/// passed there.
#[utoipa::path(
    get,
    path = "/tests/{*project}",
    tag = "runs",
    params(
        ("project" = String, Path, description = "Its path on its platform and .json, such as group/project.json"),
        ("ref" = Option<String>, Query, description = "A branch or tag; else all"),
    ),
    responses(
        (status = 200, description = "The tests", body = FlakyTests),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "There is no such project", body = Refusal),
    )
)]
pub(super) async fn of_project(
    State(app): State<Arc<App>>,
    Rest(path): Rest,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = path.strip_suffix(".json").unwrap_or(&path);
    let git_ref = parameters.git_ref()?;
    let topic = app.answers.directory().find(name).ok_or_else(|| no_project(name))?;
    let make = async || {
        let stored = match topic.project() {
            Some(project) => app.store.results(project.id, git_ref, MOST_REPORTS).await?,
            None => Vec::new(),
        };
        let reports = stored.len();
        // A long list of tests would delay others.
        let ranked = task::spawn_blocking(move || ranked(&stored)).await;
        let tests = ranked
            .unwrap_or_else(|_| Err(StoreError::temporary("the tests could not be counted")))?;
        let list = FlakyTests { project: name, git_ref, reports, tests };
        Ok(serde_json::to_vec(&list).expect("texts and numbers"))
    };
    Ok(app.answers.list(&topic, git_ref, List::Tests, make).await?.response(&headers))
}

/// The flaky tests of posted reports, newest first, the worst first.
fn ranked(reports: &[StoredResults]) -> Result<Vec<Ranked>, StoreError> {
    let mut ranking = Ranking::default();
    for (number, one) in reports.iter().enumerate() {
        // A report about nothing in particular is about a commit of its own.
        let of = one.of.clone().unwrap_or_else(|| format!("report {number}"));
        ranking.add(&of, one.at, one.read()?);
    }
    Ok(ranking.flaky_tests().into_iter().take(MOST_TESTS).map(Ranked::from).collect())
}
