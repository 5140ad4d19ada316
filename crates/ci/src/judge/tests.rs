//! Stored runs, which arrive in any order, are judged like runs that are fetched.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{FetchedRuns, Window, fetch, fetch_run, fetch_runs, judge};
use crate::run::{Job, Outcome, Run, RunId, RunKey, State, Times, Trigger};
use crate::{Client, FetchError, FetchErrorKind, Provider, Query, Target};
use flaky_core::verdict::{Report, Verdict};

/// A run that began at the second of its number.
fn run(provider: Provider, number: u64, attempt: u64, verdict: Verdict, sha: &str) -> Run {
    let key = RunKey {
        provider,
        project: "group/project".to_string(),
        id: RunId::Number(number),
        attempt,
    };
    let begun = Timestamp::from_second(number.try_into().expect("small")).expect("a time");
    let times = Times { created: Some(begun), ..Times::default() };
    let mut run =
        Run::new(key, State::new(verdict.word(), Outcome::new(verdict), Some(begun), &times));
    run.times = times;
    run.sha = Some(sha.to_string());
    run.kind.git_ref = Some("main".to_string());
    run
}

fn pipeline(number: u64, verdict: Verdict, sha: &str) -> Run {
    run(Provider::GitLab, number, 1, verdict, sha)
}

/// The statuses of a commit, which began at this second.
fn statuses(second: u64, verdict: Verdict, sha: &str) -> Run {
    let mut run = run(Provider::Gitea, second, 1, verdict, sha);
    run.key.id = RunId::Commit(sha.to_string());
    run
}

fn window(count: usize) -> Window {
    Window { count, since: None }
}

fn judged(runs: Vec<Run>) -> Report {
    judge(runs, &Query::default(), window(20))
}

/// A client that has these responses, and a target for it.
fn canned(provider: Provider, query: Query, responses: &str) -> (Client, Target) {
    let query = Query { server: Some("https://ci.example".to_string()), ..query };
    let target = provider.target(&query).expect("a valid query");
    (Client::canned(target.root.clone(), responses.as_bytes()), target)
}

/// The result of a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nothing is waited for"),
    }
}

/// Runs of few commits, so that many are compared.
fn runs() -> impl Strategy<Value = Vec<Run>> {
    let provider = select(vec![Provider::GitLab, Provider::GitHub]);
    let verdict = (0..Verdict::ALL.len()).prop_map(|n| Verdict::ALL[n]);
    let trigger = select(vec![Trigger::Push, Trigger::Schedule, Trigger::Other]);
    let git_ref = select(vec!["main", "fork:main"]);
    let one =
        (1..9_u64, 1..3_u64, verdict, select(vec!["a", "b", "c"]), trigger, git_ref, 0..3_u64);
    (provider, vec(one, 0..8)).prop_map(|(provider, all)| {
        let of = |(number, attempt, verdict, sha, trigger, git_ref, workflow)| {
            let mut run = run(provider, number, attempt, verdict, sha);
            run.kind.trigger = trigger;
            run.kind.git_ref = Some(String::from(git_ref));
            run.kind.workflow = (provider == Provider::GitHub).then_some(workflow);
            run
        };
        all.into_iter().map(of).collect()
    })
}

proptest! {
    #[test]
    fn the_order_and_the_number_of_reports_do_not_matter(
        (runs, shuffled) in runs().prop_flat_map(|runs| {
            let twice = [runs.clone(), runs.clone()].concat();
            (Just(runs), Just(twice).prop_shuffle())
        }),
        count in 1..4_usize,
    ) {
        let of = |runs: &Vec<Run>| judge(runs.clone(), &Query::default(), window(count));
        prop_assert_eq!(of(&runs), of(&shuffled));
    }
}

#[test]
fn the_newest_run_decides_wherever_it_stands() {
    let runs = [
        pipeline(1, Verdict::Passed, "a"),
        pipeline(3, Verdict::Failed, "c"),
        pipeline(2, Verdict::Passed, "b"),
    ];
    let report = judged(runs.to_vec());
    assert_eq!((report.verdict, &*report.reason), (Verdict::Failed, "pipeline 3 failed"));
    assert_eq!(report.recent.len(), 3);
    let empty = judge(Vec::new(), &Query::default(), window(20));
    assert_eq!((empty.verdict, &*empty.reason), (Verdict::Unknown, "there is no pipeline yet"));
}

#[test]
fn runs_without_numbers_are_ordered_by_their_times() {
    let runs = vec![
        statuses(5, Verdict::Passed, "b"),
        statuses(9, Verdict::Failed, "c"),
        statuses(1, Verdict::Passed, "a"),
    ];
    assert_eq!(judged(runs.clone()).verdict, Verdict::Failed);
    let commits: Vec<_> = judged(runs).recent.into_iter().filter_map(|beat| beat.commit).collect();
    assert_eq!(commits, ["a", "b", "c"]);
}

#[test]
fn an_earlier_attempt_is_evidence_and_does_not_decide() {
    let attempt = |attempt, verdict| run(Provider::GitHub, 7, attempt, verdict, "a");
    let report = judged(vec![attempt(1, Verdict::Failed), attempt(2, Verdict::Passed)]);
    assert_eq!(report.verdict, Verdict::Flaky);
    assert_eq!(report.evidence[0].to_string(), "a: pipeline 7 failed, then passed at attempt 2");
}

#[test]
fn the_window_is_counted_in_pipelines() {
    let mut runs: Vec<Run> = (3..9).map(|n| pipeline(n, Verdict::Passed, &n.to_string())).collect();
    runs.extend([pipeline(1, Verdict::Failed, "0"), pipeline(2, Verdict::Passed, "0")]);
    assert_eq!(judge(runs.clone(), &Query::default(), window(6)).verdict, Verdict::Passed);
    assert_eq!(judge(runs, &Query::default(), window(8)).verdict, Verdict::Flaky);
}

#[test]
fn the_window_is_counted_in_pushes_where_each_starts_several_workflows() {
    let of = |number, workflow, sha| {
        let mut run = run(Provider::GitHub, number, 1, Verdict::Passed, sha);
        run.kind.workflow = Some(workflow);
        run
    };
    let runs: Vec<Run> = [(6, "c"), (4, "b"), (2, "a")]
        .into_iter()
        .flat_map(|(number, sha)| [of(number, 1, sha), of(number - 1, 2, sha)])
        .collect();
    let counted = |count| {
        let report = judge(runs.clone(), &Query::default(), window(count));
        report.flakiness.and_then(|flakiness| flakiness.counted).expect("counts").of
    };
    assert_eq!([1, 2, 3, 4].map(counted), [1, 2, 3, 3]);
}

#[test]
fn runs_for_other_events_and_of_forks_are_left_out() {
    let mut nightly = run(Provider::GitHub, 3, 1, Verdict::Failed, "a");
    nightly.kind.trigger = Trigger::Schedule;
    let mut fork = run(Provider::GitHub, 4, 1, Verdict::Failed, "b");
    fork.kind.git_ref = Some("stranger:main".to_string());
    let ours = run(Provider::GitHub, 2, 1, Verdict::Passed, "a");
    let report = judged(vec![nightly, fork.clone(), ours.clone()]);
    assert_eq!(report.verdict, Verdict::Passed);
    let notes = ["1 run of a schedule was left out", "1 run of a fork was left out"];
    assert_eq!(report.notes, notes);
    let of_fork = Query { git_ref: fork.kind.git_ref.clone(), ..Query::default() };
    assert_eq!(judge(vec![fork], &of_fork, window(20)).verdict, Verdict::Failed);
}

#[test]
fn a_pipeline_that_waits_for_a_person_is_judged_by_its_jobs() {
    let mut blocked = pipeline(2, Verdict::Stopped, "b");
    blocked.state.word = "manual".to_string();
    let passed = pipeline(1, Verdict::Passed, "a");
    let report = judged(vec![blocked.clone(), passed.clone()]);
    assert_eq!(
        report.reason,
        "pipeline 1 passed; flaky: 0 of 1 commit, 0 % (95 %: 0–79 %); nothing was rerun"
    );
    let state = State::new("failed", Outcome::new(Verdict::Failed), None, &Times::default());
    blocked.add_jobs([Job {
        id: 1,
        parent: None,
        name: "unit".to_string(),
        allowed_to_fail: false,
        state,
        times: Times::default(),
        url: None,
    }]);
    assert_eq!(judged(vec![blocked, passed]).reason, "pipeline 2 failed: job `unit`");
}

#[test]
fn a_verdict_on_a_job_that_no_run_has_is_unknown() {
    let query = Query { job: Some("lint".to_string()), ..Query::default() };
    let report = judge(vec![pipeline(1, Verdict::Passed, "a")], &query, window(20));
    assert_eq!(
        (report.verdict, &*report.reason),
        (Verdict::Unknown, "no pipeline has a job \"lint\"")
    );
}

const GITLAB: &str = r#"
> project
{"default_branch": "trunk"}
> /pipelines
[{"id": 8, "sha": "b", "ref": "topic", "status": "success"},
 {"id": 7, "sha": "a", "ref": "trunk", "status": "failed"}]
> /8/jobs
[{"id": 82, "name": "unit", "status": "success"}, {"id": 81, "name": "unit", "status": "failed"}]
"#;

#[test]
fn the_latest_runs_are_fetched_with_their_jobs_and_the_default_branch() {
    let query = Query { all_branches: true, ..Query::new("group/project") };
    let (client, target) = canned(Provider::GitLab, query, GITLAB);
    let fetched = now(fetch_runs(Provider::GitLab, &client, target, window(20)));
    let FetchedRuns { runs, default_branch, incomplete } = fetched.expect("runs");
    assert_eq!(default_branch.as_deref(), Some("trunk"));
    let found: Vec<_> = runs.iter().map(|run| (run.key.id.number(), run.jobs().len())).collect();
    assert_eq!(found, [(Some(8), 2), (Some(7), 0)]);
    let kind = incomplete.expect("the jobs of 7 are missing").kind;
    assert_eq!(kind, FetchErrorKind::NotFound);
}

/// The run with the number 7, fetched alone.
fn fetched_7(provider: Provider, responses: &str) -> Result<Vec<Run>, FetchError> {
    let (client, target) = canned(provider, Query::new("group/project"), responses);
    now(fetch_run(provider, &client, target, 7)).map(|fetched| fetched.runs)
}

#[test]
fn one_run_is_fetched_by_its_number() {
    for (provider, responses) in [
        (Provider::GitLab, "> /pipelines/7\n{\"id\": 7, \"status\": \"failed\"}"),
        (Provider::GitHub, "> /runs/7\n{\"id\": 7, \"conclusion\": \"failure\"}"),
        (
            Provider::Woodpecker,
            "> /lookup/group/project\n{\"id\": 3}\n> /repos/3/pipelines/7\n{\"number\": 7, \
             \"status\": \"failure\"}",
        ),
    ] {
        let runs = fetched_7(provider, responses).expect("a run");
        assert_eq!(runs.len(), 1, "{provider:?}");
        assert_eq!(runs[0].key.id, RunId::Number(7), "{provider:?}");
        assert_eq!(runs[0].verdict(), Verdict::Failed, "{provider:?}");
    }
    let missing = fetched_7(Provider::GitLab, "").expect_err("no run");
    assert_eq!(missing.kind, FetchErrorKind::NotFound);
    assert_eq!(fetched_7(Provider::Gitea, ""), Ok(Vec::new()));
}

#[test]
fn the_branch_of_a_fork_is_not_taken_for_ours() {
    let of_fork = r#"> /runs/7
{"id": 7, "conclusion": "success", "head_branch": "main", "repository": {"id": 1},
 "head_repository": {"id": 2}, "run_attempt": 2}
> /attempts/1
{"id": 7, "conclusion": "failure", "head_branch": "main", "repository": {"id": 1},
 "head_repository": {"id": 2}, "run_attempt": 1}"#;
    let runs = fetched_7(Provider::GitHub, of_fork).expect("a run");
    let attempts: Vec<_> = runs.iter().map(|run| (run.key.attempt, &run.kind.git_ref)).collect();
    assert_eq!(attempts, [(2, &None), (1, &None)]);
}

/// A server may run these futures on any thread.
#[test]
fn a_judgement_can_be_awaited_on_any_thread() {
    fn is_send(_: impl Send) {}
    let provider = Provider::GitLab;
    let target = provider.target(&Query::new("group/project")).expect("a project");
    let auth = provider.info().auth;
    let client = Client::new(target.root.clone(), None, auth, Duration::from_secs(1));
    is_send(fetch(provider, &client, target.clone(), window(20)));
    is_send(fetch_runs(provider, &client, target.clone(), window(20)));
    is_send(fetch_run(provider, &client, target, 7));
}
