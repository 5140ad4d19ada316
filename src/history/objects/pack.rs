//! Packs: files of many objects, some of which are deltas of others.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use git2::ObjectType;

use super::inflate::Inflater;
use super::object::{MAX_BLOB, Unread};

/// Number of bytes read at once. Small objects near each other need one read.
const WINDOW: usize = 1 << 14;

/// An open pack.
pub(super) struct Pack {
    file: BufReader<File>,
    /// Offset of the next byte that `file` reads.
    position: u64,
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

impl Pack {
    pub(super) fn open(path: &Path) -> Result<Self, Unread> {
        if !fs::metadata(path)?.is_file() {
            return Err(Unread::Damaged);
        }
        let file = BufReader::with_capacity(WINDOW, File::open(path)?);
        Ok(Self { file, position: 0 })
    }

    fn seek(&mut self, offset: u64) -> Result<(), Unread> {
        let by = i64::try_from(offset).map_err(|_| Unread::Damaged)? - self.position as i64;
        self.file.seek_relative(by)?;
        self.position = offset;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Unread> {
        let byte = *self.file.fill_buf()?.first().ok_or(Unread::Damaged)?;
        self.file.consume(1);
        self.position += 1;
        Ok(byte)
    }

    /// Reads the header of the object at this offset.
    pub(super) fn entry(&mut self, offset: u64) -> Result<Entry, Unread> {
        self.seek(offset)?;
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
        self.seek(entry.deflated)?;
        let inflated = inflater.start().rest(&mut self.file, Vec::new(), entry.size as usize);
        self.position += inflater.consumed();
        inflated
    }
}
