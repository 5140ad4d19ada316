//! Hostile input from servers, files and names.

use std::fs;

use serde_json::json;

use crate::asking::Asker;
use crate::markup::Svg;
use crate::platforms::{GITLAB, ONE, gitlab, job, pipeline};
use crate::server::{Reply, Server};

/// Markup, bidirectional controls, terminal escapes, and characters that XML forbids.
const EVIL: &str =
    "</title><script>alert('&\"')</script>\u{202e}drow\u{2066}\u{1b}[2J\r\n\u{7}\u{fffe}";

/// A hostile text shorter than an abbreviated commit id.
const ODD: &str = "\u{202e}\u{1b}[2J\r";

/// Asserts that output has no escapes and no bidirectional controls, and badges are well-behaved.
#[track_caller]
fn harmless(asker: &Asker, words: &[&str]) {
    for command in [&["status"][..], &["status", "--json"], &["badge", "-o", "badge.svg"]] {
        let ran = asker.says(&[command, words].concat()).succeeds();
        let said = [ran.stdout(), ran.stderr()].concat();
        let odd = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!said.contains(odd), "{command:?}: {said:?}");
    }
    drawn(asker, &[words, &["--style", "flat"]].concat());
    drawn(asker, &[words, &["--style", "monitor"]].concat());
}

/// Asserts that the badge is well-formed and has no scripts.
#[track_caller]
fn drawn(asker: &Asker, words: &[&str]) {
    asker.says(&[&["badge", "-o", "badge.svg"], words].concat()).succeeds();
    Svg::of(&asker.folder.read("badge.svg")).is_well_behaved();
}

/// Asserts that a file is rejected as a cctray.xml for this reason.
#[track_caller]
fn is_no_cctray(xml: &str, reason: &str) {
    let server = Server::new().replies("/cc.xml", [Reply::new(200).set_body_raw(xml, "text/xml")]);
    let words = format!("--cctray {}", server.url("/cc.xml"));
    Asker::new().hears(&words).is("unknown").because("not a cctray.xml").because(reason);
}

/// Asserts that a file is rejected as a JUnit report for this reason.
#[track_caller]
fn is_no_report(xml: &str, reason: &str) {
    let mut asker = Asker::new();
    asker.folder = asker.folder.with("r.xml", xml);
    asker.hears("--junit r.xml").is("unknown").because("not a JUnit report").because(reason);
}

#[test]
fn a_document_type_is_not_read() {
    for declaration in [
        "<!DOCTYPE Projects>",
        "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
    ] {
        let xml =
            format!("<?xml version='1.0'?>{declaration}<Projects><Project name='&e;'/></Projects>");
        is_no_cctray(&xml, "it has a document type");
        let xml = format!("{declaration}<testsuite><testcase name='&e;'/></testsuite>");
        is_no_report(&xml, "it has a document type");
    }
}

#[test]
fn a_billion_laughs_are_none() {
    let ten = |n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
    let entities: Vec<_> = (1..10).map(ten).collect();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{}]>", entities.concat());
    is_no_cctray(&format!("{laughs}<Projects>&l9;</Projects>"), "it has a document type");
    is_no_report(&format!("{laughs}<testsuite name='&l9;'/>"), "it has a document type");
}

#[test]
fn xml_ten_thousand_deep_is_none() {
    let deep = ["<a>", "</a>"].map(|tag| tag.repeat(10_000)).concat();
    is_no_cctray(&format!("<Projects>{deep}</Projects>"), "more than 64 deep");
    is_no_report(&format!("<testsuite>{deep}</testsuite>"), "more than 64 deep");
}

#[test]
fn a_list_of_many_projects_names_a_few() {
    let one = |n| format!("<Project name='p{n}' activity='Sleeping' lastBuildStatus='Success'/>");
    let all = (0..100_000).map(one).collect::<Vec<_>>().concat();
    let xml = Reply::new(200).set_body_raw(format!("<Projects>{all}</Projects>"), "text/xml");
    let server = Server::new().replies("/cc.xml", [xml]);
    let words = format!("--cctray {}", server.url("/cc.xml"));
    let asker = Asker::new();
    asker.hears(&words).is("unknown").because("the cctray.xml has 100000 projects");
    asker.hears(&format!("{words} --project p99999")).is("passed");
    asker.hears(&format!("{words} --project p")).is("unknown").because("no project \"p\"");
    let said =
        asker.flaky(&format!("status {words}")).succeeds().says("p0, p1, p2, p3, p4").stderr();
    assert!(said.len() < 1000, "{said}");
}

#[test]
fn names_of_jobs_are_harmless() {
    let jobs = |status| json!([job(72, EVIL, status), job(71, EVIL, "failed")]);
    for (pipeline_is, job_is) in [("success", "success"), ("failed", "failed")] {
        let server = gitlab(&[pipeline(7, ONE, pipeline_is)])
            .answers(&format!("{GITLAB}/pipelines/7/jobs"), jobs(job_is));
        harmless(&Asker::new(), &server.gitlab().split(' ').collect::<Vec<_>>());
    }
}

#[test]
fn words_shas_and_branches_of_a_server_are_harmless() {
    for server in [
        gitlab(&[pipeline(7, ONE, EVIL)]),
        gitlab(&[pipeline(8, EVIL, "success"), pipeline(7, EVIL, "failed")]),
        gitlab(&[pipeline(8, ODD, "success"), pipeline(7, ODD, "failed")]),
        gitlab(&[pipeline(7, ONE, &"long ".repeat(100_000))]),
        gitlab(&[]).answers(GITLAB, json!({"default_branch": EVIL})),
        gitlab(&[]).answers(GITLAB, json!({"default_branch": {EVIL: EVIL}})),
        gitlab(&[]).redirects(GITLAB, "/\u{202e}<x>"),
    ] {
        harmless(&Asker::new(), &server.gitlab().split(' ').collect::<Vec<_>>());
    }
    let server = Server::new().answers("/b.json", json!({"message": EVIL}));
    harmless(&Asker::new(), &["--endpoint", &server.url("/b.json")]);
}

#[test]
fn names_of_projects_are_harmless() {
    let name = "&lt;script&gt;&#x202e;&#x1b;&#13;&amp;";
    let one = format!("<Project name='{name}' activity='Sleeping' lastBuildStatus='{name}'/>");
    for xml in [format!("<Projects>{one}</Projects>"), format!("<Projects>{one}{one}</Projects>")] {
        let xml = Reply::new(200).set_body_raw(xml, "text/xml");
        let server = Server::new().replies("/cc.xml", [xml]);
        harmless(&Asker::new(), &["--cctray", &server.url("/cc.xml")]);
        harmless(
            &Asker::new(),
            &["--cctray", &server.url("/cc.xml"), "--project", "\u{202e}x\u{1b}"],
        );
    }
}

#[test]
fn names_of_tests_and_of_their_files_are_harmless() {
    let name = "&lt;/title&gt;&lt;script&gt;&#x202e;&#x1b;[2J&#7;";
    let report = |inner: &str| {
        format!(
            "<testsuite><testcase classname='{name}' name='{name}'>{inner}</testcase></testsuite>"
        )
    };
    for inner in ["<failure/>", "<flakyFailure/>"] {
        let mut asker = Asker::new();
        asker.folder = asker.folder.with("r.xml", &report(inner));
        harmless(&asker, &["--junit", "r.xml"]);
    }
    let asker = Asker::new();
    harmless(&asker, &["--junit", "\u{202e}\u{1b}.xml"]);
    fs::write(asker.folder.path("\u{202e}\u{1b}.xml"), "<html/>").unwrap();
    harmless(&asker, &["--junit", "*.xml"]);
}

#[test]
fn projects_as_they_are_typed_are_harmless() {
    let server = Server::new();
    let subject = format!("group/{EVIL}");
    harmless(&Asker::new(), &["--gitlab", &subject, "--server", &server.url("")]);
    // Whatever stands in a name, it stays one segment of the address.
    for (subject, place) in [
        ("group/../../secrets", None),
        ("group/pro?ject=x#y", Some("/api/v4/projects/group%2Fpro%3Fject=x%23y")),
        ("group/%2e%2e", Some("/api/v4/projects/group%2F%252e%252e")),
    ] {
        let server = Server::new();
        let words = format!("status --gitlab {subject} --server {}", server.url(""));
        let ran = Asker::new().flaky(&words);
        match place {
            Some(place) => {
                ran.succeeds();
                assert_eq!(server.places(), [place]);
            }
            None => {
                ran.fails(2, &["is not a project name"]);
            }
        }
    }
}

#[test]
fn a_label_is_escaped() {
    for label in ["<script>&\"'", "\u{202e}abc", "a\u{1}b\nc\u{fffe}"] {
        drawn(&Asker::new(), &["--status", "passed", "--label", label]);
        drawn(&Asker::new(), &["--status", "passed", "--label", label, "--style", "monitor"]);
    }
}
