//! `/badge`.

use axum::http::header;

use super::{Served, block_on, named, pipeline};
use crate::serve::settings::ProjectSettings;

#[test]
fn a_badge_in_each_format() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b.c", 1, "success")]).await;
        for (format, content_type, start) in [
            ("svg", "image/svg+xml", &b"<svg"[..]),
            ("png", "image/png", b"\x89PNG"),
            ("gif", "image/gif", b"GIF89a"),
            ("json", "application/json", b"{"),
        ] {
            for path in [format!("/badge/a/b.c.{format}"), format!("/badge.{format}")] {
                let reply = served.get(&path).await;
                assert_eq!(reply.code, 200, "{path}: {}", reply.text());
                assert_eq!(reply.header(header::CONTENT_TYPE), content_type);
                assert_eq!(reply.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
                assert!(reply.body.starts_with(start), "{path}");
            }
        }
        let json = served.json("/badge/a/b.c.json").await;
        assert_eq!((&json["label"], &json["message"]), (&"pipeline".into(), &"passed".into()));
        assert_eq!(served.get("/badge/a/b.c").await.code, 404);
    });
}

#[test]
fn the_look_is_that_of_the_parameters() {
    block_on(async {
        let label = Some("tests".to_string());
        let served = Served::with(|settings| {
            named(settings, "a/b", ProjectSettings { label, ..ProjectSettings::default() });
        })
        .await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let svg = async |query: &str| served.get(&format!("/badge/a/b.svg?{query}")).await.text();
        let plain = svg("").await;
        assert!(plain.contains("aria-label=\"tests: passed\""), "{plain}");
        assert_eq!(svg("style=flat&trace=beats&theme=phosphor&other=1").await, plain);
        assert!(svg("label=a%26b").await.contains("aria-label=\"a&amp;b: passed\""));
        assert!(svg("label=").await.contains("aria-label=\"passed\""));
        let mut different = vec![plain];
        for query in ["style=flat-square", "style=monitor", "theme=amber", "trace=none"] {
            different.push(svg(query).await);
        }
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 5);
    });
}

#[test]
fn a_wrong_parameter_is_explained() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let long = format!("label={}", "a".repeat(65));
        for (path, query, error) in [
            ("/badge/a/b.svg", "style=round", "style=round: expected flat, flat-square, monitor"),
            ("/badge.svg", "trace=line", "trace=line: expected beats, none"),
            ("/badge/x.svg", "theme=none", "theme=none: expected phosphor, "),
            ("/badge/a/b.png", &long, "label: expected at most 64 characters"),
            (
                "/badge/a/b.json",
                "style=monitor",
                "style=monitor: a shields endpoint cannot have it",
            ),
            ("/badge/a/b.svg", "style=monitor&trace=none", "trace=none: a monitor is nothing"),
            ("/badge/a/b.svg", "ref=%07", "ref: expected the name of a branch or tag"),
        ] {
            let reply = served.get(&format!("{path}?{query}")).await;
            assert_eq!(reply.code, 400, "{query}");
            let told = reply.json()["error"].as_str().unwrap().to_string();
            assert!(told.starts_with(error), "{query}: {told}");
        }
        assert_eq!(served.made("pictures").await, 0);
    });
}

#[test]
fn an_unknown_project_has_a_picture_and_no_endpoint() {
    block_on(async {
        let served = Served::new().await;
        let reply = served.get("/badge/who/knows.svg").await;
        assert_eq!((reply.code, reply.header(header::CACHE_CONTROL)), (200, "no-cache"));
        let reason = "pipeline: unknown: this project has never reported";
        assert!(reply.text().contains(reason), "{}", reply.text());
        assert_eq!(served.get("/badge/who/else.svg").await.body, reply.body);
        assert_eq!(served.get("/badge/..%2f%2e%2e%00.svg").await.body, reply.body);
        assert_eq!(served.made("pictures").await, 1, "all unknown projects share it");
        assert_eq!(served.get("/badge/who/knows.json").await.code, 404);
    });
}

#[test]
fn equal_states_share_one_drawing() {
    block_on(async {
        let served = Served::new().await;
        let run = pipeline("a/b", 1, "success");
        served.hears(std::slice::from_ref(&run)).await;
        let before = served.get("/badge/a/b.svg").await.body;
        let mut elsewhere = pipeline("a/b", 2, "failed");
        elsewhere.kind.git_ref = Some("feature".to_string());
        served.hears(&[elsewhere]).await;
        assert_eq!(served.get("/badge/a/b.svg").await.body, before);
        assert_eq!((served.made("answers").await, served.made("pictures").await), (2, 1));
    });
}

#[test]
fn the_badge_of_all_is_that_of_the_gravest() {
    block_on(async {
        let served = Served::new().await;
        let none = served.get("/badge.svg").await.text();
        assert!(none.contains("unknown: no project has reported yet"), "{none}");
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        served.hears(&[pipeline("c/d", 1, "failed")]).await;
        served.hears(&[pipeline("e/f", 1, "success")]).await;
        let badge = served.get("/badge.svg").await.text();
        assert!(badge.contains("aria-label=\"pipeline: failed\""), "{badge}");
        assert!(badge.contains("worst of 3: c/d: "), "{badge}");
        let again = pipeline("c/d", 2, "success");
        served.hears(&[again]).await;
        assert!(served.get("/badge.svg").await.text().contains("\"pipeline: passed\""));
    });
}

#[test]
fn a_hostile_label_is_only_text() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        for label in
            ["%00%01%1b", "%3Cscript%3Ealert(1)%3C/script%3E", "%22%20onload=%22x", "%ff%fe"]
        {
            let reply = served.get(&format!("/badge/a/b.svg?label={label}")).await;
            assert_eq!(reply.code, 200, "{label}");
            let text = std::str::from_utf8(&reply.body).expect("a text");
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{label}");
            assert!(!text.contains("<script") && !text.contains("\" onload"), "{label}");
            let parsed = resvg::usvg::Tree::from_str(text, &resvg::usvg::Options::default());
            assert!(parsed.is_ok(), "{label}: {parsed:?}");
        }
    });
}
