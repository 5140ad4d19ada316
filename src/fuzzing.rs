//! Entry points for fuzzing: one function per parser of foreign input. They are no API.
//!
//! Each takes any bytes and returns true if they were understood. The targets of `fuzz/` call them,
//! and so does a bounded test on stable (`fuzzing/tests.rs`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clap::Parser;
use jiff::Timestamp;

use crate::cli::Cli;
use crate::history::exclude::Exclusions;
use crate::history::{self, History, log, message, status};
use crate::store::Records;
use flaky_ci::fuzzing::responses;
use flaky_ci::junit::TestReports;
use flaky_ci::webhook::{self, Dialect, Request, Secret};
use flaky_ci::{Provider, Query, parse_remote, without_secrets};
use flaky_core::rhythm::json;
use flaky_core::signal::Signal;

/// A parser: any bytes in, true if they were understood.
pub type Target = fn(&[u8]) -> bool;

/// All targets with their names, which are those of the files in `fuzz/fuzz_targets/`.
pub const TARGETS: [(&str, Target); 20] = [
    ("arguments", arguments),
    ("cctray", cctray),
    ("commit", commit),
    ("delta", delta),
    ("endpoint", endpoint),
    ("git_log", git_log),
    ("gitea", gitea),
    ("github", github),
    ("gitlab", gitlab),
    ("jenkins", jenkins),
    ("junit", junit),
    ("link_header", link_header),
    ("pack", pack),
    ("project", project),
    ("records", records),
    ("rhythm", rhythm),
    ("status_file", status_file),
    ("tree", tree),
    ("webhook", webhook),
    ("woodpecker", woodpecker),
];

/// The arguments of the command line, one per line.
pub fn arguments(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| {
        let words = ["flaky"].into_iter().chain(text.lines());
        Cli::try_parse_from(words).map_err(|error| error.to_string()).is_ok()
    })
}

/// A cctray.xml.
pub fn cctray(bytes: &[u8]) -> bool {
    responses(Provider::CcTray, bytes)
}

/// A commit object.
pub fn commit(bytes: &[u8]) -> bool {
    !message::parse(bytes).flags.damaged
}

/// A base and a delta of it, as in packs.
pub fn delta(bytes: &[u8]) -> bool {
    history::fuzzing::delta(bytes)
}

/// The JSON of a shields endpoint.
pub fn endpoint(bytes: &[u8]) -> bool {
    responses(Provider::Endpoint, bytes)
}

/// The output of `git log` for `--from-log`.
pub fn git_log(bytes: &[u8]) -> bool {
    static EXCLUSIONS: LazyLock<Exclusions> =
        LazyLock::new(|| Exclusions::new(&[]).expect("the default patterns"));
    [false, true]
        .into_iter()
        .all(|first_parent| log::read(bytes, &EXCLUSIONS, first_parent).is_ok())
}

/// Responses of Gitea.
pub fn gitea(bytes: &[u8]) -> bool {
    responses(Provider::Gitea, bytes)
}

/// Responses of GitHub.
pub fn github(bytes: &[u8]) -> bool {
    responses(Provider::GitHub, bytes)
}

/// Responses of GitLab.
pub fn gitlab(bytes: &[u8]) -> bool {
    responses(Provider::GitLab, bytes)
}

/// Responses of Jenkins.
pub fn jenkins(bytes: &[u8]) -> bool {
    responses(Provider::Jenkins, bytes)
}

/// A `JUnit` report, read twice as two reports.
pub fn junit(bytes: &[u8]) -> bool {
    let mut reports = TestReports::default();
    let read = [reports.add("a.xml", bytes), reports.add("b.xml", bytes)];
    let report = reports.report();
    read.iter().all(Result::is_ok) && serde_json::to_string(&report).is_ok()
}

/// The `Link` header of a response.
pub fn link_header(bytes: &[u8]) -> bool {
    flaky_ci::fuzzing::link_header(bytes)
}

/// A pack and its index.
pub fn pack(bytes: &[u8]) -> bool {
    history::fuzzing::pack(bytes)
}

/// The address of a project or of a remote.
pub fn project(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| {
        let query = Query::new(text);
        let shown = without_secrets(text);
        let is_known = Provider::ALL.iter().any(|provider| match provider.target(&query) {
            Ok(_) => true,
            Err(error) => error.to_string().is_empty(),
        });
        (is_known || parse_remote(text).is_some()) && !shown.is_empty()
    })
}

/// The entries of a file in the cache directory.
pub fn records(bytes: &[u8]) -> bool {
    !Records::parse::<BTreeMap<String, Vec<String>>>(bytes).1.is_empty()
}

/// A rhythm file. What is understood must be the same when it is written and read again.
pub fn rhythm(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    match json::from_str(text) {
        Ok(rhythm) => {
            let again = json::from_str(&json::to_string(&rhythm)).expect("a written rhythm");
            assert_eq!(again, rhythm, "what was written is read again");
            Signal::new(&rhythm).at(rhythm.duration_s / 2.0).is_finite()
        }
        Err(error) => error.to_string().is_empty(),
    }
}

/// A file with the status of commits.
pub fn status_file(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    status::from_lines(&mut History::default(), "status.csv", &text).is_ok()
}

/// Tree objects, which are compared.
pub fn tree(bytes: &[u8]) -> bool {
    history::fuzzing::trees(bytes)
}

/// A webhook: headers, an empty line and a body. What is understood is checked with a secret too, and
/// changes nothing when it comes again.
pub fn webhook(bytes: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(bytes, b"\n\n") else { return false };
    let (head, body) = (&bytes[..end], &bytes[end + 2..]);
    let headers: BTreeMap<&[u8], &[u8]> = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let colon = memchr::memmem::find(line, b": ")?;
            Some((&line[..colon], &line[colon + 2..]))
        })
        .collect();
    let header = |name: &str| headers.get(name.as_bytes()).copied();
    let request = Request { header: &header, body };
    let Some(dialect) = Dialect::of(&request) else { return false };
    let secrets = ["hush", "whsec_aHVzaA=="].map(|text| Secret::new(text).expect("a secret"));
    for secrets in [&secrets[..1], &secrets[..]] {
        let _ = webhook::authenticate(dialect, &request, secrets.iter(), Timestamp::UNIX_EPOCH);
    }
    match webhook::read(dialect, &request) {
        Ok(message) => message.runs.iter().all(|run| run.clone().merge(run.clone()) == *run),
        Err(why) => why.to_string().is_empty(),
    }
}

/// Responses of Woodpecker.
pub fn woodpecker(bytes: &[u8]) -> bool {
    responses(Provider::Woodpecker, bytes)
}

#[cfg(test)]
mod mutator;
#[cfg(test)]
mod tests;
