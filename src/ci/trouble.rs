//! What goes wrong when somebody is asked.

/// What keeps something from being known.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What it is, in a sentence.
    pub what: String,
    /// The way out.
    pub hint: Option<String>,
    /// The status the server answered with, if it did.
    pub status: Option<u16>,
}

impl Trouble {
    /// Trouble of some other kind.
    pub fn new(what: impl Into<String>, hint: &str) -> Self {
        Self { what: what.into(), hint: Some(hint.to_string()), status: None }
    }

    /// Whether the server does not let us in, or says that there is nothing.
    pub fn denied(&self) -> bool {
        matches!(self.status, Some(401 | 403 | 404))
    }

    /// The same with another way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
