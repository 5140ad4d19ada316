//! The verdict on the tests of all reports, and the evidence for it.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Cases, Content, OtherFailure, Outcome};
use super::names::{CommonName, Names, TestKey};
use super::reruns::Reruns;
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Evidence, Flakiness, Report, Verdict};

/// The maximum number of signs in the evidence, and of reports that notes name as unread.
const MAX_EVIDENCE: usize = 100;
/// The maximum length of a name in messages, in characters.
const LONGEST_NAME: usize = 100;

/// Judges the tests of all reports, of which some could not be read.
pub(super) fn judge(names: &Names, reports: &[Content], unread: &[String]) -> Report {
    let reruns = Reruns::among(reports);
    let mut found = Findings { has_reports: !reports.is_empty(), ..Findings::default() };
    for (index, report) in reports.iter().enumerate() {
        found.skipped += report.skipped;
        found.others.extend(report.others.iter().copied().map(|other| (index, other)));
        if reruns.contains(index) {
            continue;
        }
        for (test, cases) in &report.tests {
            found.add(index, *test, *cases, &reruns);
        }
    }
    let verdict = found.verdict(!unread.is_empty());
    let reason = found.reason(verdict, unread);
    let mut evidence = found.evidence(&Words { names, reports });
    let omitted = found.signs().saturating_sub(evidence.len());
    if omitted > 0 {
        evidence.push(Evidence::Omitted { tests: omitted });
    }
    // An unknown verdict names the first itself.
    let named = usize::from(verdict == Verdict::Unknown);
    let notes = unread.iter().skip(named).take(MAX_EVIDENCE).cloned().collect();
    let flakiness = Flakiness::counted(found.flaked, found.tests, "tests", None);
    Report { evidence, flakiness, notes, ..Report::new(verdict, reason) }
}

/// A name in a report, and its failures.
#[derive(Clone, Copy)]
struct Sign {
    report: usize,
    test: TestKey,
    cases: Cases,
    failures: usize,
}

/// What the reports show. Of each list of signs, only those that are named are kept.
#[derive(Default)]
struct Findings {
    has_reports: bool,
    tests: usize,
    failed: usize,
    flaked: usize,
    skipped: usize,
    others: Vec<(usize, OtherFailure)>,
    flakes: Signs,
    counted_flakes: Signs,
    failures: Signs,
    possible_flakes: Signs,
}

/// Signs of one kind: their number, and the first ones.
#[derive(Default)]
struct Signs {
    number: usize,
    first: Vec<Sign>,
}

impl Signs {
    fn add(&mut self, sign: Sign) {
        self.number += 1;
        if self.first.len() < MAX_EVIDENCE {
            self.first.push(sign);
        }
    }
}

impl Findings {
    fn add(&mut self, report: usize, test: TestKey, cases: Cases, reruns: &Reruns) {
        let rerun = reruns.of(report, test);
        let [tests, failed, flaked] = cases.tally();
        self.tests += tests;
        let sign = Sign { report, test, cases, failures: cases.failures + rerun.failures };
        if rerun.has_passed {
            self.flaked += failed;
            self.flakes.add(sign);
            return;
        }
        self.failed += failed;
        self.flaked += flaked;
        match cases.outcome() {
            Outcome::Passed => {}
            Outcome::MayHaveFlaked => self.possible_flakes.add(sign),
            Outcome::Flaked => self.flakes.add(sign),
            Outcome::FlakedAndFailed => self.counted_flakes.add(sign),
            Outcome::Failed | Outcome::FailedAndPassed => self.failures.add(sign),
        }
    }

    /// The number of signs, named or not.
    fn signs(&self) -> usize {
        let kinds = [&self.flakes, &self.counted_flakes, &self.failures, &self.possible_flakes];
        kinds.map(|signs| signs.number).iter().sum::<usize>() + self.others.len()
    }

    /// A report that could not be read may hold a failure, so without it nothing has passed.
    fn verdict(&self, is_incomplete: bool) -> Verdict {
        match self {
            _ if self.failed > 0 || !self.others.is_empty() => Verdict::Failed,
            _ if is_incomplete => Verdict::Unknown,
            Self { flaked: 1.., .. } => Verdict::Flaky,
            Self { tests: 1.., .. } => Verdict::Passed,
            _ => Verdict::Unknown,
        }
    }

    fn reason(&self, verdict: Verdict, unread: &[String]) -> String {
        let Self { tests, flaked, skipped, .. } = self;
        match (verdict, unread) {
            (Verdict::Failed, _) => self.reason_of_failure(unread.len()),
            (Verdict::Unknown, [only]) => only.clone(),
            (Verdict::Unknown, [first, more @ ..]) => {
                format!("{first}, and {} could not be read", count(more.len(), "more report"))
            }
            (Verdict::Unknown, []) if *skipped == 1 => "the only test was skipped".to_string(),
            (Verdict::Unknown, []) if *skipped > 0 => format!("all {skipped} tests were skipped"),
            (Verdict::Unknown, []) if !self.has_reports => "there are no reports".to_string(),
            (Verdict::Unknown, []) => "the reports have no tests".to_string(),
            (Verdict::Flaky, _) => format!("{} failed, then passed", part(*flaked, *tests)),
            _ => format!("{} passed", count(*tests, "test")),
        }
    }

    fn reason_of_failure(&self, unread: usize) -> String {
        let Self { tests, failed, flaked, .. } = self;
        let (mut in_suites, mut in_headers) = (0_usize, 0_usize);
        for (_, failure) in &self.others {
            match failure {
                OtherFailure::InSuite { failures, .. } => {
                    in_suites = in_suites.saturating_add(*failures);
                }
                OtherFailure::InHeader { excess, .. } => {
                    in_headers = in_headers.saturating_add(*excess);
                }
            }
        }
        let parts = [
            (self.others.is_empty() || *failed > 0, format!("{} failed", part(*failed, *tests))),
            (*flaked > 0, format!("{flaked} flaked")),
            (in_suites > 0, format!("{} outside of any test", count(in_suites, "failure"))),
            (in_headers > 0, format!("{} only counted in a header", count(in_headers, "failure"))),
            (unread > 0, format!("{} could not be read", count(unread, "report"))),
        ];
        let parts: Vec<_> =
            parts.into_iter().filter(|(told, _)| *told).map(|(_, part)| part).collect();
        parts.join(", ")
    }

    /// The evidence, strongest first.
    fn evidence(&self, words: &Words<'_>) -> Vec<Evidence> {
        let passed = words.passed_elsewhere(&self.failures.first);
        let flakes = self.flakes.first.iter().map(|sign| words.flaked(sign));
        let counted = self.counted_flakes.first.iter().map(|sign| words.flaked_and_failed(sign));
        let others = self.others.iter().map(|(report, other)| words.other(*report, *other));
        let failures = self.failures.first.iter().map(|sign| words.failed(sign, &passed));
        let possible = self.possible_flakes.first.iter().map(|sign| words.may_have_flaked(sign));
        let all = flakes.chain(counted).chain(others).chain(failures).chain(possible);
        all.take(MAX_EVIDENCE).collect()
    }
}

/// Some of all tests, such as "2 of 3 tests".
fn part(number: usize, tests: usize) -> String {
    if tests == 1 { count(number, "test") } else { format!("{number} of {tests} tests") }
}

/// A number of things, such as "1 report".
fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// The names that evidence is worded with.
struct Words<'a> {
    names: &'a Names,
    reports: &'a [Content],
}

impl Words<'_> {
    fn test(&self, sign: &Sign) -> String {
        sanitize(&self.names.show_test(sign.test), LONGEST_NAME)
    }

    fn file(&self, report: usize) -> String {
        sanitize(&self.reports[report].file, LONGEST_NAME)
    }

    fn flaked(&self, sign: &Sign) -> Evidence {
        Evidence::TestFlaked { test: self.test(sign), failures: sign.failures }
    }

    fn flaked_and_failed(&self, sign: &Sign) -> Evidence {
        Evidence::TestFlakedAndFailed { test: self.test(sign), failures: sign.failures }
    }

    fn may_have_flaked(&self, sign: &Sign) -> Evidence {
        Evidence::TestMayHaveFlaked { test: self.test(sign), executions: sign.cases.passed }
    }

    fn failed(&self, sign: &Sign, passed: &BTreeMap<CommonName, Vec<usize>>) -> Evidence {
        let (test, failures) = (self.test(sign), sign.failures);
        if sign.cases.outcome() == Outcome::FailedAndPassed && !sign.test.is_unnamed() {
            return Evidence::TestFailedAndPassed { test, failures, passes: sign.cases.passed };
        }
        let in_others = passed.get(&self.names.common_name(sign.test));
        match in_others.and_then(|reports| reports.iter().find(|one| **one != sign.report)) {
            Some(other) => Evidence::TestPassedElsewhere {
                test,
                failures,
                failed_in: self.file(sign.report),
                passed_in: self.file(*other),
            },
            None => Evidence::TestFailed { test, failures },
        }
    }

    fn other(&self, report: usize, failure: OtherFailure) -> Evidence {
        let named = |suite| {
            let name = self.names.show_suite(Some(suite));
            if name.is_empty() { self.file(report) } else { sanitize(&name, LONGEST_NAME) }
        };
        match failure {
            OtherFailure::InSuite { suite, failures } => {
                Evidence::SuiteFailed { suite: named(suite), failures }
            }
            OtherFailure::InHeader { suite, stated, shown, .. } => {
                Evidence::FailuresNotShown { suite: named(suite), stated, shown }
            }
        }
    }

    /// Where tests passed that have a name in common with one of these failed ones: up to two reports
    /// for each name.
    fn passed_elsewhere(&self, failed: &[Sign]) -> BTreeMap<CommonName, Vec<usize>> {
        let mut found: BTreeMap<CommonName, Vec<usize>> = BTreeMap::new();
        if self.reports.len() < 2 {
            return found;
        }
        let named = failed.iter().filter(|sign| !sign.test.is_unnamed());
        let wanted: BTreeSet<_> = named.map(|sign| sign.test.name).collect();
        for sign in failed {
            found.entry(self.names.common_name(sign.test)).or_default();
        }
        for (index, report) in self.reports.iter().enumerate() {
            for (test, cases) in &report.tests {
                if !wanted.contains(&test.name) || cases.failed > 0 {
                    continue;
                }
                let name = self.names.common_name(*test);
                if let Some(reports) = found.get_mut(&name)
                    && reports.len() < 2
                    && reports.last() != Some(&index)
                {
                    reports.push(index);
                }
            }
        }
        found
    }
}
