//! Questions about one job, a span of time, or several projects; and the tests that failed.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::asking::{Asker, Said, hears};
use crate::platforms::{
    GITHUB, GITLAB, JENKINS, ONE, THREE, TWO, WOODPECKER, attempt, build, gitea, github, gitlab,
    jenkins, job, pipeline, run, status, woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

/// The report for arguments that may contain spaces.
#[track_caller]
fn asked(source: &str, more: &[&str]) -> Said {
    let words: Vec<&str> = ["status", "--json"].into_iter().chain(source.split(' ')).collect();
    let ran = Asker::new().says(&[&words, more].concat()).succeeds();
    serde_json::from_slice(ran.bytes()).expect("a report")
}

/// Two pipelines: in the latest `unit` passed and `lint` failed, in the other one it was the other way.
fn with_two_jobs() -> Server {
    let mut lint = job(83, "lint", "failed");
    lint["allow_failure"] = json!(true);
    let latest = [job(81, "unit", "success"), lint, job(84, "e2e: [x, 1]", "failed")];
    let older = [job(71, "unit", "failed"), job(72, "lint", "success")];
    gitlab(&[pipeline(8, TWO, "failed"), pipeline(7, ONE, "failed")])
        .answers(&format!("{GITLAB}/pipelines/8/jobs"), latest)
        .answers(&format!("{GITLAB}/pipelines/7/jobs"), older)
}

#[test]
fn a_job_is_judged_alone() {
    let server = with_two_jobs();
    let of = |job: &str| asked(&server.gitlab(), &["--job", job]);
    let said = of("unit").is("passed").because("job `unit` passed in pipeline 8; ").counts(0, 2);
    let verdicts: Vec<_> = said.recent.iter().map(|beat| &beat["verdict"]).collect();
    assert_eq!(verdicts, ["failed", "passed"]);
    assert!(said.since.is_some());
    // One that may fail counts if it is asked for.
    assert_eq!(of("lint").is("failed").reason, "job `lint` failed in pipeline 8");
    // A leg of a matrix has brackets in its name; the other pipeline does not have it.
    of("e2e: [x, 1]").is("failed").counts(0, 1);
    of("e2e*").is("failed").because("job `e2e: [x, 1]`");
    of("{unit,lint}").is("failed").because("job `lint`");
    of("*").is("failed").because("jobs `lint` and `e2e: [x, 1]` failed in pipeline 8");
    let unknown = of("unti").is("unknown").because("no pipeline has a job \"unti\"");
    assert_eq!(unknown.recent, [Value::Null; 0]);
    Asker::new()
        .flaky(&format!("status {} --job unti", server.gitlab()))
        .succeeds()
        .says("the jobs are e2e: [x, 1], lint and unit");
}

#[test]
fn a_jobs_flakes_are_its_own() {
    let jobs =
        json!([job(83, "unit", "success"), job(82, "e2e", "success"), job(81, "e2e", "failed"),]);
    let server =
        gitlab(&[pipeline(8, TWO, "success")]).answers(&format!("{GITLAB}/pipelines/8/jobs"), jobs);
    asked(&server.gitlab(), &["--job", "unit"]).is("passed").reran_nothing();
    asked(&server.gitlab(), &["--job", "e2e"]).is("flaky").counts(1, 1);
}

#[test]
fn a_job_decides_while_its_pipeline_runs() {
    let jobs = |unit: &str| json!([job(82, "deploy", "running"), job(81, "unit", unit)]);
    let with = |unit: &str| {
        let server = gitlab(&[pipeline(8, TWO, "running"), pipeline(7, ONE, "success")])
            .answers(&format!("{GITLAB}/pipelines/8/jobs"), jobs(unit))
            .answers(&format!("{GITLAB}/pipelines/7/jobs"), json!([job(71, "unit", "success")]));
        asked(&server.gitlab(), &["--job", "unit"])
    };
    with("failed").is("failed").because("job `unit` failed in pipeline 8");
    let said = with("running").is("running").because("job `unit` is running in pipeline 8");
    assert_eq!(said.before.as_deref(), Some("passed"));
    with("skipped").is("passed").because("job `unit` passed in pipeline 7");
}

#[test]
fn the_reason_is_about_the_job() {
    let server = |unit: &str| {
        gitlab(&[pipeline(8, TWO, "failed")])
            .answers(&format!("{GITLAB}/pipelines/8/jobs"), [job(81, "unit", unit)])
    };
    let of = |unit: &str, job: &str| asked(&server(unit).gitlab(), &["--job", job]).reason;
    assert_eq!(of("canceled", "unit"), "job `unit` is canceled in pipeline 8");
    assert_eq!(of("odd", "un*"), "job `unit` has the unknown status \"odd\" in pipeline 8");
    let retried = json!([job(82, "unit", "success"), job(81, "unit", "failed")]);
    let server = server("").answers(&format!("{GITLAB}/pipelines/8/jobs"), retried);
    let said = asked(&server.gitlab(), &["--job", "unit"]).is("flaky");
    assert!(said.reason.starts_with("1 of 1 commit"), "{said:?}");
    assert_eq!(said.reason.matches("job `unit`").count(), 1, "{said:?}");
    asked(&server.gitlab(), &["--job", "un*"]).because("job `un*`: 1 of 1 commit");
}

#[test]
fn no_job_is_green_because_its_pipeline_could_not_be_read_or_did_not_start() {
    let older = json!([job(71, "unit", "success")]);
    let server = gitlab(&[pipeline(8, TWO, "failed"), pipeline(7, ONE, "success")])
        .answers(&format!("{GITLAB}/pipelines/7/jobs"), older);
    asked(&server.gitlab(), &["--job", "unit"])
        .is("failed")
        .because("pipeline 8 failed before job `unit` started");
    let server = server.replies(&format!("{GITLAB}/pipelines/8/jobs"), [Reply::new(404)]);
    asked(&server.gitlab(), &["--job", "unit"]).is("unknown");
}

#[test]
fn each_platform_with_jobs_tells_of_one() {
    let github_job = |id: u64, name: &str, conclusion: &str, minute: u64| {
        json!({"id": id, "name": name, "status": "completed", "conclusion": conclusion,
               "started_at": "2024-05-01T12:00:00Z",
               "completed_at": format!("2024-05-01T12:0{minute}:00Z")})
    };
    let jobs = [
        github_job(71, "test (a)", "success", 1),
        github_job(72, "test (b)", "failure", 1),
        // The same execution, listed again for the second attempt.
        github_job(73, "test (a)", "success", 1),
        github_job(74, "test (b)", "success", 3),
    ];
    let server = github(&[attempt(2, run(7, ONE, "completed", Some("success")))])
        .answers(&format!("{GITHUB}/actions/runs/7/jobs"), json!({"jobs": jobs}));
    asked(&server.github(), &["--job", "test (b)"]).is("flaky").counts(1, 1).reran(1, 1);
    asked(&server.github(), &["--job", "test (a)"]).is("passed").counts(0, 1).reran_nothing();
    let place = format!("{GITHUB}/actions/runs/7/jobs");
    assert_eq!(
        server.asked_for(&place, "filter"),
        [Some("all".to_string()), Some("all".to_string())]
    );

    let steps = json!([{"id": 1, "name": "unit", "state": "success"},
                       {"id": 2, "name": "lint", "state": "failure"}]);
    let mut details = woodpecked(7, ONE, "failure");
    details["workflows"] = json!([{"id": 1, "pid": 1, "name": "ci", "children": steps}]);
    let server = woodpecker(&[woodpecked(7, ONE, "failure")])
        .answers(&format!("{WOODPECKER}/pipelines/7"), details);
    asked(&server.woodpecker(), &["--job", "unit"]).is("passed");
    asked(&server.woodpecker(), &["--job", "1 / lint"]).is("failed");

    let statuses =
        [status(2, "CI / unit (push)", "success"), status(1, "CI / lint (push)", "failure")];
    let server = gitea(&[(ONE, &statuses)]);
    asked(&server.gitea(), &["--job", "unit"]).is("passed");
    asked(&server.gitea(), &["--job", "CI / lint (push)"]).is("failed");

    for words in ["--jenkins http://x/job/a", "--cctray http://x/cc.xml", "--junit x.xml"] {
        let ran = Asker::new().flaky(&format!("status {words} --job unit"));
        ran.fails(2, &["does not support --job"]);
    }
}

/// A pipeline of GitLab's that was created so many hours ago.
fn aged(hours: i64, mut pipeline: Value) -> Value {
    let created = Timestamp::now() - SignedDuration::from_hours(hours);
    pipeline["created_at"] = json!(created.to_string());
    pipeline["updated_at"] = json!(created.to_string());
    pipeline
}

#[test]
fn since_limits_the_window_in_time() {
    let pipelines: Vec<Value> = (0..30)
        .map(|n| aged(12 * n + 1, pipeline(100 - n as u64, &format!("{n:040}"), "success")))
        .collect();
    let server = gitlab(&pipelines);
    let counted = |more: &str| hears(&format!("{} {more}", server.gitlab())).is("passed").n;
    assert_eq!(counted(""), Some(20));
    assert_eq!(counted("--since 2d"), Some(4));
    assert_eq!(counted("--since 36h"), Some(3));
    // All of that time, beyond the usual number; and both together.
    assert_eq!(counted("--since 2w"), Some(28));
    assert_eq!(counted("--since 2w --runs 3"), Some(3));
    // The latest decides, however old it is, but it is not measured.
    assert_eq!(counted("--since 1min"), None);
    for wrong in ["7", "0d", "-1d", "1e9w", "d", "7 days", "nan"] {
        let words = ["status", "--gitlab", "a/b", &format!("--since={wrong}")];
        Asker::new().says(&words).fails(2, &["--since", "expected a time such as 7d, 12h or 4w"]);
    }
    for words in ["--cctray http://x/cc.xml", "--endpoint http://x", "--junit x.xml"] {
        let ran = Asker::new().flaky(&format!("status {words} --since 7d"));
        ran.fails(2, &["does not support --since"]);
    }
}

#[test]
fn what_is_too_old_to_be_measured_still_decides() {
    let none = ["flakiness is not measured: no pipeline of the chosen time has a result"];
    let old = |more: &[Value]| {
        let old = [
            aged(50, pipeline(9, TWO, "success")),
            aged(51, pipeline(8, TWO, "failed")),
            aged(52, pipeline(7, ONE, "failed")),
        ];
        let server = gitlab(&[more, &old].concat());
        hears(&format!("{} --since 1d", server.gitlab()))
    };
    let said = old(&[]).is("passed").reran_nothing();
    assert_eq!((said.n, said.reason.as_str()), (None, "pipeline 9 passed"));
    assert_eq!(said.notes, none);
    let said = old(&[aged(1, pipeline(10, THREE, "running"))]).is("running").reran_nothing();
    assert_eq!((said.n, said.before.as_deref()), (None, Some("passed")));
    assert_eq!(said.notes, none);
    let said = old(&[aged(1, pipeline(10, THREE, "canceled"))]).is("passed");
    assert_eq!(said.notes, [none[0], "1 cancelled pipeline was passed over"]);
    // A commit that ran again today is measured as a whole.
    let said = old(&[aged(1, pipeline(10, TWO, "success"))]).is("flaky").counts(1, 1);
    assert_eq!(said.notes, [""; 0]);
}

#[test]
fn older_pages_are_not_read_once_they_are_too_old() {
    let link = format!("<{GITLAB}/pipelines?page=2>; rel=\"next\"");
    let page = [aged(1, pipeline(9, TWO, "success")), aged(100, pipeline(8, ONE, "success"))];
    let first = Reply::new(200).set_body_json(page).insert_header("link", link);
    let place = format!("{GITLAB}/pipelines");
    let server = gitlab(&[pipeline(9, TWO, "success")]).replies(&place, [first]);
    let said = hears(&format!("{} --since 2d", server.gitlab())).is("passed").counts(0, 1);
    assert_eq!(said.recent.len(), 1);
    assert_eq!(server.asked_for(&place, "page").len(), 1);
}

/// A GitLab with a second project whose pipeline has this status; that of the first passed.
fn with_other_project(status: &str) -> Server {
    let other = "/api/v4/projects/group%2Fother";
    gitlab(&[pipeline(7, ONE, "success")])
        .answers(other, json!({"id": 4, "default_branch": "main"}))
        .answers(&format!("{other}/pipelines"), [pipeline(5, TWO, status)])
        .answers(&format!("{other}/pipelines/5/jobs"), json!([]))
        .answers(&format!("{other}/pipelines/5/bridges"), json!([]))
}

#[test]
fn the_worst_of_several_projects_counts_and_each_is_said() {
    for (status, verdict) in [("failed", "failed"), ("running", "running"), ("success", "passed")] {
        let server = with_other_project(status);
        let said = hears(&format!("{} --gitlab group/other", server.gitlab())).is(verdict);
        let parts: Vec<_> = said
            .parts
            .iter()
            .map(|part| (part.subject.as_deref().unwrap(), part.verdict.as_str()))
            .collect();
        assert_eq!(parts, [("group/project", "passed"), ("group/other", verdict)]);
        assert_eq!(said.subject.as_deref(), Some("group/project, group/other"));
        assert_eq!(said.provider.as_deref(), Some("gitlab"));
    }
    let server = with_other_project("failed");
    let words = format!("{} --gitlab group/other", server.gitlab());
    hears(&words).because("worst of 2: group/other: pipeline 5 failed");
    let ran = Asker::new().flaky(&format!("status {words}")).succeeds();
    let said = ran.stdout();
    assert!(said.starts_with("failed: worst of 2: group/other: pipeline 5 failed\n"), "{said}");
    assert!(said.contains("\n  group/project: passed: pipeline 7 passed"), "{said}");
    assert!(said.contains("\n  group/other: failed: pipeline 5 failed\n"), "{said}");
    assert!(Asker::new().badge(&words).contains("failed"));
    // One that cannot be reached makes the whole unknown, unless another is worse.
    let words = format!("{} --gitlab group/missing", server.gitlab());
    hears(&words).is("unknown").because("worst of 2: group/missing: ");
    Asker::new()
        .flaky(&format!("status {words}"))
        .succeeds()
        .says("the state of group/missing is unknown")
        .says("check the project name");
}

#[test]
fn different_platforms_are_asked_in_the_order_of_the_options() {
    let (one, two) = (with_other_project("success"), jenkins(&[build(3, ONE, Some("FAILURE"))]));
    let address = one.url("/group/project");
    let said = hears(&format!("{} --gitlab {address}", two.jenkins())).is("failed");
    let providers: Vec<_> =
        said.parts.iter().map(|part| part.provider.as_deref().unwrap()).collect();
    assert_eq!(providers, ["jenkins", "gitlab"]);
    assert_eq!(said.provider, None);
    let fails = |words: &str, said: &[&str]| {
        Asker::new().flaky(&format!("status {words}")).fails(2, said);
    };
    fails("--gitlab a/b --status passed", &["--gitlab", "--status"]);
    fails("--gitlab a/b --junit x.xml", &["--gitlab", "--junit"]);
    fails("--gitlab a/b --github a/b --workflow ci.yml", &["--gitlab does not support --workflow"]);
    fails("--gitlab a/b --gitlab=", &["--gitlab is empty"]);
    let many: Vec<String> = (0..51).map(|n| format!("--gitlab a/b{n}")).collect();
    fails(&many.join(" "), &["51 pipelines are too many", "50 at most"]);
    let ran = Asker::new().flaky("history --gitlab a/b --github a/b -o x.gif");
    ran.fails(2, &["--gitlab", "--github"]);
}

#[test]
fn several_workflows_are_told_apart() {
    let place = |file: &str| format!("{GITHUB}/actions/workflows/{file}/runs");
    let of = |id, conclusion| json!({"total_count": 1, "workflow_runs": [run(id, THREE, "completed", Some(conclusion))]});
    let server = github(&[])
        .answers(&place("ci.yml"), of(7, "success"))
        .answers(&place("docs.yml"), of(8, "failure"));
    let said = hears(&format!("{} --workflow ci.yml --workflow docs.yml", server.github()))
        .is("failed")
        .because("worst of 2: owner/repo docs.yml: pipeline 8 of CI failed");
    assert_eq!(said.parts[0].subject.as_deref(), Some("owner/repo ci.yml"));
}

#[test]
fn gitlabs_failed_tests_are_evidence() {
    let case = |status: &str, class: Value, name: &str, recent: Value| {
        json!({"status": status, "name": name, "classname": class, "execution_time": 0.1,
               "system_output": null, "stack_trace": null, "recent_failures": recent})
    };
    let report = json!({"total_time": 5, "total_count": 3, "test_suites": [
        {"name": "unit", "total_count": 2, "test_cases": [
            case("failed", json!("pulse.Rate"), "stays", json!({"count": 3, "base_branch": "main"})),
            case("success", json!("pulse.Rate"), "rises", Value::Null),
        ]},
        {"name": "e2e", "total_count": 1, "test_cases": [
            case("error", Value::Null, "opens", Value::Null),
            case("skipped", Value::Null, "closes", Value::Null),
        ]},
        {"name": "empty", "test_cases": null},
    ]});
    let place = format!("{GITLAB}/pipelines/7/test_report");
    let jobs = json!([job(71, "unit", "failed"), job(72, "e2e", "failed")]);
    let failed = gitlab(&[pipeline(7, ONE, "failed"), pipeline(6, TWO, "failed")])
        .answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs)
        .answers(&place, &report);
    let said = hears(&failed.gitlab())
        .is("failed")
        .shows(&["test pulse.Rate stays: failed", "test opens: failed"]);
    assert_eq!(said.details[0]["failures"], 3);
    assert_eq!(said.notes, ["test pulse.Rate stays failed 3 times on main in the last 14 days"]);
    let reports =
        |server: &Server| server.places().iter().filter(|at| at.ends_with("report")).count();
    assert_eq!(reports(&failed), 1, "only that of the pipeline that decides");
    asked(&failed.gitlab(), &["--job", "e2e"]).is("failed").shows(&["test opens: failed"]);

    let passed = gitlab(&[pipeline(7, ONE, "success")]).answers(&place, &report);
    hears(&passed.gitlab()).is("passed").shows(&[]);
    assert_eq!(reports(&passed), 0);
    // A server that keeps no report, or shows it to nobody, is no reason to worry.
    for status in [404, 403] {
        let server = gitlab(&[pipeline(7, ONE, "failed")]).replies(&place, [Reply::new(status)]);
        let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
        assert_eq!(ran.stderr(), "");
    }
    let server = gitlab(&[pipeline(7, ONE, "failed")]).answers(&place, json!({"test_suites": 3}));
    // Flakiness does not depend on it.
    let said = hears(&server.gitlab()).is("failed");
    assert_eq!(said.notes.len(), 1);
    assert!(said.notes[0].starts_with("the failed tests are not known: "), "{said:?}");
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert_eq!(ran.stderr(), "");
}

#[test]
fn jenkins_failed_tests_are_evidence() {
    let case = |status: &str, name: &str, age: u64, since: u64| {
        json!({"className": "pulse.Rate", "name": name, "status": status, "age": age,
               "failedSince": since})
    };
    let cases = [
        case("PASSED", "rises", 0, 0),
        case("FIXED", "falls", 0, 0),
        case("REGRESSION", "stays", 1, 7),
        case("FAILED", "stops", 4, 4),
    ];
    let child = json!({"result": {"suites": [{"cases": [case("FAILED", "far away", 2, 6)]}]}});
    let report = json!({"suites": [{"cases": cases}], "childReports": [child]});
    let place = JENKINS.replace("/api/json", "/7/testReport/api/json");
    let server = jenkins(&[build(7, ONE, Some("UNSTABLE"))]).answers(&place, report);
    let said = hears(&server.jenkins()).is("failed").shows(&[
        "test pulse.Rate stays: failed",
        "test pulse.Rate stops: failed",
        "test pulse.Rate far away: failed",
    ]);
    assert_eq!(said.details[1]["failures"], 4);
    assert_eq!(
        said.notes,
        [
            "test pulse.Rate stays passed in the build before",
            "test pulse.Rate stops fails since build 4",
            "test pulse.Rate far away fails since build 6",
        ]
    );
    let many: Vec<Value> = (0..30).map(|n| case("FAILED", &format!("t{n}"), 1, 7)).collect();
    let server = jenkins(&[build(7, ONE, Some("FAILURE"))])
        .answers(&place, json!({"suites": [{"cases": many}], "childReports": null}));
    let said = hears(&server.jenkins()).is("failed");
    assert_eq!(said.evidence.len(), 21);
    assert_eq!(said.evidence[20], "and 10 more tests");
}
