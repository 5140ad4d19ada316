//! Selects the runs that determine the verdict, and builds the report.

use std::collections::BTreeSet;

use crate::flakiness::{self, FlakinessReport, latest_attempts};
use crate::query::CurrentJob;
use crate::run::{self, Job, Outcome, Run, executions};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target, recent};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Report, Verdict};

/// The maximum number of pages that are read to find enough finished runs.
const MAX_PAGES: usize = 5;
/// The maximum number of failed jobs named in a reason.
const MAX_NAMED: usize = 3;
/// The maximum length of a server's words in messages, in characters.
const LONGEST_WORD: usize = 40;

/// A report, and the error if it is incomplete.
#[derive(Debug)]
pub struct Judgement {
    /// The report.
    pub report: Report,
    /// The first error of fetching evidence of flakiness. The verdict does not depend on it.
    pub incomplete: Option<FetchError>,
}

/// Fetches the latest runs and builds a report. Flakiness is measured over the last `count`
/// finished runs.
///
/// # Errors
/// Fails if the runs that determine the verdict cannot be fetched.
pub async fn fetch(
    provider: Provider,
    client: &Client,
    mut target: Target,
    count: usize,
) -> Result<Judgement, FetchError> {
    provider.resolve(client, &mut target).await?;
    let first = PageRequest { page: 1, useful: count };
    let RunPage { mut runs, mut more } = provider.runs(client, &target, first).await?;
    let mut incomplete = None;
    for page in 2..=MAX_PAGES {
        let useful = runs.iter().filter(|run| run.is_useful()).count();
        if !more || useful >= count {
            break;
        }
        match provider.runs(client, &target, PageRequest { page, useful: count }).await {
            Ok(older) => {
                run::add(&mut runs, older.runs);
                more = older.more;
            }
            // The latest runs have been fetched, and they determine the verdict.
            Err(error) => {
                incomplete = Some(error);
                break;
            }
        }
    }
    keep(&mut runs, count);
    let failure = provider.enrich(client, &target, &mut runs).await;
    let report = judge(&runs, target.query.current_job.as_ref());
    Ok(Judgement { report, incomplete: incomplete.or(failure) })
}

/// Keeps the runs up to the `count`-th useful one, and all of the latest commit.
fn keep(runs: &mut Vec<Run>, count: usize) {
    let latest = runs.iter().find(|run| !run.state.outcome.never_ran).map(|run| run.sha.clone());
    let mut useful = 0;
    runs.retain(|run| {
        let is_kept = useful < count || Some(&run.sha) == latest.as_ref();
        useful += usize::from(run.is_useful());
        is_kept
    });
}

/// The report on `runs`, newest first.
pub fn judge(runs: &[Run], current_job: Option<&CurrentJob>) -> Report {
    let flakiness = flakiness::measure(runs);
    let all = latest_attempts(runs);
    let mut seen: Vec<Run> =
        all.iter().copied().filter(|run| !run.state.outcome.never_ran).cloned().collect();
    let current_run = current_job.and_then(|job| job.run);
    let is_current = |run: &Run| current_run.is_some() && run.key.id.number() == current_run;
    if let Some((job, at)) = current_job.zip(seen.iter().position(is_current)) {
        match verdict_of_others(&seen[at], job) {
            Some(verdict) => seen[at].state.outcome = Outcome::new(verdict),
            None if at == 0 => seen.retain(|run| run.state.is_finished()),
            None => drop(seen.remove(at)),
        }
    }
    let Some(first) = seen.first() else {
        return match all.first() {
            None => Report::new(Verdict::Unknown, "there is no pipeline yet"),
            Some(run) if run.state.outcome.never_ran => {
                let word = sanitize(&run.state.word, LONGEST_WORD);
                Report::new(Verdict::Stopped, format!("{} is {word}", name(run)))
            }
            Some(_) => Report::new(Verdict::Unknown, "no pipeline has finished yet"),
        };
    };
    let mut report = report_on(&of_one_commit(&seen, first), &flakiness);
    if report.verdict == Verdict::Running {
        let finished: Vec<Run> =
            seen.iter().filter(|run| run.state.is_finished()).cloned().collect();
        report.before = finished
            .first()
            .map(|first| report_on(&of_one_commit(&finished, first), &flakiness).verdict);
    }
    report.recent = recent::beats(&seen, &report.evidence);
    report.since = recent::since(&report.recent);
    report
}

/// The latest run of each workflow on the commit of the first run.
fn of_one_commit<'a>(runs: &'a [Run], first: &'a Run) -> Vec<&'a Run> {
    let mut workflows = BTreeSet::from([first.kind.workflow]);
    let mut chosen = vec![first];
    for run in runs {
        let is_same =
            first.sha.is_some() && run.sha == first.sha && run.kind.git_ref == first.kind.git_ref;
        if is_same && workflows.insert(run.kind.workflow) {
            chosen.push(run);
        }
    }
    chosen
}

/// The report on the runs of one commit: the most severe verdict counts.
fn report_on(chosen: &[&Run], measured: &FlakinessReport) -> Report {
    let gravest = chosen.iter().max_by_key(|run| run.verdict());
    let run = gravest.expect("at least the first");
    let is_flaky = run.verdict() == Verdict::Passed && measured.flaky() > 0;
    let verdict = if is_flaky { Verdict::Flaky } else { run.verdict() };
    let name = name(run);
    let word = sanitize(&run.state.word, LONGEST_WORD);
    let reason = match verdict {
        Verdict::Flaky => measured.reason().unwrap_or_else(|| format!("{name} is flaky")),
        Verdict::Passed => match measured.reason() {
            Some(counts) => format!("{name} passed; flaky: {counts}"),
            None => format!("{name} passed"),
        },
        Verdict::Failed => format!("{name} failed{}", failed_jobs(run)),
        Verdict::Running => format!("{name} is running"),
        Verdict::Stopped => format!("{name} is {word}"),
        Verdict::Unknown => format!("{name} has the unknown status {word:?}"),
    };
    let (evidence, flakiness) = (measured.evidence.clone(), measured.flakiness.clone());
    Report { evidence, flakiness, ..Report::new(verdict, reason) }
}

/// The name of a run in a sentence.
fn name(run: &Run) -> String {
    match run.key.id.number() {
        None => "the last pipeline".to_string(),
        Some(number) => format!("pipeline {number}"),
    }
}

/// The jobs that made a run fail, as the end of a sentence: ": job `unit`".
fn failed_jobs(run: &Run) -> String {
    let all = executions(run.jobs());
    let failed = all.iter().filter_map(|(name, executions)| {
        let last = executions.last()?;
        (last.verdict() == Verdict::Failed && last.is_required()).then_some(*name)
    });
    let names: Vec<String> =
        failed.map(|name| format!("`{}`", sanitize(name, LONGEST_WORD))).collect();
    let shown = names[..names.len().min(MAX_NAMED)].join(", ");
    match names.len() {
        0 => String::new(),
        1 => format!(": job {shown}"),
        n if n > MAX_NAMED => format!(": jobs {shown} and {} more", n - MAX_NAMED),
        _ => format!(": jobs {shown}"),
    }
}

/// The verdict on the other jobs of the current job's run; `None` while one of them is unfinished,
/// or if there are none.
fn verdict_of_others(run: &Run, current: &CurrentJob) -> Option<Verdict> {
    let all = executions(run.jobs());
    let last: Vec<_> = all.iter().filter_map(|(_, executions)| executions.last()).collect();
    let first = |name: &str| all.iter().find(|(of, _)| *of == name).map(|(_, jobs)| jobs[0]);
    let ours = first(&current.name).map(Job::position);
    let others = || last.iter().filter(|job| job.name != current.name && job.is_required());
    if others().any(|job| job.verdict() == Verdict::Failed) {
        return Some(Verdict::Failed);
    }
    // Ignore jobs of later stages, which have greater numbers. A retry has a greater number than
    // the other jobs of its stage, so the first execution's number counts.
    let is_later = |name: &str| {
        current.numbered_by_stage && ours.is_some() && first(name).map(Job::position) > ours
    };
    let count = |verdict: Verdict| {
        others().filter(move |job| job.verdict() == verdict && !is_later(&job.name)).count()
    };
    // If the current job is not found by its name, it is one of those that are running.
    if count(Verdict::Running) > usize::from(ours.is_none()) || count(Verdict::Unknown) > 0 {
        return None;
    }
    [Verdict::Stopped, Verdict::Passed].into_iter().find(|verdict| count(*verdict) > 0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::fetch;
    use crate::{Client, Provider, Query};

    /// A server may run this future on any thread.
    #[test]
    fn a_judgement_can_be_awaited_on_any_thread() {
        fn is_send(_: impl Send) {}
        let provider = Provider::GitLab;
        let target = provider.target(&Query::new("group/project")).expect("a project");
        let auth = provider.info().auth;
        let client = Client::new(target.root.clone(), None, auth, Duration::from_secs(1));
        is_send(fetch(provider, &client, target, 20));
    }
}
