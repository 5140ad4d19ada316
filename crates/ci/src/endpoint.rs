//! The JSON of a shields endpoint badge. <https://shields.io/badges/endpoint-badge>

use serde::Deserialize;

use crate::provider::ProviderInfo;
use crate::query::{Query, QueryError};
use crate::run::{Outcome, Run, RunId, RunKey, State, Times};
use crate::target::{parse_address, without_secrets};
use crate::{Client, FetchError, Provider, RunPage, Target};
use flaky_core::verdict::Verdict;

pub(crate) static INFO: ProviderInfo = ProviderInfo { name: "endpoint", ..ProviderInfo::MINIMAL };

/// A badge.
#[derive(Deserialize)]
struct EndpointBadge {
    message: String,
    #[serde(default, rename = "isError")]
    is_error: bool,
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let root = parse_address(&query.project)?;
    let project = without_secrets(root.as_str());
    Ok(Target::new(root, project, query))
}

pub(crate) async fn runs(client: &Client, target: &Target) -> Result<RunPage, FetchError> {
    let badge: EndpointBadge = client.get(target.root.clone()).await?.json()?;
    let key = RunKey {
        provider: Provider::Endpoint,
        project: target.project.clone(),
        id: RunId::Latest,
        attempt: 1,
    };
    let outcome = Outcome::new(badge.verdict());
    let state = State::new(badge.message, outcome, None, &Times::default());
    Ok(RunPage { runs: vec![Run::new(key, state)], more: false })
}

impl EndpointBadge {
    /// The verdict of the message: the most severe of the words that stand for a verdict, ignoring
    /// counts of zero ("0 failed", "failed: 0", "no errors"). It is unknown if there is no such
    /// word, or if "not" precedes one.
    fn verdict(&self) -> Verdict {
        let words = self.message.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words: Vec<String> =
            words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        let is_zero = |word: &String| {
            let zeros = ["no", "none", "zero", "without", "never"];
            zeros.contains(&word.as_str()) || word.parse() == Ok(0)
        };
        // "12 tests passed, 0 failed", or "passed: 12, failed: 0".
        let counts_first = words.first().is_none_or(|word| is_number(word) || is_zero(word));
        let is_none = |at: usize| {
            if counts_first {
                let two = &words[at.saturating_sub(2)..at];
                two.iter().rev().find(|word| is_number(word) || is_zero(word)).is_some_and(is_zero)
            } else {
                words.get(at + 1).is_some_and(is_zero)
            }
        };
        let mut gravest = None;
        for (at, word) in words.iter().enumerate() {
            let verdict = Verdict::parse(word).or_else(|| Verdict::parse(word.strip_suffix('s')?));
            let Some(verdict) = verdict.filter(|_| !is_none(at)) else { continue };
            if at > 0 && words[at - 1] == "not" {
                return Verdict::Unknown;
            }
            if verdict != Verdict::Unknown {
                gravest = gravest.max(Some(verdict));
            }
        }
        match gravest {
            Some(Verdict::Passed) if self.is_error => Verdict::Unknown,
            verdict => verdict.unwrap_or(Verdict::Unknown),
        }
    }
}
