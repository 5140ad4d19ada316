//! Posted test reports as runs, which are judged and measured like those of a CI system.
//!
//! ```text
//! JUnit XML ─> TestReports ─> ReportedTests ─> runs ─> flakiness, judge
//! a post       its tests      what is kept     one for each run or commit
//! ```
//!
//! - The reports of one run, or else of one commit, are one run here, and each report is a job. Reports
//!   with the same name are retries of one job, in the order in which their tests started. One without a
//!   name stands for itself: the shards of a run do not hide each other's failures.
//! - A report that names a known pipeline is about the pipeline's commit and branch; one that names a
//!   known commit is about that commit's branch.
//! - Where a pipeline built the commit, the pipeline decides: it knows which of its tests may fail.
//!   Reports decide about commits without a pipeline. The tests that flaked are evidence in both cases.
//!
//! [`Ranking`] compares the results of single tests over many reports.

mod ranking;

use std::collections::BTreeMap;

use crate::Provider;
use crate::junit::ReportedTests;
use crate::run::{Job, Outcome, Run, RunId, RunKey, State, Times, gravest};
use flaky_core::verdict::Verdict;

pub use ranking::{FlakyTest, Ranking};

/// The number of the workflow that all posted reports belong to. No platform uses it.
const WORKFLOW: u64 = 0;
/// The name of that workflow.
const NAME: &str = "tests";

/// The runs that posted reports are about, in no order. `pipelines` are the runs of CI systems that they
/// may belong to; `provider` is the platform of the project, if there is one.
pub fn runs(
    provider: Option<Provider>,
    project: &str,
    pipelines: &[Run],
    reports: &[ReportedTests],
) -> Vec<Run> {
    let known = Pipelines::new(pipelines);
    let mut sorted: Vec<&ReportedTests> = reports.iter().collect();
    sorted.sort_unstable_by_key(|report| (report.began(), *report));
    sorted.dedup();
    let mut groups: BTreeMap<RunId, Vec<(u64, &ReportedTests)>> = BTreeMap::new();
    // The numbers of jobs grow with time, also from run to run.
    for (number, report) in (1..).zip(sorted) {
        groups.entry(id(report)).or_default().push((number, report));
    }
    // Without a platform, it is as with a server of which no more is known than a state.
    let provider = provider.unwrap_or(Provider::Endpoint);
    let key = |id| RunKey { provider, project: project.to_string(), id, attempt: 1 };
    groups.into_iter().filter_map(|(id, reports)| run(&key(id), &reports, &known)).collect()
}

/// The run of some reports, oldest first. The last report of each name decides. A test has failed if it
/// did in one of those, and has flaked if it did in any.
fn run(key: &RunKey, reports: &[(u64, &ReportedTests)], known: &Pipelines<'_>) -> Option<Run> {
    let parts = reports.iter().map(|(_, report)| about(report, known.of(report), key.clone()));
    let mut run = parts.reduce(Run::merge)?;
    run.add_jobs(reports.iter().map(|(number, report)| job(report, *number)));
    if let Some(job) = gravest(&run.jobs) {
        run.state = State { as_of: run.state.as_of, ..job.state.clone() };
    }
    let mut last: BTreeMap<String, &ReportedTests> = BTreeMap::new();
    for (number, report) in reports {
        last.insert(name(report, *number), report);
        add(&mut run.tests.flaked, &report.flaked);
    }
    for report in last.into_values() {
        add(&mut run.tests.failed, &report.failed);
    }
    Some(run)
}

/// The run that a report is about, or else the commit. Reports that name neither are of one run if they
/// arrived at the same time.
fn id(report: &ReportedTests) -> RunId {
    let named = report.run.clone().or_else(|| report.sha.clone());
    RunId::Reports(named.unwrap_or_else(|| report.at.to_string()))
}

/// What a report and its pipeline say of its run.
fn about(report: &ReportedTests, pipeline: Option<&Run>, key: RunKey) -> Run {
    let mut run = Run::new(key, state(report));
    let of_pipeline = pipeline.map(|pipeline| (pipeline.sha.clone(), pipeline.kind.clone()));
    let (sha, kind) = of_pipeline.unwrap_or_else(|| (None, run.kind.clone()));
    run.sha = sha.or_else(|| report.sha.clone());
    run.kind.git_ref = kind.git_ref.or_else(|| report.git_ref.clone());
    run.kind.trigger = kind.trigger;
    run.kind.workflow = Some(WORKFLOW);
    run.workflow_name = Some(NAME.to_string());
    // It stands beside its pipeline, however late it arrives.
    let created = pipeline.and_then(Run::beginning).unwrap_or(report.began());
    run.times = Times { created: Some(created), started: None, finished: Some(report.at) };
    run
}

/// A report that flaked has passed; its tests are the evidence.
fn state(report: &ReportedTests) -> State {
    let verdict = match report.verdict {
        Verdict::Flaky => Verdict::Passed,
        verdict => verdict,
    };
    State { word: report.reason.clone(), outcome: Outcome::new(verdict), as_of: Some(report.at) }
}

fn job(report: &ReportedTests, id: u64) -> Job {
    Job {
        id,
        parent: None,
        name: name(report, id),
        allowed_to_fail: false,
        state: state(report),
        times: Times { finished: Some(report.at), ..Times::default() },
        url: None,
    }
}

/// The name of a report among those of its run.
fn name(report: &ReportedTests, number: u64) -> String {
    report.name.clone().unwrap_or_else(|| format!("{NAME} {number}"))
}

fn add(known: &mut BTreeMap<String, usize>, tests: &[(String, usize)]) {
    for (test, failures) in tests {
        *known.entry(test.clone()).or_default() += failures;
    }
}

/// The runs of a CI system, by what reports name. Of several runs, one for a change is preferred.
struct Pipelines<'a> {
    by_number: BTreeMap<u64, &'a Run>,
    /// By commit, and by commit and branch.
    by_commit: BTreeMap<(&'a str, Option<&'a str>), &'a Run>,
}

impl<'a> Pipelines<'a> {
    fn new(runs: &'a [Run]) -> Self {
        let mut runs: Vec<&Run> = runs.iter().filter(|run| !run.is_of_reports()).collect();
        runs.sort_by_key(|run| (!run.kind.trigger.is_change(), &run.key));
        let (mut by_number, mut by_commit) = (BTreeMap::new(), BTreeMap::new());
        for run in runs {
            if let Some(number) = run.key.id.number() {
                by_number.entry(number).or_insert(run);
            }
            if let Some(sha) = run.sha.as_deref() {
                by_commit.entry((sha, None)).or_insert(run);
                by_commit.entry((sha, run.kind.git_ref.as_deref())).or_insert(run);
            }
        }
        Self { by_number, by_commit }
    }

    /// The run that a report is about.
    fn of(&self, report: &ReportedTests) -> Option<&'a Run> {
        let number = report.run.as_deref().and_then(|run| run.parse().ok());
        let by_number = number.and_then(|number: u64| self.by_number.get(&number));
        let by_commit = || {
            let commit = (report.sha.as_deref()?, report.git_ref.as_deref());
            self.by_commit.get(&commit)
        };
        by_number.or_else(by_commit).copied()
    }
}

#[cfg(test)]
mod tests;
