//! Answers: the states of projects, judged once per change and drawn once per content.
//!
//! ```text
//! Directory ─> Answer of a project and branch ─> badge
//! who, since   judged from the store once,       drawn once
//! when         kept until it changes             per report and look
//! ```
//!
//! An answer that is kept costs a look into memory. The database is read when a project has changed, when
//! time alone has made an answer untrue (a project went silent, a run does not end), or when an answer
//! was displaced. All that is kept is bounded; readers of the database are too.

mod answer;
mod judging;
mod overview;
mod pictures;
mod status;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::time;

use super::cache::{Cache, Weight};
use super::content::{Content, ContentType};
use super::directory::{Directory, Topic};
use super::metrics::Metrics;
use super::problem::Problem;
use super::settings::Settings;
use super::store::{Project, Store, StoreError};
use overview::Overviews;
use pictures::Pictures;

pub(crate) use answer::Answer;
pub(crate) use overview::{Line, Overview};
pub(crate) use pictures::{Look, Style};
pub(crate) use status::{Status, verdicts};

/// The maximum number of bytes of kept answers, and of kept lists.
const MOST_ANSWERS: usize = 48 << 20;
const MOST_LISTS: usize = 16 << 20;
/// The number of answers that may be read from the database at once.
const READERS: u32 = 16;
/// The state of a project that has never reported, and of a server without projects.
pub(crate) const NEVER: &str = "this project has never reported";
pub(crate) const NO_PROJECT: &str = "no project has reported yet";
/// The state of all listed projects where none is listed.
const NONE_LISTED: &str = "no project is listed";
/// An answer may name an older time of hearing than the last one, by so many seconds.
const HEARD_PRECISION_S: i64 = 30;
/// The least time between two reads of all projects to learn when they were heard of.
const REFRESH: Duration = Duration::from_secs(10);
/// The time between two searches for answers that time has made untrue.
const TICK: Duration = Duration::from_secs(15);
/// The time until another try after the database did not answer.
const RETRY: Duration = Duration::from_secs(1);

/// The answers.
pub(crate) struct Answers {
    settings: Arc<Settings>,
    store: Store,
    directory: Arc<Directory>,
    /// The number of the last change that was read from the database. What this server writes does not
    /// count: another may have written before and is not read yet.
    read: AtomicI64,
    judged: Cache<(i64, Option<String>), Arc<Answer>>,
    lists: Cache<(i64, Option<String>, List), Arc<Listed>>,
    pictures: Pictures,
    overviews: Overviews,
    readers: Semaphore,
    refreshed: Mutex<Instant>,
    /// The answer about a project that is not known.
    nobody: Arc<Answer>,
}

/// A list about a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// So many runs.
    History(usize),
    Tests,
}

impl List {
    /// Its part of [`READERS`]. Results of tests are large, so only two such lists are made at once.
    fn readers(self) -> u32 {
        match self {
            Self::History(_) => 1,
            Self::Tests => READERS / 2,
        }
    }
}

struct Listed {
    seq: i64,
    content: Content,
}

impl Weight for Arc<Listed> {
    fn weight(&self) -> usize {
        size_of::<Listed>() + self.content.bytes().len()
    }
}

impl Answers {
    /// Reads which projects there are, and follows their changes from now on.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(crate) async fn start(
        settings: Arc<Settings>,
        store: Store,
        metrics: &Metrics,
    ) -> Result<Arc<Self>, StoreError> {
        let projects = store.projects().await?;
        let last = projects.iter().map(|project| project.seq).max().unwrap_or_default();
        let named = settings.projects.keys().chain(&settings.default_project).cloned();
        let answers = Arc::new(Self {
            directory: Arc::new(Directory::new(named)),
            read: AtomicI64::new(last),
            judged: Cache::new(MOST_ANSWERS, metrics.cache("answers")),
            lists: Cache::new(MOST_LISTS, metrics.cache("lists")),
            pictures: Pictures::new(metrics.cache("pictures")),
            overviews: Overviews::default(),
            readers: Semaphore::new(READERS as usize),
            refreshed: Mutex::new(Instant::now()),
            nobody: Arc::new(Answer::unknown(None, NEVER)),
            settings,
            store,
        });
        answers.directory.learn_all(projects);
        tokio::spawn(Arc::clone(&answers).watch_the_clock());
        tokio::spawn(Arc::clone(&answers).hear_others());
        Ok(answers)
    }

    /// The projects.
    pub(crate) fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// Ends the streams of events.
    pub(crate) fn close(&self) {
        self.directory.close();
    }

    /// The state of a project's branch: the one that is asked for, or that of the settings, or the default
    /// branch, or else of all branches together.
    pub(crate) async fn of(
        &self,
        topic: &Topic,
        git_ref: Option<&str>,
    ) -> Result<Arc<Answer>, Problem> {
        let Some(mut project) = topic.project() else {
            return Ok(Arc::new(Answer::unknown(Some(&topic.name), NEVER)));
        };
        let now = Timestamp::now();
        if self.goes_stale(&project).is_some_and(|at| at <= now) && Box::pin(self.refresh()).await {
            project = topic.project().unwrap_or(project);
        }
        let settings = self.settings.projects.get(&topic.name);
        let git_ref = git_ref
            .or_else(|| settings?.branch.as_deref())
            .or(project.default_branch.as_deref())
            .map(ToString::to_string);
        let key = (project.id, git_ref);
        let holds = |answer: &Arc<Answer>| {
            let behind_s = answer.heard.map(|heard| project.heard.as_second() - heard.as_second());
            let precision_s = if answer.is_stale { 0 } else { HEARD_PRECISION_S };
            answer.seq == project.seq
                && now < answer.until
                && behind_s.is_some_and(|behind_s| behind_s <= precision_s)
        };
        let make = async || {
            let _reader = self.readers.acquire().await;
            let (git_ref, timeout) = (key.1.as_deref(), self.settings.run_timeout);
            let (report, until) =
                judging::judge(&self.store, &project, git_ref, timeout, now).await?;
            let goes_stale = self.goes_stale(&project);
            Ok(Arc::new(Answer::new(report, &project, git_ref, until, goes_stale, now)))
        };
        self.judged.get(&key, holds, make).await
    }

    /// The answer about a project that is not known. It does not name it, so all share one picture.
    pub(crate) fn of_nobody(&self) -> Arc<Answer> {
        Arc::clone(&self.nobody)
    }

    /// The badge of an answer.
    pub(crate) async fn badge(&self, answer: &Answer, look: Look) -> Result<Arc<Content>, Problem> {
        self.pictures.badge(&answer.report, answer.report_id, look).await
    }

    /// All projects whose names are no secret, and the gravest of their states.
    pub(crate) async fn overview(&self) -> Arc<Overview> {
        self.overviews.get(self).await
    }

    /// The project that is meant where none is named: that of the settings, or the only one, if its name
    /// is no secret.
    pub(crate) fn default_topic(&self) -> Option<Arc<Topic>> {
        if let Some(name) = &self.settings.default_project {
            return self.directory.find(name);
        }
        match self.visible(2).as_slice() {
            [only] => Some(Arc::clone(only)),
            _ => None,
        }
    }

    /// The first projects whose names are no secret, by name, at most `most`.
    pub(crate) fn visible(&self, most: usize) -> Vec<Arc<Topic>> {
        if self.settings.may_list_all() {
            return self.directory.first(most);
        }
        let listed = self.settings.projects.iter().filter(|(_, project)| project.is_public);
        listed.filter_map(|(name, _)| self.directory.find(name)).take(most).collect()
    }

    /// A list about a project as JSON, which `make` reads from the store.
    pub(crate) async fn list(
        &self,
        topic: &Topic,
        git_ref: Option<&str>,
        list: List,
        make: impl AsyncFnOnce() -> Result<Vec<u8>, StoreError>,
    ) -> Result<Content, Problem> {
        let Some(project) = topic.project() else {
            return Ok(Content::new(ContentType::Json, Box::pin(make()).await?));
        };
        let key = (project.id, git_ref.map(ToString::to_string), list);
        let make = async || {
            let _reader = self.readers.acquire_many(list.readers()).await;
            let content = Content::new(ContentType::Json, Bytes::from(make().await?));
            Ok::<_, Problem>(Arc::new(Listed { seq: project.seq, content }))
        };
        let listed = self.lists.get(&key, |listed| listed.seq == project.seq, make).await?;
        Ok(listed.content.clone())
    }

    /// The time from which the last sign of a project is too old.
    fn goes_stale(&self, project: &Project) -> Option<Timestamp> {
        let after = SignedDuration::try_from(self.settings.stale_after?).ok()?;
        project.heard.checked_add(after).ok()
    }

    /// Reads when projects were last heard of: another server may have heard of them, which is no change.
    /// Returns false if that was done a moment ago, or failed.
    async fn refresh(&self) -> bool {
        {
            let mut refreshed = self.refreshed.lock().unwrap_or_else(PoisonError::into_inner);
            if refreshed.elapsed() < REFRESH {
                return false;
            }
            *refreshed = Instant::now();
        }
        let Ok(projects) = self.store.projects().await else { return false };
        self.directory.learn_all(projects);
        true
    }

    /// Takes note of what other servers have stored in the same database.
    async fn hear_others(self: Arc<Self>) {
        while !self.directory.news().is_closing {
            self.store.wait_for_others().await;
            self.catch_up().await;
        }
    }

    /// Looks for answers that time has made untrue, again and again.
    async fn watch_the_clock(self: Arc<Self>) {
        while !self.directory.news().is_closing {
            time::sleep(TICK).await;
            self.wake_late();
        }
    }

    /// Reads what has changed since the last change that was read.
    pub(crate) async fn catch_up(&self) {
        loop {
            match self.store.changed_since(self.read.load(Ordering::Relaxed)).await {
                Ok(projects) => {
                    if let Some(newest) = projects.last() {
                        self.read.store(newest.seq, Ordering::Relaxed);
                    }
                    self.directory.learn_all(projects);
                    return;
                }
                Err(_) if self.directory.news().is_closing => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot read what has changed");
                    time::sleep(RETRY).await;
                }
            }
        }
    }

    /// Wakes those who follow a project whose answer time has made untrue.
    pub(super) fn wake_late(&self) {
        let now = Timestamp::now();
        let late = self.judged.remove_where(|answer| answer.until <= now);
        let late: BTreeSet<i64> = late.into_iter().map(|(id, _)| id).collect();
        if late.is_empty() {
            return;
        }
        for topic in self.directory.all() {
            if topic.project().is_some_and(|project| late.contains(&project.id)) {
                self.directory.touch(&topic);
            }
        }
    }
}
