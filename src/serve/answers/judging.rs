//! Reads what is stored of a branch and judges it, by the code that judges for `flaky status`.

use std::collections::BTreeSet;
use std::time::Duration;

use flaky_ci::judge::{self, Window};
use flaky_ci::run::time_out;
use flaky_ci::{Query, Run, reported};
use flaky_core::verdict::Report;
use jiff::Timestamp;

use crate::serve::store::{Project, Store, StoreError};

/// The number of runs and of test reports that are judged at most: enough for the beats of a monitor.
const MOST_RUNS: usize = 100;
const MOST_REPORTS: usize = 100;
/// The same where a push starts several workflows, and schedules and bots start others.
const MOST_RUNS_OF_WORKFLOWS: usize = 300;
/// The number of runs of no known branch that are looked at.
const MOST_NAMELESS: usize = 100;
/// The pipelines over which flakiness is measured, as `flaky status` does.
const WINDOW: Window = Window { count: 20, since: None };

/// The report on a branch or on all branches of a project, and the time until which it holds unless
/// something changes.
pub(super) async fn judge(
    store: &Store,
    project: &Project,
    git_ref: Option<&str>,
    run_timeout: Duration,
    now: Timestamp,
) -> Result<(Report, Timestamp), StoreError> {
    let many_workflows = project.provider.is_some_and(|provider| provider.info().many_workflows);
    let most = if many_workflows { MOST_RUNS_OF_WORKFLOWS } else { MOST_RUNS };
    let mut runs = store.runs(project.id, git_ref, most).await?;
    if let Some(git_ref) = git_ref {
        let nameless = store.runs(project.id, Some(""), MOST_NAMELESS).await?;
        adopt(&mut runs, nameless, git_ref);
    }
    let until = time_out(&mut runs, run_timeout, now).unwrap_or(Timestamp::MAX);
    let reports = store.reports(project.id, git_ref, MOST_REPORTS).await?;
    let of_reports = reported::runs(project.provider, &project.name, &runs, &reports);
    runs.extend(of_reports);
    let query = Query {
        git_ref: git_ref.map(ToString::to_string),
        all_branches: git_ref.is_none(),
        ..Query::new(&project.name)
    };
    let mut report = judge::judge(runs, &query, WINDOW);
    report.provider = project.provider.map(|provider| provider.info().name.to_string());
    report.subject = Some(project.name.clone());
    Ok((report, until))
}

/// Adds the runs of no known branch that are about the same commits. The statuses of Gitea name no
/// branch, for example.
fn adopt(runs: &mut Vec<Run>, nameless: Vec<Run>, git_ref: &str) {
    let commits: BTreeSet<String> = runs.iter().filter_map(|run| run.sha.clone()).collect();
    let is_about = |run: &Run| run.sha.as_ref().is_some_and(|sha| commits.contains(sha));
    for mut run in nameless.into_iter().filter(is_about) {
        run.kind.git_ref = Some(git_ref.to_string());
        runs.push(run);
    }
}
