//! Gitea's and Forgejo's messages.

use serde_json::{Value, json};

use super::{SHA, Sent, job, merged, message, rfc3339, run, second, verdict};
use crate::Provider;
use crate::run::{RunId, Trigger};
use flaky_core::verdict::Verdict;

/// How Gitea writes a time that is not set.
const UNSET: &str = "1970-01-01T00:00:00Z";
const RUN: &str = "x-gitea-event: workflow_run";
const JOB: &str = "x-gitea-event: workflow_job";

fn time(at: Option<i64>) -> Value {
    at.map_or(json!(UNSET), rfc3339)
}

fn repository() -> Value {
    json!({ "id": 3, "full_name": "owner/repo", "default_branch": "main" })
}

/// The body of a message about the run 8, as versions without attempts send it.
fn run_body(status: &str, conclusion: &str, started: Option<i64>, ended: Option<i64>) -> Value {
    json!({
        "action": status,
        "workflow": { "id": "ci.yml", "name": "CI" },
        "workflow_run": {
            "id": 8,
            "path": "ci.yml@refs/heads/main",
            "event": "push",
            "run_attempt": 0,
            "head_sha": SHA,
            "head_branch": "main",
            "status": status,
            "conclusion": conclusion,
            "html_url": "https://gitea.example/owner/repo/actions/runs/2",
            "started_at": time(started),
            "completed_at": time(ended),
        },
        "repository": repository(),
    })
}

fn workflow_run(status: &str, conclusion: &str, started: Option<i64>, ended: Option<i64>) -> Sent {
    Sent::json(RUN, &run_body(status, conclusion, started, ended))
}

/// A message about the job 21, which keeps its number when it starts again.
fn workflow_job(attempt: u64, conclusion: &str, started: Option<i64>, ended: Option<i64>) -> Sent {
    let status = match (started, ended) {
        (_, Some(_)) => "completed",
        (Some(_), None) => "in_progress",
        (None, None) => "queued",
    };
    let body = json!({
        "action": status,
        "workflow_job": {
            "id": 21,
            "run_id": 8,
            "run_attempt": attempt,
            "name": "test",
            "head_sha": SHA,
            "head_branch": "main",
            "status": status,
            "conclusion": conclusion,
            "created_at": rfc3339(0),
            "started_at": time(started),
            "completed_at": time(ended),
        },
        "repository": repository(),
    });
    Sent::json(JOB, &body)
}

/// A run that fails, starts again as the same run and passes.
pub(super) fn story() -> Vec<Sent> {
    vec![
        workflow_run("queued", "", None, None),
        workflow_job(1, "", None, None),
        workflow_run("in_progress", "", Some(5), None),
        workflow_job(1, "", Some(5), None),
        workflow_job(1, "failure", Some(5), Some(10)),
        workflow_run("completed", "failure", Some(5), Some(11)),
        workflow_run("queued", "", None, None),
        workflow_job(2, "", None, None),
        workflow_run("in_progress", "", Some(20), None),
        workflow_job(2, "", Some(20), None),
        workflow_job(2, "success", Some(20), Some(30)),
        workflow_run("completed", "success", Some(20), Some(31)),
    ]
}

#[test]
fn a_run_of_gitea_has_its_file_as_the_workflow() {
    let sent = workflow_run("completed", "failure", Some(5), Some(11));
    let ours = run(&sent);
    assert_eq!(message(&sent).provider, Provider::Gitea);
    assert_eq!((&ours.key.id, ours.key.attempt), (&RunId::Number(8), 1));
    assert_eq!(ours.kind.git_ref.as_deref(), Some("main"));
    assert_eq!(ours.workflow_name.as_deref(), Some("CI"));
    assert_eq!((ours.verdict(), ours.state.as_of), (Verdict::Failed, Some(second(11))));
    let mut other = run_body("completed", "success", Some(5), Some(11));
    other["workflow_run"]["path"] = json!("lint.yml@refs/heads/main");
    let other = run(&Sent::json(RUN, &other));
    assert!(ours.kind.workflow.is_some() && ours.kind.workflow != other.kind.workflow);
}

#[test]
fn a_time_that_is_not_set_is_none() {
    let queued = run(&workflow_run("queued", "", None, None));
    assert_eq!((queued.verdict(), queued.state.as_of), (Verdict::Running, None));
    let mut year_one = run_body("queued", "", None, None);
    year_one["workflow_run"]["started_at"] = json!("0001-01-01T00:00:00Z");
    assert_eq!(run(&Sent::json(RUN, &year_one)).times.started, None);
}

#[test]
fn a_pull_request_has_no_branch_of_the_repository() {
    let mut body = run_body("completed", "failure", Some(5), Some(11));
    body["workflow_run"]["head_branch"] = json!("");
    body["workflow_run"]["event"] = json!("pull_request_sync");
    let run = run(&Sent::json(RUN, &body));
    assert_eq!((run.kind.git_ref, run.kind.trigger), (None, Trigger::MergeRequest));
}

#[test]
fn a_job_that_starts_again_under_its_number_is_another_execution() {
    assert_eq!(verdict(&story()[..6]), Verdict::Failed);
    // Nothing tells a run that waits again from one that waited before it failed.
    assert_eq!(verdict(&story()[..7]), Verdict::Failed);
    assert_eq!(verdict(&story()[..9]), Verdict::Running);
    assert_eq!(verdict(&story()), Verdict::Flaky);
    let [run] = merged(&story()).try_into().expect("one run");
    assert_eq!(job(&run, 21).verdict(), Verdict::Failed);
    assert_eq!(run.jobs().len(), 2);
}

#[test]
fn a_status_of_gitea_is_a_job_of_its_commit() {
    let body = json!({
        "id": 9,
        "sha": SHA,
        "state": "failure",
        "context": "ci/other",
        "description": "Has been cancelled",
        "target_url": "https://ci.example/1",
        "created_at": rfc3339(1),
        "updated_at": rfc3339(2),
        "repository": repository(),
    });
    let run = run(&Sent::json("x-gitea-event: status", &body));
    assert_eq!(run.key.id, RunId::Commit(SHA.to_string()));
    assert_eq!((run.verdict(), run.state.as_of), (Verdict::Stopped, Some(second(2))));
    assert_eq!(job(&run, 9).name, "ci/other");
}

/// A run in Forgejo's messages.
fn action_run(id: u64, status: &str, started: i64, stopped: i64) -> Value {
    json!({
        "id": id,
        "index_in_repo": id,
        "repository": repository(),
        "workflow_id": "ci.yml",
        "prettyref": "main",
        "commit_sha": SHA,
        "event": "push",
        "trigger_event": "push",
        "status": status,
        "html_url": "https://forgejo.example/owner/repo/actions/runs/8",
        "created": rfc3339(0),
        "started": rfc3339(started),
        "stopped": rfc3339(stopped),
        "updated": rfc3339(stopped),
    })
}

fn ended(event: &'static str, run: &Value, before: Option<&Value>) -> Sent {
    let body =
        json!({ "action": event, "run": run, "last_run": before, "prior_status": "running" });
    Sent::json(event, &body)
}

const FAILURE: &str = "x-forgejo-event: action_run_failure";
const RECOVER: &str = "x-forgejo-event: action_run_recover";

/// A run that fails, starts again as the same run and passes.
pub(super) fn story_of_forgejo() -> Vec<Sent> {
    vec![
        ended(FAILURE, &action_run(8, "failure", 5, 11), None),
        ended(RECOVER, &action_run(8, "success", 20, 31), None),
    ]
}

#[test]
fn a_run_of_forgejo_has_ended() {
    let sent = ended(FAILURE, &action_run(8, "failure", 5, 11), None);
    let run = run(&sent);
    assert_eq!(message(&sent).provider, Provider::Gitea);
    assert_eq!(message(&sent).default_branch.as_deref(), Some("main"));
    assert_eq!(run.key.id, RunId::Number(8));
    assert_eq!(run.kind.git_ref.as_deref(), Some("main"));
    assert_eq!(run.workflow_name.as_deref(), Some("ci.yml"));
    assert_eq!((run.verdict(), run.state.as_of), (Verdict::Failed, Some(second(11))));
}

#[test]
fn every_status_of_forgejo_has_a_verdict() {
    for (status, of) in [
        ("success", Verdict::Passed),
        ("failure", Verdict::Failed),
        ("cancelled", Verdict::Stopped),
        ("skipped", Verdict::Stopped),
        ("waiting", Verdict::Running),
        ("running", Verdict::Running),
        ("blocked", Verdict::Running),
        ("unknown", Verdict::Unknown),
        ("frobnicated", Verdict::Unknown),
    ] {
        let sent = ended(FAILURE, &action_run(8, status, 5, 11), None);
        assert_eq!(run(&sent).verdict(), of, "{status}");
    }
}

#[test]
fn the_ends_of_a_run_that_started_again_are_evidence() {
    assert_eq!(verdict(&story_of_forgejo()[..1]), Verdict::Failed);
    assert_eq!(verdict(&story_of_forgejo()), Verdict::Flaky);
}

#[test]
fn the_run_before_is_told_as_well() {
    let (now, before) = (action_run(9, "success", 20, 31), action_run(8, "failure", 5, 11));
    let sent = ended(RECOVER, &now, Some(&before));
    let verdicts: Vec<Verdict> = message(&sent).runs.iter().map(crate::Run::verdict).collect();
    assert_eq!(verdicts, [Verdict::Passed, Verdict::Failed]);
    let mut elsewhere = before;
    elsewhere["repository"]["full_name"] = json!("owner/other");
    assert_eq!(message(&ended(RECOVER, &now, Some(&elsewhere))).runs.len(), 1);
}
