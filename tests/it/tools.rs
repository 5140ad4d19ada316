//! External programs that the tests use for comparison.

use std::io::Write;
use std::process::{Command, Stdio};

/// Whether `tool` can be run. Where it is missing the test says that it was skipped; where the
/// tests are told that every tool is there (`FLAKY_TOOLS=required`), it fails.
pub fn present(tool: &str, flag: &str) -> bool {
    let ran = Command::new(tool).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if ran.is_ok() {
        return true;
    }
    let required = std::env::var("FLAKY_TOOLS").is_ok_and(|value| value == "required");
    assert!(!required, "{tool} is not installed");
    skipped(&format!("{tool} is not installed"));
    false
}

/// Says, past the capture of the test harness, that a check was skipped: it is always seen.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped a check: {why}");
}

/// Runs a tool and returns what it writes.
#[track_caller]
pub fn output(tool: &str, words: &[&str]) -> Vec<u8> {
    let output = Command::new(tool).args(words).stdin(Stdio::null()).output().expect("it starts");
    assert!(
        output.status.success(),
        "{tool} {words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
