//! A local server of statuses that behaves as a test says, also badly: it can stall, drip, hang up
//! and send events when the test wants them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The time between two bytes of a body that never ends.
const DRIP: Duration = Duration::from_millis(200);

/// The time for a listener to come, and between two looks.
const WAIT: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_millis(20);

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer: its status, further header lines, and its body.
    Whole(u16, String, Vec<u8>),
    /// The connection is closed without a word.
    HangUp,
    /// A body that never ends.
    Drip,
    /// A stream of the events that [`Feed::tell`] sends.
    Events,
}

impl Answer {
    /// A JSON document.
    pub fn json(json: impl AsRef<str>) -> Self {
        Self::text(200, "application/json", json.as_ref())
    }

    /// A document of this type.
    pub fn text(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Whole(status, format!("content-type: {kind}\r\n"), body.into())
    }

    /// The JSON of `flaky status` for a verdict.
    pub fn verdict(verdict: &str) -> Self {
        Self::json(status(verdict))
    }
}

/// The JSON of `flaky status` for a verdict.
pub fn status(verdict: &str) -> String {
    serde_json::json!({
        "verdict": verdict,
        "before": if verdict == "running" { Value::from("flaky") } else { Value::Null },
        "rate": if verdict == "flaky" { Value::from(0.25) } else { Value::Null },
        "subject": "group/project",
        "ref": "main",
        "reason": format!("pipeline 12 is {verdict}"),
    })
    .to_string()
}

#[derive(Default)]
struct State {
    answers: Mutex<BTreeMap<String, Answer>>,
    streams: Mutex<Vec<TcpStream>>,
    asked: Mutex<Vec<String>>,
    ended: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server. It ends when it is dropped.
pub struct Feed {
    state: Arc<State>,
    port: u16,
}

impl Feed {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.ended.load(Ordering::Relaxed) {
                    break;
                }
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&state, stream));
            }
        });
        Self { state, port }
    }

    /// From now on this path is answered so.
    pub fn answers(self, path: &str, answer: Answer) -> Self {
        self.now(path, answer);
        self
    }

    /// From now on this path is answered so.
    pub fn now(&self, path: &str, answer: Answer) {
        locked(&self.state.answers).insert(path.to_string(), answer);
    }

    /// Sends an event to all who listen.
    pub fn tell(&self, data: &str) {
        let event = format!("data: {data}\n\n");
        locked(&self.state.streams).retain_mut(|stream| stream.write_all(event.as_bytes()).is_ok());
    }

    /// Waits until somebody listens to events.
    #[track_caller]
    pub fn has_a_listener(&self) {
        let begun = Instant::now();
        while locked(&self.state.streams).is_empty() {
            assert!(begun.elapsed() < WAIT, "nobody listens");
            std::thread::sleep(LOOK);
        }
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        locked(&self.state.asked).iter().filter(|asked| *asked == path).count()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        locked(&self.state.streams).clear();
        // The listener waits for one more connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Answers one request. A browser that hangs up is no error.
fn serve(state: &State, mut stream: TcpStream) {
    let Ok(copy) = stream.try_clone() else { return };
    let head: Vec<String> = BufReader::new(copy)
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else { return };
    locked(&state.asked).push(path.to_string());
    let answer = locked(&state.answers).get(path).cloned();
    let start = |status: u16, headers: &str| {
        format!(
            "HTTP/1.1 {status} answer\r\naccess-control-allow-origin: *\r\nconnection: close\r\n{headers}\r\n"
        )
    };
    match answer.unwrap_or_else(|| Answer::text(404, "text/plain", "not here")) {
        Answer::Whole(status, headers, body) => {
            let headers = format!("{headers}content-length: {}\r\n", body.len());
            let _ = stream.write_all(start(status, &headers).as_bytes());
            let _ = stream.write_all(&body);
        }
        Answer::HangUp => {}
        Answer::Drip => {
            let mut sent =
                stream.write_all(start(200, "content-type: application/json\r\n").as_bytes());
            while sent.is_ok() && !state.ended.load(Ordering::Relaxed) {
                std::thread::sleep(DRIP);
                sent = stream.write_all(b" ");
            }
        }
        Answer::Events => {
            let headers = start(200, "content-type: text/event-stream\r\n");
            if stream.write_all(headers.as_bytes()).is_ok() {
                locked(&state.streams).push(stream);
            }
        }
    }
}
