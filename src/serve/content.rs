//! Content: bytes that are sent as they are, made once and shared.
//!
//! Each has a strong ETag, a hash of its bytes, so a client that has it already is told so in a few
//! bytes. Nothing may be shown without asking again: a badge in a README must not be yesterday's.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// What an SVG may do where it is opened as a document: show its own styles.
const SVG_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// The type of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentType {
    Gif,
    Html,
    Json,
    Png,
    Svg,
}

impl ContentType {
    const fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gif => "image/gif",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        })
    }
}

/// Content with its headers.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    bytes: Bytes,
    kind: ContentType,
    tag: HeaderValue,
    policy: Option<HeaderValue>,
}

impl Content {
    pub(crate) fn new(content_type: ContentType, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let policy = (content_type == ContentType::Svg).then_some(SVG_POLICY);
        Self { tag: tag(&bytes), bytes, kind: content_type, policy }
    }

    /// Adds a Content-Security-Policy.
    #[must_use]
    pub(crate) fn with_policy(mut self, policy: &str) -> Self {
        self.policy = HeaderValue::from_str(policy).ok();
        self
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The response to a request with these headers: the content, or that the client has it already.
    pub(crate) fn response(&self, request: &HeaderMap) -> Response {
        self.response_with(StatusCode::OK, request)
    }

    /// The same with another status than 200 for the content itself.
    pub(crate) fn response_with(&self, status: StatusCode, request: &HeaderMap) -> Response {
        let is_known = status == StatusCode::OK
            && request.get_all(header::IF_NONE_MATCH).iter().any(|tags| names(tags, &self.tag));
        let body = if is_known { Body::empty() } else { Body::from(self.bytes.clone()) };
        let mut response = Response::new(body);
        *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { status };
        let headers = response.headers_mut();
        headers.reserve(8);
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CACHE_CONTROL, NO_CACHE);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        if let Some(policy) = &self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        if !is_known {
            headers.insert(header::CONTENT_TYPE, self.kind.value());
        }
        response
    }
}

/// The ETag of some bytes.
fn tag(bytes: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(bytes);
    let start = u128::from_be_bytes(std::array::from_fn(|at| hash[at]));
    HeaderValue::try_from(format!("\"{start:032x}\"")).expect("quotes and digits")
}

/// Returns true if a list of ETags, or `*`, names this one. Weak ones count as well: a proxy that
/// compresses weakens them.
fn names(list: &HeaderValue, tag: &HeaderValue) -> bool {
    list.as_bytes().split(|byte| *byte == b',').any(|one| {
        let one = one.trim_ascii();
        one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::{Content, ContentType};

    fn asked_with(tags: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for tags in tags {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_str(tags).unwrap());
        }
        headers
    }

    #[test]
    fn equal_bytes_have_equal_tags() {
        let tag = |text: &'static str| {
            let content = Content::new(ContentType::Json, text);
            content.response(&HeaderMap::new()).headers()[header::ETAG].clone()
        };
        assert_eq!(tag("{}"), tag("{}"));
        assert_ne!(tag("{}"), tag("[]"));
        assert_eq!(tag("").len(), 34);
    }

    #[test]
    fn a_client_that_has_it_is_told_so() {
        let content = Content::new(ContentType::Svg, "<svg/>");
        let tag = content.tag.to_str().unwrap();
        let weak = format!("W/{tag}");
        let among = format!("\"other\" ,  {weak} , \"more\"");
        for tags in [&[tag][..], &["*"], &[&weak], &[&among], &["\"other\"", tag]] {
            let response = content.response(&asked_with(tags));
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{tags:?}");
            assert_eq!(response.headers()[header::ETAG], content.tag);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        }
        let cut = &tag[..tag.len() - 1];
        for tags in [&[][..], &[""], &["\"other\""], &[cut], &["W/"], &[tag.trim_matches('"')]] {
            assert_eq!(content.response(&asked_with(tags)).status(), StatusCode::OK, "{tags:?}");
        }
    }

    #[test]
    fn a_refusal_is_never_called_unchanged() {
        let content = Content::new(ContentType::Json, "{}");
        let response = content.response_with(StatusCode::NOT_FOUND, &asked_with(&["*"]));
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn a_picture_may_not_run_anything() {
        let response = Content::new(ContentType::Svg, "<svg/>").response(&HeaderMap::new());
        assert_eq!(
            response.headers()[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'; style-src 'unsafe-inline'"
        );
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/svg+xml");
    }
}
