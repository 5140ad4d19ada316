//! Access tokens.

use std::fmt;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use crate::AuthScheme;

/// An access token. Its `Debug` output does not contain the secret.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Trims white space around the token; `None` if nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_string()))
    }

    /// Returns true if it consists of visible ASCII characters only.
    pub(crate) fn is_valid(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// Adds it to a request.
    pub(crate) fn authorize(&self, auth: AuthScheme, request: RequestBuilder) -> RequestBuilder {
        let secret = |text: &str| {
            let mut value = HeaderValue::from_str(text).expect("visible characters");
            value.set_sensitive(true);
            value
        };
        match auth {
            AuthScheme::Bearer => request.bearer_auth(&self.0),
            AuthScheme::Token => {
                request.header(AUTHORIZATION, secret(&format!("token {}", self.0)))
            }
            AuthScheme::Basic => {
                let (user, word) = self.0.split_once(':').unwrap_or((&self.0, ""));
                request.basic_auth(user, Some(word))
            }
            AuthScheme::Header(name) => request.header(name, secret(&self.0)),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}
