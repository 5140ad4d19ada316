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
//! choose another one than git. Attributes are ignored. What is too large, too long or too much to
//! compare is estimated.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use git2::{ObjectType, Oid, Repository};

use super::diff::Lines;
use super::error::Error;
use super::exclude::Exclusions;
use super::objects::{Database, Object, Objects, Unread};
use super::places::{self, Name, Names};
use super::tree::{self, TreeEntry, Visitor};
use super::version::{self, Version};
use super::{Churn, Commit, History};
use crate::error::io_message;
use crate::progress::Progress;

/// Work items that a thread takes at once.
const CHUNK: usize = 128;
/// Number of work items that justify another thread.
const PER_THREAD: usize = 256;
/// Number of trees read and files found in one commit before trees with the same ids are taken for
/// the same directory. A few small trees can describe more files than there are atoms.
const MAX_ENTRIES: usize = 1 << 20;
/// Number of files that wait for their lines to be counted; each takes 56 bytes.
const MAX_WAITING: usize = 1 << 19;
/// Stack size for the deepest directories that are compared, in bytes.
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
    path: u32,
    commit: u32,
    /// Its place; `None` if it does not add to the height of a beat.
    place: Option<Name>,
    old: Version,
    new: Version,
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
    history: &mut History,
) -> Result<(), Error> {
    let database = Database::open(counting.repository)?;
    let mut left: Vec<Comparison>;
    let mut rest = comparisons;
    while !rest.is_empty() {
        let sums = Sums(Mutex::new(&mut history.commits));
        let Compared { mut files, names, left: later } =
            compare_trees(counting, &database, rest, &sums)?;
        // Newest first: in a pack, older versions are deltas of newer ones.
        files.sort_unstable_by_key(|file| (file.path, Reverse(file.commit)));
        let mut lines = compare_blobs(counting, &database, &files, &sums)?;
        lines.sort_unstable_by_key(|lines| (lines.commit, lines.place));
        add_places(history, &lines, &names);
        left = later;
        rest = &left;
    }
    for comparison in comparisons {
        history.commits[comparison.commit as usize].flags.counted = true;
    }
    Ok(())
}

/// The commits, to which every thread adds what it has counted. Their order does not matter.
struct Sums<'a>(Mutex<&'a mut [Commit]>);

impl Sums<'_> {
    fn add(&self, counts: impl IntoIterator<Item = PartialCount>) {
        let mut commits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for count in counts {
            add(&mut commits, &count);
        }
    }
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

/// The lines of a file that add to the height of a commit's beat.
#[derive(Clone, Copy)]
struct PlacedLines {
    commit: u32,
    place: Name,
    lines: u32,
}

/// Adds the places of commits, given the lines of all their files, sorted by commit and place.
fn add_places(history: &mut History, lines: &[PlacedLines], names: &Names) {
    for lines in lines.chunk_by(|a, b| a.commit == b.commit) {
        let places = lines.chunk_by(|a, b| a.place == b.place).map(|lines| {
            let sum = lines.iter().map(|file| file.lines).fold(0, u32::saturating_add);
            (names.text(lines[0].place), sum)
        });
        history.commits[lines[0].commit as usize].places = history.places.add(places);
    }
}

/// What comes of comparing trees.
#[derive(Default)]
struct Compared {
    files: Vec<ChangedFile>,
    /// The names of their places.
    names: Names,
    /// Comparisons that are still to be done, in order of history.
    left: Vec<Comparison>,
}

/// Compares trees until too many files wait for their lines to be counted.
fn compare_trees(
    counting: &Counting<'_>,
    database: &Database,
    comparisons: &[Comparison],
    sums: &Sums<'_>,
) -> Result<Compared, Error> {
    let all = Mutex::new(Compared::default());
    let waiting = AtomicUsize::new(0);
    in_parallel(counting, "comparing commits", comparisons, |chunks| {
        let mut comparer = Comparer {
            objects: Objects::new(database),
            paths: counting.paths,
            exclusions: counting.exclusions,
            count: PartialCount::default(),
            files: Vec::new(),
            names: Names::default(),
            entries: 0,
            seen: None,
        };
        let (mut counts, mut left) = (Vec::new(), Vec::new());
        for chunk in chunks {
            for two in chunk {
                if waiting.load(Ordering::Relaxed) > MAX_WAITING {
                    left.push(*two);
                    continue;
                }
                let before = comparer.files.len();
                counts.push(comparer.compare(two));
                waiting.fetch_add(comparer.files.len() - before, Ordering::Relaxed);
            }
            sums.add(counts.drain(..));
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            let merged = all.names.merge(&mem::take(&mut comparer.names));
            all.files.extend(comparer.files.drain(..).map(|file| ChangedFile {
                place: file.place.map(|name| name.merged(&merged)),
                ..file
            }));
            all.left.append(&mut left);
        }
    })?;
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.left.sort_unstable_by_key(|comparison| comparison.commit);
    Ok(all)
}

/// Counts the lines of files, and returns those that have a place.
fn compare_blobs(
    counting: &Counting<'_>,
    database: &Database,
    files: &[ChangedFile],
    sums: &Sums<'_>,
) -> Result<Vec<PlacedLines>, Error> {
    let placed = Mutex::new(Vec::new());
    in_parallel(counting, "counting lines", files, |chunks| {
        let mut objects = Objects::new(database);
        for chunk in chunks {
            let counts: Vec<_> = chunk.iter().map(|file| file.count(&mut objects)).collect();
            let lines = chunk.iter().zip(&counts).filter_map(|(file, count)| {
                let lines = count.churn.weight;
                Some(PlacedLines { commit: file.commit, place: file.place?, lines })
            });
            placed.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
            sums.add(counts);
        }
    })?;
    Ok(placed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Distributes chunks of `work` to threads.
fn in_parallel<T: Sync>(
    counting: &Counting<'_>,
    label: &'static str,
    work: &[T],
    task: impl Fn(&mut dyn Iterator<Item = &[T]>) + Sync,
) -> Result<(), Error> {
    let progress = (counting.progress)(label, work.len() as u64);
    let next = AtomicUsize::new(0);
    let run = || {
        let mut chunks = std::iter::from_fn(|| {
            let begin = next.fetch_add(CHUNK, Ordering::Relaxed);
            let chunk = work.get(begin..work.len().min(begin + CHUNK))?;
            progress.advance(chunk.len() as u64);
            (!chunk.is_empty()).then_some(chunk)
        });
        task(&mut chunks);
    };
    let threads = counting.threads.min(work.len().div_ceil(PER_THREAD)).max(1);
    let results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run))
            .collect();
        let joined = workers.into_iter().map(|worker| match worker {
            Ok(worker) => {
                worker.join().unwrap_or_else(|panic| resume_unwind(panic));
                Ok(())
            }
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
struct Tree(Rc<Object>);

impl AsRef<[u8]> for Tree {
    fn as_ref(&self) -> &[u8] {
        &self.0.data
    }
}

/// Why the comparison of two trees ends early.
enum Stop {
    /// A tree cannot be read.
    Lost,
    /// There are more trees and files than are compared.
    TooMany,
}

impl From<Unread> for Stop {
    fn from(_: Unread) -> Self {
        Self::Lost
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
    /// The names of their places.
    names: Names,
    /// Number of trees read and files found in the current commit.
    entries: usize,
    /// Ids of the trees compared, if each pair is to be compared only once.
    seen: Option<BTreeSet<(Vec<u8>, Vec<u8>)>>,
}

impl Comparer<'_> {
    fn compare(&mut self, comparison: &Comparison) -> PartialCount {
        let before = self.files.len();
        let mut compare = |seen, estimated| {
            self.files.truncate(before);
            self.count =
                PartialCount { commit: comparison.commit, estimated, ..PartialCount::default() };
            (self.entries, self.seen) = (0, seen);
            self.trees(comparison)
        };
        let result = match compare(None, false) {
            Err(Stop::TooMany) => compare(Some(BTreeSet::new()), true),
            result => result,
        };
        if result.is_err() {
            // Do not use an incomplete count.
            self.files.truncate(before);
            let commit = comparison.commit;
            self.count = PartialCount { commit, damaged: true, ..PartialCount::default() };
        }
        std::mem::take(&mut self.count)
    }

    fn trees(&mut self, comparison: &Comparison) -> Result<(), Stop> {
        let new = self.objects.read(comparison.new, ObjectType::Tree)?;
        let old = comparison.old.map(|old| self.objects.read(old, ObjectType::Tree)).transpose()?;
        let old = old.as_ref().map_or(&[][..], |old| &old.data);
        tree::compare(self, old, &new.data)
    }

    fn visit(&mut self) -> Result<(), Stop> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES { Err(Stop::TooMany) } else { Ok(()) }
    }
}

impl Visitor for Comparer<'_> {
    type Tree = Tree;
    type Error = Stop;

    fn tree(&mut self, id: &[u8]) -> Result<Self::Tree, Stop> {
        self.visit()?;
        let id = Oid::from_bytes(id).map_err(|_| Stop::Lost)?;
        Ok(Tree(self.objects.read(id, ObjectType::Tree)?))
    }

    fn malformed() -> Stop {
        Stop::Lost
    }

    fn enters(&mut self, path: &[u8], (old, new): (&[u8], &[u8])) -> bool {
        let wanted = self.paths.is_empty()
            || self
                .paths
                .iter()
                .any(|wanted| within(path, wanted.as_bytes()) || within(wanted.as_bytes(), path));
        let seen = self.seen.as_mut().filter(|_| wanted);
        wanted && seen.is_none_or(|seen| seen.insert((old.to_vec(), new.to_vec())))
    }

    fn differs(
        &mut self,
        path: &[u8],
        old: Option<TreeEntry<'_>>,
        new: Option<TreeEntry<'_>>,
    ) -> Result<(), Stop> {
        self.visit()?;
        if !self.paths.is_empty()
            && !self.paths.iter().any(|wanted| within(path, wanted.as_bytes()))
        {
            return Ok(());
        }
        self.count.churn.files = self.count.churn.files.saturating_add(1);
        let (old, new) = (Version::of(old), Version::of(new));
        if old != new {
            let mut hasher = DefaultHasher::new();
            path.hash(&mut hasher);
            let counts = !self.exclusions.contain(path);
            let place = counts.then(|| self.names.insert(&places::of_path(path)));
            let (path, commit) = (hasher.finish() as u32, self.count.commit);
            self.files.push(ChangedFile { path, commit, place, old, new });
        }
        Ok(())
    }
}

/// Returns true if a path is this directory or below it.
fn within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

impl ChangedFile {
    fn count(&self, objects: &mut Objects<'_>) -> PartialCount {
        let lines = version::compare(objects, self.old, self.new);
        let Lines { removed, added, estimated } = *lines.as_ref().unwrap_or(&Lines::default());
        let weight = if self.place.is_some() { added.saturating_add(removed) } else { 0 };
        PartialCount {
            commit: self.commit,
            churn: Churn { files: 0, added, removed, weight },
            damaged: lines.is_err(),
            estimated,
        }
    }
}
