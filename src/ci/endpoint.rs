//! The JSON of a shields endpoint. <https://shields.io/badges/endpoint-badge>

use serde::Deserialize;

use super::place::address;
use super::{About, Client, Page, Place, Provider, Question, Run, Scheme, Trouble};
use crate::error::Error;
use crate::verdict::Verdict;

/// A shields endpoint.
pub struct Endpoint;

static ABOUT: About = About {
    name: "endpoint",
    takes: "URL",
    help: "Any system that serves a shields endpoint: {\"schemaVersion\", \"label\", \"message\"}",
    many: false,
    words: &[],
    retries: "",
    commits: false,
    hosts: &[],
    variables: &[],
    tokens: &[],
    scheme: Scheme::Bearer,
    denied: "if it wants a token, put that into FLAKY_TOKEN",
};

#[derive(Deserialize)]
struct Badge {
    message: String,
}

impl Provider for Endpoint {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        Ok(Place::new(address(question.subject())?, "", question))
    }

    fn runs(&self, client: &Client, place: &Place, _: usize, _: usize) -> Result<Page, Trouble> {
        let Badge { message } = client.get(place.root.clone())?.json()?;
        // "passing", "build passing", "flaky 7%": the first word that is one.
        let words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
        let known = words.filter(|word| Verdict::of(word).is_some()).map(str::to_lowercase).next();
        let runs = vec![Run { idle: false, ..Run::new(0, "", known.unwrap_or(message)) }];
        Ok(Page { runs, more: false })
    }
}
