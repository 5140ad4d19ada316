//! Selects the runs that determine the verdict, and builds the report.
//!
//! ```text
//! pages of a list ─> list ──┐
//!                           ├─> selection ─> only_jobs ─> decide ─> Report
//! stored runs ─────> order ─┘
//! ```
//!
//! Runs that are fetched and runs that a server has stored are selected and judged by the same code.

mod built;
mod latest;
mod list;
mod only_jobs;
mod order;
mod selection;
mod siblings;
mod wording;

use std::collections::BTreeSet;

use crate::failed_test::FailedTest;
use crate::flakiness::{self, FlakinessReport, latest_attempts};
use crate::run::{self, Outcome, Run, RunId};
use crate::{
    Client, FetchError, FetchErrorKind, Provider, Query, Target, failed_test, gitlab, recent,
};
use built::Built;
use flaky_core::verdict::{Report, Verdict};
pub use latest::{FetchedRuns, fetch_run, fetch_runs};
use list::RunList;
pub use selection::Window;
use selection::{LeftOut, Rules, Selection};
use siblings::verdict_of_others;

/// A report, and the error if it is incomplete.
#[derive(Debug)]
pub struct Judgement {
    /// The report.
    pub report: Report,
    /// The first error of fetching jobs, child pipelines, earlier attempts or older runs. The flakiness
    /// may be greater than measured, and the verdict worse if child pipelines could not be fetched.
    pub incomplete: Option<FetchError>,
}

/// Fetches the latest runs and builds a report. Flakiness is measured over the `window`; the verdict is
/// that of the latest runs with a result, even if they are older.
///
/// # Errors
/// Fails if the runs that determine the verdict cannot be fetched, or none has the job of the query.
pub async fn fetch(
    provider: Provider,
    client: &Client,
    mut target: Target,
    window: Window,
) -> Result<Judgement, FetchError> {
    let none_yet = wording::none_yet(&target.query);
    provider.resolve(client, &mut target).await?;
    let rules = Rules::new(&target.query, window, provider.info().many_workflows);
    let RunList { runs, left_out, incomplete } =
        list::read(provider, client, &target, &rules).await?;
    let mut selection = rules.select(runs, left_out);
    let failure = provider.enrich(client, &target, &mut selection.runs).await;
    // Without its jobs, the latest run would silently be left out.
    let is_missing = |error: &FetchError| error.kind != FetchErrorKind::TooManyPages;
    if target.query.job.is_some()
        && let Some(error) = failure.clone().filter(is_missing)
    {
        return Err(error);
    }
    let (mut report, decisive) = report(selection, &target.query, none_yet)?;
    if let Some(run) = decisive.filter(|_| report.verdict == Verdict::Failed) {
        match provider.failed_tests(client, &target, run).await {
            Ok(tests) => failed_test::add(&mut report, tests),
            // The run has no report, or not for this token.
            Err(error) if error.is_denied() => {}
            Err(error) => report.notes.push(format!("the failed tests are not known: {error}")),
        }
    }
    Ok(Judgement { report, incomplete: incomplete.or(failure) })
}

/// Judges stored runs of one branch, or of all branches: in any order, with earlier attempts and runs
/// for any event, and with several reports of one run. They are selected as if they were fetched; a
/// verdict on jobs that no run has is unknown. Runs of forks count if the query names their branch.
pub fn judge(runs: Vec<Run>, query: &Query, window: Window) -> Report {
    let mut known = Vec::new();
    run::add(&mut known, runs);
    known.iter_mut().for_each(gitlab::judge_blocked);
    order::newest_first(&mut known);
    let (mut latest, earlier) = order::split_attempts(known);
    let of_forks = latest.extract_if(.., |run| query.git_ref.is_none() && run.is_of_fork());
    let left_out = LeftOut { forks: of_forks.count(), is_long: false };
    let many_workflows = latest.iter().any(|run| run.key.provider.info().many_workflows);
    let mut selection = Rules::new(query, window, many_workflows).select(latest, left_out);
    let ids: BTreeSet<RunId> = selection.runs.iter().map(|run| run.key.id.clone()).collect();
    selection.runs.extend(earlier.into_iter().filter(|run| ids.contains(&run.key.id)));
    match report(selection, query, wording::none_yet(query)) {
        Ok((report, _)) => report,
        Err(error) => Report::new(Verdict::Unknown, error.message),
    }
}

/// The report on the selected runs, and the number of the run that decides. `none_yet` is the reason if
/// there are none.
///
/// # Errors
/// Fails if no run has the job of the query.
fn report(
    selection: Selection,
    query: &Query,
    none_yet: String,
) -> Result<(Report, Option<u64>), FetchError> {
    let Selection { mut runs, older, notes } = selection;
    if let Some(job) = query.job.as_deref() {
        only_jobs::keep(&mut runs, job)?;
    }
    let is_measured = |run: &&Run| !older.contains(&run.key.id);
    let measured: Vec<Run> = runs.iter().filter(is_measured).cloned().collect();
    let (mut report, decisive) = decide(&runs, &flakiness::measure(&measured), query);
    if runs.is_empty() {
        let clauses = [none_yet].into_iter().chain(notes.iter().cloned());
        report.reason = clauses.collect::<Vec<_>>().join("; ");
    }
    report.notes.splice(0..0, notes);
    Ok((report, decisive))
}

/// The report on `runs`, newest first, with the measured `flakiness`, and the number of the run that
/// decides.
fn decide(runs: &[Run], flakiness: &FlakinessReport, query: &Query) -> (Report, Option<u64>) {
    let all = latest_attempts(runs);
    let mut seen: Vec<Run> =
        all.iter().copied().filter(|run| !run.state.outcome.never_ran).cloned().collect();
    let current_run = query.current_run();
    let is_current = |run: &Run| current_run.is_some() && run.key.id.number() == current_run;
    // With a job in the query, that job tells whether it is finished.
    let current_job = query.current_job.as_ref().filter(|_| query.job.is_none());
    if let Some((job, at)) = current_job.zip(seen.iter().position(is_current)) {
        match verdict_of_others(&seen[at], job) {
            Some(verdict) => {
                seen[at].state.outcome = Outcome::new(verdict);
                seen[at].state.word = verdict.word().to_string();
            }
            None if at == 0 => seen.retain(|run| run.state.is_finished()),
            None => drop(seen.remove(at)),
        }
    }
    let built = Built::new(&seen);
    let may_decide: Vec<&Run> = seen.iter().filter(|run| built.lets_decide(run)).collect();
    let (deciding, cancelled) = pass_over(may_decide, query);
    let Some(first) = deciding.first() else {
        let report = match all.first() {
            None => Report::new(Verdict::Unknown, wording::none_yet(query)),
            Some(run) if run.state.outcome.never_ran => {
                Report::new(Verdict::Stopped, wording::never_ran(run))
            }
            Some(_) => Report::new(Verdict::Unknown, "no pipeline has finished yet"),
        };
        return (report, None);
    };
    let job = query.job.as_deref();
    let (mut report, decisive) = report_on(&of_one_commit(&deciding, first), flakiness, job);
    if report.verdict == Verdict::Failed {
        failed_test::add(&mut report, failed_tests(&seen, first));
    }
    report.notes.extend(wording::passed_over(cancelled));
    if report.verdict == Verdict::Running {
        let finished = deciding.iter().copied().filter(|run| run.state.is_finished()).collect();
        let (finished, _) = pass_over(finished, query);
        report.before = finished
            .first()
            .map(|first| report_on(&of_one_commit(&finished, first), flakiness, job).0.verdict);
    }
    report.recent = recent::beats(&seen, &report.evidence);
    report.since = recent::since(&report.recent);
    (report, decisive)
}

/// The tests that failed on the commit of the first run, in its latest reports.
fn failed_tests(seen: &[Run], first: &Run) -> Vec<FailedTest> {
    let is_ours = |run: &&Run| run.key == first.key || is_same_commit(run, first);
    let reports = seen.iter().filter(|run| run.is_of_reports()).find(is_ours);
    let failed = reports.into_iter().flat_map(|run| &run.tests.failed);
    failed
        .map(|(test, failures)| FailedTest::new(None, test, u64::try_from(*failures).ok(), None))
        .collect()
}

/// Leaves out cancelled runs that are newer than the first run with a result, or about the same
/// commit, unless the query is for the latest run. Also returns their number.
fn pass_over<'a>(runs: Vec<&'a Run>, query: &Query) -> (Vec<&'a Run>, usize) {
    // The verdict on the current run is that of its jobs; the run itself was not cancelled.
    let is_current =
        |run: &Run| run.key.id.number().is_some_and(|id| Some(id) == query.current_run());
    let was_cancelled = |run: &Run| run.verdict() == Verdict::Stopped && !is_current(run);
    let decides = |run: &&Run| run.verdict() != Verdict::Unknown && !was_cancelled(run);
    let Some(at) = runs.iter().position(decides).filter(|_| !query.latest) else {
        return (runs, 0);
    };
    let (first, all) = (runs[at], runs.len());
    let is_left_out =
        |(i, run): &(usize, &Run)| was_cancelled(run) && (*i < at || is_same_commit(run, first));
    let left: Vec<&Run> =
        runs.into_iter().enumerate().filter(|one| !is_left_out(one)).map(|(_, run)| run).collect();
    let cancelled = all - left.len();
    (left, cancelled)
}

/// Returns true if two runs are known to be about the same commit on the same branch.
fn is_same_commit(run: &Run, other: &Run) -> bool {
    run.sha.is_some() && run.sha == other.sha && run.kind.git_ref == other.kind.git_ref
}

/// The latest run of each workflow on the commit of the first run.
fn of_one_commit<'a>(runs: &[&'a Run], first: &'a Run) -> Vec<&'a Run> {
    let mut workflows = BTreeSet::from([first.kind.workflow]);
    let mut chosen = vec![first];
    for run in runs {
        if is_same_commit(run, first) && workflows.insert(run.kind.workflow) {
            chosen.push(run);
        }
    }
    chosen
}

/// The report on the runs of one commit, or on the jobs of them that match `job`: the most severe
/// verdict counts. Also returns the number of the run that has it.
fn report_on(
    chosen: &[&Run],
    measured: &FlakinessReport,
    job: Option<&str>,
) -> (Report, Option<u64>) {
    let gravest = chosen.iter().max_by_key(|run| run.verdict());
    let run = gravest.expect("at least the first");
    let is_flaky = run.verdict() == Verdict::Passed && measured.flaky() > 0;
    let verdict = if is_flaky { Verdict::Flaky } else { run.verdict() };
    let reason = match job {
        Some(job) => wording::reason_of_jobs(job, verdict, run, chosen, measured),
        None => wording::reason(verdict, run, chosen, measured),
    };
    let notes = wording::workflows(verdict, run, chosen).into_iter().collect();
    let (evidence, flakiness) = (measured.evidence.clone(), measured.flakiness.clone());
    let report = Report { evidence, flakiness, notes, ..Report::new(verdict, reason) };
    (report, run.key.id.number())
}

#[cfg(test)]
mod tests;
