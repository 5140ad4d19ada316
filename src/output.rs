//! Writes results completely or not at all.
//!
//! A regular or missing file is replaced atomically (`atomic.rs`): an older file stays until the
//! new one is complete, and neither an error nor a signal leaves an unfinished file. Symlinks are
//! followed and permissions kept. Devices and pipes are written directly. No directory is created,
//! except for what is on the way to a result (`scratch.rs`).

pub(crate) mod atomic;
mod interrupt;
mod scratch;

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use atomic::{AtomicFile, Mode};
pub(crate) use scratch::Scratch;

use crate::error::{Error, ExitKind, io_message};

/// The destination of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A file, device or pipe.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

impl Destination {
    /// Interprets `-` and `/dev/stdout` as standard output, anything else as a path.
    pub(crate) fn new(text: &Path) -> Self {
        if text.as_os_str() == "-" || text == Path::new("/dev/stdout") {
            Self::Stdout
        } else {
            Self::File(text.to_path_buf())
        }
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdout => "standard output".to_string(),
        }
    }
}

/// Writes the output of `produce` to `target` and returns the number of bytes.
///
/// # Errors
/// Fails if the target cannot be written, if `produce` fails, or if the result is `binary` and the
/// target is a terminal. An existing file is then left unchanged. An [`Error`] inside that of
/// `produce` is returned as it is.
pub(crate) fn write(
    target: &Destination,
    binary: bool,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64, Error> {
    let result = match target {
        Destination::Stdout => {
            let stdout = io::stdout();
            if binary && stdout.is_terminal() {
                return Err(Error::usage("standard output is a terminal; the output is binary")
                    .hint("name a file with -o, or pipe the output: -o - | …"));
            }
            run(stdout.lock(), produce).map(|(_, bytes)| bytes)
        }
        Destination::File(path) => to_file(path, produce)?,
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
        Err(error) => {
            return Err(Error::failed(format!("cannot write {name}: {}", io_message(&error))));
        }
    };
    if present.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(Error::failed(format!("{name} is a directory"))
            .hint("name a file in it, such as ecg.gif"));
    }
    let device = present.as_ref().is_some_and(|metadata| !metadata.is_file());
    // A file descriptor of this process cannot be the target of a rename.
    let opened = ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder));
    if device || opened {
        return match File::options().write(true).open(path) {
            Ok(device) => Ok(run(device, produce).map(|(_, bytes)| bytes)),
            Err(error) => Ok(Err(error)),
        };
    }
    let mode = match present.map(|metadata| metadata.permissions()) {
        Some(permissions) if permissions.readonly() => {
            return Err(Error::failed(format!("{name} is read-only"))
                .hint("make it writable, or name another file"));
        }
        Some(permissions) => Mode::Exactly(permissions),
        None => Mode::Umask,
    };
    let place = followed(path);
    let file = AtomicFile::create(&place, mode).map_err(|error| {
        let failed = Error::failed(format!("cannot write {name}: {}", io_message(&error)));
        failed.hint(match error.kind() {
            io::ErrorKind::NotFound => "create the directory first",
            _ => "make the directory writable, or name a file in another one",
        })
    })?;
    Ok(run(file, produce).and_then(|(file, bytes)| file.commit().map(|()| bytes)))
}

/// The target of a chain of symlinks, which need not exist.
fn followed(path: &Path) -> PathBuf {
    const MAX_LINKS: usize = 40;
    let mut place = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&place) {
            Ok(next) => place = place.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => break,
        }
    }
    place
}

fn run<W: Write>(
    inner: W,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(W, u64)> {
    let mut out = CountingWriter { inner, bytes: 0 };
    produce(&mut out)?;
    out.flush()?;
    Ok((out.inner, out.bytes))
}

/// A writer that counts bytes.
struct CountingWriter<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for CountingWriter<W> {
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
    // `produce` may have put its failure into words.
    if let Some(said) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        return said.clone();
    }
    let mut failure = Error::failed(format!("cannot write {name}: {}", io_message(error)));
    match error.kind() {
        io::ErrorKind::BrokenPipe => failure.exit = ExitKind::BrokenPipe,
        io::ErrorKind::StorageFull => {
            failure.hint =
                Some("make room, or write to another disk; nothing was written".to_string());
        }
        _ => {}
    }
    failure
}
