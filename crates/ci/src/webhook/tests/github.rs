//! GitHub's messages.

use serde_json::{Value, json};

use super::{
    SHA, Sent, is_ignored, job, malformed, merged, message, rfc3339, run, second, verdict,
};
use crate::run::{RunId, Trigger};
use flaky_core::verdict::Verdict;

const RUN: &str = "x-github-event: workflow_run";
const JOB: &str = "x-github-event: workflow_job";
const SUITE: &str = "x-github-event: check_suite";
const STATUS: &str = "x-github-event: status";

fn repository() -> Value {
    json!({ "id": 3, "full_name": "owner/repo", "default_branch": "main" })
}

/// The body of a message about an attempt of the run 77.
fn run_body(attempt: u64, status: &str, conclusion: Option<&str>, updated: i64) -> Value {
    json!({
        "action": status,
        "workflow_run": {
            "id": 77,
            "name": "CI",
            "path": ".github/workflows/ci.yml",
            "workflow_id": 5,
            "head_sha": SHA,
            "head_branch": "main",
            "event": "push",
            "status": status,
            "conclusion": conclusion,
            "run_attempt": attempt,
            "created_at": rfc3339(0),
            "run_started_at": rfc3339(attempt.cast_signed() * 100),
            "updated_at": rfc3339(updated),
            "html_url": "https://github.com/owner/repo/actions/runs/77",
            "repository": { "id": 3, "owner": { "login": "owner" } },
            "head_repository": { "id": 3, "owner": { "login": "owner" } },
        },
        "repository": repository(),
    })
}

fn workflow_run(attempt: u64, status: &str, conclusion: Option<&str>, updated: i64) -> Sent {
    Sent::json(RUN, &run_body(attempt, status, conclusion, updated))
}

fn workflow_job(id: u64, attempt: u64, conclusion: Option<&str>, ended: Option<i64>) -> Sent {
    let body = json!({
        "action": if ended.is_some() { "completed" } else { "in_progress" },
        "workflow_job": {
            "id": id,
            "run_id": 77,
            "run_attempt": attempt,
            "workflow_name": "CI",
            "name": "test",
            "head_sha": SHA,
            "head_branch": "main",
            "status": if ended.is_some() { "completed" } else { "in_progress" },
            "conclusion": conclusion,
            "started_at": rfc3339(attempt.cast_signed() * 100 + 5),
            "completed_at": ended.map(rfc3339),
        },
        "repository": repository(),
    });
    Sent::json(JOB, &body)
}

/// A run that fails, is started again and passes.
pub(super) fn story() -> Vec<Sent> {
    vec![
        workflow_run(1, "queued", None, 100),
        workflow_run(1, "in_progress", None, 105),
        workflow_job(1, 1, None, None),
        workflow_job(1, 1, Some("failure"), Some(110)),
        workflow_run(1, "completed", Some("failure"), 111),
        workflow_run(2, "queued", None, 200),
        workflow_run(2, "in_progress", None, 205),
        workflow_job(2, 2, None, None),
        workflow_job(2, 2, Some("success"), Some(210)),
        workflow_run(2, "completed", Some("success"), 211),
    ]
}

#[test]
fn an_attempt_becomes_the_run_that_a_response_would_be() {
    let sent = workflow_run(2, "completed", Some("failure"), 211);
    let run = run(&sent);
    assert_eq!((&run.key.id, run.key.attempt), (&RunId::Number(77), 2));
    assert_eq!(run.kind.git_ref.as_deref(), Some("main"));
    assert_eq!((run.kind.workflow, run.workflow_name.as_deref()), (Some(5), Some("CI")));
    assert_eq!((run.verdict(), run.state.as_of), (Verdict::Failed, Some(second(211))));
    assert_eq!(message(&sent).default_branch.as_deref(), Some("main"));
}

#[test]
fn a_run_that_passes_in_its_second_attempt_is_flaky() {
    assert_eq!(verdict(&story()[..5]), Verdict::Failed);
    assert_eq!(verdict(&story()[..6]), Verdict::Running);
    assert_eq!(verdict(&story()), Verdict::Flaky);
}

#[test]
fn a_job_belongs_to_an_attempt_and_leaves_its_branch_open() {
    let alone = run(&workflow_job(2, 2, Some("failure"), Some(210)));
    assert_eq!((&alone.key.id, alone.key.attempt), (&RunId::Number(77), 2));
    assert_eq!((alone.verdict(), alone.state.as_of), (Verdict::Running, None));
    assert_eq!(alone.kind.git_ref, None);
    assert_eq!(job(&alone, 2).verdict(), Verdict::Failed);
    let mut body = run_body(1, "queued", None, 0);
    body["workflow_job"] = json!({ "id": 1, "name": "a check of another app" });
    assert!(malformed(&Sent::json(JOB, &body)).contains("run_id"));
}

#[test]
fn the_branch_of_a_fork_is_none_of_ours() {
    let mut body = run_body(1, "completed", Some("failure"), 9);
    body["workflow_run"]["event"] = json!("pull_request");
    body["workflow_run"]["head_repository"] = json!({ "id": 4, "owner": { "login": "someone" } });
    let kind = |body: &Value| run(&Sent::json(RUN, body)).kind;
    assert_eq!(kind(&body).git_ref.as_deref(), Some("someone:main"));
    assert_eq!(kind(&body).trigger, Trigger::MergeRequest);
    body["workflow_run"]["head_repository"] = json!(null);
    assert_eq!(kind(&body).git_ref, None);
}

/// A message about the checks of an app.
fn check_suite(app: &str, status: &str, conclusion: Option<&str>, updated: i64) -> Sent {
    let body = json!({
        "action": "completed",
        "check_suite": {
            "id": 501,
            "head_branch": "main",
            "head_sha": SHA,
            "status": status,
            "conclusion": conclusion,
            "app": { "id": 42, "slug": app, "name": "Other CI" },
            "created_at": rfc3339(0),
            "updated_at": rfc3339(updated),
        },
        "repository": repository(),
    });
    Sent::json(SUITE, &body)
}

#[test]
fn the_checks_of_an_app_are_a_run_unless_they_are_workflows() {
    let run = run(&check_suite("other-ci", "completed", Some("success"), 9));
    assert_eq!(run.key.id, RunId::Number(501));
    assert_eq!((run.kind.workflow, run.workflow_name.as_deref()), (Some(42), Some("Other CI")));
    assert_eq!((run.verdict(), run.state.as_of), (Verdict::Passed, Some(second(9))));
    assert!(is_ignored(&check_suite("github-actions", "completed", Some("success"), 9)));
}

#[test]
fn checks_that_are_requested_again_are_running() {
    let passed = check_suite("other-ci", "completed", Some("success"), 9);
    let again = check_suite("other-ci", "queued", None, 12);
    for messages in [[&passed, &again], [&again, &passed]] {
        let [run] = merged(messages).try_into().expect("one run");
        assert_eq!(run.verdict(), Verdict::Running);
    }
}

fn status_body(id: u64, context: &str, state: &str, branches: &[&str]) -> Value {
    let branches: Vec<Value> = branches.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "id": id,
        "sha": SHA,
        "name": "owner/repo",
        "context": context,
        "state": state,
        "target_url": "https://ci.example/1",
        "branches": branches,
        "created_at": rfc3339(id.cast_signed()),
        "updated_at": rfc3339(id.cast_signed()),
        "repository": repository(),
    })
}

#[test]
fn a_status_is_a_job_of_its_commit() {
    let run = run(&Sent::json(STATUS, &status_body(9, "ci/lint", "failure", &["topic", "main"])));
    assert_eq!(run.key.id, RunId::Commit(SHA.to_string()));
    assert_eq!(run.kind.git_ref.as_deref(), Some("main"));
    assert_eq!((run.verdict(), run.state.as_of), (Verdict::Failed, Some(second(9))));
    assert_eq!(job(&run, 9).name, "ci/lint");
    assert_eq!(job(&run, 9).url.as_deref(), Some("https://ci.example/1"));
}

#[test]
fn a_status_is_on_its_first_branch_if_not_on_the_default_one() {
    let git_ref = |branches: &[&str]| {
        run(&Sent::json(STATUS, &status_body(9, "ci", "error", branches))).kind.git_ref
    };
    assert_eq!(git_ref(&["topic", "other"]).as_deref(), Some("topic"));
    assert_eq!(git_ref(&[]), None);
}

#[test]
fn a_status_names_a_commit_by_its_full_id() {
    for sha in ["", "5ca1ab1e", "../../../etc/passwd/1234567890/1234567890", &"x".repeat(40)] {
        let mut body = status_body(9, "ci", "error", &[]);
        body["sha"] = json!(sha);
        assert!(malformed(&Sent::json(STATUS, &body)).contains("full id"), "{sha}");
    }
}

#[test]
fn a_ping_names_its_repository() {
    let ping = |body: &Value| Sent::json("x-github-event: ping", body);
    let heard = message(&ping(&json!({ "zen": "…", "repository": repository() })));
    assert_eq!((heard.project.as_str(), heard.runs.len()), ("owner/repo", 0));
    assert!(is_ignored(&ping(&json!({ "zen": "…", "organization": { "login": "owner" } }))));
}
