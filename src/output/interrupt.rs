//! Removes temporary files and folders when a signal ends the program.
//!
//! A separate thread waits for signals, so they take effect at once even if other threads are busy.
//! Without temporary files, signals have their default action.

#[cfg(unix)]
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unregisters a temporary file or folder when it is dropped.
pub(super) struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

/// Creates a file or folder and registers it for removal, without a gap between the two.
pub(super) fn guarded<T>(
    create: impl FnOnce() -> io::Result<T>,
    path: impl FnOnce(&T) -> &Path,
) -> io::Result<(T, Guard)> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    // The handler takes the same lock, so it never finds a file that is not registered.
    let mut paths = unfinished();
    let created = create()?;
    let path = path(&created).to_path_buf();
    paths.push(path.clone());
    Ok((created, Guard(path)))
}

/// Removes a file, or a folder with what is in it.
#[cfg(unix)]
fn remove(path: &Path) {
    let folder = || fs::remove_dir_all(path);
    // A program that was started may create a file in the folder meanwhile.
    let _ = fs::remove_file(path).or_else(|_| folder()).or_else(|_| folder());
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
                remove(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The signals that were ignored at the start of the program, one bit each; `None` without `/proc`.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(not(unix))]
fn listen() {}
