//! How much a store holds, and whether it can hold more. Nothing is created or changed to find out.

use std::fs;
use std::io;
use std::path::Path;

use super::{Store, is_ours};

/// What is in the directory of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Number of files.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
}

impl Store {
    /// Counts the files that a store has written.
    ///
    /// # Errors
    /// Fails if the directory cannot be read, for instance because it does not exist yet.
    pub(crate) fn usage(&self) -> io::Result<Usage> {
        let mut usage = Usage::default();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file);
            let Some(metadata) = metadata.filter(|_| is_ours(&entry.path())) else { continue };
            usage = Usage { files: usage.files + 1, bytes: usage.bytes + metadata.len() };
        }
        Ok(usage)
    }

    /// Returns true if files can be created in the directory, which itself may be missing.
    pub(crate) fn is_writable(&self) -> bool {
        let mut folders = self.folder.ancestors();
        let present = folders.find(|folder| fs::symlink_metadata(folder).is_ok());
        present.is_some_and(|folder| folder.is_dir() && may_create_in(folder))
    }
}

#[cfg(unix)]
fn may_create_in(folder: &Path) -> bool {
    use rustix::fs::{Access, access};

    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn may_create_in(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_store_alone_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(&folder.path().join("cache"));
        assert_eq!(store.usage().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(store.is_writable());
        assert!(!folder.path().join("cache").exists(), "looking creates nothing");

        store.file("counts", 1, &"a").write(b"payload").unwrap();
        let usage = store.usage().unwrap();
        assert_eq!(usage.files, 1);
        fs::write(folder.path().join("cache/README"), "not ours").unwrap();
        assert_eq!(store.usage().unwrap(), usage);
        store.file("counts", 1, &"b").write(b"payload").unwrap();
        assert_eq!(store.usage().unwrap(), Usage { files: 2, bytes: 2 * usage.bytes });
    }

    #[test]
    fn nothing_can_be_written_below_a_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cache"), "in the way").unwrap();
        for place in ["cache", "cache/flaky"] {
            let store = Store::new(&folder.path().join(place));
            assert!(!store.is_writable(), "{place}");
            assert!(store.usage().is_err(), "{place}");
        }
    }
}
