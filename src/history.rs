//! A repository's life: every commit, what it changed, and the heartbeat it makes.
//!
//! ```text
//! repository ─ repo ─ walk ─ churn ─┐
//!                           cache   ├─> History ─ pulse ─> Rhythm
//! git log ──────────── log ─────────┘    plain records
//! ```
//!
//! - [`repo`]: finds and opens a repository, and says what a range names
//! - [`walk`]: every commit of a range as a [`Commit`], oldest first
//! - [`churn`]: how many files and lines each of them changed
//! - [`log`]: the same records from `git log` on standard input
//! - [`status`]: what became of commits in CI, from a file or from git notes
//! - [`pulse`]: commits as beats
//!
//! Only here is git2 used. A commit is kept as one plain record (some 300 bytes); objects are
//! read, counted and let go.

pub mod cache;
pub mod churn;
pub mod json;
mod lines;
pub mod log;
pub mod message;
mod people;
pub mod pulse;
pub mod repo;
pub mod select;
pub mod status;
mod tree;
pub mod walk;
pub mod weight;

use std::fmt;

use flaky_core::verdict::Verdict;

/// The longest id there is, in bytes: SHA-256's.
const LONGEST_ID: usize = 32;
/// How many hexadecimal digits of an id are shown.
pub const SHORT_ID: usize = 7;

/// A commit's id: 20 bytes of SHA-1 or 32 of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    bytes: [u8; LONGEST_ID],
    length: u8,
}

impl Id {
    /// The id of these bytes, at most 32 of them.
    pub fn new(raw: &[u8]) -> Self {
        let length = raw.len().min(LONGEST_ID);
        let mut bytes = [0; LONGEST_ID];
        bytes[..length].copy_from_slice(&raw[..length]);
        Self { bytes, length: length as u8 }
    }

    /// The id written as 40 or 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 && digits.len() != 64 {
            return None;
        }
        let nibble = |digit: u8| char::from(digit).to_digit(16).map(|nibble| nibble as u8);
        let mut bytes = [0; LONGEST_ID];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self { bytes, length: (digits.len() / 2) as u8 })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Its first digits, as people write it.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(SHORT_ID);
        text
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a commit changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Churn {
    /// Files, as `git log --numstat --no-renames` lists them.
    pub files: u32,
    /// Lines added to them.
    pub added: u32,
    /// Lines removed from them.
    pub removed: u32,
    /// Lines added and removed that count for the height: those of files that people write.
    pub weight: u32,
}

/// What a commit is by itself, whatever it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each can hold by itself")]
pub struct Traits {
    /// It undoes another: a Revert title, and "This reverts commit" with an id.
    pub revert: bool,
    /// It belongs to another: fixup!, squash! or amend!.
    pub fixup: bool,
    /// The history was cut off before it (a shallow clone), so nobody knows what it changed.
    pub boundary: bool,
    /// It, or something it needs, could not be read.
    pub damaged: bool,
    /// What it changed has been counted, or is known to be nothing.
    pub counted: bool,
}

/// A commit, as a plain record.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// Its id.
    pub id: Id,
    /// Its parents; none for a beginning.
    pub parents: Box<[Id]>,
    /// Who wrote it, as a place in [`History::people`].
    pub author: u32,
    /// When it was written, in seconds since 1970.
    pub written_s: i64,
    /// The author's offset from UTC, in minutes.
    pub offset_min: i16,
    /// When it was committed, in seconds since 1970; the order of commits follows it.
    pub committed_s: i64,
    /// The first paragraph of its message, in one line.
    pub subject: Box<str>,
    /// The tags that point at it, separated by spaces; mostly none.
    pub tags: Box<str>,
    /// What it is.
    pub traits: Traits,
    /// What it changed.
    pub churn: Churn,
    /// What became of it in CI, where anybody said so.
    pub verdict: Option<Verdict>,
}

impl Commit {
    /// Whether it has more than one parent.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }

    /// Whether nothing came before it.
    pub fn is_root(&self) -> bool {
        self.parents.is_empty() && !self.traits.boundary && !self.traits.damaged
    }
}

/// A person, mailmap applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// The name.
    pub name: Box<str>,
    /// The address.
    pub email: Box<str>,
}

/// Something a person should know about what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// One lowercase sentence.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Every commit of a selection, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The commits.
    pub commits: Vec<Commit>,
    /// Their authors, each once.
    pub people: Vec<Person>,
    /// Where it was read, such as "main" or "1cc4a43".
    pub place: String,
    /// The address it was cloned from, if any.
    pub origin: Option<String>,
    /// What a person should know about it.
    pub remarks: Vec<Remark>,
}

impl History {
    /// Who wrote a commit.
    pub fn author(&self, commit: &Commit) -> &Person {
        &self.people[commit.author as usize]
    }

    /// How many commits could not be read in full.
    pub fn damaged(&self) -> usize {
        self.commits.iter().filter(|commit| commit.traits.damaged).count()
    }

    fn remark(&mut self, what: impl Into<String>, hint: Option<&str>) {
        self.remarks.push(Remark { what: what.into(), hint: hint.map(str::to_string) });
    }
}
