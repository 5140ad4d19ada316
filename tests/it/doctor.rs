//! `flaky doctor`: the report as it is pasted into an issue, what it marks, and what it must not show.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flaky_ci::Provider;
use serde::Deserialize;

use crate::fonts::with_fonts;
use crate::platforms::{GITLAB, ONE, TWO, gitlab, pipeline};
use crate::repo::{Repo, files};
use crate::server::{Reply, Server};
use crate::tools;
use crate::vocabulary::{Folder, Ran};

/// A patient: a folder with a repository in `repo`, and what the environment has besides.
struct Patient {
    repo: Repo,
    place: &'static str,
    variables: Vec<(String, String)>,
}

impl Patient {
    fn of(repo: Repo) -> Self {
        Self { repo, place: "repo", variables: Vec::new() }
    }

    /// In a repository with a commit, with fonts and programs that have everything.
    fn healthy() -> Self {
        let patient = Self::of(Repo::new().commit("root", &[("a", "one\n")]));
        let fonts = with_fonts(&patient.repo.folder, &["bars.ttf", "pictures.ttf"]);
        let programs = patient.repo.folder.home().join("bin");
        let write = "mkdir \"$0\" && cd \"$0\" && umask 022 && \
            printf '#!/bin/sh\\necho git version 2.50.1\\n' >git && \
            printf '#!/bin/sh\\necho ffmpeg version 7.1 Copyright 2025\\n' >ffmpeg && \
            chmod 755 git ffmpeg";
        // Not by this process, in which another thread may start a program while they are open.
        tools::output("sh", &["-c", write, programs.to_str().unwrap()]);
        patient
            .with("FONTCONFIG_FILE", fonts.to_str().unwrap())
            .with("PATH", programs.to_str().unwrap())
    }

    /// In a job of this GitLab.
    fn in_a_job(self, server: &str) -> Self {
        self.with("GITLAB_CI", "true")
            .with("CI_SERVER_URL", server)
            .with("CI_PROJECT_PATH", "group/project")
            .with("CI_COMMIT_REF_NAME", "main")
            .with("CI_PIPELINE_ID", "9")
            .with("CI_JOB_NAME", "badge")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_string(), value.to_string()));
        self
    }

    /// In a folder beside the repository.
    fn at(mut self, place: &'static str) -> Self {
        self.place = place;
        self
    }

    fn command(&self, words: &str) -> Command {
        let mut command = self.repo.folder.command();
        for name in ["TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
            .current_dir(self.repo.folder.path(self.place))
            .arg("doctor")
            .args(words.split_whitespace())
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn ran(&self, words: &str) -> Ran {
        Ran::within(60, words, &mut self.command(words)).succeeds()
    }

    /// The report as text.
    fn text(&self, words: &str) -> String {
        self.ran(words).stdout()
    }

    /// The report as data.
    fn report(&self, words: &str) -> Report {
        serde_json::from_slice(self.ran(&format!("{words} --json")).bytes()).expect("JSON")
    }
}

/// The output of `flaky doctor --json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    section: String,
    name: String,
    value: String,
    problem: bool,
    hint: Option<String>,
}

impl Report {
    #[track_caller]
    fn finding(&self, section: &str, name: &str) -> &Finding {
        let mut found = self.findings.iter();
        found
            .find(|finding| finding.section == section && finding.name == name)
            .unwrap_or_else(|| panic!("no {name} in {section}: {self:?}"))
    }

    /// Asserts that a finding is no problem and says these words.
    #[track_caller]
    fn says(self, section: &str, name: &str, words: &str) -> Self {
        let finding = self.finding(section, name);
        assert!(finding.value.contains(words), "no {words:?} in {finding:?}");
        assert!(!finding.problem && finding.hint.is_none(), "{finding:?}");
        self
    }

    /// Asserts that a finding is a problem with these words and this way out.
    #[track_caller]
    fn marks(self, section: &str, name: &str, words: &str, way_out: &str) -> Self {
        let finding = self.finding(section, name);
        assert!(finding.value.contains(words), "no {words:?} in {finding:?}");
        let hint = finding.hint.as_deref().unwrap_or_default();
        assert!(finding.problem && hint.contains(way_out), "no {way_out:?} in {finding:?}");
        self
    }

    /// The names of the problems.
    fn marked(&self) -> Vec<&str> {
        let marked = self.findings.iter().filter(|finding| finding.problem);
        marked.map(|finding| finding.name.as_str()).collect()
    }

    /// The same report as text.
    fn text(&self) -> String {
        let (mut lines, mut section) = (Vec::new(), "");
        for finding in &self.findings {
            if finding.section != section {
                section = &finding.section;
                lines.extend((!lines.is_empty()).then(String::new));
                lines.push(section.to_string());
            }
            let mark = if finding.problem { '!' } else { ' ' };
            lines.push(format!("{mark} {:<16} {}", finding.name, finding.value));
            if let Some(hint) = &finding.hint {
                lines.push(format!("{:19}hint: {hint}", ""));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// A GitLab whose pipeline 8 has passed while the job's own runs.
fn server() -> Server {
    gitlab(&[pipeline(9, TWO, "running"), pipeline(8, ONE, "success")])
}

/// The address of a port at which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("its address"))
}

#[test]
fn the_report_reads_well() {
    let server = server();
    let patient = Patient::healthy().in_a_job(&server.url("")).with("FLAKY_TOKEN", "secret");
    patient.repo.flaky("history -q -o life.json").succeeds();
    let text = patient.text("");
    // What depends on the machine and on the libraries.
    let fixed = |line: &str| {
        let name = line.get(2..19).unwrap_or_default();
        let varies =
            ["system ", "linking ", "libgit2 ", "SQLite ", "version ", "content ", "trust roots "];
        let varies = varies.iter().any(|varying| name.starts_with(varying));
        if varies { format!("  {name}…\n") } else { format!("{line}\n") }
    };
    let folder = patient.repo.folder.path("");
    let text: String = text.lines().map(fixed).collect();
    let text = text.replace(&server.url(""), "http://127.0.0.1:8080");
    let text = text.replace(folder.parent().unwrap().to_str().unwrap(), "/tmp");
    insta::assert_snapshot!("doctor", text);
    assert!(server.headers("private-token").iter().all(Option::is_some));
}

#[test]
fn data_and_text_have_the_same_findings() {
    let server = server();
    for patient in [
        Patient::healthy().in_a_job(&server.url("")),
        Patient::healthy().in_a_job(&nobody()).at("."),
        Patient::healthy().with("FLAKY_TOKEN", "").with("PATH", "").with("CI", "1"),
    ] {
        assert_eq!(patient.report("").text(), patient.text(""));
    }
}

#[test]
fn a_closing_line_counts_what_is_marked() {
    let patient = Patient::healthy();
    patient.ran("").says("nothing limits flaky here");
    assert_eq!(patient.report("").marked(), [""; 0]);
    let patient = patient.at(".");
    patient.ran("").says("one thing limits flaky here, marked with !");
    assert_eq!(patient.report("").marked(), ["repository"]);
    for words in ["-q", "-q --json"] {
        assert_eq!(patient.ran(words).stderr(), "");
    }
}

#[test]
fn nothing_is_written() {
    let server = server();
    let patient = Patient::healthy().in_a_job(&server.url(""));
    let all = |patient: &Patient| files(patient.repo.folder.path("").parent().unwrap());
    let before = all(&patient);
    patient.report("").says("cache", "content", "none yet").says("cache", "writable", "yes");
    assert_eq!(all(&patient), before);
    assert!(!patient.repo.folder.home().join("cache").exists());
}

#[test]
fn a_terminal_has_columns_and_a_bar() {
    if !tools::present("script", "--version") {
        return;
    }
    let shown = |term: &str| {
        let patient = Patient::healthy();
        let flaky = env!("CARGO_BIN_EXE_flaky");
        let mut command = patient.repo.folder.alone("script");
        let line = format!("stty rows 20 cols 77; {flaky} doctor --offline");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", term);
        Ran::of(&line, &mut command).succeeds().stdout().replace('\r', "")
    };
    let text = shown("xterm");
    for line in [
        "  standard output  a terminal\n",
        "  standard error   a terminal\n",
        "  columns          77\n",
        "  TERM             \"xterm\"\n",
        "  progress bar     shown\n",
    ] {
        assert!(text.contains(line), "no {line:?} in {text}");
    }
    let text = shown("dumb");
    assert!(text.contains("! progress bar     not shown: TERM"), "{text}");
    assert!(text.contains("hint: set TERM"), "{text}");
    Patient::healthy().report("").says("terminal", "progress bar", "standard error is not");
}

#[test]
fn fonts_are_named_or_missed() {
    let healthy = Patient::healthy().report("");
    healthy.says("fonts", "CJK", "Flaky Bars").says("fonts", "emoji", "Flaky Pictures");
    let patient = Patient::of(Repo::new());
    let none = with_fonts(&patient.repo.folder, &[]);
    let report = patient.with("FONTCONFIG_FILE", none.to_str().unwrap()).report("");
    report
        .says("fonts", "of the system", "0 fonts")
        .marks("fonts", "CJK", "no font here has", "--fonts")
        .marks("fonts", "emoji", "'🎉'", "--fonts");
}

#[test]
fn a_repository_that_cannot_be_read_is_marked() {
    let marks = |patient: Patient, name: &str, words: &str, way_out: &str| {
        patient.report("").marks("git", name, words, way_out);
    };
    let small = || Repo::new().commit("root", &[("a", "one\n")]).commit("second", &[("a", "2\n")]);
    marks(Patient::of(small()).at("."), "repository", "not in a git", "flaky history PATH");
    let nowhere = Patient::of(small()).with("GIT_DIR", "nowhere");
    marks(nowhere, "repository", "GIT_DIR is \"nowhere\"", "unset GIT_DIR");
    marks(Patient::of(Repo::new()), "HEAD", "no commits yet", "commit something");
    for (option, words) in
        [("--object-format=sha256", "SHA-256"), ("--ref-format=reftable", "reftable")]
    {
        let Some(repo) = Repo::of(&[option]) else { continue };
        marks(Patient::of(repo), "repository", words, "flaky history --from-log -");
    }
    let damaged = small();
    fs::write(damaged.object(&damaged.sha("HEAD")), "not an object").unwrap();
    marks(Patient::of(damaged), "HEAD", "cannot read HEAD", "git fsck");
    let damaged = small();
    fs::write(damaged.path(".git/config"), "[core\n").unwrap();
    marks(Patient::of(damaged), "repository", "cannot open the repository", "git status");
    let shallow = small();
    shallow.clone_with(&["--depth", "1"]);
    let report = Patient::of(shallow).at("clone").report("--offline");
    report.says("git", "HEAD", "main, ").marks("git", "clone", "shallow", "--unshallow");
    let partial = small();
    partial.git(&["config", "uploadpack.allowFilter", "true"]);
    partial.clone_with(&["--filter=blob:none", "--no-checkout"]);
    marks(Patient::of(partial).at("clone"), "clone", "partial", "--from-log");
}

#[test]
fn what_is_no_branch_or_has_no_files_is_said() {
    let repo = Repo::new().commit("root", &[("a", "one\n")]);
    let id = repo.sha("HEAD");
    repo.git(&["checkout", "-q", "--detach"]);
    repo.clone_with(&["--bare"]);
    let patient = Patient::of(repo);
    patient.report("").says("git", "HEAD", &format!("{}, on no branch", &id[..7]));
    patient.at("clone").report("--offline").says("git", "repository", ", bare");
}

#[test]
fn missing_programs_are_marked() {
    let report = Patient::healthy().with("PATH", "/nowhere").report("");
    report.marks("programs", "git", "not found in PATH", "--from-log").marks(
        "programs",
        "ffmpeg",
        "not found in PATH",
        "MP4 and WebM",
    );
}

#[test]
fn a_cache_in_whose_place_is_a_file_is_marked() {
    let patient = Patient::healthy();
    fs::write(patient.repo.folder.home().join("cache"), "in the way").unwrap();
    let report = patient.report("");
    report.marks("cache", "content", "not a directory", "remove it").marks(
        "cache",
        "writable",
        "no: every run",
        "XDG_CACHE_HOME",
    );
}

#[test]
fn an_unknown_job_and_an_empty_token_are_marked() {
    let report = Patient::healthy().with("CI", "true").with("GITLAB_TOKEN", " \n").report("");
    report
        .says("CI", "variables", "CI")
        .marks("CI", "job", "not supported", "--gitlab group/project")
        .marks("CI", "tokens empty", "GITLAB_TOKEN", "the name of the secret")
        .says("CI", "tokens set", "none");
    let report = Patient::healthy().with("GH_TOKEN", "x").with("CI_JOB_TOKEN", "y").report("");
    report
        .says("CI", "job", "none")
        .says("CI", "tokens set", "GH_TOKEN")
        .says("CI", "tokens not set", "FLAKY_TOKEN, GITLAB_TOKEN")
        .says("CI", "CI_JOB_TOKEN", "set; not used");
}

#[test]
fn a_server_answers_as_it_does_to_status() {
    let server = gitlab(&[pipeline(8, TWO, "success"), pipeline(7, TWO, "failed")]);
    let report = Patient::healthy().in_a_job(&server.url("")).report("");
    report
        .says("network", "CI system", "named by the CI job")
        .says("network", "answer", "flaky 1/1: ")
        .says("network", "token", "none");
    let server = server.replies(&format!("{GITLAB}/pipelines/8/jobs"), [Reply::new(403)]);
    let report = Patient::healthy().in_a_job(&server.url("")).report("");
    report.says("network", "answer", "flaky").marks("network", "evidence", "403", "read_api");
    let private = Server::new();
    let report = Patient::healthy().in_a_job(&private.url("")).report("");
    report.marks("network", "answer", "404 Not Found", "read_api");
}

#[test]
fn offline_nothing_is_queried() {
    let server = server();
    let report = Patient::healthy().in_a_job(&server.url("")).report("--offline");
    report.says("network", "answer", "--offline");
    assert_eq!(server.places(), [""; 0]);
}

#[test]
fn a_server_that_cannot_be_reached_is_marked() {
    let report = Patient::healthy().in_a_job(&nobody()).report("");
    report.marks("network", "answer", "connection refused", "check the URL and the network");
    let server = Server::new().replies(
        &format!("{GITLAB}/pipelines"),
        [Reply::new(200).set_delay(Duration::from_secs(60))],
    );
    let started = Instant::now();
    let report = Patient::healthy().in_a_job(&server.url("")).report("");
    report.marks("network", "answer", "did not respond within 5 s", "--timeout");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn certificates_that_cannot_be_read_are_marked() {
    for file in ["/nowhere.pem", "/dev/null"] {
        let patient =
            Patient::healthy().with("SSL_CERT_FILE", file).with("SSL_CERT_DIR", "/nowhere");
        let report = patient.report("--offline");
        report.marks("network", "trust roots", "SSL_CERT_FILE leads to no", "SSL_CERT_FILE");
    }
}

#[test]
fn a_remote_is_asked_without_a_token() {
    let of = |remote: &str| {
        let patient = Patient::healthy().with("GITLAB_TOKEN", "secret");
        patient.repo.git(&["remote", "add", "origin", remote]);
        patient.report("")
    };
    of("git@gitlab.example.invalid:group/project.git")
        .says("git", "remote origin", "gitlab.example.invalid:group/project")
        .says("network", "CI system", "https://gitlab.example.invalid/api/v4, named by the remote")
        .marks("network", "token", "not sent", "flaky status --gitlab URL")
        .marks("network", "answer", "cannot connect to gitlab.example.invalid", "check the URL");
    of("https://git.example.invalid/a/b").marks(
        "network",
        "CI system",
        "unknown platform: git.example.invalid",
        "--gitlab",
    );
    of("../other").marks("network", "CI system", "not the URL of a server", "--gitlab");
}

#[test]
fn no_part_of_a_secret_is_shown() {
    // Words of the report do not have four of these characters in a row.
    const SECRET: &str = "zQ7xW9kJ2pVb5";
    let url = |host: &str| format!("https://user:{SECRET}@{host}");
    let server = server();
    // The beginning of this password could be a port.
    let begun = |host: &str| format!("https://gitlab:64321/{SECRET}@{host}");
    let keeps = |text: &str| {
        let parts = (0..SECRET.len() - 3).map(|at| &SECRET[at..at + 4]);
        for part in parts.chain(["64321"]) {
            assert!(!text.contains(part), "{part} in {text}");
        }
    };
    for (address, remote) in [
        (server.url(""), url("gitlab.example.invalid/group/project.git")),
        (url("ci.example.invalid"), begun("gitlab.example.invalid/group/project")),
        (url("ci.example.invalid/x?a=b"), format!("gitlab:64321/{SECRET}@host:x")),
        (begun("ci.example.invalid"), format!("ext::{SECRET}@host x")),
    ] {
        let mut patient = Patient::healthy().in_a_job(&address).with("CI_JOB_TOKEN", SECRET);
        patient.repo.git(&["remote", "add", "origin", &remote]);
        let tokens = Provider::ALL.into_iter().flat_map(|provider| provider.info().tokens);
        let own = ["FLAKY_TOKEN", "FLAKY_WEBHOOK_SECRET", "FLAKY_REPORT_TOKEN", "FLAKY_READ_TOKEN"];
        for name in tokens.chain(&own) {
            patient = patient.with(name, SECRET);
        }
        for name in ["HTTPS_PROXY", "http_proxy", "ALL_PROXY", "no_proxy"] {
            patient = patient.with(name, &url("proxy.example.invalid:3128"));
        }
        for words in ["", "--json", "--offline"] {
            let ran = patient.ran(words);
            let all = [ran.stdout(), ran.stderr()].concat();
            assert!(all.contains("JENKINS_TOKEN") && all.contains("proxy.example"), "{all}");
            keeps(&all);
        }
        // Outside of a job, the remote is asked.
        let outside = Patient::of(Repo::new()).with("GITLAB_TOKEN", SECRET);
        outside.repo.git(&["remote", "add", "origin", &remote]);
        keeps(&outside.text(""));
    }
}

#[test]
fn the_home_directory_is_not_named() {
    let patient = Patient::healthy();
    let home = patient.repo.folder.home();
    let clone = home.join("clone");
    patient.repo.git(&["clone", "-q", "--bare", ".", clone.to_str().unwrap()]);
    let patient = patient.with("GIT_DIR", clone.to_str().unwrap());
    let (text, home) = (patient.text(""), home.display().to_string());
    assert!(text.contains("  repository       ~/clone"), "{text}");
    assert!(text.contains("  directory        ~/cache/flaky"), "{text}");
    assert!(!text.contains(&home), "{text}");
}

#[test]
fn no_value_moves_the_cursor() {
    const EVIL: &str = "\u{1b}[31m\n\u{202e}x";
    let mut patient = Patient::healthy().in_a_job(&nobody());
    for name in ["TERM", "NO_COLOR", "CI_COMMIT_REF_NAME", "CI_JOB_NAME", "NO_PROXY", "GIT_DIR"] {
        patient = patient.with(name, EVIL);
    }
    for words in ["--offline", "--offline --json"] {
        let text = patient.text(words);
        assert!(text.contains("[31m") && !text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        assert!(text.lines().all(|line| !line.starts_with('x')), "{text:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let full = Patient::healthy().command("").stdout(full).output();
    let full = full.unwrap();
    let said = String::from_utf8_lossy(&full.stderr).into_owned();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: cannot write standard output: no space left"), "{said}");
    // Nobody reads it: that is no failure.
    let mut child = Patient::healthy().command("").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    let words = format!("{} doctor >&-", env!("CARGO_BIN_EXE_flaky"));
    let closed = Ran::of(&words, Folder::new().alone("sh").args(["-c", &words])).succeeds();
    assert_eq!(closed.stdout(), "");
}
