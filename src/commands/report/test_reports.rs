//! Reads the test reports that match glob patterns.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_message};
use flaky_ci::junit::{MAX_REPORT, TestReports};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Report;

/// The maximum length of a pattern in messages, in characters.
const LONGEST_PATTERN: usize = 100;

/// The report on the tests in the matching files. The outer error is a malformed pattern. The inner
/// one is a file that is missing or cannot be read, which makes the verdict unknown.
pub(super) fn read(patterns: &[String]) -> Result<Result<Report, Error>, Error> {
    for pattern in patterns {
        if pattern.trim().is_empty() {
            return Err(Error::usage("--junit is empty").hint("write --junit GLOB"));
        }
        glob::Pattern::new(pattern).map_err(|error| {
            Error::usage(format!("--junit {pattern:?} is not a valid glob: {}", error.msg))
                .hint("write it as 'target/nextest/**/*.xml', in quotes")
        })?;
    }
    Ok(read_files(patterns))
}

fn read_files(patterns: &[String]) -> Result<Report, Error> {
    let mut tests = TestReports::default();
    for pattern in patterns {
        for path in matching(pattern)? {
            let name = path.display();
            let mut bytes = Vec::new();
            File::open(&path)
                .and_then(|file| file.take(MAX_REPORT + 1).read_to_end(&mut bytes))
                .map_err(|error| {
                    Error::failed(format!("cannot read {name}: {}", io_message(&error)))
                        .hint("name another file")
                })?;
            tests.add(&bytes).map_err(|why| {
                let why = sanitize(&why, LONGEST_PATTERN);
                Error::failed(format!("{name} is not a JUnit report: {why}"))
                    .hint("a runner that was stopped leaves an incomplete report")
            })?;
        }
    }
    Ok(tests.report())
}

/// The files for a pattern: the file with exactly this name, or else all that match.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, Error> {
    let literal = Path::new(pattern);
    if literal.is_file() {
        return Ok(vec![literal.to_path_buf()]);
    }
    let shown = sanitize(pattern, LONGEST_PATTERN);
    if literal.is_dir() {
        return Err(Error::failed(format!("{shown:?} is a directory"))
            .hint(format!("write '{shown}/**/*.xml', in quotes")));
    }
    let found = glob::glob(pattern).map_err(|error| Error::failed(error.msg))?;
    let files: Vec<_> = found.flatten().filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(Error::failed(format!("no file matches {shown:?}"))
            .hint("run the tests first, and quote the pattern"));
    }
    Ok(files)
}
