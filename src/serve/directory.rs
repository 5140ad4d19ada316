//! The directory: the projects that this process knows, and who waits for news of them.
//!
//! It holds names, numbers and times, but no runs. Who asks for a name that is not in it is told so
//! without a read of the database. Whoever follows a project waits on its [`Topic`]; whoever follows
//! all projects waits on the directory. Both are told only that something changed, and then look at
//! the present state, so nobody has a queue and a slow reader skips states instead of delaying others.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use super::store::Project;

/// The projects.
#[derive(Debug)]
pub(crate) struct Directory {
    topics: RwLock<Topics>,
    /// The newest change.
    latest: watch::Sender<News>,
}

#[derive(Debug, Default)]
struct Topics {
    by_name: BTreeMap<String, Arc<Topic>>,
    /// By the last change of each.
    by_change: BTreeMap<u64, Arc<Topic>>,
}

/// A project, as far as it is known.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: String,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    news: News,
    /// `None` for a project that is named in the settings and has never reported.
    project: Option<Arc<Project>>,
}

/// What is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The number of the last change that this process has seen, from 1. Unlike those of the database,
    /// it also counts what changed with time alone.
    pub(crate) change: u64,
    /// True if the server ends, and streams should.
    pub(crate) is_closing: bool,
}

impl Topic {
    /// The project as it was last stored; `None` if it has never reported.
    pub(crate) fn project(&self) -> Option<Arc<Project>> {
        self.state.borrow().project.clone()
    }

    /// Waits for changes from now on.
    pub(crate) fn follow(&self) -> Follower {
        Follower(Source::One(self.state.subscribe()))
    }
}

/// Waits for changes of a project or of all.
#[derive(Debug)]
pub(crate) struct Follower(Source);

#[derive(Debug)]
enum Source {
    One(watch::Receiver<State>),
    All(watch::Receiver<News>),
}

impl Follower {
    /// Waits until something has changed since the last call, and says what is new.
    pub(crate) async fn next(&mut self) -> News {
        // The senders live as long as the server.
        let closed = News { is_closing: true, ..News::default() };
        match &mut self.0 {
            Source::One(receiver) => match receiver.changed().await {
                Ok(()) => receiver.borrow_and_update().news,
                Err(_) => closed,
            },
            Source::All(receiver) => match receiver.changed().await {
                Ok(()) => *receiver.borrow_and_update(),
                Err(_) => closed,
            },
        }
    }
}

impl Directory {
    /// A directory of projects that have not reported yet, by name.
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut topics = Topics::default();
        for name in names {
            topics.entry(&name);
        }
        Self { topics: RwLock::new(topics), latest: watch::Sender::default() }
    }

    /// Takes note of a project as it was stored at some time. Older news than those that are known
    /// change nothing.
    pub(crate) fn learn(&self, project: Project) {
        let mut topics = self.write();
        let topic = topics.entry(&project.name);
        let known = topic.project();
        let heard = known.as_ref().map_or(project.heard, |known| known.heard.max(project.heard));
        let newest = match known {
            Some(known) if known.seq > project.seq => (*known).clone(),
            _ => project,
        };
        let newest = Arc::new(Project { heard, ..newest });
        let known = topic.project();
        if known.as_ref() == Some(&newest) {
            return;
        }
        let is_change = known.is_none_or(|known| known.seq != newest.seq);
        topic.state.send_if_modified(|state| {
            state.project = Some(newest);
            false
        });
        if is_change {
            self.announce(&mut topics, &topic);
        }
    }

    pub(crate) fn learn_all(&self, projects: Vec<Project>) {
        for project in projects {
            self.learn(project);
        }
    }

    /// Tells those who follow a project that it has changed although nothing was stored.
    pub(crate) fn touch(&self, topic: &Arc<Topic>) {
        self.announce(&mut self.write(), topic);
    }

    fn announce(&self, topics: &mut Topics, topic: &Arc<Topic>) {
        let change = self.latest.borrow().change + 1;
        topics.by_change.remove(&topic.state.borrow().news.change);
        topics.by_change.insert(change, Arc::clone(topic));
        topic.state.send_modify(|state| state.news.change = change);
        self.latest.send_modify(|news| news.change = change);
    }

    /// The project of a name.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Topic>> {
        self.read().by_name.get(name).cloned()
    }

    /// All projects, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Topic>> {
        self.read().by_name.values().cloned().collect()
    }

    /// The first projects by name, at most `most`.
    pub(crate) fn first(&self, most: usize) -> Vec<Arc<Topic>> {
        self.read().by_name.values().take(most).cloned().collect()
    }

    /// The number of projects.
    pub(crate) fn len(&self) -> usize {
        self.read().by_name.len()
    }

    /// The project with the first change after this one, and that change.
    pub(crate) fn after(&self, change: u64) -> Option<(u64, Arc<Topic>)> {
        let topics = self.read();
        let (change, topic) = topics.by_change.range(change + 1..).next()?;
        Some((*change, Arc::clone(topic)))
    }

    /// What is new.
    pub(crate) fn news(&self) -> News {
        *self.latest.borrow()
    }

    /// Waits for changes of all projects from now on.
    pub(crate) fn follow(&self) -> Follower {
        Follower(Source::All(self.latest.subscribe()))
    }

    /// Tells all who wait that the server ends.
    pub(crate) fn close(&self) {
        self.latest.send_modify(|news| news.is_closing = true);
        for topic in self.all() {
            topic.state.send_modify(|state| state.news.is_closing = true);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Topics> {
        self.topics.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Topics> {
        self.topics.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Topics {
    /// The project of a name, which is new if there was none.
    fn entry(&mut self, name: &str) -> Arc<Topic> {
        if let Some(topic) = self.by_name.get(name) {
            return Arc::clone(topic);
        }
        let topic = Arc::new(Topic { name: name.to_string(), state: watch::Sender::default() });
        self.by_name.insert(name.to_string(), Arc::clone(&topic));
        topic
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use jiff::Timestamp;

    use super::{Directory, Follower};
    use crate::serve::store::Project;

    fn project(name: &str, seq: i64, heard_s: i64) -> Project {
        Project {
            id: i64::from(name.as_bytes()[0]),
            name: name.to_string(),
            provider: None,
            default_branch: None,
            heard: Timestamp::from_second(heard_s).unwrap(),
            seq,
        }
    }

    fn is_told(follower: &mut Follower) -> bool {
        follower.next().now_or_never().is_some()
    }

    #[test]
    fn old_news_change_nothing() {
        let directory = Directory::new([]);
        directory.learn(project("a", 5, 100));
        directory.learn(project("a", 3, 90));
        let known = directory.find("a").unwrap().project().unwrap();
        assert_eq!((known.seq, known.heard.as_second()), (5, 100));
        assert_eq!(directory.news().change, 1);
    }

    #[test]
    fn a_project_of_the_settings_is_known_before_it_reports() {
        let directory = Directory::new(["a".to_string()]);
        let topic = directory.find("a").unwrap();
        assert_eq!(topic.project(), None);
        directory.learn(project("a", 1, 0));
        assert_eq!(topic.project().unwrap().seq, 1);
        assert!(directory.find("b").is_none());
    }

    #[test]
    fn followers_are_told_of_changes_and_not_of_mere_signs_of_life() {
        let directory = Directory::new([]);
        directory.learn(project("a", 1, 0));
        directory.learn(project("b", 2, 0));
        let (mut a, mut all) = (directory.find("a").unwrap().follow(), directory.follow());
        assert!(!is_told(&mut a) && !is_told(&mut all));
        directory.learn(project("a", 1, 60));
        assert!(!is_told(&mut a) && !is_told(&mut all));
        assert_eq!(directory.find("a").unwrap().project().unwrap().heard.as_second(), 60);
        directory.learn(project("b", 3, 60));
        assert!(!is_told(&mut a) && is_told(&mut all));
        directory.learn(project("a", 4, 60));
        assert!(is_told(&mut a) && is_told(&mut all));
    }

    #[test]
    fn a_slow_follower_of_all_meets_each_changed_project_once() {
        let directory = Directory::new([]);
        for (seq, name) in (1..).zip(["a", "b", "c", "a", "a", "b"]) {
            directory.learn(project(name, seq, 0));
        }
        let (mut at, mut met) = (0, Vec::new());
        while let Some((change, topic)) = directory.after(at) {
            at = change;
            met.push(topic.name.clone());
        }
        assert_eq!(met, ["c", "a", "b"]);
        directory.touch(&directory.find("c").unwrap());
        assert_eq!(directory.after(at).unwrap().1.name, "c");
    }

    #[test]
    fn the_end_of_the_server_reaches_every_follower() {
        let directory = Directory::new(["a".to_string()]);
        let (mut a, mut all) = (directory.find("a").unwrap().follow(), directory.follow());
        directory.close();
        assert!(a.next().now_or_never().unwrap().is_closing);
        assert!(all.next().now_or_never().unwrap().is_closing);
        assert!(directory.news().is_closing);
    }
}
