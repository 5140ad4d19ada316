//! Selection of commits.

use super::{Commit, Person};

/// Words that mark a bot anywhere in a name, or in an address before the `@`.
const BOT_WORDS: &[&str] = &["bot", "robot", "dependabot", "renovate", "greenkeeper", "weblate"];
/// Whole names of bots, with all but letters and digits as spaces. Some are also names of people.
const BOT_NAMES: &[&str] =
    &["bors", "github actions", "allcontributors", "all contributors", "pre commit ci"];
/// The mark of an app on GitHub.
const APP: &str = "[bot]";
/// Beginnings of the addresses of GitLab's access tokens and service accounts, which are at a host
/// named `noreply`. A number or an id follows.
const GITLAB_TOKENS: &[&str] = &["project_", "group_", "service_account_"];

/// The commits from which a walk starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// HEAD.
    #[default]
    Head,
    /// A range in git's syntax.
    Range(String),
    /// A branch.
    Branch(String),
    /// All branches and tags.
    All,
}

/// A selection of commits. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The commits from which the walk starts.
    pub start: Start,
    /// Only so many of the latest commits that meet the other conditions.
    pub latest: Option<usize>,
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
    /// Returns true if a commit was written in the selected time.
    pub fn matches_dates(&self, commit: &Commit) -> bool {
        self.since_s.is_none_or(|since| commit.written_s >= since)
            && self.until_s.is_none_or(|until| commit.written_s <= until)
    }

    /// Returns true if a commit meets the conditions that depend neither on its date nor on its
    /// changes.
    pub fn matches(&self, commit: &Commit, author: &Person) -> bool {
        let has = |wanted: &String| {
            let wanted = wanted.to_lowercase();
            format!("{} <{}>", author.name, author.email).to_lowercase().contains(&wanted)
        };
        self.author.as_ref().is_none_or(has)
            && !(self.no_merges && commit.is_merge())
            && !(self.no_bots && is_bot(author))
    }

    /// Returns true if a commit whose changes have been counted has changed one of the paths.
    pub(crate) fn matches_counted(&self, commit: &Commit) -> bool {
        self.paths.is_empty() || commit.churn.files > 0
    }

    /// Removes all but the latest commits; returns how many.
    pub(crate) fn keep_latest(&self, commits: &mut Vec<Commit>) -> usize {
        let cut = self.latest.map_or(0, |latest| commits.len().saturating_sub(latest));
        commits.drain(..cut);
        cut
    }
}

/// Returns true if an author is a bot, by whole words or by the marks of the platforms.
pub(crate) fn is_bot(person: &Person) -> bool {
    let (name, email) = (person.name.to_lowercase(), person.email.to_lowercase());
    let (local, host) = email.split_once('@').unwrap_or((&email, ""));
    let texts = [&*name, local];
    let token = || {
        host.starts_with("noreply.") && GITLAB_TOKENS.iter().any(|begin| local.starts_with(begin))
    };
    texts.iter().any(|text| {
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        text.contains(APP)
            || words.iter().any(|word| BOT_WORDS.contains(word))
            || BOT_NAMES.contains(&words.join(" ").as_str())
    }) || token()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(text: &str) -> Person {
        let (name, email) = text.trim_end_matches('>').split_once(" <").expect("name <address>");
        Person { name: name.into(), email: email.into() }
    }

    #[test]
    fn people_are_no_bots() {
        for text in [
            "Borsos Ágnes <agnes.borsos@example.org>",
            "Rob Talbot <rob@example.org>",
            "Abbott <abbott@abbot.example>",
            "Bors Miller <miller@example.org>",
            "Ann <1234+ann@users.noreply.github.com>",
            "Ann <1234-ann@users.noreply.gitlab.com>",
            "Ann <ann@robots.example.org>",
            "Renovator <info@renovation.example>",
            "Project Owner <project_owner@example.org>",
            "(no name) <>",
        ] {
            assert!(!is_bot(&person(text)), "{text}");
        }
    }

    #[test]
    fn bots_are_found_by_words_and_marks() {
        for text in [
            "Nextest Bot <ops@example.org>",
            "renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>",
            "Someone <49699333+dependabot[bot]@users.noreply.github.com>",
            "Release <project_42_bot_0a1b2c@noreply.gitlab.example.org>",
            "Release <group_7_bot@noreply.gitlab.com>",
            "Deploy <service_account_group_7_ab@noreply.gitlab.com>",
            "semantic-release-bot <release@example.org>",
            "k8s-ci-robot <ci@example.org>",
            "bors <bors@example.org>",
            "GitHub Actions <actions@example.org>",
            "github-actions <actions@example.org>",
            "Hosted Weblate <hosted@example.org>",
            "pre-commit-ci <ci@example.org>",
            "Updates <renovate@example.org>",
            "Ann <my-bot@example.org>",
        ] {
            assert!(is_bot(&person(text)), "{text}");
        }
    }
}
