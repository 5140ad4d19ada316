//! Compares two trees. The raw objects are merged entry by entry, and only entries with different
//! ids are followed.

use std::cmp::Ordering;

use super::lines::mismatch;

/// The bits of a mode for the kind of the entry.
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
/// The commit of a submodule.
const SUBMODULE: u32 = 0o160_000;
/// Length of an id in a tree, in bytes. libgit2 supports SHA-1 only.
const ID: usize = 20;
/// Depth to which directories are compared, as in git.
const MAX_DEPTH: usize = 2048;
/// Length of a path above which its directory is not entered, in bytes.
const MAX_PATH: usize = 4096;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    /// The mode, normalised to one permission bit and four kinds.
    mode: u32,
    /// Its name.
    pub name: &'a [u8],
    /// Id of its object.
    pub id: &'a [u8],
}

impl<'a> TreeEntry<'a> {
    /// Removes the first entry from `tree`; `None` at its end, or if the rest is malformed.
    fn take(tree: &mut &'a [u8]) -> Option<Self> {
        let space = tree.iter().take(8).position(|byte| *byte == b' ')?;
        let mut mode = 0;
        for digit in &tree[..space] {
            mode = mode << 3 | u32::from(digit.wrapping_sub(b'0') & 7);
        }
        let name = &tree[space + 1..];
        let end = memchr::memchr(0, name)?;
        let id = name.get(end + 1..end + 1 + ID)?;
        *tree = &name[end + 1 + ID..];
        Some(Self { mode: canonical(mode), name: &name[..end], id })
    }

    /// Returns true for a directory.
    pub(super) fn is_folder(&self) -> bool {
        self.mode == FOLDER
    }

    /// Returns true for the commit of a submodule.
    pub(super) fn is_submodule(&self) -> bool {
        self.mode == SUBMODULE
    }

    /// The order of entries in a tree: by name, with a slash appended to the name of a directory.
    fn order(&self, other: &Self) -> Ordering {
        let next = |entry: &Self, at: usize| match entry.name.get(at) {
            Some(byte) => *byte,
            None if entry.is_folder() => b'/',
            None => 0,
        };
        let shared = self.name.len().min(other.name.len());
        self.name[..shared]
            .cmp(&other.name[..shared])
            .then_with(|| next(self, shared).cmp(&next(other, shared)))
            .then_with(|| self.name.len().cmp(&other.name.len()))
    }
}

/// Normalises a mode as git does: old trees contain modes that are no longer written.
fn canonical(mode: u32) -> u32 {
    match mode & KIND {
        FILE => FILE | if mode & 0o100 == 0 { 0o644 } else { 0o755 },
        LINK => LINK,
        FOLDER => FOLDER,
        _ => SUBMODULE,
    }
}

/// Reads trees, and receives the differences.
pub(super) trait Visitor {
    /// A tree object.
    type Tree: AsRef<[u8]>;
    /// Reason that a tree could not be read.
    type Error;

    /// Reads the tree with this id.
    fn tree(&mut self, id: &[u8]) -> Result<Self::Tree, Self::Error>;
    /// The error for a tree that is malformed or too deep.
    fn malformed() -> Self::Error;
    /// Returns true if this directory is to be compared. It has these ids; the first is empty if it
    /// was added, the second if it was removed.
    fn enters(&mut self, path: &[u8], ids: (&[u8], &[u8])) -> bool;
    /// Receives a file or submodule that differs.
    fn differs(
        &mut self,
        path: &[u8],
        old: Option<TreeEntry<'_>>,
        new: Option<TreeEntry<'_>>,
    ) -> Result<(), Self::Error>;
}

/// Where a comparison is.
#[derive(Default)]
struct Place {
    path: Vec<u8>,
    /// Number of directories above. A name may be empty, so the path does not tell.
    depth: usize,
}

impl Place {
    /// Visits an entry of the current directory.
    fn below<E>(
        &mut self,
        name: &[u8],
        visit: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let length = self.path.len();
        if length > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        self.path.truncate(length);
        result
    }
}

/// Reports every difference between two trees to `visitor`.
pub(super) fn compare<V: Visitor>(visitor: &mut V, old: &[u8], new: &[u8]) -> Result<(), V::Error> {
    compare_at(visitor, &mut Place::default(), old, new)
}

fn compare_at<V: Visitor>(
    visitor: &mut V,
    place: &mut Place,
    old: &[u8],
    new: &[u8],
) -> Result<(), V::Error> {
    let (mut old, mut new) = skip_equal(old, new);
    let (mut a, mut b) = (TreeEntry::take(&mut old), TreeEntry::take(&mut new));
    loop {
        let order = match (&a, &b) {
            (None, None) if old.is_empty() && new.is_empty() => return Ok(()),
            (None, None) => return Err(V::malformed()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.order(b),
        };
        match (order, a, b) {
            (Ordering::Less, Some(entry), _) => {
                only_one(visitor, place, entry, true)?;
                a = TreeEntry::take(&mut old);
            }
            (Ordering::Greater, _, Some(entry)) => {
                only_one(visitor, place, entry, false)?;
                b = TreeEntry::take(&mut new);
            }
            (_, Some(before), Some(after)) => {
                if before.id != after.id || before.mode != after.mode {
                    both(visitor, place, before, after)?;
                    (old, new) = skip_equal(old, new);
                }
                a = TreeEntry::take(&mut old);
                b = TreeEntry::take(&mut new);
            }
            _ => return Ok(()),
        }
    }
}

/// Removes the equal entries at the start of both trees.
fn skip_equal<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let equal = mismatch(old, new);
    let mut shared = 0;
    while let Some(end) = memchr::memchr(0, &old[shared..equal]) {
        let next = shared + end + 1 + ID;
        if next > equal {
            break;
        }
        shared = next;
    }
    (&old[shared..], &new[shared..])
}

fn both<V: Visitor>(
    visitor: &mut V,
    place: &mut Place,
    old: TreeEntry<'_>,
    new: TreeEntry<'_>,
) -> Result<(), V::Error> {
    place.below(new.name, |place| {
        if !new.is_folder() {
            visitor.differs(&place.path, Some(old), Some(new))?;
        } else if visitor.enters(&place.path, (old.id, new.id)) {
            let old = enter(visitor, place, old.id)?;
            let new = enter(visitor, place, new.id)?;
            compare_at(visitor, place, old.as_ref(), new.as_ref())?;
        }
        Ok(())
    })
}

/// Reports an entry that was added or removed, with everything below it.
fn only_one<V: Visitor>(
    visitor: &mut V,
    place: &mut Place,
    entry: TreeEntry<'_>,
    removed: bool,
) -> Result<(), V::Error> {
    place.below(entry.name, |place| {
        if !entry.is_folder() {
            let (old, new) = if removed { (Some(entry), None) } else { (None, Some(entry)) };
            return visitor.differs(&place.path, old, new);
        }
        let ids = if removed { (entry.id, &[][..]) } else { (&[][..], entry.id) };
        if visitor.enters(&place.path, ids) {
            let tree = enter(visitor, place, entry.id)?;
            let mut rest = tree.as_ref();
            while let Some(entry) = TreeEntry::take(&mut rest) {
                only_one(visitor, place, entry, removed)?;
            }
            if !rest.is_empty() {
                return Err(V::malformed());
            }
        }
        Ok(())
    })
}

fn enter<V: Visitor>(visitor: &mut V, place: &Place, id: &[u8]) -> Result<V::Tree, V::Error> {
    if place.depth > MAX_DEPTH || place.path.len() > MAX_PATH {
        return Err(V::malformed());
    }
    visitor.tree(id)
}

/// The entries of a tree, up to its end or where it is malformed.
pub(super) fn entries(tree: &[u8]) -> impl Iterator<Item = TreeEntry<'_>> {
    let mut rest = tree;
    std::iter::from_fn(move || TreeEntry::take(&mut rest))
}
