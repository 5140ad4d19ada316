//! The one way to replace a file: write a sibling, then rename it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::interrupt::{self, Guard};

const PREFIX: &str = ".flaky-";
const SUFFIX: &str = ".tmp";

/// Permissions of the file that is written.
pub(crate) enum Mode {
    /// Those that the umask leaves to a new file.
    Umask,
    /// Readable and writable by the owner only.
    Private,
    /// These, regardless of the umask.
    Exactly(fs::Permissions),
}

/// A file that takes its name when it is complete.
///
/// Dropped without [`commit`](Self::commit), or ended by a signal, it leaves nothing behind, and
/// whatever had the name before keeps it.
pub(crate) struct AtomicFile {
    path: PathBuf,
    // Removed before the guard is dropped.
    file: NamedTempFile,
    _guard: Guard,
}

impl AtomicFile {
    /// Creates the temporary sibling. A symlink at `path` will be replaced, not followed.
    ///
    /// # Errors
    /// Those of creating a file in the folder of `path`, which is not created.
    pub(crate) fn create(path: &Path, mode: Mode) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let (file, guard) = interrupt::guarded(|| temporary(folder, mode))?;
        Ok(Self { path: path.to_path_buf(), file, _guard: guard })
    }

    /// Whether a file of this name is an unfinished one.
    pub(crate) fn is_temporary(name: &str) -> bool {
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    }

    /// Renames the file to its name.
    ///
    /// # Errors
    /// Those of renaming.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn temporary(folder: &Path, mode: Mode) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Without this a temporary file is its owner's alone.
        if matches!(mode, Mode::Umask) {
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
    }
    let file = builder.tempfile_in(folder)?;
    if let Mode::Exactly(permissions) = mode {
        fs::set_permissions(file.path(), permissions)?;
    }
    Ok(file)
}
