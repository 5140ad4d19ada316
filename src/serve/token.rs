//! Tokens that clients send to read the server or to post test reports.

use std::fmt;

use sha2::{Digest, Sha256};

/// A token, kept as its hash: comparing hashes takes the same time for every wrong token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AccessToken([u8; 32]);

impl AccessToken {
    /// A token from a line of text; `None` if the line is blank.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(Sha256::digest(text).into()))
    }

    /// Returns true if this is the token.
    pub(crate) fn is(&self, sent: &[u8]) -> bool {
        let sent: [u8; 32] = Sha256::digest(sent).into();
        self.0 == sent
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::AccessToken;

    #[test]
    fn only_the_token_itself_is_accepted() {
        let token = AccessToken::new(" s3cret\n").unwrap();
        assert!(token.is(b"s3cret"));
        for wrong in ["", "s3cre", "s3cret ", "S3cret", "s3crets"] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "AccessToken(…)");
        assert_eq!(AccessToken::new(" \n"), None);
    }
}
