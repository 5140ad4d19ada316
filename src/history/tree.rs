//! What differs between two trees: their raw objects, merged entry by entry, looking only where
//! ids differ.

use std::cmp::Ordering;

use super::lines::mismatch;

/// The kind bits of a mode.
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
/// An entry of another repository's commit.
const SUBMODULE: u32 = 0o160_000;
/// The length of an id in a tree, in bytes; libgit2 reads SHA-1's alone.
pub const ID: usize = 20;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its mode as git reads it: one bit of permission, four kinds.
    mode: u32,
    name: &'a [u8],
    /// The object it names.
    pub id: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Takes the first entry off `tree`; `None` at its end, and where it is no tree any more.
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

    fn is_folder(&self) -> bool {
        self.mode == FOLDER
    }

    /// Whether it is another repository's commit.
    pub fn is_submodule(&self) -> bool {
        self.mode == SUBMODULE
    }

    /// The order of entries: by name, as if a folder's ended with a slash.
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

/// Old trees hold modes that nobody writes any more; git reads them as these.
fn canonical(mode: u32) -> u32 {
    match mode & KIND {
        FILE => FILE | if mode & 0o100 == 0 { 0o644 } else { 0o755 },
        LINK => LINK,
        FOLDER => FOLDER,
        _ => SUBMODULE,
    }
}

/// Reads trees, and is told what differs.
pub trait Visitor {
    /// A tree object, as it is shared by all who hold it.
    type Tree: AsRef<[u8]>;
    /// Why a tree could not be read.
    type Error;

    /// The tree of this id, which lies at `path`.
    fn tree(&mut self, path: &[u8], id: &[u8]) -> Result<Self::Tree, Self::Error>;
    /// Why a tree whose entries cannot be told apart could not be read.
    fn broken() -> Self::Error;
    /// Whether anything under this folder is of interest.
    fn enters(&self, path: &[u8]) -> bool;
    /// A file or a submodule differs at `path`.
    fn differs(&mut self, path: &[u8], old: Option<Entry<'_>>, new: Option<Entry<'_>>);
}

/// Tells `visitor` of every difference between two trees below `path`.
pub fn compare<V: Visitor>(
    visitor: &mut V,
    path: &mut Vec<u8>,
    old: &[u8],
    new: &[u8],
) -> Result<(), V::Error> {
    let (mut old, mut new) = apart(old, new);
    let (mut a, mut b) = (Entry::take(&mut old), Entry::take(&mut new));
    loop {
        let order = match (&a, &b) {
            (None, None) if old.is_empty() && new.is_empty() => return Ok(()),
            (None, None) => return Err(V::broken()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.order(b),
        };
        match (order, a, b) {
            (Ordering::Less, Some(entry), _) => {
                whole(visitor, path, entry, true)?;
                a = Entry::take(&mut old);
            }
            (Ordering::Greater, _, Some(entry)) => {
                whole(visitor, path, entry, false)?;
                b = Entry::take(&mut new);
            }
            (_, Some(before), Some(after)) => {
                if before.id != after.id || before.mode != after.mode {
                    both(visitor, path, before, after)?;
                    (old, new) = apart(old, new);
                }
                a = Entry::take(&mut old);
                b = Entry::take(&mut new);
            }
            _ => return Ok(()),
        }
    }
}

/// What is left of two trees after the entries that both begin with.
fn apart<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let alike = mismatch(old, new);
    let mut shared = 0;
    while let Some(end) = memchr::memchr(0, &old[shared..alike]) {
        let next = shared + end + 1 + ID;
        if next > alike {
            break;
        }
        shared = next;
    }
    (&old[shared..], &new[shared..])
}

fn both<V: Visitor>(
    visitor: &mut V,
    path: &mut Vec<u8>,
    old: Entry<'_>,
    new: Entry<'_>,
) -> Result<(), V::Error> {
    below(path, new.name, |path| {
        if !new.is_folder() {
            visitor.differs(path, Some(old), Some(new));
        } else if visitor.enters(path) {
            let (old, new) = (visitor.tree(path, old.id)?, visitor.tree(path, new.id)?);
            compare(visitor, path, old.as_ref(), new.as_ref())?;
        }
        Ok(())
    })
}

/// All of an entry that came or went.
fn whole<V: Visitor>(
    visitor: &mut V,
    path: &mut Vec<u8>,
    entry: Entry<'_>,
    gone: bool,
) -> Result<(), V::Error> {
    below(path, entry.name, |path| {
        if !entry.is_folder() {
            let (old, new) = if gone { (Some(entry), None) } else { (None, Some(entry)) };
            visitor.differs(path, old, new);
        } else if visitor.enters(path) {
            let tree = visitor.tree(path, entry.id)?;
            let mut rest = tree.as_ref();
            while let Some(entry) = Entry::take(&mut rest) {
                whole(visitor, path, entry, gone)?;
            }
            if !rest.is_empty() {
                return Err(V::broken());
            }
        }
        Ok(())
    })
}

fn below<T>(path: &mut Vec<u8>, name: &[u8], visit: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let length = path.len();
    if length > 0 {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    let result = visit(path);
    path.truncate(length);
    result
}
