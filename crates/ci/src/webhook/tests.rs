//! Messages of all dialects, and their disorder.

mod disorder;
mod gitea;
mod github;
mod gitlab;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::sent::Sent;
use super::{Dialect, Message, Unread};
use crate::judge::Window;
use crate::run::{Job, Run, RunKey};
use crate::{Query, judge};
use flaky_core::verdict::Verdict;

const SHA: &str = "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e";

/// Seconds after the beginning of the stories.
fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_714_564_800 + second).expect("a time")
}

/// The same in RFC 3339.
fn rfc3339(at: i64) -> Value {
    json!(second(at).to_string())
}

fn message(sent: &Sent) -> Message {
    sent.read().unwrap_or_else(|why| panic!("{why}: {sent:?}"))
}

/// The only run of a message.
fn run(sent: &Sent) -> Run {
    let [run] = message(sent).runs.try_into().expect("one run");
    run
}

/// The runs of some messages, newest first.
fn merged<'a>(messages: impl IntoIterator<Item = &'a Sent>) -> Vec<Run> {
    let mut runs: BTreeMap<RunKey, Run> = BTreeMap::new();
    for run in messages.into_iter().flat_map(|sent| message(sent).runs) {
        let merged = match runs.remove(&run.key) {
            Some(known) => known.merge(run),
            None => run,
        };
        runs.insert(merged.key.clone(), merged);
    }
    runs.into_values().rev().collect()
}

/// The verdict on the runs of some messages.
fn verdict<'a>(messages: impl IntoIterator<Item = &'a Sent>) -> Verdict {
    let window = Window { count: 20, since: None };
    judge::judge(merged(messages), &Query::new("group/project"), window).verdict
}

fn job(run: &Run, id: u64) -> &Job {
    run.jobs().iter().find(|job| job.id == id).unwrap_or_else(|| panic!("no job {id} in {run:?}"))
}

fn is_ignored(sent: &Sent) -> bool {
    matches!(sent.read(), Err(Unread::Ignored { .. }))
}

/// The error of a body that is not what is documented.
fn malformed(sent: &Sent) -> String {
    match sent.read() {
        Err(Unread::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// An event of each dialect that is about a run.
const EVENTS: [&str; 4] = [
    "x-gitlab-event: Pipeline Hook",
    "x-github-event: workflow_run",
    "x-gitea-event: workflow_run",
    "x-forgejo-event: action_run_failure",
];

#[test]
fn the_platform_that_copied_a_header_is_asked_first() {
    let headers = ["x-gitlab-event", "x-github-event", "x-gitea-event", "x-forgejo-event"];
    let dialects = [Dialect::GitLab, Dialect::GitHub, Dialect::Gitea, Dialect::Forgejo];
    let mut sent = Sent::new("");
    assert_eq!(sent.dialect(), None);
    for (header, dialect) in headers.into_iter().zip(dialects) {
        sent = sent.with(header, "push");
        assert_eq!(sent.dialect(), Some(dialect));
    }
}

#[test]
fn unknown_events_are_ignored_whatever_they_say() {
    for event in [
        "x-gitlab-event: Push Hook",
        "x-gitlab-event: ",
        "x-github-event: star",
        "x-gitea-event: push",
        "x-forgejo-event: push",
    ] {
        assert!(is_ignored(&Sent::json(event, &json!(["anything"]))), "{event}");
    }
    let long = Sent::new("{").with("content-type", "application/json");
    let Err(why) = long.with("x-github-event", &"a\n".repeat(9999)).read() else { panic!() };
    assert!(why.to_string().len() < 300 && !why.to_string().contains('\n'), "{why}");
}

#[test]
fn a_body_that_is_not_as_documented_is_an_error() {
    let times = [
        ("object_attributes", "created_at"),
        ("workflow_run", "updated_at"),
        ("workflow_run", "started_at"),
        ("run", "stopped"),
    ];
    for (event, (part, time)) in EVENTS.into_iter().zip(times) {
        for body in [json!(null), json!([]), json!({}), json!({ "run": 1, "repository": {} })] {
            let sent = Sent::json(event, &body);
            assert!(!malformed(&sent).is_empty(), "{event} {body}");
        }
        let (header, name) = event.split_once(": ").expect("an event");
        let nested = |part: &str| part.repeat(10_000);
        for (body, why) in [
            (String::new(), "cut off"),
            ("{".to_string(), "cut off"),
            ("nonsense".to_string(), "malformed"),
            (nested("["), "expected"),
            (nested("{\"a\":"), "cut off"),
            (format!("{{\"{part}\":{{\"{time}\":{}", nested("[")), "nested too deeply"),
        ] {
            let sent = Sent::new(body).with(header, name).with("content-type", "application/json");
            assert!(malformed(&sent).contains(why), "{event}: {}", malformed(&sent));
        }
    }
}

#[test]
fn only_json_and_forms_are_read() {
    let body = json!({ "repository": { "full_name": "owner/repo" }, "zen": "a+b & 100 %" });
    let sent = |body: &str, media_type: &str| {
        Sent::new(body).with("x-github-event", "ping").with("content-type", media_type)
    };
    let json = body.to_string();
    let escape = |byte: u8| format!("%{byte:02x}");
    let form = format!("a=1&payload={}", json.bytes().map(escape).collect::<String>());
    let form_type = "application/x-www-form-urlencoded";
    for sent in [
        sent(&json, "application/json"),
        sent(&json, "Application/JSON; charset=utf-8"),
        sent(&form, form_type),
        sent(
            &format!(
                "payload={}",
                json.replace('%', "%25").replace('&', "%26").replace('+', "%2B")
            ),
            form_type,
        ),
    ] {
        assert_eq!(message(&sent).project, "owner/repo");
    }
    for media_type in ["text/plain", "application/jsonp", "", "multipart/form-data"] {
        let refused = sent(&json, media_type).read();
        assert!(matches!(refused, Err(Unread::MediaType(_))), "{media_type}");
    }
    for form in ["", "payload", "playload=%7b%7d", "payload=%ff"] {
        assert!(!malformed(&sent(form, form_type)).is_empty(), "{form}");
    }
}

#[test]
fn the_name_of_a_project_is_a_path() {
    for path in [
        "",
        "project",
        "/owner/repo",
        "owner/repo/",
        "owner//repo",
        "owner/..",
        "owner/repo.git",
        "owner/re po",
        "owner/re\u{202e}po",
        "owner/repo\n",
        "a/b/c",
        "https://host/owner/repo",
        "token@owner/repo",
        &format!("owner/{}", "o".repeat(300)),
    ] {
        let body = json!({ "repository": { "full_name": path } });
        let why = malformed(&Sent::json("x-github-event: ping", &body));
        assert!(why.contains("owner/repo") && why.len() < 200, "{path}: {why}");
    }
}

#[test]
fn a_message_names_its_delivery() {
    let body = json!({ "repository": { "full_name": "owner/repo", "default_branch": "main" } });
    let sent = Sent::json("x-github-event: ping", &body).with("x-github-delivery", "d-7");
    let message = message(&sent);
    assert_eq!(message.delivery.as_deref(), Some("d-7"));
    assert_eq!(message.event, "ping");
    assert_eq!(message.default_branch.as_deref(), Some("main"));
    assert_eq!(message.runs, []);
}
