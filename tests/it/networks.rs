//! Failures of networks and servers: the badge is still drawn and says unknown.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::asking::{Asker, hears};
use crate::markup::Svg;
use crate::platforms::{GITLAB, ONE, TWO, github, gitlab, pipeline, run};
use crate::server::{Reply, Server};

/// Asserts that the state is unknown for this reason, and that the badge is still drawn.
#[track_caller]
fn unknown(words: &str, reason: &str) {
    let mut asker = Asker::new();
    asker.folder = asker.folder.with("badge.svg", "an older one");
    let ran = asker.flaky(&format!("badge -q -o badge.svg {words}")).succeeds();
    let said = ran.stderr();
    assert!(said.starts_with("warning: the state is unknown: "), "{words}: {said}");
    assert!(said.contains(reason), "{words}: no {reason:?} in: {said}");
    assert!(said.contains("\n  hint: "), "{words}: no way out in: {said}");
    let svg = asker.folder.text("badge.svg");
    assert_eq!(Svg::of(&svg).label(), "pipeline: unknown", "{words}");
    assert_eq!(asker.folder.names(), ["badge.svg"], "nothing else is left");

    let strict = asker.flaky(&format!("badge -q -o strict.svg --strict {words}"));
    strict.fails(1, &["error: the state is unknown: ", reason]);
    assert_eq!(asker.folder.text("strict.svg"), svg, "{words}");
}

/// A GitLab server with these replies to requests for the list of pipelines.
fn replying(replies: impl IntoIterator<Item = Reply>) -> Server {
    gitlab(&[pipeline(7, ONE, "success")]).replies(&format!("{GITLAB}/pipelines"), replies)
}

/// The regular reply with the list of pipelines.
fn pipelines() -> Reply {
    Reply::new(200).set_body_json([pipeline(7, ONE, "success")])
}

/// Sends these bytes to every client that connects, then closes the connection.
fn raw(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(bytes);
        }
    });
    format!("127.0.0.1:{port}")
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    drop(listener);
    let words = format!("--gitlab group/project --server http://127.0.0.1:{port}");
    unknown(&words, &format!("cannot connect to 127.0.0.1:{port}: connection refused"));
}

#[test]
fn nobody_has_that_name() {
    let words = "--gitlab group/project --server https://ci.example.invalid";
    unknown(words, "cannot connect to ci.example.invalid");
}

#[test]
fn the_answer_does_not_come_in_time() {
    let server = replying([pipelines().set_delay(Duration::from_secs(60))]);
    let started = Instant::now();
    unknown(
        &format!("{} --timeout 300ms", server.gitlab()),
        "did not respond within 0.3 s\n  hint: allow more with --timeout",
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    let fails = |time: &str, said: &str| {
        let words = format!("status --gitlab a/b --timeout {time}");
        Asker::new().flaky(&words).fails(2, &["--timeout", said]);
    };
    fails("99ms", "100ms to 10min");
    fails("11min", "100ms to 10min");
}

#[test]
fn the_other_side_does_not_speak_tls() {
    let host = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    unknown(
        &format!("--gitlab group/project --server https://{host}"),
        &format!("no trusted TLS connection to {host}"),
    );
}

#[test]
fn the_other_side_does_not_speak_http() {
    let host = raw(b"SSH-2.0-OpenSSH_9.6\r\n");
    unknown(
        &format!("--gitlab group/project --server http://{host}"),
        &format!("cannot connect to {host}"),
    );
    let host = raw(b"");
    unknown(
        &format!("--gitlab group/project --server http://{host}"),
        &format!("cannot connect to {host}"),
    );
}

#[test]
fn the_answer_breaks_off() {
    let host = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n[{\"id\": 7");
    unknown(
        &format!("--gitlab group/project --server http://{host}"),
        &format!("the response of {host} was cut off"),
    );
    let host = raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n[");
    unknown(
        &format!("--gitlab group/project --server http://{host}"),
        &format!("the response of {host} was cut off"),
    );
}

#[test]
fn the_answer_is_enormous() {
    let server = replying([Reply::new(200).set_body_bytes(vec![b' '; (8 << 20) + 1])]);
    unknown(&server.gitlab(), "exceeds 8 MiB");
    // Unpacked, that is: this one is small on its way.
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..64 {
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = Reply::new(200).set_body_bytes(packed.finish().unwrap());
    let server = replying([bomb.insert_header("content-encoding", "gzip")]);
    unknown(&server.gitlab(), "exceeds 8 MiB");
}

#[test]
fn the_answer_is_no_json() {
    let page = "\n<!DOCTYPE html><html><body>Log in</body></html>";
    let server = replying([Reply::new(200).set_body_raw(page, "text/html")]);
    unknown(&server.gitlab(), "returned a web page instead of JSON");
    for body in ["", "nothing", "{\"message\": \"hello\"}", "[{\"id\": \"seven\"}]", "[1", "\u{0}"]
    {
        let server = replying([Reply::new(200).set_body_string(body)]);
        unknown(&server.gitlab(), "returned an unexpected response");
    }
    let server = replying([Reply::new(200).set_body_string("[{\"id\": \"seven\"}]")]);
    unknown(&server.gitlab(), "response: expected a whole number, found the text \"seven\"");
}

#[test]
fn the_answer_is_ten_thousand_deep() {
    let deep = ["[", "]"].map(|bracket| bracket.repeat(10_000)).concat();
    let server = replying([Reply::new(200).set_body_string(deep.clone())]);
    unknown(&server.gitlab(), "returned an unexpected response");
    let hidden = format!("[{{\"id\": 7, \"status\": \"success\", \"x\": {deep}}}]");
    let server = replying([Reply::new(200).set_body_string(hidden)]);
    let said = hears(&server.gitlab());
    assert!(matches!(said.verdict.as_str(), "passed" | "unknown"), "{said:?}");
}

#[test]
fn the_server_does_not_let_us_in() {
    for (code, said) in [
        (401, "returned 401 Unauthorized"),
        (403, "returned 403 Forbidden"),
        (404, "returned 404 Not Found"),
    ] {
        let server = replying([Reply::new(code)]);
        unknown(&server.gitlab(), said);
        let words = format!("status {}", server.gitlab());
        Asker::new()
            .flaky(&words)
            .succeeds()
            .says("check the project name, or give a token")
            .says("read_api");
        let ran = Asker::new().with("FLAKY_TOKEN", "glpat-secret").flaky(&words).succeeds();
        let ran = ran
            .says("check the project name and the token")
            .says("CI_JOB_TOKEN may not list pipelines");
        ran.says("$CI_JOB_STATUS").says("after_script");
        assert_eq!(server.places().len(), 8, "nothing is asked again");
    }
    let server = Server::new();
    unknown(&server.github(), "returned 404 Not Found");
    Asker::new()
        .flaky(&format!("status {}", server.github()))
        .succeeds()
        .says("permissions: {actions: read}");
}

#[test]
fn other_answers_are_told_by_their_number() {
    for code in [204, 400, 410, 418] {
        let server = replying([Reply::new(code)]);
        let said = if code == 204 {
            "returned an unexpected response".to_string()
        } else {
            code.to_string()
        };
        unknown(&server.gitlab(), &said);
    }
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    for code in [500, 502, 503, 504] {
        let busy = Reply::new(code).insert_header("retry-after", "0");
        hears(&replying([busy.clone(), busy, pipelines()]).gitlab()).is("passed");
    }
    // Where the server does not say when, in half a second.
    let started = Instant::now();
    hears(&replying([Reply::new(503), pipelines()]).gitlab()).is("passed");
    assert!(started.elapsed() > Duration::from_millis(400));
    let server = replying([Reply::new(503).insert_header("retry-after", "0")]);
    unknown(&server.gitlab(), "returned 503 Service Unavailable");
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let slow = |after: &str| Reply::new(429).insert_header("retry-after", after);
    hears(&replying([slow("0"), pipelines()]).gitlab()).is("passed");
    hears(&replying([slow("Wed, 01 May 2024 12:00:00 GMT"), pipelines()]).gitlab()).is("passed");
    let started = Instant::now();
    let server = replying([slow("3600")]);
    unknown(
        &server.gitlab(),
        "returned 429 Too Many Requests: its rate limit is exceeded; it asks to wait 3600 s",
    );
    unknown(&replying([slow("1")]).gitlab().replace("--server", "--timeout 500ms --server"), "1 s");
    assert!(started.elapsed() < Duration::from_secs(5), "it is not waited for in vain");
    Asker::new()
        .flaky(&format!("status {}", server.gitlab()))
        .succeeds()
        .says("allow more with --timeout");
}

#[test]
fn a_wait_that_is_no_number_is_none() {
    for after in ["NaN", "inf", "-1", "soon", "1e400"] {
        let reply = Reply::new(429).insert_header("retry-after", after);
        let server = replying([reply]);
        unknown(&format!("{} --timeout 400ms", server.gitlab()), "its rate limit is exceeded");
    }
}

#[test]
fn githubs_limit_is_one_although_it_says_403() {
    let spent = Reply::new(403)
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", "99999999999");
    let server = github(&[run(7, TWO, "completed", Some("success"))])
        .replies("/api/v3/repos/owner/repo/actions/runs", [spent]);
    unknown(&server.github(), "its rate limit is exceeded");
    let secondary = Reply::new(403).insert_header("retry-after", "0");
    let runs =
        json!({"total_count": 1, "workflow_runs": [run(7, TWO, "completed", Some("success"))]});
    let server = github(&[]).replies(
        "/api/v3/repos/owner/repo/actions/runs",
        [secondary, Reply::new(200).set_body_json(runs)],
    );
    hears(&server.github()).is("passed");
}

#[test]
fn redirects_are_followed_to_an_end() {
    let place = format!("{GITLAB}/pipelines");
    let server = gitlab(&[]).answers("/moved", [pipeline(7, ONE, "success")]);
    let server = server.redirects(&place, "/moved");
    hears(&server.gitlab()).is("passed");
    let server = gitlab(&[]).redirects(&place, &place);
    unknown(&server.gitlab(), "redirects more than 5 times");
    assert!(server.places().len() < 20, "{}", server.places().len());
    for to in ["file:///etc/passwd", "ftp://x/", "http://"] {
        let server = gitlab(&[]).redirects(&place, to);
        unknown(&server.gitlab(), "redirects without a valid URL");
    }
    unknown(&replying([Reply::new(302)]).gitlab(), "redirects without a valid URL");
}

#[test]
fn what_cannot_be_learnt_of_flakiness_keeps_no_verdict_back() {
    let server = gitlab(&[pipeline(8, TWO, "success"), pipeline(7, TWO, "failed")])
        .replies(&format!("{GITLAB}/pipelines/8/jobs"), [Reply::new(403)])
        .replies(&format!("{GITLAB}/pipelines/7/bridges"), [Reply::new(404)]);
    let ran = Asker::new().flaky(&format!("status {}", server.gitlab())).succeeds();
    assert!(ran.stdout().starts_with("flaky 1/1: "), "{}", ran.stdout());
    ran.says("the evidence is incomplete: 127.0.0.1");
}

#[test]
fn a_badge_that_cannot_be_written_leaves_the_older_one() {
    let server = replying([pipelines()]);
    let asker = Asker::new();
    let words = format!("badge -o missing/badge.svg {}", server.gitlab());
    asker.flaky(&words).fails(1, &["missing", "create the directory"]);
    std::fs::create_dir(asker.folder.path("badge.svg")).unwrap();
    let words = format!("badge -o badge.svg {}", server.gitlab());
    asker.flaky(&words).fails(1, &["badge.svg is a directory"]);
    assert_eq!(asker.folder.names(), ["badge.svg"]);
}
