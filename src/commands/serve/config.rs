//! The config file of `flaky serve`.
//!
//! It has the names of the options, and two things that options have not: where secrets are, and
//! settings of single projects. It contains no secrets itself.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use crate::cli::serve::{LogFormat, ProjectOn, origin};
use crate::cli::values::{self, Seconds};
use crate::error::{Error, io_message};

/// The maximum size of the file, and of a file with secrets, in bytes.
const MAX_SIZE: u64 = 1 << 20;

/// The content of the file. What it does not say is `None` or empty.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Config {
    pub listen: Option<SocketAddr>,
    pub database: Option<String>,
    #[serde(deserialize_with = "origins")]
    pub allow_origin: Vec<String>,
    pub public: Option<bool>,
    pub project: Option<String>,
    #[serde(deserialize_with = "projects_on")]
    pub reconcile: Vec<ProjectOn>,
    #[serde(deserialize_with = "age")]
    pub reconcile_every: Option<Seconds>,
    #[serde(deserialize_with = "age")]
    pub stale_after: Option<Seconds>,
    #[serde(deserialize_with = "age")]
    pub run_timeout: Option<Seconds>,
    #[serde(deserialize_with = "age")]
    pub keep: Option<Seconds>,
    pub max_streams: Option<usize>,
    pub log_format: Option<LogFormat>,
    pub log: Option<String>,
    pub webhook_secret: Sources,
    pub report_token: Sources,
    pub read_token: Sources,
    pub projects: BTreeMap<String, ProjectConfig>,
}

/// The settings of a project.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ProjectConfig {
    pub webhook_secret: Sources,
    pub report_token: Sources,
    pub branch: Option<String>,
    pub label: Option<String>,
    pub public: bool,
}

/// The places of secrets: one, or several while a secret is replaced.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

/// The place of a secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
}

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected { env = \"NAME\" }, { file = \"PATH\" }, or a list of them"
        )]
        enum OneOrMore {
            One(Source),
            More(Vec<Source>),
        }
        Ok(Self(match OneOrMore::deserialize(from)? {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        }))
    }
}

impl Sources {
    /// The secrets in the environment variable `variable`, if it is set, or else those of the file.
    pub(super) fn secrets(&self, variable: Option<&str>) -> Result<Vec<String>, Error> {
        if let Some(text) = variable.and_then(|name| std::env::var(name).ok()) {
            return Ok(words(&text));
        }
        let mut secrets = Vec::new();
        for source in &self.0 {
            secrets.extend(source.secrets()?);
        }
        Ok(secrets)
    }
}

impl Source {
    /// The secrets at this place, at least one.
    fn secrets(&self) -> Result<Vec<String>, Error> {
        let (text, name) = match self {
            Self::Env(name) => {
                let text = std::env::var(name).map_err(|_| {
                    Error::failed(format!("the environment variable {name:?} is not set"))
                        .hint("the config file names it as the place of a secret")
                })?;
                (text, format!("the environment variable {name:?}"))
            }
            Self::File(path) => (read(path, "the secret in ")?, path.display().to_string()),
        };
        let secrets = words(&text);
        if secrets.is_empty() {
            return Err(Error::failed(format!("{name} contains no secret"))
                .hint("write the secret into it; several are separated by spaces or lines"));
        }
        Ok(secrets)
    }
}

/// Secrets contain no white space.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_string).collect()
}

impl Config {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = read(path, "")?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(String::new(), |span| {
                let before = text.get(..span.start).unwrap_or_default();
                format!(", line {}", before.matches('\n').count() + 1)
            });
            let why = error.message().replace('\n', " ");
            Error::failed(format!("cannot read {}{line}: {why}", path.display()))
                .hint("docs/serve.md has an example of a config file")
        })
    }
}

fn read(path: &Path, what: &str) -> Result<String, Error> {
    let name = path.display();
    let failed = |why: String| {
        Error::failed(format!("cannot read {what}{name}: {why}"))
            .hint("check the path, and that this user may read it")
    };
    let size = fs::metadata(path).map_err(|error| failed(io_message(&error)))?.len();
    if size > MAX_SIZE {
        return Err(failed(format!("it is larger than {} MiB", MAX_SIZE >> 20)));
    }
    fs::read_to_string(path).map_err(|error| failed(io_message(&error)))
}

fn age<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Seconds>, D::Error> {
    let text = String::deserialize(from)?;
    values::age(&text).map(Some).map_err(serde::de::Error::custom)
}

fn origins<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let parsed: Result<_, _> = texts.iter().map(|text| origin(text)).collect();
    parsed.map_err(serde::de::Error::custom)
}

fn projects_on<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ProjectOn>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let parsed: Result<_, _> = texts.iter().map(|text| text.parse()).collect();
    parsed.map_err(serde::de::Error::custom)
}
