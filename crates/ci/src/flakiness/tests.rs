//! The time to judge many runs grows with their number, not with its square.

use std::time::{Duration, Instant};

use super::measure;
use crate::judge::{Window, judge};
use crate::run::{self, Outcome, Run, RunId, RunKey, State, Times};
use crate::{Provider, Query};
use flaky_core::verdict::{Report, Verdict};

/// A server that shows one commit in one kind of run: the worst case for comparisons.
const RUNS: u64 = 60_001;
/// Judging takes a tenth of this, and quadratic judging ten times as long.
const LIMIT: Duration = Duration::from_secs(5);

/// Runs of one commit, of which every third failed.
fn runs(of: impl Fn(u64) -> (u64, u64, Option<u64>)) -> Vec<Run> {
    let run = |number: u64| {
        let (id, attempt, workflow) = of(number);
        let key = RunKey {
            provider: Provider::GitHub,
            project: "owner/repo".to_string(),
            id: RunId::Number(id),
            attempt,
        };
        let failed = number.is_multiple_of(3);
        let outcome = Outcome::new(if failed { Verdict::Failed } else { Verdict::Passed });
        let mut run = Run::new(key, State::new("word", outcome, None, &Times::default()));
        run.sha = Some("1".repeat(40));
        run.kind.workflow = workflow;
        run
    };
    (0..RUNS).map(run).collect()
}

/// The report on all runs.
fn judged(runs: &[Run]) -> Report {
    let window = Window { count: usize::MAX, since: None };
    in_time(|| judge(runs.to_vec(), &Query::default(), window))
}

#[track_caller]
fn in_time<T>(f: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = f();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    result
}

#[test]
fn many_runs_of_one_commit() {
    let runs = runs(|number| (number, 1, None));
    let measured = in_time(|| measure(&runs));
    assert_eq!((measured.flaky(), measured.evidence.len()), (1, 1));
    let report = judged(&runs);
    assert_eq!(report.verdict, Verdict::Failed, "the newest of them failed");
}

#[test]
fn many_attempts_of_one_run() {
    let runs = runs(|number| (7, RUNS - number, None));
    let measured = in_time(|| measure(&runs));
    assert_eq!(measured.flaky(), 0, "the last attempt failed");
    judged(&runs);
}

#[test]
fn many_workflows_of_one_commit() {
    let runs = runs(|number| (number, 1, Some(number)));
    assert_eq!(judged(&runs).verdict, Verdict::Failed);
}

#[test]
fn many_pages_that_overlap() {
    let runs = runs(|number| (number, 1, None));
    let mut added = runs.clone();
    in_time(|| run::add(&mut added, runs.clone()));
    assert_eq!(added, runs);
}
