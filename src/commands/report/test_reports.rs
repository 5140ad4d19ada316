//! Reads the test reports that `--junit` names.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::report_files::{LONGEST_PATH, Source, unreadable};
use super::warn;
use crate::error::Error;
use flaky_ci::junit::{MAX_REPORT, ReportError, TestReports};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Report, Verdict};

/// The maximum number of warnings about single files.
const MAX_WARNINGS: usize = 10;

/// Reads the reports, and warns about what could not be read, or is no report. If the verdict is
/// unknown, there may be a hint beside the report, and the reason takes the place of a warning.
///
/// # Errors
/// Fails if an argument is not a valid pattern. A file that is missing or cannot be read is no error:
/// without a failure in another, it makes the verdict unknown.
pub(super) fn read(arguments: &[String]) -> Result<(Report, Option<String>), Error> {
    let sources: Vec<_> =
        arguments.iter().map(|argument| Source::of(argument)).collect::<Result<_, _>>()?;
    let mut reading = Reading::default();
    for source in sources {
        reading.read(source);
    }
    let Reading { tests, problems, others, .. } = reading;
    let report = tests.report();
    if !others.is_empty() {
        warn(&no_reports(&others));
    }
    let is_unknown = report.verdict == Verdict::Unknown;
    let mut problems = problems.into_iter();
    let hint = if is_unknown { problems.next().and_then(|first| first.hint) } else { None };
    for problem in problems.by_ref().take(MAX_WARNINGS) {
        warn(&problem);
    }
    let more = problems.len();
    if more > 0 {
        warn(&Error::failed(format!("{more} more reports could not be read")));
    }
    Ok((report, hint))
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    tests: TestReports,
    /// What could not be read, each with a hint.
    problems: Vec<Error>,
    /// Files in a directory that have another format.
    others: Vec<String>,
    has_read_stdin: bool,
    /// The files read, by their canonical paths: arguments may overlap.
    files: BTreeSet<PathBuf>,
}

impl Reading {
    fn read(&mut self, source: Source) {
        match source {
            Source::Stdin if self.has_read_stdin => {}
            Source::Stdin => {
                self.has_read_stdin = true;
                self.add(Path::new("standard input"), io::stdin().lock(), false);
            }
            Source::File(path) => self.open(&path, false),
            Source::Search(search) => {
                let found = search.run();
                for path in found.files {
                    self.open(&path, search.is_directory);
                }
                for error in found.errors {
                    self.miss(error);
                }
            }
        }
    }

    /// Reads a file, which may be of another format if it stands `in_directory`.
    fn open(&mut self, path: &Path, in_directory: bool) {
        let is_new = match fs::canonicalize(path) {
            Ok(canonical) if canonical.is_file() => self.files.insert(canonical),
            _ => true,
        };
        match File::open(path) {
            _ if !is_new => {}
            Ok(file) => self.add(path, file, in_directory),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let shown = sanitize(&path.display().to_string(), LONGEST_PATH);
                let error = Error::failed(format!("no file matches {shown:?}"));
                self.miss(error.hint("run the tests first, and quote the pattern"));
            }
            Err(error) => self.miss(unreadable(path, &error)),
        }
    }

    fn add(&mut self, path: &Path, file: impl Read, in_directory: bool) {
        let mut bytes = Vec::new();
        if let Err(error) = file.take(MAX_REPORT + 1).read_to_end(&mut bytes) {
            self.miss(unreadable(path, &error));
            return;
        }
        let name = path.display().to_string();
        let result = self.tests.add(&name, &bytes);
        let shown = sanitize(&name, LONGEST_PATH);
        match result {
            Ok(()) => {}
            Err(ReportError::Foreign) if in_directory => self.others.push(shown),
            Err(why) => {
                let hint = match &why {
                    ReportError::Foreign => {
                        "name reports alone, or their directory, where other XML files are passed over"
                    }
                    ReportError::Unsafe(_) => {
                        "a JUnit report has no document type and few levels: check what wrote the file"
                    }
                    ReportError::NotXml | ReportError::Damaged(_) => {
                        "a runner that was stopped leaves an incomplete report"
                    }
                    ReportError::TooLarge(_) => {
                        "leave out what the tests print, or judge parts of the reports one by one"
                    }
                };
                let why = sanitize(&why.to_string(), LONGEST_PATH);
                self.miss(Error::failed(format!("{shown} {why}")).hint(hint));
            }
        }
    }

    /// Notes what could not be read.
    fn miss(&mut self, problem: Error) {
        self.tests.miss(problem.message.clone());
        self.problems.push(problem);
    }
}

/// The warning about files in a directory that have another format.
fn no_reports(others: &[String]) -> Error {
    let named: Vec<_> = others.iter().take(MAX_WARNINGS).map(String::as_str).collect();
    let more = match others.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!("not JUnit reports, passed over: {}{more}", named.join(", "));
    Error::failed(what).hint("name the reports one by one if one of these should count")
}
