//! The file itself: whose it is, and who uses it.
//!
//! A file that is not ours is never written to. So its header is read before SQLite opens it, which
//! might create other files beside it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::serve::store::StoreError;

/// What the header of our files has in the place for the program: "flak".
pub(super) const APPLICATION_ID: u32 = 0x666c_616b;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The places of numbers in the header, big-endian.
const PAGE_SIZE: usize = 16;
const PAGE_COUNT: usize = 28;
const APPLICATION: usize = 68;

/// Checks that a path is free or that of a database of this program.
pub(super) fn check(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(StoreError::refused(format!("there is no folder {}", folder.display()))
            .with_hint(format!("create it, or choose another place for {shown}")));
    }
    let cannot = |error: io::Error| StoreError::refused(format!("cannot read {shown}: {error}"));
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(error)),
    };
    let metadata = file.metadata().map_err(cannot)?;
    if !metadata.is_file() {
        return Err(StoreError::refused(format!("{shown} is not a file")));
    }
    if metadata.len() == 0 {
        return Ok(());
    }
    let mut header = [0; 100];
    let foreign = || {
        StoreError::refused(format!("{shown} is not a database of flaky serve"))
            .with_hint("it was left untouched; choose another file")
    };
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(foreign()),
        result => result.map_err(cannot)?,
    }
    if !header.starts_with(MAGIC) || number(&header, APPLICATION) != APPLICATION_ID {
        return Err(foreign());
    }
    // Without a log that would complete it, a file has all its pages.
    let page_size = match u64::from(number(&header, PAGE_SIZE) >> 16) {
        1 => 65536,
        size => size,
    };
    let is_cut = metadata.len() < u64::from(number(&header, PAGE_COUNT)) * page_size;
    if is_cut && !sibling(path, "-wal").exists() && !sibling(path, "-journal").exists() {
        return Err(damaged(path, "its end is missing"));
    }
    Ok(())
}

/// The error of a damaged file.
pub(super) fn damaged(path: &Path, how: &str) -> StoreError {
    StoreError::refused(format!("{} is damaged: {how}", path.display()))
        .with_hint("restore it from a backup, or move it away to begin anew")
}

fn number(header: &[u8; 100], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

/// A file beside the database.
fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Opens a file, which is created if there is none. Then only this user may read it: the names of
/// projects may be private.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The lock that says which process uses the database. The locks of SQLite are held during
/// transactions only, so they do not tell two servers apart that both expect to be alone.
#[derive(Debug)]
pub(super) struct Lock(Mutex<Option<File>>);

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let beside = sibling(path, "-lock");
        let cannot = |error: io::Error| {
            StoreError::refused(format!("cannot create {}: {error}", beside.display()))
        };
        let file = create(&beside).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Mutex::new(Some(file)))),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::refused(format!("{} is used by another server", path.display()))
                    .with_hint("end it first, or use PostgreSQL for several servers"))
            }
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    pub(super) fn release(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
