//! Test repositories, made with git itself, and the output of `flaky history` for them.
//!
//! Commits are written by `git fast-import`: the working tree is empty, and the test sets all dates
//! and names.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::Zoned;
use serde::Deserialize;

use crate::schemas;
use crate::vocabulary::{Folder, Ran};

/// 1 May 2024 at noon; where every repository begins.
const NOON_S: i64 = 1_714_564_800;
/// From one commit to the next, if not told otherwise.
const STEP_S: i64 = 600;

/// A change of one file.
pub struct Change {
    path: String,
    mode: &'static str,
    content: Vec<u8>,
}

/// A file with this content.
pub fn file(path: &str, content: impl AsRef<[u8]>) -> Change {
    Change { path: path.to_string(), mode: "100644", content: content.as_ref().to_vec() }
}

/// An executable file.
pub fn program(path: &str, content: &str) -> Change {
    Change { mode: "100755", ..file(path, content) }
}

/// A symbolic link.
pub fn link(path: &str, target: &str) -> Change {
    Change { mode: "120000", ..file(path, target) }
}

/// Another repository's commit.
pub fn submodule(path: &str, digit: char) -> Change {
    Change { mode: "160000", ..file(path, digit.to_string().repeat(40)) }
}

/// No file any more.
pub fn gone(path: &str) -> Change {
    Change { mode: "", ..file(path, "") }
}

impl Change {
    fn write(&self, stream: &mut Vec<u8>) {
        let Self { path, mode, content } = self;
        match *mode {
            "" => stream.extend(format!("D {path}\n").bytes()),
            "160000" => {
                stream.extend(format!("M 160000 {} {path}\n", content.escape_ascii()).bytes());
            }
            mode => {
                stream.extend(format!("M {mode} inline {path}\n").bytes());
                data(stream, content);
            }
        }
    }
}

/// Bytes in a stream for `git fast-import`.
pub fn data(stream: &mut Vec<u8>, bytes: &[u8]) {
    stream.extend(format!("data {}\n", bytes.len()).bytes());
    stream.extend(bytes);
    stream.push(b'\n');
}

/// A repository of the test's own, in the folder `repo`.
pub struct Repo {
    pub folder: Folder,
    clock_s: i64,
    zone: String,
    person: String,
    branch: String,
}

impl Repo {
    pub fn new() -> Self {
        Self::of(&[]).expect("git makes a repository")
    }

    /// A repository that `git init` makes with these options, if it knows them.
    pub fn of(options: &[&str]) -> Option<Self> {
        let repo = Self {
            folder: Folder::new(),
            clock_s: NOON_S,
            zone: "+0000".to_string(),
            person: "Ann <ann@example.org>".to_string(),
            branch: "main".to_string(),
        };
        fs::create_dir(repo.folder.path("repo")).expect("a folder");
        fs::create_dir(repo.folder.home()).expect("a home");
        let made = repo.git_command("repo", &["init", "-q"]).args(options).output();
        made.expect("git starts").status.success().then_some(repo)
    }

    /// A path in the repository's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path("repo").join(name)
    }

    /// A program that meets no settings but the test's, in one of the test's folders.
    pub fn alone(&self, place: &str, program: &str) -> Command {
        let mut command = self.folder.alone(program);
        let date = format!("@{} {}", self.clock_s, self.zone);
        command
            .current_dir(self.folder.path(place))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ann")
            .env("GIT_AUTHOR_EMAIL", "ann@example.org")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Ann")
            .env("GIT_COMMITTER_EMAIL", "ann@example.org")
            .env("GIT_COMMITTER_DATE", &date);
        command
    }

    fn git_command(&self, place: &str, words: &[&str]) -> Command {
        let mut command = self.alone(place, "git");
        for setting in [
            "init.defaultBranch=main",
            "core.fsync=none",
            "gc.auto=0",
            "advice.detachedHead=false",
            "protocol.file.allow=always",
        ] {
            command.args(["-c", setting]);
        }
        command.args(words);
        command
    }

    /// Runs git in the repository and returns what it writes.
    #[track_caller]
    pub fn git(&self, words: &[&str]) -> String {
        self.git_in("repo", words)
    }

    /// Runs git in one of the test's folders.
    #[track_caller]
    pub fn git_in(&self, place: &str, words: &[&str]) -> String {
        let output = self.git_command(place, words).output().expect("git starts");
        text(words, &output)
    }

    /// Runs git with these bytes as its input.
    #[track_caller]
    pub fn feed(&self, words: &[&str], input: &[u8]) -> String {
        let mut command = self.git_command("repo", words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("git starts");
        child.stdin.take().expect("its input").write_all(input).expect("it reads");
        text(words, &child.wait_with_output().expect("it ends"))
    }

    /// The id that a name stands for.
    #[track_caller]
    pub fn sha(&self, name: &str) -> String {
        self.git(&["rev-parse", name]).trim().to_string()
    }

    /// From here on at this time, such as `2024-05-01T23:30:00+02:00[+02:00]`.
    pub fn at(mut self, time: &str) -> Self {
        let time: Zoned = time.parse().expect("a time");
        self.clock_s = time.timestamp().as_second();
        self.zone = time.strftime("%z").to_string();
        self
    }

    /// So many seconds later, or earlier.
    pub fn later(mut self, seconds: i64) -> Self {
        self.clock_s += seconds;
        self
    }

    /// From here on by this person.
    pub fn by(mut self, person: &str) -> Self {
        self.person = person.to_string();
        self
    }

    /// From here on on this branch, which begins here if it is new.
    pub fn branch(self, name: &str) -> Self {
        if self.tip(name).is_none() && self.tip(&self.branch).is_some() {
            self.git(&["branch", name]);
        }
        self.orphan(name)
    }

    /// From here on on this branch, which has no beginning if it is new.
    pub fn orphan(mut self, name: &str) -> Self {
        self.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{name}")]);
        self.branch = name.to_string();
        self
    }

    fn tip(&self, branch: &str) -> Option<String> {
        let name = format!("refs/heads/{branch}");
        let mut command = self.git_command("repo", &["rev-parse", "-q", "--verify", &name]);
        let output = command.output().expect("git starts");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    }

    pub fn commit(self, message: &str, files: &[(&str, &str)]) -> Self {
        let changes: Vec<_> = files.iter().map(|(path, content)| file(path, content)).collect();
        self.change(message, &changes)
    }

    pub fn change(self, message: &str, changes: &[Change]) -> Self {
        self.merge(message, &[], changes)
    }

    /// A commit with these branches as its further parents.
    pub fn merge(mut self, message: &str, others: &[&str], changes: &[Change]) -> Self {
        let Self { clock_s, zone, person, branch, .. } = &self;
        let mut stream = Vec::new();
        stream.extend(format!("commit refs/heads/{branch}\n").bytes());
        for role in ["author", "committer"] {
            stream.extend(format!("{role} {person} {clock_s} {zone}\n").bytes());
        }
        data(&mut stream, message.as_bytes());
        if let Some(tip) = self.tip(branch) {
            stream.extend(format!("from {tip}\n").bytes());
        }
        for other in others {
            stream.extend(format!("merge {other}\n").bytes());
        }
        for change in changes {
            change.write(&mut stream);
        }
        self.fast_import(&stream);
        self.clock_s += STEP_S;
        self
    }

    #[track_caller]
    pub fn fast_import(&self, stream: &[u8]) {
        self.feed(&["fast-import", "--quiet", "--force", "--date-format=raw-permissive"], stream);
    }

    pub fn tag(self, name: &str) -> Self {
        self.git(&["tag", name]);
        self
    }

    /// Writes an object that git itself would refuse to make.
    #[track_caller]
    pub fn hash_object(&self, kind: &str, content: &[u8]) -> String {
        let words = ["hash-object", "-t", kind, "-w", "--stdin", "--literally"];
        self.feed(&words, content).trim().to_string()
    }

    /// Makes a commit object of these bytes after its tree, and the branch's tip of it.
    pub fn forge(self, rest: &[u8]) -> Self {
        let mut object = format!("tree {}\n", self.sha("HEAD^{tree}")).into_bytes();
        object.extend(format!("parent {}\n", self.sha("HEAD")).bytes());
        object.extend(rest);
        let id = self.hash_object("commit", &object);
        self.git(&["update-ref", "HEAD", &id]);
        self
    }

    /// Makes a commit of a tree that is there already.
    pub fn commit_tree(self, message: &str, tree: &str) -> Self {
        let parent = self.sha("HEAD");
        let id = self.git(&["commit-tree", tree, "-p", &parent, "-m", message]);
        self.git(&["update-ref", "HEAD", id.trim()]);
        self.later(STEP_S)
    }

    /// The file of a loose object.
    pub fn object(&self, id: &str) -> PathBuf {
        self.path(".git/objects").join(&id[..2]).join(&id[2..])
    }

    /// Runs `flaky` in the repository.
    pub fn flaky(&self, words: &str) -> Ran {
        self.folder.flaky_in("repo", words)
    }

    /// Runs `flaky` in the repository, with 20 seconds and 1.5 GB of addresses at most.
    #[track_caller]
    pub fn bounded(&self, words: &str) -> Ran {
        self.folder.bounded_in("repo", words)
    }

    /// The life that `flaky history --json` tells within these bounds, without its cache.
    #[track_caller]
    pub fn bounded_life(&self, words: &str) -> Life {
        Life::of(&self.bounded(&format!("history --json --no-cache {words}")).succeeds())
    }

    /// The life that `flaky history --json` tells.
    #[track_caller]
    pub fn life(&self, words: &str) -> Life {
        Life::of(&self.flaky(&format!("history --json {words}")).succeeds())
    }

    /// A clone in the folder `clone`.
    pub fn clone_with(&self, options: &[&str]) {
        let url = format!("file://{}", self.path("").display());
        let words = [&["clone", "-q"], options, &[url.as_str(), "clone"]].concat();
        self.git_in(".", &words);
    }
}

#[track_caller]
fn text(words: &[&str], output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What `flaky history --json` writes.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Life {
    pub duration_s: f64,
    pub beats: Vec<Beat>,
    pub episodes: Vec<Episode>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Beat {
    pub sha: String,
    pub parents: Vec<String>,
    pub t_s: f64,
    pub kind: String,
    pub code: String,
    #[serde(default)]
    pub paced: bool,
    pub files: u32,
    pub added: u32,
    pub removed: u32,
    #[serde(default)]
    pub places: Vec<Place>,
    #[serde(default)]
    pub estimated: bool,
    pub height: f64,
    pub author: String,
    pub email: String,
    pub authored: String,
    pub committed: String,
    pub subject: String,
    pub tags: Vec<String>,
    #[serde(default)]
    pub moved_tags: Vec<String>,
    pub meaning: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Place {
    pub name: String,
    pub lines: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Episode {
    pub kind: String,
    pub start_s: f64,
    pub end_s: f64,
}

impl Life {
    #[track_caller]
    pub fn of(ran: &Ran) -> Self {
        schemas::history(ran.bytes())
    }

    /// The beat of the commit with this subject.
    #[track_caller]
    pub fn beat(&self, subject: &str) -> &Beat {
        let beat = self.beats.iter().find(|beat| beat.subject == subject);
        beat.unwrap_or_else(|| panic!("no {subject:?} among {:?}", self.subjects()))
    }

    pub fn subjects(&self) -> Vec<&str> {
        self.beats.iter().map(|beat| beat.subject.as_str()).collect()
    }

    pub fn kinds(&self) -> Vec<&str> {
        self.beats.iter().map(|beat| beat.kind.as_str()).collect()
    }

    pub fn episodes(&self) -> Vec<&str> {
        self.episodes.iter().map(|episode| episode.kind.as_str()).collect()
    }
}

impl Beat {
    /// Files, lines added and lines removed.
    pub fn churn(&self) -> (u32, u32, u32) {
        (self.files, self.added, self.removed)
    }
}
