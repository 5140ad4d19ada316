//! What a request says once it is understood, and why it is not.
//!
//! Texts are cut here, because what a message says is stored; they are made safe to show where they
//! are shown, like those of the polling clients.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::run::{Job, Run, RunId, RunKey, State};
use crate::target::split_project;
use crate::{Provider, run};
use flaky_core::json_error;
use flaky_core::sanitize::sanitize;

/// The maximum length of a name or a word, in characters. Platforms allow 255.
const LONGEST_TEXT: usize = 255;
/// The maximum length of a quotation in an error, in characters.
const LONGEST_QUOTE: usize = 60;
/// The greatest number of a run or attempt. Databases have no greater ones.
const MAX_NUMBER: u64 = i64::MAX as u64;
/// The lengths of the full id of a commit: SHA-1 and SHA-256.
const COMMIT_ID: [usize; 2] = [40, 64];

/// What a request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The platform.
    pub provider: Provider,
    /// The path of the project on its platform.
    pub project: String,
    /// The project's default branch, if the platform says it.
    pub default_branch: Option<String>,
    /// The runs, each as far as it is known; none after a ping.
    pub runs: Vec<Run>,
    /// The platform's name of the event, for logs.
    pub event: String,
    /// The platform's identity of the delivery, for logs.
    pub delivery: Option<String>,
}

/// Why a request is not read as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is not about a run of its own. That is no error, and must not be answered with one:
    /// platforms disable webhooks that fail.
    Ignored {
        /// The platform's name of the event.
        event: String,
        /// The reason.
        why: &'static str,
    },
    /// The body is neither JSON nor a form. Contains the media type.
    MediaType(String),
    /// The body is not what the platform documents. Contains the error.
    Malformed(String),
}

impl Unread {
    pub(crate) fn ignored(event: &str, why: &'static str) -> Self {
        Self::Ignored { event: sanitize(event, LONGEST_QUOTE), why }
    }

    /// An event that is not about runs.
    pub(crate) fn other(event: &str) -> Self {
        Self::ignored(event, "it is not about runs")
    }

    pub(super) fn media_type(found: &str) -> Self {
        Self::MediaType(sanitize(found, LONGEST_QUOTE))
    }

    pub(crate) fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed(why.into())
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored { event, why } => write!(f, "the event `{event}` is ignored: {why}"),
            Self::MediaType(found) => {
                write!(f, "expected the content type application/json, found `{found}`")
            }
            Self::Malformed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Unread {}

/// The content of a body.
pub(crate) struct Told {
    pub(crate) project: String,
    pub(crate) default_branch: Option<String>,
    pub(crate) runs: Vec<Run>,
}

impl Told {
    /// Checks the numbers and cuts the texts.
    pub(super) fn into_message(
        self,
        provider: Provider,
        event: &str,
        delivery: Option<&str>,
    ) -> Result<Message, Unread> {
        let Self { project, mut default_branch, mut runs } = self;
        for run in &mut runs {
            let number = run.key.id.number().unwrap_or_default();
            if number.max(run.key.attempt) > MAX_NUMBER {
                return Err(Unread::malformed("expected the number of a run below 2^63"));
            }
            cut_texts(run);
        }
        default_branch.iter_mut().for_each(cut);
        Ok(Message {
            provider,
            project,
            default_branch,
            runs,
            event: sanitize(event, LONGEST_QUOTE),
            delivery: delivery.map(|id| sanitize(id, LONGEST_QUOTE)),
        })
    }
}

fn cut_texts(run: &mut Run) {
    let run::RunKind { git_ref, .. } = &mut run.kind;
    [&mut run.sha, git_ref, &mut run.workflow_name].into_iter().flatten().for_each(cut);
    cut(&mut run.state.word);
    for job in &mut run.jobs {
        cut(&mut job.name);
        cut(&mut job.state.word);
    }
}

/// Cuts a text, and takes control characters away, which no name has and not every database stores.
fn cut(text: &mut String) {
    text.retain(|c| !c.is_control());
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(end);
    }
}

/// Parses a body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unread> {
    serde_json::from_slice(body).map_err(|error| Unread::Malformed(json_error::describe(&error)))
}

/// Checks the path of a project of at most `most` segments.
pub(crate) fn project(path: &str, most: usize, example: &'static str) -> Result<String, Unread> {
    let is_plain = sanitize(path, LONGEST_TEXT) == path && !path.contains(char::is_whitespace);
    match split_project(path, None, most, example) {
        Ok((None, project)) if is_plain && project == path => Ok(project),
        _ => {
            let found = sanitize(path, LONGEST_QUOTE);
            Err(Unread::Malformed(format!("expected a project like {example}, found `{found}`")))
        }
    }
}

/// A repository of GitHub, Gitea or Forgejo.
#[derive(Debug, Deserialize)]
pub(crate) struct Repository {
    /// The path, `owner/repo`.
    full_name: String,
    default_branch: Option<String>,
}

impl Repository {
    /// The checked path.
    pub(crate) fn project(&self) -> Result<String, Unread> {
        project(&self.full_name, 2, "owner/repo")
    }

    pub(crate) fn is_default(&self, branch: &str) -> bool {
        self.default_branch.as_deref() == Some(branch)
    }

    /// A message about a run of this repository.
    pub(crate) fn told(self, run: Run) -> Told {
        let project = run.key.project.clone();
        Told { project, default_branch: self.default_branch, runs: vec![run] }
    }

    /// A message without a run.
    pub(crate) fn told_nothing(self) -> Result<Told, Unread> {
        let project = self.project()?;
        Ok(Told { project, default_branch: self.default_branch, runs: Vec::new() })
    }
}

/// A run of which only a job is known. Its state is the weakest one, and its branch is left open: the
/// report about the run decides both.
pub(crate) fn run_of_job(key: RunKey, running: (&str, run::Outcome), job: Job) -> Run {
    let (word, outcome) = running;
    let mut run = Run::new(key, State { word: word.to_string(), outcome, as_of: None });
    run.add_jobs([job]);
    run
}

/// The run of a commit of which one status is known, as a job. The state is that of the job; with more
/// statuses, it follows from all of them.
pub(crate) fn run_of_status(
    provider: Provider,
    project: String,
    sha: String,
    status: Job,
) -> Result<Run, Unread> {
    if !COMMIT_ID.contains(&sha.len()) || !sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let found = sanitize(&sha, LONGEST_QUOTE);
        return Err(Unread::Malformed(format!(
            "expected the full id of a commit, found `{found}`"
        )));
    }
    let key = RunKey { provider, project, id: RunId::Commit(sha.clone()), attempt: 1 };
    let mut run = Run::new(key, status.state.clone());
    run.sha = Some(sha);
    run.times.created = status.times.created;
    run.add_jobs([status]);
    Ok(run)
}
