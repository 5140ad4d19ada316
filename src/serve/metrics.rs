//! Counters for monitoring, as Prometheus reads them.
//!
//! The name of a project appears only where everyone may know it.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The number of projects whose time of hearing is told at most.
pub(crate) const MOST_PROJECTS: usize = 1000;
/// The first of the limits between which durations are counted, in seconds, their factor and their
/// number: 1 ms to 4 s.
const DURATIONS: (f64, f64, u16) = (0.001, 2.0, 13);

type Seconds = Gauge<f64, AtomicU64>;

/// The counters.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    /// The counters of requests by route and class of status, so that counting is an addition. The
    /// routes are those of the router, so they are few.
    routes: RwLock<BTreeMap<String, [OnceLock<Counter>; CLASSES.len()]>>,
    deliveries: Family<DeliveryLabels, Counter>,
    last_delivery: Seconds,
    caches: Family<CacheLabels, Counter>,
    durations: Histogram,
    streams: Gauge,
    projects: Gauge,
    heard: Family<ProjectLabels, Seconds>,
}

/// What is told of the server as it is now.
pub(crate) struct Present {
    pub(crate) streams: usize,
    pub(crate) projects: usize,
    /// Projects whose names are no secret, at most [`MOST_PROJECTS`], and when they were last heard of.
    pub(crate) heard: Vec<(String, Timestamp)>,
}

/// The classes of status codes.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    platform: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    cache: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProjectLabels {
    project: String,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let (first, factor, count) = DURATIONS;
        let mut metrics = Self {
            registry: Registry::with_prefix("flaky"),
            requests: Family::default(),
            routes: RwLock::default(),
            deliveries: Family::default(),
            last_delivery: Gauge::default(),
            caches: Family::default(),
            durations: Histogram::new(exponential_buckets(first, factor, count)),
            streams: Gauge::default(),
            projects: Gauge::default(),
            heard: Family::default(),
        };
        let all = &mut metrics.registry;
        let requests = metrics.requests.clone();
        all.register("requests", "Requests by route and class of status", requests);
        let deliveries = metrics.deliveries.clone();
        all.register("deliveries", "Webhooks and test reports by platform and result", deliveries);
        all.register_with_unit(
            "last_delivery",
            "The time of the last webhook or test report that was stored",
            Unit::Seconds,
            metrics.last_delivery.clone(),
        );
        let caches = metrics.caches.clone();
        all.register("cache_lookups", "Values that were there, or had to be made", caches);
        all.register_with_unit(
            "delivery_stored",
            "The time from the arrival of a delivery until it was stored",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        all.register("event_streams", "Open streams of events", metrics.streams.clone());
        all.register("projects", "Known projects", metrics.projects.clone());
        all.register_with_unit(
            "project_heard",
            "The time at which a project was last heard of",
            Unit::Seconds,
            metrics.heard.clone(),
        );
        metrics
    }

    /// Counts a request to a route that was answered with a status.
    pub(crate) fn requested(&self, route: &str, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let count = |counters: &[OnceLock<Counter>; CLASSES.len()]| {
            let labels = || RequestLabels { route: route.to_string(), status: CLASSES[class] };
            counters[class].get_or_init(|| self.requests.get_or_create_owned(&labels())).inc();
        };
        let is_known = {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            routes.get(route).map(count).is_some()
        };
        if !is_known {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            count(routes.entry(route.to_string()).or_default());
        }
    }

    /// Counts a delivery of a platform, or of a test report, with its result, such as "stored".
    pub(crate) fn delivered(&self, platform: &'static str, result: &'static str) {
        self.deliveries.get_or_create(&DeliveryLabels { platform, result }).inc();
    }

    /// Counts a delivery that arrived at some time and took so long to be stored.
    pub(crate) fn stored(&self, at: Timestamp, took: Duration) {
        self.durations.observe(took.as_secs_f64());
        self.last_delivery.set(at.as_duration().as_secs_f64());
    }

    /// The counters of the hits and misses of a cache.
    pub(crate) fn cache(&self, cache: &'static str) -> [Counter; 2] {
        ["hit", "miss"]
            .map(|result| self.caches.get_or_create_owned(&CacheLabels { cache, result }))
    }

    /// All counters as text.
    pub(crate) fn text(&self, present: Present) -> String {
        self.streams.set(i64::try_from(present.streams).unwrap_or(i64::MAX));
        self.projects.set(i64::try_from(present.projects).unwrap_or(i64::MAX));
        self.heard.clear();
        for (project, heard) in present.heard {
            let seconds = heard.as_duration().as_secs_f64();
            self.heard.get_or_create(&ProjectLabels { project }).set(seconds);
        }
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("a String takes everything");
        text
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use jiff::Timestamp;

    use super::{Metrics, Present};

    fn present(heard: Vec<(String, Timestamp)>) -> Present {
        Present { streams: 3, projects: 2, heard }
    }

    #[test]
    fn counts_by_route_and_class_of_status() {
        let metrics = Metrics::new();
        for (route, status) in [("/status", 200), ("/status", 204), ("/status", 404)] {
            metrics.requested(route, StatusCode::from_u16(status).unwrap());
        }
        let text = metrics.text(present(Vec::new()));
        for line in [
            "flaky_requests_total{route=\"/status\",status=\"2xx\"} 2",
            "flaky_requests_total{route=\"/status\",status=\"4xx\"} 1",
            "flaky_event_streams 3",
            "flaky_projects 2",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
        assert!(!text.contains("5xx"), "{text}");
    }

    #[test]
    fn forgets_a_project_that_is_no_longer_there() {
        let metrics = Metrics::new();
        let heard = vec![("a\"b".to_string(), Timestamp::from_second(7).unwrap())];
        assert!(metrics.text(present(heard)).contains("{project=\"a\\\"b\"} 7.0\n"));
        assert!(!metrics.text(present(Vec::new())).contains("project="));
    }
}
