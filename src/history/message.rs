//! Parses commit objects. Any part may be missing, and text need not be UTF-8.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::{CommitFlags, Id};
use flaky_core::sanitize::SHORT_ID;

/// Length at which a subject is cut, in characters.
pub(crate) const MAX_SUBJECT: usize = 2000;
/// Length at which a name or address is cut, in characters.
pub(crate) const MAX_NAME: usize = 100;

/// A parsed commit object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ParsedCommit {
    /// Id of its tree.
    pub tree: Option<Id>,
    /// Ids of its parents.
    pub parents: Vec<Id>,
    /// Author and author date.
    pub author: Signature,
    /// Commit date, in seconds since 1970.
    pub committed_s: i64,
    /// First paragraph of the message, in one line.
    pub subject: String,
    /// Properties that follow from the object.
    pub flags: CommitFlags,
}

/// A person and a date.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Signature {
    /// Name, possibly empty.
    pub name: String,
    /// Email address.
    pub email: String,
    /// Date, in seconds since 1970.
    pub time_s: i64,
    /// Offset from UTC, in minutes.
    pub offset_min: i16,
    /// True if the line is well-formed.
    pub valid: bool,
}

/// Parses a commit object.
pub(crate) fn parse(object: &[u8]) -> ParsedCommit {
    let mut parsed = ParsedCommit::default();
    let mut rest = object;
    let (mut author, mut committer, mut encoding) = (None, None, None);
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let hex = |digits: &[u8]| Id::from_hex(std::str::from_utf8(digits).ok()?.trim());
        // Only the first line of each kind counts; lines of a PGP signature begin with a space.
        if let Some(id) = line.strip_prefix(b"tree ") {
            parsed.tree = parsed.tree.or_else(|| hex(id));
        } else if let Some(id) = line.strip_prefix(b"parent ") {
            parsed.parents.extend(hex(id));
        } else if let Some(line) = line.strip_prefix(b"author ") {
            author.get_or_insert(line);
        } else if let Some(line) = line.strip_prefix(b"committer ") {
            committer.get_or_insert(line);
        } else if let Some(name) = line.strip_prefix(b"encoding ") {
            encoding = Encoding::for_label(name);
        }
    }
    let person = |line| signature(&text(line, encoding));
    parsed.author = author.map(person).unwrap_or_default();
    let committer = committer.map(person).unwrap_or_default();
    parsed.flags.damaged = !(parsed.author.valid && committer.valid) || parsed.tree.is_none();
    parsed.committed_s = if committer.valid { committer.time_s } else { parsed.author.time_s };
    // The beginning of a message is enough. As in git, a NUL ends it.
    let message = &rest[..rest.len().min(1 << 16)];
    let end = memchr::memchr(0, message).unwrap_or(message.len());
    let message = text(&message[..end], encoding);
    (parsed.subject, parsed.flags) = read_message(&message, parsed.flags);
    parsed
}

fn text<'a>(bytes: &'a [u8], encoding: Option<&'static Encoding>) -> Cow<'a, str> {
    match encoding {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

fn read_message(message: &str, flags: CommitFlags) -> (String, CommitFlags) {
    let message = message.trim_start_matches(['\n', '\r', ' ', '\t']);
    // A line of white space ends the subject, even if it has only a carriage return.
    let mut end = 0;
    for line in message.split_inclusive('\n') {
        if line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    let (subject, body) = message.split_at(end);
    let subject = one_line(subject, MAX_SUBJECT);
    let flags = classify(&subject, body, flags);
    (subject, flags)
}

/// Determines the properties that follow from subject and body.
pub(crate) fn classify(subject: &str, body: &str, flags: CommitFlags) -> CommitFlags {
    let starts =
        |word: &str| subject.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let names_a_commit = body.find("This reverts commit ").is_some_and(|at| {
        let id = &body[at + "This reverts commit ".len()..];
        id.bytes().take_while(u8::is_ascii_hexdigit).count() >= SHORT_ID
    });
    // The titles that git writes are enough; others need the id.
    let titled = ["Revert \"", "Reapply \""].iter().any(|title| subject.starts_with(title));
    CommitFlags {
        revert: titled || names_a_commit && (starts("revert") || starts("reapply")),
        fixup: ["fixup!", "squash!", "amend!"].iter().any(|word| starts(word)),
        ..flags
    }
}

/// Parses `Name <email> seconds +hhmm`.
fn signature(text: &str) -> Signature {
    let (who, when) = match text.rsplit_once('>') {
        Some((who, when)) => (who, when),
        None => (text, ""),
    };
    let (name, email) = who.split_once('<').unwrap_or((who, ""));
    let mut words = when.split_whitespace();
    let seconds = words.next().and_then(seconds);
    let offset = words.next().and_then(offset_min);
    Signature {
        name: one_line(name, MAX_NAME),
        email: one_line(email, MAX_NAME),
        time_s: seconds.unwrap_or_default(),
        offset_min: offset.unwrap_or_default(),
        valid: text.contains('>') && seconds.is_some() && offset.is_some(),
    }
}

/// Parses seconds since 1970; numbers out of range are clamped.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let most = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(most))
}

/// Parses `+hhmm` or `-hhmm` to minutes; offsets beyond 15 hours count as UTC.
pub(crate) fn offset_min(text: &str) -> Option<i16> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => return None,
    };
    let number: i64 = digits.parse().ok().filter(|number| *number >= 0)?;
    let minutes = number / 100 * 60 + number % 100;
    Some(if minutes <= 15 * 60 { sign * minutes as i16 } else { 0 })
}

/// Text with its white space replaced by single spaces, cut after `max` characters.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max));
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * max {
            break;
        }
    }
    if let Some((at, _)) = line.char_indices().nth(max) {
        line.truncate(at);
        line.push('…');
    }
    line
}
