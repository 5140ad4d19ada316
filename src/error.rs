//! Errors for the user, and their exit codes.

use std::fmt::Write;
use std::{fmt, io};

use flaky_core::sanitize::is_format_control;

/// An error for the user: a message, a hint, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// A lowercase phrase that names the cause, without a full stop.
    pub message: String,
    /// Advice for solving it.
    pub hint: Option<String>,
    /// The kind, which determines the exit code.
    pub exit: ExitKind,
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// The command failed: exit code 1.
    Failure,
    /// The arguments are invalid or contradict each other: exit code 2.
    Usage,
    /// The verdict is one of `--fail-on`: exit code 3.
    VerdictMatched,
    /// The reader of the output has closed the pipe: exit code 0, no message.
    BrokenPipe,
}

impl Error {
    /// An error of [`ExitKind::Failure`] without a hint.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: ExitKind::Failure }
    }

    /// An error of [`ExitKind::Usage`] without a hint.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: ExitKind::Usage }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", printable(&self.message))?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {}", printable(hint)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A line for a terminal. Control characters and invisible direction marks, which paths and names
/// may contain, are escaped as in `\u{1b}`.
pub fn printable(line: &str) -> String {
    let mut printable = String::with_capacity(line.len());
    for c in line.chars() {
        if c.is_control() || is_format_control(c) {
            let _ = write!(printable, "{}", c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// The known name most similar to a mistyped one, if any is similar enough.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The system's error message without its number, in lowercase to fit into a sentence.
pub(crate) fn io_message(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
