//! A secret that a server wants to see, and nobody else.

use std::fmt;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::Scheme;

/// A token, which is shown to nobody.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The token in this text, white space around it left out; none where there is nothing else.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_string()))
    }

    /// Whether it could be one: a line of visible characters.
    pub fn sound(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// A request that carries it.
    pub fn sign(&self, scheme: Scheme, request: RequestBuilder) -> RequestBuilder {
        let secret = |text: &str| {
            let mut value = HeaderValue::from_str(text).expect("visible characters");
            value.set_sensitive(true);
            value
        };
        match scheme {
            Scheme::Bearer => request.bearer_auth(&self.0),
            Scheme::Token => request.header(AUTHORIZATION, secret(&format!("token {}", self.0))),
            Scheme::Basic => {
                let (user, word) = self.0.split_once(':').unwrap_or((&self.0, ""));
                request.basic_auth(user, Some(word))
            }
            Scheme::Header(name) => request.header(name, secret(&self.0)),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}
