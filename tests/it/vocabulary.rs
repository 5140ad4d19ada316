//! Test helpers: run the program in a directory of its own and assert on the result.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A temporary directory for a test, with a separate home directory beside it.
pub struct Folder {
    all: TempDir,
    here: PathBuf,
}

impl Folder {
    pub fn new() -> Self {
        let all = tempfile::tempdir().expect("a temporary folder");
        let here = all.path().join("here");
        fs::create_dir(&here).expect("a folder in it");
        Self { all, here }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.here.join(name)
    }

    /// Where the user's own files would be.
    pub fn home(&self) -> PathBuf {
        self.all.path().join("home")
    }

    /// A file with this content.
    pub fn with(self, name: &str, content: &str) -> Self {
        fs::write(self.path(name), content).expect("a file in it");
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("text")
    }

    /// The names in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.here).expect("the folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The program, to be run here.
    pub fn command(&self) -> Command {
        self.alone(env!("CARGO_BIN_EXE_flaky"))
    }

    /// A program to be run here, which meets no file, setting or repository of the user's and no
    /// variable of the CI job that the tests may run in.
    pub fn alone(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_of_a_job) {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.here)
            .stdin(Stdio::null())
            .env("HOME", self.home())
            .env("XDG_CACHE_HOME", self.home().join("cache"))
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("GIT_CEILING_DIRECTORIES", self.all.path());
        command
    }

    /// Runs `flaky` with these words, split at spaces.
    pub fn flaky(&self, words: &str) -> Ran {
        self.flaky_in(".", words)
    }

    /// Runs `flaky` with these words in a folder that lies here.
    pub fn flaky_in(&self, place: &str, words: &str) -> Ran {
        let mut command = self.command();
        command.current_dir(self.path(place)).args(words.split_whitespace());
        Ran::of(words, &mut command)
    }

    /// Runs `flaky` in a folder that lies here, with 20 seconds and 1.5 GB of addresses at most.
    #[track_caller]
    pub fn bounded_in(&self, place: &str, words: &str) -> Ran {
        let flaky = env!("CARGO_BIN_EXE_flaky");
        let mut command = self.alone(if cfg!(unix) { "sh" } else { flaky });
        if cfg!(unix) {
            let script = "ulimit -v 1500000 2>/dev/null; exec \"$0\" \"$@\"";
            command.args(["-c", script, flaky]);
        }
        command.current_dir(self.path(place)).args(words.split_whitespace());
        Ran::within(20, words, &mut command)
    }

    /// Runs `flaky render … -o name` and returns the file.
    pub fn render(&self, words: &str, name: &str) -> Vec<u8> {
        self.flaky(&format!("render -q {words} -o {name}")).succeeds();
        self.read(name)
    }
}

/// Returns true for variables that may describe a CI job, a token or a proxy.
fn is_of_a_job(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let families = ["CI_", "GITLAB_", "GITHUB_", "GITEA_", "FORGEJO_", "WOODPECKER_", "JENKINS_"];
    families.iter().any(|family| name.starts_with(family))
        || name.ends_with("_TOKEN")
        || name.ends_with("_PROXY")
        || matches!(name.as_str(), "CI" | "JOB_URL" | "BUILD_NUMBER")
}

/// The result of a run.
pub struct Ran {
    words: String,
    output: Output,
}

impl Ran {
    /// What comes of this command, which goes by these words.
    pub fn of(words: &str, command: &mut Command) -> Self {
        Self { words: words.to_string(), output: command.output().expect("it starts") }
    }

    /// What comes of this command, which must end within so many seconds.
    #[track_caller]
    pub fn within(seconds: u64, words: &str, command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let stdout = all(child.stdout.take().expect("its output"));
        let stderr = all(child.stderr.take().expect("its errors"));
        let end = Instant::now() + Duration::from_secs(seconds);
        let status = loop {
            if let Some(status) = child.try_wait().expect("it runs") {
                break status;
            }
            if Instant::now() > end {
                child.kill().expect("it is stopped");
                panic!("flaky {words} takes longer than {seconds} s");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let [stdout, stderr] = [stdout, stderr].map(|bytes| bytes.join().expect("its output"));
        Self { words: words.to_string(), output: Output { status, stdout, stderr } }
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.output.stdout
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert!(self.output.status.success(), "flaky {}\n{}", self.words, self.stderr());
        self
    }

    /// Asserts the exit code, that the error contains these words, and that there was no panic.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> Self {
        let said = self.stderr();
        assert_eq!(self.output.status.code(), Some(code), "flaky {}\n{said}", self.words);
        for word in words {
            assert!(said.contains(word), "flaky {}\nno {word:?} in: {said}", self.words);
        }
        assert!(!said.contains("panicked"), "{said}");
        assert!(said.starts_with("error: "), "{said}");
        self
    }

    /// The exit code.
    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// Says this to the person.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        let said = self.stderr();
        assert!(said.contains(words), "flaky {}\nno {words:?} in: {said}", self.words);
        self
    }
}

/// All that a thread of its own reads.
fn all(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("its output");
        bytes
    })
}

/// The folder of fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
