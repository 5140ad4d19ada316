//! What shows that something is flaky, and how much of it.
//!
//! A sha is flaky where the same thing failed and passed on it: a job of one pipeline, an earlier
//! attempt, another pipeline of the same branch and kind. The score is flaky shas ÷ shas on which
//! anything ran more than once; most run once, and dividing by all of them would understate it.
//! That something was started twice proves nothing, and what failed because a runner broke is left
//! out.

use flaky_core::sanitize::sanitize;
use std::collections::BTreeMap;

use super::{Job, Outcome, Run};
use flaky_core::verdict::{Flakiness, Verdict};

/// How much of a job's name is shown, in characters.
const LONGEST_NAME: usize = 64;
/// How much of a commit's id is shown, in digits.
const SHORT_SHA: usize = 8;
/// How many jobs are named.
const MOST_NAMED: usize = 3;
/// What is counted.
const WHAT: &str = "shas that ran twice";

/// What the runs come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weighed {
    /// How many shas disagreed with themselves, of those that could; none where none could.
    pub flakiness: Option<Flakiness>,
    /// A line for every sign, the strongest first.
    pub evidence: Vec<String>,
    /// The jobs that flaked, each with how often, most often first.
    pub jobs: Vec<(String, usize)>,
}

impl Weighed {
    /// How many shas disagreed with themselves.
    pub fn flaky(&self) -> usize {
        let counted = self.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
        counted.map_or(0, |counted| counted.flaky)
    }

    /// In a clause: "3 of 41 shas that ran twice disagreed; job `e2e` 2×".
    pub fn reason(&self) -> String {
        let counted = self.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
        let counted = counted.map_or_else(
            || "no sha ran twice".to_string(),
            |counted| format!("{} of {} {} disagreed", counted.flaky, counted.of, counted.what),
        );
        let jobs = self.jobs.iter().take(MOST_NAMED);
        let jobs = jobs.map(|(name, times)| format!("job `{name}` {times}×"));
        [counted].into_iter().chain(jobs).collect::<Vec<_>>().join("; ")
    }
}

/// Signs of one kind, from the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Job,
    Pipelines,
    Attempt,
}

/// Weighs `runs`, newest first.
pub fn weigh(runs: &[Run]) -> Weighed {
    let mut order = Vec::new();
    let mut groups: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
    for run in runs.iter().filter(|run| !run.sha.is_empty()) {
        let key = (run.sha.as_str(), run.kind());
        let group = groups.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(run);
    }
    let (mut flaky, mut twice) = (Vec::new(), Vec::new());
    let mut signs: Vec<(Strength, String)> = Vec::new();
    let mut jobs: BTreeMap<String, usize> = BTreeMap::new();
    for key in order {
        let seen = Seen::new(&groups[&key], &mut jobs);
        let sha: String = key.0.chars().take(SHORT_SHA).collect();
        let sha = sanitize(&sha, SHORT_SHA);
        if seen.twice && !twice.contains(&key.0) {
            twice.push(key.0);
        }
        if !seen.signs.is_empty() && !flaky.contains(&key.0) {
            flaky.push(key.0);
        }
        signs.extend(
            seen.signs.into_iter().map(|(strength, sign)| (strength, format!("{sha}: {sign}"))),
        );
    }
    signs.sort_by_key(|(strength, _)| *strength);
    let mut jobs: Vec<_> = jobs.into_iter().collect();
    jobs.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    Weighed {
        flakiness: Flakiness::counted(flaky.len(), twice.len(), WHAT),
        evidence: signs.into_iter().map(|(_, sign)| sign).collect(),
        jobs,
    }
}

/// What is seen on one sha.
struct Seen {
    twice: bool,
    signs: Vec<(Strength, String)>,
}

impl Seen {
    fn new(runs: &[&Run], flaked: &mut BTreeMap<String, usize>) -> Self {
        let mut this = Self { twice: false, signs: Vec::new() };
        for run in runs {
            this.jobs(run, flaked);
            this.attempts(run);
        }
        this.pipelines(runs);
        this
    }

    /// The same job of one pipeline.
    fn jobs(&mut self, run: &Run, flaked: &mut BTreeMap<String, usize>) {
        for (name, executions) in executions(&run.jobs) {
            let told: Vec<Verdict> = executions
                .iter()
                .filter(|job| job.outcome.decides())
                .map(|job| job.outcome.verdict)
                .collect();
            self.twice |= told.len() > 1;
            let failed = told.iter().position(|verdict| *verdict == Verdict::Failed);
            let passed = told.iter().rposition(|verdict| *verdict == Verdict::Passed);
            if failed.zip(passed).is_some_and(|(failed, passed)| failed < passed) {
                let name = sanitize(name, LONGEST_NAME);
                // Statuses are a commit's, which has no pipeline.
                let place =
                    if run.id == 0 { String::new() } else { format!(" in pipeline {}", run.id) };
                let sign = format!("job `{name}` failed, then passed{place}");
                self.signs.push((Strength::Job, sign));
                *flaked.entry(name).or_default() += 1;
            }
        }
    }

    /// The same pipeline, started again.
    fn attempts(&mut self, run: &Run) {
        let told = run.earlier.iter().filter(|outcome| outcome.decides());
        let failed = told.clone().filter(|outcome| outcome.verdict == Verdict::Failed).count();
        let decides = outcome(run).decides();
        self.twice |= decides && told.count() > 0;
        if failed > 0 && decides && run.outcome.verdict == Verdict::Passed {
            let sign =
                format!("pipeline {} failed, then passed at attempt {}", run.id, run.attempts);
            self.signs.push((Strength::Attempt, sign));
        }
    }

    /// Different pipelines.
    fn pipelines(&mut self, runs: &[&Run]) {
        let told: Vec<_> = runs.iter().filter(|run| outcome(run).decides()).collect();
        self.twice |= told.len() > 1;
        let ids = |wanted: Verdict| -> Vec<String> {
            let of = told.iter().filter(|run| run.outcome.verdict == wanted);
            of.map(|run| run.id.to_string()).collect()
        };
        let (failed, passed) = (ids(Verdict::Failed), ids(Verdict::Passed));
        if let (Some(failed), Some(passed)) = (failed.first(), passed.first()) {
            let sign = format!("pipeline {failed} failed, pipeline {passed} passed");
            self.signs.push((Strength::Pipelines, sign));
        }
    }
}

/// The executions of every job, oldest first, the jobs in the order of their first.
pub fn executions(jobs: &[Job]) -> Vec<(&str, Vec<&Job>)> {
    let mut sorted: Vec<&Job> = jobs.iter().collect();
    sorted.sort_by_key(|job| job.id);
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all: Vec<(&str, Vec<&Job>)> = Vec::new();
    for job in sorted {
        let place = *places.entry(&job.name).or_insert_with(|| {
            all.push((&job.name, Vec::new()));
            all.len() - 1
        });
        all[place].1.push(job);
    }
    all
}

/// What a run came to; blameless where all that failed in it did so because a runner broke.
fn outcome(run: &Run) -> Outcome {
    let latest = executions(&run.jobs);
    let mut failed = latest
        .iter()
        .filter_map(|(_, executions)| executions.last())
        .filter(|job| job.outcome.verdict == Verdict::Failed && !job.optional)
        .peekable();
    let broke = failed.peek().is_some() && failed.all(|job| job.outcome.blameless);
    Outcome { blameless: run.outcome.blameless || broke, ..run.outcome }
}
