//! Rhythm files: the schema takes what the program reads, but for the rules that no schema can state.

use flaky_core::rhythm::json;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::schemas::{is_rhythm, schema};
use crate::vocabulary::Folder;

/// The rules that no schema can state: each in the words of the schema's description, in those of an
/// error, and a file that breaks it alone.
const RULES: &[(&str, &str, &str)] = &[
    ("a whole number of hundredths", "hundredths", r#"{"duration_s": 8.001, "beats": []}"#),
    ("No time is later", "(duration_s)", r#"{"duration_s": 8, "beats": [{"t_s": 9}]}"#),
    (
        "Beats are at least 0.05 s apart",
        "closer than",
        r#"{"duration_s": 8, "beats": [{"t_s": 8}, {"t_s": 0.01}]}"#,
    ),
    (
        "At most 8 episodes overlap",
        "overlap",
        r#"{"duration_s": 8, "beats": [], "episodes": [
            {"kind": "wander", "start_s": 0, "end_s": 8}, {"kind": "wander", "start_s": 0, "end_s": 8},
            {"kind": "wander", "start_s": 0, "end_s": 8}, {"kind": "wander", "start_s": 0, "end_s": 8},
            {"kind": "wander", "start_s": 0, "end_s": 8}, {"kind": "wander", "start_s": 0, "end_s": 8},
            {"kind": "wander", "start_s": 0, "end_s": 8}, {"kind": "wander", "start_s": 0, "end_s": 8},
            {"kind": "wander", "start_s": 7, "end_s": 8}]}"#,
    ),
    (
        "without a decimal point",
        "expected a whole number",
        r#"{"duration_s": 8, "beats": [], "seed": 7.0}"#,
    ),
    ("No field occurs twice", "occurs twice", r#"{"duration_s": 8, "beats": [], "beats": []}"#),
];

/// The error of a reader of rhythms, or nothing.
fn error(text: &str) -> Option<String> {
    json::from_str(text).err().map(|error| error.to_string())
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A rhythm of 8 s with a beat at 1 s and a flatline from 3 to 5 s.
fn sound() -> Value {
    json!({
        "duration_s": 8,
        "beats": [{ "t_s": 1 }],
        "episodes": [{ "kind": "flatline", "start_s": 3, "end_s": 5 }],
    })
}

/// A rhythm with these fields, in place of those that it has or beside them.
fn file(fields: Value) -> Value {
    with("", fields)
}

/// A rhythm whose beat has these fields.
fn beat(fields: Value) -> Value {
    with("/beats/0", fields)
}

/// A rhythm whose episode has these fields.
fn episode(fields: Value) -> Value {
    with("/episodes/0", fields)
}

fn with(place: &str, fields: Value) -> Value {
    let mut whole = sound();
    let Value::Object(fields) = fields else { panic!("fields of an object") };
    let object = whole.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
    object.extend(fields);
    whole
}

#[test]
fn what_the_program_reads_is_valid() {
    for rhythm in [
        sound(),
        file(json!({ "duration_s": 8.25, "extent": "loop", "seed": u32::MAX, "bpm": 0 })),
        file(json!({ "duration_s": 3600, "bpm": 1200, "state": { "word": "" } })),
        file(json!({ "$schema": schema("rhythm")["$id"] })),
        file(json!({ "duration_s": 3600.5, "extent": "line" })),
        file(json!({ "duration_s": 5_184_000, "extent": "line" })),
        file(json!({ "bpm": null, "state": null, "beats": [], "episodes": [] })),
        file(json!({ "state": { "word": "x", "alarm": null } })),
        file(json!({ "state": { "word": "x", "alarm": "technical" } })),
        beat(json!({ "t_s": 0, "kind": "normal", "code": "N", "amplitude": -10, "paced": true })),
        beat(json!({ "t_s": 8, "kind": "torsades", "code": "Q", "height": 10 })),
        beat(json!({ "kind": "merge", "sha": 7, "parents": null, "files": "all", "meaning": {} })),
        episode(json!({ "kind": "night", "start_s": 0, "end_s": 0 })),
    ] {
        assert_eq!(error(&rhythm.to_string()), None, "{rhythm}");
        assert!(is_rhythm(&rhythm), "{rhythm}");
    }
}

#[test]
fn what_the_program_refuses_is_not_valid() {
    let whole = [json!([]), json!(null), json!(8), json!("{}"), json!({}), json!({ "beats": [] })];
    let parts = [
        file(json!({ "$schema": 7 })),
        file(json!({ "duration_s": 0.99 })),
        file(json!({ "duration_s": 3600.5 })),
        file(json!({ "duration_s": 3600.5, "extent": "loop" })),
        file(json!({ "duration_s": 5_184_001, "extent": "line" })),
        file(json!({ "duration_s": "8" })),
        file(json!({ "duration_s": null })),
        file(json!({ "extent": "spiral" })),
        file(json!({ "extent": null })),
        file(json!({ "extent": { "line": null } })),
        file(json!({ "seed": -1 })),
        file(json!({ "seed": 4_294_967_296_u64 })),
        file(json!({ "seed": 1.5 })),
        file(json!({ "seed": null })),
        file(json!({ "bpm": -1 })),
        file(json!({ "bpm": 1200.5 })),
        file(json!({ "state": {} })),
        file(json!({ "state": ["x"] })),
        file(json!({ "state": { "word": null } })),
        file(json!({ "state": { "word": "x", "alarm": "low" } })),
        file(json!({ "state": { "word": "x", "alarm": { "high": null } } })),
        file(json!({ "state": { "word": "x", "colour": "red" } })),
        file(json!({ "beats": null })),
        file(json!({ "beats": {} })),
        file(json!({ "beats": [[1]] })),
        file(json!({ "beats": [{}] })),
        file(json!({ "episodes": null })),
        file(json!({ "episodes": [["flatline", 1, 2]] })),
        file(json!({ "episodes": [{ "kind": "flatline", "start_s": 1 }] })),
        file(json!({ "tempo": 9 })),
        beat(json!({ "t_s": -0.1 })),
        beat(json!({ "t_s": null })),
        beat(json!({ "kind": "night" })),
        beat(json!({ "kind": "Normal" })),
        beat(json!({ "kind": null })),
        beat(json!({ "code": "n" })),
        beat(json!({ "code": { "N": null } })),
        beat(json!({ "amplitude": 10.5 })),
        beat(json!({ "amplitude": null })),
        beat(json!({ "height": -10.5 })),
        beat(json!({ "amplitude": 1, "height": 1 })),
        beat(json!({ "paced": 1 })),
        beat(json!({ "mood": "good" })),
        episode(json!({ "kind": "normal" })),
        episode(json!({ "kind": "merge" })),
        episode(json!({ "start_s": -1 })),
        episode(json!({ "end_s": "5" })),
        episode(json!({ "alarm": "high" })),
    ];
    for rhythm in whole.into_iter().chain(parts) {
        assert!(error(&rhythm.to_string()).is_some(), "it reads {rhythm}");
        assert!(!is_rhythm(&rhythm), "{rhythm}");
    }
}

#[test]
fn rules_that_no_schema_can_state_are_in_its_description() {
    let description = schema("rhythm")["description"].as_str().expect("text").to_string();
    let stated: Vec<&str> =
        description.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    assert_eq!(stated.len(), RULES.len());
    for (stated, (rule, message, broken)) in stated.into_iter().zip(RULES) {
        assert!(stated.contains(rule), "{stated}");
        assert!(is_rhythm(&value(broken)), "{broken}");
        let folder = Folder::new().with("broken.json", broken);
        folder.flaky("render --rhythm broken.json -o x.png").fails(1, &[message]);
    }
}

/// Values of every type, and names and numbers of a rhythm among them.
fn odd() -> impl Strategy<Value = Value> {
    let numbers =
        ["0", "1", "-1", "7.0", "1.5", "0.02", "8.001", "9", "11", "1201", "3601", "1e300"];
    let names = ["", "normal", "merge", "night", "flatline", "N", "line", "loop", "high", "x"];
    let others = ["null", "true", "[]", "{}", "[1]", r#"{"t_s": 4}"#, r#"{"N": null}"#];
    let names = names.map(Value::from);
    let literals = numbers.into_iter().chain(others).map(value);
    select(literals.chain(names).collect::<Vec<_>>())
}

/// Names of fields, and one of none.
fn field() -> impl Strategy<Value = String> {
    let names = "$schema duration_s extent seed bpm state word alarm beats t_s kind code amplitude \
                 height paced sha meaning episodes start_s end_s tempo";
    select(names.split_whitespace().map(str::to_string).collect::<Vec<_>>())
}

/// The places of all values in a document.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_string());
    match value {
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                places(value, &format!("{here}/{at}"), found);
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                places(value, &format!("{here}/{name}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_a_rhythm_is_judged_alike(
        changes in prop::collection::vec((any::<usize>(), field(), odd(), any::<bool>()), 1..4),
    ) {
        let mut rhythm = file(json!({
            "extent": "line", "seed": 7, "bpm": 60, "state": { "word": "failed", "alarm": "high" },
            "beats": [
                { "t_s": 1, "kind": "merge", "code": "B", "paced": true },
                { "t_s": 6, "height": 2 },
            ],
        }));
        for (place, field, odd, adds) in changes {
            let mut all = Vec::new();
            places(&rhythm, "", &mut all);
            if adds {
                all.retain(|place| rhythm.pointer(place).is_some_and(Value::is_object));
            }
            let Some(place) = all.get(place % all.len().max(1)) else { continue };
            match rhythm.pointer_mut(place).expect("a place") {
                Value::Object(object) if adds => { object.insert(field, odd); }
                Value::Object(object) if object.contains_key(&field) => { object.remove(&field); }
                changed => *changed = odd,
            }
        }
        match (is_rhythm(&rhythm), error(&rhythm.to_string())) {
            (true, Some(error)) => {
                let is_stated = RULES.iter().any(|(_, message, _)| error.contains(message));
                prop_assert!(is_stated, "{error}: {rhythm}");
            }
            (valid, error) => prop_assert_eq!(valid, error.is_none(), "{}", rhythm),
        }
    }
}
