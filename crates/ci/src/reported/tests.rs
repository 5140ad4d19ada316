//! Posted reports are evidence like any other, beside pipelines and without them.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::runs;
use crate::judge::{Window, judge};
use crate::junit::ReportedTests;
use crate::run::{Outcome, Run, RunId, RunKey, State, Times, Trigger};
use crate::{Provider, Query};
use flaky_core::verdict::{Evidence, Report, Verdict};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A report that arrived at a second.
fn report(name: &str, at: i64, verdict: Verdict) -> ReportedTests {
    let reason = match verdict {
        Verdict::Failed => "1 of 9 tests failed",
        _ => "9 tests passed",
    };
    ReportedTests {
        name: Some(name.to_string()),
        run: None,
        sha: None,
        git_ref: None,
        at: second(at),
        started: None,
        verdict,
        reason: reason.to_string(),
        flaked: Vec::new(),
        failed: Vec::new(),
    }
}

fn of_run(run: &str, report: ReportedTests) -> ReportedTests {
    ReportedTests { run: Some(run.to_string()), ..report }
}

fn of_commit(sha: &str, report: ReportedTests) -> ReportedTests {
    ReportedTests { sha: Some(sha.to_string()), ..report }
}

/// The report of a test that failed twice and then passed.
fn flaked(test: &str, report: ReportedTests) -> ReportedTests {
    let flaked = vec![(test.to_string(), 2)];
    ReportedTests { verdict: Verdict::Flaky, flaked, ..report }
}

fn failed(test: &str, report: ReportedTests) -> ReportedTests {
    let failed = vec![(test.to_string(), 1)];
    ReportedTests { verdict: Verdict::Failed, failed, ..report }
}

/// A pipeline that began at the second of its number.
fn pipeline(number: u64, verdict: Verdict, sha: &str) -> Run {
    let key = RunKey {
        provider: Provider::GitLab,
        project: "group/project".to_string(),
        id: RunId::Number(number),
        attempt: 1,
    };
    let begun = second(number.try_into().expect("small"));
    let times = Times { created: Some(begun), ..Times::default() };
    let state = State::new(verdict.word(), Outcome::new(verdict), Some(begun), &times);
    let mut run = Run { times, ..Run::new(key, state) };
    run.sha = Some(sha.to_string());
    run.kind.git_ref = Some("main".to_string());
    run
}

fn runs_of(pipelines: &[Run], reports: &[ReportedTests]) -> Vec<Run> {
    runs(Some(Provider::GitLab), "group/project", pipelines, reports)
}

/// The report on pipelines and posted reports together.
fn judged(pipelines: &[Run], reports: &[ReportedTests]) -> Report {
    let all = [pipelines.to_vec(), runs_of(pipelines, reports)].concat();
    judge(all, &Query::default(), Window { count: 20, since: None })
}

/// The verdicts of the beats, oldest first.
fn beats(report: &Report) -> Vec<Verdict> {
    report.recent.iter().map(|beat| beat.verdict).collect()
}

fn evidence(report: &Report) -> Vec<String> {
    report.evidence.iter().map(ToString::to_string).collect()
}

#[test]
fn a_test_that_flaked_makes_its_commit_flaky() {
    let pipelines = [pipeline(7, Verdict::Passed, "a"), pipeline(8, Verdict::Passed, "b")];
    let report =
        judged(&pipelines, &[flaked("c t", of_run("7", report("unit", 9, Verdict::Passed)))]);
    assert_eq!(report.verdict, Verdict::Flaky);
    let reason = "1 of 2 commits, 50 % (95 %: 9.5–91 %); 1 of 1 rerun disagreed; test `c t` 1×";
    assert_eq!(report.reason, reason);
    assert_eq!(evidence(&report), ["test c t: failed, then passed"]);
    assert_eq!(beats(&report), [Verdict::Flaky, Verdict::Passed]);
    assert_eq!(report.recent[0].number, Some(7));
}

#[test]
fn flakes_of_one_test_are_one_sign() {
    let flake = |sha, test| flaked(test, of_commit(sha, report("unit", 9, Verdict::Passed)));
    let report = judged(&[], &[flake("a", "t"), flake("b", "t"), flake("b", "u"), flake("c", "t")]);
    assert_eq!(evidence(&report), ["test t: failed, then passed", "test u: failed, then passed"]);
    assert!(report.reason.ends_with("test `t` 3×; test `u` 1×"), "{}", report.reason);
}

#[test]
fn a_report_that_failed_and_then_passed_is_a_retried_job() {
    let attempt = |at, verdict| of_run("7", report("unit", at, verdict));
    let attempts = [attempt(9, Verdict::Failed), attempt(10, Verdict::Passed)];
    let report = judged(&[pipeline(7, Verdict::Passed, "a")], &attempts);
    assert_eq!(report.verdict, Verdict::Flaky);
    assert_eq!(evidence(&report), ["a: job `unit` failed, then passed"]);
    assert_eq!(beats(&report), [Verdict::Flaky]);
}

#[test]
fn the_reports_of_two_runs_of_a_commit_are_compared() {
    let pipelines = [pipeline(7, Verdict::Passed, "a"), pipeline(8, Verdict::Passed, "a")];
    let of = |run, at, verdict| of_run(run, report("unit", at, verdict));
    let report = judged(&pipelines, &[of("7", 9, Verdict::Failed), of("8", 10, Verdict::Passed)]);
    assert_eq!(evidence(&report), ["a: job `unit` failed, then passed"]);
}

#[test]
fn a_pipeline_decides_over_its_reports() {
    use Verdict::{Failed, Passed, Running, Stopped};
    for verdict in [Passed, Failed, Running, Stopped] {
        for of_report in [Passed, Failed] {
            let newest = pipeline(7, verdict, "a");
            let report = of_commit("a", report("unit", 99, of_report));
            let query = Query { latest: true, ..Query::default() };
            let all = [vec![newest.clone()], runs_of(&[newest], &[report])].concat();
            let report = judge(all, &query, Window { count: 1, since: None });
            assert_eq!(report.verdict, verdict, "{of_report}");
            assert_eq!(beats(&report), [verdict], "{of_report}");
            assert!(report.reason.starts_with("pipeline 7 "), "{}", report.reason);
        }
    }
}

#[test]
fn reports_decide_about_a_commit_without_a_pipeline() {
    let older = pipeline(7, Verdict::Passed, "a");
    let tests = of_commit("b", failed("c t", report("unit", 9, Verdict::Failed)));
    let judged = judged(&[older], &[tests, of_commit("b", report("e2e", 10, Verdict::Passed))]);
    assert_eq!(judged.verdict, Verdict::Failed);
    assert_eq!(judged.reason, "1 of 9 tests failed in `unit`");
    assert_eq!(evidence(&judged), ["test c t: failed"]);
    assert_eq!(beats(&judged), [Verdict::Passed, Verdict::Failed]);
}

#[test]
fn a_project_without_a_platform_is_judged_by_its_reports() {
    let of = |sha: &str, at, verdict| {
        let report = of_commit(sha, report("unit", at, verdict));
        ReportedTests { git_ref: Some("main".to_string()), ..report }
    };
    let reports = [of("a", 1, Verdict::Failed), of("b", 2, Verdict::Passed)];
    let found = runs(None, "group/project", &[], &reports);
    let report = judge(found, &Query::default(), Window { count: 20, since: None });
    assert_eq!(report.verdict, Verdict::Passed);
    assert!(report.reason.starts_with("the last test report passed"), "{}", report.reason);
    assert_eq!(beats(&report), [Verdict::Failed, Verdict::Passed]);
}

#[test]
fn a_failed_pipeline_names_the_tests_that_failed() {
    let pipelines = [pipeline(7, Verdict::Failed, "a")];
    let first = failed("old", of_run("7", report("unit", 8, Verdict::Failed)));
    let last = failed("c t", of_run("7", report("unit", 9, Verdict::Failed)));
    let report = judged(&pipelines, &[last, first]);
    assert_eq!(report.reason, "pipeline 7 failed");
    assert_eq!(evidence(&report), ["test c t: failed"], "the last report counts");
}

#[test]
fn a_report_is_about_the_commit_of_its_run() {
    let mut pipeline = pipeline(7, Verdict::Passed, "a");
    pipeline.kind.trigger = Trigger::Schedule;
    // A merge request's run is about another commit than the one that is checked out.
    let report = of_commit("merged", of_run("7", report("unit", 99, Verdict::Passed)));
    let found = runs_of(std::slice::from_ref(&pipeline), &[report]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sha, pipeline.sha);
    assert_eq!(found[0].kind.git_ref, pipeline.kind.git_ref);
    assert_eq!(found[0].kind.trigger, Trigger::Schedule);
    assert_eq!(found[0].beginning(), pipeline.beginning(), "it stands beside the pipeline");
}

#[test]
fn reports_do_not_fill_the_window() {
    let pipelines: Vec<Run> =
        (1..=4_u64).map(|n| pipeline(n, Verdict::Passed, &n.to_string())).collect();
    let reports: Vec<_> = (1..=4)
        .map(|n| flaked("t", of_run(&n.to_string(), report("unit", n, Verdict::Passed))))
        .collect();
    let all = [pipelines.clone(), runs_of(&pipelines, &reports)].concat();
    let report = judge(all, &Query::default(), Window { count: 3, since: None });
    let counted = report.flakiness.and_then(|flakiness| flakiness.counted).expect("counts");
    assert_eq!((counted.flaky, counted.of), (3, 3));
}

/// Reports about few runs and commits, of few names.
fn reports() -> impl Strategy<Value = Vec<ReportedTests>> {
    let verdict = (0..Verdict::ALL.len()).prop_map(|n| Verdict::ALL[n]);
    let text = |texts: [&'static str; 3]| select(texts.to_vec());
    let one = (
        text(["unit", "e2e", "lint"]),
        0..6_i64,
        verdict,
        text(["", "7", "x"]),
        text(["", "a", "b"]),
    );
    let one = one.prop_map(|(name, at, verdict, run, sha)| {
        let is_set = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        let report =
            ReportedTests { run: is_set(run), sha: is_set(sha), ..report(name, at, verdict) };
        match verdict {
            Verdict::Flaky => flaked(name, report),
            Verdict::Failed => failed(name, report),
            _ => report,
        }
    });
    vec(one, 0..8)
}

proptest! {
    #[test]
    fn the_order_of_reports_does_not_matter_and_no_report_counts_twice(
        (reports, shuffled) in reports().prop_flat_map(|reports| {
            let twice = [reports.clone(), reports.clone()].concat();
            (Just(reports), Just(twice).prop_shuffle())
        }),
    ) {
        let pipelines = [pipeline(7, Verdict::Passed, "a"), pipeline(8, Verdict::Failed, "c")];
        prop_assert_eq!(runs_of(&pipelines, &reports), runs_of(&pipelines, &shuffled));
        prop_assert_eq!(judged(&pipelines, &reports), judged(&pipelines, &shuffled));
    }
}

#[test]
fn reports_without_a_name_do_not_hide_each_other() {
    let unnamed = |report| of_run("7", ReportedTests { name: None, ..report });
    let shards = [
        unnamed(failed("z", report("", 8, Verdict::Failed))),
        unnamed(report("", 9, Verdict::Passed)),
    ];
    let mut swapped = shards.clone();
    (swapped[0].at, swapped[1].at) = (shards[1].at, shards[0].at);
    for reports in [&shards, &swapped] {
        let report = judged(&[], reports);
        let is_retry = |one: &Evidence| matches!(one, Evidence::JobRetried { .. });
        assert_eq!(report.verdict, Verdict::Failed);
        assert!(!report.evidence.iter().any(is_retry), "{:?}", evidence(&report));
    }
}

#[test]
fn the_tests_that_started_later_are_the_retry() {
    let started = |second_of, at, verdict| {
        let report = of_commit("a", report("unit", at, verdict));
        ReportedTests { started: Some(second(second_of)), ..report }
    };
    for (failed_at, passed_at) in [(8, 9), (9, 8)] {
        let first = failed("t", started(1, failed_at, Verdict::Failed));
        let retry = started(2, passed_at, Verdict::Passed);
        assert_eq!(judged(&[], &[first, retry]).verdict, Verdict::Flaky, "{failed_at}");
    }
}

#[test]
fn a_flake_counts_although_nobody_says_of_which_commit() {
    let report = judged(&[], &[flaked("t", report("unit", 9, Verdict::Passed))]);
    assert_eq!(report.verdict, Verdict::Flaky);
    assert_eq!(report.recent[0].duration_s, None, "the time between two posts is no duration");
}
