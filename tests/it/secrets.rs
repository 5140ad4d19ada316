//! Tokens: their precedence, the servers they are sent to, and that they are not shown anywhere.

use serde_json::json;

use crate::asking::Asker;
use crate::platforms::{
    GITLAB, ONE, Words, build, cctray, gitea, github, gitlab, jenkins, pipeline, run, status,
    woodpecked, woodpecker,
};
use crate::server::{Reply, Server};

const SECRET: &str = "s3cr3t-t0k3n-of-ours";

/// All output and files of several commands with these arguments.
#[track_caller]
fn everything(asker: &Asker, words: &str) -> String {
    let mut all = String::new();
    for command in
        ["status --json", "status --strict", "badge -o badge.svg", "badge --strict -o badge.svg"]
    {
        let ran = asker.flaky(&format!("{command} {words}"));
        all += &[ran.stdout(), ran.stderr()].concat();
        all += &asker.folder.names().iter().map(|name| asker.folder.text(name)).collect::<String>();
    }
    all
}

/// Asserts that the token is not shown, neither plainly nor as encoded in a header.
#[track_caller]
fn keeps(asker: &Asker, words: &str) {
    let all = everything(asker, words);
    assert!(all.contains("aria-label"), "{words}: {all}");
    // What stands in `Authorization: Basic …`.
    for secret in [SECRET, "dXNlcjpzM2NyM3Q"] {
        assert!(!all.contains(secret), "{words}: {all}");
    }
}

fn with_token() -> Asker {
    Asker::new().with("FLAKY_TOKEN", SECRET)
}

#[test]
fn each_platform_gets_its_token_as_it_wants_it() {
    let passed = |id| run(id, ONE, "completed", Some("success"));
    let xml = Reply::new(200).set_body_raw(cctray("Sleeping", "Success"), "text/xml");
    let cc = Server::new().replies("/cc.xml", [xml]);
    let cc_words = format!("--cctray {}", cc.url("/cc.xml"));
    let badge = Server::new().answers("/b.json", json!({"message": "passing"}));
    let badge_words = format!("--endpoint {}", badge.url("/b.json"));
    let of = |server: Server, words: Words| {
        let words = words(&server);
        (server, words)
    };
    for ((server, words), header, scheme) in [
        (of(gitlab(&[pipeline(7, ONE, "success")]), Server::gitlab), "private-token", ""),
        (of(github(&[passed(7)]), Server::github), "authorization", "Bearer "),
        (
            of(gitea(&[(ONE, &[status(1, "c", "success")])]), Server::gitea),
            "authorization",
            "token ",
        ),
        (
            of(woodpecker(&[woodpecked(7, ONE, "success")]), Server::woodpecker),
            "authorization",
            "Bearer ",
        ),
        ((cc, cc_words), "authorization", "Bearer "),
        ((badge, badge_words), "authorization", "Bearer "),
    ] {
        with_token().hears(&words).is("passed");
        let sent = server.headers(header);
        assert!(!sent.is_empty());
        let expected = format!("{scheme}{SECRET}");
        assert!(sent.iter().all(|sent| sent.as_deref() == Some(&expected)), "{words}: {sent:?}");
        keeps(&with_token(), &words);
        // Without one nothing is sent.
        let asked = server.headers(header).len();
        Asker::new().hears(&words).is("passed");
        assert!(server.headers(header)[asked..].iter().all(Option::is_none), "{words}");
    }
    let server = jenkins(&[build(7, ONE, Some("SUCCESS"))]);
    let asker = Asker::new().with("JENKINS_TOKEN", &format!("user:{SECRET}"));
    asker.hears(&server.jenkins()).is("passed");
    let basic = server.headers("authorization")[0].clone().expect("a header");
    assert!(basic.starts_with("Basic dXNlcjpzM2NyM3Q"), "{basic}");
    keeps(&asker, &server.jenkins());
}

#[test]
fn the_nearest_token_is_taken() {
    let taken = |asker: Asker, words: &str| {
        let server = gitlab(&[pipeline(7, ONE, "success")]);
        asker.hears(&format!("{} {words}", server.gitlab())).is("passed");
        server.headers("private-token")[0].clone()
    };
    let own = || Asker::new().with("GITLAB_TOKEN", "own").with("GITHUB_TOKEN", "other");
    assert_eq!(taken(own(), "").as_deref(), Some("own"));
    assert_eq!(taken(own().with("FLAKY_TOKEN", "ours"), "").as_deref(), Some("ours"));
    assert_eq!(taken(own().with("FLAKY_TOKEN", " "), "").as_deref(), Some("own"));
    let mut asker = own().with("FLAKY_TOKEN", "ours");
    asker.folder = asker.folder.with("token", "\n filed \r\n");
    assert_eq!(taken(asker, "--token-file token").as_deref(), Some("filed"));
    // Another platform's is not for this one; nor is a job's own token, which may not ask.
    let asker = Asker::new().with("GITHUB_TOKEN", "other").with("CI_JOB_TOKEN", "job");
    assert_eq!(taken(asker, ""), None);
    for (name, server, words) in [
        ("GH_TOKEN", github(&[run(7, ONE, "queued", None)]), Server::github as Words),
        ("GITHUB_TOKEN", github(&[run(7, ONE, "queued", None)]), Server::github),
        ("GITEA_TOKEN", gitea(&[]), Server::gitea),
        ("FORGEJO_TOKEN", gitea(&[]), Server::gitea),
        ("WOODPECKER_TOKEN", woodpecker(&[]), Server::woodpecker),
    ] {
        Asker::new().with(name, SECRET).hears(&words(&server));
        let sent = server.headers("authorization")[0].clone().expect("a header");
        assert!(sent.ends_with(SECRET), "{name}: {sent}");
    }
}

#[test]
fn a_token_file_that_holds_none_is_an_error() {
    let mut asker = with_token();
    asker.folder = asker.folder.with("empty", " \n");
    let fails = |name: &str, said: &[&str]| {
        let words = format!("status --gitlab a/b --token-file {name}");
        asker.flaky(&words).fails(1, said);
    };
    fails("empty", &["empty contains no token", "write the token into it"]);
    fails("missing", &["cannot read the token in missing", "no such file"]);
    fails(".", &["cannot read the token in ."]);
}

#[test]
fn what_cannot_be_a_token_is_not_sent() {
    let mut asker = Asker::new();
    asker.folder = asker.folder.with("key", &format!("-----BEGIN KEY-----\n{SECRET}\n"));
    let server = gitlab(&[pipeline(7, ONE, "success")]);
    let words = format!("{} --token-file key", server.gitlab());
    let ran = asker.flaky(&format!("status {words}")).succeeds();
    let said = ran.says("the token contains characters that are not allowed in a token").stderr();
    assert!(!said.contains(SECRET), "{said}");
    assert_eq!(server.places(), [""; 0]);
    for odd in ["s3cr3t\u{7}", "s3cr\u{e9}t", "s3cr3t x"] {
        let ran =
            Asker::new().with("FLAKY_TOKEN", odd).flaky(&format!("status {}", server.gitlab()));
        assert!(!ran.succeeds().says("not allowed in a token").stderr().contains("s3cr"));
    }
    assert_eq!(server.places(), [""; 0]);
}

#[test]
fn trouble_does_not_repeat_a_token() {
    let place = format!("{GITLAB}/pipelines");
    for reply in [
        Reply::new(401),
        Reply::new(404),
        Reply::new(429).insert_header("retry-after", "3600"),
        Reply::new(500).insert_header("retry-after", "0"),
        Reply::new(302)
            .insert_header("location", &*format!("http://user:{SECRET}@127.0.0.1:1/{SECRET}")),
        Reply::new(302).insert_header("location", &*format!("/?private_token={SECRET}")),
        Reply::new(200).set_body_string(format!("<html>{SECRET}</html>")),
    ] {
        let server = gitlab(&[pipeline(7, ONE, "success")]).replies(&place, [reply]);
        keeps(&with_token(), &server.gitlab());
    }
    keeps(&with_token(), "--gitlab a/b --server http://127.0.0.1:1");
    keeps(&with_token(), "--gitlab a/b --server https://ci.example.invalid");
}

#[test]
fn a_redirect_on_the_server_keeps_the_token() {
    let server = gitlab(&[])
        .answers("/moved", [pipeline(7, ONE, "success")])
        .redirects(&format!("{GITLAB}/pipelines"), "/moved");
    with_token().hears(&server.gitlab()).is("passed");
    assert!(server.headers("private-token").iter().all(Option::is_some));
    assert!(server.places().contains(&"/moved".to_string()));
}

#[test]
fn a_redirect_to_another_server_leaves_the_token_at_home() {
    let stranger = Server::new().answers("/moved", [pipeline(7, ONE, "success")]);
    let by_name = stranger.url("/moved").replace("127.0.0.1", "localhost");
    let named = stranger.url("/moved").replace("://", "://user:word@");
    for to in [stranger.url("/moved"), by_name, named] {
        let home = gitlab(&[]).redirects(&format!("{GITLAB}/pipelines"), &to);
        with_token().hears(&home.gitlab()).is("passed");
        assert!(home.headers("private-token").iter().all(Option::is_some));
    }
    assert_eq!(stranger.places().len(), 3);
    for request in stranger.requests() {
        assert!(!format!("{request:?}").contains(SECRET), "{request:?}");
    }
    // Back home it is needed again.
    let home = gitlab(&[]).answers("/back", [pipeline(7, ONE, "success")]);
    let away = Server::new().redirects("/away", &home.url("/back"));
    let home = home.redirects(&format!("{GITLAB}/pipelines"), &away.url("/away"));
    with_token().hears(&home.gitlab()).is("passed");
    assert_eq!(away.headers("private-token"), [None]);
}

#[test]
fn a_next_page_elsewhere_is_not_read() {
    let stranger = Server::new().answers("/next", json!([]));
    let link = format!("<{}>; rel=\"next\"", stranger.url("/next"));
    let jobs = Reply::new(200).set_body_json(json!([])).insert_header("link", &*link);
    let server = gitlab(&[pipeline(7, ONE, "success")])
        .replies(&format!("{GITLAB}/pipelines/7/jobs"), [jobs]);
    with_token().hears(&server.gitlab()).is("passed");
    assert_eq!(stranger.places(), [""; 0]);
}

#[test]
fn no_token_travels_in_the_clear() {
    let words = "status --gitlab group/project --server http://ci.example.invalid";
    let ran = with_token().flaky(words).succeeds();
    ran.says("the token would be sent to ci.example.invalid unencrypted").says("https");
    with_token().flaky(&format!("{words} --strict")).fails(1, &["unencrypted"]);
    // Without one nothing is at stake.
    Asker::new().flaky(words).succeeds().says("cannot connect to ci.example.invalid");
    for host in ["127.0.0.1", "localhost"] {
        let server = gitlab(&[pipeline(7, ONE, "success")]);
        let words = server.gitlab().replace("127.0.0.1", host);
        with_token().hears(&words).is("passed");
        assert!(server.headers("private-token").iter().all(Option::is_some), "{host}");
    }
    for host in ["127.0.0.1.example.invalid", "localhost.example.invalid", "127.example.invalid"] {
        let words = format!("status --gitlab a/b --server http://{host}");
        with_token().flaky(&words).succeeds().says("unencrypted");
    }
}

#[test]
fn what_is_for_this_machine_goes_through_no_proxy() {
    let proxy = Server::new();
    let server = gitlab(&[pipeline(7, ONE, "success")]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        with_token().with(name, &proxy.url("")).hears(&server.gitlab()).is("passed");
    }
    assert_eq!(proxy.places(), [""; 0]);
    // Other servers are asked through it, and without a token where it would read that.
    let words = "--gitlab group/project --server http://ci.example.invalid";
    Asker::new().with("http_proxy", &proxy.url("")).hears(words).because("returned 404 Not Found");
    assert_eq!(proxy.places(), [GITLAB]);
}

#[test]
fn an_address_with_a_password_is_wrong_usage_and_is_not_repeated() {
    let address = format!("https://user:{SECRET}@ci.example.invalid");
    for words in [
        format!("--gitlab {address}/group/project"),
        format!("--gitlab group/project --server {address}"),
        format!("--github {address}/owner/repo"),
        format!("--gitea owner/repo --server {address}"),
        format!("--woodpecker owner/repo --server {address}"),
        format!("--jenkins {address}/job/x"),
        format!("--cctray {address}/cc.xml"),
        format!("--endpoint {address}/b.json"),
        format!("--endpoint https://{SECRET}@ci.example.invalid/b.json"),
        format!("--endpoint user:{SECRET}@ci.example.invalid/b.json"),
        format!("--gitlab user:{SECRET}@ci.example.invalid/x"),
        format!("--gitlab a/b --server https://user:se/{SECRET}@127.0.0.1:1"),
        format!("--gitlab a/b --server https://user:se#{SECRET}@127.0.0.1:1"),
        format!("--gitlab a/b --server https://user:{SECRET}%40127.0.0.1"),
        format!("--gitlab a/b --server https://x:99999/e?token=x@{SECRET}"),
    ] {
        let ran = Asker::new().flaky(&format!("badge -o badge.svg {words}"));
        let ran = ran.fails(2, &["error: ", "hint: "]);
        assert!(!ran.stderr().contains(SECRET), "{words}: {}", ran.stderr());
    }
    let words = format!("status --gitlab {address}/group/project");
    Asker::new().flaky(&words).fails(2, &["a user name or a password", "FLAKY_TOKEN"]);
}

#[test]
fn an_address_with_a_query_is_not_repeated() {
    let xml = Reply::new(200).set_body_raw(cctray("Sleeping", "Success"), "text/xml");
    let server = Server::new()
        .replies("/teapot", [Reply::new(418)])
        .replies("/folder", [Reply::new(200).set_body_json(json!({}))])
        .replies("/cc.xml", [xml]);
    for place in ["/teapot", "/folder", "/nothing", "/cc.xml"] {
        for what in ["--cctray", "--endpoint", "--jenkins"] {
            for query in [format!("token={SECRET}"), format!("token=x@{SECRET}")] {
                keeps(&Asker::new(), &format!("{what} {}?{query}", server.url(place)));
            }
        }
    }
    for words in ["--endpoint ftp://x/", "--gitlab https://x/", "--server http://[ --gitea a/b"] {
        let ran = Asker::new().flaky(&format!("status {words}?token={SECRET}"));
        assert!(!ran.fails(2, &["error: "]).stderr().contains(SECRET), "{words}");
    }
}

#[test]
fn a_token_has_no_option() {
    Asker::new().flaky("status --gitlab a/b --token x").fails(2, &["--token"]);
    let ran = Asker::new().flaky("providers").succeeds();
    for name in ["FLAKY_TOKEN, GITLAB_TOKEN", "GITHUB_TOKEN, GH_TOKEN", "WOODPECKER_TOKEN"] {
        assert!(ran.stdout().contains(name), "{}", ran.stdout());
    }
}
