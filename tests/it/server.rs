//! A local CI server that sends the replies of a test and records the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub type Reply = ResponseTemplate;

/// A server with the replies that a test defines; it stops when it is dropped.
pub struct Server {
    runtime: Runtime,
    mock: MockServer,
    routes: Routes,
}

impl Server {
    pub fn new() -> Self {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
        let routes = Routes::default();
        let mock = runtime.block_on(async {
            // Not `MockServer::start`, which hands out servers that others have used.
            let mock = MockServer::builder().start().await;
            Mock::given(any()).respond_with(routes.clone()).mount(&mock).await;
            mock
        });
        Self { runtime, mock, routes }
    }

    /// Defines the JSON reply for a path. The path may end in `?name=value&…`; then it applies to
    /// requests with all of these parameters. Later definitions take precedence.
    pub fn answers(self, place: &str, json: impl Serialize) -> Self {
        self.replies(place, [Reply::new(200).set_body_json(json)])
    }

    /// Defines the replies for a path: these in turn, then the last one repeatedly.
    pub fn replies(self, place: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let replies = Mutex::new(replies.into_iter().collect());
        let route = Route { path: path.to_string(), query, replies };
        self.routes.0.lock().expect("the routes").push(route);
        self
    }

    /// Redirects requests for a path to another URL.
    pub fn redirects(self, place: &str, to: &str) -> Self {
        self.replies(place, [Reply::new(302).insert_header("location", to)])
    }

    /// The URL of a path.
    pub fn url(&self, place: &str) -> String {
        format!("{}{place}", self.mock.uri())
    }

    /// The requests, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.mock.received_requests()).expect("they are recorded")
    }

    /// The paths of the requests, in order, without parameters.
    pub fn places(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.url.path().to_string()).collect()
    }

    /// The values of a parameter in the requests for a path.
    pub fn asked_for(&self, place: &str, name: &str) -> Vec<Option<String>> {
        let value = |request: &Request| {
            let mut pairs = request.url.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let requests = self.requests();
        requests.iter().filter(|request| request.url.path() == place).map(value).collect()
    }

    /// The values of a header in all requests.
    pub fn headers(&self, name: &str) -> Vec<Option<String>> {
        let text = |request: &Request| {
            let value = request.headers.get(name)?;
            Some(value.to_str().expect("visible characters").to_string())
        };
        self.requests().iter().map(text).collect()
    }
}

/// The replies by path.
#[derive(Clone, Default)]
struct Routes(Arc<Mutex<Vec<Route>>>);

struct Route {
    path: String,
    query: Vec<(String, String)>,
    replies: Mutex<VecDeque<Reply>>,
}

impl Route {
    fn is_meant(&self, request: &Request) -> bool {
        let asked: Vec<_> = request.url.query_pairs().collect();
        self.path == request.url.path()
            && self.query.iter().all(|(name, value)| {
                asked.iter().any(|(key, said)| (key, said) == (&name.into(), &value.into()))
            })
    }

    fn reply(&self) -> Reply {
        let mut replies = self.replies.lock().expect("the replies");
        match replies.len() {
            1 => replies[0].clone(),
            _ => replies.pop_front().expect("a reply"),
        }
    }
}

impl Respond for Routes {
    fn respond(&self, request: &Request) -> Reply {
        let routes = self.0.lock().expect("the routes");
        let route = routes.iter().rev().find(|route| route.is_meant(request));
        route.map_or_else(|| Reply::new(404), Route::reply)
    }
}
