//! The CI status of the commits of a history, queried from a CI system.

use std::fs;

use serde_json::{Value, json};

use crate::repo::{Life, Repo, files};
use crate::server::{Reply, Server};

const PIPELINES: &str = "/api/v4/projects/group%2Fproject/pipelines";

fn four() -> Repo {
    Repo::new()
        .commit("one", &[("a", "1\n")])
        .commit("two", &[("a", "2\n")])
        .commit("three", &[("a", "3\n")])
        .commit("four", &[("a", "4\n")])
}

/// Pipelines of these commits, newest first.
fn pipelines(repo: &Repo, fates: &[(&str, &str)]) -> Value {
    let numbered = fates.iter().enumerate().rev();
    numbered.map(|(n, (name, word))| json!({"id": n + 1, "sha": repo.sha(name), "ref": "main", "status": word})).collect()
}

fn gitlab(pipelines: &Value) -> Server {
    Server::new().answers(PIPELINES, pipelines)
}

fn words(server: &Server) -> String {
    format!("--ci --gitlab group/project --server {}", server.url(""))
}

#[test]
fn shapes_their_beats() {
    let repo = four();
    let fates = [
        ("HEAD~3", "success"),
        ("HEAD~2", "failed"),
        ("HEAD~1", "failed"),
        ("HEAD~1", "success"),
        ("HEAD", "running"),
    ];
    let server = gitlab(&pipelines(&repo, &fates));
    let life = repo.life(&words(&server));
    assert_eq!(life.kinds(), ["root", "failed", "flaky", "commit"]);
}

#[test]
fn is_asked_for_in_pages_and_only_once() {
    let repo = four();
    let finished: Vec<_> =
        ["HEAD~3", "HEAD~2", "HEAD~1", "HEAD"].map(|name| (name, "failed")).into();
    let all = pipelines(&repo, &finished);
    let page = |from: usize, to: usize| json!(all.as_array().unwrap()[from..to]);
    let server = Server::new();
    let next = format!("<{}?page=2>; rel=\"next\"", server.url(PIPELINES));
    let server = server
        .replies(
            PIPELINES,
            [Reply::new(200).set_body_json(page(0, 2)).insert_header("link", next.as_str())],
        )
        .answers(&format!("{PIPELINES}?page=2"), page(2, 4));
    let first = repo.life(&words(&server));
    assert_eq!(first.kinds(), ["failed"; 4]);
    let asked = server.requests().len();
    assert_eq!(asked, 2, "{:?}", server.places());
    // The latest change, and are looked at again; what lies further back is known.
    let second = repo.life(&words(&server));
    assert_eq!(second.kinds(), first.kinds());
    assert_eq!(server.requests().len(), asked + 1, "{:?}", server.places());
    repo.life(&format!("{} --no-cache", words(&server)));
    assert_eq!(server.requests().len(), 2 * asked + 1);
}

#[test]
fn is_asked_again_while_it_is_open() {
    let repo = four();
    let server = gitlab(&pipelines(&repo, &[("HEAD", "running")]));
    repo.life(&words(&server));
    let server = server.answers(PIPELINES, pipelines(&repo, &[("HEAD", "failed")]));
    let life = repo.life(&words(&server));
    assert_eq!(life.kinds(), ["root", "commit", "commit", "failed"]);
}

#[test]
fn what_fails_first_and_passes_later_has_done_both() {
    let repo = four();
    let server = gitlab(&pipelines(&repo, &[("HEAD", "failed")]));
    repo.life(&words(&server));
    let server = server.answers(PIPELINES, pipelines(&repo, &[("HEAD", "success")]));
    let life = repo.life(&words(&server));
    assert_eq!(life.kinds(), ["root", "commit", "commit", "flaky"]);
}

#[test]
fn a_failure_that_is_retried_while_somebody_looks_is_not_forgotten() {
    let repo = four();
    let mut server = gitlab(&json!([]));
    for (word, kind) in [("failed", "failed"), ("running", "failed"), ("success", "flaky")] {
        server = server.answers(PIPELINES, pipelines(&repo, &[("HEAD", word)]));
        assert_eq!(repo.life(&words(&server)).kinds()[3], kind, "{word}");
    }
}

#[test]
fn a_commit_without_a_pipeline_may_still_get_one() {
    let repo = four();
    let server = gitlab(&pipelines(&repo, &[("HEAD~3", "failed")]));
    assert_eq!(repo.life(&words(&server)).kinds(), ["failed", "commit", "commit", "commit"]);
    let server = server.answers(PIPELINES, pipelines(&repo, &[("HEAD", "failed")]));
    assert_eq!(repo.life(&words(&server)).kinds(), ["failed", "commit", "commit", "failed"]);
}

#[test]
fn pipelines_that_cannot_be_compared_do_not_disagree() {
    let repo = four();
    let mut fates = pipelines(&repo, &[("HEAD", "failed"), ("HEAD", "success")]);
    fates[0]["ref"] = json!("v1");
    let life = repo.life(&words(&gitlab(&fates)));
    assert_eq!(life.kinds(), ["root", "commit", "commit", "failed"]);
}

#[test]
fn a_damaged_record_is_no_record() {
    let repo = four();
    let server = gitlab(&pipelines(&repo, &[("HEAD", "failed")]));
    let before = repo.life(&words(&server));
    for file in files(&repo.folder.home().join("cache")) {
        fs::write(file, b"\xff\0nothing of ours").unwrap();
    }
    assert_eq!(repo.life(&words(&server)).kinds(), before.kinds());
}

#[test]
fn stays_unknown_where_nobody_answers() {
    let repo = four();
    let server = Server::new().replies(PIPELINES, [Reply::new(401)]);
    let ran = repo.flaky(&format!("history --json {}", words(&server))).succeeds();
    let ran = ran.says("warning: CI results are missing for 4 of 4 commits").says("read_api");
    assert_eq!(Life::of(&ran).kinds(), ["root", "commit", "commit", "commit"]);
    repo.flaky(&format!("history --json --strict {}", words(&server)))
        .fails(1, &["CI results are missing for 4 of 4 commits"]);
}

#[test]
fn comes_from_where_the_repository_was_cloned() {
    let repo = four();
    repo.flaky("history --ci --json").fails(2, &["has no remote to query", "--gitlab"]);
    repo.git(&["remote", "add", "origin", "git@example.org:group/project.git"]);
    repo.flaky("history --ci --json").fails(2, &["unknown platform: example.org"]);
    // The host decides whom to ask; --server says where, so that nobody else is asked.
    repo.git(&["remote", "set-url", "origin", "git@gitlab.example.org:group/project.git"]);
    let server = gitlab(&pipelines(&repo, &[("HEAD", "failed")]));
    let life = repo.life(&format!("--ci --server {}", server.url("")));
    assert_eq!(life.kinds(), ["root", "commit", "commit", "failed"]);
    let token = repo.flaky("history --json --token-file token");
    token.fails(2, &["need --ci"]);
}

#[test]
fn is_told_by_github_too() {
    let repo = four();
    let run = |id: u64, name: &str, conclusion: &str| {
        json!({"id": id, "workflow_id": 7, "head_sha": repo.sha(name), "head_branch": "main",
               "status": "completed", "conclusion": conclusion, "run_attempt": 1})
    };
    let runs =
        [run(3, "HEAD", "success"), run(2, "HEAD~1", "failure"), run(1, "HEAD~2", "cancelled")];
    let server = Server::new().answers(
        "/api/v3/repos/owner/name/actions/runs",
        json!({"total_count": 3, "workflow_runs": runs}),
    );
    let life = repo.life(&format!("--ci --github owner/name --server {}", server.url("")));
    assert_eq!(life.kinds(), ["root", "commit", "failed", "commit"]);
    let asked = server.asked_for("/api/v3/repos/owner/name/actions/runs", "branch");
    assert_eq!(asked, [None], "commits are of every branch");
}

#[test]
fn on_github_is_that_of_the_push_where_there_is_one() {
    let repo = four();
    let of = |id: u64, name: &str, event: &str, conclusion: &str| {
        json!({"id": id, "head_sha": repo.sha(name), "head_branch": "main", "event": event,
               "status": "completed", "conclusion": conclusion, "workflow_id": id, "run_attempt": 1})
    };
    let runs = [
        of(14, "HEAD", "schedule", "failure"),
        of(13, "HEAD", "push", "success"),
        of(12, "HEAD~1", "schedule", "failure"),
    ];
    let server = Server::new().answers(
        "/api/v3/repos/owner/repo/actions/runs",
        json!({"total_count": 3, "workflow_runs": runs}),
    );
    let life = repo.life(&format!("--ci --github owner/repo --server {}", server.url("")));
    assert_eq!(life.kinds(), ["root", "commit", "failed", "commit"]);
}
