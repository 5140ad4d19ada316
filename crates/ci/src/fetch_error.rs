//! Errors of fetching, by kind.

use std::fmt;

/// An error of fetching. Callers match on the kind, for instance to give advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    /// The kind.
    pub kind: FetchErrorKind,
    /// A lowercase phrase that names the server. It contains no secret and is safe
    /// to display.
    pub message: String,
    /// The HTTP status, if the server returned one other than success.
    pub status: Option<u16>,
    /// Details for a hint, depending on the kind: the requested URL, or the names of what can be
    /// chosen.
    pub detail: Option<String>,
}

/// A kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// 401: no token was sent, or the server does not accept it.
    Unauthorized,
    /// 403: access is denied.
    Forbidden,
    /// 404: a wrong name, or a private project without a token.
    NotFound,
    /// 429, or a 403 with headers of a rate limit.
    RateLimited,
    /// The server asks to retry at a time after the deadline.
    WaitTooLong,
    /// 5xx: an error of the server.
    Server,
    /// Any other status that is not a success.
    UnexpectedStatus,
    /// The deadline passed.
    TimedOut,
    /// The connection could not be established.
    Unreachable,
    /// The connection was closed during the response.
    Interrupted,
    /// The TLS connection failed.
    Tls(TlsFailure),
    /// A redirect has no valid URL, or there are too many redirects.
    BadRedirect,
    /// A redirect leads from https to http.
    InsecureRedirect,
    /// A token would have been sent over plain HTTP to another machine.
    InsecureToken,
    /// The token has characters that cannot be sent.
    InvalidToken,
    /// The client could not be set up.
    Setup,
    /// The trusted certificates cannot be read.
    TrustRoots,
    /// A response is too large.
    TooLarge,
    /// All responses together are too large.
    TooMuch,
    /// The response is a web page instead of data, often a login page.
    WebPage,
    /// The response does not have the platform's format.
    UnexpectedAnswer,
    /// The project has no branch yet.
    NoBranch,
    /// A list has more than one project, and none was chosen.
    AmbiguousProject,
    /// A list does not have the project that was chosen.
    NoSuchProject,
    /// Several workflows have the chosen name.
    AmbiguousWorkflow,
    /// The repository does not have the chosen workflow.
    NoSuchWorkflow,
    /// No run has the chosen job.
    NoSuchJob,
    /// A Jenkins URL is that of a folder of jobs.
    FolderOfJobs,
    /// There are more pages than the limit.
    TooManyPages,
}

/// A kind of failure of a TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// The server does not speak TLS.
    NoTls,
    /// The certificate is for another name.
    WrongName,
    /// The certificate has expired.
    Expired,
    /// The certificate is that of a certificate authority, not of a server.
    CaCertificate,
    /// The certificate is not trusted, or the handshake failed for another reason.
    Untrusted,
}

impl FetchError {
    /// An error without a status or details.
    pub(crate) fn new(kind: FetchErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, detail: None }
    }

    /// Adds details for a hint.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Returns true for 401, 403 and 404. Servers return 404 also for private projects if access is
    /// denied.
    pub fn is_denied(&self) -> bool {
        use FetchErrorKind::{Forbidden, NotFound, Unauthorized};
        matches!(self.kind, Unauthorized | Forbidden | NotFound)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FetchError {}
