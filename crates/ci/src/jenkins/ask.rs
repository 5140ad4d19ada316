//! Requests to Jenkins.

use super::wire::{Job, TestReport, run_of_color};
use crate::failed_test::FailedTest;
use crate::{Client, FetchError, FetchErrorKind, PageRequest, RunPage, Target};

/// The maximum number of builds per request.
const MAX_PAGE: usize = 200;
/// The parts of a build's test report that are read.
const TESTS: &str = "suites[cases[className,name,status,age,failedSince]],\
                     childReports[result[suites[cases[className,name,status,age,failedSince]]]]";

/// Fetches a page of builds. For a job that lists no builds, its colour gives the state.
pub(crate) async fn runs(
    client: &Client,
    target: &Target,
    page: PageRequest,
) -> Result<RunPage, FetchError> {
    let size = page.size(MAX_PAGE);
    let (from, to) = ((page.page - 1) * size, page.page * size);
    let tree = format!(
        "color,lastCompletedBuild[number,result,url,timestamp,duration],\
         allBuilds[number,result,building,url,timestamp,duration,\
         actions[lastBuiltRevision[SHA1],remoteUrls]]{{{from},{to}}}"
    );
    let response = client.get(target.url(&["api", "json"], &[("tree", Some(&tree))])).await?;
    let Job { color, builds, last } = response.json()?;
    let project = &target.project;
    let is_disabled = color.as_deref().is_some_and(|color| color.starts_with("disabled"));
    match (builds, color) {
        (Some(builds), _) if !is_disabled => {
            let more = builds.len() == size;
            let runs = builds.into_iter().map(|build| build.into_run(project)).collect();
            Ok(RunPage { runs, more, ..RunPage::default() })
        }
        (_, Some(color)) => {
            let last = last.filter(|_| !is_disabled).map(|build| build.into_run(project));
            let runs = run_of_color(project, &color).into_iter().chain(last).collect();
            Ok(RunPage { runs, ..RunPage::default() })
        }
        (_, None) => {
            let message = format!("{project} is a folder of jobs");
            Err(FetchError::new(FetchErrorKind::FolderOfJobs, message))
        }
    }
}

/// Fetches the tests that failed in a build.
pub(crate) async fn failed_tests(
    client: &Client,
    target: &Target,
    build: u64,
) -> Result<Vec<FailedTest>, FetchError> {
    let path = [&build.to_string(), "testReport", "api", "json"];
    let response = client.get(target.url(&path, &[("tree", Some(TESTS))])).await?;
    Ok(response.json::<TestReport>()?.into_failed_tests())
}
