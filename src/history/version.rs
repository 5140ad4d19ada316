//! Versions of a file: what they contain, and the lines by which two of them differ.

use std::rc::Rc;

use git2::{ObjectType, Oid};

use super::diff::Lines;
use super::lines;
use super::objects::{Object, Objects, Unread};
use super::tree::TreeEntry;

/// A file in one of the trees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// It is not there.
    Missing,
    /// Its content.
    Blob(Oid),
    /// The commit of a submodule, which git treats as a line of text.
    Submodule(Oid),
}

impl Version {
    /// The version that an entry of a tree describes.
    pub(super) fn of(entry: Option<TreeEntry<'_>>) -> Self {
        match entry.and_then(|entry| Some((entry.is_submodule(), Oid::from_bytes(entry.id).ok()?)))
        {
            None => Self::Missing,
            Some((false, id)) => Self::Blob(id),
            Some((true, id)) => Self::Submodule(id),
        }
    }
}

/// Counts the lines that were removed and added between two versions.
///
/// # Errors
/// Fails if one of them cannot be read.
pub(super) fn compare(
    objects: &mut Objects<'_>,
    old: Version,
    new: Version,
) -> Result<Lines, Unread> {
    let new = Content::read(objects, new)?;
    let old = Content::read(objects, old)?;
    Ok(match (old, new) {
        (Content::TooLarge, _) | (_, Content::TooLarge) => {
            Lines { estimated: true, ..Lines::default() }
        }
        (old, new) => lines::between(old.bytes(), new.bytes()),
    })
}

/// The content of a [`Version`].
enum Content {
    Missing,
    Text(String),
    Blob(Rc<Object>),
    /// A file that counts as binary because of its size.
    TooLarge,
}

impl Content {
    fn read(objects: &mut Objects<'_>, version: Version) -> Result<Self, Unread> {
        Ok(match version {
            Version::Missing => Self::Missing,
            Version::Submodule(id) => Self::Text(format!("Subproject commit {id}\n")),
            Version::Blob(id) => match objects.read(id, ObjectType::Blob) {
                Ok(blob) => Self::Blob(blob),
                Err(Unread::TooLarge) => Self::TooLarge,
                Err(error) => return Err(error),
            },
        })
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Missing | Self::TooLarge => &[],
            Self::Text(text) => text.as_bytes(),
            Self::Blob(blob) => &blob.data,
        }
    }
}
