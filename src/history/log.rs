//! Reads commits from the output of `git log`, for repositories that git can read and libgit2
//! cannot (SHA-256 ids, reftables, partial clones).
//!
//! Every field ends with a NUL, which no field can contain. The fields of a record are `MARK`, id,
//! parents, author name and address, author date, commit date, references, subject and body. After
//! a newline follow the lines of `--numstat -z`.

use std::io::{self, BufRead};

use super::error::Error;
use super::exclude::Exclusions;
use super::message::{MAX_NAME, MAX_SUBJECT, classify, offset_min, one_line, seconds};
use super::people::People;
use super::places::Tally;
use super::{Churn, Commit, CommitFlags, History, Id, calendar};
use crate::error::io_message;

/// The first field of every record, with the version of the format.
const MARK: &str = "flaky-log-1";
/// The other fields as placeholders of git's `--format`.
const FIELDS: [&str; 9] = ["%H", "%P", "%aN", "%aE", "%at %ad", "%ct", "%D", "%s", "%b"];
/// The place of the references among them.
const REFERENCES: usize = 6;
/// Maximum size of a field, in bytes.
const MAX_FIELD: u64 = 64 << 20;

/// The command that writes such a log.
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

/// Reads a log. Merges have changes if the log was written with `first_parent`.
///
/// # Errors
/// Fails if the log is empty, has another format or is cut off.
pub fn read(
    input: impl BufRead,
    exclusions: &Exclusions,
    first_parent: bool,
) -> Result<History, Error> {
    let mut fields = Fields { input };
    let mut history = History { name: "log".to_string(), ..History::default() };
    let mut people = People::default();
    let mut field = match fields.next(0) {
        // Without any NUL, this is not a log.
        Err(Error::CutLog(_)) => return Err(Error::OtherLog(0)),
        first => first?,
    };
    while let Some(mark) = field {
        let number = history.commits.len();
        if mark != MARK.as_bytes() {
            return Err(Error::OtherLog(number));
        }
        let mut texts = Vec::with_capacity(FIELDS.len());
        for _ in FIELDS {
            let bytes = fields.next(number)?.ok_or(Error::CutLog(number + 1))?;
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        let mut commit = commit(&texts, &mut people).ok_or(Error::OtherLog(number))?;
        if let Some(branch) = branch(&texts[REFERENCES]) {
            history.name = branch.to_string();
        }
        let mut lines = Tally::default();
        loop {
            field = fields.next(number)?;
            let Some(line) = field.as_deref().and_then(numstat) else { break };
            line.add_to(&mut commit.churn, &mut lines, exclusions);
        }
        commit.places = history.places.add(lines.found());
        history.commits.push(commit);
    }
    if history.commits.is_empty() {
        return Err(Error::EmptyLog);
    }
    let compares = |commit: &Commit| commit.is_merge() && commit.churn.files > 0;
    if !first_parent && !history.commits.iter().any(compares) {
        let merges = history.commits.iter_mut().filter(|commit| commit.is_merge());
        merges.for_each(|commit| commit.flags.counted = false);
    }
    let dates = history.commits.iter().map(|commit| commit.committed_s).collect();
    for (commit, date) in history.commits.iter_mut().zip(calendar::settled(dates)) {
        commit.ordered_s = date;
    }
    history.people = people.list;
    Ok(history)
}

/// Splits a log into fields, each terminated by a NUL.
struct Fields<R> {
    input: R,
}

impl<R: BufRead> Fields<R> {
    /// Reads the next field; `None` at the end of the log. `commits` is the number of complete
    /// commits so far, for errors.
    fn next(&mut self, commits: usize) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = Vec::new();
        let failed = |error: io::Error| {
            Error::Failed(format!("cannot read the log: {}", io_message(&error)))
        };
        let mut limited = io::Read::take(&mut self.input, MAX_FIELD);
        limited.read_until(0, &mut bytes).map_err(failed)?;
        match bytes.pop() {
            None => Ok(None),
            Some(0) => Ok(Some(bytes)),
            Some(_) => Err(Error::CutLog(commits + 1)),
        }
    }
}

/// The branch that HEAD was on when the log was written, if these references name it.
fn branch(references: &str) -> Option<&str> {
    references.split(", ").find_map(|name| name.strip_prefix("HEAD -> refs/heads/"))
}

fn commit(texts: &[String], people: &mut People) -> Option<Commit> {
    let [id, parents, name, email, written, committed, references, subject, body] = texts else {
        return None;
    };
    let (written, offset) = written.split_once(' ').unwrap_or((written, ""));
    // Empty if git cannot parse the date.
    let time = |text: &str| if text.is_empty() { Some(None) } else { seconds(text).map(Some) };
    let (written, committed) = (time(written)?, time(committed)?);
    let damaged = written.is_none() || committed.is_none();
    let written_s = written.unwrap_or_default();
    let subject = one_line(subject, MAX_SUBJECT);
    let mut tags: Vec<&str> =
        references.split(", ").filter_map(|name| name.strip_prefix("tag: refs/tags/")).collect();
    tags.sort_unstable();
    let (name, email) = (one_line(name, MAX_NAME), one_line(email, MAX_NAME));
    Some(Commit {
        id: Id::from_hex(id)?,
        parents: parents.split_whitespace().map(Id::from_hex).collect::<Option<Vec<_>>>()?.into(),
        author: people.index(&name, &email),
        written_s,
        offset_min: offset_min(offset).unwrap_or_default(),
        committed_s: committed.unwrap_or(written_s),
        flags: classify(
            &subject,
            body,
            CommitFlags { counted: true, damaged, ..CommitFlags::default() },
        ),
        subject: subject.into(),
        tags: tags.join(" ").into(),
        ..Commit::default()
    })
}

/// A line of `--numstat`.
struct Line<'a> {
    added: u32,
    removed: u32,
    path: &'a [u8],
}

/// Parses `added TAB removed TAB path`, with dashes for a binary file. The first line of a record
/// follows a newline.
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
    fn add_to(&self, churn: &mut Churn, places: &mut Tally, exclusions: &Exclusions) {
        churn.files = churn.files.saturating_add(1);
        churn.added = churn.added.saturating_add(self.added);
        churn.removed = churn.removed.saturating_add(self.removed);
        if !exclusions.contain(self.path) {
            let lines = self.added.saturating_add(self.removed);
            churn.weight = churn.weight.saturating_add(lines);
            places.add(self.path, lines);
        }
    }
}
