//! What judging the runs of a CI system costs: `cargo bench --bench judge`.

use divan::Bencher;
use flaky_ci::judge::{self, Window};
use flaky_ci::run::{Job, Outcome, Run, RunId, RunKey, State, Times};
use flaky_ci::{Provider, Query};
use flaky_core::verdict::Verdict;

fn main() {
    divan::main();
}

const JOBS: u64 = 20;

fn state(verdict: Verdict) -> State {
    State::new(verdict.word(), Outcome::new(verdict), None, &Times::default())
}

/// Some runs, newest first, two of each commit. In one of five a job fails, and is retried in half
/// of those.
fn runs(count: u64) -> Vec<Run> {
    let run = |number: u64| {
        let (fails, retried) = (number.is_multiple_of(5), number.is_multiple_of(10));
        let outcome = if fails && !retried { Verdict::Failed } else { Verdict::Passed };
        let key = RunKey {
            provider: Provider::GitLab,
            project: "group/project".to_string(),
            id: RunId::Number(number),
            attempt: 1,
        };
        let mut run = Run::new(key, state(outcome));
        run.sha = Some(format!("{:040x}", number / 2));
        run.kind.git_ref = Some("main".to_string());
        let job = |place: u64, name: u64, verdict: Verdict| Job {
            id: number * (JOBS + 1) + place,
            parent: None,
            name: format!("test {name}"),
            allowed_to_fail: false,
            state: state(verdict),
            times: Times::default(),
            url: None,
        };
        let culprit = number / 5 % JOBS;
        run.add_jobs((0..JOBS).map(|place| {
            let failed = fails && place == culprit;
            job(place, place, if failed { Verdict::Failed } else { Verdict::Passed })
        }));
        run.add_jobs(retried.then(|| job(JOBS, culprit, Verdict::Passed)));
        run
    };
    (1..=count).rev().map(run).collect()
}

#[divan::bench(args = [20, 500])]
fn judge_runs(bencher: Bencher, count: u64) {
    let window = Window { count: usize::MAX, since: None };
    let judge = |runs| judge::judge(runs, &Query::default(), window);
    bencher.with_inputs(|| runs(count)).bench_values(judge);
}

#[divan::bench]
fn merge_two_reports_of_500_runs(bencher: Bencher) {
    let reports = || runs(500).into_iter().zip(runs(500));
    bencher.with_inputs(|| reports().collect::<Vec<_>>()).bench_values(|reports| {
        reports.into_iter().map(|(one, other)| one.merge(other)).collect::<Vec<_>>()
    });
}
