//! `flaky status --fail-on`, `--fail-on-rate` and `--markdown`; a badge as a shields endpoint.

use serde_json::{Value, json};

use crate::asking::{Asker, hears};
use crate::platforms::{GITLAB, ONE, TWO, gitlab, job, pipeline};
use crate::server::{Reply, Server};
use crate::vocabulary::Ran;

fn status(words: &str) -> Ran {
    Asker::new().flaky(&format!("status {words}"))
}

/// The gate closes, because of this state.
#[track_caller]
fn closes(words: &str, verdict: &str) {
    let ran = status(words);
    assert!(ran.stdout().starts_with(verdict), "{words}: {}", ran.stdout());
    ran.fails(3, &[&format!("the state is {verdict}, which the gate refuses")]);
}

#[test]
fn fail_on_ends_with_exit_code_3() {
    closes("--status failed --fail-on failed", "failed");
    closes("--status flaky --fail-on failed,flaky", "flaky");
    closes("--status canceled --fail-on failed --fail-on stopped", "stopped");
    closes("--status success --fail-on SUCCESS", "passed");
    for words in ["--status passed --fail-on failed,flaky", "--status flaky --fail-on failed"] {
        status(words).succeeds();
    }
    status("--status passed --fail-on x").fails(2, &["--fail-on"]);
}

#[test]
fn a_gate_against_flakes_is_one_against_failures() {
    closes("--status failed --fail-on flaky", "failed");
}

#[test]
fn an_unknown_state_closes_a_gate() {
    let server = Server::new();
    closes(&format!("{} --fail-on failed", server.gitlab()), "unknown");
    closes(&format!("{} --fail-on unknown --strict", server.gitlab()), "unknown");
    closes("--status unknown --fail-on flaky", "unknown");
    closes("--junit none.xml --fail-on failed", "unknown");
    status("--status unknown --fail-on failed,no-unknown").succeeds();
    status("--status failed --fail-on failed,no-unknown").fails(3, &["failed"]);
    status("--status unknown").succeeds();
}

#[test]
fn fail_on_rate_compares_the_rate() {
    let server = gitlab(&[
        pipeline(9, TWO, "success"),
        pipeline(8, ONE, "success"),
        pipeline(7, ONE, "failed"),
    ]);
    let asked = |rate: &str| status(&format!("{} --fail-on-rate {rate}", server.gitlab()));
    asked("0.5").succeeds();
    asked("49%").fails(3, &["the flake rate, 1/2, is above 49%"]);
    status("--status flaky --flake-rate 7% --fail-on-rate 3%").fails(3, &["7%, is above 3%"]);
    status("--status flaky --flake-rate 7% --fail-on-rate 7%").succeeds();
}

#[test]
fn a_rate_that_is_not_known_closes_a_gate() {
    status("--status passed --fail-on-rate 3%").fails(3, &["the flake rate is not known"]);
    status("--status unknown --fail-on-rate 3%").fails(3, &["the state is unknown"]);
    status("--status unknown --fail-on-rate 3% --fail-on no-unknown").succeeds();
    status("--fail-on-rate 101%").fails(2, &["--fail-on-rate"]);
}

#[test]
fn a_gate_on_the_rate_refuses_failures() {
    let server = gitlab(&[pipeline(8, TWO, "failed"), pipeline(7, ONE, "success")]);
    status(&format!("{} --fail-on-rate 3%", server.gitlab())).fails(3, &["the state is failed"]);
}

#[test]
fn evidence_that_cannot_be_read_closes_a_gate() {
    let server = gitlab(&[pipeline(7, ONE, "success")])
        .replies(&format!("{GITLAB}/pipelines/7/bridges"), [Reply::new(403)]);
    let asked = |gate: &str| status(&format!("{} {gate}", server.gitlab()));
    for gate in ["--fail-on failed", "--fail-on flaky", "--fail-on-rate 3%"] {
        let ran = asked(gate);
        assert!(ran.stdout().contains("note: the evidence is incomplete"), "{}", ran.stdout());
        assert_eq!(ran.code(), Some(3), "{gate}: {}", ran.stderr());
    }
    asked("--fail-on failed,no-unknown").succeeds();
    asked("").succeeds().says("the evidence is incomplete");
}

#[test]
fn a_project_that_cannot_be_read_is_said_beside_others() {
    let server = gitlab(&[pipeline(8, ONE, "success"), pipeline(7, ONE, "failed")]);
    let words = format!("{} --gitlab group/none", server.gitlab());
    let ran = status(&words).succeeds().says("the state of group/none is unknown");
    assert!(ran.stdout().starts_with("flaky 1/1"), "{}", ran.stdout());
    let ran = status(&format!("{words} --strict"));
    assert_eq!(ran.code(), Some(1), "{}", ran.stderr());
    let ran = status(&format!("{words} --fail-on failed"));
    assert_eq!(ran.code(), Some(3), "{}", ran.stderr());
}

#[test]
fn markdown_counts_what_it_leaves_out() {
    let cases: Vec<String> =
        (0..300).map(|n| format!("<testcase name='t{n}'><failure/></testcase>")).collect();
    let asker = Asker::new();
    let report = format!("<testsuite>{}</testsuite>", cases.concat());
    std::fs::write(asker.folder.path("r.xml"), report).expect("a report");
    let said = asker.flaky("status --junit r.xml --markdown").succeeds().stdout();
    assert_eq!(said.matches("\n- test").count(), 20, "{said}");
    assert!(said.contains("\n- and 280 more\n"), "{said}");
}

#[test]
fn markdown_has_the_verdict_the_evidence_and_links() {
    let url = |number: u64| format!("https://gitlab.example/p/{number}");
    let at = |number, sha, word| {
        let mut pipeline = pipeline(number, sha, word);
        pipeline["web_url"] = json!(url(number));
        pipeline
    };
    let mut first = job(71, "e2e", "failed");
    first["web_url"] = json!("https://gitlab.example/j/71");
    let flaked = json!([job(72, "e2e", "success"), first]);
    let server = gitlab(&[at(8, TWO, "failed"), at(7, ONE, "success")])
        .answers(&format!("{GITLAB}/pipelines/7/jobs"), flaked);
    let said = status(&format!("{} --markdown", server.gitlab())).succeeds().stdout();
    assert!(said.starts_with("**failed** · group/project\n\npipeline 8 failed"), "{said}");
    assert!(
        said.contains("\n- [1111111: job \\`e2e\\` failed, then passed in pipeline 7](<https://gitlab.example/j/71>)\n"),
        "{said}"
    );
    assert!(said.contains(&format!("\nFailed: [pipeline 8](<{}>)\n", url(8))), "{said}");
    status("--status passed --markdown --json").fails(2, &["--markdown", "--json"]);
}

#[test]
fn markdown_takes_no_markup_from_names() {
    let name = "[x](https://evil.example) <b> @all";
    let jobs = json!([job(72, name, "success"), job(71, name, "failed")]);
    let server =
        gitlab(&[pipeline(7, ONE, "success")]).answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs);
    let said = status(&format!("{} --markdown", server.gitlab())).succeeds().stdout();
    assert!(said.contains("\\[x\\]\\(https:\\//evil.example\\) \\<b\\> &#64;all"), "{said}");
}

#[test]
fn a_badge_as_json_is_a_shields_endpoint() {
    let drawn = |words: &str| -> Value {
        let asker = Asker::new();
        asker.flaky(&format!("badge -o badge.json {words}")).succeeds();
        serde_json::from_str(&asker.folder.text("badge.json")).expect("JSON")
    };
    let flaky = drawn("--status flaky --flake-rate 7% --label tests");
    assert_eq!(flaky["schemaVersion"], 1);
    assert_eq!((&flaky["label"], &flaky["message"]), (&json!("tests"), &json!("flaky 7%")));
    let svg = Asker::new().badge("--status flaky --flake-rate 7%");
    assert!(svg.contains(flaky["color"].as_str().expect("a colour")), "{flaky}");
    assert_eq!(flaky["isError"], Value::Null);
    assert_eq!(drawn("--status unknown")["isError"], true);
    let refused = Asker::new().flaky("badge -o badge.json --status passed --style monitor");
    refused.fails(2, &["--style monitor"]);
}

#[test]
fn a_badge_as_json_can_be_read_again() {
    for word in ["passed", "flaky", "failed", "running", "stopped", "unknown"] {
        let asker = Asker::new();
        asker.flaky(&format!("badge -o badge.json --status {word}")).succeeds();
        let badge: Value = serde_json::from_str(&asker.folder.text("badge.json")).expect("JSON");
        let server = Server::new().answers("/badge.json", badge);
        hears(&format!("--endpoint {}", server.url("/badge.json"))).is(word);
    }
}
