//! What a section of the report found.

use crate::error::Error;

/// A line of the report.
pub(super) struct Finding {
    pub name: &'static str,
    pub value: String,
    /// The way out, if the finding limits what the program can do.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding that limits nothing.
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), hint: None }
    }

    /// A finding that limits something, and the way out.
    pub(super) fn problem(
        name: &'static str,
        value: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(name, value) }
    }

    /// An error that another command would end with; `otherwise` is the way out if it has none.
    pub(super) fn error(name: &'static str, error: Error, otherwise: &str) -> Self {
        Self::problem(name, error.message, error.hint.as_deref().unwrap_or(otherwise))
    }
}
