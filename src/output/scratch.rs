//! A folder for files on the way to a result.

use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::atomic::builder;
use super::interrupt::{self, Guard};

/// A folder among the system's temporary files. It is removed with what is in it when it is dropped
/// or when a signal ends the program.
pub(crate) struct Scratch {
    // Declared first, so that the folder is removed before the guard is dropped.
    folder: TempDir,
    _guard: Guard,
}

impl Scratch {
    /// Creates the folder, accessible by its owner only.
    ///
    /// # Errors
    /// Fails if it cannot be created.
    pub(crate) fn create() -> io::Result<Self> {
        let create = || builder().tempdir();
        let (folder, guard) = interrupt::guarded(create, TempDir::path)?;
        Ok(Self { folder, _guard: guard })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}
