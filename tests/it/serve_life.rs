//! The life of a `flaky serve`: its start, its end, what it fetches, and several of them.

use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server;
use crate::serving::{Server, minute, pipeline, sha};
use crate::vocabulary::Folder;

#[test]
fn nobody_else_can_connect_without_a_secret() {
    let folder = Folder::new();
    let ran = folder.flaky("serve --listen 0.0.0.0:0 --database sqlite://x.db");
    ran.fails(2, &["no webhook secret", "FLAKY_WEBHOOK_SECRET"]);
    assert!(folder.names().is_empty(), "no database was created");
}

#[test]
fn a_file_that_is_no_database_of_ours_is_refused_and_kept() {
    for content in ["not a database at all, but a letter of some length", "SQLite format 3\0 cut"] {
        let folder = Folder::new().with("letter.db", content);
        let ran = folder.flaky("serve --listen 127.0.0.1:0 --database sqlite://letter.db");
        ran.fails(1, &["letter.db"]);
        assert_eq!(folder.text("letter.db"), content);
        assert!(folder.names().iter().all(|name| !name.contains("wal")), "{:?}", folder.names());
    }
}

#[test]
fn a_database_belongs_to_one_process() {
    let server = Server::start();
    let database = format!("sqlite://{}", server.folder.path("flaky.db").display());
    let ran = Folder::new().flaky(&format!("serve --listen 127.0.0.1:0 --database {database}"));
    ran.fails(1, &["flaky.db"]);
    server.get("/healthz").is(200);
}

#[test]
fn what_is_missing_is_named() {
    for (code, words, name) in [
        (1, "--database sqlite://nowhere/x.db", "nowhere"),
        (2, "--database mysql://x", "mysql"),
        (1, "--config nowhere.toml", "nowhere.toml"),
        (2, "--reconcile svn:a/b", "svn"),
        (2, "--log nonsense=loud", "nonsense"),
    ] {
        let folder = Folder::new();
        folder.flaky(&format!("serve --listen 127.0.0.1:0 {words}")).fails(code, &[name]);
    }
}

#[test]
fn it_ends_well_although_streams_are_open() {
    let mut server = Server::start();
    server.hears(&pipeline(1, "success"));
    let request = "GET /events?project=group/project HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = server.begins(request.as_bytes());
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let mut heard = [0; 1024];
    let length = stream.read(&mut heard).expect("the first event");
    assert!(length > 0);
    let begin = Instant::now();
    server.end();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the end of the stream");
    server.run();
    assert_eq!(server.verdict("group/project"), "passed");
}

#[test]
fn a_health_check_asks_the_server_of_its_settings() {
    let mut server = Server::start();
    let probe = |host: &str| Folder::new().flaky(&format!("serve --probe --listen {host}"));
    probe(&server.host).succeeds();
    // It may listen on all addresses.
    probe(&server.host.replace("127.0.0.1", "0.0.0.0")).succeeds();
    server.end();
    probe(&server.host).fails(1, &["not ready", "connection refused"]);
}

#[test]
fn a_health_check_tells_what_the_server_lacks() {
    let refuses = |code, body| {
        let answer = server::Reply::new(code).set_body_json(body);
        server::Server::new().replies("/readyz", [answer])
    };
    for (code, body, why) in [
        (503, json!({"error": "the database is gone"}), "the database is gone"),
        (404, json!([]), "404"),
    ] {
        let other = refuses(code, body);
        let host = other.url("").replace("http://", "");
        let ran = Folder::new().flaky(&format!("serve --probe --listen {host}"));
        ran.fails(1, &["not ready", why]);
    }
}

#[test]
fn every_answer_has_the_name_of_its_request() {
    let server = Server::with(&["--log", "debug"], &[]);
    let answer = server.send("POST /webhook", &[("X-Request-Id", "from-a-proxy")], b"{}").is(400);
    assert_eq!(answer.header("x-request-id"), Some("from-a-proxy"));
    let answer = server.hears(&pipeline(1, "success"));
    let name = answer.header("x-request-id").expect("a name").to_string();
    let line = format!("took a delivery request=\"{name}\"");
    assert!(server.log().contains(&line), "{line} is not in {}", server.log());
}

#[test]
fn a_badge_of_a_server_is_an_endpoint() {
    let server = Server::start();
    server.hears(&pipeline(1, "failed"));
    let url = server.url("/badge/group/project.json");
    let ran = Folder::new().flaky(&format!("status --endpoint {url}")).succeeds();
    assert!(ran.stdout().contains("failed"), "{}", ran.stdout());
}

/// A minute in the form of GitLab's API.
fn rfc3339(of: u64) -> String {
    minute(of).replacen(' ', "T", 1).replace(" UTC", "Z")
}

#[test]
fn what_a_webhook_lost_is_fetched() {
    let lost = json!({
        "id": 1, "ref": "main", "sha": sha(1), "status": "failed", "source": "push",
        "created_at": rfc3339(2), "updated_at": rfc3339(3),
    });
    let ci = server::Server::new()
        .answers("/api/v4/projects/group%2Fproject", json!({"default_branch": "main"}))
        .answers("/api/v4/projects/group%2Fproject/pipelines", json!([lost]))
        .answers("/api/v4/projects/group%2Fproject/pipelines/1/jobs", json!([]))
        .answers("/api/v4/projects/group%2Fproject/pipelines/1/bridges", json!([]));
    let mut server = Server::start();
    server.hears(&pipeline(1, "running"));
    assert_eq!(server.verdict("group/project"), "running");
    server.end();
    let project = format!("gitlab:{}", ci.url("/group/project"));
    server.add_options(&["--reconcile", &project]);
    server.run();
    server.wait("the end is fetched", |server| server.verdict("group/project") == "failed");
    // An older message changes nothing.
    server.hears(&pipeline(1, "running"));
    assert_eq!(server.verdict("group/project"), "failed");
}

#[test]
fn servers_share_a_database() {
    let Ok(postgres) = std::env::var("FLAKY_POSTGRES") else {
        crate::tools::skipped("a test needs PostgreSQL; tests/postgres starts one");
        return;
    };
    let schema = format!("it_{}", std::process::id());
    let url = format!("{postgres}?options=-c%20search_path%3D{schema}");
    create_schema(&postgres, &schema);
    let options = ["--database", url.as_str()];
    let (one, other) = (Server::with(&options, &[]), Server::with(&options, &[]));
    one.hears(&pipeline(1, "success"));
    other.wait("the other server knows the project", |other| {
        other.get("/status/group/project").code == 200
    });
    let request = "GET /events?project=group/project HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = other.begins(request.as_bytes());
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let mut heard = String::new();
    let mut read = |until: &str| {
        let begin = Instant::now();
        while !heard.contains(until) {
            assert!(begin.elapsed() < Duration::from_secs(10), "{until} is not in {heard}");
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).expect("an event");
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    };
    read("\"verdict\":\"passed\"");
    one.hears(&pipeline(2, "failed"));
    read("\"verdict\":\"failed\"");
    assert_eq!(other.verdict("group/project"), "failed");
}

/// Creates a schema with Debian's client.
fn create_schema(url: &str, name: &str) {
    let words = [url, "-q", "-c", &format!("CREATE SCHEMA {name}")];
    let made = std::process::Command::new("psql").args(words).status().expect("psql");
    assert!(made.success());
}

#[test]
fn the_default_database_is_in_the_data_directory_of_the_user() {
    let server = Server::start();
    let folder = &server.folder;
    let mut command = folder.command();
    let data = folder.path("data");
    command.args(["serve", "--listen", "127.0.0.1:0", "-q"]).env("XDG_DATA_HOME", &data);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("its output");
    BufReader::new(stdout).read_line(&mut line).expect("its address");
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    assert!(data.join("flaky/flaky.db").is_file(), "{line}");
}
