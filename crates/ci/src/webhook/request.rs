//! A request as it arrived, and the platform that sent it.

use std::borrow::Cow;

use reqwest::Url;

use super::message::Unread;

/// A request as it arrived.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Looks up a header by its lowercase name.
    pub header: &'a dyn Fn(&str) -> Option<&'a [u8]>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A header that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        str::from_utf8((self.header)(name)?).ok()
    }

    /// The JSON of the body: all of it, or the field `payload` of a form.
    pub(super) fn json(&self) -> Result<Cow<'a, [u8]>, Unread> {
        let full = self.text("content-type").unwrap_or_default();
        let media_type = full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/json" => Ok(Cow::Borrowed(self.body)),
            "application/x-www-form-urlencoded" => form_payload(self.body).map(Cow::Owned),
            _ => Err(Unread::media_type(full)),
        }
    }
}

/// The field `payload` of a form. A form is encoded like the query of a URL.
fn form_payload(body: &[u8]) -> Result<Vec<u8>, Unread> {
    let missing = || Unread::malformed("expected the field `payload` in the form");
    let body = str::from_utf8(body).map_err(|_| missing())?;
    let mut form = Url::parse("form:").map_err(|_| missing())?;
    form.set_query(Some(body));
    let payload = form.query_pairs().find(|(name, _)| name == "payload");
    payload.map(|(_, json)| json.into_owned().into_bytes()).ok_or_else(missing)
}

/// The platforms whose webhooks are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// GitLab.
    GitLab,
    /// GitHub.
    GitHub,
    /// Gitea.
    Gitea,
    /// Forgejo.
    Forgejo,
}

impl Dialect {
    /// All of them, in the order in which they are recognised: Gitea sends GitHub's headers too, and
    /// Forgejo sends those of both.
    const ALL: [Self; 4] = [Self::Forgejo, Self::Gitea, Self::GitHub, Self::GitLab];

    /// The platform that sent a request, by the header with the event; `None` if there is none.
    pub fn of(request: &Request<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| (request.header)(dialect.event_header()).is_some())
    }

    /// The lowercase name.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitLab => "gitlab",
            Self::GitHub => "github",
            Self::Gitea => "gitea",
            Self::Forgejo => "forgejo",
        }
    }

    fn event_header(self) -> &'static str {
        match self {
            Self::GitLab => "x-gitlab-event",
            Self::GitHub => "x-github-event",
            Self::Gitea => "x-gitea-event",
            Self::Forgejo => "x-forgejo-event",
        }
    }

    /// The event of a request.
    pub(super) fn event<'a>(self, request: &Request<'a>) -> &'a str {
        request.text(self.event_header()).unwrap_or_default()
    }

    /// The identity of a delivery, by which a person finds it in the platform's log.
    pub(super) fn delivery<'a>(self, request: &Request<'a>) -> Option<&'a str> {
        let names: &[&str] = match self {
            Self::GitLab => &["webhook-id", "idempotency-key", "x-gitlab-event-uuid"],
            Self::GitHub => &["x-github-delivery"],
            Self::Gitea => &["x-gitea-delivery"],
            Self::Forgejo => &["x-forgejo-delivery"],
        };
        names.iter().find_map(|name| request.text(name))
    }
}
