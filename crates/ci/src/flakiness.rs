//! Measures flakiness: collects the evidence and computes the rate.
//!
//! A commit is flaky if the same thing failed and passed on it: a job that was retried within a
//! run, an earlier attempt of a run, another run of the same branch, workflow and trigger, or a test in
//! a posted report. A second execution that agrees with the first is no evidence, and infrastructure failures do not
//! count.
//!
//! The rate is the number of flaky commits divided by the number of commits with a result. People
//! rerun only what failed, so dividing by the commits that ran twice would overstate it; their number
//! is reported beside the rate.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::run::{Job, Outcome, Run, RunId, executions};
use flaky_core::sanitize::{sanitize, short_id};
use flaky_core::verdict::{Evidence, Flakiness, FlakyCount, Reruns, Verdict};

/// The maximum length of the name of a job or test in messages, in characters.
const LONGEST_NAME: usize = 64;
/// The maximum number of jobs and tests named in a reason.
const MAX_NAMED: usize = 3;
/// The maximum number of tests in the evidence.
const MAX_TESTS: usize = 100;
/// The things that the rate counts.
const UNIT: &str = "commits";

/// The flakiness of some runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FlakinessReport {
    /// The rate; `None` if no commit has a result.
    pub flakiness: Option<Flakiness>,
    /// The evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// The flaky jobs and tests in words, with the number of their flakes, most frequent first.
    pub culprits: Vec<(String, usize)>,
}

impl FlakinessReport {
    /// The counts behind the rate.
    fn counted(&self) -> Option<FlakyCount> {
        self.flakiness.as_ref()?.counted
    }

    /// The number of flaky commits.
    pub(crate) fn flaky(&self) -> usize {
        self.counted().map_or(0, |counted| counted.flaky)
    }

    /// The counts as a clause, such as "3 of 41 commits, 7.3 % (95 %: 2.5–19 %); 3 of 4 reruns
    /// disagreed; job `e2e` 2×"; `None` if no commit has a result.
    pub(crate) fn reason(&self) -> Option<String> {
        let counted = self.counted()?;
        let reruns = counted.reruns.map(Reruns::sentence);
        let culprits = self.culprits.iter().take(MAX_NAMED);
        let culprits = culprits.map(|(name, times)| format!("{name} {times}×"));
        let clauses = [counted.sentence()].into_iter().chain(reruns).chain(culprits);
        Some(clauses.collect::<Vec<_>>().join("; "))
    }
}

/// Measures the flakiness of `runs`, which are sorted newest first and include earlier attempts.
pub(crate) fn measure(runs: &[Run]) -> FlakinessReport {
    let mut order = Vec::new();
    let mut groups: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        let Some(sha) = commit(run) else { continue };
        let key = (sha, &run.kind);
        let group = groups.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(run);
    }
    let (mut flaky, mut rerun, mut decided) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut evidence = Vec::new();
    let mut culprits: BTreeMap<String, usize> = BTreeMap::new();
    let mut tests: BTreeMap<&str, FlakyTest> = BTreeMap::new();
    for key in order {
        let (sha, _) = key;
        let comparison = Comparison::new(sha, &groups[&key]);
        let is_flaky = !comparison.evidence.is_empty() || !comparison.flaked.is_empty();
        for (holds, commits) in [
            (is_flaky, &mut flaky),
            (comparison.ran_twice, &mut rerun),
            (is_flaky || comparison.has_result, &mut decided),
        ] {
            if holds {
                commits.insert(sha);
            }
        }
        for one in &comparison.evidence {
            if let Evidence::JobRetried { job, .. } = one {
                *culprits.entry(format!("job `{job}`")).or_default() += 1;
            }
        }
        for (test, failures) in comparison.flaked {
            let known = tests.entry(test).or_default();
            known.times += 1;
            known.failures += failures;
        }
        evidence.extend(comparison.evidence);
    }
    let mut tests: Vec<(&str, FlakyTest)> = tests.into_iter().collect();
    tests.sort_by_key(|(_, test)| Reverse((test.times, test.failures)));
    evidence.extend(evidence_of(&tests));
    evidence.sort_by_key(Evidence::rank);
    let named = tests.iter().take(MAX_NAMED);
    culprits.extend(
        named.map(|(name, test)| (format!("test `{}`", sanitize(name, LONGEST_NAME)), test.times)),
    );
    let mut culprits: Vec<_> = culprits.into_iter().collect();
    culprits.sort_by_key(|(_, times)| Reverse(*times));
    let reruns = Reruns { disagreed: flaky.len(), of: rerun.len() };
    FlakinessReport {
        flakiness: Flakiness::counted(flaky.len(), decided.len(), UNIT, Some(reruns)),
        evidence,
        culprits,
    }
}

/// The flakes of a test in posted reports.
#[derive(Clone, Copy, Default)]
struct FlakyTest {
    /// The number of commits on which it flaked.
    times: usize,
    failures: usize,
}

/// The evidence of tests, worst first.
fn evidence_of(tests: &[(&str, FlakyTest)]) -> Vec<Evidence> {
    let flaked = |(name, test): &(&str, FlakyTest)| Evidence::TestFlaked {
        test: sanitize(name, LONGEST_NAME),
        failures: test.failures,
    };
    let omitted = tests.len().saturating_sub(MAX_TESTS);
    let omitted = (omitted > 0).then_some(Evidence::Omitted { tests: omitted });
    tests.iter().take(MAX_TESTS).map(flaked).chain(omitted).collect()
}

/// The latest attempt of each run, in the same order.
pub(crate) fn latest_attempts(runs: &[Run]) -> Vec<&Run> {
    let mut latest: BTreeMap<_, u64> = BTreeMap::new();
    for run in runs {
        let attempt = latest.entry((&run.key.project, &run.key.id)).or_default();
        *attempt = run.key.attempt.max(*attempt);
    }
    let is_latest = |run: &&Run| latest[&(&run.key.project, &run.key.id)] == run.key.attempt;
    runs.iter().filter(is_latest).collect()
}

/// The comparison of all executions on one commit.
struct Comparison<'a> {
    /// The abbreviated commit id.
    commit: String,
    /// True if anything ran more than once with a result.
    ran_twice: bool,
    /// True if a run passed or failed.
    has_result: bool,
    evidence: Vec<Evidence>,
    /// The tests that flaked within a report, with their failures.
    flaked: BTreeMap<&'a str, usize>,
}

impl<'a> Comparison<'a> {
    fn new(sha: &str, runs: &[&'a Run]) -> Self {
        let mut this = Self {
            commit: short_id(sha),
            ran_twice: false,
            has_result: false,
            evidence: Vec::new(),
            flaked: BTreeMap::new(),
        };
        let mut latest: Vec<(&'a Run, Vec<&'a Run>)> = Vec::new();
        let mut places = BTreeMap::new();
        for run in runs {
            let place = *places.entry(&run.key.id).or_insert(latest.len());
            match latest.get_mut(place) {
                Some((other, earlier)) if other.key.attempt < run.key.attempt => {
                    earlier.push(other);
                    *other = run;
                }
                Some((_, earlier)) => earlier.push(run),
                None => latest.push((run, Vec::new())),
            }
        }
        for (run, earlier) in &latest {
            if !run.is_of_reports() {
                this.compare_jobs(run.jobs(), run.key.id.number());
            }
            this.compare_attempts(run, earlier);
            this.add_tests(run);
        }
        let latest: Vec<&Run> = latest.into_iter().map(|(run, _)| run).collect();
        // What one run reports as failed, another may report as passed.
        let reports = latest.iter().filter(|run| run.is_of_reports());
        let reports: Vec<Job> = reports.flat_map(|run| run.jobs()).cloned().collect();
        this.compare_jobs(&reports, None);
        this.compare_runs(&latest);
        this
    }

    /// Adds the tests that flaked in posted reports. Each of them was executed again.
    fn add_tests(&mut self, run: &'a Run) {
        self.ran_twice |= !run.tests.flaked.is_empty();
        for (test, failures) in &run.tests.flaked {
            *self.flaked.entry(test).or_default() += failures;
        }
    }

    /// Compares the executions of each job of a run, or of all posted reports.
    fn compare_jobs(&mut self, jobs: &[Job], run: Option<u64>) {
        for (name, executions) in executions(jobs) {
            let conclusive: Vec<_> =
                executions.iter().filter(|job| job.state.outcome.is_conclusive()).collect();
            self.ran_twice |= conclusive.len() > 1;
            let failed = conclusive.iter().position(|job| job.verdict() == Verdict::Failed);
            let passed = conclusive.iter().rposition(|job| job.verdict() == Verdict::Passed);
            if let Some((failed, _)) = failed.zip(passed).filter(|(failed, passed)| failed < passed)
            {
                let failures =
                    conclusive.iter().filter(|job| job.verdict() == Verdict::Failed).count();
                self.evidence.push(Evidence::JobRetried {
                    commit: self.commit.clone(),
                    job: sanitize(name, LONGEST_NAME),
                    run,
                    failures,
                    url: conclusive[failed].url.clone(),
                });
            }
        }
    }

    /// Compares a run with its earlier attempts.
    fn compare_attempts(&mut self, run: &Run, earlier: &[&Run]) {
        let is_conclusive = outcome(run).is_conclusive();
        let conclusive = || earlier.iter().filter(|run| run.state.outcome.is_conclusive());
        let failures = conclusive().filter(|run| run.verdict() == Verdict::Failed).count();
        self.ran_twice |= is_conclusive && conclusive().count() > 0;
        if let Some(number) = run.key.id.number()
            && failures > 0
            && is_conclusive
            && run.verdict() == Verdict::Passed
        {
            self.evidence.push(Evidence::AttemptPassed {
                commit: self.commit.clone(),
                run: number,
                attempt: run.key.attempt,
                failures,
                url: run.url.clone(),
            });
        }
    }

    /// Compares the runs with each other; they are sorted newest first.
    fn compare_runs(&mut self, runs: &[&Run]) {
        let conclusive: Vec<_> = runs.iter().filter(|run| outcome(run).is_conclusive()).collect();
        self.has_result = !conclusive.is_empty();
        self.ran_twice |= conclusive.len() > 1;
        let of = |verdict: Verdict| {
            conclusive
                .iter()
                .filter(move |run| run.verdict() == verdict)
                .filter_map(|run| Some((run.key.id.number()?, run)))
        };
        let (failed, passed) = (of(Verdict::Failed).next(), of(Verdict::Passed).next());
        if let (Some((failed, run)), Some((passed, _))) = (failed, passed) {
            self.evidence.push(Evidence::RunsDisagree {
                commit: self.commit.clone(),
                failed,
                passed,
                failures: of(Verdict::Failed).count(),
                url: run.url.clone(),
            });
        }
    }
}

/// The commit of a run. Posted test reports that name none are about a commit of their own.
fn commit(run: &Run) -> Option<&str> {
    let of_reports = match &run.key.id {
        RunId::Reports(named) => Some(named.as_str()),
        _ => None,
    };
    run.sha.as_deref().or(of_reports)
}

/// The outcome of a run. It is also an infrastructure failure if all jobs that failed it are.
fn outcome(run: &Run) -> Outcome {
    let executions = executions(run.jobs());
    let mut failed = executions
        .iter()
        .filter_map(|(_, executions)| executions.last())
        .filter(|job| job.verdict() == Verdict::Failed && job.is_required())
        .peekable();
    let all_infra = failed.peek().is_some() && failed.all(|job| job.state.outcome.infra_failure);
    let outcome = run.state.outcome;
    Outcome { infra_failure: outcome.infra_failure || all_infra, ..outcome }
}

#[cfg(test)]
mod tests;
