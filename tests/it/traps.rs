//! Runs and jobs that must be ignored: branches of forks, other jobs, misleading names.

use serde_json::{Value, json};

use crate::asking::{Asker, hears};
use crate::platforms::{
    GITEA, GITHUB, GITLAB, JENKINS, ONE, TWO, WOODPECKER, build, gitea, github, gitlab, pipeline,
    run, status, woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

fn with(mut value: Value, name: &str, of: impl Into<Value>) -> Value {
    value[name] = of.into();
    value
}

#[test]
fn a_forks_branch_of_the_same_name_is_not_ours() {
    let of = |run: Value, head: u64| {
        with(with(run, "repository", json!({"id": 4})), "head_repository", json!({"id": head}))
    };
    let fork = of(run(8, TWO, "completed", Some("failure")), 5);
    let ours = of(run(7, ONE, "completed", Some("success")), 4);
    hears(&github(&[fork, ours]).github()).is("passed").because("pipeline 7");
}

#[test]
fn a_pull_request_into_a_branch_is_not_the_branch() {
    let of = |event: &str| with(woodpecked(8, TWO, "failure"), "event", event);
    for event in ["pull_request", "pull_request_closed"] {
        let server = woodpecker(&[of(event), woodpecked(7, ONE, "success")]);
        hears(&server.woodpecker()).is("passed").because("pipeline 7");
    }
    let server = woodpecker(&[of("pull_request")]);
    hears(&format!("{} --source pull_request", server.woodpecker())).is("failed");
}

#[test]
fn how_many_runs_are_weighed_does_not_change_which_one_is_right() {
    let lint = with(run(8, ONE, "completed", Some("success")), "workflow_id", 71);
    let server = github(&[lint, run(7, ONE, "completed", Some("failure"))]);
    for count in [1, 2, 20] {
        hears(&format!("{} --runs {count}", server.github())).is("failed").because("pipeline 7");
    }
}

#[test]
fn what_the_clock_started_is_another_pipeline() {
    let nightly = with(pipeline(7, ONE, "failed"), "source", "schedule");
    let push = with(pipeline(8, ONE, "success"), "source", "push");
    hears(&gitlab(&[push.clone(), nightly]).gitlab()).is("passed").reran_nothing();
    let again = with(pipeline(7, ONE, "failed"), "source", "web");
    hears(&gitlab(&[push, again]).gitlab()).is("flaky").counts(1, 1);
}

#[test]
fn a_request_to_merge_is_built_as_if_it_were_merged() {
    let request = with(run(7, ONE, "completed", Some("failure")), "event", "pull_request");
    let server = github(&[run(8, ONE, "completed", Some("success")), request]);
    hears(&server.github()).is("passed").reran_nothing();
}

#[test]
fn checks_that_were_all_cancelled_have_not_passed() {
    let check = |conclusion: &str| {
        let check = json!({"id": 1, "name": "c", "status": "completed", "conclusion": conclusion});
        let server = github(&[])
            .answers(
                &format!("{GITHUB}/commits/main/status"),
                json!({"state": "pending", "total_count": 0}),
            )
            .answers(&format!("{GITHUB}/commits/main/check-runs"), json!({"check_runs": [check]}));
        hears(&server.github()).verdict
    };
    assert_eq!(check("cancelled"), "stopped");
    assert_eq!(check("success"), "passed");
    assert_eq!(check("failure"), "failed");
}

#[test]
fn where_a_source_has_no_runs_others_do_not_stand_for_it() {
    let server = github(&[])
        .answers(
            &format!("{GITHUB}/commits/main/status"),
            json!({"state": "success", "total_count": 1}),
        )
        .answers(&format!("{GITHUB}/commits/main/check-runs"), json!({"check_runs": []}));
    hears(&server.github()).is("passed");
    hears(&format!("{} --source schedule", server.github())).is("unknown");
}

#[test]
fn a_job_of_giteas_that_was_skipped_or_cancelled() {
    let one = |second: Value| gitea(&[(ONE, &[second, status(1, "unit", "success")])]);
    hears(&one(status(2, "deploy", "skipped")).gitea()).is("passed");
    let cancelled = with(status(2, "unit", "failure"), "description", "Has been cancelled");
    let server = gitea(&[(ONE, &[status(3, "unit", "success"), cancelled])]);
    hears(&server.gitea()).is("passed").reran_nothing();
    let only =
        gitea(&[(TWO, &[status(2, "unit", "skipped")]), (ONE, &[status(1, "unit", "failure")])]);
    hears(&only.gitea()).is("failed");
}

#[test]
fn every_page_of_a_commits_statuses_is_read() {
    let place = format!("{GITEA}/commits/{ONE}/statuses");
    let server = gitea(&[(ONE, &[])]);
    let next = format!("<{}?page=2>; rel=\"next\"", server.url(&place));
    let first = Reply::new(200).set_body_json([status(2, "unit", "success")]);
    let server = server
        .replies(&place, [first.insert_header("link", next.as_str())])
        .answers(&format!("{place}?page=2"), [status(1, "unit", "failure")]);
    hears(&server.gitea()).is("flaky").because("job `unit` 1×");
}

#[test]
fn a_shared_library_is_not_what_a_build_is_about() {
    let with_library = |number: u64, sha: &str, result: &str| {
        let mut build = build(number, sha, Some(result));
        let library = json!({"lastBuiltRevision": {"SHA1": TWO}, "remoteUrls": ["library"]});
        build["actions"].as_array_mut().unwrap().insert(0, library);
        build
    };
    let builds = [with_library(8, ONE, "SUCCESS"), with_library(7, "3333", "FAILURE")];
    let server = Server::new().answers(JENKINS, json!({"color": "blue", "allBuilds": builds}));
    hears(&server.jenkins()).is("passed").reran_nothing();
}

#[test]
fn steps_of_one_name_in_different_workflows_are_different() {
    let children = |id: u64, state: &str| json!([{"id": id, "name": "clone", "state": state}]);
    let mut own = woodpecked(9, TWO, "running");
    own["workflows"] = json!([
        {"pid": 1, "children": children(1, "failure")},
        {"pid": 2, "children": children(2, "success")},
    ]);
    let server = woodpecker(&[woodpecked(9, TWO, "running")])
        .answers(&format!("{WOODPECKER}/pipelines/9"), own);
    let asker = Asker::on_woodpecker(&server.url(""));
    asker.hears("").is("failed").reran_nothing();
}

#[test]
fn a_run_on_two_pages_is_one_run() {
    let link = format!("<{GITLAB}/pipelines?page=2>; rel=\"next\"");
    let first = Reply::new(200).set_body_json([pipeline(7, ONE, "success")]);
    let server = gitlab(&[pipeline(7, ONE, "success")])
        .replies(&format!("{GITLAB}/pipelines?page=1"), [first.insert_header("link", link)]);
    hears(&server.gitlab()).is("passed").reran_nothing();
}
