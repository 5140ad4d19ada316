//! Helpers for `flaky serve`: a server of one test, requests over real HTTP, and deliveries in the shapes
//! of the platforms.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::vocabulary::Folder;

/// The time for a request to be answered, and for a state to become as a test expects it.
const WAIT: Duration = Duration::from_secs(20);
/// The time between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// A running server with a database of its own. It ends with its test.
pub struct Server {
    pub folder: Folder,
    options: Vec<String>,
    variables: Vec<(String, String)>,
    child: Option<Child>,
    /// Its host and port, which it keeps when it is started again.
    pub host: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    /// The status line and the headers, in small letters.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.code, self.text()))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// The same answer, which must have this code.
    #[track_caller]
    pub fn is(self, code: u16) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.head, self.text());
        self
    }
}

impl Server {
    /// A server without a secret, on a port of its own.
    pub fn start() -> Self {
        Self::with(&[], &[])
    }

    /// A server with these options and environment variables.
    pub fn with(options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::within(Folder::new(), options, variables)
    }

    /// A server with this config file and environment variables.
    pub fn configured(config: &str, variables: &[(&str, &str)]) -> Self {
        let folder = Folder::new().with("flaky.toml", config);
        Self::within(folder, &["--config", "flaky.toml"], variables)
    }

    fn within(folder: Folder, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let database = format!("sqlite://{}", folder.path("flaky.db").display());
        let own = ["--database", &database];
        let own = if options.contains(&"--database") { &[][..] } else { &own };
        let options = own.iter().chain(options).copied();
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let mut server = Self {
            folder,
            options: options.map(str::to_string).collect(),
            variables: variables.collect(),
            child: None,
            host: "127.0.0.1:0".to_string(),
        };
        server.run();
        server
    }

    /// A client of the server at this address, which it does not end.
    pub fn at(host: &str) -> Self {
        Self {
            folder: Folder::new(),
            options: Vec::new(),
            variables: Vec::new(),
            child: None,
            host: host.to_string(),
        }
    }

    /// Adds options for the next start.
    pub fn add_options(&mut self, options: &[&str]) {
        self.options.extend(options.iter().map(ToString::to_string));
    }

    /// Starts it, on the port that it had before.
    pub fn run(&mut self) {
        let mut command = self.folder.command();
        command.args(["serve", "--listen", &self.host]).args(&self.options);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut log = std::fs::OpenOptions::new();
        let log = log.create(true).append(true).open(self.folder.path("log")).expect("a log");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let host = line.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/\n"));
        let host = host.unwrap_or_else(|| panic!("no address: {line:?} {}", self.log()));
        self.host = host.to_string();
        self.child = Some(child);
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.folder.text("log")
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("a running server").id()
    }

    /// Sends this and nothing more, and keeps the connection open.
    pub fn begins(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.write_all(bytes).expect("it takes the beginning");
        stream
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
    }

    /// Lets files grow to this size only, as if the disk were full.
    pub fn limit_files(&self, bytes: &str) {
        let words = ["--pid", &self.id().to_string(), &format!("--fsize={bytes}:unlimited")];
        let set = std::process::Command::new("prlimit").args(words).status();
        assert!(set.expect("prlimit").success());
    }

    /// Asks it to end, and waits. It must end well.
    pub fn end(&mut self) {
        let mut child = self.child.take().expect("a running server");
        let id = child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill").success());
        assert!(child.wait().expect("it has ended").success(), "{}", self.log());
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// Sends a request. Errors are those of the connection.
    pub fn try_send(
        &self,
        request: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(WAIT))?;
        let length = body.len().to_string();
        let own =
            [("Host", self.host.as_str()), ("Connection", "close"), ("Content-Length", &length)];
        let mut head = format!("{request} HTTP/1.1\r\n");
        for (name, value) in own.iter().chain(headers) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.ok_or(std::io::ErrorKind::InvalidData)?;
        let body = bytes[end + 4..].to_vec();
        Ok(Answer { code, head, body })
    }

    #[track_caller]
    pub fn send(&self, request: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let answer = self.try_send(request, headers, body);
        answer.unwrap_or_else(|error| panic!("{request}: {error} {}", self.log()))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], &[])
    }

    /// Sends a delivery of GitLab; it must be accepted.
    #[track_caller]
    pub fn hears(&self, delivery: &Value) -> Answer {
        self.send("POST /webhook", &[GITLAB, JSON], delivery.to_string().as_bytes()).is(200)
    }

    /// The state of a project.
    #[track_caller]
    pub fn status(&self, project: &str) -> Value {
        self.get(&format!("/status/{project}")).is(200).json()
    }

    /// The verdict on a project.
    #[track_caller]
    pub fn verdict(&self, project: &str) -> String {
        self.status(project)["verdict"].as_str().expect("a verdict").to_string()
    }

    /// Waits until something holds.
    #[track_caller]
    pub fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            assert!(begin.elapsed() < WAIT, "{what} {}", self.log());
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub const GITLAB: (&str, &str) = ("X-Gitlab-Event", "Pipeline Hook");
pub const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The commit with this number.
pub fn sha(number: u64) -> String {
    format!("{number:040x}")
}

/// A time in the form of GitLab, so many minutes after the last half hour.
pub fn minute(minute: u64) -> String {
    let now = Timestamp::now().as_second();
    let begin = now - now % 1800 - 1800;
    let time = Timestamp::from_second(begin + 60 * minute as i64).expect("a time");
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A pipeline of `group/project` on main, as GitLab tells it: pipeline N is about commit N, and is
/// created in minute 2N.
pub fn pipeline(id: u64, status: &str) -> Value {
    let finished = matches!(status, "success" | "failed" | "canceled").then(|| minute(2 * id + 1));
    json!({
        "object_kind": "pipeline",
        "object_attributes": {
            "id": id, "ref": "main", "sha": sha(id), "status": status, "source": "push",
            "created_at": minute(2 * id), "finished_at": finished,
            "url": format!("https://gitlab.example/group/project/-/pipelines/{id}"),
        },
        "project": {
            "id": 1, "path_with_namespace": "group/project", "default_branch": "main",
            "web_url": "https://gitlab.example/group/project",
        },
        "builds": [],
    })
}
