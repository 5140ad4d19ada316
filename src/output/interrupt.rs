//! Signals that end the program while a file is being written: the unfinished one is removed,
//! then the program ends as if nobody had listened.
//!
//! A thread of its own waits for them, so that they work at once, whatever the others do. Where
//! nothing unfinished lies about, nobody listens and the system's own way is good enough.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, Once};

use tempfile::NamedTempFile;

static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

fn unfinished() -> MutexGuard<'static, Option<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Forgets the path when it is dropped.
pub struct Watched;

impl Drop for Watched {
    fn drop(&mut self) {
        unfinished().take();
    }
}

/// Makes a file that a signal removes from its first moment on, one at a time.
pub fn watched(
    make: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<(NamedTempFile, Watched)> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    // A signal waits for the lock: it finds no file, or one it knows of.
    let mut path = unfinished();
    let file = make()?;
    *path = Some(file.path().to_path_buf());
    Ok((file, Watched))
}

#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // Where the system refuses, a signal ends the program as ever and may leave the file.
    let wanted: Vec<i32> = match ignored() {
        // Whoever is not to hear one (nohup, a job in the background) goes on not hearing it.
        Some(ignored) => [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
            .into_iter()
            .filter(|signal| ignored >> (signal - 1) & 1 == 0)
            .collect(),
        None => vec![SIGINT, SIGTERM],
    };
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Held to the end: nobody begins another file meanwhile.
            let path = unfinished();
            if let Some(path) = path.as_ref() {
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The signals that this program was started to ignore, a bit each; unknown where no system says.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(not(unix))]
fn listen() {}
