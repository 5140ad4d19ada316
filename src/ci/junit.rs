//! JUnit's XML, as the runners of every language write it.
//!
//! Who writes what: Surefire and nextest put `<flakyFailure>` or `<flakyError>` into a test that
//! passed at last, and `<rerunFailure>` beside the `<failure>` of one that never did; Gradle
//! writes every execution as a test case of its own; nextest can be told to count a flake as a
//! failure and then writes both. Test cases of one class and name are executions of one test, in
//! the order of the files' names and of their places in them: the last one decides, because some
//! runners write a failure that was repeated as if it had passed. A suite's host is a part of the
//! name: runners put a browser or a machine there. So are the names of the suites where the class
//! says nothing: Node writes "test" for all of them.

use flaky_core::sanitize::sanitize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::place::address;
use super::xml::{self, Step};
use super::{
    About, BARE, Client, Outcome, Page, Place, Provider, Question, Run, Slice, Tests, Trouble,
};
use crate::error::{Error, io_message};
use flaky_core::verdict::{Flakiness, Verdict};

/// The largest report that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// How many tests are named.
const MOST_EVIDENCE: usize = 100;
/// How much of a test's name is shown, in characters.
const LONGEST_NAME: usize = 100;

/// Reports of tests.
pub struct JUnit;

static ABOUT: About = About {
    name: "junit",
    takes: "GLOB",
    help: "Test reports: JUnit XML files; may be given again",
    many: true,
    retries: "tests that were run again",
    denied: "",
    ..BARE
};

impl Provider for JUnit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        for pattern in &question.subjects {
            glob::Pattern::new(pattern).map_err(|error| {
                Error::usage(format!("--junit {pattern:?} is no pattern: {}", error.msg))
                    .hint("write it as 'target/nextest/**/*.xml', in quotes")
            })?;
        }
        Ok(Place::new(address("http://localhost")?, "", question))
    }

    fn runs(&self, _: &Client, place: &Place, _: Slice) -> Result<Page, Trouble> {
        let mut report = Report::default();
        for pattern in &place.question.subjects {
            let paths = meant(pattern)?;
            for path in &paths {
                let name = path.display().to_string();
                let read = File::open(path).and_then(|file| {
                    let mut bytes = Vec::new();
                    file.take(LARGEST + 1).read_to_end(&mut bytes).map(|_| bytes)
                });
                let bytes = read.map_err(|error| {
                    Trouble::new(
                        format!("cannot read {name}: {}", io_message(&error)),
                        "name another file",
                    )
                })?;
                report.add(&bytes).map_err(|why| {
                    let what = format!("{name} is no JUnit report: {}", sanitize(&why, 100));
                    Trouble::new(what, "a report that breaks off was left by a runner that did too")
                })?;
            }
        }
        Ok(Page { runs: vec![report.run()], more: false })
    }
}

/// The files that a pattern means: one of that very name, or those that match it.
fn meant(pattern: &str) -> Result<Vec<PathBuf>, Trouble> {
    let literal = Path::new(pattern);
    if literal.is_file() {
        return Ok(vec![literal.to_path_buf()]);
    }
    let shown = sanitize(pattern, LONGEST_NAME);
    if literal.is_dir() {
        let hint = format!("write '{shown}/**/*.xml', in quotes");
        return Err(Trouble::new(format!("{shown:?} is a folder"), &hint));
    }
    let found = glob::glob(pattern).map_err(|error| Trouble::new(error.msg, ""))?;
    let files: Vec<_> = found.flatten().filter(|path| path.is_file()).collect();
    if files.is_empty() {
        let what = format!("no file matches {shown:?}");
        return Err(Trouble::new(what, "run the tests first; quote the pattern"));
    }
    Ok(files)
}

/// What a test is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    class: String,
    test: String,
    host: String,
}

impl Name {
    fn shown(&self) -> String {
        let full = format!("{} {}", self.class.trim(), self.test.trim());
        sanitize(full.trim(), LONGEST_NAME)
    }
}

/// What the executions of a test came to.
#[derive(Clone, Copy, Debug, Default)]
struct Test {
    /// The last one.
    last: Case,
    /// Whether one before it failed.
    failed_before: bool,
}

/// What stands in one test case.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    failure: bool,
    flake: bool,
    skipped: bool,
}

/// The tests of some reports.
#[derive(Default)]
struct Report {
    tests: BTreeMap<Name, Test>,
    skipped: usize,
}

impl Report {
    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() as u64 > LARGEST {
            return Err(format!("it is larger than {} MiB", LARGEST >> 20));
        }
        let mut is_report = false;
        let mut path: Vec<String> = Vec::new();
        let mut host = String::new();
        let mut suites: Vec<(usize, String)> = Vec::new();
        let mut open: Option<(Name, Case, usize)> = None;
        xml::walk(bytes, |step| match step {
            Step::Start(element, attributes) => {
                is_report |=
                    path.is_empty() && matches!(element.as_str(), "testsuites" | "testsuite");
                if element == "testsuite" {
                    host = attributes.get("hostname");
                    suites.push((path.len(), attributes.get("name")));
                } else if element == "testcase" && open.is_none() {
                    let names = || suites.iter().map(|(_, name)| name.as_str());
                    let class = attributes.get("classname");
                    let silent = class.is_empty() || class == "test";
                    let name = Name {
                        class: if silent { names().collect::<Vec<_>>().join(" ") } else { class },
                        test: attributes.get("name"),
                        host: host.clone(),
                    };
                    open = Some((name, Case::default(), path.len()));
                } else if let Some((_, case, depth)) = &mut open
                    && path.len() == *depth + 1
                {
                    match element.as_str() {
                        "failure" | "error" => case.failure = true,
                        "flakyFailure" | "flakyError" => case.flake = true,
                        "skipped" => case.skipped = true,
                        _ => {}
                    }
                }
                path.push(element);
            }
            Step::End => {
                path.pop();
                suites.pop_if(|(depth, _)| *depth == path.len());
                if let Some((name, case, depth)) = open.take() {
                    if path.len() == depth {
                        self.case(name, case);
                    } else {
                        open = Some((name, case, depth));
                    }
                }
            }
        })?;
        if is_report { Ok(()) } else { Err("it has no <testsuite>".to_string()) }
    }

    fn case(&mut self, mut name: Name, case: Case) {
        if name.test.is_empty() {
            // Without a name there is nothing to be the same as.
            name.test = format!("(unnamed {})", self.tests.len() + 1);
        }
        if case.skipped && !case.failure && !case.flake {
            self.skipped += 1;
            return;
        }
        let test = self.tests.entry(name).or_default();
        test.failed_before |= test.last.failure || test.last.flake;
        test.last = case;
    }

    fn run(self) -> Run {
        let total = self.tests.len();
        let (mut flaky, mut broken, mut counted) = (Vec::new(), Vec::new(), Vec::new());
        for (name, test) in &self.tests {
            let name = name.shown();
            match test.last {
                // A runner that counts flakes as failures.
                Case { failure: true, flake: true, .. } => {
                    counted.push(format!("test {name}: passed at last, and counts as a failure"));
                }
                Case { failure: true, .. } => broken.push(format!("test {name}: failed")),
                Case { flake, .. } if flake || test.failed_before => {
                    flaky.push(format!("test {name}: failed, then passed"));
                }
                Case { .. } => {}
            }
        }
        let flakes = flaky.len() + counted.len();
        let failures = broken.len() + counted.len();
        let verdict = match (total, failures, flakes) {
            (0, ..) => Verdict::Unknown,
            (_, 1.., _) => Verdict::Failed,
            (_, 0, 1..) => Verdict::Flaky,
            _ => Verdict::Passed,
        };
        let reason = match verdict {
            Verdict::Unknown if self.skipped > 0 => {
                format!("all {} tests were skipped", self.skipped)
            }
            Verdict::Unknown => "the reports have no tests".to_string(),
            Verdict::Failed if flakes > 0 => {
                format!("{failures} of {total} tests failed, {flakes} flaked")
            }
            Verdict::Failed => format!("{failures} of {total} tests failed"),
            Verdict::Flaky => format!("{flakes} of {total} tests failed, then passed"),
            _ if total == 1 => "1 test passed".to_string(),
            _ => format!("{total} tests passed"),
        };
        let mut evidence = [flaky, counted, broken].concat();
        let rest = evidence.len().saturating_sub(MOST_EVIDENCE);
        evidence.truncate(MOST_EVIDENCE);
        if rest > 0 {
            evidence.push(format!("and {rest} tests more"));
        }
        let tests =
            Tests { flakiness: Flakiness::counted(flakes, total, "tests"), evidence, reason };
        Run {
            outcome: Outcome::of(verdict),
            idle: false,
            tests: Some(tests),
            ..Run::new(0, "", verdict.word())
        }
    }
}
