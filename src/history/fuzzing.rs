//! The entry points for fuzzing the objects of a repository.

use super::objects::fuzzing::parts;
use super::tree::{TreeEntry, Visitor, compare};

pub(crate) use super::objects::fuzzing::{delta, pack};

/// The maximum number of trees that are read: they may contain themselves.
const MAX_READ: usize = 200;

/// Compares the first of some trees with the last. The first byte of an id tells which of them a
/// directory is. Returns true if they are well-formed.
pub(crate) fn trees(bytes: &[u8]) -> bool {
    let mut trees = Trees { all: parts(bytes), read: 0, paths: 0 };
    let (old, new) = (trees.all[0], trees.all[trees.all.len() - 1]);
    compare(&mut trees, old, new).is_ok() && trees.paths > 0
}

struct Trees<'a> {
    all: Vec<&'a [u8]>,
    read: usize,
    /// Bytes of the paths that differ.
    paths: usize,
}

/// A tree that cannot be read.
struct Lost;

impl<'a> Visitor for Trees<'a> {
    type Tree = &'a [u8];
    type Error = Lost;

    fn tree(&mut self, id: &[u8]) -> Result<Self::Tree, Lost> {
        self.read += 1;
        let place = id.first().map_or(0, |byte| usize::from(*byte) % self.all.len());
        if self.read < MAX_READ { Ok(self.all[place]) } else { Err(Lost) }
    }

    fn malformed() -> Lost {
        Lost
    }

    fn enters(&mut self, _: &[u8], (old, new): (&[u8], &[u8])) -> bool {
        assert!(!old.is_empty() || !new.is_empty(), "a directory of something");
        true
    }

    fn differs(
        &mut self,
        path: &[u8],
        old: Option<TreeEntry<'_>>,
        new: Option<TreeEntry<'_>>,
    ) -> Result<(), Lost> {
        assert!(old.is_some() || new.is_some(), "a difference of something");
        self.paths += path.len();
        Ok(())
    }
}
