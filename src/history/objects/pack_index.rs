//! Indices of packs: sorted ids with the offsets of their objects, in two versions of a format.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use git2::Oid;

use super::object::Unread;

/// Length of an id in bytes. The repositories that libgit2 can open have SHA-1 ids.
const ID: usize = 20;
/// First bytes of an index of version 2; in version 1 there are none.
const MAGIC: &[u8] = b"\xfftOc\0\0\0\x02";
/// Length of the table of ids by their first byte.
const FAN: usize = 256 * 4;
/// Checksums of the pack and of the index.
const SUMS: usize = 2 * ID;
/// Length of the checksum of an object, in bytes.
const SUM: usize = 4;
/// Number of steps of a search by proportion, before halving takes over.
const STEPS: usize = 8;
/// Number of objects above which an index is not read: it would need more than two gigabytes.
const MAX_OBJECTS: usize = 64 << 20;

/// An index.
pub(super) struct PackIndex {
    /// The file with the objects.
    pub pack: PathBuf,
    /// The table of numbers of ids up to each first byte, without the magic.
    fan: [u32; 256],
    /// All that follows the table, without checksums of objects.
    entries: Vec<u8>,
    version: Version,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Entries of an offset of four bytes and an id.
    One,
    /// A table each of ids, checksums, offsets, and long offsets.
    Two,
}

/// The indices of a directory of objects in the order of their names, without those that cannot be
/// read.
pub(super) fn all(folder: &Path) -> Vec<PackIndex> {
    let entries = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "idx"));
    paths.sort();
    paths.iter().filter_map(|path| PackIndex::read(path).ok()).collect()
}

impl PackIndex {
    fn read(path: &Path) -> Result<Self, Unread> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(Unread::Damaged);
        }
        let mut file = File::open(path)?;
        let mut head = [0; FAN];
        file.read_exact(&mut head[..MAGIC.len()])?;
        let (version, known) =
            if head.starts_with(MAGIC) { (Version::Two, 0) } else { (Version::One, MAGIC.len()) };
        file.read_exact(&mut head[known..])?;
        let mut fan = [0; 256];
        for (number, bytes) in fan.iter_mut().zip(head.as_chunks::<4>().0) {
            *number = u32::from_be_bytes(*bytes);
        }
        let count = fan[255] as usize;
        if !fan.is_sorted() || count > MAX_OBJECTS {
            return Err(Unread::Damaged);
        }
        // Only then is the claimed number of objects there.
        let (least, most) = match version {
            Version::One => (count * (ID + 4) + SUMS, count * (ID + 4) + SUMS),
            Version::Two => (count * (ID + 8) + SUMS, count * (ID + 16) + SUMS),
        };
        let skipped = FAN + if version == Version::Two { MAGIC.len() } else { 0 };
        let length = metadata.len().saturating_sub(skipped as u64);
        if length < least as u64 || length > most as u64 {
            return Err(Unread::Damaged);
        }
        let (ids, sums) = match version {
            Version::One => (length as usize, 0),
            Version::Two => (count * ID, count * SUM),
        };
        let mut entries = vec![0; length as usize - sums];
        file.read_exact(&mut entries[..ids])?;
        file.seek(SeekFrom::Current(sums as i64))?;
        file.read_exact(&mut entries[ids..])?;
        Ok(Self { pack: path.with_extension("pack"), fan, entries, version })
    }

    fn count(&self) -> usize {
        self.fan[255] as usize
    }

    /// The id at a place of the sorted list.
    fn id(&self, at: usize) -> &[u8] {
        match self.version {
            Version::One => &self.entries[at * (ID + 4) + 4..][..ID],
            Version::Two => &self.entries[at * ID..][..ID],
        }
    }

    /// Offset of an object in the pack.
    pub(super) fn find(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let mut low = first.checked_sub(1).map_or(0, |before| self.fan[before] as usize);
        let mut high = self.fan[first] as usize;
        // Ids are evenly distributed, so a few steps by proportion lead near to one; each step of
        // halving would read another part of the memory.
        let wanted = beginning(id);
        let (mut least, mut most) = ((first as u64) << 56, (first as u64) << 56 | u64::MAX >> 8);
        for step in 0.. {
            if low >= high {
                break;
            }
            let middle = if step < STEPS && least < most && (least..=most).contains(&wanted) {
                let part = u128::from(wanted - least) * (high - low) as u128;
                low + ((part / u128::from(most - least)) as usize).min(high - low - 1)
            } else {
                low.midpoint(high)
            };
            let found = self.id(middle);
            match beginning(found).cmp(&wanted).then_with(|| found.cmp(id)) {
                Ordering::Less => (low, least) = (middle + 1, beginning(found)),
                Ordering::Greater => (high, most) = (middle, beginning(found)),
                Ordering::Equal => return self.offset(middle),
            }
        }
        None
    }

    fn offset(&self, at: usize) -> Option<u64> {
        let number = |start: usize| {
            let bytes = self.entries.get(start..start + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        if self.version == Version::One {
            return number(at * (ID + 4)).map(u64::from);
        }
        let count = self.count();
        let offset = number(count * ID + 4 * at)?;
        if offset >> 31 == 0 {
            return Some(u64::from(offset));
        }
        // The other bits are the place in the table of long offsets.
        let start = count * (ID + 4) + 8 * (offset & 0x7fff_ffff) as usize;
        Some(u64::from(number(start)?) << 32 | u64::from(number(start + 4)?))
    }

    /// The ids that begin with these hexadecimal digits, at least two.
    pub(super) fn beginning_with(&self, digits: &str) -> Vec<Oid> {
        let Ok(first) = usize::from_str_radix(&digits[..2], 16) else { return Vec::new() };
        let low = first.checked_sub(1).map_or(0, |before| self.fan[before] as usize);
        let ids =
            (low..self.fan[first] as usize).filter_map(|at| Oid::from_bytes(self.id(at)).ok());
        ids.filter(|id| id.to_string().starts_with(digits)).collect()
    }
}

/// The first eight bytes of an id as a number.
fn beginning(id: &[u8]) -> u64 {
    id.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
