//! Selection of the pipeline that determines the state.

use serde_json::{Value, json};

use crate::asking::{Asker, Said, hears};
use crate::platforms::{
    GITEA, GITHUB, GITLAB, ONE, THREE, TWO, WOODPECKER, Words, bridge, build, empty, gitea, github,
    gitlab, jenkins, job, pipeline, run, status, woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

#[test]
fn pipelines_that_never_ran_or_wait_for_somebody_are_passed_over() {
    for idle in ["skipped", "manual", "scheduled"] {
        let server = gitlab(&[pipeline(8, TWO, idle), pipeline(7, ONE, "failed")]);
        hears(&server.gitlab()).is("failed").because("pipeline 7");
    }
    for idle in ["skipped", "action_required"] {
        let latest = run(8, TWO, "completed", Some(idle));
        let server = github(&[latest, run(7, ONE, "completed", Some("failure"))]);
        hears(&server.github()).is("failed").because("pipeline 7");
    }
    for idle in ["skipped", "blocked", "declined"] {
        let server = woodpecker(&[woodpecked(8, TWO, idle), woodpecked(7, ONE, "failure")]);
        hears(&server.woodpecker()).is("failed").because("pipeline 7");
    }
    let server = jenkins(&[build(8, TWO, Some("NOT_BUILT")), build(7, ONE, Some("FAILURE"))]);
    hears(&server.jenkins()).is("failed").because("pipeline 7");
}

#[test]
fn cancelled_pipelines_are_passed_over_and_said() {
    let passed_over = |said: Said, notes: &[&str]| assert_eq!(said.notes, notes);
    let one = ["1 cancelled pipeline was passed over"];
    let server = gitlab(&[pipeline(8, TWO, "canceled"), pipeline(7, ONE, "failed")]);
    passed_over(hears(&server.gitlab()).is("failed").because("pipeline 7"), &one);
    let said = hears(&format!("{} --latest", server.gitlab()));
    passed_over(said.is("stopped").because("pipeline 8 is canceled"), &[]);
    let done = |id, sha, conclusion| run(id, sha, "completed", Some(conclusion));
    let server = github(&[done(8, TWO, "cancelled"), done(7, ONE, "failure")]);
    passed_over(hears(&server.github()).is("failed").because("pipeline 7"), &one);
    let server = woodpecker(&[woodpecked(8, TWO, "killed"), woodpecked(7, ONE, "failure")]);
    passed_over(hears(&server.woodpecker()).is("failed").because("pipeline 7"), &one);
    let server = jenkins(&[build(8, TWO, Some("ABORTED")), build(7, ONE, Some("FAILURE"))]);
    passed_over(hears(&server.jenkins()).is("failed").because("pipeline 7"), &one);
    // Several; and an older one that is still running decides, too.
    let server = gitlab(&[
        pipeline(9, THREE, "canceled"),
        pipeline(8, TWO, "canceled"),
        pipeline(7, ONE, "running"),
        pipeline(6, ONE, "canceled"),
        pipeline(5, ONE, "success"),
    ]);
    let said = hears(&server.gitlab()).is("running").because("pipeline 7");
    assert_eq!(said.before.as_deref(), Some("passed"));
    passed_over(said, &["3 cancelled pipelines were passed over"]);
    // A workflow that was cancelled does not hide another one of the same commit.
    let mut docs = done(8, ONE, "cancelled");
    docs["workflow_id"] = json!(71);
    let server = github(&[docs, done(7, ONE, "success")]);
    passed_over(hears(&server.github()).is("passed").because("pipeline 7"), &one);
    // Without any result there is nothing else to say.
    for rest in ["canceled", "skipped", "frobnicated"] {
        let server = gitlab(&[pipeline(8, TWO, "canceled"), pipeline(7, ONE, rest)]);
        passed_over(hears(&server.gitlab()).is("stopped").because("pipeline 8 is canceled"), &[]);
    }
}

#[test]
fn cancelled_pipelines_do_not_fill_the_window() {
    let cancelled = |count: u64| -> Vec<Value> {
        (0..count).map(|n| pipeline(100 - n, &format!("{n:040}"), "canceled")).collect()
    };
    for (count, more) in [(1, "--runs 1"), (25, "--runs 1"), (25, ""), (30, "--since 1h")] {
        let rest = [pipeline(9, TWO, "failed"), pipeline(8, ONE, "failed")];
        let server = gitlab(&[&cancelled(count)[..], &rest].concat());
        let words = format!("{} {more}", server.gitlab());
        hears(&words).is("failed").because("pipeline 9 failed");
        Asker::new().flaky(&format!("status {words} --fail-on failed")).fails(3, &[]);
    }
    // Those of the same commit decide, too, and without any result the latest does.
    let workflow = |id: u64, workflow: u64, sha: &str, conclusion: &str| {
        let mut run = run(id, sha, "completed", Some(conclusion));
        run["workflow_id"] = json!(workflow);
        run
    };
    let server = github(&[
        workflow(9, 70, TWO, "cancelled"),
        workflow(8, 70, ONE, "success"),
        workflow(7, 71, ONE, "failure"),
    ]);
    hears(&format!("{} --runs 1", server.github())).is("failed").because("pipeline 7");
    let server = gitlab(&cancelled(25));
    let said = hears(&server.gitlab()).is("stopped").because("pipeline 100 is canceled");
    assert_eq!(said.recent.len(), 20);
}

#[test]
fn a_gitea_commit_without_statuses_is_passed_over() {
    let server = gitea(&[(TWO, &[]), (ONE, &[status(1, "ci", "failure")])]);
    hears(&server.gitea()).is("failed").because("job `ci`");
}

#[test]
fn older_pages_are_read_until_one_ran() {
    let skipped: Vec<Value> = (100..140).map(|id| pipeline(id, TWO, "skipped")).collect();
    let link = format!("<{GITLAB}/pipelines?page=2>; rel=\"next\", <x>; rel=\"last\"");
    let first = Reply::new(200).set_body_json(skipped).insert_header("link", link);
    let server = gitlab(&[pipeline(7, ONE, "failed")])
        .replies(&format!("{GITLAB}/pipelines?page=1"), [first]);
    hears(&server.gitlab()).is("failed").because("pipeline 7");
    let pages = server.asked_for(&format!("{GITLAB}/pipelines"), "page");
    assert_eq!(pages, [Some("1".to_string()), Some("2".to_string())]);
}

#[test]
fn where_older_pages_cannot_be_read_the_latest_decide() {
    let link = format!("<{GITLAB}/pipelines?page=2>; rel=\"next\"");
    let first = Reply::new(200).set_body_json([pipeline(7, ONE, "failed")]);
    let place = format!("{GITLAB}/pipelines");
    let server = gitlab(&[pipeline(7, ONE, "failed")])
        .replies(&place, [Reply::new(404)])
        .replies(&format!("{place}?page=1"), [first.insert_header("link", link)]);
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert!(ran.stdout().starts_with("failed: "), "{}", ran.stdout());
    ran.says("the evidence is incomplete");
}

#[test]
fn without_a_ref_it_is_the_default_branch() {
    for (server, words, place, name) in [
        (
            gitlab(&[]).answers(GITLAB, json!({"id": 3, "default_branch": "trunk"})),
            Server::gitlab as Words,
            format!("{GITLAB}/pipelines"),
            "ref",
        ),
        (
            github(&[run(1, ONE, "queued", None)])
                .answers(GITHUB, json!({"default_branch": "trunk"})),
            Server::github,
            format!("{GITHUB}/actions/runs"),
            "branch",
        ),
        (
            gitea(&[]).answers(GITEA, json!({"default_branch": "trunk"})),
            Server::gitea,
            format!("{GITEA}/commits"),
            "sha",
        ),
        (
            woodpecker(&[]).answers(
                "/api/repos/lookup/owner/repo",
                json!({"id": 5, "default_branch": "trunk"}),
            ),
            Server::woodpecker,
            format!("{WOODPECKER}/pipelines"),
            "branch",
        ),
    ] {
        hears(&words(&server));
        assert_eq!(server.asked_for(&place, name), [Some("trunk".to_string())], "{place}");
    }
}

#[test]
fn a_project_without_a_branch_is_unknown() {
    let server = gitlab(&[]).answers(GITLAB, json!({"id": 3, "default_branch": null}));
    hears(&server.gitlab()).is("unknown").because("no branch yet");
}

#[test]
fn ref_source_and_workflow_are_asked_for() {
    let asked = |server: &Server, words: String, more: &str, place: &str, expected: [&str; 4]| {
        hears(&format!("{words} --ref v1/x&y --source schedule {more}"));
        let [name, reference, other, source] = expected;
        assert_eq!(server.asked_for(place, name), [Some(reference.to_string())], "{words}");
        assert_eq!(server.asked_for(place, other), [Some(source.to_string())], "{words}");
        assert_eq!(server.places()[0], place, "nothing has to be looked up");
    };
    let server = gitlab(&[]);
    let expected = ["ref", "v1/x&y", "source", "schedule"];
    asked(&server, server.gitlab(), "", &format!("{GITLAB}/pipelines"), expected);

    let place = format!("{GITHUB}/actions/workflows/ci.yml/runs");
    let server = github(&[]).answers(&place, json!({"total_count": 0, "workflow_runs": []}));
    let expected = ["branch", "v1/x&y", "event", "schedule"];
    asked(&server, server.github(), "--workflow ci.yml", &place, expected);
    assert_eq!(server.places().len(), 1, "the statuses of a commit are no workflow's");

    let server = woodpecker(&[]);
    hears(&format!("{} --ref v1 --source cron", server.woodpecker()));
    let place = format!("{WOODPECKER}/pipelines");
    assert_eq!(server.asked_for(&place, "branch"), [Some("v1".to_string())]);
    assert_eq!(server.asked_for(&place, "event"), [Some("cron".to_string())]);

    let server = gitea(&[]);
    hears(&format!("{} --ref v1", server.gitea()));
    assert_eq!(server.asked_for(&format!("{GITEA}/commits"), "sha"), [Some("v1".to_string())]);

    // A job of Jenkins' is named by its branch's escaped name.
    let place = "/job/project/job/feature%252Fx/api/json";
    let builds = json!({"color": "red", "allBuilds": [build(7, ONE, Some("FAILURE"))]});
    let server = Server::new().answers(place, builds);
    hears(&format!("{} --ref feature/x", server.jenkins())).is("failed");
}

#[test]
fn what_a_platform_does_not_know_is_not_asked() {
    let fails = |words: &str, said: &[&str]| {
        Asker::new().flaky(&format!("status {words}")).fails(2, said);
    };
    fails("--gitlab a/b --workflow ci.yml", &["--workflow", "--gitlab", "--ref"]);
    fails("--gitea a/b --server http://x --source push", &["--source", "--gitea"]);
    fails("--junit x.xml --ref main", &["--ref", "--junit", "none of these options"]);
    fails("--gitea a/b", &["--gitea needs a server", "--server"]);
    fails("--github a/b --workflow=", &["--workflow"]);
    fails("--gitlab a/b --job=", &["--job"]);
    fails("--gitlab project", &["is not a project name", "group/project"]);
    fails("--github a/b/c", &["\"a/b/c\" is not a project name", "owner/repo"]);
    fails("", &["this is not a job of a supported CI system", "--gitlab group/project"]);
}

#[test]
fn a_projects_whole_address_names_its_server() {
    for address in
        ["/group/project", "/group/project/", "/group/project.git", "/group/project/-/jobs"]
    {
        let server = gitlab(&[pipeline(7, ONE, "success")]);
        hears(&format!("--gitlab {}", server.url(address))).is("passed");
    }
    let server = github(&[run(7, ONE, "completed", Some("success"))]);
    hears(&format!("--github {}", server.url("/owner/repo/actions"))).is("passed");
    let server = gitea(&[(ONE, &[status(1, "ci", "success")])]);
    hears(&format!("--gitea {}", server.url("/owner/repo"))).is("passed");
}

#[test]
fn a_server_may_lie_under_a_path() {
    let server = Server::new().answers(
        "/git/api/v4/projects/group%2Fproject/pipelines",
        json!([pipeline(7, ONE, "failed")]),
    );
    for base in ["/git", "/git/", "/git/api/v4"] {
        let words = format!("--gitlab group/project --ref main --server {}", server.url(base));
        hears(&words).is("failed");
    }
    let address = server.url("/git/group/project");
    hears(&format!("--gitlab {address} --ref main --server {}", server.url("/git"))).is("failed");
    // A project whose name begins like that path does not lie under it.
    let server = Server::new();
    let address = server.url("/gitter/project");
    hears(&format!("--gitlab {address} --ref main --server {}", server.url("/git")));
    assert_eq!(server.places(), ["/git/api/v4/projects/gitter%2Fproject/pipelines"]);
}

#[test]
fn while_one_runs_the_last_that_finished_is_known_too() {
    for (word, verdict) in [("success", "passed"), ("failed", "failed"), ("canceled", "stopped")] {
        let server = gitlab(&[
            pipeline(9, THREE, "running"),
            pipeline(8, TWO, "pending"),
            pipeline(7, ONE, word),
        ]);
        let said = hears(&server.gitlab()).is("running").because("pipeline 9 is running");
        assert_eq!(said.before.as_deref(), Some(verdict), "{word}");
    }
}

#[test]
fn all_workflows_of_a_commit_count() {
    let mut deploy = run(8, ONE, "completed", Some("success"));
    deploy["workflow_id"] = json!(71);
    deploy["name"] = json!("Deploy");
    let both = |conclusion| {
        let server = github(&[deploy.clone(), run(7, ONE, "completed", Some(conclusion))]);
        hears(&server.github())
    };
    let said = both("failure").is("failed").because("pipeline 7 of CI failed");
    assert_eq!(said.notes, ["the verdict is that of CI and Deploy"]);
    let said = both("success").is("passed").because("CI and Deploy passed");
    assert_eq!(said.notes, [""; 0]);
}

/// A passed pipeline with this child pipeline.
fn with_child(child: &Value, jobs: &Value) -> Server {
    let place = format!("{GITLAB}/pipelines/7/bridges");
    let server = gitlab(&[pipeline(7, ONE, "success")]).answers(&place, json!([child]));
    empty(server, &json!(70)).answers(&format!("{GITLAB}/pipelines/70/jobs"), jobs)
}

#[test]
fn child_pipelines_count() {
    for (word, verdict) in [("success", "passed"), ("failed", "failed"), ("running", "running")] {
        let server = with_child(&bridge("deploy", 3, 70, word), &json!([]));
        hears(&server.gitlab()).is(verdict);
    }
    let server =
        with_child(&bridge("deploy", 3, 70, "failed"), &json!([job(71, "unit", "failed")]));
    hears(&server.gitlab()).is("failed").because("job `deploy / unit`");
}

#[test]
fn what_a_child_may_do_and_what_others_do_does_not_count() {
    let mut allowed = bridge("deploy", 3, 70, "failed");
    allowed["allow_failure"] = json!(true);
    hears(&with_child(&allowed, &json!([])).gitlab()).is("passed");
    let elsewhere = bridge("deploy", 4, 70, "failed");
    hears(&with_child(&elsewhere, &json!([])).gitlab()).is("passed");
    // Servers that do not number the project name its page.
    let mut unnumbered = elsewhere.clone();
    for (end, project) in [("pipeline", "group/project"), ("downstream_pipeline", "group/other")] {
        unnumbered[end]["project_id"] = Value::Null;
        unnumbered[end]["web_url"] =
            json!(format!("https://gitlab.example/{project}/-/pipelines/1"));
    }
    hears(&with_child(&unnumbered, &json!([])).gitlab()).is("passed");
    unnumbered["pipeline"]["web_url"] = unnumbered["downstream_pipeline"]["web_url"].clone();
    hears(&with_child(&unnumbered, &json!([])).gitlab()).is("failed");
    let mut not_yet = bridge("deploy", 3, 70, "failed");
    not_yet["downstream_pipeline"] = Value::Null;
    hears(&with_child(&not_yet, &json!([])).gitlab()).is("passed");
}

#[test]
fn a_child_that_waits_for_somebody_is_judged_by_what_ran() {
    let of = |child: &Value, unit: &str| {
        let jobs = json!([job(71, "unit", unit), job(72, "deploy", "manual")]);
        hears(&with_child(child, &jobs).gitlab())
    };
    let mut child = bridge("child", 3, 70, "manual");
    of(&child, "failed").is("failed").because("job `child / unit`");
    of(&child, "success").is("passed");
    child["allow_failure"] = json!(true);
    of(&child, "failed").is("passed");
}

#[test]
fn more_children_than_are_read_are_said() {
    let place = format!("{GITLAB}/pipelines/7/bridges");
    let link = format!("<{place}?page=2>; rel=\"next\"");
    let elsewhere = json!([bridge("deploy", 4, 70, "success")]);
    let page = Reply::new(200).set_body_json(elsewhere).insert_header("link", link);
    let server = gitlab(&[pipeline(7, ONE, "success")]).replies(&place, [page]);
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    ran.says("incomplete: pipeline 7 starts more than 100 pipelines");
}

#[test]
fn the_last_of_a_retried_bridge_decides() {
    let with = |first: &str, second: &str| {
        let mut again = bridge("deploy", 3, 71, second);
        again["id"] = json!(901);
        let bridges = json!([again, bridge("deploy", 3, 70, first)]);
        let job = |id, status: &str| job(id, "e2e", status);
        let server = gitlab(&[pipeline(7, ONE, "success")])
            .answers(&format!("{GITLAB}/pipelines/7/bridges"), bridges);
        let server = empty(empty(server, &json!(70)), &json!(71))
            .answers(&format!("{GITLAB}/pipelines/70/jobs"), json!([job(701, first)]))
            .answers(&format!("{GITLAB}/pipelines/71/jobs"), json!([job(711, second)]));
        hears(&server.gitlab())
    };
    with("failed", "success").is("flaky").because("job `deploy / e2e` 1×");
    with("failed", "running").is("running");
    with("success", "failed").is("failed").because("job `deploy / e2e`");
}

#[test]
fn a_pipeline_that_waits_for_somebody_is_judged_by_what_ran() {
    let with = |jobs: Value| {
        let server = gitlab(&[pipeline(8, TWO, "manual"), pipeline(7, ONE, "failed")])
            .answers(&format!("{GITLAB}/pipelines/8/jobs"), jobs);
        hears(&server.gitlab())
    };
    let (deploy, after) = (job(83, "deploy", "manual"), job(84, "notify", "created"));
    let ran = |status| json!([job(81, "unit", status), deploy, after]);
    with(ran("success")).is("passed").because("pipeline 8 passed");
    with(ran("failed")).is("failed").because("pipeline 8 failed: job `unit`");
    let retried = json!([job(82, "unit", "success"), job(81, "unit", "failed"), deploy]);
    with(retried).is("flaky").because("job `unit` 1×");
    // Nothing ran.
    with(json!([deploy, after])).is("failed").because("pipeline 7");
    let mut allowed = job(81, "lint", "failed");
    allowed["allow_failure"] = json!(true);
    with(json!([allowed, deploy])).is("failed").because("pipeline 7");
}

#[test]
fn a_pipeline_that_is_listed_twice_counts_once() {
    let twice =
        [pipeline(8, TWO, "success"), pipeline(8, TWO, "success"), pipeline(7, ONE, "failed")];
    let said = hears(&gitlab(&twice).gitlab()).is("passed").counts(0, 2).reran_nothing();
    assert_eq!(said.recent.len(), 2);
    let done = |id, sha| run(id, sha, "completed", Some("success"));
    let said = hears(&github(&[done(8, TWO), done(8, TWO), done(7, ONE)]).github());
    assert_eq!(said.counts(0, 2).reran_nothing().recent.len(), 2);
}
