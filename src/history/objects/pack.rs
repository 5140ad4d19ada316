//! Packs: files of many objects, some of which are deltas of others.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::path::Path;

use git2::ObjectType;

use super::inflate::Inflater;
use super::object::{MAX_BLOB, Unread};
use super::pack_index::PackIndex;

/// Size of a block, which is read at once, in bytes. Small objects near each other are in one.
const BLOCK: u64 = 1 << 13;
/// Number of blocks that are kept.
const BLOCKS: usize = 128;

/// Packs that are read on one thread.
pub(super) struct Packs {
    /// The packs, once they have been opened, or the reason that they cannot be.
    files: Vec<Option<Result<File, Unread>>>,
    blocks: Vec<Block>,
    /// Number of the pack that is read, and offset of the next byte.
    pack: usize,
    position: u64,
}

/// A part of a pack.
#[derive(Clone, Default)]
struct Block {
    /// Number of its pack, and its own number in there; `None` if it has not been read.
    place: Option<(usize, u64)>,
    bytes: Vec<u8>,
}

/// What an object is described by.
pub(super) enum Base {
    /// By itself; it is of this kind.
    None(ObjectType),
    /// By a delta of the object at this offset.
    Offset(u64),
    /// By a delta of the object with this id, in the same pack.
    Id([u8; 20]),
}

/// An object in a pack.
pub(super) struct Entry {
    pub base: Base,
    /// Size of what is deflated, in bytes: the object, or its delta.
    pub size: u64,
    /// Offset of the deflated part.
    deflated: u64,
}

impl Packs {
    /// So many packs, none of which is open.
    pub(super) fn new(count: usize) -> Self {
        let files = (0..count).map(|_| None).collect();
        Self { files, blocks: vec![Block::default(); BLOCKS], pack: 0, position: 0 }
    }

    /// Reads from the pack of this number and index from now on.
    ///
    /// # Errors
    /// Fails if the pack cannot be opened.
    pub(super) fn open(&mut self, number: usize, index: &PackIndex) -> Result<(), Unread> {
        self.pack = number;
        let file = self.files[number].get_or_insert_with(|| open(&index.pack));
        file.as_ref().map(drop).map_err(|reason| *reason)
    }

    fn byte(&mut self) -> Result<u8, Unread> {
        let byte = *self.fill_buf()?.first().ok_or(Unread::Damaged)?;
        self.consume(1);
        Ok(byte)
    }

    /// Reads the header of the object at this offset of the open pack.
    pub(super) fn entry(&mut self, offset: u64) -> Result<Entry, Unread> {
        self.position = offset;
        let mut byte = self.byte()?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 0xf);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            size |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Unread::Damaged)?;
            shift += 7;
        }
        let base = match kind {
            1 => Base::None(ObjectType::Commit),
            2 => Base::None(ObjectType::Tree),
            3 => Base::None(ObjectType::Blob),
            4 => Base::None(ObjectType::Tag),
            6 => Base::Offset(self.before(offset)?),
            7 => {
                let mut id = [0; 20];
                for place in &mut id {
                    *place = self.byte()?;
                }
                Base::Id(id)
            }
            _ => return Err(Unread::Damaged),
        };
        Ok(Entry { base, size, deflated: self.position })
    }

    /// Reads how far a base is before this offset.
    fn before(&mut self, offset: u64) -> Result<u64, Unread> {
        let mut byte = self.byte()?;
        let mut distance = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            let more = distance.checked_add(1).and_then(|distance| distance.checked_mul(128));
            distance = more.ok_or(Unread::Damaged)?;
            distance += u64::from(byte & 0x7f);
        }
        // A base that is not before its delta could lead back to it.
        offset.checked_sub(distance).filter(|base| *base < offset).ok_or(Unread::Damaged)
    }

    /// Inflates an object or its delta.
    pub(super) fn inflate(
        &mut self,
        entry: &Entry,
        inflater: &mut Inflater,
    ) -> Result<Vec<u8>, Unread> {
        if entry.size > MAX_BLOB {
            return Err(Unread::TooLarge);
        }
        self.position = entry.deflated;
        inflater.whole(self, entry.size as usize)
    }
}

impl BufRead for Packs {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let number = self.position / BLOCK;
        let place = Some((self.pack, number));
        let block = &mut self.blocks[(number % BLOCKS as u64) as usize];
        if block.place != place {
            block.place = None;
            block.bytes.clear();
            if let Some(Ok(file)) = &mut self.files[self.pack] {
                file.seek(SeekFrom::Start(number * BLOCK))?;
                file.take(BLOCK).read_to_end(&mut block.bytes)?;
            }
            block.place = place;
        }
        let at = (self.position % BLOCK) as usize;
        Ok(block.bytes.get(at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.position += count as u64;
    }
}

impl Read for Packs {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

fn open(path: &Path) -> Result<File, Unread> {
    if !fs::metadata(path)?.is_file() {
        return Err(Unread::Damaged);
    }
    Ok(File::open(path)?)
}
