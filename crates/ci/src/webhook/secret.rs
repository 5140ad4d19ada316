//! Secrets, and what is signed with them.
//!
//! Signatures are computed over the raw bytes, before anything is parsed: JSON that is written anew
//! need not have the bytes that were signed. All comparisons take the same time for right and wrong
//! guesses.
//!
//! GitHub, Gitea and Forgejo send the HMAC-SHA256 of the body, with the text of the secret as the key.
//! GitLab sends the secret itself as a token, or signs as Standard Webhooks specifies
//! (<https://www.standardwebhooks.com>): the HMAC-SHA256 of `id.timestamp.body`, with a key that is
//! written as `whsec_` and base64. Where such a key is known, GitLab's token is not accepted, because
//! whoever sees one request could send others.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::request::{Dialect, Request};

/// The prefix of a key of Standard Webhooks.
const SIGNING_PREFIX: &str = "whsec_";
/// The maximum difference between the clocks of the two servers, in seconds.
const TOLERANCE_S: u64 = 300;
/// The maximum number of signatures in a header. A sender that changes its key sends two.
const MAX_SIGNATURES: usize = 16;
/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type HmacSha256 = Hmac<Sha256>;

/// A secret that a platform shares with this server. Its `Debug` output does not contain it.
#[derive(Clone)]
pub struct Secret {
    /// A computation with the text as the key.
    keyed: HmacSha256,
    /// The same of the text itself, with which tokens are compared.
    token: CtOutput<HmacSha256>,
    /// A computation with the decoded key, if it is one of Standard Webhooks.
    signing: Option<HmacSha256>,
}

impl Secret {
    /// Trims white space around the secret. `None` if nothing is left, or if what follows `whsec_` is
    /// no base64.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let signing = match text.strip_prefix(SIGNING_PREFIX) {
            Some(encoded) => {
                let key = BASE64.decode(encoded).ok().filter(|key| !key.is_empty())?;
                Some(keyed(&key))
            }
            None => None,
        };
        let keyed = keyed(text.as_bytes());
        let token = keyed.clone().chain_update(text).finalize();
        (!text.is_empty()).then_some(Self { keyed, token, signing })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }
}

fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("a key may have any length")
}

/// Why a request is not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It has no signature or token.
    Unsigned,
    /// It was signed with another secret, or changed on its way.
    Wrong,
    /// It was signed correctly, but too long ago or in the future.
    Stale,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "the request is not signed",
            Self::Wrong => "the request is not signed with a secret of this server",
            Self::Stale => "the request was not signed within the last five minutes",
        })
    }
}

impl std::error::Error for Refusal {}

/// Returns the index of the secret that a request is signed with. Without secrets, no request is
/// authenticated.
///
/// # Errors
/// Fails if it is signed with none of them, or was signed at another time than `now`.
pub fn authenticate<'a>(
    dialect: Dialect,
    request: &Request<'_>,
    secrets: impl Iterator<Item = &'a Secret> + Clone,
    now: Timestamp,
) -> Result<usize, Refusal> {
    match dialect {
        Dialect::GitLab if secrets.clone().any(|secret| secret.signing.is_some()) => {
            standard_webhook(request, secrets, now)
        }
        Dialect::GitLab => {
            let token = (request.header)("x-gitlab-token").ok_or(Refusal::Unsigned)?;
            first(secrets, |secret| {
                secret.keyed.clone().chain_update(token).finalize() == secret.token
            })
        }
        Dialect::GitHub => signed_body(request, "x-hub-signature-256", "sha256=", secrets),
        Dialect::Gitea => signed_body(request, "x-gitea-signature", "", secrets),
        Dialect::Forgejo => signed_body(request, "x-forgejo-signature", "", secrets),
    }
}

/// The index of the first secret that fits.
fn first<'a>(
    mut secrets: impl Iterator<Item = &'a Secret>,
    fits: impl FnMut(&Secret) -> bool,
) -> Result<usize, Refusal> {
    secrets.position(fits).ok_or(Refusal::Wrong)
}

/// Checks the HMAC of the body, in hexadecimal after `prefix`.
fn signed_body<'a>(
    request: &Request<'_>,
    header: &str,
    prefix: &str,
    secrets: impl Iterator<Item = &'a Secret>,
) -> Result<usize, Refusal> {
    let signature = (request.header)(header).ok_or(Refusal::Unsigned)?;
    let digits = signature.strip_prefix(prefix.as_bytes()).ok_or(Refusal::Wrong)?;
    let signature = from_hex(digits).ok_or(Refusal::Wrong)?;
    let fits = |secret: &Secret| {
        secret.keyed.clone().chain_update(request.body).verify_slice(&signature).is_ok()
    };
    first(secrets, fits)
}

/// Checks a signature of Standard Webhooks. A header may have several, in several versions.
fn standard_webhook<'a>(
    request: &Request<'_>,
    secrets: impl Iterator<Item = &'a Secret>,
    now: Timestamp,
) -> Result<usize, Refusal> {
    let header = |name| request.text(name).ok_or(Refusal::Unsigned);
    let id = header("webhook-id")?;
    let timestamp = header("webhook-timestamp")?;
    let list = header("webhook-signature")?;
    let decoded = list.split(' ').filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?).ok());
    let signatures: Vec<Vec<u8>> = decoded.take(MAX_SIGNATURES).collect();
    let index = first(secrets, |secret| {
        let Some(signing) = &secret.signing else { return false };
        let mut signed = signing.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", request.body] {
            signed.update(part);
        }
        signatures.iter().any(|signature| signed.clone().verify_slice(signature).is_ok())
    })?;
    let seconds: i64 = timestamp.parse().map_err(|_| Refusal::Stale)?;
    let is_recent = seconds.abs_diff(now.as_second()) <= TOLERANCE_S;
    is_recent.then_some(index).ok_or(Refusal::Stale)
}

/// Decodes hexadecimal digits.
fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(value(*high)? << 4 | value(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests;
