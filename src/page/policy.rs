//! The Content-Security-Policy of the page: what the browser lets it do, which is no more than it
//! does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::status_url::StatusUrl;

/// What the page consists of and where it connects to.
pub(super) struct Allowed<'a> {
    /// The texts of its script elements.
    pub(super) scripts: Vec<&'a str>,
    /// The texts of its style elements.
    pub(super) styles: Vec<&'a str>,
    /// The addresses that it asks for a status.
    pub(super) status_urls: &'a [StatusUrl],
    /// True if there are icons beside it.
    pub(super) icons: bool,
}

/// The policy as the content of a `<meta>` element.
///
/// WebAssembly needs `wasm-unsafe-eval`, which allows no JavaScript to be evaluated. The worker is
/// made from the page's own script, as a `blob:`.
pub(super) fn policy(allowed: &Allowed<'_>) -> String {
    let hashes = |texts: &[&str]| texts.iter().map(|text| hash(text)).collect::<Vec<_>>().join(" ");
    let images = if allowed.icons { "'self' data:" } else { "data:" };
    let mut connections: Vec<String> = allowed.status_urls.iter().map(StatusUrl::source).collect();
    connections.sort();
    connections.dedup();
    if connections.is_empty() {
        connections.push("'none'".to_string());
    }
    let directives = [
        "default-src 'none'".to_string(),
        format!("script-src {} 'wasm-unsafe-eval'", hashes(&allowed.scripts)),
        format!("style-src {}", hashes(&allowed.styles)),
        format!("img-src {images}"),
        "worker-src blob:".to_string(),
        format!("connect-src {}", connections.join(" ")),
        "base-uri 'none'".to_string(),
        "form-action 'none'".to_string(),
    ];
    directives.join("; ")
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
