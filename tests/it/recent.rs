//! The latest runs, each of which is a beat.

use serde_json::{Value, json};

use crate::asking::{Asker, Said, hears};
use crate::platforms::{
    GITHUB, GITLAB, ONE, THREE, TWO, attempt, build, cctray, gitea, github, gitlab, jenkins, job,
    pipeline, run, status, woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

/// The verdicts and numbers of the latest runs, oldest first.
fn beats(said: &Said) -> Vec<(String, Option<u64>)> {
    let beat = |beat: &Value| {
        (beat["verdict"].as_str().expect("a verdict").to_string(), beat["number"].as_u64())
    };
    said.recent.iter().map(beat).collect()
}

#[track_caller]
fn assert_beats(said: &Said, expected: &[(&str, u64)]) {
    let expected: Vec<_> =
        expected.iter().map(|(verdict, number)| (verdict.to_string(), Some(*number))).collect();
    assert_eq!(beats(said), expected, "{said:?}");
}

/// A pipeline of GitLab's that was created at 12:00 and last changed so many minutes later.
fn took(minutes: u64, mut pipeline: Value) -> Value {
    pipeline["updated_at"] = json!(format!("2024-05-01T12:{minutes:02}:00.000Z"));
    pipeline
}

#[test]
fn every_pipeline_that_finished_is_a_beat_and_the_running_one_is_the_last() {
    let pipelines = [
        pipeline(16, THREE, "running"),
        pipeline(15, THREE, "pending"),
        took(5, pipeline(14, THREE, "success")),
        pipeline(13, TWO, "skipped"),
        pipeline(12, TWO, "failed"),
        pipeline(11, ONE, "canceled"),
        pipeline(10, ONE, "frobnicated"),
        pipeline(9, ONE, "success"),
    ];
    let said = hears(&gitlab(&pipelines).gitlab());
    let finished = [("passed", 9), ("stopped", 11), ("failed", 12), ("passed", 14)];
    let and = |running| [&finished[..], &[("running", running)]].concat();
    assert_beats(&said, &and(16));
    let beat = json!({
        "verdict": "passed", "number": 14, "commit": "3333333", "finished": "2024-05-01T12:05:00Z",
        "duration_s": 300.0, "url": "https://gitlab.example/p",
    });
    assert_eq!(said.recent[3], beat);
    let running = &said.recent[4];
    assert_eq!((&running["finished"], &running["duration_s"]), (&Value::Null, &Value::Null));
    // A pipeline in progress behind a finished one is no beat.
    assert_beats(&hears(&gitlab(&pipelines[1..]).gitlab()), &and(15));
    assert_beats(&hears(&gitlab(&pipelines[2..]).gitlab()), &finished);
    let behind = [pipeline(17, THREE, "success"), pipeline(16, THREE, "running")];
    assert_beats(&hears(&gitlab(&behind).gitlab()), &[("passed", 17)]);
}

#[test]
fn a_flaky_commit_has_a_flaky_beat() {
    let jobs = json!([job(72, "e2e", "success"), job(71, "e2e", "failed")]);
    let server = gitlab(&[
        pipeline(9, THREE, "success"),
        pipeline(8, TWO, "success"),
        pipeline(7, TWO, "failed"),
        pipeline(6, ONE, "success"),
    ]);
    let said = hears(&server.answers(&format!("{GITLAB}/pipelines/6/jobs"), jobs).gitlab());
    assert_beats(&said, &[("flaky", 6), ("failed", 7), ("flaky", 8), ("passed", 9)]);
    let earlier = attempt(1, run(7, ONE, "completed", Some("failure")));
    let server = github(&[attempt(2, run(7, ONE, "completed", Some("success")))])
        .answers(&format!("{GITHUB}/actions/runs/7/attempts/1"), earlier);
    assert_beats(&hears(&server.github()), &[("flaky", 7)]);
    let again = [status(3, "e2e", "success"), status(2, "e2e", "failure")];
    let said = hears(&gitea(&[(TWO, &again), (ONE, &[status(1, "e2e", "success")])]).gitea());
    assert_eq!(beats(&said), [("passed".to_string(), None), ("flaky".to_string(), None)]);
    // A retried job does not mend a pipeline that failed.
    let jobs =
        json!([job(73, "unit", "failed"), job(72, "e2e", "success"), job(71, "e2e", "failed")]);
    let server = gitlab(&[pipeline(6, ONE, "failed")]);
    let said = hears(&server.answers(&format!("{GITLAB}/pipelines/6/jobs"), jobs).gitlab());
    assert_beats(&said, &[("failed", 6)]);
}

/// A run of this workflow of GitHub's, which was started at 12:00 and took so many minutes.
fn of_workflow(workflow: u64, minutes: u64, mut run: Value) -> Value {
    run["workflow_id"] = json!(workflow);
    run["created_at"] = json!("2024-05-01T11:59:00Z");
    run["run_started_at"] = json!("2024-05-01T12:00:00Z");
    run["updated_at"] = json!(format!("2024-05-01T12:{minutes:02}:00Z"));
    run
}

#[test]
fn the_workflows_of_a_push_are_one_beat() {
    let done = |id, sha, conclusion| run(id, sha, "completed", Some(conclusion));
    let said = hears(
        &github(&[
            of_workflow(71, 7, done(14, TWO, "success")),
            of_workflow(70, 4, done(13, TWO, "success")),
            // The workflow was started again for the same commit.
            of_workflow(70, 4, done(12, ONE, "success")),
            of_workflow(71, 9, done(11, ONE, "success")),
            of_workflow(70, 3, done(10, ONE, "failure")),
        ])
        .github(),
    );
    assert_beats(&said, &[("failed", 10), ("flaky", 12), ("passed", 14)]);
    let of =
        |at: usize| (said.recent[at]["finished"].as_str(), said.recent[at]["duration_s"].as_f64());
    assert_eq!(of(0), (Some("2024-05-01T12:09:00Z"), Some(540.0)));
    assert_eq!(of(2), (Some("2024-05-01T12:07:00Z"), Some(420.0)));
    let running = run(16, THREE, "in_progress", None);
    let said = hears(&github(&[running, of_workflow(71, 2, done(15, THREE, "success"))]).github());
    assert_beats(&said, &[("running", 16)]);
}

#[test]
fn each_platform_tells_its_runs() {
    let started = |mut pipeline: Value| {
        pipeline["started"] = json!(1_714_564_800);
        pipeline["finished"] = json!(1_714_564_890);
        pipeline
    };
    let server =
        woodpecker(&[woodpecked(8, TWO, "killed"), started(woodpecked(7, ONE, "success"))]);
    let said = hears(&server.woodpecker());
    assert_beats(&said, &[("passed", 7), ("stopped", 8)]);
    assert_eq!(said.recent[0]["duration_s"], 90.0);
    assert_eq!(said.recent[0]["finished"], "2024-05-01T12:01:30Z");

    let mut timed = build(7, ONE, Some("UNSTABLE"));
    timed["timestamp"] = json!(1_714_564_800_000_u64);
    timed["duration"] = json!(1500);
    let said = hears(&jenkins(&[build(8, TWO, None), timed]).jenkins());
    assert_beats(&said, &[("failed", 7), ("running", 8)]);
    assert_eq!(said.recent[0]["duration_s"], 1.5);

    // These tell a state only.
    let xml = Reply::new(200).set_body_raw(cctray("Sleeping", "Success"), "text/xml");
    let server = Server::new().replies("/cc.xml", [xml]);
    assert_eq!(
        hears(&format!("--cctray {}", server.url("/cc.xml"))).is("passed").recent,
        [Value::Null; 0]
    );
    let server = Server::new().answers("/job/project/api/json", json!({"color": "blue"}));
    assert_eq!(hears(&server.jenkins()).is("passed").recent, [Value::Null; 0]);
}

#[test]
fn there_are_sixty_beats_at_most_and_as_many_as_runs() {
    let passed = (100..190).rev().map(|id| pipeline(id, &format!("{id:040}"), "success"));
    let all: Vec<_> = [pipeline(200, ONE, "running")].into_iter().chain(passed).collect();
    let server = gitlab(&all);
    let said = hears(&format!("{} --runs 80", server.gitlab()));
    assert_eq!(said.recent.len(), 61);
    assert_eq!(beats(&said)[0], ("passed".to_string(), Some(130)));
    let said = hears(&format!("{} --runs 3", server.gitlab()));
    assert_beats(&said, &[("passed", 187), ("passed", 188), ("passed", 189), ("running", 200)]);
}

#[test]
fn the_beat_of_ones_own_pipeline_is_that_of_the_siblings() {
    let jobs = json!([job(93, "badge", "running"), job(91, "unit", "failed")]);
    let server = gitlab(&[pipeline(9, TWO, "running"), pipeline(8, ONE, "success")])
        .answers(&format!("{GITLAB}/pipelines/9/jobs"), jobs);
    let asker = Asker::new()
        .with("GITLAB_CI", "true")
        .with("CI_API_V4_URL", &server.url("/api/v4"))
        .with("CI_PROJECT_PATH", "group/project")
        .with("CI_COMMIT_REF_NAME", "main")
        .with("CI_PIPELINE_ID", "9")
        .with("CI_JOB_NAME", "badge");
    assert_beats(&asker.hears(""), &[("passed", 8), ("failed", 9)]);
}

#[test]
fn since_tells_when_it_began_to_pass_or_fail() {
    let since = |states: &[&str]| {
        let of = |(at, state): (usize, &&str)| {
            let id = 10 + at as u64;
            took(id, pipeline(id, &format!("{id:040}"), state))
        };
        let mut pipelines: Vec<_> = states.iter().enumerate().map(of).collect();
        pipelines.reverse();
        hears(&gitlab(&pipelines).gitlab()).since
    };
    let at = |minutes: u64| Some(format!("2024-05-01T12:{minutes}:00Z"));
    // Oldest first: they were last changed in the minutes 10, 11 and so on.
    assert_eq!(since(&["success", "failed", "failed"]), at(11));
    assert_eq!(since(&["failed", "success", "canceled", "success", "running"]), at(11));
    assert_eq!(since(&["success", "canceled", "failed", "canceled"]), at(12));
    // It may have begun earlier.
    assert_eq!(since(&["failed", "failed"]), None);
    assert_eq!(since(&["canceled", "success"]), None);
    assert_eq!(since(&["running"]), None);
}

#[test]
fn a_page_that_holds_a_secret_is_not_told_and_times_may_be_nonsense() {
    let mut odd = pipeline(7, ONE, "success");
    odd["web_url"] = json!("https://user:secret@gitlab.example/p");
    odd["created_at"] = json!("2024-05-01T13:00:00Z");
    odd["updated_at"] = json!("-009999-01-02T00:00:00Z");
    let said = hears(&gitlab(&[odd]).gitlab());
    assert_beats(&said, &[("passed", 7)]);
    assert_eq!(said.recent[0]["url"], Value::Null);
    assert_eq!(said.recent[0]["duration_s"], Value::Null);
}
