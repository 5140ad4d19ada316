//! Reports of a run arrive in any order, twice, and late.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{Job, Outcome, Run, RunId, RunKey, RunKind, State, Times, Trigger};
use crate::Provider;
use flaky_core::verdict::Verdict;

fn key() -> RunKey {
    RunKey {
        provider: Provider::GitLab,
        project: "group/project".to_string(),
        id: RunId::Number(7),
        attempt: 1,
    }
}

/// Times are few, so that many of them are equal.
fn time() -> impl Strategy<Value = Option<Timestamp>> {
    option::of((0_i64..4).prop_map(|s| Timestamp::from_second(s).expect("a time")))
}

fn times() -> impl Strategy<Value = Times> {
    (time(), time(), time()).prop_map(|(created, started, finished)| Times {
        created,
        started,
        finished,
    })
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[ab]{1,2}")
}

fn state() -> impl Strategy<Value = State> {
    let verdict = (0..Verdict::ALL.len()).prop_map(|n| Verdict::ALL[n]);
    (verdict, any::<bool>(), any::<bool>(), "[ab]", time()).prop_map(
        |(verdict, infra_failure, never_ran, word, as_of)| State {
            word,
            outcome: Outcome { verdict, infra_failure, never_ran },
            as_of,
        },
    )
}

fn job() -> impl Strategy<Value = Job> {
    (0_u64..4, option::of(0_u64..3), "[ab]", any::<bool>(), state(), times(), text()).prop_map(
        |(id, parent, name, allowed_to_fail, state, times, url)| Job {
            id,
            parent,
            name,
            allowed_to_fail,
            state,
            times,
            url,
        },
    )
}

/// A report of one run: of a pipeline, or of the statuses of a commit.
fn report_of(id: RunId) -> impl Strategy<Value = Run> {
    let trigger =
        prop_oneof![Just(Trigger::Push), Just(Trigger::MergeRequest), Just(Trigger::Schedule)];
    let kind = (text(), option::of(0_u64..3), trigger)
        .prop_map(|(git_ref, workflow, trigger)| RunKind { git_ref, workflow, trigger });
    (text(), kind, state(), times(), text(), vec(job(), 0..5)).prop_map(
        move |(sha, kind, state, times, url, jobs)| {
            let mut run = Run {
                sha,
                kind,
                times,
                url,
                ..Run::new(RunKey { id: id.clone(), ..key() }, state)
            };
            run.add_jobs(jobs);
            run
        },
    )
}

fn report() -> impl Strategy<Value = Run> {
    report_of(RunId::Number(7))
}

/// Three reports of one run.
fn three_reports() -> impl Strategy<Value = (Run, Run, Run)> {
    let id = prop_oneof![Just(RunId::Number(7)), Just(RunId::Commit("a".repeat(40)))];
    id.prop_flat_map(|id| (report_of(id.clone()), report_of(id.clone()), report_of(id)))
}

proptest! {
    #[test]
    fn any_order_and_number_of_reports_gives_the_same_run(
        (a, b, c) in three_reports(),
    ) {
        let (a, b, c) = (|| a.clone(), || b.clone(), || c.clone());
        prop_assert_eq!(a().merge(a()), a());
        prop_assert_eq!(a().merge(b()), b().merge(a()));
        prop_assert_eq!(a().merge(b()).merge(c()), a().merge(b().merge(c())));
        prop_assert_eq!(a().merge(b()).merge(a()).merge(b()), a().merge(b()));
    }

    #[test]
    fn a_run_survives_json(run in report()) {
        let json = serde_json::to_string(&run).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Run>(&json).expect("a run"), run);
    }
}

/// A state at a second.
fn at(second: Option<i64>, verdict: Verdict) -> State {
    let as_of = second.map(|second| Timestamp::from_second(second).expect("a time"));
    State { word: verdict.to_string(), outcome: Outcome::new(verdict), as_of }
}

#[test]
fn an_older_report_reopens_nothing() {
    use Verdict::{Failed, Passed, Running};
    for (newer, older) in [
        (at(Some(5), Failed), at(Some(3), Running)),
        (at(Some(5), Passed), at(Some(5), Running)),
        // Without times the finished one is the last word.
        (at(None, Passed), at(Some(9), Running)),
        (at(Some(5), Passed), at(None, Running)),
        // A pipeline of which a job was retried, which is reported later, is open again.
        (at(Some(7), Running), at(Some(5), Failed)),
        (at(Some(9), Passed), at(Some(5), Failed)),
    ] {
        assert_eq!(newer.clone().merge(older.clone()), newer, "{older:?}");
        assert_eq!(older.clone().merge(newer.clone()), newer, "{older:?}");
    }
}

#[test]
fn a_state_has_the_time_of_its_news() {
    let second = |second| Timestamp::from_second(second).expect("a time");
    let times =
        Times { created: Some(second(1)), started: Some(second(2)), finished: Some(second(3)) };
    let as_of = |verdict, updated| {
        State::new("word", Outcome::new(verdict), updated, &times)
            .as_of
            .expect("a time")
            .as_second()
    };
    assert_eq!(as_of(Verdict::Failed, Some(second(4))), 4);
    assert_eq!(as_of(Verdict::Failed, None), 3);
    assert_eq!(as_of(Verdict::Running, None), 2);
}

/// The statuses of a commit in one report: the context, the verdict and the second of each.
fn statuses(of: &[(u64, &str, Verdict)]) -> Run {
    let id = RunId::Commit("a".repeat(40));
    let unknown = State::new("word", Outcome::new(Verdict::Unknown), None, &Times::default());
    let mut run = Run::new(RunKey { id, ..key() }, unknown);
    run.add_jobs(of.iter().map(|(id, context, verdict)| Job {
        id: *id,
        parent: None,
        name: (*context).to_string(),
        allowed_to_fail: false,
        state: at(Some((*id).try_into().expect("small")), *verdict),
        times: Times::default(),
        url: None,
    }));
    run
}

#[test]
fn the_state_of_statuses_is_the_gravest_of_the_latest() {
    use Verdict::{Failed, Passed, Running};
    for (of, verdict) in [
        (&[(1, "a", Passed)][..], Passed),
        (&[(1, "a", Running), (2, "a", Passed)], Passed),
        (&[(1, "a", Running), (2, "a", Passed), (3, "b", Running)], Running),
        (&[(1, "a", Failed), (2, "b", Passed), (3, "b", Running)], Failed),
        (&[(1, "a", Failed), (2, "b", Passed), (3, "a", Passed)], Passed),
    ] {
        let whole = statuses(of);
        assert_eq!(whole.verdict(), verdict, "{of:?}");
        // The same in messages of one status each, the latest first.
        let parts = of.iter().rev().map(|one| statuses(&[*one]));
        let merged = parts.reduce(Run::merge).expect("a status");
        assert_eq!(merged.state, whole.state, "{of:?}");
    }
}

#[test]
fn skipped_statuses_do_not_count() {
    let mut skipped = statuses(&[(2, "deploy", Verdict::Stopped)]);
    skipped.jobs[0].state.outcome.never_ran = true;
    skipped.settle_statuses();
    assert!(skipped.state.outcome.never_ran);
    let waiting = statuses(&[(1, "deploy", Verdict::Running), (3, "unit", Verdict::Passed)]);
    assert_eq!(waiting.verdict(), Verdict::Running);
    assert_eq!(waiting.merge(skipped).verdict(), Verdict::Passed);
}
