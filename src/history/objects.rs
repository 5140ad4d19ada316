//! Reads the objects of a repository: from packs, from files of their own, and from alternates.
//!
//! libgit2 could do that, but it waits forever at a file that is cut off, follows deltas in a
//! circle, and allocates as much as an object claims to need. Here every claim is checked against a
//! limit first, so whatever a file holds, reading it ends, in bounded memory.

mod cache;
mod delta;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzzing;
mod inflate;
mod loose;
mod object;
mod pack;
mod pack_index;
mod places;

use std::path::PathBuf;
use std::rc::Rc;

use git2::{ObjectType, Oid, Repository};

use super::error::Error;
use cache::{Cache, Key};
use inflate::Inflater;
use object::limit;
pub(super) use object::{Object, Unread};
use pack::{Base, Packs};
use pack_index::PackIndex;
use places::Replacements;

/// Number of deltas on each other that are followed; git writes at most 4095.
const MAX_CHAIN: usize = 4096;
/// Number of tags that may lead to a commit.
const MAX_TAGS: usize = 64;
/// Memory for the objects that a thread keeps, in bytes, if there are more than two.
const KEPT: usize = 4 << 20;

/// Where the objects of a repository are. Threads share it.
pub(super) struct Database {
    /// Directories of objects: the repository's own, then its alternates.
    folders: Vec<PathBuf>,
    packs: Vec<PackIndex>,
    replacements: Replacements,
}

impl Database {
    /// Finds the packs and alternates of a repository.
    ///
    /// # Errors
    /// Fails if a file that lists them is no regular file.
    pub(super) fn open(repository: &Repository) -> Result<Self, Error> {
        let folders = places::folders(repository)?;
        let packs = folders.iter().flat_map(|folder| pack_index::all(folder)).collect();
        Ok(Self { folders, packs, replacements: places::replacements(repository) })
    }

    /// Returns true if some objects stand for others.
    pub(super) fn replaces(&self) -> bool {
        !self.replacements.is_empty()
    }
}

/// Reads objects on one thread, and keeps the latest.
pub(super) struct Objects<'db> {
    database: &'db Database,
    packs: Packs,
    /// Index of the pack that had the latest object.
    latest: usize,
    kept: Cache,
    inflater: Inflater,
}

impl<'db> Objects<'db> {
    /// Reads from this database.
    pub(super) fn new(database: &'db Database) -> Self {
        let packs = Packs::new(database.packs.len());
        let kept = Cache::new(KEPT);
        Self { database, packs, latest: 0, kept, inflater: Inflater::default() }
    }

    /// Reads the object with this id, or the one that stands for it, which must be of this kind.
    ///
    /// # Errors
    /// Fails if it is missing, damaged in every place where it is, or too large.
    pub(super) fn read(&mut self, id: Oid, kind: ObjectType) -> Result<Rc<Object>, Unread> {
        let object = self.any(id)?;
        if object.kind == kind { Ok(object) } else { Err(Unread::Missing) }
    }

    /// Reads the object with this id, or the one that stands for it.
    fn any(&mut self, id: Oid) -> Result<Rc<Object>, Unread> {
        let id = self.database.replacements.get(&id).copied().unwrap_or(id);
        let mut reason = Unread::Missing;
        let count = self.database.packs.len();
        for pack in (self.latest..count).chain(0..self.latest.min(count)) {
            let Some(offset) = self.database.packs[pack].find(id.as_bytes()) else { continue };
            self.latest = pack;
            match self.unpack(pack, offset) {
                Ok(object) => return Ok(object),
                Err(error) => reason = error,
            }
        }
        if let Some(object) = self.kept.get(Key::Loose(id)) {
            return Ok(object);
        }
        for folder in &self.database.folders {
            match loose::read(folder, id, &mut self.inflater) {
                Ok(object) => return Ok(self.kept.add(Key::Loose(id), object)),
                Err(Unread::Missing) => {}
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    /// Reads the object at this offset of a pack: the base of its deltas, then each delta.
    fn unpack(&mut self, number: usize, offset: u64) -> Result<Rc<Object>, Unread> {
        let index = &self.database.packs[number];
        self.packs.open(number, index)?;
        let key = |offset| Key::Packed(number, offset);
        let mut deltas = Vec::new();
        let mut at = offset;
        let mut object = loop {
            if let Some(object) = self.kept.get(key(at)) {
                break object;
            }
            let entry = self.packs.entry(at)?;
            let base = match entry.base {
                Base::None(kind) => {
                    if entry.size > limit(kind) {
                        return Err(Unread::TooLarge);
                    }
                    let data = self.packs.inflate(&entry, &mut self.inflater)?;
                    break self.kept.add(key(at), Object { kind, data });
                }
                Base::Offset(base) => base,
                Base::Id(id) => index.find(&id).ok_or(Unread::Damaged)?,
            };
            deltas.push((at, entry));
            if deltas.len() > MAX_CHAIN {
                return Err(Unread::Damaged);
            }
            at = base;
        };
        while let Some((at, entry)) = deltas.pop() {
            let limit = limit(object.kind);
            if entry.size > limit {
                return Err(Unread::TooLarge);
            }
            let delta = self.packs.inflate(&entry, &mut self.inflater)?;
            let data = delta::apply(&object.data, &delta, limit)?;
            object = self.kept.add(key(at), Object { kind: object.kind, data });
        }
        Ok(object)
    }

    /// The commit that an id stands for, through tags. `None` if it stands for another kind of
    /// object.
    ///
    /// # Errors
    /// Fails if an object on the way cannot be read.
    pub(super) fn peel(&mut self, id: Oid) -> Result<Option<Oid>, Unread> {
        let mut id = id;
        for _ in 0..MAX_TAGS {
            let object = self.any(id)?;
            match object.kind {
                ObjectType::Commit => return Ok(Some(id)),
                ObjectType::Tag => id = tagged(&object.data).ok_or(Unread::Damaged)?,
                _ => return Ok(None),
            }
        }
        Err(Unread::Damaged)
    }

    /// Ids that begin with these hexadecimal digits, at least two of them, sorted.
    pub(super) fn beginning_with(&self, digits: &str) -> Vec<Oid> {
        let digits = digits.to_ascii_lowercase();
        let Database { folders, packs, .. } = self.database;
        let mut ids: Vec<Oid> =
            packs.iter().flat_map(|pack| pack.beginning_with(&digits)).collect();
        ids.extend(folders.iter().flat_map(|folder| loose::beginning_with(folder, &digits)));
        ids.sort();
        ids.dedup();
        ids
    }

    /// Returns true if every object that has a file of its own can be read, so that libgit2 can read
    /// them, too: it never ends at a file that is cut off.
    pub(super) fn loose_are_whole(&mut self) -> bool {
        let Database { folders, .. } = self.database;
        folders.iter().all(|folder| {
            (0..=255_u8)
                .flat_map(|first| loose::beginning_with(folder, &format!("{first:02x}")))
                .all(|id| {
                    !matches!(loose::read(folder, id, &mut self.inflater), Err(Unread::Damaged))
                })
        })
    }
}

/// The object that a tag names.
fn tagged(tag: &[u8]) -> Option<Oid> {
    let line = tag.split(|byte| *byte == b'\n').next()?.strip_prefix(b"object ")?;
    Oid::from_str(std::str::from_utf8(line).ok()?).ok()
}
