//! `--status`, and the output of `flaky status`.

use serde_json::{Value, json};

use crate::asking::{Asker, hears};
use crate::platforms::{ONE, TWO, gitlab, pipeline};
use crate::schemas;
use crate::server::Server;

/// The accepted words and their verdicts.
const WORDS: [(&str, &[&str]); 6] = [
    ("passed", &["passed", "passing", "success", "successful", "neutral", "warning"]),
    ("flaky", &["flaky"]),
    ("failed", &["failed", "failing", "failure", "error", "timed_out", "unstable"]),
    (
        "running",
        &[
            "running",
            "created",
            "pending",
            "preparing",
            "waiting_for_resource",
            "canceling",
            "queued",
        ],
    ),
    ("stopped", &["stopped", "canceled", "cancelled", "skipped", "manual", "scheduled", "killed"]),
    ("unknown", &["unknown"]),
];

#[test]
fn our_words_and_those_of_ci_systems_are_taken() {
    for (verdict, words) in WORDS {
        for word in words {
            hears(&format!("--status {word}")).is(verdict);
            let capitals = word.to_uppercase();
            hears(&format!("--status {capitals}")).is(verdict);
        }
    }
}

#[test]
fn any_other_word_is_wrong_usage() {
    for word in ["frobnicated", "", "passed!", "pass ed", "\u{202e}passed"] {
        for command in ["status", "badge -o badge.svg"] {
            let words: Vec<_> = command.split(' ').chain(["--status", word]).collect();
            let asker = Asker::new();
            asker.says(&words).fails(2, &["--status", "unknown state"]);
            assert_eq!(asker.folder.names(), [""; 0]);
        }
    }
    Asker::new().flaky("status --status pased").fails(2, &["did you mean \"passed\"?"]);
    Asker::new().flaky("status --status x").fails(2, &["passed", "flaky", "stopped", "unknown"]);
}

#[test]
fn how_flaky_is_said_of_what_is_flaky() {
    for (rate, said) in [("0.07", 0.07), ("7%", 0.07), ("0", 0.0), ("1", 1.0), ("100%", 1.0)] {
        let said_rate = hears(&format!("--status flaky --flake-rate {rate}")).is("flaky").rate;
        assert!((said_rate.unwrap() - said).abs() < 1e-12, "{rate}: {said_rate:?}");
    }
    let fails = |words: &str, said: &[&str]| {
        Asker::new().flaky(&format!("status {words}")).fails(2, said);
    };
    fails(
        "--status passed --flake-rate 0.1",
        &["--flake-rate", "--flake-rate cannot be used with --status passed"],
    );
    fails("--flake-rate 0.1", &["--status"]);
    for rate in ["1.1", "-0.1", "101%", "NaN", "inf", "x", "7%%"] {
        let words = ["status", "--status", "flaky", &format!("--flake-rate={rate}")];
        Asker::new().says(&words).fails(2, &["--flake-rate"]);
    }
    fails("--status passed --gitlab a/b", &["--status", "--gitlab"]);
}

#[test]
fn a_rate_is_read_as_percent() {
    for (rate, said) in [
        ("0", "0%"),
        ("0.0001", "<0.1%"),
        ("0.073", "7.3%"),
        ("0.07", "7%"),
        ("0.0996", "10%"),
        ("0.124", "12%"),
        ("1", "100%"),
    ] {
        let ran = Asker::new().flaky(&format!("status --status flaky --flake-rate {rate}"));
        assert_eq!(ran.succeeds().stdout(), format!("flaky {said}\n"));
    }
}

/// A GitLab server with a flaky commit.
fn flaky() -> Server {
    gitlab(&[pipeline(8, ONE, "success"), pipeline(7, ONE, "failed")])
}

#[test]
fn it_is_said_in_words() {
    let ran = Asker::new().flaky("status --status failed").succeeds();
    assert_eq!((ran.stdout().as_str(), ran.stderr().as_str()), ("failed\n", ""));
    let server = flaky();
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert_eq!(
        ran.stdout(),
        "flaky 1/1: 1 of 1 commit, 100 % (95 %: 21–100 %); 1 of 1 rerun disagreed\n  \
         1111111: pipeline 7 failed, pipeline 8 passed\n"
    );
}

#[test]
fn it_is_said_as_json() {
    let json_of = |words: &str| -> Value {
        schemas::report(Asker::new().flaky(&format!("status --json {words}")).succeeds().bytes())
    };
    let nothing = json!({
        "verdict": "", "reason": "", "rate": null, "flaky": null, "n": null, "of": null,
        "interval": null, "reruns": null, "evidence": [], "details": [], "notes": [],
        "recent": [], "since": null, "before": null, "provider": null, "subject": null, "parts": [],
    });
    // The same but for these fields.
    let with = |fields: Value| {
        let mut all = nothing.clone();
        for (name, value) in fields.as_object().expect("an object") {
            all[name] = value.clone();
        }
        all
    };
    let mut said = json_of(&flaky().gitlab());
    let interval = said["interval"].take();
    assert!((interval[0].as_f64().expect("a number") - 0.206_549).abs() < 1e-6, "{interval}");
    assert_eq!(interval[1], 1.0);
    said["recent"] = json!([]);
    assert_eq!(
        said,
        with(json!({
            "verdict": "flaky",
            "reason": "1 of 1 commit, 100 % (95 %: 21–100 %); 1 of 1 rerun disagreed",
            "rate": 1.0, "flaky": 1, "n": 1, "of": "commits",
            "reruns": { "disagreed": 1, "of": 1 },
            "evidence": ["1111111: pipeline 7 failed, pipeline 8 passed"],
            "details": [{
                "kind": "runs-disagree", "commit": "1111111", "failed": 7, "passed": 8,
                "failures": 1, "url": "https://gitlab.example/p",
            }],
            "since": "2024-05-01T12:00:00Z", "provider": "gitlab", "subject": "group/project",
        }))
    );
    let said = json_of(&gitlab(&[pipeline(8, TWO, "running")]).gitlab());
    assert_eq!(said["verdict"], "running");
    assert_eq!(json_of("--status passed"), with(json!({ "verdict": "passed" })));
}

#[test]
fn what_is_unknown_is_said_and_warned_of() {
    let server = Server::new();
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert!(ran.stdout().starts_with("unknown: 127.0.0.1:"), "{}", ran.stdout());
    assert!(ran.stderr().starts_with("warning: the state is unknown: "), "{}", ran.stderr());
    let ran = Asker::new().flaky(&format!("status --json --strict {}", server.gitlab()));
    let said: Value = schemas::report(ran.bytes());
    assert_eq!(said["verdict"], "unknown");
    ran.fails(1, &["error: the state is unknown: "]);
}

#[test]
fn every_provider_is_listed_with_what_it_takes() {
    let said = Asker::new().flaky("providers").succeeds().stdout();
    for name in
        ["gitlab", "github", "gitea", "woodpecker", "jenkins", "cctray", "endpoint", "junit"]
    {
        assert_eq!(said.matches(&format!("--{name} ")).count(), 1, "{name}: {said}");
        let help = Asker::new().flaky("badge --help").succeeds().stdout();
        assert!(help.contains(&format!("--{name} <")), "{name}: {help}");
    }
    assert!(
        said.contains("CI_PIPELINE_ID") && said.contains("jobs retried in a pipeline"),
        "{said}"
    );
}
