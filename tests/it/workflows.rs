//! The workflows of GitHub that a verdict rests on.

use serde_json::{Value, json};

use crate::asking::{Asker, hears};
use crate::platforms::{GITHUB, ONE, THREE, TWO, github, run};
use crate::server::{Reply, Server};

/// A completed run of the workflow with this number and name.
fn of(workflow: u64, name: &str, id: u64, sha: &str, conclusion: &str) -> Value {
    let mut run = run(id, sha, "completed", Some(conclusion));
    run["workflow_id"] = json!(workflow);
    run["name"] = json!(name);
    run
}

/// The same, started by another event.
fn on(event: &str, mut run: Value) -> Value {
    run["event"] = json!(event);
    run
}

/// A run of one of GitHub's own workflows.
fn dynamic(id: u64, sha: &str, conclusion: &str) -> Value {
    let mut pages = on("dynamic", of(80, "pages-build-deployment", id, sha, conclusion));
    pages["path"] = json!("dynamic/pages/pages-build-deployment");
    pages
}

#[test]
fn what_other_events_started_neither_mends_nor_breaks_a_commit() {
    for (conclusion, verdict) in [("success", "passed"), ("failure", "failed")] {
        let opposite = if conclusion == "success" { "failure" } else { "success" };
        let server = github(&[
            on("schedule", of(72, "Nightly", 15, TWO, opposite)),
            dynamic(14, TWO, opposite),
            on("issue_comment", of(73, "Bot", 13, TWO, opposite)),
            // The same workflow on a schedule is no repetition of the push's run.
            on("schedule", of(70, "CI", 12, TWO, opposite)),
            // A deployment by hand.
            on("workflow_dispatch", of(74, "Deploy", 11, TWO, opposite)),
            of(70, "CI", 10, TWO, conclusion),
        ]);
        let said = hears(&server.github()).is(verdict).because("pipeline 10 of CI");
        assert_eq!(
            said.notes,
            ["2 runs of schedules were left out", "3 runs for other events were left out"]
        );
        assert_eq!(said.evidence, [""; 0]);
        assert_eq!((said.n, said.recent.len()), (Some(1), 1));
    }
}

#[test]
fn a_workflow_started_again_by_hand_is_a_repetition() {
    let server = github(&[
        on("workflow_dispatch", of(70, "CI", 11, TWO, "success")),
        of(70, "CI", 10, TWO, "failure"),
    ]);
    hears(&server.github()).is("flaky").counts(1, 1);
}

#[test]
fn a_schedule_does_not_push_a_commit_off_the_page() {
    let scheduled: Vec<Value> =
        (0..120).map(|n| on("schedule", of(72, "Nightly", 500 - n, TWO, "success"))).collect();
    let place = format!("{GITHUB}/actions/runs");
    let link = format!("<{place}?page=2>; rel=\"next\"");
    let page = json!({"total_count": 122, "workflow_runs": scheduled[..40]});
    let first = Reply::new(200).set_body_json(page).insert_header("link", link);
    let pushed = [of(70, "CI", 9, TWO, "failure"), of(70, "CI", 8, ONE, "success")];
    let server = github(&[])
        .replies(&place, [first])
        .answers(&format!("{place}?event=push"), json!({"total_count": 2, "workflow_runs": pushed}))
        .answers(
            &format!("{place}?event=pull_request"),
            json!({"total_count": 0, "workflow_runs": []}),
        );
    let said = hears(&server.github()).is("failed").because("pipeline 9 of CI failed").counts(0, 2);
    assert_eq!(said.notes, ["at least 40 runs of schedules were left out"]);
    assert_eq!(server.asked_for(&place, "event").len(), 3);
}

#[test]
fn where_nothing_was_pushed_other_events_decide() {
    let server = github(&[
        on("schedule", of(72, "Nightly", 12, TWO, "failure")),
        on("schedule", of(72, "Nightly", 11, ONE, "success")),
    ]);
    let said = hears(&server.github()).is("failed").because("pipeline 12 of Nightly failed");
    assert_eq!(said.notes, [""; 0]);
    // With a trigger or a workflow of one's own choice, it decides alone.
    let runs = [on("schedule", of(70, "CI", 12, TWO, "failure")), of(70, "CI", 11, TWO, "success")];
    let all = json!({"total_count": 2, "workflow_runs": runs});
    let server =
        github(&[]).answers(&format!("{GITHUB}/actions/workflows/ci.yml/runs"), all).answers(
            &format!("{GITHUB}/actions/runs?event=schedule"),
            json!({"total_count": 1, "workflow_runs": runs[..1]}),
        );
    hears(&format!("{} --workflow ci.yml", server.github())).is("failed").because("pipeline 12");
    hears(&format!("{} --source schedule", server.github())).is("failed").because("pipeline 12");
}

#[test]
fn runs_of_forks_are_said_to_be_left_out() {
    let fork = |id| {
        let mut run = on("pull_request", of(70, "CI", id, TWO, "failure"));
        run["repository"] = json!({"id": 1_296_269});
        run["head_repository"] = json!({"id": 217_723_378});
        run
    };
    let server = github(&[fork(12), fork(11), fork(10)]);
    let said = hears(&server.github())
        .is("unknown")
        .because("there is no pipeline yet; 3 runs of forks were left out");
    assert_eq!(said.notes, ["3 runs of forks were left out"]);
    let mut deleted = fork(12);
    deleted["head_repository"] = Value::Null;
    for fork in [fork(12), deleted] {
        let server = github(&[fork, of(70, "CI", 9, ONE, "success")]);
        let said = hears(&server.github()).is("passed").because("pipeline 9 of CI passed");
        assert_eq!(said.notes, ["1 run of a fork was left out"]);
    }
    // A push always comes from the repository itself.
    let mut pushed = of(70, "CI", 12, ONE, "failure");
    pushed["repository"] = json!({"id": 1_296_269});
    let server = github(&[pushed, of(70, "CI", 9, TWO, "success")]);
    hears(&server.github()).is("failed");
}

#[test]
fn the_workflows_are_named() {
    let names = ["CI", "Docs", "Lint", "Package", "Site"];
    let runs = |conclusion: &str| -> Vec<Value> {
        let of = |(n, name): (u64, &&str)| {
            of(70 + n, name, 20 - n, ONE, if n == 1 { conclusion } else { "success" })
        };
        (0..).zip(&names).map(of).collect()
    };
    hears(&github(&runs("success")).github())
        .is("passed")
        .because("Site, Package, Lint and 2 more passed");
    let said = hears(&github(&runs("failure")).github())
        .is("failed")
        .because("pipeline 19 of Docs failed");
    assert_eq!(said.notes, ["the verdict is that of Site, Package, Lint and 2 more"]);
}

/// A GitHub Enterprise server with these workflows: number, name, file.
fn with_workflows(workflows: &[(u64, &str, &str)]) -> Server {
    let list: Vec<Value> = workflows
        .iter()
        .map(|(id, name, file)| {
            json!({"id": id, "name": name, "path": format!(".github/workflows/{file}"), "state": "active"})
        })
        .collect();
    let runs = |id: u64| json!({"total_count": 1, "workflow_runs": [of(id, "x", 100 + id, THREE, "success")]});
    let server = github(&[]).answers(
        &format!("{GITHUB}/actions/workflows"),
        json!({"total_count": list.len(), "workflows": list}),
    );
    workflows.iter().fold(server, |server, (id, ..)| {
        server.answers(&format!("{GITHUB}/actions/workflows/{id}/runs"), runs(*id))
    })
}

#[test]
fn a_workflow_is_found_by_the_name_that_is_shown() {
    let all = [
        (1, "CI", "ci.yml"),
        (2, "Nightly Build", "nightly.yaml"),
        (3, "Same", "a.yml"),
        (4, "Same", "b.yml"),
    ];
    let runs = json!({"workflow_runs": [of(1, "CI", 105, THREE, "success")]});
    let server =
        with_workflows(&all).answers(&format!("{GITHUB}/actions/workflows/ci.yml/runs"), runs);
    let status = |workflow: &str| {
        let words = server.github();
        let mut words: Vec<&str> = words.split(' ').collect();
        words.splice(0..0, ["status", "--workflow", workflow]);
        Asker::new().says(&words).succeeds()
    };
    assert!(status("ci").stdout().starts_with("passed: pipeline 101"));
    assert!(status("NIGHTLY build").stdout().starts_with("passed: pipeline 102"));
    assert!(status(".github/workflows/ci.yml").stdout().starts_with("passed: pipeline 105"));
    assert!(status("2").stdout().starts_with("passed: pipeline 102"));
    status("Same")
        .says("2 workflows have the name \"Same\"")
        .says("choose one by its file, with --workflow: a.yml and b.yml");
    let known = "the workflows are CI (ci.yml), Nightly Build (nightly.yaml), Same (a.yml) and Same (b.yml)";
    status("Deploy").says("there is no workflow \"Deploy\"").says(known);
    status("deploy.yml").says("there is no workflow \"deploy.yml\"").says(known);
    let none = with_workflows(&[]);
    let ran = Asker::new().flaky(&format!("status {} --workflow ci.yml", none.github()));
    ran.succeeds().says("the workflows are none");
}
