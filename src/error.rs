//! Errors as a person reads them, and the exit code that each leads to.

use std::{fmt, io};

/// An error for a person: a message that names the thing, and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// One lowercase sentence without a full stop.
    pub message: String,
    /// How to solve it.
    pub hint: Option<String>,
    /// How the program exits.
    pub exit: ExitKind,
}

/// Reason for which the program ends without doing what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// It failed: exit code 1.
    Failure,
    /// Its arguments are invalid or contradict each other: exit code 2.
    Usage,
    /// The verdict is one of those it was asked to fail on: exit code 3.
    VerdictMatched,
    /// The reader of its output has closed the pipe: exit code 0, no message.
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
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

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

/// The system's message in lower case and without its number, for the middle of a sentence.
pub(crate) fn io_message(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
