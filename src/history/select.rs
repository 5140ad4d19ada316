//! Selection of commits.

use super::{Commit, Person};

/// Words that identify bots in names and email addresses.
const BOTS: &[&str] = &[
    "[bot]",
    "dependabot",
    "renovate",
    "greenkeeper",
    "snyk-bot",
    "github-actions",
    "semantic-release-bot",
    "pre-commit-ci",
    "allcontributors",
    "weblate",
    "project_bot",
    "group_bot",
    "bors",
];

/// A selection of commits. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// A range in git's syntax; `None` for HEAD.
    pub range: Option<String>,
    /// A branch, instead of a range.
    pub branch: Option<String>,
    /// Earliest author date, in seconds since 1970.
    pub since_s: Option<i64>,
    /// Latest author date, in seconds since 1970.
    pub until_s: Option<i64>,
    /// Part of the author's name or email address, ignoring case.
    pub author: Option<String>,
    /// Paths relative to the top of the repository; empty for all.
    pub paths: Vec<String>,
    /// Follow only the first parent of merges, and compare merges with it.
    pub first_parent: bool,
    /// Skip merges.
    pub no_merges: bool,
    /// Skip commits by bots.
    pub no_bots: bool,
}

impl Selection {
    /// Returns true if a commit meets the conditions that do not depend on its changes.
    pub fn matches(&self, commit: &Commit, author: &Person) -> bool {
        let has = |wanted: &String| {
            let wanted = wanted.to_lowercase();
            format!("{} <{}>", author.name, author.email).to_lowercase().contains(&wanted)
        };
        self.since_s.is_none_or(|since| commit.written_s >= since)
            && self.until_s.is_none_or(|until| commit.written_s <= until)
            && self.author.as_ref().is_none_or(has)
            && !(self.no_merges && commit.is_merge())
            && !(self.no_bots && is_bot(author))
    }

    /// Returns true if a commit whose changes have been counted has changed one of the paths.
    pub(crate) fn matches_counted(&self, commit: &Commit) -> bool {
        self.paths.is_empty() || commit.churn.files > 0
    }
}

/// Returns true if an author is a bot.
pub(crate) fn is_bot(person: &Person) -> bool {
    let (name, email) = (person.name.to_lowercase(), person.email.to_lowercase());
    BOTS.iter().any(|word| name.contains(word) || email.contains(word)) || name.ends_with("-bot")
}
