//! Removes unfinished files when a signal ends the program.
//!
//! A separate thread waits for the signals, so that they work at once, whatever the other
//! threads do. Without unfinished files the system's default action is taken unchanged.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tempfile::NamedTempFile;

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the watch over a file when it is dropped.
pub(super) struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

/// Creates a file that a signal removes, from its first moment on.
pub(super) fn guarded(
    create: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<(NamedTempFile, Guard)> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    // The handler waits for this lock: it finds no file, or one that is listed.
    let mut paths = unfinished();
    let file = create()?;
    paths.push(file.path().to_path_buf());
    let guard = Guard(file.path().to_path_buf());
    Ok((file, guard))
}

#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // If the system refuses, signals still end the program, but may leave a file.
    let wanted: Vec<i32> = match ignored() {
        // A signal that is ignored (nohup, a background job) stays ignored.
        Some(ignored) => [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
            .into_iter()
            .filter(|signal| ignored >> (signal - 1) & 1 == 0)
            .collect(),
        None => vec![SIGINT, SIGTERM],
    };
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // The lock is held to the end, so that no thread creates another file meanwhile.
            let paths = unfinished();
            for path in paths.iter() {
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Signals that this program was started with as ignored, one bit each; `None` without `/proc`.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(not(unix))]
fn listen() {}
