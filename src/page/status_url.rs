//! The address that a page asks for a status.

use std::fmt;

use url::{Host, ParseError, Url};

/// The maximum length of an address in characters.
const LONGEST: usize = 2000;
/// Stands for the page's own server while an address without a server is parsed.
const SELF: &str = "http://page.invalid/";
/// Names of parameters that probably hold a secret contain one of these.
const SECRETS: [&str; 5] = ["token", "secret", "password", "passwd", "api_key"];

/// An address of a status: absolute, or on the server that the page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatusUrl {
    url: Url,
    same_origin: bool,
}

/// What is wrong with an address. It repeats no part of the address, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadUrl {
    TooLong,
    /// Spaces or control characters.
    Blank,
    /// Neither `http://…` nor `https://…` nor `/…`.
    Form,
    /// A user name or a password.
    Credentials,
    /// An IPv6 address, which a Content-Security-Policy cannot name.
    Ipv6,
    Parse(ParseError),
}

impl fmt::Display for BadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the address has more than {LONGEST} characters"),
            Self::Blank => f.write_str("the address contains a space or a control character"),
            Self::Form => f.write_str("the address does not start with https://, http:// or /"),
            Self::Credentials => f.write_str("the address contains a user name or a password"),
            Self::Ipv6 => f.write_str("the server is an IPv6 address, which a policy cannot name"),
            Self::Parse(error) => error.fmt(f),
        }
    }
}

impl BadUrl {
    /// Advice for solving it.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::TooLong => "use a shorter one",
            Self::Blank => "write a space as %20",
            Self::Form | Self::Parse(_) => {
                "write it as https://ci.example/status/main, or as /status/main for the server \
                 that the page comes from"
            }
            Self::Credentials => {
                "everyone who opens the page could read them; publish the status where it can be \
                 read without them, such as the output of `flaky status --json`"
            }
            Self::Ipv6 => "use a host name",
        }
    }
}

impl StatusUrl {
    /// Parses an address as a browser does. The fragment is left out.
    pub(crate) fn parse(text: &str) -> Result<Self, BadUrl> {
        if text.chars().count() > LONGEST {
            return Err(BadUrl::TooLong);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(BadUrl::Blank);
        }
        let same_origin = text.starts_with('/');
        let parsed = if same_origin {
            Url::parse(SELF).and_then(|own| own.join(text))
        } else {
            Url::parse(text)
        };
        let mut url = parsed.map_err(|error| match error {
            ParseError::RelativeUrlWithoutBase => BadUrl::Form,
            error => BadUrl::Parse(error),
        })?;
        // `//host/` and `/\host/` name another server.
        let elsewhere = same_origin && !url.as_str().starts_with(SELF);
        if elsewhere || !matches!(url.scheme(), "http" | "https") {
            return Err(BadUrl::Form);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadUrl::Credentials);
        }
        if matches!(url.host(), Some(Host::Ipv6(_))) {
            return Err(BadUrl::Ipv6);
        }
        url.set_fragment(None);
        Ok(Self { url, same_origin })
    }

    /// The address for the page.
    pub(crate) fn address(&self) -> &str {
        // `SELF` ends with the slash that the address starts with.
        if self.same_origin { &self.url.as_str()[SELF.len() - 1..] } else { self.url.as_str() }
    }

    /// The name of a parameter that probably holds a secret.
    pub(crate) fn secret(&self) -> Option<String> {
        let is_secret = |name: &str| {
            let name = name.to_ascii_lowercase();
            SECRETS.iter().any(|secret| name.contains(secret))
        };
        let mut names = self.url.query_pairs().map(|(name, _)| name.into_owned());
        names.find(|name| is_secret(name))
    }

    /// The source for a Content-Security-Policy: without query, and without characters that separate
    /// its parts.
    pub(super) fn source(&self) -> String {
        if self.same_origin {
            return "'self'".to_string();
        }
        let mut plain = self.url.clone();
        plain.set_query(None);
        plain.as_str().replace(';', "%3B").replace(',', "%2C").replace('\'', "%27")
    }
}

#[cfg(test)]
mod tests {
    use super::{BadUrl, StatusUrl};

    #[test]
    fn is_what_a_browser_makes_of_it() {
        for (typed, address, source) in [
            ("https://ci.example", "https://ci.example/", "https://ci.example/"),
            ("HTTPS://CI.Example:443/a/../b", "https://ci.example/b", "https://ci.example/b"),
            (
                "http://10.0.0.1:8080/s?ref=a;b#c",
                "http://10.0.0.1:8080/s?ref=a;b",
                "http://10.0.0.1:8080/s",
            ),
            (
                "https://ci.example/a;b,c'd\"e",
                "https://ci.example/a;b,c'd%22e",
                "https://ci.example/a%3Bb%2Cc%27d%22e",
            ),
            (
                "https://bücher.example/ä",
                "https://xn--bcher-kva.example/%C3%A4",
                "https://xn--bcher-kva.example/%C3%A4",
            ),
            ("/status/main?n=1", "/status/main?n=1", "'self'"),
            ("/", "/", "'self'"),
        ] {
            let url = StatusUrl::parse(typed).unwrap();
            assert_eq!((url.address(), url.source().as_str()), (address, source), "{typed}");
        }
    }

    #[test]
    fn refuses_what_a_page_must_not_or_cannot_ask() {
        for (typed, reason) in [
            ("", BadUrl::Form),
            ("status", BadUrl::Form),
            ("ci.example/status", BadUrl::Form),
            ("ftp://ci.example/", BadUrl::Form),
            ("javascript:alert(1)", BadUrl::Form),
            ("data:application/json,{}", BadUrl::Form),
            ("file:///etc/passwd", BadUrl::Form),
            ("//ci.example/status", BadUrl::Form),
            ("/\\ci.example/status", BadUrl::Form),
            ("https://me:pw@ci.example/", BadUrl::Credentials),
            ("https://me@ci.example/", BadUrl::Credentials),
            ("http://[::1]:8080/", BadUrl::Ipv6),
            ("https://ci.example/a b", BadUrl::Blank),
            ("https://ci.exa\nmple/", BadUrl::Blank),
            ("https://ci.example/\u{2028}", BadUrl::Blank),
            ("https://", BadUrl::Parse(url::ParseError::EmptyHost)),
            ("https://ci.example:99999/", BadUrl::Parse(url::ParseError::InvalidPort)),
        ] {
            assert_eq!(StatusUrl::parse(typed).unwrap_err(), reason, "{typed}");
        }
        let long = format!("https://ci.example/{}", "a".repeat(2000));
        assert_eq!(StatusUrl::parse(&long).unwrap_err(), BadUrl::TooLong);
    }

    #[test]
    fn a_token_is_noticed() {
        let secret = |text: &str| StatusUrl::parse(text).unwrap().secret();
        assert_eq!(secret("/s?ref=main&Private_Token=x").as_deref(), Some("Private_Token"));
        assert_eq!(secret("/s?ref=token"), None);
    }
}
