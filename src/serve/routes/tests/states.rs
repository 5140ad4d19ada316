//! `/status` and what is common to all routes.

use std::time::Duration;

use axum::http::{Method, header};
use jiff::{SignedDuration, Timestamp};

use super::{Served, block_on, named, pipeline};
use crate::serve::settings::ProjectSettings;
use crate::serve::store::vocabulary;

#[test]
fn a_state_is_that_of_the_default_branch_until_it_changes() {
    block_on(async {
        let served = Served::new().await;
        let mut other = pipeline("group/project", 2, "failed");
        other.kind.git_ref = Some("feature".to_string());
        served.hears(&[pipeline("group/project", 1, "success"), other]).await;
        let status = served.json("/status/group/project").await;
        assert_eq!(status["verdict"], "passed");
        assert_eq!(status["status"], "success");
        assert_eq!((&status["project"], &status["ref"]), (&"group/project".into(), &"main".into()));
        assert_eq!(status["stale"], false);
        let heard: Timestamp = status["heard"].as_str().unwrap().parse().unwrap();
        assert!(heard.duration_until(Timestamp::now()) < SignedDuration::from_secs(60));
        let feature = served.json("/status/group/project?ref=feature").await;
        assert_eq!((&feature["verdict"], &feature["ref"]), (&"failed".into(), &"feature".into()));
        assert_eq!(served.json("/status/group%2Fproject").await, status);

        served.hears(&[pipeline("group/project", 3, "failed")]).await;
        assert_eq!(served.json("/status/group/project").await["verdict"], "failed");
    });
}

#[test]
fn an_unchanged_state_is_judged_once() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        for _ in 0..5 {
            served.json("/status/a/b").await;
            served.get("/badge/a/b.svg").await;
        }
        assert_eq!(served.made("answers").await, 1);
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        served.json("/status/a/b").await;
        assert_eq!(served.made("answers").await, 1, "nothing new was told");
        served.hears(&[pipeline("c/d", 1, "success")]).await;
        served.json("/status/a/b").await;
        assert_eq!(served.made("answers").await, 1, "it was told about another project");
    });
}

#[test]
fn the_branch_of_the_settings_comes_before_the_default_branch() {
    block_on(async {
        let branch = Some("release".to_string());
        let served = Served::with(|settings| {
            named(settings, "a/b", ProjectSettings { branch, ..ProjectSettings::default() });
        })
        .await;
        assert_eq!(served.json("/status/a/b").await["reason"], "this project has never reported");
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let status = served.json("/status/a/b").await;
        assert_eq!((&status["ref"], &status["verdict"]), (&"release".into(), &"unknown".into()));
    });
}

#[test]
fn without_a_name_the_only_or_the_default_project_is_meant() {
    block_on(async {
        let served = Served::new().await;
        let status = served.json("/status").await;
        assert_eq!(status["reason"], "no project has reported yet");
        assert_eq!((&status["verdict"], &status["status"]), (&"unknown".into(), &"unknown".into()));
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(served.json("/status").await["project"], "a/b");
        served.hears(&[pipeline("c/d", 1, "success")]).await;
        let reply = served.get("/status").await;
        assert_eq!(reply.code, 404);
        assert!(reply.json()["hint"].as_str().unwrap().contains("/status/PROJECT"));
        assert!(!reply.text().contains("a/b"), "it lists nothing");

        let served =
            Served::with(|settings| settings.default_project = Some("c/d".to_string())).await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(served.json("/status").await["reason"], "this project has never reported");
        served.hears(&[pipeline("c/d", 1, "failed")]).await;
        assert_eq!(served.json("/status").await["verdict"], "failed");
    });
}

#[test]
fn what_another_server_wrote_before_us_is_not_missed() {
    block_on(async {
        let served = Served::new().await;
        let other = vocabulary::delivered(&[pipeline("c/d", 1, "success")], 0);
        served.app.store.write(vec![other]).await.expect("written");
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(served.get("/status/c/d").await.code, 404);
        served.app.answers.catch_up().await;
        assert_eq!(served.get("/status/c/d").await.code, 200);
    });
}

#[test]
fn a_run_of_no_branch_counts_for_its_commit() {
    block_on(async {
        let served = Served::new().await;
        let mut nameless = pipeline("a/b", 9, "failed");
        nameless.kind.git_ref = None;
        served.hears(&[nameless.clone()]).await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(served.json("/status/a/b").await["verdict"], "passed", "another commit");
        nameless.key = pipeline("a/b", 10, "failed").key;
        nameless.sha = pipeline("a/b", 1, "success").sha;
        nameless.kind.workflow = Some(5);
        served.hears(&[nameless]).await;
        assert_eq!(served.json("/status/a/b").await["verdict"], "failed");
    });
}

#[test]
fn silence_makes_a_state_stale_until_the_next_sign() {
    block_on(async {
        let hour = Duration::from_secs(3600);
        let served = Served::with(|settings| settings.stale_after = Some(hour)).await;
        let long_ago = "2026-01-02T03:04:05Z".parse().unwrap();
        served.hears_at(&[pipeline("a/b", 1, "success")], long_ago).await;
        let status = served.json("/status/a/b").await;
        assert_eq!((&status["stale"], &status["verdict"]), (&true.into(), &"unknown".into()));
        let badge = served.get("/badge/a/b.svg").await.text();
        let reason = "nothing has been heard of it since 2026-01-02 03:04 UTC";
        assert!(badge.contains(">pipeline: unknown: "), "{badge}");
        assert!(badge.contains(reason), "{badge}");
        let projects = served.json("/projects").await;
        assert_eq!(projects["projects"][0]["verdict"], "unknown");

        // The same again: no change, but a sign of life.
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(served.json("/status/a/b").await["stale"], false);
        assert!(served.get("/badge/a/b.svg").await.text().contains(">pipeline: passed"));
    });
}

#[test]
fn an_unknown_project_is_refused_however_it_is_written() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        for path in [
            "/status/a",
            "/status/a/b/",
            "/status//a/b",
            "/status/A/B",
            "/status/..",
            "/status/a/../a/b",
            "/status/%2e%2e/etc/passwd",
            "/status/%00",
            "/status/%ff",
            "/status/a/b%0a",
            "/status/<script>",
        ] {
            let path = path.replace('<', "%3C").replace('>', "%3E");
            let reply = served.get(&path).await;
            assert_eq!(reply.code, 404, "{path}: {}", reply.text());
            assert_eq!(reply.header(header::CONTENT_TYPE), "application/json");
            assert!(reply.json()["hint"].is_string(), "{path}");
        }
        for query in ["ref=%00", "ref=a%0ab"] {
            assert_eq!(served.get(&format!("/status/a/b?{query}")).await.code, 400, "{query}");
        }
        assert_eq!(served.made("answers").await, 0, "the database was not asked");
    });
}

#[test]
fn what_a_client_has_already_is_not_sent_again() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        for path in ["/status/a/b", "/badge/a/b.svg", "/badge.svg", "/history/a/b.json", "/"] {
            let first = served.get(path).await;
            let tag = first.header(header::ETAG);
            assert_eq!(first.code, 200, "{path}");
            let again = served.ask(Method::GET, path, &[("if-none-match", tag)]).await;
            assert_eq!((again.code, again.body.len()), (304, 0), "{path}");
            assert_eq!(again.header(header::ETAG), tag);
            assert_eq!(again.header(header::CACHE_CONTROL), "no-cache");
        }
        let tag = served.get("/status/a/b").await;
        served.hears(&[pipeline("a/b", 2, "failed")]).await;
        let known = [("if-none-match", tag.header(header::ETAG))];
        assert_eq!(served.ask(Method::GET, "/status/a/b", &known).await.code, 200);
    });
}

#[test]
fn heads_methods_and_unknown_paths() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        for path in ["/", "/status", "/projects", "/badge.png", "/healthz", "/openapi.json"] {
            let (get, head) = (served.get(path).await, served.ask(Method::HEAD, path, &[]).await);
            assert_eq!((head.code, head.body.len()), (200, 0), "{path}");
            assert_eq!(head.header(header::CONTENT_TYPE), get.header(header::CONTENT_TYPE));
            let wrong = served.ask(Method::DELETE, path, &[]).await;
            assert_eq!(wrong.code, 405, "{path}");
            assert!(wrong.header(header::ALLOW).contains("GET"), "{path}");
            assert!(wrong.json()["error"].is_string());
        }
        for path in ["/nothing", "/status/", "/badge/", "/index.html", "//"] {
            let reply = served.get(path).await;
            assert_eq!(reply.code, 404, "{path}");
            assert!(reply.json()["hint"].is_string(), "{path}");
        }
    });
}

#[test]
fn a_server_that_ends_says_that_it_is_not_ready() {
    block_on(async {
        let served = Served::new().await;
        assert_eq!(served.get("/readyz").await.text(), "ok\n");
        served.app.close();
        let reply = served.get("/readyz").await;
        assert_eq!(reply.code, 503);
        assert!(!reply.header(header::RETRY_AFTER).is_empty());
        assert_eq!(served.get("/events").await.code, 503);
        assert_eq!(served.get("/healthz").await.code, 200);
    });
}
