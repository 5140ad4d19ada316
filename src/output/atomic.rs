//! Atomic replacement of a file: a temporary sibling is written, then renamed. All files are
//! written this way.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::interrupt::{self, Guard};

const PREFIX: &str = ".flaky-";
const SUFFIX: &str = ".tmp";

/// Permissions of the file that is written.
pub(crate) enum Mode {
    /// The default for new files, as the umask sets it.
    Umask,
    /// Readable and writable by the owner only.
    Private,
    /// This mode, regardless of the umask.
    Exactly(fs::Permissions),
}

/// A file that gets its name when it is complete.
///
/// If it is dropped without [`commit`](Self::commit), or a signal ends the program, the temporary
/// file is removed and an existing file of that name is left unchanged.
pub(crate) struct AtomicFile {
    path: PathBuf,
    // Declared first, so that the file is removed before the guard is dropped.
    file: NamedTempFile,
    _guard: Guard,
}

impl AtomicFile {
    /// Creates the temporary sibling. A symlink at `path` will be replaced, not followed.
    ///
    /// # Errors
    /// Fails if the file cannot be created, for instance because the directory is missing.
    pub(crate) fn create(path: &Path, mode: Mode) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let (file, guard) = interrupt::guarded(|| temporary(folder, mode), NamedTempFile::path)?;
        Ok(Self { path: path.to_path_buf(), file, _guard: guard })
    }

    /// Returns true for the name of a temporary file.
    pub(crate) fn is_temporary(name: &str) -> bool {
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    }

    /// Renames the file to its name.
    ///
    /// # Errors
    /// Fails if renaming fails.
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

/// Names of temporary files and folders.
pub(super) fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

fn temporary(folder: &Path, mode: Mode) -> io::Result<NamedTempFile> {
    let mut builder = builder();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // By default, temporary files are accessible by their owner only.
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
