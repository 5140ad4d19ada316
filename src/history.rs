//! The history of a repository: its commits, their changes, and the rhythm made from them.
//!
//! ```text
//! repository ─ repo ─ walk ─ churn ─┐
//!                           cache   ├─> History ─ heartbeat ─> Rhythm
//! git log ──────────── log ─────────┘    plain records
//! ```
//!
//! - [`repo`]: opens a repository and resolves a range
//! - [`walk`]: reads the commits of a range as [`Commit`]s, oldest first
//! - [`churn`]: counts the files and lines that each commit changed
//! - [`log`]: reads the same records from the output of `git log`
//! - [`status`]: reads the CI status of commits from a file or from git notes
//! - [`tags`]: finds the commits at which tags count
//! - [`story`]: tells releases, silences, people and weeks
//! - [`places`]: where the changed lines are, by top folder
//! - [`groups`]: divides commits into groups that share a beat
//! - [`marks`]: selects the kind of a beat
//! - [`pace`]: decides how long each beat is shown
//! - [`heartbeat`]: converts commits to beats
//!
//! git2 is used only here, for references and settings; objects are read by `objects`, within limits.
//! A commit is a plain record of about 300 bytes. Objects are read and counted, but not kept.

pub(crate) mod about;
pub mod cache;
pub mod calendar;
pub mod churn;
mod commits;
mod diff;
mod error;
pub mod exclude;
mod files;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod graph;
pub mod groups;
pub mod heartbeat;
mod indices;
pub mod json;
mod lines;
pub mod log;
mod mailmap;
pub mod marks;
pub(crate) mod message;
mod names;
mod notes;
mod objects;
pub mod pace;
mod parents;
mod people;
pub mod places;
pub mod repo;
pub mod select;
pub mod status;
pub mod story;
pub(crate) mod subdirectory;
pub mod tags;
mod tree;
mod version;
pub mod walk;

use std::collections::BTreeMap;
use std::fmt;

use flaky_core::sanitize::short_id;
use flaky_core::verdict::Verdict;

pub use error::Error;
pub use parents::Parents;
use places::{Places, Row};

/// Length of the longest ids, those of SHA-256, in bytes.
const MAX_ID: usize = 32;

/// A commit's id: 20 bytes of SHA-1 or 32 of SHA-256.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    bytes: [u8; MAX_ID],
    length: u8,
}

impl Id {
    /// The id with these bytes, at most the first 32.
    pub fn new(raw: &[u8]) -> Self {
        let length = raw.len().min(MAX_ID);
        let mut bytes = [0; MAX_ID];
        bytes[..length].copy_from_slice(&raw[..length]);
        Self { bytes, length: length as u8 }
    }

    /// Parses 40 or 64 hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 && digits.len() != 64 {
            return None;
        }
        let nibble = |digit: u8| char::from(digit).to_digit(16).map(|nibble| nibble as u8);
        let mut bytes = [0; MAX_ID];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self { bytes, length: (digits.len() / 2) as u8 })
    }

    /// The bytes, 20 or 32 of them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The abbreviated id; see [`short_id`].
    pub fn short(&self) -> String {
        short_id(&self.to_string())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 2 * MAX_ID];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let text = &text[..2 * usize::from(self.length)];
        f.write_str(std::str::from_utf8(text).unwrap_or_default())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Changes of a commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Churn {
    /// Number of files that `git log --numstat --no-renames` lists.
    pub files: u32,
    /// Number of lines added.
    pub added: u32,
    /// Number of lines removed.
    pub removed: u32,
    /// Number of lines added and removed in files that are not excluded from the height.
    pub weight: u32,
}

/// Properties of a commit besides its changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent")]
pub struct CommitFlags {
    /// It reverts another commit: git wrote its subject, such as `Revert "subject"`, or the body has
    /// "This reverts commit" and an id.
    pub revert: bool,
    /// It is a fixup!, squash! or amend! commit.
    pub fixup: bool,
    /// A shallow clone ends here; the changes are unknown.
    pub boundary: bool,
    /// It, or an object that it refers to, could not be read.
    pub damaged: bool,
    /// Its changes have been counted.
    pub counted: bool,
    /// Its numbers of lines, or of files, are estimates.
    pub estimated: bool,
}

/// A commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// Id of its object.
    pub id: Id,
    /// Ids of its parents; empty for a root.
    pub parents: Parents,
    /// Index of its author in [`History::people`].
    pub author: u32,
    /// Author date, in seconds since 1970.
    pub written_s: i64,
    /// Offset of the author's clock from UTC, in minutes.
    pub offset_min: i16,
    /// Commit date, in seconds since 1970. Commits are ordered by it.
    pub committed_s: i64,
    /// Commit date without the errors of clocks, in seconds since 1970: in the order of the commits
    /// it never decreases.
    pub ordered_s: i64,
    /// First paragraph of its message, in one line.
    pub subject: Box<str>,
    /// Names of its tags, separated by spaces; usually empty.
    pub tags: Box<str>,
    /// Names of tags of other commits that count here, separated by spaces; see
    /// [`TagMover`](tags::TagMover).
    pub moved_tags: Box<str>,
    /// Its other properties.
    pub flags: CommitFlags,
    /// Its changes.
    pub churn: Churn,
    /// Its part of [`History::places`].
    pub places: Row,
    /// Its CI status, if known.
    pub verdict: Option<Verdict>,
}

impl Commit {
    /// Returns true if it has more than one parent.
    pub(crate) fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }

    /// Names of the tags that count here, its own and others.
    pub(crate) fn all_tags(&self) -> impl Iterator<Item = &str> + Clone {
        let both = [&*self.tags, &*self.moved_tags].into_iter();
        both.flat_map(|tags| tags.split(' ')).filter(|tag| !tag.is_empty())
    }

    /// Returns true if tags count here, its own or others.
    pub(crate) fn has_tags(&self) -> bool {
        !(self.tags.is_empty() && self.moved_tags.is_empty())
    }

    /// Returns true if it certainly has no parents: it is neither unreadable nor the boundary of a
    /// shallow clone.
    pub(crate) fn is_root(&self) -> bool {
        self.parents.is_empty() && !self.flags.boundary && !self.flags.damaged
    }
}

/// An author, with name and address from the mailmap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Name, never empty.
    pub name: Box<str>,
    /// Email address.
    pub email: Box<str>,
}

/// A warning about what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A lowercase phrase.
    pub message: String,
    /// Advice for solving it.
    pub hint: Option<String>,
}

/// The commits of a selection.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The commits, oldest first.
    pub commits: Vec<Commit>,
    /// Their authors, without duplicates.
    pub people: Vec<Person>,
    /// Where they changed lines.
    pub places: Places,
    /// Commit dates of the tags of other branches, which count where their branch begins: by name, in
    /// seconds since 1970.
    pub tag_dates: BTreeMap<Box<str>, i64>,
    /// Name of the repository and the range, such as "flaky main".
    pub name: String,
    /// URL that the repository was cloned from, if any.
    pub origin: Option<String>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

impl History {
    /// The author of a commit.
    pub fn author(&self, commit: &Commit) -> &Person {
        &self.people[commit.author as usize]
    }

    /// Number of commits that could not be read completely.
    pub fn damaged(&self) -> usize {
        self.commits.iter().filter(|commit| commit.flags.damaged).count()
    }

    fn warning(&mut self, message: String, hint: Option<&str>) {
        self.warnings.push(Warning { message, hint: hint.map(str::to_string) });
    }
}
