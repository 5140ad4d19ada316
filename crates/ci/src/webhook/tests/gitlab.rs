//! GitLab's messages.

use serde_json::{Value, json};

use super::{SHA, Sent, is_ignored, job, malformed, merged, message, run, second, verdict};
use crate::run::{RunId, Trigger};
use flaky_core::verdict::Verdict;

/// A time as Ruby writes it.
pub(super) fn ruby(at: i64) -> String {
    second(at).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The times of a creation, a start and an end.
type Times = [Option<i64>; 3];

pub(super) fn build(id: u64, name: &str, status: &str, times: Times) -> Value {
    let [created_at, started_at, finished_at] = times.map(|time| time.map(ruby));
    json!({
        "id": id,
        "stage": "test",
        "name": name,
        "status": status,
        "created_at": created_at,
        "started_at": started_at,
        "finished_at": finished_at,
        "allow_failure": false,
        "failure_reason": null,
    })
}

fn project() -> Value {
    json!({
        "id": 3,
        "path_with_namespace": "group/project",
        "web_url": "https://gitlab.example/group/project",
        "default_branch": "main",
    })
}

/// The body of a message about the pipeline 7, which was created at 0.
fn body(status: &str, finished: Option<i64>, builds: &[Value]) -> Value {
    json!({
        "object_kind": "pipeline",
        "object_attributes": {
            "id": 7,
            "iid": 2,
            "ref": "main",
            "sha": SHA,
            "source": "push",
            "status": status,
            "created_at": ruby(0),
            "finished_at": finished.map(ruby),
            "url": "https://gitlab.example/group/project/-/pipelines/7",
        },
        "merge_request": null,
        "project": project(),
        "builds": builds,
    })
}

const PIPELINE: &str = "x-gitlab-event: Pipeline Hook";
const JOB: &str = "x-gitlab-event: Job Hook";

pub(super) fn pipeline(status: &str, finished: Option<i64>, builds: &[Value]) -> Sent {
    Sent::json(PIPELINE, &body(status, finished, builds))
}

/// The body of a message about a job of the pipeline 7.
fn job_body(id: u64, name: &str, status: &str, times: Times) -> Value {
    let [created, started, finished] = times.map(|time| time.map(ruby));
    json!({
        "object_kind": "build",
        "ref": "main",
        "sha": SHA,
        "build_id": id,
        "build_name": name,
        "build_status": status,
        "build_created_at": created,
        "build_started_at": started,
        "build_finished_at": finished,
        "build_allow_failure": false,
        "build_failure_reason": "unknown_failure",
        "retries_count": 0,
        "pipeline_id": 7,
        "project_id": 3,
        "project_name": "Group / Project",
        "project": project(),
        "commit": { "id": 7, "sha": SHA, "status": "running", "started_at": ruby(1), "finished_at": null },
    })
}

pub(super) fn build_event(id: u64, name: &str, status: &str, times: Times) -> Sent {
    Sent::json(JOB, &job_body(id, name, status, times))
}

/// A pipeline whose job fails, is retried and passes.
pub(super) fn story() -> Vec<Sent> {
    let lint = |status, times| build(1, "lint", status, times);
    let test = |status, times| build(2, "test", status, times);
    let again = |status, times| build(4, "test", status, times);
    let deploy = |status, times| build(3, "deploy", status, times);
    let (new, linted) = ([Some(0), None, None], [Some(0), Some(5), Some(10)]);
    let failed = [Some(0), Some(11), Some(20)];
    let passed = [Some(30), Some(31), Some(40)];
    let created = deploy("created", new);
    vec![
        pipeline("created", None, &[lint("created", new), test("created", new), created.clone()]),
        pipeline(
            "running",
            None,
            &[lint("running", [Some(0), Some(5), None]), test("created", new), created.clone()],
        ),
        build_event(1, "lint", "success", linted),
        pipeline(
            "running",
            None,
            &[lint("success", linted), test("running", [Some(0), Some(11), None]), created.clone()],
        ),
        build_event(2, "test", "failed", failed),
        pipeline(
            "failed",
            Some(21),
            &[lint("success", linted), test("failed", failed), deploy("skipped", new)],
        ),
        pipeline(
            "running",
            Some(21),
            &[lint("success", linted), again("pending", [Some(30), None, None]), created.clone()],
        ),
        build_event(4, "test", "running", [Some(30), Some(31), None]),
        build_event(4, "test", "success", passed),
        pipeline(
            "running",
            Some(21),
            &[
                lint("success", linted),
                again("success", passed),
                deploy("running", [Some(0), Some(41), None]),
            ],
        ),
        pipeline(
            "success",
            Some(50),
            &[
                lint("success", linted),
                again("success", passed),
                deploy("success", [Some(0), Some(41), Some(49)]),
            ],
        ),
    ]
}

#[test]
fn a_pipeline_becomes_the_run_that_a_response_would_be() {
    let failed = [Some(0), Some(11), Some(20)];
    let sent = pipeline("failed", Some(21), &[build(2, "test", "failed", failed)]);
    let message = message(&sent);
    assert_eq!(message.project, "group/project");
    assert_eq!(message.default_branch.as_deref(), Some("main"));
    let run = run(&sent);
    assert_eq!((&run.key.id, run.key.attempt), (&RunId::Number(7), 1));
    assert_eq!(run.sha.as_deref(), Some(SHA));
    assert_eq!(run.kind.git_ref.as_deref(), Some("main"));
    assert_eq!(run.kind.trigger, Trigger::Push);
    assert_eq!(run.verdict(), Verdict::Failed);
    assert_eq!(run.state.as_of, Some(second(21)));
    assert_eq!(run.url.as_deref(), Some("https://gitlab.example/group/project/-/pipelines/7"));
    let test = job(&run, 2);
    assert_eq!((test.name.as_str(), test.verdict()), ("test", Verdict::Failed));
    assert_eq!(test.times.started, Some(second(11)));
    assert_eq!(test.url.as_deref(), Some("https://gitlab.example/group/project/-/jobs/2"));
}

#[test]
fn times_are_read_in_every_notation() {
    for (text, at) in [
        ("2024-05-01 12:00:05 UTC", Some(5)),
        ("2024-05-01 14:00:05 +0200", Some(5)),
        ("2024-05-01T12:00:05Z", Some(5)),
        ("2024-05-01T14:00:05.000+02:00", Some(5)),
        ("2024-05-01 12:00:05 CEST", None),
        ("2024-05-01 12:00:05", None),
        ("yesterday", None),
        ("", None),
    ] {
        let mut body = body("running", None, &[]);
        body["object_attributes"]["created_at"] = json!(text);
        assert_eq!(run(&Sent::json(PIPELINE, &body)).times.created, at.map(second), "{text}");
    }
}

#[test]
fn a_pipeline_of_a_merge_request_is_not_one_of_the_branch() {
    let mut body = body("failed", Some(5), &[]);
    body["object_attributes"]["source"] = json!("merge_request_event");
    let of = |body: &Value| run(&Sent::json(PIPELINE, body)).kind;
    assert_eq!(of(&body).git_ref, None);
    body["merge_request"] = json!({ "iid": 12, "source_branch": "main" });
    assert_eq!(of(&body).git_ref.as_deref(), Some("refs/merge-requests/12/head"));
    assert_eq!(of(&body).trigger, Trigger::MergeRequest);
    body["object_attributes"]["source"] = json!(null);
    assert_eq!(of(&body).trigger, Trigger::MergeRequest);
}

#[test]
fn a_child_pipeline_is_left_to_its_parent() {
    let mut child = body("failed", Some(5), &[]);
    child["object_attributes"]["source"] = json!("parent_pipeline");
    assert!(is_ignored(&Sent::json(PIPELINE, &child)));
    let mut of_child = job_body(2, "test", "failed", [Some(0), Some(1), Some(2)]);
    of_child["source_pipeline"] = json!({ "project": { "id": 3 }, "pipeline_id": 6, "job_id": 1 });
    assert!(is_ignored(&Sent::json(JOB, &of_child)));
    // The pipeline of another project started this one, which is its own.
    of_child["source_pipeline"]["project"]["id"] = json!(4);
    assert_eq!(run(&Sent::json(JOB, &of_child)).key.id, RunId::Number(7));
}

#[test]
fn a_job_knows_nothing_of_its_pipeline() {
    let alone = build_event(2, "test", "failed", [Some(0), Some(1), Some(2)]);
    let of_job = run(&alone);
    assert_eq!((of_job.verdict(), of_job.state.as_of), (Verdict::Running, None));
    for status in ["created", "pending", "running", "failed", "success", "skipped", "frobnicated"] {
        for times in [json!(ruby(0)), json!(null)] {
            let mut body = body(status, None, &[]);
            body["object_attributes"]["created_at"] = times;
            let whole = Sent::json(PIPELINE, &body);
            let [both] = merged([&alone, &whole]).try_into().expect("one run");
            assert_eq!(both.state.outcome, run(&whole).state.outcome, "{status}");
            assert_eq!(both.kind.git_ref.as_deref(), Some("main"));
            assert_eq!(both.jobs().len(), 1);
        }
    }
}

#[test]
fn an_old_server_names_the_project_of_a_job_by_its_remote() {
    let mut body = job_body(2, "test", "failed", [Some(0), Some(1), Some(2)]);
    body["project"] = json!(null);
    assert!(malformed(&Sent::json(JOB, &body)).contains("group/project"));
    body["repository"] = json!({ "git_ssh_url": "git@gitlab.example:group/sub/project.git" });
    assert_eq!(
        message(&Sent::json("x-gitlab-event: Build Hook", &body)).project,
        "group/sub/project"
    );
}

#[test]
fn an_event_of_the_server_is_about_what_its_body_says() {
    let system = "x-gitlab-event: System Hook";
    assert_eq!(run(&Sent::json(system, &body("failed", Some(5), &[]))).verdict(), Verdict::Failed);
    let build = job_body(2, "test", "failed", [Some(0), Some(1), Some(2)]);
    assert_eq!(run(&Sent::json(system, &build)).jobs().len(), 1);
    assert!(is_ignored(&Sent::json(system, &json!({ "event_name": "project_create" }))));
    assert!(is_ignored(&Sent::json(system, &json!({ "object_kind": "push" }))));
}

#[test]
fn a_pipeline_that_waits_for_a_person_is_judged_by_its_jobs() {
    let done = |status| build(1, "test", status, [Some(0), Some(1), Some(5)]);
    let manual = build(2, "deploy", "manual", [Some(0), None, None]);
    let verdict_of = |jobs: &[Value]| run(&pipeline("manual", None, jobs)).verdict();
    assert_eq!(verdict_of(&[done("success"), manual.clone()]), Verdict::Passed);
    assert_eq!(verdict_of(&[done("failed"), manual.clone()]), Verdict::Failed);
    assert_eq!(verdict_of(&[manual]), Verdict::Stopped);
}

#[test]
fn a_skipped_job_may_still_run() {
    let skipped = pipeline(
        "failed",
        Some(21),
        &[
            build(2, "test", "failed", [Some(0), Some(11), Some(20)]),
            build(3, "deploy", "skipped", [Some(0), None, None]),
        ],
    );
    let passed = build_event(3, "deploy", "success", [Some(0), Some(41), Some(49)]);
    for messages in [[&skipped, &passed], [&passed, &skipped]] {
        let [run] = merged(messages).try_into().expect("one run");
        assert_eq!(job(&run, 3).verdict(), Verdict::Passed);
    }
}

#[test]
fn a_retried_job_is_evidence() {
    assert_eq!(verdict(&story()[..6]), Verdict::Failed);
    assert_eq!(verdict(&story()[..7]), Verdict::Running);
    assert_eq!(verdict(&story()), Verdict::Flaky);
}

#[test]
fn jobs_and_texts_of_a_message_are_bounded() {
    let many: Vec<Value> =
        (0..6000).map(|id| build(id, "test", "created", [Some(0), None, None])).collect();
    assert_eq!(run(&pipeline("running", None, &many)).jobs().len(), 5000);
    let long = "é".repeat(1000);
    let mut body = body(&long, None, &[build(2, &long, &long, [None; 3])]);
    body["object_attributes"]["ref"] = json!(long);
    let run = run(&Sent::json(PIPELINE, &body));
    assert_eq!(run.verdict(), Verdict::Unknown);
    let texts = [&run.state.word, &job(&run, 2).name, &job(&run, 2).state.word];
    assert!(texts.into_iter().chain(&run.kind.git_ref).all(|text| text.chars().count() == 255));
    body["object_attributes"]["id"] = json!(u64::MAX);
    assert!(malformed(&Sent::json(PIPELINE, &body)).contains("2^63"));
}
