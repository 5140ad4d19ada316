//! Who may read what.

use axum::http::{Method, header};

use super::{Served, block_on, closed, named, pipeline, token};
use crate::serve::settings::{Origins, ProjectSettings};

/// The routes that name projects.
const LISTS: [&str; 4] = ["/projects", "/metrics", "/", "/badge.svg"];

#[test]
fn secret_names_are_in_no_list() {
    block_on(async {
        let served = Served::with(closed).await;
        served.hears(&[pipeline("secret/name", 1, "failed")]).await;
        for path in LISTS {
            let text = served.get(path).await.text();
            assert!(!text.contains("secret") && !text.contains("failed,"), "{path}: {text}");
        }
        assert!(!served.get("/status").await.text().contains("secret"));
        assert_eq!(served.json("/status/secret/name").await["verdict"], "failed");

        let public = ProjectSettings { is_public: true, ..ProjectSettings::default() };
        let served = Served::with(|settings| {
            closed(settings);
            named(settings, "open/name", public);
        })
        .await;
        served.hears(&[pipeline("secret/name", 1, "failed")]).await;
        served.hears(&[pipeline("open/name", 1, "success")]).await;
        for path in LISTS {
            let text = served.get(path).await.text();
            assert!(!text.contains("secret"), "{path}");
        }
        assert_eq!(served.json("/status").await["project"], "open/name");
        assert_eq!(served.json("/badge.json").await["message"], "passed");
    });
}

#[test]
fn a_token_for_reading_closes_every_route_and_opens_all_names() {
    block_on(async {
        let served = Served::with(|settings| {
            closed(settings);
            settings.read_tokens = token("t0ken");
            settings.origins = Origins::Any;
        })
        .await;
        served.hears(&[pipeline("secret/name", 1, "success")]).await;
        for path in
            ["/status", "/status/secret/name", "/badge/secret/name.svg", "/badge.svg", "/events"]
                .into_iter()
                .chain(["/projects", "/history/secret/name.json", "/metrics", "/", "/openapi.json"])
        {
            let reply = served.get(path).await;
            assert_eq!(reply.code, 401, "{path}");
            let challenges: Vec<&str> = reply
                .headers
                .get_all(header::WWW_AUTHENTICATE)
                .iter()
                .map(|value| value.to_str().unwrap())
                .collect();
            assert!(challenges[0].starts_with("Basic realm=\"flaky\""), "{path}");
            assert!(challenges[1].starts_with("Bearer"), "{path}");
        }
        assert_eq!(served.get("/healthz").await.code, 200);
        assert_eq!(served.get("/readyz").await.code, 200);
        assert_eq!(served.get("/nothing").await.code, 404);
        let with = [("authorization", "Bearer t0ken")];
        let list = served.ask(Method::GET, "/projects", &with).await;
        assert_eq!(list.json()["projects"][0]["name"], "secret/name");
        // A browser asks without the token whether it may send it.
        let ask = [
            ("origin", "https://art.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "authorization"),
        ];
        let reply = served.ask(Method::OPTIONS, "/projects", &ask).await;
        assert_eq!(reply.code, 200);
        assert!(reply.header("access-control-allow-headers").contains("authorization"));
    });
}

#[test]
fn pages_of_other_origins_read_what_they_may() {
    block_on(async {
        let allowed = Origins::Listed(vec!["https://art.example".to_string()]);
        for (origins, asking, expected, varies) in [
            (Origins::Listed(Vec::new()), "https://art.example", "", false),
            (allowed.clone(), "https://art.example", "https://art.example", true),
            (allowed.clone(), "https://art.example.evil", "", true),
            (allowed, "null", "", true),
            (Origins::Any, "https://who.ever", "*", false),
        ] {
            let served = Served::with(|settings| settings.origins = origins.clone()).await;
            served.hears(&[pipeline("a/b", 1, "success")]).await;
            let from = [("origin", asking)];
            for path in ["/status/a/b", "/badge/a/b.svg", "/status/who/knows"] {
                let reply = served.ask(Method::GET, path, &from).await;
                let got = reply.header("access-control-allow-origin");
                assert_eq!(got, expected, "{path} {origins:?} {asking}");
                let vary = reply.header(header::VARY).to_lowercase();
                assert!(!varies || vary.contains("origin"), "{path} {origins:?}: {vary}");
            }
            let writing = served.ask(Method::POST, "/webhook", &from).await;
            assert_eq!(writing.header("access-control-allow-origin"), "");
        }
    });
}
