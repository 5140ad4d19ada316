//! `flaky` inside a CI job, whose own pipeline is always running and whose variables identify it.

use serde_json::{Value, json};

use crate::asking::{Asker, Said};
use crate::platforms::{
    GITHUB, GITLAB, ONE, THREE, TWO, WOODPECKER, bridge, build, gitea, github, gitlab, jenkins,
    job, pipeline, run, status, woodpecked, woodpecker,
};
use crate::server::Server;

/// The report for the job `badge` of pipeline 9, which has these jobs; pipeline 8 failed.
fn in_the_job(jobs: Value) -> Said {
    let server = gitlab(&[pipeline(9, TWO, "running"), pipeline(8, ONE, "failed")])
        .answers(&format!("{GITLAB}/pipelines/9/jobs"), jobs);
    asker_in_job(&server).hears("")
}

fn asker_in_job(server: &Server) -> Asker {
    Asker::new()
        .with("GITLAB_CI", "true")
        .with("CI_API_V4_URL", &server.url("/api/v4"))
        .with("CI_PROJECT_PATH", "group/project")
        .with("CI_COMMIT_REF_NAME", "main")
        .with("CI_PIPELINE_ID", "9")
        .with("CI_JOB_NAME", "badge")
}

#[test]
fn the_job_that_asks_hears_of_its_siblings() {
    let with = |unit: &str| json!([job(93, "badge", "running"), job(91, "unit", unit)]);
    in_the_job(with("failed")).is("failed").because("pipeline 9 failed: job `unit`");
    in_the_job(with("success")).is("passed").because("pipeline 9");
    // What comes after it cannot have run yet, and what nobody started is not awaited.
    let mut jobs = with("success");
    jobs.as_array_mut().unwrap().push(job(95, "deploy", "created"));
    jobs.as_array_mut().unwrap().push(job(92, "extra", "manual"));
    in_the_job(jobs).is("passed").because("pipeline 9");
    let mut allowed = with("failed");
    allowed[1]["allow_failure"] = json!(true);
    allowed.as_array_mut().unwrap().push(job(90, "build", "success"));
    in_the_job(allowed).is("passed");
}

#[test]
fn a_sibling_that_was_cancelled_has_not_passed() {
    let jobs = json!([
        job(93, "badge", "running"),
        job(92, "unit", "canceled"),
        job(91, "lint", "success"),
    ]);
    in_the_job(jobs).is("stopped").because("pipeline 9 is stopped: job `unit`");
}

#[test]
fn a_child_stands_where_the_job_stands_that_started_it() {
    let with = |child: &str, optional: bool| {
        let jobs = json!([job(950, "badge", "running"), job(91, "unit", "success")]);
        let mut bridge = bridge("child", 3, 10, child);
        bridge["allow_failure"] = json!(optional);
        let server = gitlab(&[pipeline(9, TWO, "running"), pipeline(8, ONE, "failed")])
            .answers(&format!("{GITLAB}/pipelines/9/jobs"), jobs)
            .answers(&format!("{GITLAB}/pipelines/9/bridges"), json!([bridge]))
            .answers(&format!("{GITLAB}/pipelines/10/jobs"), json!([job(990, "deep", child)]))
            .answers(&format!("{GITLAB}/pipelines/10/bridges"), json!([]));
        asker_in_job(&server).hears("")
    };
    with("success", false).is("passed");
    with("running", false).is("failed").because("pipeline 8");
    with("failed", false).is("failed").because("job `child / deep`");
    with("failed", true).is("passed").because("pipeline 9");
}

#[test]
fn while_siblings_run_the_job_that_asks_hears_of_the_last_pipeline_that_finished() {
    let jobs = json!([job(93, "badge", "running"), job(91, "unit", "running")]);
    in_the_job(jobs).is("failed").because("pipeline 8");
    in_the_job(json!([job(93, "badge", "running")])).is("failed").because("pipeline 8");
    let alone = gitlab(&[pipeline(9, TWO, "running")]);
    asker_in_job(&alone).hears("").is("unknown").because("no pipeline has finished yet");
}

#[test]
fn a_job_that_names_its_project_is_known_all_the_same() {
    let jobs = json!([job(93, "badge", "running"), job(91, "unit", "success")]);
    let server = gitlab(&[pipeline(9, TWO, "running"), pipeline(8, ONE, "failed")])
        .answers(&format!("{GITLAB}/pipelines/9/jobs"), jobs);
    asker_in_job(&server).hears("--gitlab group/project").is("passed").because("pipeline 9");
    // Of another project's pipeline of that number it knows nothing.
    asker_in_job(&server).hears(&format!("{} --ref main", server.gitlab())).is("running");
}

#[test]
fn a_job_asks_its_own_server_for_any_project() {
    let server = Server::new().answers(
        "/git/api/v4/projects/other%2Fproject/pipelines",
        json!([pipeline(7, ONE, "failed")]),
    );
    let asker = Asker::new().with("CI_API_V4_URL", &server.url("/git/api/v4"));
    asker.hears("--gitlab other/project --ref main").is("failed");
}

#[test]
fn a_job_on_github_hears_of_its_own_workflow() {
    let place = format!("{GITHUB}/actions/workflows/ci.yml/runs");
    let runs = json!([run(9, TWO, "in_progress", None), run(8, ONE, "completed", Some("failure"))]);
    let job = |id: u64, name: &str, status: &str, conclusion: Option<&str>| json!({"id": id, "name": name, "status": status, "conclusion": conclusion});
    let with = |conclusion: &str| {
        let jobs =
            [job(91, "unit", "completed", Some(conclusion)), job(93, "badge", "in_progress", None)];
        let server = github(&[])
            .answers(&place, json!({"total_count": 2, "workflow_runs": runs}))
            .answers(&format!("{GITHUB}/actions/runs/9/jobs"), json!({"jobs": jobs}));
        let asker = Asker::new()
            .with("GITHUB_ACTIONS", "true")
            .with("GITHUB_API_URL", &server.url("/api/v3"))
            .with("GITHUB_REPOSITORY", "owner/repo")
            .with("GITHUB_REF_NAME", "main")
            .with("GITHUB_WORKFLOW_REF", "owner/repo/.github/workflows/ci.yml@refs/heads/main")
            .with("GITHUB_RUN_ID", "9")
            .with("GITHUB_JOB", "badge");
        asker.hears("")
    };
    with("success").is("passed").because("pipeline 9");
    with("failure").is("failed").because("pipeline 9 of CI failed: job `unit`");
}

#[test]
fn a_job_on_gitea_leaves_itself_out() {
    let statuses =
        [status(2, "CI / badge (push)", "pending"), status(1, "CI / unit (push)", "success")];
    let server = gitea(&[(ONE, &statuses)]);
    // Gitea's runners say that they are GitHub's, too.
    let asker = Asker::new()
        .with("GITHUB_ACTIONS", "true")
        .with("GITEA_ACTIONS", "true")
        .with("GITHUB_SERVER_URL", &server.url(""))
        .with("GITHUB_REPOSITORY", "owner/repo")
        .with("GITHUB_REF_NAME", "main")
        .with("GITHUB_JOB", "badge");
    let said = asker.hears("").is("passed");
    assert_eq!(said.provider.as_deref(), Some("gitea"));
}

#[test]
fn a_build_on_jenkins_hears_of_the_one_before_it() {
    let server = jenkins(&[build(9, TWO, None), build(8, ONE, Some("FAILURE"))]);
    let asker = Asker::new()
        .with("JENKINS_URL", &server.url("/"))
        .with("JOB_URL", &server.url("/job/project/"))
        .with("BUILD_NUMBER", "9");
    asker.hears("").is("failed").because("pipeline 8");
}

#[test]
fn a_newer_pipeline_than_the_jobs_own_decides() {
    let jobs = json!([job(93, "badge", "running"), job(91, "unit", "failed")]);
    let newer = |word| {
        let pipelines =
            [pipeline(10, THREE, word), pipeline(9, TWO, "running"), pipeline(8, ONE, "failed")];
        let server = gitlab(&pipelines).answers(&format!("{GITLAB}/pipelines/9/jobs"), &jobs);
        asker_in_job(&server).hears("")
    };
    newer("success").is("passed").because("pipeline 10");
    newer("skipped").is("failed").because("pipeline 9");
    let said = newer("running").is("running").because("pipeline 10");
    assert_eq!(said.before.as_deref(), Some("failed"));
}

#[test]
fn a_job_of_a_merge_request_hears_of_that() {
    let server = gitlab(&[pipeline(8, ONE, "failed")]);
    let asker = asker_in_job(&server)
        .with("CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head")
        .with("CI_COMMIT_REF_NAME", "feature");
    asker.hears("").is("failed");
    asker.hears("--ref main");
    let place = format!("{GITLAB}/pipelines");
    let asked = server.asked_for(&place, "ref");
    assert_eq!(asked, ["refs/merge-requests/1/head", "main"].map(|name| Some(name.to_string())));
}

#[test]
fn a_step_on_woodpecker_hears_of_its_siblings() {
    let with = |state: &str| {
        let steps = json!([
            {"id": 1, "pid": 2, "name": "unit", "state": state},
            {"id": 2, "pid": 3, "name": "database", "state": "running", "type": "service"},
            {"id": 3, "pid": 4, "name": "badge", "state": "running"},
            {"id": 4, "pid": 5, "name": "notify", "state": "pending"},
        ]);
        let mut own = woodpecked(9, TWO, "running");
        own["workflows"] =
            json!([{"id": 1, "pid": 1, "name": "ci", "state": "running", "children": steps}]);
        let server = woodpecker(&[woodpecked(9, TWO, "running"), woodpecked(8, ONE, "failure")])
            .answers(&format!("{WOODPECKER}/pipelines/9"), own);
        let asker = Asker::on_woodpecker(&server.url(""));
        asker.hears("")
    };
    with("success").is("passed").because("pipeline 9");
    with("failure").is("failed").because("job `1 / unit`");
    with("running").is("failed").because("pipeline 8");
}
