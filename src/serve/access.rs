//! Who may read: the token of the reading side, the origins whose pages may ask, and whose names are
//! listed.
//!
//! A page of another origin may read what anyone may read: the token is never sent along by a browser
//! on its own, so no origin gets more than it could fetch by itself.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::app::App;
use super::problem::Problem;
use super::settings::Origins;
use super::token::AccessToken;

/// The names of what a browser may be asked for. It remembers a user's answer for this realm.
const CHALLENGES: [HeaderValue; 2] = [
    HeaderValue::from_static("Basic realm=\"flaky\", charset=\"UTF-8\""),
    HeaderValue::from_static("Bearer realm=\"flaky\""),
];
/// The header of a page that resumes a stream of events.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Lets requests with a token for reading pass.
pub(crate) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if has_token(&app.settings.read_tokens, request.headers()) {
        return next.run(request).await;
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "this server needs a token for reading")
        .hint(
            "send it as `Authorization: Bearer TOKEN`, or as the password of a browser's question",
        );
    let mut response = problem.into_response();
    for challenge in CHALLENGES {
        response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// True if the headers contain one of the tokens: after `Bearer`, or as the password of `Basic`.
pub(super) fn has_token(tokens: &[AccessToken], headers: &HeaderMap) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| sent_token(value.as_bytes()));
    // All are compared, so the time does not tell which was nearly right.
    sent.is_some_and(|sent| tokens.iter().filter(|token| token.is(&sent)).count() > 0)
}

fn sent_token(value: &[u8]) -> Option<Vec<u8>> {
    let space = value.iter().position(|byte| *byte == b' ')?;
    let (scheme, rest) = (&value[..space], value[space..].trim_ascii());
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(rest.to_vec());
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let pair = STANDARD.decode(rest).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(pair[colon + 1..].to_vec())
}

/// The headers for pages of other origins; `None` if there are no such pages.
pub(crate) fn cors(origins: &Origins) -> Option<CorsLayer> {
    let allowed = match origins {
        Origins::Any => AllowOrigin::any(),
        Origins::Listed(list) if list.is_empty() => return None,
        Origins::Listed(list) => {
            AllowOrigin::list(list.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
        }
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::AUTHORIZATION, header::IF_NONE_MATCH, LAST_EVENT_ID])
        .expose_headers([header::ETAG, header::RETRY_AFTER]);
    Some(layer)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::has_token;
    use crate::serve::token::AccessToken;

    fn sent(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_token_is_a_bearer_or_a_password() {
        let tokens = ["new", "old"].map(|text| AccessToken::new(text).unwrap());
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for value in ["Bearer new", "bearer old", "BEARER   new", &basic("me:new"), &basic(":old")]
        {
            assert!(has_token(&tokens, &sent(value)), "{value}");
        }
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Bearernew",
            "new",
            "Digest new",
            "Basic new",
            "Basic !!!",
            &basic("new"),
            &basic("new:"),
            &basic("me:new:more"),
        ] {
            assert!(!has_token(&tokens, &sent(value)), "{value}");
        }
        assert!(!has_token(&tokens, &HeaderMap::new()));
    }
}
