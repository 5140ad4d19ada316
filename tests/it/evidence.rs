//! Evidence of flakiness, and the flake rate.

use serde_json::{Value, json};

use crate::asking::{Asker, hears};
use crate::platforms::{
    GITHUB, GITLAB, ONE, THREE, TWO, attempt, bridge, build, empty, gitea, github, gitlab, jenkins,
    job, job_broken, pipeline, run, status, woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

/// A passed pipeline with these executions of its jobs.
fn with_jobs(jobs: &Value) -> Server {
    gitlab(&[pipeline(7, ONE, "success")]).answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs)
}

#[test]
fn a_job_that_was_retried_and_passed_then_is_flaky() {
    let server = with_jobs(&json!([job(72, "e2e", "success"), job(71, "e2e", "failed")]));
    hears(&server.gitlab())
        .is("flaky")
        .counts(1, 1)
        .because("1 of 1 commit, 100 % (95 %: 21–100 %); 1 of 1 rerun disagreed; job `e2e` 1×")
        .shows(&["1111111: job `e2e` failed, then passed in pipeline 7"]);
    let retried = server.asked_for(&format!("{GITLAB}/pipelines/7/jobs"), "include_retried");
    assert_eq!(retried, [Some("true".to_string())]);
}

#[test]
fn a_job_that_passed_first_and_failed_then_is_no_flake() {
    let server = with_jobs(&json!([job(72, "e2e", "failed"), job(71, "e2e", "success")]));
    hears(&server.gitlab()).is("passed").counts(0, 1).shows(&[]);
}

#[test]
fn a_runner_that_broke_is_no_evidence() {
    for reason in [
        "runner_system_failure",
        "stuck_or_timeout_failure",
        "runner_unsupported",
        "scheduler_failure",
        "data_integrity_failure",
    ] {
        let jobs = json!([job(72, "e2e", "success"), job_broken(71, "e2e", reason)]);
        hears(&with_jobs(&jobs).gitlab()).is("passed").reran_nothing();
    }
    let jobs = json!([job(72, "e2e", "success"), job_broken(71, "e2e", "script_failure")]);
    hears(&with_jobs(&jobs).gitlab()).is("flaky").counts(1, 1);
}

#[test]
fn a_job_that_was_stopped_and_started_again_is_no_evidence() {
    let jobs = json!([job(72, "e2e", "success"), job(71, "e2e", "canceled")]);
    hears(&with_jobs(&jobs).gitlab()).is("passed").reran_nothing();
}

#[test]
fn a_job_that_may_fail_fails_nothing() {
    let mut allowed = job(71, "lint", "failed");
    allowed["allow_failure"] = json!(true);
    hears(&with_jobs(&json!([allowed])).gitlab()).is("passed").reran_nothing();
}

#[test]
fn a_childs_jobs_flake_too() {
    let child = bridge("deploy", 3, 70, "success");
    let jobs = json!([job(72, "e2e", "success"), job(71, "e2e", "failed")]);
    let server = gitlab(&[pipeline(7, ONE, "success")])
        .answers(&format!("{GITLAB}/pipelines/7/bridges"), json!([child]));
    let server = empty(server, &json!(70)).answers(&format!("{GITLAB}/pipelines/70/jobs"), jobs);
    hears(&server.gitlab()).is("flaky").because("job `deploy / e2e` 1×");
}

#[test]
fn pipelines_of_one_sha_that_disagree_are_flaky() {
    let server = gitlab(&[pipeline(8, ONE, "success"), pipeline(7, ONE, "failed")]);
    hears(&server.gitlab())
        .is("flaky")
        .counts(1, 1)
        .shows(&["1111111: pipeline 7 failed, pipeline 8 passed"]);
    let server = woodpecker(&[woodpecked(8, ONE, "success"), woodpecked(7, ONE, "failure")]);
    hears(&server.woodpecker()).is("flaky").counts(1, 1);
    let server = jenkins(&[build(8, ONE, Some("SUCCESS")), build(7, ONE, Some("FAILURE"))]);
    hears(&server.jenkins()).is("flaky").counts(1, 1);
    let done = |id, conclusion| run(id, ONE, "completed", Some(conclusion));
    let server = github(&[done(8, "success"), done(7, "failure")]);
    hears(&server.github()).is("flaky").counts(1, 1);
}

#[test]
fn what_is_not_comparable_is_not_compared() {
    let mut elsewhere = pipeline(7, ONE, "failed");
    elsewhere["ref"] = json!("other");
    let server = gitlab(&[pipeline(8, ONE, "success"), elsewhere]);
    hears(&server.gitlab()).is("passed").reran_nothing();
    // Another commit, of course; and another workflow.
    let server = gitlab(&[pipeline(8, TWO, "success"), pipeline(7, ONE, "failed")]);
    hears(&server.gitlab())
        .is("passed")
        .because("flaky: 0 of 2 commits, 0 % (95 %: 0–66 %); nothing was rerun")
        .reran_nothing();
    let mut other = run(7, ONE, "completed", Some("success"));
    other["workflow_id"] = json!(71);
    let server = github(&[other, run(8, ONE, "completed", Some("success"))]);
    hears(&server.github()).is("passed").reran_nothing();
    // A configuration that is wrong is no failure of the project's, nor is a pipeline stopped.
    for word in ["error", "killed"] {
        let server = woodpecker(&[woodpecked(8, ONE, "success"), woodpecked(7, ONE, word)]);
        hears(&server.woodpecker()).is("passed").reran_nothing();
    }
}

#[test]
fn a_pipeline_that_failed_because_its_runner_broke_is_no_evidence() {
    let jobs = |reason| json!([job(72, "unit", "success"), job_broken(71, "e2e", reason)]);
    let server = |reason| {
        gitlab(&[pipeline(8, ONE, "success"), pipeline(7, ONE, "failed")])
            .answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs(reason))
    };
    hears(&server("runner_system_failure").gitlab()).is("passed").reran_nothing();
    hears(&server("script_failure").gitlab()).is("flaky").counts(1, 1);
}

/// A GitHub run that passed at its second attempt; `first` is the conclusion of the first attempt.
fn second_attempt(first: &str) -> Server {
    let earlier = attempt(1, run(7, ONE, "completed", Some(first)));
    github(&[attempt(2, run(7, ONE, "completed", Some("success")))])
        .answers(&format!("{GITHUB}/actions/runs/7/attempts/1"), earlier)
}

#[test]
fn an_earlier_attempt_that_failed_or_took_too_long_is_evidence() {
    for first in ["failure", "timed_out"] {
        hears(&second_attempt(first).github())
            .is("flaky")
            .counts(1, 1)
            .shows(&["1111111: pipeline 7 failed, then passed at attempt 2"]);
    }
}

#[test]
fn every_earlier_attempt_counts() {
    let server = github(&[attempt(7, run(7, ONE, "completed", Some("success")))]);
    let earlier = |number| {
        let conclusion = if number == 1 { "failure" } else { "cancelled" };
        attempt(number, run(7, ONE, "completed", Some(conclusion)))
    };
    let server = (1..7).fold(server, |server, number| {
        server.answers(&format!("{GITHUB}/actions/runs/7/attempts/{number}"), earlier(number))
    });
    hears(&server.github()).is("flaky").counts(1, 1);
}

#[test]
fn an_attempts_number_alone_proves_nothing() {
    for first in ["cancelled", "startup_failure", "action_required"] {
        hears(&second_attempt(first).github()).is("passed").reran_nothing();
    }
    hears(&second_attempt("success").github()).is("passed").counts(0, 1).shows(&[]);
    // What cannot be learnt is said, and is no evidence.
    let server = github(&[attempt(2, run(7, ONE, "completed", Some("success")))]);
    hears(&server.github()).is("passed").reran_nothing();
    let ran = Asker::new().flaky(&format!("status {}", server.github())).succeeds();
    ran.says("the evidence is incomplete");
}

#[test]
fn a_failure_of_the_last_attempt_is_a_failure() {
    let earlier = attempt(1, run(7, ONE, "completed", Some("failure")));
    let server = github(&[attempt(2, run(7, ONE, "completed", Some("failure")))])
        .answers(&format!("{GITHUB}/actions/runs/7/attempts/1"), earlier);
    hears(&server.github()).is("failed").counts(0, 1).shows(&[]);
}

#[test]
fn a_context_of_giteas_that_was_set_again_is_evidence() {
    let statuses = [
        status(5, "ci / e2e", "success"),
        status(4, "ci / e2e", "pending"),
        status(3, "ci / e2e", "failure"),
        status(2, "ci / e2e", "pending"),
        status(1, "ci / unit", "success"),
    ];
    hears(&gitea(&[(ONE, &statuses)]).gitea())
        .is("flaky")
        .counts(1, 1)
        .because("job `ci / e2e` 1×");
    let once = [status(2, "ci / e2e", "success"), status(1, "ci / e2e", "pending")];
    hears(&gitea(&[(ONE, &once)]).gitea()).is("passed").reran_nothing();
}

/// Twenty pipelines, of which one was retried.
#[test]
fn the_rate_is_of_all_commits_with_a_result() {
    let pipelines: Vec<_> =
        (1..=20).map(|id| pipeline(100 - id, &format!("{id:040}"), "success")).collect();
    let jobs = json!([job(72, "e2e", "success"), job(71, "e2e", "failed")]);
    let server = gitlab(&pipelines).answers(&format!("{GITLAB}/pipelines/90/jobs"), jobs);
    hears(&server.gitlab())
        .is("flaky")
        .counts(1, 20)
        .reran(1, 1)
        .because("1 of 20 commits, 5 % (95 %: 0.9–24 %); 1 of 1 rerun disagreed; job `e2e` 1×");
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert!(ran.stdout().starts_with("flaky 1/20: 1 of 20 commits, 5 %"), "{}", ran.stdout());
}

#[test]
fn a_commit_without_a_result_is_not_counted() {
    let server = gitlab(&[
        pipeline(9, THREE, "success"),
        pipeline(8, TWO, "canceled"),
        pipeline(7, ONE, "skipped"),
    ]);
    hears(&server.gitlab()).is("passed").counts(0, 1).reran_nothing();
}

/// Three passed commits: two of them ran twice, and one of these is flaky.
fn three() -> Server {
    gitlab(&[
        pipeline(11, THREE, "success"),
        pipeline(10, TWO, "success"),
        pipeline(9, TWO, "failed"),
        pipeline(8, ONE, "success"),
        pipeline(7, ONE, "success"),
    ])
}

#[test]
fn reruns_that_agree_are_counted_beside_the_rate() {
    let said = hears(&three().gitlab())
        .is("flaky")
        .counts(1, 3)
        .reran(1, 2)
        .because("1 of 2 reruns disagreed")
        .shows(&["2222222: pipeline 9 failed, pipeline 10 passed"]);
    assert_eq!(said.of.as_deref(), Some("commits"));
}

#[test]
fn a_sha_counts_once_however_often_it_disagrees() {
    let jobs = json!([
        job(75, "e2e", "success"),
        job(74, "e2e", "failed"),
        job(73, "lint", "success"),
        job(72, "lint", "failed"),
        job(71, "e2e", "failed"),
    ]);
    let server = gitlab(&[
        pipeline(8, TWO, "success"),
        pipeline(7, ONE, "success"),
        pipeline(6, ONE, "failed"),
    ]);
    let server = server.answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs);
    hears(&server.gitlab()).is("flaky").counts(1, 2).reran(1, 1).shows(&[
        "1111111: job `e2e` failed, then passed in pipeline 7",
        "1111111: job `lint` failed, then passed in pipeline 7",
        "1111111: pipeline 6 failed, pipeline 7 passed",
    ]);
}

#[test]
fn the_jobs_that_flake_most_are_named_first() {
    let flaked = |id, name| [job(id + 1, name, "success"), job(id, name, "failed")];
    let (e2e, lint) = (flaked(10, "e2e"), flaked(20, "a-lint"));
    let server = gitlab(&[pipeline(8, TWO, "success"), pipeline(7, ONE, "success")])
        .answers(&format!("{GITLAB}/pipelines/8/jobs"), &e2e)
        .answers(&format!("{GITLAB}/pipelines/7/jobs"), [e2e.as_slice(), &lint].concat());
    hears(&server.gitlab()).because("; 2 of 2 reruns disagreed; job `e2e` 2×; job `a-lint` 1×");
}

#[test]
fn runs_limits_the_window() {
    let server = three();
    let asked = |count: usize| hears(&format!("{} --runs {count}", server.gitlab()));
    asked(1).is("passed").reran_nothing();
    asked(2).is("passed").reran_nothing();
    asked(3).is("flaky").counts(1, 2).reran(1, 1);
    asked(5).is("flaky").counts(1, 3).reran(1, 2);
    // What still runs does not take anything's place.
    let server = gitlab(&[
        pipeline(9, TWO, "running"),
        pipeline(8, ONE, "success"),
        pipeline(7, ONE, "failed"),
    ]);
    let said = hears(&format!("{} --runs 2", server.gitlab())).is("running").counts(1, 1);
    assert_eq!(said.before.as_deref(), Some("flaky"));
}

#[test]
fn a_pipelines_jobs_are_read_to_the_last_page() {
    let place = format!("{GITLAB}/pipelines/7/jobs");
    let link = format!("<{place}?page=2>; rel=\"next\"");
    let first = Reply::new(200)
        .set_body_json(json!([job(72, "e2e", "success")]))
        .insert_header("link", link);
    let server = gitlab(&[pipeline(7, ONE, "success")])
        .replies(&place, [first])
        .answers(&format!("{place}?page=2"), json!([job(71, "e2e", "failed")]));
    hears(&server.gitlab()).is("flaky").counts(1, 1);
}

#[test]
fn a_next_page_that_never_ends_ends() {
    let place = format!("{GITLAB}/pipelines/7/jobs");
    let endless = Reply::new(200)
        .set_body_json(json!([job(72, "e2e", "success")]))
        .insert_header("link", format!("<{place}>; rel=\"next\""));
    let server = gitlab(&[pipeline(7, ONE, "success")]).replies(&place, [endless]);
    hears(&server.gitlab()).is("passed");
    assert!(server.places().len() < 30, "{}", server.places().len());
}

#[test]
fn a_failure_is_blamed_on_jobs() {
    let mut allowed = job(75, "lint", "failed");
    allowed["allow_failure"] = json!(true);
    let failed: Vec<_> =
        ["a", "b", "c", "d"].iter().zip(76..).map(|(n, id)| job(id, n, "failed")).collect();
    let with = |jobs: &[Value]| {
        let server = gitlab(&[pipeline(7, ONE, "failed")]);
        hears(&server.answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs).gitlab()).is("failed")
    };
    assert_eq!(with(&[allowed, failed[0].clone()]).reason, "pipeline 7 failed: job `a`");
    assert_eq!(with(&failed[..3]).reason, "pipeline 7 failed: jobs `a`, `b` and `c`");
    assert_eq!(with(&failed).reason, "pipeline 7 failed: jobs `a`, `b`, `c` and 1 more");
}
