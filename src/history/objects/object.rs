//! What an object is, how large it may be, and why it may be unreadable.

use std::fmt;
use std::io;

use git2::ObjectType;

/// Size above which commits and tags are not read, in bytes.
const MAX_TEXT: u64 = 16 << 20;
/// Size above which trees are not read, in bytes: about two million entries.
const MAX_TREE: u64 = 64 << 20;
/// Size above which blobs are not read, in bytes.
pub(super) const MAX_BLOB: u64 = 128 << 20;

/// An object.
#[derive(Debug)]
pub(in crate::history) struct Object {
    /// Its kind.
    pub kind: ObjectType,
    /// Its content, without the header.
    pub data: Vec<u8>,
}

/// The reason that an object cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::history) enum Unread {
    /// It is not in the repository, or is of another kind.
    Missing,
    /// A file is damaged.
    Damaged,
    /// It is larger than the limit for its kind.
    TooLarge,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is missing",
            Self::Damaged => "it is damaged",
            Self::TooLarge => "it is too large",
        })
    }
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Self {
        Self::Damaged
    }
}

/// Size limit of objects of this kind, in bytes.
pub(super) fn limit(kind: ObjectType) -> u64 {
    match kind {
        ObjectType::Blob => MAX_BLOB,
        ObjectType::Tree => MAX_TREE,
        _ => MAX_TEXT,
    }
}
