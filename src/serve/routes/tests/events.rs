//! `/events`.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt;

use super::{Served, block_on, closed, named, pipeline};
use crate::serve::settings::ProjectSettings;

/// An open stream.
struct Events(BodyDataStream);

impl Served {
    async fn listen(&self, query: &str, last: Option<&str>) -> Events {
        let mut request = Request::builder().uri(format!("/events{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Events(response.into_body().into_data_stream())
    }
}

impl Events {
    /// The next piece; `None` at the end.
    async fn piece(&mut self) -> Option<String> {
        let piece = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await;
        let piece = piece.expect("a piece in time")?.expect("a piece");
        Some(String::from_utf8(piece.to_vec()).unwrap())
    }

    /// The id and the data of the next event.
    async fn event(&mut self) -> (String, Value) {
        loop {
            let piece = self.piece().await.expect("an event");
            if piece.starts_with(':') {
                continue;
            }
            let rest = piece.strip_prefix("id: ").expect("a number");
            let (id, rest) = rest.split_once("\ndata: ").expect("data");
            let data = rest.strip_suffix("\n\n").expect("an end");
            assert!(!data.contains('\n'));
            return (id.to_string(), serde_json::from_str(data).unwrap());
        }
    }

    /// True if nothing is waiting to be read.
    async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(50), self.0.next()).await.is_err()
    }
}

#[test]
fn a_project_tells_its_state_at_once_and_at_each_change() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let mut events = served.listen("?project=a/b", None).await;
        let (first, data) = events.event().await;
        assert_eq!(data, served.json("/status/a/b").await);
        served.hears(&[pipeline("c/d", 1, "success")]).await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert!(events.is_silent().await, "neither of both is news of it");
        served.hears(&[pipeline("a/b", 2, "failed")]).await;
        let (second, data) = events.event().await;
        assert!(second > first);
        assert_eq!(data["verdict"], "failed");
    });
}

#[test]
fn a_slow_reader_is_told_the_present_state_only() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let mut events = served.listen("?project=a%2Fb", None).await;
        events.event().await;
        for number in 2..50 {
            let word = if number % 2 == 0 { "failed" } else { "success" };
            served.hears(&[pipeline("a/b", number, word)]).await;
        }
        let (_, data) = events.event().await;
        assert_eq!(data["recent"].as_array().unwrap().last().unwrap()["number"], 49);
        assert!(events.is_silent().await);
    });
}

#[test]
fn whoever_resumes_is_told_what_has_changed_since() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let (seen, _) = served.listen("?project=a/b", None).await.event().await;
        let mut events = served.listen("?project=a/b", Some(&seen)).await;
        assert!(events.piece().await.unwrap().starts_with(':'), "a sign, but no event");
        assert!(events.is_silent().await);
        served.hears(&[pipeline("c/d", 1, "success")]).await;
        let mut all = served.listen("", Some(&seen)).await;
        assert_eq!(all.event().await.1["project"], "c/d");
        assert!(all.is_silent().await);
        served.hears(&[pipeline("a/b", 2, "failed")]).await;
        assert_eq!(events.event().await.1["verdict"], "failed");
        assert_eq!(all.event().await.1["project"], "a/b");
    });
}

#[test]
fn whoever_has_seen_another_state_of_the_same_change_is_told() {
    block_on(async {
        let served = Served::new().await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let (seen, _) = served.listen("?project=a/b", None).await.event().await;
        let number = seen.split('.').next().unwrap();
        for other in [number, &format!("{number}.000000"), "99.123456", "x", ""] {
            let mut events = served.listen("?project=a/b", Some(other)).await;
            assert_eq!(events.event().await.0, seen, "{other}");
        }
    });
}

#[test]
fn all_listed_projects_share_a_stream() {
    block_on(async {
        let served = Served::with(|settings| {
            closed(settings);
            for project in ["a/b", "c/d"] {
                let listed = ProjectSettings { is_public: true, ..ProjectSettings::default() };
                named(settings, project, listed);
            }
        })
        .await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        served.hears(&[pipeline("secret", 1, "success")]).await;
        let mut events = served.listen("", None).await;
        assert_eq!(events.event().await.1["project"], "a/b");
        served.hears(&[pipeline("secret", 2, "failed")]).await;
        served.hears(&[pipeline("c/d", 1, "failed")]).await;
        assert_eq!(events.event().await.1["project"], "c/d");
        assert!(events.is_silent().await);
    });
}

#[test]
fn what_time_alone_makes_untrue_is_told() {
    block_on(async {
        let served = Served::with(|settings| settings.stale_after = Some(Duration::ZERO)).await;
        let soon = Timestamp::now() + Duration::from_secs(1);
        served.hears_at(&[pipeline("a/b", 1, "success")], soon).await;
        let mut one = served.listen("?project=a/b", None).await;
        let mut all = served.listen("", None).await;
        assert_eq!(one.event().await.1["stale"], false);
        assert_eq!(all.event().await.1["stale"], false);
        tokio::time::sleep(Duration::from_secs(1)).await;
        served.app.answers.wake_late();
        assert_eq!(one.event().await.1["stale"], true);
        assert_eq!(all.event().await.1["stale"], true);
        served.app.answers.wake_late();
        assert!(one.is_silent().await && all.is_silent().await);
    });
}

#[test]
fn a_project_of_the_settings_can_be_followed_before_it_reports() {
    block_on(async {
        let served =
            Served::with(|settings| named(settings, "a/b", ProjectSettings::default())).await;
        let mut events = served.listen("?project=a/b", None).await;
        assert_eq!(events.event().await.1["reason"], "this project has never reported");
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        assert_eq!(events.event().await.1["verdict"], "passed");
        assert_eq!(served.get("/events?project=x").await.code, 404);
    });
}

#[test]
fn streams_are_counted_and_end_with_the_server() {
    block_on(async {
        let served = Served::with(|settings| settings.max_streams = 2).await;
        served.hears(&[pipeline("a/b", 1, "success")]).await;
        let mut one = served.listen("?project=a/b", None).await;
        let all = served.listen("", None).await;
        let refused = served.get("/events").await;
        assert_eq!(refused.code, 503);
        assert!(!refused.header(header::RETRY_AFTER).is_empty());
        assert!(served.get("/metrics").await.text().contains("flaky_event_streams 2\n"));
        drop(all);
        served.listen("", None).await;
        one.event().await;
        served.app.close();
        assert!(one.piece().await.unwrap().starts_with(": "));
        assert_eq!(one.piece().await, None);
    });
}
