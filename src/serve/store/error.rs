//! Why something could not be stored or read.

use std::fmt;

/// The error of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreError {
    /// What went wrong, as a lowercase sentence that names the database without secrets.
    pub message: String,
    /// Advice, where there is any.
    pub hint: Option<String>,
    /// True if it may work later: the disk is full, the server restarts, too much waits.
    pub is_temporary: bool,
}

impl StoreError {
    /// An error that may pass by itself, or once somebody has removed its cause.
    pub(crate) fn temporary(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, is_temporary: true }
    }

    /// An error that stays: the same call fails again.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, is_temporary: false }
    }

    /// A stored value that is not what this program writes.
    pub(super) fn unreadable(expected: &str) -> Self {
        Self::refused(format!("expected {expected} in a row of the database"))
            .with_hint("the database is damaged; restore it from a backup")
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
