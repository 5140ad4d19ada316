//! The routes over a store of their own: what is answered, and when it changes.

mod badges;
mod events;
mod lists;
mod privacy;
mod states;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use flaky_ci::Run;
use flaky_ci::webhook::Secret;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::serve::app::App;
use crate::serve::front::usual;
use crate::serve::settings::{Origins, ProjectSettings, Settings};
use crate::serve::store::{Database, Delivery, Store, vocabulary};
use crate::serve::token::AccessToken;

/// A server without a listener.
struct Served {
    app: Arc<App>,
    router: Router,
    _folder: TempDir,
}

/// An answer with its body.
#[derive(Debug)]
struct Reply {
    code: u16,
    headers: HeaderMap,
    body: Bytes,
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().expect("a runtime").block_on(future)
}

fn settings(folder: &TempDir) -> Settings {
    Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        database: Database::Sqlite(folder.path().join("flaky.db")),
        webhook_secrets: Vec::new(),
        report_tokens: Vec::new(),
        read_tokens: Vec::new(),
        origins: Origins::Listed(Vec::new()),
        is_public: false,
        default_project: None,
        projects: BTreeMap::new(),
        reconcile: Vec::new(),
        reconcile_every: Duration::from_secs(300),
        stale_after: None,
        run_timeout: Duration::from_secs(7200),
        keep: Duration::from_secs(90 * 86400),
        max_streams: 10,
        page: usual(),
    }
}

/// Settings that keep the names of projects secret.
fn closed(settings: &mut Settings) {
    settings.webhook_secrets = Secret::new("s3cret").into_iter().collect();
}

fn named(settings: &mut Settings, project: &str, of_project: ProjectSettings) {
    settings.projects.insert(project.to_string(), of_project);
}

/// A pipeline on main in a state.
fn pipeline(project: &str, number: u64, word: &str) -> Run {
    let mut run = vocabulary::run(project, number, word, Some(number as i64));
    run.kind.git_ref = Some("main".to_string());
    run.sha = Some(format!("{number:040x}"));
    run.times.created = Some(vocabulary::at(number as i64));
    run
}

impl Served {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = settings(&folder);
        change(&mut settings);
        let store = Store::open(&settings.database).await.expect("a database");
        let app = App::start(settings, store).await.expect("an app");
        Self { router: super::router(Arc::clone(&app)), app, _folder: folder }
    }

    /// Stores runs of a project as they are told now.
    async fn hears(&self, runs: &[Run]) {
        self.hears_at(runs, Timestamp::now()).await;
    }

    async fn hears_at(&self, runs: &[Run], received: Timestamp) {
        let delivery = vocabulary::delivered(runs, 0);
        let default_branch = Some("main".to_string());
        let delivery = Delivery { default_branch, received, ..delivery };
        self.app.deliver(delivery).await.expect("a receipt");
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.expect("a body");
        Reply { code: head.status.as_u16(), headers: head.headers, body }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[]).await
    }

    /// The JSON of an answer, which must be a good one.
    async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.code, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()
    }

    /// The number of values that a cache had to make.
    async fn made(&self, cache: &str) -> u64 {
        let text = self.get("/metrics").await.text();
        let start = format!("flaky_cache_lookups_total{{cache=\"{cache}\",result=\"miss\"}} ");
        let number = text.lines().find_map(|line| line.strip_prefix(&start));
        number.and_then(|number| number.parse().ok()).expect("a number")
    }
}

impl Reply {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }
}

fn token(text: &str) -> Vec<AccessToken> {
    AccessToken::new(text).into_iter().collect()
}
