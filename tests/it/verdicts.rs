//! The verdict for every status word of every platform.

use serde_json::{Value, json};

use crate::asking::hears;
use crate::platforms::{
    ONE, Words, build, cctray, gitea, github, gitlab, jenkins, pipeline, run, status, woodpecked,
    woodpecker,
};
use crate::server::{Reply, Server};

/// A server that says a word, asked with these of ours, has us say the verdict.
#[track_caller]
fn translated(dictionary: &[(&str, &[&str])], server: impl Fn(&str) -> Server, words: Words) {
    for (verdict, said) in dictionary {
        for word in *said {
            let heard = hears(&words(&server(word)));
            assert_eq!(heard.verdict, *verdict, "{word}: {heard:?}");
        }
    }
}

#[test]
fn gitlabs_words() {
    translated(
        &[
            ("passed", &["success"]),
            ("failed", &["failed"]),
            (
                "running",
                &[
                    "created",
                    "waiting_for_resource",
                    "preparing",
                    "pending",
                    "running",
                    "waiting_for_callback",
                    "canceling",
                ],
            ),
            ("stopped", &["canceled", "skipped", "manual", "scheduled"]),
            ("unknown", &["frobnicated", ""]),
        ],
        |word| gitlab(&[pipeline(7, ONE, word)]),
        Server::gitlab,
    );
}

#[test]
fn githubs_words() {
    translated(
        &[("running", &["queued", "in_progress", "waiting", "requested", "pending"])],
        |word| github(&[run(7, ONE, word, None)]),
        Server::github,
    );
    translated(
        &[
            ("passed", &["success", "neutral"]),
            ("failed", &["failure", "timed_out", "startup_failure"]),
            ("stopped", &["cancelled", "skipped", "action_required", "stale"]),
            ("unknown", &["frobnicated"]),
        ],
        |word| github(&[run(7, ONE, "completed", Some(word))]),
        Server::github,
    );
    hears(&github(&[run(7, ONE, "completed", None)]).github()).is("unknown");
}

#[test]
fn what_others_say_to_github_of_a_commit() {
    let place = |what| format!("/api/v3/repos/owner/repo/commits/main/{what}");
    let server = |total: usize, state: &str, checks: Value| {
        let combined = json!({"sha": ONE, "state": state, "total_count": total, "statuses": []});
        github(&[])
            .answers(&place("status"), combined)
            .answers(&place("check-runs"), json!({"total_count": 0, "check_runs": checks}))
    };
    for (state, verdict) in
        [("success", "passed"), ("failure", "failed"), ("error", "failed"), ("pending", "running")]
    {
        hears(&server(2, state, json!([])).github()).is(verdict);
    }
    // Without any status GitHub says that it is pending.
    hears(&server(0, "pending", json!([])).github()).is("unknown").because("no pipeline yet");
    let check = |conclusion| json!([{"id": 1, "name": "build", "status": "completed", "conclusion": conclusion}]);
    hears(&server(0, "pending", check("success")).github()).is("passed");
    hears(&server(0, "pending", check("failure")).github()).is("failed").because("job `build`");
}

#[test]
fn giteas_words() {
    translated(
        &[
            ("passed", &["success", "warning"]),
            ("failed", &["failure", "error"]),
            ("running", &["pending"]),
            ("unknown", &["frobnicated"]),
        ],
        |word| gitea(&[(ONE, &[status(1, "ci", word)])]),
        Server::gitea,
    );
}

#[test]
fn a_gitea_commit_is_as_bad_as_its_worst_context() {
    let with = |word| gitea(&[(ONE, &[status(2, "unit", word), status(1, "build", "success")])]);
    for (word, verdict) in [("success", "passed"), ("failure", "failed"), ("pending", "running")] {
        hears(&with(word).gitea()).is(verdict);
    }
}

#[test]
fn woodpeckers_words() {
    translated(
        &[
            ("passed", &["success"]),
            ("failed", &["failure", "error"]),
            ("running", &["pending", "running"]),
            ("stopped", &["skipped", "killed", "blocked", "declined"]),
            ("unknown", &["frobnicated"]),
        ],
        |word| woodpecker(&[woodpecked(7, ONE, word)]),
        Server::woodpecker,
    );
}

#[test]
fn jenkins_words() {
    translated(
        &[
            ("passed", &["SUCCESS"]),
            ("failed", &["FAILURE", "UNSTABLE"]),
            ("stopped", &["ABORTED", "NOT_BUILT"]),
            ("unknown", &["FROBNICATED"]),
        ],
        |word| jenkins(&[build(7, ONE, Some(word))]),
        Server::jenkins,
    );
    hears(&jenkins(&[build(7, ONE, None)]).jenkins()).is("running");
}

#[test]
fn jenkins_balls() {
    let balls: &[(&str, &[&str])] = &[
        ("passed", &["blue", "green"]),
        ("failed", &["red", "yellow"]),
        ("running", &["blue_anime", "red_anime", "yellow_anime", "grey_anime", "aborted_anime"]),
        ("stopped", &["disabled", "aborted"]),
        ("unknown", &["grey", "notbuilt", "pink"]),
    ];
    let server =
        |color: &str| Server::new().answers("/job/project/api/json", json!({"color": color}));
    translated(balls, server, Server::jenkins);
    let server = Server::new()
        .answers("/job/project/api/json", json!({"color": "disabled", "allBuilds": []}));
    hears(&server.jenkins()).is("stopped");
    let folder = Server::new().answers("/job/project/api/json", json!({"_class": "Folder"}));
    hears(&folder.jenkins()).is("unknown").because("a folder of jobs");
}

#[test]
fn cctrays_words() {
    let hears_of = |activity: &str, status: &str| {
        let xml = Reply::new(200).set_body_raw(cctray(activity, status), "text/xml");
        let server = Server::new().replies("/cc.xml", [xml]);
        hears(&format!("--cctray {}", server.url("/cc.xml")))
    };
    for (status, verdict) in [
        ("Success", "passed"),
        ("Failure", "failed"),
        ("Exception", "failed"),
        ("Unknown", "unknown"),
        ("Frobnicated", "unknown"),
    ] {
        for activity in ["Sleeping", "CheckingModifications"] {
            hears_of(activity, status).is(verdict);
        }
        let building = hears_of("Building", status).is("running");
        assert_eq!(building.before.as_deref(), Some(verdict), "{status}");
    }
    assert_eq!(hears_of("Building", "").is("running").before, None);
    hears_of("Sleeping", "").is("unknown").because("no pipeline yet");
}

/// The verdict on a shields endpoint with these fields.
#[track_caller]
fn endpoint(fields: &Value, verdict: &str) {
    let mut badge = json!({"schemaVersion": 1, "label": "x"});
    badge.as_object_mut().expect("fields").extend(fields.as_object().expect("fields").clone());
    let server = Server::new().answers("/badge.json", badge);
    hears(&format!("--endpoint {}", server.url("/badge.json"))).is(verdict);
}

#[test]
fn an_endpoints_words() {
    for (message, verdict) in [
        ("passing", "passed"),
        ("Failed", "failed"),
        ("flaky 7%", "flaky"),
        ("running", "running"),
        ("87 %", "unknown"),
        ("80 passed, 3 skipped", "passed"),
        ("8/10 passed", "failed"),
        ("✔ 80 | ✘ 2", "failed"),
        ("no failures", "passed"),
        ("not passing", "unknown"),
    ] {
        endpoint(&json!({"message": message}), verdict);
    }
    endpoint(&json!({"message": "not found", "color": "red"}), "unknown");
}

#[test]
fn an_endpoint_in_error_or_of_another_form_says_so() {
    endpoint(&json!({"message": "failed", "isError": true}), "failed");
    for (badge, why) in [
        (
            json!({"message": "passing", "isError": true}),
            "the endpoint reports an error: \"passing\"",
        ),
        (json!([]), "expected an object, found a list of 0"),
    ] {
        let server = Server::new().answers("/badge.json", badge);
        let said = hears(&format!("--endpoint {}", server.url("/badge.json")));
        said.is("unknown").because(why);
    }
}

#[test]
fn an_endpoints_colour() {
    endpoint(&json!({"message": "87 %", "color": "success"}), "passed");
    endpoint(&json!({"message": "87 %", "color": "#e05d44"}), "failed");
    endpoint(&json!({"message": "87 %", "color": "orange"}), "unknown");
    endpoint(&json!({"message": "87 %", "color": null}), "unknown");
    endpoint(&json!({"message": "87 %", "color": 4}), "unknown");
    endpoint(&json!({"message": "passing", "color": "red"}), "passed");
}

#[test]
fn a_word_nobody_has_heard_of_is_repeated() {
    hears(&gitlab(&[pipeline(7, ONE, "frobnicated")]).gitlab())
        .is("unknown")
        .because("pipeline 7 has the unknown status \"frobnicated\"");
}

#[test]
fn where_there_is_no_pipeline_yet_nothing_is_known() {
    let servers: [(Server, Words); 4] = [
        (gitlab(&[]), Server::gitlab),
        (gitea(&[]), Server::gitea),
        (woodpecker(&[]), Server::woodpecker),
        (jenkins(&[]), Server::jenkins),
    ];
    for (server, words) in servers {
        hears(&words(&server)).is("unknown").because("there is no pipeline yet").reran_nothing();
    }
    let server = gitlab(&[]);
    let said = hears(&format!("{} --ref nope --source web", server.gitlab())).is("unknown");
    assert_eq!(said.reason, "there is no pipeline for `nope` with the trigger `web` yet");
}
