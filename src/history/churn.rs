//! How many files and lines every commit changed.
//!
//! Two passes, each on many threads. The first compares trees and finds the pairs of blobs that
//! differ; it follows lines of history, so that the tree it has just read is the next it needs.
//! The second compares the blobs, in the order of their paths and not of their commits: the
//! versions of one file lie in one delta chain of the pack, and read one after the other they
//! are unpacked once instead of over and over.
//!
//! Counts are those of `git log --numstat --no-renames`: files exactly, added less removed
//! exactly; of two ways to see a change the heuristics may choose another. Attributes are not
//! asked.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use git2::{ObjectType, Odb, OdbObject, Oid, Repository};

use super::lines::{self, Lines};
use super::repo::plain;
use super::tree::{self, Entry, Visitor};
use super::weight::Weight;
use super::{Churn, Commit};
use crate::error::{Error, io_message};
use crate::progress::Progress;

/// How many pieces of work a thread takes at once.
const PORTION: usize = 128;
/// Fewer pieces of work than this are not worth a second thread.
const WORTH_A_THREAD: usize = 256;
/// How many trees a thread remembers.
const TREES: usize = 64;
/// How many blobs a thread remembers.
const BLOBS: usize = 4;
/// The longest path that is followed, in bytes; forged trees can be deeper than any stack.
const LONGEST_PATH: usize = 4096;
/// Room for that many folders, in bytes.
const STACK: usize = 16 << 20;

/// A commit to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its place among the commits.
    pub commit: u32,
    /// Its tree.
    pub new: Oid,
    /// The tree it is compared with; none for a beginning.
    pub old: Option<Oid>,
}

/// What is counted, and how.
pub struct Counting<'a> {
    /// The repository, which every thread opens for itself.
    pub repository: &'a Repository,
    /// Only what lies under these paths.
    pub paths: &'a [String],
    /// Which files count for the height.
    pub weight: &'a Weight,
    /// Threads.
    pub threads: usize,
    /// Makes what is told of progress: of what, and how many of it.
    pub progress: &'a dyn Fn(&'static str, u64) -> Box<dyn Progress>,
}

/// A file that differs between two trees.
#[derive(Clone, Copy)]
struct Pair {
    /// What its path hashes to.
    path: u64,
    commit: u32,
    old: Side,
    new: Side,
    weighs: bool,
}

/// One side of a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Nothing,
    Blob(Oid),
    /// Another repository's commit, which git shows as a line of text.
    Submodule(Oid),
}

impl Side {
    fn of(entry: Option<Entry<'_>>) -> Self {
        match entry.and_then(|entry| Some((entry.is_submodule(), Oid::from_bytes(entry.id).ok()?)))
        {
            None => Self::Nothing,
            Some((false, id)) => Self::Blob(id),
            Some((true, id)) => Self::Submodule(id),
        }
    }
}

/// What one piece of work found of a commit.
#[derive(Default)]
struct Found {
    commit: u32,
    churn: Churn,
    damaged: bool,
}

/// Counts the commits that `jobs` names, in the order in which history runs.
///
/// # Errors
/// Where the repository cannot be opened again.
pub fn count(counting: &Counting<'_>, jobs: &[Job], commits: &mut [Commit]) -> Result<(), Error> {
    let (found, mut pairs) = compare_trees(counting, jobs)?;
    for found in found {
        add(commits, &found);
    }
    // Newest first: older versions are deltas of newer ones.
    pairs.sort_unstable_by_key(|pair| (pair.path, Reverse(pair.commit)));
    for found in compare_blobs(counting, &pairs)? {
        add(commits, &found);
    }
    for job in jobs {
        commits[job.commit as usize].traits.counted = true;
    }
    Ok(())
}

fn add(commits: &mut [Commit], found: &Found) {
    let commit = &mut commits[found.commit as usize];
    let (sum, more) = (&mut commit.churn, &found.churn);
    sum.files = sum.files.saturating_add(more.files);
    sum.added = sum.added.saturating_add(more.added);
    sum.removed = sum.removed.saturating_add(more.removed);
    sum.weight = sum.weight.saturating_add(more.weight);
    commit.traits.damaged |= found.damaged;
}

fn compare_trees(counting: &Counting<'_>, jobs: &[Job]) -> Result<(Vec<Found>, Vec<Pair>), Error> {
    let parts = spread(counting, "comparing commits", jobs, |odb, portions| {
        let mut comparer = Comparer {
            objects: Objects::new(odb, TREES),
            counting: (counting.paths, counting.weight),
            now: Found::default(),
            pairs: Vec::new(),
        };
        let found: Vec<Found> = portions.flatten().map(|job| comparer.job(job)).collect();
        (found, comparer.pairs)
    })?;
    let (found, pairs): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Ok((found.into_iter().flatten().collect(), pairs.concat()))
}

fn compare_blobs(counting: &Counting<'_>, pairs: &[Pair]) -> Result<Vec<Found>, Error> {
    let parts = spread(counting, "counting lines", pairs, |odb, portions| {
        let mut objects = Objects::new(odb, BLOBS);
        portions.flatten().map(|pair| pair.count(&mut objects)).collect::<Vec<_>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

/// Hands out portions of `work` to threads, each with a view of the repository of its own, and
/// returns what every one of them made.
fn spread<T: Sync, R: Send>(
    counting: &Counting<'_>,
    what: &'static str,
    work: &[T],
    task: impl Fn(&Odb<'_>, &mut dyn Iterator<Item = &[T]>) -> R + Sync,
) -> Result<Vec<R>, Error> {
    let progress = (counting.progress)(what, work.len() as u64);
    let folder = counting.repository.path();
    let next = AtomicUsize::new(0);
    let failed = |error: git2::Error| {
        Error::failed(format!("cannot open {} again: {}", folder.display(), plain(&error)))
    };
    let run = || {
        let repository = Repository::open(folder).map_err(failed)?;
        let odb = repository.odb().map_err(failed)?;
        let mut portions = std::iter::from_fn(|| {
            let begin = next.fetch_add(PORTION, Ordering::Relaxed);
            let portion = work.get(begin..work.len().min(begin + PORTION))?;
            progress.advance(portion.len() as u64);
            (!portion.is_empty()).then_some(portion)
        });
        Ok(task(&odb, &mut portions))
    };
    let threads = counting.threads.min(work.len().div_ceil(WORTH_A_THREAD)).max(1);
    let results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run))
            .collect();
        let joined = workers.into_iter().map(|worker| match worker {
            Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(error) => {
                Err(Error::failed(format!("cannot start a thread: {}", io_message(&error))))
            }
        });
        joined.collect()
    });
    progress.finish();
    results
}

/// Objects of a repository, the latest of them remembered.
struct Objects<'odb> {
    odb: &'odb Odb<'odb>,
    keep: usize,
    recent: VecDeque<(Oid, Rc<OdbObject<'odb>>)>,
}

impl<'odb> Objects<'odb> {
    fn new(odb: &'odb Odb<'odb>, keep: usize) -> Self {
        Self { odb, keep, recent: VecDeque::with_capacity(keep) }
    }

    /// The size of an object in bytes, without reading it where that can be told.
    fn size(&self, id: Oid) -> Result<u64, git2::Error> {
        match self.recent.iter().rev().find(|(known, _)| *known == id) {
            Some((_, object)) => Ok(object.len() as u64),
            None => Ok(self.odb.read_header(id)?.0 as u64),
        }
    }

    fn read(&mut self, id: Oid, kind: ObjectType) -> Result<Rc<OdbObject<'odb>>, git2::Error> {
        let object = self.any(id)?;
        if object.kind() != kind {
            return Err(git2::Error::from_str("an object is of another kind"));
        }
        Ok(object)
    }

    fn any(&mut self, id: Oid) -> Result<Rc<OdbObject<'odb>>, git2::Error> {
        if let Some(at) = self.recent.iter().rposition(|(known, _)| *known == id)
            && let Some(found) = self.recent.remove(at)
        {
            let object = Rc::clone(&found.1);
            self.recent.push_back(found);
            return Ok(object);
        }
        let object = Rc::new(self.odb.read(id)?);
        if self.recent.len() == self.keep {
            self.recent.pop_front();
        }
        self.recent.push_back((id, Rc::clone(&object)));
        Ok(object)
    }
}

/// The bytes of a tree.
struct Tree<'odb>(Rc<OdbObject<'odb>>);

impl AsRef<[u8]> for Tree<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.data()
    }
}

/// Compares the trees of one commit after the other.
struct Comparer<'a> {
    objects: Objects<'a>,
    counting: (&'a [String], &'a Weight),
    now: Found,
    pairs: Vec<Pair>,
}

impl Comparer<'_> {
    fn job(&mut self, job: &Job) -> Found {
        self.now = Found { commit: job.commit, ..Found::default() };
        let before = self.pairs.len();
        if self.trees(job).is_err() {
            // Half a count would be a lie.
            self.pairs.truncate(before);
            self.now = Found { commit: job.commit, damaged: true, ..Found::default() };
        }
        std::mem::take(&mut self.now)
    }

    fn trees(&mut self, job: &Job) -> Result<(), git2::Error> {
        let new = self.objects.read(job.new, ObjectType::Tree)?;
        let old = job.old.map(|old| self.objects.read(old, ObjectType::Tree)).transpose()?;
        let old = old.as_ref().map_or(&[][..], |old| old.data());
        tree::compare(self, &mut Vec::new(), old, new.data())
    }
}

impl<'a> Visitor for Comparer<'a> {
    type Tree = Tree<'a>;
    type Error = git2::Error;

    fn tree(&mut self, path: &[u8], id: &[u8]) -> Result<Self::Tree, git2::Error> {
        if path.len() > LONGEST_PATH {
            return Err(git2::Error::from_str("a path is too long"));
        }
        self.objects.read(Oid::from_bytes(id)?, ObjectType::Tree).map(Tree)
    }

    fn broken() -> git2::Error {
        git2::Error::from_str("a tree is damaged")
    }

    fn enters(&self, path: &[u8]) -> bool {
        let (paths, _) = self.counting;
        paths.is_empty()
            || paths
                .iter()
                .any(|wanted| within(path, wanted.as_bytes()) || within(wanted.as_bytes(), path))
    }

    fn differs(&mut self, path: &[u8], old: Option<Entry<'_>>, new: Option<Entry<'_>>) {
        let (paths, weight) = self.counting;
        if !paths.is_empty() && !paths.iter().any(|wanted| within(path, wanted.as_bytes())) {
            return;
        }
        self.now.churn.files = self.now.churn.files.saturating_add(1);
        let (old, new) = (Side::of(old), Side::of(new));
        if old != new {
            let mut hasher = DefaultHasher::new();
            path.hash(&mut hasher);
            let (path, weighs) = (hasher.finish(), weight.counts(path));
            self.pairs.push(Pair { path, commit: self.now.commit, old, new, weighs });
        }
    }
}

/// Whether a path is this one or lies below it.
fn within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

impl Pair {
    fn count(&self, objects: &mut Objects<'_>) -> Found {
        let lines = self.lines(objects);
        let Lines { removed, added } = *lines.as_ref().unwrap_or(&Lines::default());
        let weight = if self.weighs { added.saturating_add(removed) } else { 0 };
        Found {
            commit: self.commit,
            churn: Churn { files: 0, added, removed, weight },
            damaged: lines.is_err(),
        }
    }

    fn lines(&self, objects: &mut Objects<'_>) -> Result<Lines, git2::Error> {
        let new = Content::read(objects, self.new)?;
        let old = Content::read(objects, self.old)?;
        Ok(match (old, new) {
            (Content::Binary, _) | (_, Content::Binary) => Lines::default(),
            (old, new) => lines::between(old.bytes(), new.bytes()),
        })
    }
}

/// What stands on one side.
enum Content<'odb> {
    Nothing,
    Text(String),
    Blob(Rc<OdbObject<'odb>>),
    /// Larger than what git looks at.
    Binary,
}

impl<'odb> Content<'odb> {
    fn read(objects: &mut Objects<'odb>, side: Side) -> Result<Self, git2::Error> {
        Ok(match side {
            Side::Nothing => Self::Nothing,
            Side::Submodule(id) => Self::Text(format!("Subproject commit {id}\n")),
            Side::Blob(id) if objects.size(id)? > lines::LARGEST_TEXT => Self::Binary,
            Side::Blob(id) => Self::Blob(objects.read(id, ObjectType::Blob)?),
        })
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Nothing | Self::Binary => &[],
            Self::Text(text) => text.as_bytes(),
            Self::Blob(blob) => blob.data(),
        }
    }
}
