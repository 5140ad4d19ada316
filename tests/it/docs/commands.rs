//! The commands of the pages are run, in a repository with test reports, inside a CI job whose servers
//! are on this computer. A proxy notices whatever wants to leave it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::none;
use super::pages::{PAGES, Page};
use crate::platforms::{self, ONE, gitea, gitlab, job, pipeline, status};
use crate::repo::Repo;
use crate::server::Server;
use crate::vocabulary::{Ran, fixtures};
use crate::{shell, tools};

/// What is done with a line that is not simply run.
enum Fate {
    /// It is started, must listen, and is stopped.
    Listens,
    /// Nothing, for this reason.
    Elsewhere(&'static str),
}
use Fate::{Elsewhere, Listens};

/// The lines that are not simply run, by their beginnings.
const OTHERS: &[(&str, Fate)] = &[
    ("flaky page --preview", Listens),
    ("flaky serve ", Listens),
    ("FLAKY_TOKEN=… flaky serve ", Listens),
    ("export FLAKY_WEBHOOK_SECRET=", Elsewhere("every server here has a secret")),
    ("flaky=", Elsewhere("a variable of the download")),
    ("release=", Elsewhere("a variable of the download")),
    ("curl -fL ", Elsewhere("it downloads a release")),
    ("sha256sum -c ", Elsewhere("it needs the download")),
    ("sudo install ", Elsewhere("it needs the download")),
    ("cargo ", Elsewhere("it builds; .ci/run does")),
    ("docker run ", Elsewhere("it needs a container engine")),
    ("FLAKY_WEBHOOK_SECRET=… POSTGRES_PASSWORD=… docker compose ", Elsewhere("the same")),
    ("dokku ", Elsewhere("it needs a server with dokku")),
    ("curl -H ", Elsewhere("its server does not exist; serve_in.rs posts reports")),
    ("cd fixtures/flaky_test; ", Elsewhere("it needs a server at a fixed port; dummy.rs runs it")),
];
/// The number of seconds that a command may take.
const PATIENCE_S: u64 = 120;

/// Where the commands are run.
struct Place {
    repo: Repo,
    gitlab: Server,
    github: Server,
    gitea: Server,
    /// The proxy for all that is not on this computer.
    outside: TcpListener,
}

impl Place {
    fn new() -> Self {
        let outside = TcpListener::bind("127.0.0.1:0").expect("a port");
        outside.set_nonblocking(true).expect("a socket");
        let repo = repository();
        reports(&repo);
        let head = repo.sha("HEAD");
        fs::write(repo.path("ci.csv"), format!("{head},failed\n")).expect("a file");
        repo.git(&["notes", "--ref=ci", "add", "-m", "passed"]);
        let (gitlab, github) = (gitlab_server(&head), github_server(&head));
        let gitea = gitea(&[(&head, &[status(1, "ci / unit", "success")])]);
        Self { repo, gitlab, github, gitea, outside }
    }

    /// A line with addresses that exist here.
    fn here(&self, line: &str) -> String {
        let folder = self.repo.folder.path("");
        let file = |name: &str| format!("sqlite://{}/{name}", folder.display());
        line.replace("--github ", &format!("--github {}", self.github.url("/")))
            .replace("https://codeberg.org", &self.gitea.url(""))
            .replace("https://gitlab.example", &self.gitlab.url(""))
            .replace("0.0.0.0:8080", "127.0.0.1:0")
            .replace("sqlite:///data/", &file(""))
            .replace("\"$GITHUB_STEP_SUMMARY\"", "summary.md")
            .replace("main~500", "main~5")
            .replace('…', "secret")
    }

    /// A program that finds `flaky` and the job that it runs in.
    fn command(&self, program: &str) -> Command {
        let mut command = self.repo.alone("repo", program);
        let flaky = Path::new(env!("CARGO_BIN_EXE_flaky")).parent().expect("a directory");
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(flaky.to_path_buf()).chain(std::env::split_paths(&paths));
        let proxy = format!("http://{}", self.outside.local_addr().expect("its address"));
        command
            .env("PATH", std::env::join_paths(paths).expect("a search path"))
            .env("HTTPS_PROXY", &proxy)
            .env("HTTP_PROXY", &proxy)
            .env("GITLAB_CI", "true")
            .env("CI_API_V4_URL", self.gitlab.url("/api/v4"))
            .env("CI_PROJECT_PATH", "group/project")
            .env("CI_COMMIT_REF_NAME", "main")
            .env("CI_PIPELINE_ID", "9")
            .env("CI_JOB_NAME", "badge")
            .env("FLAKY_LISTEN", "127.0.0.1:0")
            .env("FLAKY_WEBHOOK_SECRET", "secret");
        command
    }

    /// Runs a line. It must succeed, write the files that it names, know the state of what it asks
    /// about, and ask nobody outside.
    fn run(&self, line: &str) -> Result<(), String> {
        let line = self.here(line);
        if line.contains("ffmpeg ") && !tools::present("ffmpeg", "-version") {
            return Ok(());
        }
        let files = files(&line);
        for file in &files {
            let _ = fs::remove_file(self.repo.path(file));
        }
        let ran = Ran::within(PATIENCE_S, &line, self.command("sh").args(["-c", &line]));
        let said = ran.stderr();
        if self.asked_outside() {
            return Err(format!("{line}: it asks somebody outside: {said}"));
        }
        if ran.code() != Some(0) {
            return Err(format!("{line}: {:?} {said}", ran.code()));
        }
        if said.contains("warning:") || ran.stdout().starts_with("unknown") {
            return Err(format!("{line}: {said}{}", ran.stdout()));
        }
        for file in &files {
            written(&self.repo.path(file)).map_err(|why| format!("{line}: {file} {why}"))?;
        }
        Ok(())
    }

    /// Whether somebody outside was asked since the last look.
    fn asked_outside(&self) -> bool {
        let mut asked = false;
        while self.outside.accept().is_ok() {
            asked = true;
        }
        asked
    }

    /// Starts a line that listens, and stops it once it does.
    fn listens(&self, line: &str) -> Result<(), String> {
        let line = self.here(line);
        let mut command = self.command("env");
        let line = line.split(" #").next().unwrap_or_default();
        let mut child = command
            .args(shell::words(line))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut said = String::new();
        let read = BufReader::new(child.stdout.take().expect("its output")).read_line(&mut said);
        let _ = child.kill();
        let _ = child.wait();
        // A server with --reconcile may already have asked.
        self.asked_outside();
        let listens = read.is_ok() && said.starts_with("http://127.0.0.1:");
        if listens { Ok(()) } else { Err(format!("{line}: it does not listen: {said}")) }
    }

    /// Does with every line of a page what is to be done.
    fn complaints(&self, page: &Page) -> Vec<String> {
        let mut complaints = Vec::new();
        for line in page.blocks.iter().flat_map(super::pages::Block::commands) {
            let done = match fate(&line) {
                Some(Elsewhere(_)) => Ok(()),
                Some(Listens) => self.listens(&line),
                None if shell::invocations(&line).is_empty() => {
                    Err(format!("{line}: it is neither ours nor in the list of others"))
                }
                None => self.run(&line),
            };
            complaints.extend(done.err().map(|why| format!("{}: {why}", page.path)));
        }
        complaints
    }
}

fn fate(line: &str) -> Option<&'static Fate> {
    let found = OTHERS.iter().find(|(beginning, _)| line.starts_with(beginning));
    found.map(|(_, fate)| fate)
}

/// A repository with commits of two years on `main` by several people, and tags.
fn repository() -> Repo {
    let mut repo = Repo::new().at("2024-05-01T12:00:00+00:00[+00:00]").by("Ann <ann@example.org>");
    for number in 0..6 {
        let text = "a line\n".repeat(number + 1);
        repo = repo.commit("change the source", &[("src/main.rs", &text)]);
    }
    repo = repo.tag("v1.0").by("Bob <bob@example.org>");
    for number in 0..6 {
        let time = Timestamp::now() - (60 - number).hours();
        repo = repo.at(&time.strftime("%Y-%m-%dT%H:%M:%S+00:00[+00:00]").to_string());
        repo = repo.commit("change the text", &[("text", &format!("line {number}\n"))]);
    }
    repo
}

/// Test reports: one of nextest with a flaky test, and two that passed.
fn reports(repo: &Repo) {
    let nextest = repo.path("target/nextest/default");
    fs::create_dir_all(&nextest).expect("a folder");
    fs::copy(fixtures().join("junit/nextest-flaky.xml"), nextest.join("junit.xml"))
        .expect("a copy");
    let passed = "<testsuite name=\"s\" tests=\"1\"><testcase name=\"steady\"/></testsuite>";
    for name in ["report-a.xml", "report-b.xml"] {
        fs::write(repo.path(name), passed).expect("a file");
    }
}

/// A GitLab with the pipeline of the job, the one before it, and two more projects.
fn gitlab_server(head: &str) -> Server {
    let pipelines = [pipeline(9, head, "running"), pipeline(8, ONE, "success")];
    let jobs = json!([job(93, "badge", "running"), job(91, "unit", "success")]);
    let server = gitlab(&pipelines)
        .answers(&format!("{}/pipelines/9/jobs", platforms::GITLAB), jobs)
        .answers(&format!("{}/pipelines/9", platforms::GITLAB), &pipelines[0]);
    ["one", "two"].iter().fold(server, |server, name| {
        let project = format!("/api/v4/projects/group%2F{name}");
        let only = [pipeline(8, ONE, "success")];
        let server = server
            .answers(&project, json!({"id": 3, "default_branch": "main"}))
            .answers(&format!("{project}/pipelines"), only);
        platforms::empty_in(server, &project, &json!(8))
    })
}

/// A GitHub with a workflow CI, which has run once, with a job for each of two systems.
fn github_server(head: &str) -> Server {
    let run = platforms::run(105, head, "completed", Some("success"));
    let runs = json!({"total_count": 1, "workflow_runs": [run]});
    let workflow =
        json!({"id": 70, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active"});
    let jobs: Vec<Value> = ["ubuntu", "macos"]
        .iter()
        .map(|system| {
            json!({"id": 1, "run_id": 105, "name": format!("test ({system})"), "run_attempt": 1,
                   "status": "completed", "conclusion": "success"})
        })
        .collect();
    let place = format!("{}/actions", platforms::GITHUB);
    platforms::github(&[run])
        .answers(&format!("{place}/workflows"), json!({"total_count": 1, "workflows": [workflow]}))
        .answers(&format!("{place}/workflows/70/runs"), &runs)
        .answers(&format!("{place}/workflows/ci.yml/runs"), &runs)
        .answers(&format!("{place}/runs/105/jobs"), json!({"total_count": 2, "jobs": jobs}))
}

/// The files and directories that a line writes.
fn files(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or_default();
    let words = shell::words(line);
    let named = words.windows(2).filter(|two| matches!(two[0].as_str(), "-o" | ">" | ">>"));
    let mut files: Vec<String> =
        named.map(|two| two[1].clone()).filter(|file| file != "-").collect();
    let is = |program: &str| words.iter().any(|word| word == program);
    if is("ffmpeg") || is("man") {
        files.extend(words.last().cloned());
    } else if line.starts_with("flaky history ") && files.is_empty() {
        files.push("history.gif".to_string());
    }
    files
}

/// Asserts that a file is what its name says, or that a directory is not empty.
fn written(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path).map_err(|error| error.to_string())?;
        return entries.next().map(|_| ()).ok_or_else(|| "is empty".to_string());
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let begins: &[u8] = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gif") => b"GIF89a",
        Some("svg") => b"<svg ",
        Some("png" | "apng") => b"\x89PNG",
        Some("json") => b"{",
        Some("html") => b"<!doctype html>",
        _ => b"",
    };
    let is_so = bytes.starts_with(begins) && !bytes.is_empty();
    if is_so { Ok(()) } else { Err("is not what its name says".to_string()) }
}

#[test]
fn every_command_does_what_it_says() {
    let complaints: Vec<String> = thread::scope(|scope| {
        let pages: Vec<_> =
            PAGES.iter().map(|page| scope.spawn(|| Place::new().complaints(page))).collect();
        pages.into_iter().flat_map(|page| page.join().expect("a page")).collect()
    });
    none(&complaints);
}

#[test]
fn every_line_in_the_list_of_others_is_on_a_page() {
    let lines: Vec<String> = PAGES
        .iter()
        .flat_map(|page| page.blocks.iter().flat_map(super::pages::Block::commands))
        .collect();
    for (beginning, fate) in OTHERS {
        let found = lines.iter().any(|line| line.starts_with(beginning));
        assert!(found, "no page has a line that begins with {beginning:?}");
        if let Elsewhere(why) = fate {
            assert!(!why.is_empty() && !beginning.starts_with("flaky "), "{beginning}: run it");
        }
    }
}

#[test]
fn the_files_of_a_line_are_found() {
    assert_eq!(files("flaky render --still -o ecg.png   # a still"), ["ecg.png"]);
    assert_eq!(files("flaky render -o - --format y4m | ffmpeg -i - ecg.mp4"), ["ecg.mp4"]);
    assert_eq!(files("flaky status --json"), [""; 0]);
    assert_eq!(files("flaky completions bash > flaky.bash"), ["flaky.bash"]);
    assert_eq!(files("mkdir -p man && flaky man man"), ["man"]);
    assert_eq!(files("flaky history --all -n 300"), ["history.gif"]);
}
