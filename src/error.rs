//! What is said when something goes wrong, and with which exit code the program ends.

use std::{fmt, io};

/// An error for a person: what is wrong, naming the thing, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// One lowercase sentence without a full stop.
    pub what: String,
    /// The way out.
    pub hint: Option<String>,
    /// How the program ends.
    pub end: End,
}

/// How a program ends that did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It failed: exit code 1.
    Failed,
    /// It was asked wrongly: exit code 2.
    WrongUsage,
    /// It was asked to fail on a verdict, and did: exit code 3.
    Matched,
    /// The reader of its output went away, which is no failure: exit code 0 and no word.
    ReaderGone,
}

impl Error {
    /// Something failed.
    pub fn failed(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None, end: End::Failed }
    }

    /// Something was asked that cannot be meant.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None, end: End::WrongUsage }
    }

    /// The same with a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// ": did you mean …?" for the candidate nearest to a mistyped name.
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The system's words, as the middle of a sentence.
pub fn lower(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
