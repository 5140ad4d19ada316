//! What became of many commits: pages of pipelines, and a record of what is known already.
//!
//! Pipelines that finished are remembered by their commit, so only what is new is asked for. That
//! a commit has none is remembered too, but not of the latest commits: theirs may be to come.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Client, Place, Provider, Run, Trouble};
use crate::verdict::Verdict;

/// How many of the latest commits without a pipeline are asked for again.
const YOUNG: usize = 20;
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
    let known = |sha: &String, young: bool| match record.known.get(sha) {
        Some(Some(_)) => true,
        Some(None) => !young,
        None => false,
    };
    let open = wanted.iter().enumerate().filter(|(n, sha)| !known(sha, *n < YOUNG));
    let mut seen = Seen { open: open.map(|(_, sha)| sha.clone()).collect(), ..Seen::default() };
    let trouble =
        if seen.open.is_empty() { None } else { seen.pages(provider, client, place).err() };
    let Seen { open, found, unfinished } = seen;
    if trouble.is_none() {
        record.known.extend(open.iter().map(|sha| (sha.clone(), None)));
    }
    let finished = found.iter().filter(|(sha, _)| !unfinished.contains(*sha));
    record.known.extend(finished.map(|(sha, verdict)| (sha.clone(), Some(*verdict))));
    // Without a place to keep it, it is asked again next time.
    let _ = record.keep();
    let verdict = |sha: &String| {
        let verdict = found.get(sha).copied().or_else(|| *record.known.get(sha)?)?;
        Some((sha.clone(), verdict))
    };
    Told {
        verdicts: wanted.iter().filter_map(verdict).collect(),
        open: if trouble.is_some() { open.len() } else { 0 },
        trouble,
    }
}

/// What the pages have shown.
#[derive(Default)]
struct Seen {
    /// The commits that are looked for.
    open: BTreeSet<String>,
    found: BTreeMap<String, Verdict>,
    /// Commits with a pipeline under way.
    unfinished: BTreeSet<String>,
}

impl Seen {
    /// Reads pages, newest first, until there are no more, or one has nothing that is looked for
    /// and nothing is left to find: the pipelines of a commit lie near each other.
    fn pages(
        &mut self,
        provider: &dyn Provider,
        client: &Client,
        mut place: Place,
    ) -> Result<(), Trouble> {
        let branch = place.question.reference.clone();
        provider.settle(client, &mut place)?;
        place.question.reference = branch;
        for page in 1..=MOST_PAGES {
            let page = provider.runs(client, &place, page, PAGE)?;
            let before = self.open.len();
            for run in &page.runs {
                self.see(run);
            }
            if !page.more || (self.open.is_empty() && before == 0) {
                return Ok(());
            }
        }
        let what = format!("there are more than {MOST_PAGES} pages of pipelines");
        Err(Trouble::new(what, "draw a shorter range"))
    }

    fn see(&mut self, run: &Run) {
        self.open.remove(&run.sha);
        if !run.finished() {
            self.unfinished.insert(run.sha.clone());
        }
        if !run.idle {
            let before = self.found.entry(run.sha.clone()).or_insert(run.outcome.verdict);
            *before = before.and(run.outcome.verdict);
        }
    }
}
