//! What became of many commits: pages of pipelines, and a record of what is known already.
//!
//! What the pipelines of a commit came to is remembered, and that it has none is too. The latest
//! pipelines are asked for every time, because they change; further back only as far as a commit
//! lies of which nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Client, Commits, Place, Provider, Run, Slice, Trouble};
use flaky_core::verdict::Verdict;

/// How many of the latest commits may still get a pipeline.
const YOUNG: usize = 20;
/// How many pages are read at the most.
const MOST_PAGES: usize = 100;
/// How many pipelines a page has.
const PAGE: usize = 100;
/// The largest record that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What the pipelines of a commit came to, by their kind: the branch, the workflow and how they
/// were started, as a number.
type Fate = BTreeMap<u64, Verdict>;

/// What is known of the commits of a project.
#[derive(Debug, Default)]
pub struct Record {
    file: Option<PathBuf>,
    /// By commit; empty where a commit has no pipeline.
    known: BTreeMap<String, Fate>,
}

impl Record {
    /// The record of a place in this folder; whatever is wrong with the file, it is as if it were
    /// not there.
    pub fn open(folder: &Path, provider: &dyn Provider, place: &Place) -> Self {
        let name = (provider.about().name, place.root.as_str(), &place.project, place.reference());
        let file = folder.join(format!("{:016x}.ci", number(&name)));
        let small = fs::metadata(&file).is_ok_and(|of| of.is_file() && of.len() <= LARGEST);
        let text =
            if small { fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
        let mut known: BTreeMap<String, Fate> = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let Some(sha) = words.next() else { continue };
            let fate = known.entry(sha.to_string()).or_default();
            if let (Some(kind), Some(word)) = (words.next(), words.next()) {
                let kind = u64::from_str_radix(kind, 16).ok();
                fate.extend(kind.zip(Verdict::of(word)));
            }
        }
        Self { file: Some(file), known }
    }

    /// Keeps it for the next time.
    fn keep(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut whole = NamedTempFile::new_in(folder)?;
        let mut out = BufWriter::new(&mut whole);
        for (sha, fate) in &self.known {
            if fate.is_empty() {
                writeln!(out, "{sha}")?;
            }
            for (kind, verdict) in fate {
                writeln!(out, "{sha} {kind:x} {}", verdict.word())?;
            }
        }
        out.flush()?;
        drop(out);
        whole.persist(file)?;
        Ok(())
    }
}

/// A number for what can be compared, the same in every run of the program.
fn number(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What is known of some commits, and what kept more from being known.
#[derive(Debug)]
pub struct Told {
    /// Verdicts by commit; commits without a pipeline are left out.
    pub verdicts: Vec<(String, Verdict)>,
    /// How many commits could not be asked for.
    pub open: usize,
    /// Why.
    pub trouble: Option<Trouble>,
}

/// Asks what became of the commits `wanted`, latest first.
pub fn ask(
    provider: &dyn Provider,
    client: &Client,
    place: Place,
    wanted: &[String],
    mut record: Record,
) -> Told {
    let mut seen = Seen {
        ages: wanted.iter().zip(0..).map(|(sha, age)| (sha.clone(), age)).collect(),
        open: (0..wanted.len()).filter(|age| !record.known.contains_key(&wanted[*age])).collect(),
        ..Seen::default()
    };
    let trouble = seen.pages(provider, client, place).err();
    let Seen { open, found, unfinished, ended, .. } = seen;
    // That there is none is sure where all of them were seen, and the commit is not so young that
    // one may be to come.
    if ended && provider.about().commits == Commits::All {
        let none = open.iter().filter(|age| **age >= YOUNG);
        record.known.extend(none.map(|age| (wanted[*age].clone(), Fate::new())));
    }
    // A pipeline that failed when it was asked for before and passes now has done both.
    for (sha, fate) in found {
        let known = record.known.entry(sha).or_default();
        for (kind, verdict) in fate {
            let before = known.entry(kind).or_insert(verdict);
            *before = before.and(verdict);
        }
    }
    let verdict = |sha: &String| Some((sha.clone(), worst(record.known.get(sha)?)?));
    let verdicts = wanted.iter().filter_map(verdict).collect();
    // What runs is not kept, but what it came to before is: a pipeline that is retried runs again.
    for sha in &unfinished {
        let Some(fate) = record.known.get_mut(sha) else { continue };
        fate.retain(|_, verdict| *verdict != Verdict::Running);
        if fate.is_empty() {
            record.known.remove(sha);
        }
    }
    // Without a place to keep it, it is asked again next time.
    let _ = record.keep();
    Told { verdicts, open: if trouble.is_some() { open.len() } else { 0 }, trouble }
}

/// What pipelines of different kinds come to together.
fn worst(fate: &Fate) -> Option<Verdict> {
    let order = [Verdict::Failed, Verdict::Flaky, Verdict::Passed, Verdict::Running];
    let worst = order.into_iter().find(|verdict| fate.values().any(|one| one == verdict));
    worst.or(fate.values().next().copied())
}

/// What the pages have shown.
#[derive(Default)]
struct Seen {
    /// The commits that are drawn, by their age: the latest is 0.
    ages: BTreeMap<String, usize>,
    /// The ages of those of which nothing is known.
    open: BTreeSet<usize>,
    found: BTreeMap<String, Fate>,
    /// Commits with a pipeline under way.
    unfinished: BTreeSet<String>,
    /// Whether there was no further page.
    ended: bool,
}

impl Seen {
    /// Reads pages, newest first, until there are no more, nothing is open, or two of them are
    /// mostly of commits that are drawn and older than whatever is open.
    fn pages(
        &mut self,
        provider: &dyn Provider,
        client: &Client,
        mut place: Place,
    ) -> Result<(), Trouble> {
        provider.settle(client, &mut place)?;
        let mut older = 0;
        for page in 1..=MOST_PAGES {
            let page = provider.runs(client, &place, Slice { page, useful: PAGE })?;
            let ages = || page.runs.iter().filter_map(|run| self.ages.get(&run.sha));
            // A single one may be a pipeline that was started again.
            let many = 2 * ages().count() > page.runs.len();
            let youngest = ages().min().copied();
            for run in &page.runs {
                self.see(run);
            }
            older += usize::from(many && youngest >= self.open.last().copied());
            self.ended = !page.more;
            if self.ended || self.open.is_empty() || older > 1 {
                return Ok(());
            }
        }
        let what = format!("there are more than {MOST_PAGES} pages of pipelines");
        Err(Trouble::new(what, "draw a shorter range"))
    }

    fn see(&mut self, run: &Run) {
        if let Some(age) = self.ages.get(&run.sha) {
            self.open.remove(age);
        }
        if !run.finished() {
            self.unfinished.insert(run.sha.clone());
        }
        let fate = self.found.entry(run.sha.clone()).or_default();
        // What never ran says nothing, but there it is; what a broken runner left says as little.
        if run.idle || run.outcome.blameless {
            return;
        }
        let before = fate.entry(number(&run.kind())).or_insert(run.outcome.verdict);
        *before = before.and(run.outcome.verdict);
    }
}
