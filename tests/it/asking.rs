//! Helpers for `flaky status` and `flaky badge`: a caller with an environment, and the resulting
//! report.

use serde::Deserialize;
use serde_json::Value;

use crate::schemas;
use crate::vocabulary::{Folder, Ran};

/// A caller with a directory and an environment of its own.
pub struct Asker {
    pub folder: Folder,
    variables: Vec<(String, String)>,
}

impl Asker {
    pub fn new() -> Self {
        Self { folder: Folder::new(), variables: Vec::new() }
    }

    /// Sets an environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_string(), value.to_string()));
        self
    }

    /// Sets the environment of the step `badge` of pipeline 9 on this Woodpecker server.
    pub fn on_woodpecker(server: &str) -> Self {
        Self::new()
            .with("CI", "woodpecker")
            .with("CI_SYSTEM_URL", server)
            .with("CI_REPO", "owner/repo")
            .with("CI_COMMIT_BRANCH", "main")
            .with("CI_PIPELINE_NUMBER", "9")
            .with("CI_STEP_NAME", "badge")
    }

    /// Runs `flaky` with these arguments, split at spaces.
    pub fn flaky(&self, words: &str) -> Ran {
        let words: Vec<_> = words.split_whitespace().collect();
        self.says(&words)
    }

    /// Runs `flaky` with these arguments.
    pub fn says(&self, words: &[&str]) -> Ran {
        let mut command = self.folder.command();
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        Ran::of(&words.join(" "), command.args(words).envs(variables))
    }

    /// Runs `flaky status --json`, which must succeed, and returns the report.
    #[track_caller]
    pub fn hears(&self, words: &str) -> Said {
        schemas::report(self.flaky(&format!("status --json {words}")).succeeds().bytes())
    }

    /// Draws `badge.svg`, which must succeed, and returns it.
    #[track_caller]
    pub fn badge(&self, words: &str) -> String {
        self.flaky(&format!("badge -o badge.svg {words}")).succeeds();
        self.folder.text("badge.svg")
    }
}

/// The report outside of any CI job.
#[track_caller]
pub fn hears(words: &str) -> Said {
    Asker::new().hears(words)
}

/// The output of `flaky status --json`.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub verdict: String,
    pub reason: String,
    pub rate: Option<f64>,
    pub flaky: Option<usize>,
    pub n: Option<usize>,
    pub of: Option<String>,
    pub interval: Option<(f64, f64)>,
    pub reruns: Option<Reruns>,
    pub evidence: Vec<String>,
    pub details: Vec<Value>,
    pub notes: Vec<String>,
    pub recent: Vec<Value>,
    pub since: Option<String>,
    pub before: Option<String>,
    pub provider: Option<String>,
    pub subject: Option<String>,
    pub parts: Vec<Said>,
}

/// The commits on which something ran more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Reruns {
    pub disagreed: usize,
    pub of: usize,
}

impl Said {
    /// Asserts the verdict.
    #[track_caller]
    pub fn is(self, verdict: &str) -> Self {
        assert_eq!(self.verdict, verdict, "{self:?}");
        self
    }

    /// Asserts that the reason contains these words.
    #[track_caller]
    pub fn because(self, words: &str) -> Self {
        assert!(self.reason.contains(words), "no {words:?} in: {self:?}");
        self
    }

    /// Asserts the numbers behind the flake rate.
    #[track_caller]
    pub fn counts(self, flaky: usize, n: usize) -> Self {
        assert_eq!((self.flaky, self.n), (Some(flaky), Some(n)), "{self:?}");
        assert_eq!(self.rate, Some(flaky as f64 / n as f64), "{self:?}");
        self
    }

    /// Asserts how many commits with reruns disagreed, of how many.
    #[track_caller]
    pub fn reran(self, disagreed: usize, of: usize) -> Self {
        assert_eq!(self.reruns, Some(Reruns { disagreed, of }), "{self:?}");
        self
    }

    /// Asserts that nothing counts as a rerun.
    #[track_caller]
    pub fn reran_nothing(self) -> Self {
        assert_eq!(self.flaky.unwrap_or_default(), 0, "{self:?}");
        assert_eq!(self.reruns.unwrap_or_default(), Reruns::default(), "{self:?}");
        assert_eq!(self.evidence, [""; 0], "{self:?}");
        self
    }

    /// Asserts the evidence, strongest first.
    #[track_caller]
    pub fn shows(self, evidence: &[&str]) -> Self {
        assert_eq!(self.evidence, evidence, "{self:?}");
        self
    }
}
