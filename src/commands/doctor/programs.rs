//! Programs that others run besides `flaky`.

use std::io::{self, ErrorKind, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::Finding;
use crate::error::io_message;

/// The time that a program may take to print its version.
const PATIENCE: Duration = Duration::from_secs(2);
/// The maximum number of bytes of it that are read.
const LONGEST: u64 = 4096;

pub(super) fn findings() -> Vec<Finding> {
    let git = "install git if --from-log is needed, for a repository that cannot be read directly";
    let ffmpeg = "install ffmpeg to write MP4 and WebM";
    vec![look_for("git", "--version", git), look_for("ffmpeg", "-version", ffmpeg)]
}

fn look_for(program: &'static str, option: &str, hint: &str) -> Finding {
    match first_line(program, option) {
        Ok(line) if line.is_empty() => Finding::problem(program, "found, but has no version", hint),
        Ok(line) => {
            let version = line.strip_prefix(program).unwrap_or(&line).trim_start();
            let version = version.strip_prefix("version ").unwrap_or(version);
            let version = version.split(" Copyright").next().unwrap_or_default();
            Finding::new(program, version)
        }
        Err(error) => {
            let value = match error.kind() {
                ErrorKind::NotFound => "not found in PATH".to_string(),
                ErrorKind::TimedOut => "found, but it did not answer in time".to_string(),
                _ => format!("cannot be run: {}", io_message(&error)),
            };
            Finding::problem(program, value, hint)
        }
    }
}

/// The first line that a program prints. It is stopped if it takes too long.
fn first_line(program: &str, option: &str) -> io::Result<String> {
    let mut child = Command::new(program)
        .arg(option)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        // Reading may outlast the program, if one that it started keeps the pipe open.
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(LONGEST).read_to_end(&mut bytes);
            // Nobody waits for it any more after a timeout.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let read = receiver.recv_timeout(PATIENCE);
    // It may have ended already.
    let _ = child.kill();
    let _ = child.wait();
    let bytes = read.map_err(|_| io::Error::from(ErrorKind::TimedOut))??;
    Ok(String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_string())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_line_is_read_within_limits() {
        assert_eq!(first_line("echo", "one").unwrap(), "one");
        assert_eq!(first_line("true", "").unwrap(), "");
        // Endless output.
        assert_eq!(first_line("yes", "two").unwrap(), "two");
        let missing = first_line("there is no such program", "");
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        let started = Instant::now();
        assert_eq!(first_line("sleep", "60").unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
