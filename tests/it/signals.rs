//! Programs that are ended by a signal.

use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Waits until a program has ended, and for no more than 20 seconds.
#[track_caller]
pub fn ended(child: &mut Child, why: &str) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it did not end after {why}");
        }
        sleep(Duration::from_millis(5));
    }
}

/// Tests that run in the background may be started to ignore SIGINT and SIGQUIT, which a
/// program inherits, and then ours ignores them too. A signal that is handled here is not
/// ignored by what is started from here.
pub fn heard(number: i32) {
    let always = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register_conditional_default(number, always).unwrap();
}
