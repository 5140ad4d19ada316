//! Removes temporary files when a signal ends the program.
//!
//! A separate thread waits for signals, so they take effect at once even if other threads are busy.
//! Without temporary files, signals have their default action.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tempfile::NamedTempFile;

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unregisters a temporary file when it is dropped.
pub(super) struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

/// Creates a file and registers it for removal, without a gap between the two.
pub(super) fn guarded(
    create: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<(NamedTempFile, Guard)> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    // The handler takes the same lock, so it never finds a file that is not registered.
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

    // If this fails, signals still end the program but may leave a file.
    let wanted: Vec<i32> = match ignored() {
        // Signals that are ignored (nohup, a background job) stay ignored.
        Some(ignored) => [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
            .into_iter()
            .filter(|signal| ignored >> (signal - 1) & 1 == 0)
            .collect(),
        None => vec![SIGINT, SIGTERM],
    };
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Hold the lock to the end, so that no thread creates another file meanwhile.
            let paths = unfinished();
            for path in paths.iter() {
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The signals that were ignored at the start of the program, one bit each; `None` without `/proc`.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(not(unix))]
fn listen() {}
