//! `/projects`, `/history`, the page, `/metrics` and `/openapi.json`.

use std::collections::BTreeSet;

use axum::http::header;
use flaky_core::verdict::Verdict;
use serde_json::{Value, json};

use super::{Served, block_on, pipeline};
use crate::serve::store::{Delivery, vocabulary};

#[test]
fn the_projects_are_listed_with_their_states() {
    block_on(async {
        let served = Served::new().await;
        assert_eq!(served.json("/projects").await, json!({ "projects": [] }));
        served.hears(&[pipeline("c/d e", 1, "failed")]).await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let list = served.json("/projects").await;
        let names: Vec<&Value> =
            list["projects"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["a/b", "c/d e"]);
        let second = &list["projects"][1];
        assert_eq!((&second["verdict"], &second["message"]), (&"failed".into(), &"failed".into()));
        for (_, link) in second["links"].as_object().unwrap() {
            let link = link.as_str().unwrap();
            assert!(link.contains("c/d%20e"), "{link}");
            if !link.starts_with("/events") {
                assert_eq!(served.get(link).await.code, 200, "{link}");
            }
        }
        served.hears(&[pipeline("c/d e", 2, "success")]).await;
        assert_eq!(served.json("/projects").await["projects"][1]["verdict"], "passed");
    });
}

#[test]
fn the_history_is_newest_first_and_limited() {
    block_on(async {
        let served = Served::new().await;
        let runs: Vec<_> = (1..=60).map(|number| pipeline("a/b", number, "success")).collect();
        served.hears(&runs).await;
        let mut other = pipeline("a/b", 61, "failed");
        other.kind.git_ref = Some("feature".to_string());
        served.hears(&[other]).await;
        let numbers = async |query: &str| -> Vec<u64> {
            let history = served.json(&format!("/history/a/b.json{query}")).await;
            let all = history["pipelines"].as_array().unwrap().clone();
            all.iter().map(|one| one["number"].as_u64().unwrap()).collect()
        };
        assert_eq!(numbers("").await, (12..=61).rev().collect::<Vec<_>>());
        assert_eq!(numbers("?limit=2").await, [61, 60]);
        assert_eq!(numbers("?limit=2&ref=main").await, [60, 59]);
        let newest = &served.json("/history/a/b.json?limit=1").await["pipelines"][0];
        assert_eq!(newest["word"], "failed");
        assert_eq!(newest["commit"], format!("{:040x}", 61));
        assert_eq!(newest["created"], "1970-01-01T00:01:01Z");
        for wrong in ["0", "201", "-1", "many"] {
            let reply = served.get(&format!("/history/a/b.json?limit={wrong}")).await;
            assert_eq!(reply.json()["error"], format!("limit={wrong}: expected 1 to 200"));
        }
        assert_eq!(served.get("/history/who/knows.json").await.code, 404);
        served.hears(&[pipeline("a/b", 62, "success")]).await;
        assert_eq!(numbers("?limit=1").await, [62]);
    });
}

#[test]
fn flaky_tests_are_listed_the_worst_first() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let none = served.json("/tests/a/b.json").await;
        assert_eq!(none, json!({ "project": "a/b", "ref": null, "reports": 0, "tests": [] }));
        for (number, verdict) in (1..).zip([Verdict::Flaky, Verdict::Passed, Verdict::Passed]) {
            let mut tests = vocabulary::report(number, Some("main"), i64::from(number));
            tests.results[0].verdict = verdict;
            let delivery = vocabulary::delivery("a/b", 0);
            let delivery = Delivery { tests: Some(tests), ..delivery };
            served.app.deliver(delivery).await.expect("a receipt");
        }
        let list = served.json("/tests/a/b.json").await;
        assert_eq!(list["reports"], 3);
        let [only] = list["tests"].as_array().unwrap().as_slice() else { panic!("{list}") };
        assert_eq!(
            (&only["test"], &only["flaky"], &only["n"]),
            (&"adds".into(), &1.into(), &3.into())
        );
        assert_eq!(served.json("/tests/a/b.json?ref=feature").await["tests"], json!([]));
        assert_eq!(served.get("/tests/who/knows.json").await.code, 404);
    });
}

#[test]
fn the_page_is_the_monitor_of_one_and_the_ward_of_several() {
    block_on(async {
        let served = Served::new().await;
        let urls = async || {
            let page = served.get("/").await;
            assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"));
            let text = page.text();
            let policy = page.header(header::CONTENT_SECURITY_POLICY);
            assert!(policy.contains("connect-src 'self'"), "{policy}");
            let start = text.find("\"statusUrls\":").expect("addresses");
            text[start..].split_inclusive(']').next().unwrap().to_string()
        };
        assert_eq!(urls().await, "\"statusUrls\":[\"/status\"]");
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(urls().await, "\"statusUrls\":[\"/events?project=a/b\"]");
        served.hears(&[pipeline("c/d", 1, "success")]).await;
        assert_eq!(urls().await, "\"statusUrls\":[\"/status/a/b\",\"/status/c/d\"]");
    });
}

#[test]
fn the_document_is_about_the_routes() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let document = served.json("/openapi.json").await;
        let mut schemas = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            assert!(!path.contains('*'), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                if method == "get" && path != "/events" {
                    let asked = path.replace("{project}", "a/b").replace("{badge}", "a/b.svg");
                    assert_eq!(served.get(&asked).await.code, 200, "{asked}");
                }
            }
        }
        collect_references(&document, &mut schemas);
        for reference in schemas {
            let pointer = reference.strip_prefix('#').expect("a place in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    });
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        found.insert(reference.clone());
                    }
                    value => collect_references(value, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn requests_are_counted_by_route_and_not_by_address() {
    block_on(async {
        let served = Served::new().await;
        for path in ["/status/a", "/status/b", "/nothing", "/nowhere"] {
            served.get(path).await;
        }
        let text = served.get("/metrics").await.text();
        assert!(text.ends_with("# EOF\n"));
        for line in [
            "flaky_requests_total{route=\"/status/{*project}\",status=\"4xx\"} 2",
            "flaky_requests_total{route=\"none\",status=\"4xx\"} 2",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
    });
}
