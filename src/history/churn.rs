//! Counts the files and lines that every commit changed.
//!
//! There are two parallel passes. The first compares trees and finds the blobs that differ. It
//! visits commits in order of history, so that the tree it has just read is needed for the next
//! comparison. The second compares blobs, sorted by path instead of commit: the versions of a file
//! are usually in one delta chain of the pack, and each is unpacked only once if they are read in
//! sequence.
//!
//! The counts are those of `git log --numstat --no-renames`. The number of files and the difference
//! of added and removed lines agree exactly. Where several diffs are possible, the heuristics may
//! choose another one than git. Attributes are ignored.

use std::cmp::Reverse;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use git2::{ObjectType, Odb, OdbObject, Oid, Repository};

use super::diff::Lines;
use super::error::{Error, git_message};
use super::exclude::Exclusions;
use super::lines;
use super::objects::Objects;
use super::tree::{self, TreeEntry, Visitor};
use super::{Churn, Commit};
use crate::error::io_message;
use crate::progress::Progress;

/// Work items that a thread takes at once.
const CHUNK: usize = 128;
/// Number of work items that justify another thread.
const PER_THREAD: usize = 256;
/// Maximum number of objects that a thread keeps in memory.
const KEPT_TREES: usize = 64;
const KEPT_BLOBS: usize = 4;
/// Maximum length of a path, in bytes. A forged tree may be too deep for any stack.
const MAX_PATH: usize = 4096;
/// Stack size for that depth, in bytes.
const STACK: usize = 16 << 20;

/// Two trees whose comparison gives the counts of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Index of the commit.
    pub commit: u32,
    /// Its tree.
    pub new: Oid,
    /// Its parent's tree; `None` for a root.
    pub old: Option<Oid>,
}

/// Settings of counting.
pub struct Counting<'a> {
    /// The repository, which every thread opens for itself.
    pub repository: &'a Repository,
    /// Paths to count under; empty for all.
    pub paths: &'a [String],
    /// Files that do not add to the height of a beat.
    pub exclusions: &'a Exclusions,
    /// Number of threads.
    pub threads: usize,
    /// Starts the progress display of a pass, given a label and the number of steps.
    pub progress: &'a dyn Fn(&'static str, u64) -> Box<dyn Progress>,
}

/// A file that differs between two trees.
#[derive(Clone, Copy)]
struct ChangedFile {
    /// Hash of its path, by which files are sorted.
    path: u64,
    commit: u32,
    old: Version,
    new: Version,
    excluded: bool,
}

/// A file in one of the trees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Missing,
    Blob(Oid),
    /// The commit of a submodule, which git treats as a line of text.
    Submodule(Oid),
}

impl Version {
    fn of(entry: Option<TreeEntry<'_>>) -> Self {
        match entry.and_then(|entry| Some((entry.is_submodule(), Oid::from_bytes(entry.id).ok()?)))
        {
            None => Self::Missing,
            Some((false, id)) => Self::Blob(id),
            Some((true, id)) => Self::Submodule(id),
        }
    }
}

/// A partial count of a commit.
#[derive(Default)]
struct PartialCount {
    commit: u32,
    churn: Churn,
    damaged: bool,
    estimated: bool,
}

/// Counts the changes of commits; `comparisons` are in order of history.
///
/// # Errors
/// Fails if the repository cannot be opened again, or a thread cannot be started.
pub fn count(
    counting: &Counting<'_>,
    comparisons: &[Comparison],
    commits: &mut [Commit],
) -> Result<(), Error> {
    let (counts, mut files) = compare_trees(counting, comparisons)?;
    for count in counts {
        add(commits, &count);
    }
    // Newest first: in a pack, older versions are deltas of newer ones.
    files.sort_unstable_by_key(|file| (file.path, Reverse(file.commit)));
    for count in compare_blobs(counting, &files)? {
        add(commits, &count);
    }
    for comparison in comparisons {
        commits[comparison.commit as usize].flags.counted = true;
    }
    Ok(())
}

fn add(commits: &mut [Commit], count: &PartialCount) {
    let commit = &mut commits[count.commit as usize];
    let (sum, more) = (&mut commit.churn, &count.churn);
    sum.files = sum.files.saturating_add(more.files);
    sum.added = sum.added.saturating_add(more.added);
    sum.removed = sum.removed.saturating_add(more.removed);
    sum.weight = sum.weight.saturating_add(more.weight);
    commit.flags.damaged |= count.damaged;
    commit.flags.estimated |= count.estimated;
}

fn compare_trees(
    counting: &Counting<'_>,
    comparisons: &[Comparison],
) -> Result<(Vec<PartialCount>, Vec<ChangedFile>), Error> {
    let parts = in_parallel(counting, "comparing commits", comparisons, |odb, chunks| {
        let mut comparer = Comparer {
            objects: Objects::new(odb, KEPT_TREES),
            paths: counting.paths,
            exclusions: counting.exclusions,
            count: PartialCount::default(),
            files: Vec::new(),
        };
        let counts: Vec<PartialCount> = chunks.flatten().map(|two| comparer.compare(two)).collect();
        (counts, comparer.files)
    })?;
    let (counts, files): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Ok((counts.into_iter().flatten().collect(), files.concat()))
}

fn compare_blobs(
    counting: &Counting<'_>,
    files: &[ChangedFile],
) -> Result<Vec<PartialCount>, Error> {
    let parts = in_parallel(counting, "counting lines", files, |odb, chunks| {
        let mut objects = Objects::new(odb, KEPT_BLOBS);
        chunks.flatten().map(|file| file.count(&mut objects)).collect::<Vec<_>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

/// Distributes chunks of `work` to threads, each of which opens the repository for itself, and
/// returns the result of each thread.
fn in_parallel<T: Sync, R: Send>(
    counting: &Counting<'_>,
    label: &'static str,
    work: &[T],
    task: impl Fn(&Odb<'_>, &mut dyn Iterator<Item = &[T]>) -> R + Sync,
) -> Result<Vec<R>, Error> {
    let progress = (counting.progress)(label, work.len() as u64);
    let folder = counting.repository.path();
    let next = AtomicUsize::new(0);
    let failed = |error: git2::Error| {
        let (folder, message) = (folder.display(), git_message(&error));
        Error::Failed(format!("cannot open the repository {folder} again: {message}"))
    };
    let run = || {
        let repository = Repository::open(folder).map_err(failed)?;
        let odb = repository.odb().map_err(failed)?;
        let mut chunks = std::iter::from_fn(|| {
            let begin = next.fetch_add(CHUNK, Ordering::Relaxed);
            let chunk = work.get(begin..work.len().min(begin + CHUNK))?;
            progress.advance(chunk.len() as u64);
            (!chunk.is_empty()).then_some(chunk)
        });
        Ok(task(&odb, &mut chunks))
    };
    let threads = counting.threads.min(work.len().div_ceil(PER_THREAD)).max(1);
    let results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run))
            .collect();
        let joined = workers.into_iter().map(|worker| match worker {
            Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(error) => {
                Err(Error::Failed(format!("cannot start a thread: {}", io_message(&error))))
            }
        });
        joined.collect()
    });
    progress.finish();
    results
}

/// The content of a tree object.
struct Tree<'odb>(Rc<OdbObject<'odb>>);

impl AsRef<[u8]> for Tree<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.data()
    }
}

/// Compares the trees of commits, one commit at a time.
struct Comparer<'a> {
    objects: Objects<'a>,
    paths: &'a [String],
    exclusions: &'a Exclusions,
    /// The count of the current commit.
    count: PartialCount,
    /// The differing files of all commits so far.
    files: Vec<ChangedFile>,
}

impl Comparer<'_> {
    fn compare(&mut self, comparison: &Comparison) -> PartialCount {
        self.count = PartialCount { commit: comparison.commit, ..PartialCount::default() };
        let before = self.files.len();
        if self.trees(comparison).is_err() {
            // Do not use an incomplete count.
            self.files.truncate(before);
            self.count.churn = Churn::default();
            self.count.damaged = true;
        }
        std::mem::take(&mut self.count)
    }

    fn trees(&mut self, comparison: &Comparison) -> Result<(), git2::Error> {
        let new = self.objects.read(comparison.new, ObjectType::Tree)?;
        let old = comparison.old.map(|old| self.objects.read(old, ObjectType::Tree)).transpose()?;
        let old = old.as_ref().map_or(&[][..], |old| old.data());
        tree::compare(self, &mut Vec::new(), old, new.data())
    }
}

impl<'a> Visitor for Comparer<'a> {
    type Tree = Tree<'a>;
    type Error = git2::Error;

    fn tree(&mut self, path: &[u8], id: &[u8]) -> Result<Self::Tree, git2::Error> {
        if path.len() > MAX_PATH {
            return Err(git2::Error::from_str("a path is too long"));
        }
        self.objects.read(Oid::from_bytes(id)?, ObjectType::Tree).map(Tree)
    }

    fn malformed() -> git2::Error {
        git2::Error::from_str("a tree is malformed")
    }

    fn enters(&self, path: &[u8]) -> bool {
        self.paths.is_empty()
            || self
                .paths
                .iter()
                .any(|wanted| within(path, wanted.as_bytes()) || within(wanted.as_bytes(), path))
    }

    fn differs(&mut self, path: &[u8], old: Option<TreeEntry<'_>>, new: Option<TreeEntry<'_>>) {
        if !self.paths.is_empty()
            && !self.paths.iter().any(|wanted| within(path, wanted.as_bytes()))
        {
            return;
        }
        self.count.churn.files = self.count.churn.files.saturating_add(1);
        let (old, new) = (Version::of(old), Version::of(new));
        if old != new {
            let mut hasher = DefaultHasher::new();
            path.hash(&mut hasher);
            let (path, excluded) = (hasher.finish(), self.exclusions.contain(path));
            self.files.push(ChangedFile { path, commit: self.count.commit, old, new, excluded });
        }
    }
}

/// Returns true if a path is this directory or below it.
fn within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

impl ChangedFile {
    fn count(&self, objects: &mut Objects<'_>) -> PartialCount {
        let lines = self.lines(objects);
        let Lines { removed, added, estimated } = *lines.as_ref().unwrap_or(&Lines::default());
        let weight = if self.excluded { 0 } else { added.saturating_add(removed) };
        PartialCount {
            commit: self.commit,
            churn: Churn { files: 0, added, removed, weight },
            damaged: lines.is_err(),
            estimated,
        }
    }

    fn lines(&self, objects: &mut Objects<'_>) -> Result<Lines, git2::Error> {
        let new = Content::read(objects, self.new)?;
        let old = Content::read(objects, self.old)?;
        Ok(match (old, new) {
            (Content::TooLarge, _) | (_, Content::TooLarge) => Lines::default(),
            (old, new) => lines::between(old.bytes(), new.bytes()),
        })
    }
}

/// The content of a [`Version`].
enum Content<'odb> {
    Missing,
    Text(String),
    Blob(Rc<OdbObject<'odb>>),
    /// A file that git treats as binary because of its size.
    TooLarge,
}

impl<'odb> Content<'odb> {
    fn read(objects: &mut Objects<'odb>, version: Version) -> Result<Self, git2::Error> {
        Ok(match version {
            Version::Missing => Self::Missing,
            Version::Submodule(id) => Self::Text(format!("Subproject commit {id}\n")),
            Version::Blob(id) if objects.size(id)? > lines::MAX_TEXT => Self::TooLarge,
            Version::Blob(id) => Self::Blob(objects.read(id, ObjectType::Blob)?),
        })
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Missing | Self::TooLarge => &[],
            Self::Text(text) => text.as_bytes(),
            Self::Blob(blob) => blob.data(),
        }
    }
}
