//! Converts failed requests to errors, and decides whether and when to retry.

use std::error::Error as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};

use crate::target::{host, without_secrets};
use crate::{FetchError, FetchErrorKind, TlsFailure};
use flaky_core::sanitize::sanitize;

/// An error, and when a retry may succeed.
pub(super) struct RequestError {
    pub error: FetchError,
    pub retry: Retry,
}

/// The time of a retry.
pub(super) enum Retry {
    Never,
    Soon,
    After(Duration),
}

impl From<FetchError> for RequestError {
    fn from(error: FetchError) -> Self {
        Self { error, retry: Retry::Never }
    }
}

/// The failure for a response with a status other than success.
pub(super) fn bad_status(url: &Url, status: StatusCode, headers: &HeaderMap) -> RequestError {
    let number = |name: &str| -> Option<f64> { parse_number(headers.get(name)?.to_str().ok()?) };
    let used_up = ["x-ratelimit-remaining", "ratelimit-remaining"]
        .into_iter()
        .any(|name| number(name) == Some(0.0));
    let is_limit = status == StatusCode::TOO_MANY_REQUESTS
        || (status == StatusCode::FORBIDDEN && (used_up || headers.contains_key("retry-after")));
    let kind = match status.as_u16() {
        _ if is_limit => FetchErrorKind::RateLimited,
        401 => FetchErrorKind::Unauthorized,
        403 => FetchErrorKind::Forbidden,
        404 => FetchErrorKind::NotFound,
        500.. => FetchErrorKind::Server,
        _ => FetchErrorKind::UnexpectedStatus,
    };
    let code = status.as_u16();
    let reason = status.canonical_reason().map_or(String::new(), |reason| format!(" {reason}"));
    let limit = if is_limit { ": its rate limit is exceeded" } else { "" };
    let error = FetchError {
        kind,
        message: format!("{} returned {code}{reason}{limit}", host(url)),
        status: Some(code),
        detail: Some(without_secrets(url.as_str())),
    };
    if !is_limit && !matches!(code, 500 | 502 | 503 | 504) {
        return error.into();
    }
    let now_s = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let header = headers.get("retry-after").and_then(|after| after.to_str().ok());
    let after_s = header.and_then(|after| {
        parse_number(after).or_else(|| {
            let at = jiff::fmt::rfc2822::parse(after).ok()?;
            Some(at.timestamp().as_second() as f64 - now_s())
        })
    });
    let reset_s = ["x-ratelimit-reset", "ratelimit-reset"].into_iter().find_map(number);
    let after_s = after_s.or_else(|| reset_s.filter(|_| used_up).map(|reset_s| reset_s - now_s()));
    let retry = after_s.map_or(Retry::Soon, |seconds: f64| {
        Retry::After(Duration::from_secs_f64(seconds.clamp(0.0, 1e6)))
    });
    RequestError { error, retry }
}

/// A finite number in a header.
fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| !number.is_nan())
}

/// Failures of TLS connections: a part of the library's message in lowercase, the kind, and the
/// message to show, or "" to show the library's.
const TLS: [(&str, TlsFailure, &str); 9] = [
    ("corrupt message", TlsFailure::NoTls, "it does not speak TLS"),
    (
        "unknownissuer",
        TlsFailure::Untrusted,
        "its certificate is not signed by an authority that this system trusts",
    ),
    ("not valid for name", TlsFailure::WrongName, "its certificate is for another name"),
    ("badsignature", TlsFailure::Untrusted, "the signature of its certificate is invalid"),
    ("notvalidforname", TlsFailure::WrongName, "its certificate is for another name"),
    ("expired", TlsFailure::Expired, "its certificate has expired"),
    (
        "causedasendentity",
        TlsFailure::CaCertificate,
        "its certificate is that of a certificate authority",
    ),
    ("certificate", TlsFailure::Untrusted, ""),
    ("handshake", TlsFailure::Untrusted, ""),
];

/// The failure of a request without a response.
pub(super) fn no_connection(url: &Url, error: &reqwest::Error) -> FetchError {
    let host = host(url);
    let cause = root_cause(error);
    if let Some((_, failure, words)) = TLS.iter().find(|(part, ..)| cause.contains(part)) {
        let words = if words.is_empty() { &cause } else { *words };
        let message = format!("no trusted TLS connection to {host}: {words}");
        return FetchError::new(FetchErrorKind::Tls(*failure), message);
    }
    FetchError::new(FetchErrorKind::Unreachable, format!("cannot connect to {host}: {cause}"))
}

/// The error for a response that was cut off.
pub(super) fn interrupted(host: &str, error: &reqwest::Error) -> FetchError {
    let message = format!("the response of {host} was cut off: {}", root_cause(error));
    FetchError::new(FetchErrorKind::Interrupted, message)
}

/// The error if the HTTP client cannot be created.
pub(super) fn setup(error: &reqwest::Error) -> FetchError {
    let message = format!("cannot set up an HTTP client: {}", root_cause(error));
    FetchError::new(FetchErrorKind::Setup, message)
}

/// The innermost cause of an error. It is the most specific one and contains no URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let text = if error.source().is_none() { "the connection was closed" } else { text };
    sanitize(&text.to_lowercase(), 200)
}
