//! The JSON of a shields endpoint badge. <https://shields.io/badges/endpoint-badge>

use serde::Deserialize;
use serde_json::Value;

use crate::provider::ProviderInfo;
use crate::query::{Query, QueryError};
use crate::run::{Outcome, Run, RunId, RunKey, State, Times};
use crate::target::{parse_address, without_secrets};
use crate::{Client, FetchError, FetchErrorKind, Provider, RunPage, Target};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum length of a badge's message in an error, in characters.
const LONGEST_MESSAGE: usize = 60;

pub(crate) static INFO: ProviderInfo = ProviderInfo { name: "endpoint", ..ProviderInfo::MINIMAL };

/// A badge.
#[derive(Deserialize)]
struct EndpointBadge {
    message: String,
    /// A name or hexadecimal digits; anything else decides nothing.
    #[serde(default)]
    color: Value,
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
    let verdict = Verdict::of_badge(&badge.message, badge.color.as_str(), badge.is_error);
    if badge.is_error && verdict == Verdict::Unknown {
        let message = sanitize(&badge.message, LONGEST_MESSAGE);
        let message = format!("the endpoint reports an error: {message:?}");
        return Err(FetchError::new(FetchErrorKind::UnexpectedAnswer, message));
    }
    let outcome = Outcome::new(verdict);
    let state = State::new(badge.message, outcome, None, &Times::default());
    Ok(RunPage { runs: vec![Run::new(key, state)], ..RunPage::default() })
}
