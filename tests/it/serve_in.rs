//! What `flaky serve` accepts: deliveries and test reports, with their secrets and within limits.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::serving::{Answer, GITLAB, JSON, Server, pipeline, sha};

const REPORT: &str = r#"<testsuite name="s" tests="2"><testcase classname="c" name="steady"/>
  <testcase classname="c" name="shaky"><flakyFailure/></testcase></testsuite>"#;
const FAILED: &str = r#"<testsuite name="s" tests="1"><testcase classname="c" name="broken"><failure/></testcase></testsuite>"#;

/// Sends a delivery of GitLab with this token.
fn with_token(server: &Server, delivery: &Value, token: &str) -> Answer {
    let headers = [GITLAB, JSON, ("X-Gitlab-Token", token)];
    server.send("POST /webhook", &headers, delivery.to_string().as_bytes())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

#[test]
fn a_delivery_needs_the_secret() {
    let server = Server::with(&["--public"], &[("FLAKY_WEBHOOK_SECRET", "new-one old-one")]);
    let delivery = pipeline(1, "success");
    for wrong in ["", "old", "new-one old-one", "NEW-ONE"] {
        let answer = with_token(&server, &delivery, wrong).is(401);
        assert!(answer.json()["hint"].is_string());
    }
    let unsigned = server.send("POST /webhook", &[GITLAB, JSON], delivery.to_string().as_bytes());
    unsigned.is(401);
    server.get("/status/group/project").is(404);
    // Both are valid while the secret is replaced.
    assert_eq!(with_token(&server, &delivery, "old-one").is(200).json()["result"], "stored");
    assert_eq!(with_token(&server, &delivery, "new-one").is(200).json()["result"], "unchanged");
    assert_eq!(server.verdict("group/project"), "passed");
}

#[test]
fn the_secret_of_a_project_is_for_it_alone() {
    let server = Server::configured(
        "public = true\n[projects.'group/own']\nwebhook-secret = { env = 'OWN' }\n",
        &[("FLAKY_WEBHOOK_SECRET", "for-others"), ("OWN", "for-own")],
    );
    let mut own = pipeline(1, "success");
    own["project"]["path_with_namespace"] = "group/own".into();
    with_token(&server, &own, "for-others").is(401);
    with_token(&server, &pipeline(1, "success"), "for-own").is(401);
    with_token(&server, &own, "for-own").is(200);
    with_token(&server, &pipeline(1, "success"), "for-others").is(200);
}

#[test]
fn a_body_that_is_no_delivery_is_explained() {
    let server = Server::start();
    let deep = "[".repeat(10_000);
    let large = vec![b' '; (2 << 20) + 1];
    for (headers, body, code) in [
        (&[GITLAB, JSON][..], &b"{"[..], 400),
        (&[GITLAB, JSON], deep.as_bytes(), 400),
        (&[GITLAB, JSON], b"[]", 400),
        (&[GITLAB, JSON], b"\xff\xfe", 400),
        (&[GITLAB, JSON], b"", 400),
        (&[GITLAB, ("Content-Type", "text/plain")], b"{}", 415),
        (&[JSON], b"{}", 400),
        (&[GITLAB, JSON], &large, 413),
    ] {
        let answer = server.send("POST /webhook", headers, body).is(code);
        assert!(answer.json()["error"].is_string(), "{}", answer.text());
    }
    // A body of unknown length is limited as well.
    let chunk = [&b"10000\r\n"[..], &vec![b' '; 0x10000], b"\r\n"].concat();
    let head = "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event: Pipeline Hook\r\n";
    let head = format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    let mut stream = server.begins(&[head.as_bytes(), &chunk.repeat(48), b"0\r\n\r\n"].concat());
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    server.get("/healthz").is(200);
}

#[test]
fn what_does_not_concern_us_is_accepted() {
    let server = Server::start();
    let push = json!({"object_kind": "push", "project": {"path_with_namespace": "group/project"}});
    let headers = [("X-Gitlab-Event", "Push Hook"), JSON];
    let answer = server.send("POST /webhook", &headers, push.to_string().as_bytes()).is(200);
    assert_eq!(answer.json()["result"], "ignored");
    let star = json!({"action": "created", "repository": {"full_name": "owner/repo"}});
    let headers = [("X-GitHub-Event", "star"), JSON];
    let answer = server.send("POST /webhook", &headers, star.to_string().as_bytes()).is(200);
    assert_eq!(answer.json()["result"], "ignored");
    // A ping introduces the project.
    let ping =
        json!({"zen": "x", "repository": {"full_name": "owner/repo", "default_branch": "main"}});
    let headers = [("X-GitHub-Event", "ping"), JSON];
    server.send("POST /webhook", &headers, ping.to_string().as_bytes()).is(200);
    assert_eq!(server.verdict("owner/repo"), "unknown");
}

#[test]
fn a_form_is_read_like_json() {
    let server = Server::start();
    let run = json!({
        "action": "completed",
        "workflow_run": {
            "id": 5, "name": "CI", "workflow_id": 1, "run_attempt": 1, "event": "push",
            "head_branch": "main", "head_sha": sha(5), "status": "completed",
            "conclusion": "success", "updated_at": "2026-11-20T10:01:00Z",
        },
        "repository": {"full_name": "owner/repo", "default_branch": "main"},
    });
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &run.to_string())
        .finish();
    let headers =
        [("X-GitHub-Event", "workflow_run"), ("Content-Type", "application/x-www-form-urlencoded")];
    server.send("POST /webhook", &headers, form.as_bytes()).is(200);
    assert_eq!(server.verdict("owner/repo"), "passed");
}

#[test]
fn a_test_report_is_evidence() {
    let server = Server::start();
    server.hears(&pipeline(1, "success"));
    assert_eq!(server.verdict("group/project"), "passed");
    let place = format!("POST /reports/group/project?ref=main&sha={}&run=1&name=unit", sha(1));
    let answer = server.send(&place, &[], REPORT.as_bytes()).is(200).json();
    assert_eq!((&answer["is_new"], &answer["verdict"]), (&json!(true), &json!("flaky")));
    // The same report again counts once, also if it is packed.
    let again = server.send(&place, &[], &gzip(REPORT.as_bytes())).is(200).json();
    assert_eq!(again["is_new"], json!(false));
    let status = server.status("group/project");
    assert_eq!(status["verdict"], "flaky");
    assert!(status["evidence"].to_string().contains("c shaky"), "{status}");
    let tests = server.get("/tests/group/project.json").is(200).json();
    assert_eq!(tests["tests"][0]["test"], "c shaky");
    assert_eq!((&tests["tests"][0]["flaky"], &tests["tests"][0]["n"]), (&json!(1), &json!(1)));
}

#[test]
fn several_reports_of_one_request_are_judged_together() {
    let server = Server::start();
    let part = |name: &str, body: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"report\"; filename=\"{name}\"\r\n\r\n{body}\r\n"
        )
    };
    let body = [part("a.xml", REPORT), part("b.xml", FAILED), "--b--\r\n".to_string()].concat();
    let form = [("Content-Type", "multipart/form-data; boundary=b")];
    let place = "POST /reports/group/lib?sha=abc&ref=main";
    let answer = server.send(place, &form, body.as_bytes()).is(200).json();
    assert_eq!(answer["verdict"], "failed");
    assert_eq!(answer["reason"], "1 of 3 tests failed, 1 flaked");
    assert_eq!(server.verdict("group/lib"), "failed", "no pipeline says anything else");
    for (body, why) in [
        ("--b\r\n\r\nx", "malformed"),
        ("--b--\r\n", "no report"),
        (&*part("a.xml", "<html/>"), "a.xml"),
    ] {
        let body =
            if body.ends_with("--\r\n") { body.to_string() } else { format!("{body}--b--\r\n") };
        let answer = server.send(place, &form, body.as_bytes()).is(400);
        assert!(answer.text().contains(why), "{}", answer.text());
    }
}

#[test]
fn reports_need_their_token() {
    let secrets = [("FLAKY_WEBHOOK_SECRET", "hook"), ("FLAKY_REPORT_TOKEN", "report")];
    let server = Server::with(&["--public"], &secrets);
    let place = "POST /reports/group/project?sha=abc";
    server.send(place, &[], REPORT.as_bytes()).is(401);
    for wrong in ["Bearer hook", "Bearer", "report"] {
        server.send(place, &[("Authorization", wrong)], REPORT.as_bytes()).is(401);
    }
    server.send(place, &[("Authorization", "Bearer report")], REPORT.as_bytes()).is(200);
    // Without a token, nobody may post.
    let closed = Server::with(&["--public"], &secrets[..1]);
    closed.send(place, &[("Authorization", "Bearer hook")], REPORT.as_bytes()).is(401);
}

#[test]
fn a_report_that_is_none_is_explained() {
    let server = Server::start();
    let place = "POST /reports/group/project";
    for body in ["", "no XML", "<html/>", "<testsuite>", "<!DOCTYPE x><testsuite/>"] {
        let answer = server.send(place, &[], body.as_bytes()).is(400);
        assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("report.xml")));
    }
    let mut broken = gzip(REPORT.as_bytes());
    broken.truncate(20);
    server.send(place, &[], &broken).is(400);
    let bomb = gzip(&vec![b' '; 65 << 20]);
    server.send(place, &[], &bomb).is(413);
    server.send(place, &[], &vec![b' '; (16 << 20) + 1]).is(413);
    for name in ["/reports/a/../b", "/reports/a//b", "/reports/%00", "/reports/a%20b"] {
        let answer = server.send(&format!("POST {name}"), &[], REPORT.as_bytes());
        assert!(matches!(answer.code, 400 | 404), "{name}: {}", answer.code);
    }
}

#[test]
fn a_slow_sender_holds_nobody_up() {
    let server = Server::start();
    let _half = server.begins(b"POST /webhook HT");
    let _slow: Vec<_> = (0..50)
        .map(|_| {
            server.begins(
                b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event: x\r\nContent-Length: 100\r\n\r\n{",
            )
        })
        .collect();
    let begin = Instant::now();
    server.hears(&pipeline(1, "success"));
    assert!(begin.elapsed() < Duration::from_secs(2));
}
