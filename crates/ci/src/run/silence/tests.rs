//! A run that is not heard of again ends as unknown.

use super::*;
use crate::run::{Job, RunId, RunKey};
use crate::{Provider, Query, judge};

const LIMIT: Duration = Duration::from_secs(7200);

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A run in progress that was created at a second.
fn running(created: Option<i64>) -> Run {
    let key = RunKey {
        provider: Provider::GitLab,
        project: "group/project".to_string(),
        id: RunId::Number(7),
        attempt: 1,
    };
    let times = Times { created: created.map(second), ..Times::default() };
    let state = State::new("running", Outcome::new(Verdict::Running), None, &times);
    Run { times, ..Run::new(key, state) }
}

fn job(name: &str, verdict: Verdict, finished: Option<i64>) -> Job {
    let times = Times { finished: finished.map(second), ..Times::default() };
    Job {
        id: name.len() as u64,
        parent: None,
        name: name.to_string(),
        allowed_to_fail: false,
        state: State::new(verdict.word(), Outcome::new(verdict), None, &times),
        times,
        url: None,
    }
}

#[test]
fn a_silent_run_times_out_at_the_limit() {
    let mut runs = [running(Some(1000)), running(Some(2000)), running(None)];
    assert_eq!(time_out(&mut runs, LIMIT, second(8199)), Some(second(8200)));
    assert!(runs.iter().all(|run| run.verdict() == Verdict::Running));
    assert_eq!(time_out(&mut runs, LIMIT, second(8200)), Some(second(9200)));
    let verdicts = runs.each_ref().map(Run::verdict);
    assert_eq!(verdicts, [Verdict::Unknown, Verdict::Running, Verdict::Running]);
}

#[test]
fn a_job_is_a_sign_of_life() {
    let mut run = running(Some(1000));
    run.add_jobs([job("unit", Verdict::Passed, Some(5000)), job("e2e", Verdict::Running, None)]);
    assert_eq!(run.time_out(LIMIT, second(8200)), Some(second(12_200)));
    assert_eq!(run.time_out(LIMIT, second(12_200)), None);
    let verdicts: Vec<_> = run.jobs().iter().map(Job::verdict).collect();
    assert_eq!(verdicts, [Verdict::Unknown, Verdict::Passed], "unit has ended");
}

#[test]
fn an_end_is_final() {
    let mut run = running(Some(1000));
    run.state.outcome = Outcome::new(Verdict::Failed);
    let before = run.clone();
    assert_eq!(time_out(std::slice::from_mut(&mut run), LIMIT, second(99_999)), None);
    assert_eq!(run, before);
    // A time beyond all times is never reached.
    let late = [Duration::MAX, Duration::from_secs(u64::MAX)];
    assert_eq!(late.map(|limit| running(Some(1)).time_out(limit, second(2))), [None, None]);
}

#[test]
fn the_reason_names_the_limit() {
    let window = judge::Window { count: 20, since: None };
    for (limit, said) in [(7200, "2 h"), (5400, "90 min"), (7201, "7201 s")] {
        let mut runs = vec![running(Some(1000))];
        runs[0].add_jobs([job("e2e", Verdict::Running, None)]);
        time_out(&mut runs, Duration::from_secs(limit), second(99_999));
        let of = |query: &Query| judge::judge(runs.clone(), query, window).reason;
        let reason = of(&Query::default());
        assert_eq!(reason, format!("pipeline 7 has not ended, and was silent for {said}"));
        let reason = of(&Query { job: Some("e2e".to_string()), ..Query::default() });
        let expected = "job `e2e` has not ended in pipeline 7, and was silent for";
        assert_eq!(reason, format!("{expected} {said}"));
    }
}
