//! The words in which the tests are written: run the program in a folder of its own, and say
//! what is expected of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder of the test's own, gone with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
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
        let entries = fs::read_dir(self.0.path()).expect("the folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The program, to be run here.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flaky"));
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs `flaky` with these words, split at spaces.
    pub fn flaky(&self, words: &str) -> Ran {
        let output = self.command().args(words.split_whitespace()).output().expect("it starts");
        Ran { words: words.to_string(), output }
    }

    /// Runs `flaky render … -o name` and returns the file.
    pub fn render(&self, words: &str, name: &str) -> Vec<u8> {
        self.flaky(&format!("render -q {words} -o {name}")).succeeds();
        self.read(name)
    }
}

/// What came of a run.
pub struct Ran {
    words: String,
    output: Output,
}

impl Ran {
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

    /// Ends with this code, saying all of these words and nothing of a panic.
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

    /// Says this to the person.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        let said = self.stderr();
        assert!(said.contains(words), "flaky {}\nno {words:?} in: {said}", self.words);
        self
    }
}

/// The folder of fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
