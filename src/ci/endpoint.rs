//! The JSON of a shields endpoint. <https://shields.io/badges/endpoint-badge>

use serde::Deserialize;

use super::place::address;
use super::{About, BARE, Client, Outcome, Page, Place, Provider, Question, Run, Slice, Trouble};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// A shields endpoint.
pub struct Endpoint;

static ABOUT: About = About {
    name: "endpoint",
    help: "Any system that serves a shields endpoint: {\"schemaVersion\", \"label\", \"message\"}",
    ..BARE
};

#[derive(Deserialize)]
struct Badge {
    message: String,
    #[serde(default, rename = "isError")]
    is_error: bool,
}

impl Badge {
    /// The word that decides: the worst of those that are said, but for "0 failed", "failed: 0" or
    /// "no errors". Nothing where none is, or where it is denied.
    fn word(&self) -> Option<Verdict> {
        let words = self.message.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words: Vec<String> =
            words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        let none = |word: &String| {
            let words = ["no", "none", "zero", "without", "never"];
            words.contains(&word.as_str()) || word.parse() == Ok(0)
        };
        // "12 tests passed, 0 failed", or "passed: 12, failed: 0".
        let counts_first = words.first().is_none_or(|word| is_number(word) || none(word));
        let is_none = |at: usize| {
            if counts_first {
                let two = &words[at.saturating_sub(2)..at];
                two.iter().rev().find(|word| is_number(word) || none(word)).is_some_and(none)
            } else {
                words.get(at + 1).is_some_and(none)
            }
        };
        let mut said = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let verdict = Verdict::of(word).or_else(|| Verdict::of(word.strip_suffix('s')?));
            let Some(verdict) = verdict.filter(|_| !is_none(at)) else { continue };
            if at > 0 && words[at - 1] == "not" {
                return None;
            }
            said.push(verdict);
        }
        let worst = [Verdict::Failed, Verdict::Flaky, Verdict::Running, Verdict::Stopped];
        let worst = worst.into_iter().find(|verdict| said.contains(verdict));
        let passed = said.contains(&Verdict::Passed) && !self.is_error;
        worst.or(passed.then_some(Verdict::Passed))
    }
}

impl Provider for Endpoint {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        Ok(Place::new(address(question.subject())?, "", question))
    }

    fn runs(&self, client: &Client, place: &Place, _: Slice) -> Result<Page, Trouble> {
        let badge: Badge = client.get(place.root.clone())?.json()?;
        let outcome = Outcome::of(badge.word().unwrap_or(Verdict::Unknown));
        let runs = vec![Run { outcome, idle: false, ..Run::new(0, "", badge.message) }];
        Ok(Page { runs, more: false })
    }
}
