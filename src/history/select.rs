//! Which commits are drawn.

use super::{Commit, Person};

/// Words in the names and addresses of programs that commit.
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

/// What is asked of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// A range of commits, as git writes it.
    pub range: Option<String>,
    /// A branch to begin at.
    pub branch: Option<String>,
    /// Only commits written at this second since 1970 or later.
    pub since_s: Option<i64>,
    /// Only commits written at this second since 1970 or earlier.
    pub until_s: Option<i64>,
    /// Only authors with this in their name or address, in either case.
    pub author: Option<String>,
    /// Only what lies under these paths, from the top of the repository.
    pub paths: Vec<String>,
    /// Only the first parent of every merge, which is compared with it.
    pub first_parent: bool,
    /// No commit of more than one parent.
    pub no_merges: bool,
    /// No commit of a program's.
    pub no_bots: bool,
}

impl Selection {
    /// Whether this commit is asked for, as far as it is known before anything is counted.
    pub fn wants(&self, commit: &Commit, author: &Person) -> bool {
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

    /// Whether this commit is asked for once it is counted: under a path only what changed
    /// something there.
    pub fn keeps(&self, commit: &Commit) -> bool {
        self.paths.is_empty() || commit.churn.files > 0
    }
}

/// Whether a program commits under this name.
pub fn is_bot(person: &Person) -> bool {
    let (name, email) = (person.name.to_lowercase(), person.email.to_lowercase());
    BOTS.iter().any(|word| name.contains(word) || email.contains(word)) || name.ends_with("-bot")
}
