//! Where a result goes: whole, or not at all.
//!
//! A file is written beside its place under another name and renamed when it is whole, so an
//! older file stays until then and nothing half-done is left behind. Only a regular file or a
//! missing one is replaced so; a symlink is followed, permissions are kept, and devices and
//! pipes are written directly. No folder is ever created. A signal that ends the program takes
//! the unfinished file with it.

mod interrupt;

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::{End, Error, lower};

/// A place for a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A path.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

impl Target {
    /// `-` and `/dev/stdout` are standard output, anything else a path.
    pub fn new(text: &Path) -> Self {
        if text.as_os_str() == "-" || text == Path::new("/dev/stdout") {
            Self::Stdout
        } else {
            Self::File(text.to_path_buf())
        }
    }

    /// What to call it.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdout => "standard output".to_string(),
        }
    }
}

/// Writes what `produce` makes to `target` and returns the number of bytes.
///
/// # Errors
/// Where the place cannot be written, and where `produce` fails; a file that was there before
/// is untouched then.
pub fn write(
    target: &Target,
    binary: bool,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64, Error> {
    let result = match target {
        Target::Stdout => {
            let stdout = io::stdout();
            if binary && stdout.is_terminal() {
                return Err(Error::usage("standard output is a terminal and would show bytes")
                    .hint("name a file with -o, or pipe the output: -o - | …"));
            }
            run(stdout.lock(), produce).map(|(_, bytes)| bytes)
        }
        Target::File(path) => to_file(path, produce)?,
    };
    result.map_err(|error| failure(&target.name(), &error))
}

fn to_file(
    path: &Path,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<io::Result<u64>, Error> {
    let name = path.display();
    let present = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Error::failed(format!("cannot write {name}: {}", lower(&error)))),
    };
    if present.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(
            Error::failed(format!("{name} is a folder")).hint("name a file in it, such as ecg.gif")
        );
    }
    let device = present.as_ref().is_some_and(|metadata| !metadata.is_file());
    // An open file of this very process, whatever kind it is.
    let opened = ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder));
    if device || opened {
        return match File::options().write(true).open(path) {
            Ok(device) => Ok(run(device, produce).map(|(_, bytes)| bytes)),
            Err(error) => Ok(Err(error)),
        };
    }
    let place = followed(path);
    if present.as_ref().is_some_and(|metadata| metadata.permissions().readonly()) {
        return Err(Error::failed(format!("{name} is read-only"))
            .hint("allow writing to it, or name another file"));
    }
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let made = interrupt::watched(|| temporary(folder, present.as_ref()));
    let (temporary, watched) = made.map_err(|error| {
        let folder = folder.display();
        let failed =
            Error::failed(format!("cannot write in the folder {folder}: {}", lower(&error)));
        failed.hint(match error.kind() {
            io::ErrorKind::NotFound => "create the folder first",
            _ => "allow writing there, or name a file in another folder",
        })
    })?;
    Ok(run(temporary, produce).and_then(|(temporary, bytes)| {
        temporary.persist(&place).map_err(|error| error.error)?;
        drop(watched);
        Ok(bytes)
    }))
}

/// Where a chain of symlinks leads, be there something or not.
fn followed(path: &Path) -> PathBuf {
    const MOST_LINKS: usize = 40;
    let mut place = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&place) {
            Ok(next) => place = place.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => break,
        }
    }
    place
}

fn temporary(folder: &Path, present: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".flaky-").suffix(".tmp");
    // A new file gets what the umask allows; an older one keeps what it has.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(present) = present {
        fs::set_permissions(file.path(), present.permissions())?;
    }
    Ok(file)
}

fn run<W: Write>(
    inner: W,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(W, u64)> {
    let mut counted = Counted { inner, bytes: 0 };
    produce(&mut counted)?;
    counted.flush()?;
    Ok((counted.inner, counted.bytes))
}

/// Counts the bytes.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn failure(name: &str, error: &io::Error) -> Error {
    let mut failure = Error::failed(format!("cannot write {name}: {}", lower(error)));
    match error.kind() {
        io::ErrorKind::BrokenPipe => failure.end = End::ReaderGone,
        io::ErrorKind::StorageFull => {
            failure.hint =
                Some("make room, or write to another disk; nothing was kept".to_string());
        }
        _ => {}
    }
    failure
}
