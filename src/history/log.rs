//! The same records from `git log` on standard input, in one format: whatever git can read can
//! be drawn, be its ids SHA-256's, its references a reftable or its files elsewhere.
//!
//! Every field ends with a NUL, which no field can contain. A record is [`MARK`], id, parents,
//! author's name and address, the author's time, the committer's, references, subject and body;
//! then, after a newline, the lines of `--numstat -z`.

use std::io::{self, BufRead};

use super::message::{LONGEST_NAME, LONGEST_SUBJECT, judge, offset_min, one_line, seconds};
use super::people::People;
use super::weight::Weight;
use super::{Churn, Commit, History, Id, Traits};
use crate::error::{Error, io_message};

/// The first field of every record; a new format gets a new number.
pub const MARK: &str = "flaky-log-1";
/// The fields after it, in git's words.
const FIELDS: [&str; 9] = ["%H", "%P", "%aN", "%aE", "%at %ad", "%ct", "%D", "%s", "%b"];
/// The longest field that is read, in bytes.
const LONGEST_FIELD: u64 = 64 << 20;

/// The command whose output is read.
pub fn command(first_parent: bool) -> String {
    let format: Vec<&str> = std::iter::once(MARK).chain(FIELDS).collect();
    let merges = if first_parent { " --first-parent --diff-merges=first-parent" } else { "" };
    format!(
        "git log --date-order --reverse -z --numstat --root --no-renames --ignore-submodules=none \
         --no-color --no-show-signature --encoding=UTF-8 --decorate=full --date=format:%z{merges} \
         --format='tformat:{}'",
        format.join("%x00")
    )
}

/// Reads a log; one that was made with `first_parent` compares merges.
///
/// # Errors
/// Where it is empty or something else, or was cut off.
pub fn read(input: impl BufRead, weight: &Weight, first_parent: bool) -> Result<History, Error> {
    let mut fields = Fields { input, number: 0 };
    let mut history = History { place: "log".to_string(), ..History::default() };
    let mut people = People::default();
    let mut field = fields.next()?;
    while let Some(mark) = field {
        if mark != MARK.as_bytes() {
            return Err(not_a_log(history.commits.len()));
        }
        let mut texts = Vec::with_capacity(FIELDS.len());
        for _ in FIELDS {
            let bytes = fields.next()?.ok_or_else(|| cut(history.commits.len()))?;
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        let mut commit =
            commit(&texts, &mut people).ok_or_else(|| not_a_log(history.commits.len()))?;
        loop {
            field = fields.next()?;
            let Some(line) = field.as_deref().and_then(numstat) else { break };
            line.add_to(&mut commit.churn, weight);
        }
        history.commits.push(commit);
    }
    if history.commits.is_empty() {
        return Err(Error::failed("the log is empty").hint(
            "make it with the command that `flaky history --print-log-command` prints; \
             where git failed, it said why",
        ));
    }
    let compares = |commit: &Commit| commit.is_merge() && commit.churn.files > 0;
    if !first_parent && !history.commits.iter().any(compares) {
        let merges = history.commits.iter_mut().filter(|commit| commit.is_merge());
        merges.for_each(|commit| commit.traits.counted = false);
    }
    history.people = people.list;
    Ok(history)
}

fn not_a_log(commits: usize) -> Error {
    let place = match commits {
        0 => "its beginning".to_string(),
        n => format!("the record after commit {n}"),
    };
    Error::failed(format!(
        "the log is not in the format that is read here: {place} is something else"
    ))
    .hint("make it with the command that `flaky history --print-log-command` prints")
}

fn cut(commits: usize) -> Error {
    Error::failed(format!("the log was cut off in its commit {}", commits + 1))
        .hint("write it whole; a pipe in which git failed says so with `set -o pipefail`")
}

/// Fields, each ended by a NUL.
struct Fields<R> {
    input: R,
    number: usize,
}

impl<R: BufRead> Fields<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = Vec::new();
        let failed = |error: io::Error| {
            Error::failed(format!("cannot read the log: {}", io_message(&error)))
        };
        let mut limited = io::Read::take(&mut self.input, LONGEST_FIELD);
        limited.read_until(0, &mut bytes).map_err(failed)?;
        self.number += 1;
        match bytes.pop() {
            None => Ok(None),
            Some(0) => Ok(Some(bytes)),
            Some(_) if self.number == 1 => Err(not_a_log(0)),
            Some(_) => Err(Error::failed("the log was cut off in the middle of a field")
                .hint("write it whole; a pipe in which git failed says so with `set -o pipefail`")),
        }
    }
}

fn commit(texts: &[String], people: &mut People) -> Option<Commit> {
    let [id, parents, name, email, written, committed, references, subject, body] = texts else {
        return None;
    };
    let (written, offset) = written.split_once(' ').unwrap_or((written, ""));
    // Empty where git could not read it.
    let time = |text: &str| if text.is_empty() { Some(None) } else { seconds(text).map(Some) };
    let (written, committed) = (time(written)?, time(committed)?);
    let damaged = written.is_none() || committed.is_none();
    let written_s = written.unwrap_or_default();
    let subject = one_line(subject, LONGEST_SUBJECT);
    let mut tags: Vec<&str> =
        references.split(", ").filter_map(|name| name.strip_prefix("tag: refs/tags/")).collect();
    tags.sort_unstable();
    let (name, email) = (one_line(name, LONGEST_NAME), one_line(email, LONGEST_NAME));
    Some(Commit {
        id: Id::from_hex(id)?,
        parents: parents.split_whitespace().map(Id::from_hex).collect::<Option<_>>()?,
        author: people.place(&name, &email),
        written_s,
        offset_min: offset_min(offset).unwrap_or_default(),
        committed_s: committed.unwrap_or(written_s),
        traits: judge(&subject, body, Traits { counted: true, damaged, ..Traits::default() }),
        subject: subject.into(),
        tags: tags.join(" ").into(),
        churn: Churn::default(),
        verdict: None,
    })
}

/// A line of `--numstat`.
struct Line<'a> {
    added: u32,
    removed: u32,
    path: &'a [u8],
}

/// `added TAB removed TAB path`, dashes where the file is binary. The first of a record comes
/// after a newline.
fn numstat(field: &[u8]) -> Option<Line<'_>> {
    let field = field.strip_prefix(b"\n").unwrap_or(field);
    let mut parts = field.splitn(3, |byte| *byte == b'\t');
    let mut number = || match parts.next()? {
        b"-" => Some(0),
        digits => std::str::from_utf8(digits).ok()?.parse().ok(),
    };
    let (added, removed) = (number()?, number()?);
    Some(Line { added, removed, path: parts.next()? })
}

impl Line<'_> {
    fn add_to(&self, churn: &mut Churn, weight: &Weight) {
        churn.files = churn.files.saturating_add(1);
        churn.added = churn.added.saturating_add(self.added);
        churn.removed = churn.removed.saturating_add(self.removed);
        if weight.counts(self.path) {
            let lines = self.added.saturating_add(self.removed);
            churn.weight = churn.weight.saturating_add(lines);
        }
    }
}
