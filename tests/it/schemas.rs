//! The JSON Schemas, tried by a validator that is not ours on what the program writes and reads.
//!
//! [`report`] and [`history`] check every report and every history that a test asks for. For them, a
//! schema must name every field; as it is published, it lets later versions add some.

use std::sync::LazyLock;

use flaky_core::rhythm::glitch;
use flaky_core::verdict::{Evidence, Flakiness, RecentRun, Report, Reruns, Verdict};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::vocabulary::Folder;

static RHYTHM: LazyLock<Validator> = LazyLock::new(|| validator(&schema("rhythm")));
static STATUS: LazyLock<Validator> = LazyLock::new(|| validator(&closed(schema("status"))));
static HISTORY: LazyLock<Validator> = LazyLock::new(|| validator(&closed(schema("history"))));

/// A schema that is part of the program.
pub fn schema(name: &str) -> Value {
    let text = match name {
        "rhythm" => include_str!("../../schemas/rhythm.json"),
        "status" => include_str!("../../schemas/status.json"),
        _ => include_str!("../../schemas/history.json"),
    };
    serde_json::from_str(text).expect("JSON")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a schema")
}

/// A schema without a field that it does not name.
fn closed(schema: Value) -> Value {
    match schema {
        Value::Object(object) => {
            let has_fields = object.contains_key("properties");
            let parts = object.into_iter().map(|(key, part)| (key, closed(part)));
            let only = has_fields.then(|| ("additionalProperties".to_string(), false.into()));
            parts.chain(only).collect()
        }
        Value::Array(list) => list.into_iter().map(closed).collect(),
        other => other,
    }
}

#[track_caller]
fn holds(validator: &Validator, value: &Value) {
    let errors = validator.iter_errors(value);
    let errors: Vec<_> =
        errors.take(5).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\nin {value}", errors.join("\n"));
}

/// Parses the JSON of `flaky status`, which must be as its schema says.
#[track_caller]
pub fn report<T: DeserializeOwned>(text: &[u8]) -> T {
    let value = serde_json::from_slice(text).expect("JSON");
    holds(&STATUS, &value);
    serde_json::from_value(value).expect("a report")
}

/// Parses the JSON of `flaky history`, which must be as its schema says, and a rhythm.
#[track_caller]
pub fn history<T: DeserializeOwned>(text: &[u8]) -> T {
    let value = serde_json::from_slice(text).expect("JSON");
    holds(&HISTORY, &value);
    holds(&RHYTHM, &value);
    serde_json::from_value(value).expect("a history")
}

/// Whether a value is a rhythm for the schema.
pub fn is_rhythm(value: &Value) -> bool {
    RHYTHM.is_valid(value)
}

#[test]
fn the_program_prints_them() {
    for name in ["rhythm", "status", "history"] {
        let printed = Folder::new().flaky(&format!("schema {name}")).succeeds().stdout();
        let printed: Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(printed, schema(name));
        let home = "https://flaky_kth_devops.gitlab.io/flaky/schemas/";
        assert_eq!(printed["$id"], format!("{home}{name}.json"));
        assert!(jsonschema::draft202012::meta::is_valid(&printed), "{name}");
    }
    Folder::new().flaky("schema badge").fails(2, &["badge", "rhythm, status, history"]);
}

#[test]
fn every_field_and_every_word_is_described() {
    fn undescribed(place: &str, schema: &Value, found: &mut Vec<String>) {
        let described = |part: &Value| part["description"].as_str().is_some_and(|it| it.len() > 5);
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            let is_tag = name == "kind" && part.get("const").is_some();
            if !described(part) && !is_tag {
                found.push(format!("{place}/{name}"));
            }
            undescribed(&format!("{place}/{name}"), part, found);
        }
        for part in schema["oneOf"].as_array().into_iter().flatten() {
            if !described(part) {
                found.push(format!("{place}: {part}"));
            }
            undescribed(place, part, found);
        }
        for (name, part) in schema["$defs"].as_object().into_iter().flatten() {
            undescribed(name, part, found);
        }
    }
    let mut found = Vec::new();
    for name in ["rhythm", "status", "history"] {
        undescribed(name, &schema(name), &mut found);
        let whole = schema(name).to_string();
        for of_the_source in ["`None`", "[`", "::", "sanitise"] {
            assert!(!whole.contains(of_the_source), "{name}: {of_the_source}");
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_drawn_rhythm_is_a_rhythm() {
    for glitch in glitch::TABLE {
        let folder = Folder::new();
        let words = format!("--glitch {} --glitch-rate 20 --duration 30s", glitch.name);
        let rhythm: Value = serde_json::from_slice(&folder.render(&words, "x.json")).expect("JSON");
        holds(&RHYTHM, &rhythm);
        let episodes = rhythm["episodes"].as_array().expect("a list");
        assert!(episodes.iter().any(|episode| episode["kind"] == glitch.name), "{}", glitch.name);
    }
}

/// Evidence of each kind.
fn evidence() -> Vec<Evidence> {
    let text = || "abc".to_string();
    let url = || Some("https://ci.example/7".to_string());
    vec![
        Evidence::JobRetried { commit: text(), job: text(), run: None, failures: 1, url: url() },
        Evidence::RunsDisagree { commit: text(), failed: 7, passed: 8, failures: 1, url: None },
        Evidence::AttemptPassed { commit: text(), run: 7, attempt: 2, failures: 1, url: url() },
        Evidence::TestFlaked { test: text(), failures: 1 },
        Evidence::TestFlakedAndFailed { test: text(), failures: 1 },
        Evidence::TestFailed { test: text(), failures: 1 },
        Evidence::TestFailedAndPassed { test: text(), failures: 1, passes: 1 },
        Evidence::TestPassedElsewhere {
            test: text(),
            failures: 1,
            failed_in: text(),
            passed_in: text(),
        },
        Evidence::SuiteFailed { suite: text(), failures: 1 },
        Evidence::FailuresNotShown { suite: text(), stated: 2, shown: 1 },
        Evidence::TestMayHaveFlaked { test: text(), executions: 2 },
        Evidence::Omitted { tests: 3 },
    ]
}

#[test]
fn a_report_that_knows_everything_and_one_that_knows_nothing_are_reports() {
    let run = |verdict| RecentRun {
        verdict,
        number: Some(7),
        commit: Some("abc1234".to_string()),
        finished: Some("2026-01-02T03:04:05Z".to_string()),
        duration_s: Some(61.5),
        url: Some("https://ci.example/7".to_string()),
    };
    for verdict in Verdict::ALL {
        let nothing = Report::new(verdict, "");
        let everything = Report {
            evidence: evidence(),
            flakiness: Flakiness::counted(1, 20, "commits", Some(Reruns { disagreed: 1, of: 2 })),
            notes: vec!["1 cancelled pipeline was passed over".to_string()],
            recent: Verdict::ALL.map(run).into(),
            since: Some("2026-01-02T03:04:05Z".to_string()),
            before: Some(verdict),
            provider: Some("gitlab".to_string()),
            subject: Some("group/project".to_string()),
            parts: vec![nothing.clone()],
            ..Report::new(verdict, "pipeline 8 is running")
        };
        for report in [nothing, everything] {
            holds(&STATUS, &serde_json::to_value(report).expect("JSON"));
        }
    }
}

#[test]
fn the_evidence_in_these_tests_is_of_every_kind() {
    let kind = |evidence: &Evidence| serde_json::to_value(evidence).expect("JSON")["kind"].take();
    let ours: Vec<Value> = evidence().iter().map(kind).collect();
    let known = &schema("status")["$defs"]["Evidence"]["oneOf"];
    let known = known.as_array().expect("a list").iter();
    let known: Vec<Value> =
        known.map(|known| known["properties"]["kind"]["const"].clone()).collect();
    assert_eq!(ours, known);
}

#[test]
fn another_document_is_no_report_and_no_history() {
    let report = serde_json::to_value(Report::new(Verdict::Passed, "")).expect("JSON");
    for (name, value) in [
        ("verdict", json!("green")),
        ("verdict", Value::Null),
        ("rate", json!(1.5)),
        ("n", json!(0)),
        ("interval", json!([0.1])),
        ("since", json!("yesterday")),
        ("details", json!([{ "kind": "test-failed", "test": "a" }])),
        ("details", json!([{ "kind": "cosmic-ray" }])),
        ("parts", json!([{}])),
        ("mood", json!("good")),
    ] {
        let mut other = report.clone();
        other[name] = value;
        assert!(!STATUS.is_valid(&other), "{other}");
    }
    assert!(!HISTORY.is_valid(&report));
    assert!(!STATUS.is_valid(&json!({ "duration_s": 8, "beats": [] })));
}
