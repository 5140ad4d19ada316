//! A local CI server that sends the replies of a test and records the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub type Reply = ResponseTemplate;

/// A server that knows nothing but what it was told to answer; it is gone with the test.
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

    /// Answers there with this as JSON. A place may end in `?name=value&…`: it is meant where all
    /// of these were asked for. What is said last counts first.
    pub fn answers(self, place: &str, json: impl Serialize) -> Self {
        self.replies(place, [Reply::new(200).set_body_json(json)])
    }

    /// Answers there with these in turn, and from then on with the last of them.
    pub fn replies(self, place: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let replies = Mutex::new(replies.into_iter().collect());
        let route = Route { path: path.to_string(), query, replies };
        self.routes.0.lock().expect("the routes").push(route);
        self
    }

    /// Sends whoever asks there to another address.
    pub fn redirects(self, place: &str, to: &str) -> Self {
        self.replies(place, [Reply::new(302).insert_header("location", to)])
    }

    /// The address of a place on it.
    pub fn url(&self, place: &str) -> String {
        format!("{}{place}", self.mock.uri())
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.mock.received_requests()).expect("they are recorded")
    }

    /// The places it was asked for, in order, without what stands after a `?`.
    pub fn places(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.url.path().to_string()).collect()
    }

    /// What a place was asked for by this name: the value after the `?`, for each request.
    pub fn asked_for(&self, place: &str, name: &str) -> Vec<Option<String>> {
        let value = |request: &Request| {
            let mut pairs = request.url.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let requests = self.requests();
        requests.iter().filter(|request| request.url.path() == place).map(value).collect()
    }

    /// A header of every request.
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
