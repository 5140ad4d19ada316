//! Cost of each step from a repository to its heartbeat: `cargo bench --bench history`.
//!
//! The repository is generated: the same commits on every machine, in one pack, as after a clone.

use std::io::{Write, sink};
use std::path::Path;

use divan::Bencher;
use flaky::history::cache::Cache;
use flaky::history::churn::{self, Counting};
use flaky::history::exclude::Exclusions;
use flaky::history::groups::Groups;
use flaky::history::heartbeat::{Heartbeat, HeightScale};
use flaky::history::select::Selection;
use flaky::history::walk::{self, Walked};
use flaky::history::{json, repo};
use flaky::progress::{Progress, Silent};
use flaky::store::Store;
use git2::{Buf, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use tempfile::TempDir;

const COMMITS: usize = 500;
const FILES: usize = 40;
const LINES: usize = 300;
/// Every commit with a multiple of this number is a merge.
const MERGES: usize = 10;

fn main() {
    divan::main();
}

/// A repository in a temporary folder.
struct Sample {
    folder: TempDir,
    repository: Repository,
    exclusions: Exclusions,
}

impl Sample {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_repository(folder.path()).expect("a repository");
        let repository = repo::open(Some(folder.path())).expect("it can be opened");
        let exclusions = Exclusions::new(&[]).expect("the default patterns are valid");
        Self { folder, repository, exclusions }
    }

    fn walk(&self) -> Walked {
        walk::walk(&self.repository, &Selection::default(), &Silent).expect("there are commits")
    }

    fn count(&self, walked: &mut Walked, threads: usize) {
        let counting = Counting {
            repository: &self.repository,
            paths: &[],
            exclusions: &self.exclusions,
            threads,
            progress: &|_, _| Box::new(Silent) as Box<dyn Progress>,
        };
        let Walked { history, comparisons, .. } = walked;
        churn::count(&counting, comparisons, history).expect("it can be counted");
    }

    fn cache(&self) -> Cache {
        let store = Store::new(&self.folder.path().join("cache"));
        Cache::open(&store, self.repository.path(), &self.exclusions, false)
    }
}

/// Commits that each change a few lines of two files, some of them merges.
fn write_repository(folder: &Path) -> Result<(), git2::Error> {
    let repository = Repository::init_bare(folder)?;
    let odb = repository.odb()?;
    let memory = odb.add_new_mempack_backend(1000)?;
    let mut index = git2::Index::new()?;
    let mut files: Vec<Vec<String>> = (0..FILES)
        .map(|file| (0..LINES).map(|line| format!("line {line} of file {file}")).collect())
        .collect();
    for (file, lines) in files.iter().enumerate() {
        index.add(&entry(file, repository.blob(lines.join("\n").as_bytes())?))?;
    }
    let mut tips: Vec<Oid> = Vec::new();
    for number in 0..COMMITS {
        // Small strides that are prime to the sizes change all files and lines in turn.
        for file in [7 * number % FILES, 11 * number % FILES] {
            for line in 0..=number % 5 {
                files[file][(13 * number + line) % LINES] = format!("changed by {number}");
            }
            let blob = repository.blob(files[file].join("\n").as_bytes())?;
            index.add(&entry(file, blob))?;
        }
        let tree = repository.find_tree(index.write_tree_to(&repository)?)?;
        let person = Signature::new("Ann", "ann@example.org", &Time::new(3600 * number as i64, 0))?;
        let parents = if number % MERGES == 0 { 2 } else { 1 };
        let parents: Vec<_> = tips
            .iter()
            .rev()
            .take(parents)
            .map(|id| repository.find_commit(*id))
            .collect::<Result<_, _>>()?;
        let parents: Vec<_> = parents.iter().collect();
        let subject = format!("Change {number}");
        tips.push(repository.commit(None, &person, &person, &subject, &tree, &parents)?);
    }
    let tip = tips[COMMITS - 1];
    let mut pack = Buf::new();
    memory.dump(&repository, &mut pack)?;
    let mut writer = odb.packwriter()?;
    writer.write_all(&pack).expect("the pack is written");
    writer.commit()?;
    memory.reset()?;
    repository.reference("refs/heads/main", tip, true, "")?;
    repository.set_head("refs/heads/main")
}

fn entry(file: usize, id: Oid) -> IndexEntry {
    let path = format!("folder{}/file{file}", file % 4).into_bytes();
    let time = IndexTime::new(0, 0);
    IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path,
    }
}

#[divan::bench]
fn walk_500_commits(bencher: Bencher) {
    let sample = Sample::new();
    bencher.bench_local(|| sample.walk());
}

#[divan::bench(args = [1, 2])]
fn count_500_commits(bencher: Bencher, threads: usize) {
    let sample = Sample::new();
    bencher.with_inputs(|| sample.walk()).bench_local_refs(|walked| sample.count(walked, threads));
}

#[divan::bench]
fn recall_500_counts(bencher: Bencher) {
    let sample = Sample::new();
    let mut walked = sample.walk();
    sample.count(&mut walked, 1);
    sample.cache().keep(&walked.comparisons, &walked.history).expect("it is written");
    bencher.with_inputs(|| sample.walk()).bench_local_values(|walked| {
        let Walked { mut history, comparisons, .. } = walked;
        let missing = sample.cache().recall(comparisons, &mut history);
        assert!(missing.is_empty());
        history
    });
}

#[divan::bench]
fn keep_500_counts(bencher: Bencher) {
    let sample = Sample::new();
    let mut walked = sample.walk();
    sample.count(&mut walked, 1);
    bencher.bench_local(|| {
        sample.cache().keep(&walked.comparisons, &walked.history).expect("it is written");
    });
}

#[divan::bench]
fn json_of_500_beats(bencher: Bencher) {
    let sample = Sample::new();
    let mut walked = sample.walk();
    sample.count(&mut walked, 1);
    bencher.bench_local(|| {
        let heartbeat = Heartbeat::new(
            &walked.history,
            HeightScale::Percentile,
            Groups::of(&walked.history, 1),
        );
        json::write(&walked.history, &heartbeat, sink())
    });
}
