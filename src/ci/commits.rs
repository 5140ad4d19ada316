//! What became of many commits: pages of pipelines, and a record of what is known already.
//!
//! What the pipelines of a commit came to is remembered, and that it has none is too. The latest
//! pipelines are asked for every time, because they change; further back only as far as a commit
//! lies of which nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Client, Place, Provider, Run, Trouble};
use crate::verdict::Verdict;

/// How many pages are read at the most.
const MOST_PAGES: usize = 100;
/// How many pipelines a page has.
const PAGE: usize = 100;
/// The largest record that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What is known of the commits of a project.
#[derive(Debug, Default)]
pub struct Record {
    file: Option<PathBuf>,
    /// Verdicts by commit; none where a commit has no pipeline.
    known: BTreeMap<String, Option<Verdict>>,
}

impl Record {
    /// The record of a place in this folder; whatever is wrong with the file, it is as if it were
    /// not there.
    pub fn open(folder: &Path, provider: &dyn Provider, place: &Place) -> Self {
        let mut hasher = DefaultHasher::new();
        (provider.about().name, place.root.as_str(), &place.project).hash(&mut hasher);
        (place.reference(), &place.question.source, &place.question.workflow).hash(&mut hasher);
        let file = folder.join(format!("{:016x}.ci", hasher.finish()));
        let small = fs::metadata(&file)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
        let text =
            if small { fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
        let line = |line: &str| {
            let (sha, word) = line.split_once(' ')?;
            let verdict = if word == "-" { None } else { Some(Verdict::of(word)?) };
            Some((sha.to_string(), verdict))
        };
        Self { file: Some(file), known: text.lines().filter_map(line).collect() }
    }

    /// Keeps it for the next time.
    fn keep(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut whole = NamedTempFile::new_in(folder)?;
        for (sha, verdict) in &self.known {
            writeln!(whole, "{sha} {}", verdict.map_or("-", Verdict::word))?;
        }
        whole.persist(file)?;
        Ok(())
    }
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
    let Seen { open, found, unfinished, .. } = seen;
    if trouble.is_none() {
        record.known.extend(open.iter().map(|age| (wanted[*age].clone(), None)));
    }
    // A pipeline that failed when it was asked for before and passes now has done both.
    for (sha, verdict) in found {
        let known = record.known.entry(sha).or_default();
        *known = Some(known.map_or(verdict, |before| before.and(verdict)));
    }
    let verdict = |sha: &String| Some((sha.clone(), (*record.known.get(sha)?)?));
    let verdicts = wanted.iter().filter_map(verdict).collect();
    record.known.retain(|sha, _| !unfinished.contains(sha));
    // Without a place to keep it, it is asked again next time.
    let _ = record.keep();
    Told { verdicts, open: if trouble.is_some() { open.len() } else { 0 }, trouble }
}

/// What the pages have shown.
#[derive(Default)]
struct Seen {
    /// The commits that are drawn, by their age: the latest is 0.
    ages: BTreeMap<String, usize>,
    /// The ages of those of which nothing is known.
    open: BTreeSet<usize>,
    found: BTreeMap<String, Verdict>,
    /// Commits with a pipeline under way.
    unfinished: BTreeSet<String>,
}

impl Seen {
    /// Reads pages, newest first, until there are no more, or all of one is older than whatever is
    /// open.
    fn pages(
        &mut self,
        provider: &dyn Provider,
        client: &Client,
        mut place: Place,
    ) -> Result<(), Trouble> {
        provider.settle(client, &mut place)?;
        for page in 1..=MOST_PAGES {
            let page = provider.runs(client, &place, page, PAGE)?;
            let youngest =
                page.runs.iter().filter_map(|run| self.ages.get(&run.sha)).min().copied();
            for run in &page.runs {
                self.see(run);
            }
            let passed = youngest >= self.open.last().copied();
            if !page.more || self.open.is_empty() || (youngest.is_some() && passed) {
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
        if !run.idle {
            let before = self.found.entry(run.sha.clone()).or_insert(run.outcome.verdict);
            *before = before.and(run.outcome.verdict);
        }
    }
}
