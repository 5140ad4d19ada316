//! What CI systems say of a project, as a verdict and as a rhythm.
//!
//! ```text
//! Question ─> Provider ─> Run, Run, … ─> flakiness ─> Finding ─> pulse ─> Rhythm
//! (words)     (requests)  (newest first)  (evidence)   (verdict)
//! ```
//!
//! Every platform is a file behind [`Provider`] and a line in [`PROVIDERS`]. A provider turns
//! what its platform says into [`Run`]s and judges nothing; [`judge`] finds the right one and
//! [`flakiness`] weighs all of them. What is sent and received is for [`client`], which alone
//! knows reqwest: redirects, retries and limits are its business.

mod cctray;
pub mod client;
pub mod commits;

mod endpoint;
pub mod flakiness;
mod gitea;
mod github;
mod gitlab;
mod jenkins;
pub mod judge;
mod junit;
pub mod place;
pub mod token;
mod trouble;

mod woodpecker;
mod xml;

use crate::error::Error;
use flaky_core::verdict::{Flakiness, Verdict};

pub use client::Client;
pub use place::Place;
pub use trouble::Trouble;

/// Every platform, in the order in which a job's variables are asked for them. Gitea's runners
/// set GitHub's variables too, so it comes first.
pub static PROVIDERS: &[&dyn Provider] = &[
    &gitlab::GitLab,
    &gitea::Gitea,
    &github::GitHub,
    &woodpecker::Woodpecker,
    &jenkins::Jenkins,
    &cctray::CcTray,
    &endpoint::Endpoint,
    &junit::JUnit,
];

/// What a provider is and can tell.
#[derive(Debug)]
pub struct About {
    /// Its name, which is its option: "gitlab".
    pub name: &'static str,
    /// What the option takes: "PROJECT".
    pub takes: &'static str,
    /// The option's help.
    pub help: &'static str,
    /// Whether the option may be given more than once.
    pub many: bool,
    /// Which of the other words it understands.
    pub words: &'static [Word],
    /// What shows that something was retried; nothing where it cannot tell.
    pub retries: &'static str,
    /// Of which commits it can tell what became of them.
    pub commits: Commits,
    /// The hosts everybody knows, to which the platform's own tokens belong.
    pub home: &'static [&'static str],
    /// What stands in the names of other hosts that run it.
    pub hosts: &'static [&'static str],
    /// The variables it reads in a job.
    pub variables: &'static [&'static str],
    /// The variables that may hold a token, besides `FLAKY_TOKEN`.
    pub tokens: &'static [&'static str],
    /// How a token is sent.
    pub scheme: Scheme,
    /// What to do where access is denied.
    pub denied: &'static str,
}

/// A provider that has a name and knows as little as can be.
const BARE: About = About {
    name: "",
    takes: "URL",
    help: "",
    many: false,
    words: &[],
    retries: "",
    commits: Commits::None,
    home: &[],
    hosts: &[],
    variables: &[],
    tokens: &[],
    scheme: Scheme::Bearer,
    denied: "if it wants a token, put that into FLAKY_TOKEN",
};

/// Of which commits something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commits {
    /// Of none: there is but one state.
    None,
    /// Of those of one branch.
    Branch,
    /// Of all.
    All,
}

/// A word that narrows a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The server's address.
    Server,
    /// A branch or a tag.
    Ref,
    /// What started the pipeline.
    Source,
    /// A workflow's file.
    Workflow,
    /// The name of a project in a list of them.
    Project,
}

impl Word {
    /// The option.
    pub fn option(self) -> &'static str {
        match self {
            Self::Server => "--server",
            Self::Ref => "--ref",
            Self::Source => "--source",
            Self::Workflow => "--workflow",
            Self::Project => "--project",
        }
    }
}

/// How a token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: token …`
    Token,
    /// `Authorization: Basic …`, of `user:token`.
    Basic,
    /// A header of its own.
    Header(&'static str),
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// The project, as it was typed; several for files.
    pub subjects: Vec<String>,
    /// The server's address.
    pub server: Option<String>,
    /// A branch or a tag; the default branch where none is named.
    pub reference: Option<String>,
    /// Whether all branches are meant where none is named.
    pub all_branches: bool,
    /// What started the pipeline.
    pub source: Option<String>,
    /// A workflow's file.
    pub workflow: Option<String>,
    /// The name of a project in a list.
    pub project: Option<String>,
    /// The job that is asking, where it runs in the project it asks about.
    pub own: Option<Own>,
}

impl Question {
    /// A question about one project.
    pub fn about(subject: impl Into<String>) -> Self {
        Self { subjects: vec![subject.into()], ..Self::default() }
    }

    /// The project.
    pub fn subject(&self) -> &str {
        self.subjects.first().map_or("", String::as_str)
    }
}

/// The job that is asking: it and its pipeline are always running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Its pipeline.
    pub pipeline: u64,
    /// Its name.
    pub job: String,
    /// Whether jobs with greater numbers come after it.
    pub staged: bool,
}

/// What something came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Passed, failed, running, stopped or unknown.
    pub verdict: Verdict,
    /// Whether a failure says nothing about the project: a runner broke, or nothing was started.
    pub blameless: bool,
}

impl Outcome {
    /// An outcome that counts.
    pub fn of(verdict: Verdict) -> Self {
        Self { verdict, blameless: false }
    }

    /// Whether it says something about the project.
    pub fn decides(self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::Failed) && !self.blameless
    }
}

/// One execution of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its name; executions of one name are one job, retried.
    pub name: String,
    /// Its number, rising with time.
    pub id: u64,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether it may fail.
    pub optional: bool,
}

/// What starts a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// A push, or somebody who wants it again.
    Person,
    /// A request to merge, which is built as if it were merged.
    Request,
    /// The clock.
    Clock,
}

impl Start {
    /// What stands behind a platform's word for it.
    fn of(word: Option<&str>) -> Self {
        match word.unwrap_or_default() {
            "schedule" | "cron" => Self::Clock,
            word if word.starts_with("pull_request") => Self::Request,
            _ => Self::Person,
        }
    }
}

/// One pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its number.
    pub id: u64,
    /// The commit; empty where that is not known.
    pub sha: String,
    /// The branch or tag it ran for.
    pub reference: String,
    /// The workflow's number, where there are several.
    pub workflow: u64,
    /// What started it: pipelines that were started otherwise may have other jobs.
    pub start: Start,
    /// The server's own word for its state.
    pub word: String,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether it never ran, or waits for somebody: another one is the right one.
    pub idle: bool,
    /// How often it was started.
    pub attempts: u64,
    /// What it came to when it was started before.
    pub earlier: Vec<Outcome>,
    /// Its jobs, those that were retried among them, oldest first; none where they are not known.
    pub jobs: Vec<Job>,
    /// Its tests, where a report says.
    pub tests: Option<Tests>,
}

impl Run {
    /// A run in the server's word.
    pub fn new(id: u64, sha: impl Into<String>, word: impl Into<String>) -> Self {
        let word = word.into();
        Self {
            id,
            sha: sha.into(),
            reference: String::new(),
            workflow: 0,
            start: Start::Person,
            outcome: Outcome::of(Verdict::of(&word).unwrap_or(Verdict::Unknown)),
            idle: matches!(word.as_str(), "skipped" | "manual" | "scheduled"),
            word,
            attempts: 1,
            earlier: Vec::new(),
            jobs: Vec::new(),
            tests: None,
        }
    }

    /// What it can be compared with: others of the same branch, workflow and kind of start.
    pub fn kind(&self) -> (&str, u64, Start) {
        (&self.reference, self.workflow, self.start)
    }

    /// Whether it is over.
    pub fn finished(&self) -> bool {
        self.outcome.verdict != Verdict::Running
    }
}

/// What test reports say.
#[derive(Clone, Debug, PartialEq)]
pub struct Tests {
    /// How flaky they are, of those that ran.
    pub flakiness: Option<Flakiness>,
    /// A line for each that flaked or failed, the flaky first.
    pub evidence: Vec<String>,
    /// The verdict in a clause.
    pub reason: String,
}

/// Which runs are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// The page, from 1.
    pub page: usize,
    /// How many of use a page should have; some runs are of none.
    pub useful: usize,
}

impl Slice {
    /// How many runs to ask for, where a page has so many at the most.
    fn size(self, most: usize) -> usize {
        const LEAST: usize = 20;
        (2 * self.useful).clamp(LEAST.min(most), most)
    }
}

/// Some runs, newest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The runs.
    pub runs: Vec<Run>,
    /// Whether there are older ones.
    pub more: bool,
}

/// A platform.
pub trait Provider: Sync {
    /// What it is and can tell.
    fn about(&self) -> &'static About;

    /// What a job's own variables ask; nothing where this is no job of the platform's.
    fn here(&self) -> Option<Question> {
        None
    }

    /// Where to ask, before anything is sent.
    ///
    /// # Errors
    /// Where the words name no such place.
    fn place(&self, question: &Question) -> Result<Place, Error>;

    /// Looks up what the words leave open, such as the default branch.
    ///
    /// # Errors
    /// Whatever keeps it from being known.
    fn settle(&self, _: &Client, _: &mut Place) -> Result<(), Trouble> {
        Ok(())
    }

    /// A page of runs.
    ///
    /// # Errors
    /// Whatever keeps them from being known.
    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble>;

    /// Adds what is needed to tell whether something flaked: jobs, earlier attempts. What cannot
    /// be learnt stays as it is.
    ///
    /// # Errors
    /// What kept something from being learnt.
    fn details(&self, _: &Client, _: &Place, _: &mut [Run]) -> Result<(), Trouble> {
        Ok(())
    }
}

/// The provider of this name.
pub fn find(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.about().name == name)
}

/// What the variables of the job that this runs in ask; nothing outside of a job.
pub fn here() -> Option<(&'static dyn Provider, Question)> {
    PROVIDERS.iter().find_map(|provider| Some((*provider, provider.here()?)))
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
