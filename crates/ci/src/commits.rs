//! The outcomes of many commits, from pages of pipelines and from earlier results.
//!
//! Known outcomes are reused, including the fact that a commit has none. The latest pipelines are
//! fetched every time, because they change; older ones only as far back as the oldest unknown
//! commit. The caller stores [`CommitOutcomes`] between runs of the program.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::provider::CommitScope;
use crate::run::{Run, RunKind};
use crate::{Client, FetchError, FetchErrorKind, PageRequest, Provider, Target};
use flaky_core::verdict::Verdict;

/// The number of latest commits that may still get a pipeline.
const YOUNG: usize = 20;
/// The maximum number of pages that are read.
const MAX_PAGES: usize = 100;
/// The number of pipelines per page.
const PAGE: usize = 100;

/// The known outcomes of a project's commits, by full id. The list of a commit that is known to
/// have no pipeline is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitOutcomes(BTreeMap<String, Vec<KindOutcome>>);

/// The outcome of the runs of one kind on a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KindOutcome {
    #[serde(flatten)]
    kind: RunKind,
    verdict: Verdict,
}

/// The verdicts on some commits, and what could not be fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The verdicts by full commit id, in the order of the request, without commits that have no
    /// pipeline.
    pub verdicts: Vec<(String, Verdict)>,
    /// The number of commits whose verdict could not be fetched.
    pub missing: usize,
    /// The first error of fetching.
    pub error: Option<FetchError>,
}

/// Fetches the verdicts on the commits `wanted`, which are sorted latest first, and adds the
/// outcomes to `known`.
pub async fn fetch(
    provider: Provider,
    client: &Client,
    target: Target,
    wanted: &[String],
    known: &mut CommitOutcomes,
) -> Fetched {
    let known = &mut known.0;
    let mut reader = Reader {
        ages: wanted.iter().zip(0..).map(|(sha, age)| (sha.clone(), age)).collect(),
        open: (0..wanted.len()).filter(|age| !known.contains_key(&wanted[*age])).collect(),
        ..Reader::default()
    };
    let error = reader.read_pages(provider, client, target).await.err();
    let Reader { open, found, unfinished, ended, .. } = reader;
    // A commit has no pipeline for certain if all pages were read and the commit is too old to get
    // one.
    if ended && provider.info().commits == CommitScope::All {
        let without = open.iter().filter(|age| **age >= YOUNG);
        known.extend(without.map(|age| (wanted[*age].clone(), Vec::new())));
    }
    // A pipeline that had failed at an earlier query and has passed now is flaky.
    for (sha, outcomes) in found {
        let known = known.entry(sha).or_default();
        for KindOutcome { kind, verdict } in outcomes {
            add(known, kind, verdict);
        }
    }
    let verdict = |sha: &String| {
        let all = known.get(sha)?;
        // What other events started says nothing about a commit that was built for itself.
        let is_change = |outcome: &&KindOutcome| outcome.kind.trigger.is_change();
        let by_change = provider.info().many_workflows && all.iter().any(|one| is_change(&one));
        let outcomes = all.iter().filter(|outcome| !by_change || is_change(outcome));
        Some((sha.clone(), Verdict::of_commit(outcomes.map(|outcome| outcome.verdict))?))
    };
    let verdicts = wanted.iter().filter_map(verdict).collect();
    // Do not store that a pipeline is running, but keep its earlier outcome: it may be a retry.
    for sha in &unfinished {
        let Some(outcomes) = known.get_mut(sha) else { continue };
        outcomes.retain(|outcome| outcome.verdict != Verdict::Running);
        if outcomes.is_empty() {
            known.remove(sha);
        }
    }
    Fetched { verdicts, missing: if error.is_some() { open.len() } else { 0 }, error }
}

/// Adds the verdict on a run of this kind.
fn add(outcomes: &mut Vec<KindOutcome>, kind: RunKind, verdict: Verdict) {
    match outcomes.iter_mut().find(|outcome| outcome.kind == kind) {
        Some(outcome) => outcome.verdict = outcome.verdict.and(verdict),
        None => outcomes.push(KindOutcome { kind, verdict }),
    }
}

/// The results of the pages read so far.
#[derive(Default)]
struct Reader {
    /// The index of each wanted commit; 0 is the latest.
    ages: BTreeMap<String, usize>,
    /// The indices of the unknown ones.
    open: BTreeSet<usize>,
    found: BTreeMap<String, Vec<KindOutcome>>,
    /// Commits with a pipeline that is running.
    unfinished: BTreeSet<String>,
    /// True if the last page was read.
    ended: bool,
}

impl Reader {
    /// Reads pages, newest first, until there are no more, no commit is unknown, or two pages
    /// consist mostly of wanted commits older than the unknown ones.
    async fn read_pages(
        &mut self,
        provider: Provider,
        client: &Client,
        mut target: Target,
    ) -> Result<(), FetchError> {
        provider.resolve(client, &mut target).await?;
        let mut older = 0;
        for page in 1..=MAX_PAGES {
            let request = PageRequest { page, useful: PAGE };
            let page = provider.runs(client, &target, request).await?;
            let ages = || page.runs.iter().filter_map(|run| self.ages.get(run.sha.as_ref()?));
            // A single run of an old commit may have been restarted.
            let mostly_wanted = 2 * ages().count() > page.runs.len();
            let youngest = ages().min().copied();
            for run in page.runs {
                self.add(run);
            }
            older += usize::from(mostly_wanted && youngest >= self.open.last().copied());
            self.ended = !page.more;
            if self.ended || self.open.is_empty() || older > 1 {
                return Ok(());
            }
        }
        let message = format!("there are more than {MAX_PAGES} pages of pipelines");
        Err(FetchError::new(FetchErrorKind::TooManyPages, message))
    }

    fn add(&mut self, run: Run) {
        let Some(sha) = run.sha else { return };
        if let Some(age) = self.ages.get(&sha) {
            self.open.remove(age);
        }
        if !run.state.is_finished() {
            self.unfinished.insert(sha.clone());
        }
        let outcomes = self.found.entry(sha).or_default();
        // A run that never ran, or an infrastructure failure, is not an outcome, but the commit
        // does have a pipeline.
        let outcome = run.state.outcome;
        if !outcome.never_ran && !outcome.infra_failure {
            add(outcomes, run.kind, outcome.verdict);
        }
    }
}
