//! The latest runs as the beats of a picture.
//!
//! A beat is what people call a pipeline: a run, or on GitHub the runs of all workflows for one push.

use std::collections::{BTreeMap, BTreeSet};

use crate::provider::CommitScope;
use crate::run::{Run, RunId, Trigger};
use flaky_core::sanitize::short_id;
use flaky_core::verdict::{Evidence, RecentRun, Verdict};

/// The maximum number of finished beats.
const MAX_FINISHED: usize = 60;

/// The beats of `runs`, oldest first. `runs` are the latest attempts, newest first, and `evidence`
/// says which of them are flaky. Runs that never ran are left out, and so are runs in progress,
/// except for the newest.
pub(crate) fn beats(runs: &[Run], evidence: &[Evidence]) -> Vec<RecentRun> {
    let flaky = FlakyRuns::new(evidence);
    let mut beats: Vec<RecentRun> =
        by_push(runs).iter().map(|runs| beat(runs, &flaky)).rev().collect();
    let newest = beats.last().filter(|beat| beat.verdict == Verdict::Running).cloned();
    beats.retain(|beat| beat.verdict != Verdict::Running);
    beats.drain(..beats.len().saturating_sub(MAX_FINISHED));
    beats.extend(newest);
    beats
}

/// The end of the first of the latest beats that agree on whether they failed; `None` if no older
/// beat disagrees. `beats` are sorted oldest first; those that neither passed nor failed do not
/// count.
pub(crate) fn since(beats: &[RecentRun]) -> Option<String> {
    let has_result =
        |verdict| matches!(verdict, Verdict::Passed | Verdict::Flaky | Verdict::Failed);
    let mut decided = beats.iter().rev().filter(|beat| has_result(beat.verdict));
    let mut first = decided.next()?;
    let has_failed = |beat: &RecentRun| beat.verdict == Verdict::Failed;
    for beat in decided {
        if has_failed(beat) != has_failed(first) {
            return first.finished.clone();
        }
        first = beat;
    }
    None
}

/// The cause of a run. On GitHub, it starts a run of each workflow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Push<'a> {
    sha: Option<&'a str>,
    git_ref: Option<&'a str>,
    trigger: Trigger,
}

/// Groups runs by push, newest first. The second run of a workflow for the same commit counts as
/// another push.
fn by_push(runs: &[Run]) -> Vec<Vec<&Run>> {
    let mut times_seen: BTreeMap<(Push<'_>, Option<u64>), usize> = BTreeMap::new();
    let mut groups: BTreeMap<(Push<'_>, usize), (usize, Vec<&Run>)> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate().rev().filter(|(_, run)| is_beat(run)) {
        let push = Push {
            sha: run.sha.as_deref(),
            git_ref: run.kind.git_ref.as_deref(),
            trigger: run.kind.trigger,
        };
        // Runs of an unknown commit are never grouped.
        let workflow = push.sha.and(run.kind.workflow);
        let nth = times_seen.entry((push, workflow)).or_default();
        *nth += 1;
        let (newest, group) = groups.entry((push, *nth)).or_default();
        *newest = at;
        group.push(run);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(newest, _)| *newest);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Returns true if a run may be a beat: it did run, its state is understood, and it is one of a list:
/// the platform's, or that of posted reports.
fn is_beat(run: &Run) -> bool {
    let is_listed = run.key.provider.info().commits != CommitScope::None
        && !matches!(run.key.id, RunId::Latest | RunId::LastFinished);
    (is_listed || run.is_of_reports())
        && !run.state.outcome.never_ran
        && run.verdict() != Verdict::Unknown
}

/// The beat of the runs of one push: the gravest verdict counts. Beside a pipeline, posted reports tell
/// only that it was flaky.
fn beat(runs: &[&Run], flaky: &FlakyRuns<'_>) -> RecentRun {
    let (reports, pipelines): (Vec<&Run>, Vec<&Run>) =
        runs.iter().copied().partition(|run| run.is_of_reports());
    let flaked = reports.iter().any(|run| flaky.is_flaky(run));
    let runs = if pipelines.is_empty() { reports } else { pipelines };
    let verdicts = runs.iter().map(|run| match flaky.verdict(run) {
        Verdict::Passed if flaked => (Verdict::Flaky, *run),
        verdict => (verdict, *run),
    });
    let (verdict, run) = verdicts.max_by_key(|(verdict, _)| *verdict).expect("at least one run");
    let is_finished = verdict != Verdict::Running;
    let finished = runs.iter().filter_map(|run| run.end()).max().filter(|_| is_finished);
    let duration_s = runs.iter().filter_map(|run| duration_s(run)).max_by(f64::total_cmp);
    RecentRun {
        verdict,
        number: run.key.id.number(),
        commit: run.sha.as_deref().map(short_id),
        finished: finished.map(|end| end.to_string()),
        duration_s: duration_s.filter(|_| is_finished),
        url: run.url.clone(),
    }
}

/// The duration of a run. GitLab's lists have the times of creation and of the last change only, so
/// there it includes the time in the queue.
fn duration_s(run: &Run) -> Option<f64> {
    if run.is_of_reports() {
        return None;
    }
    let start = run.times.started.or(run.times.created)?;
    let seconds = run.end()?.duration_since(start).as_secs_f64();
    (seconds >= 0.0).then_some(seconds)
}

/// The runs that some evidence calls flaky.
#[derive(Default)]
struct FlakyRuns<'a> {
    numbers: BTreeSet<u64>,
    /// The abbreviated commits whose statuses belong to no numbered run.
    commits: BTreeSet<&'a str>,
}

impl<'a> FlakyRuns<'a> {
    fn new(evidence: &'a [Evidence]) -> Self {
        let mut flaky = Self::default();
        for one in evidence {
            match one {
                Evidence::JobRetried { run: Some(run), .. }
                | Evidence::RunsDisagree { passed: run, .. }
                | Evidence::AttemptPassed { run, .. } => {
                    flaky.numbers.insert(*run);
                }
                Evidence::JobRetried { commit, run: None, .. } => {
                    flaky.commits.insert(commit);
                }
                _ => {}
            }
        }
        flaky
    }

    fn is_flaky(&self, run: &Run) -> bool {
        let is_named = match run.key.id.number() {
            Some(number) => self.numbers.contains(&number),
            None => run.sha.as_deref().is_some_and(|sha| self.commits.contains(&*short_id(sha))),
        };
        is_named || !run.tests.flaked.is_empty()
    }

    /// The verdict on a run by itself: flaky if it passed and there is evidence.
    fn verdict(&self, run: &Run) -> Verdict {
        match run.verdict() {
            Verdict::Passed if self.is_flaky(run) => Verdict::Flaky,
            verdict => verdict,
        }
    }
}
