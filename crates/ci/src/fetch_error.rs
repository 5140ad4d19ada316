//! The ways in which fetching fails.

use std::fmt;

/// A failure to fetch something: its kind, by which a caller can give advice, and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    /// The kind.
    pub kind: FetchErrorKind,
    /// One lowercase sentence that names the server; it holds no secret and is safe to show.
    pub message: String,
    /// The HTTP status, where the server answered with a bad one.
    pub status: Option<u16>,
    /// More for a hint, by kind: the address that was asked, or the projects that there are.
    pub detail: Option<String>,
}

/// A kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// 401: the server wants a token, or another one.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404: a wrong name, or a private project without a token.
    NotFound,
    /// 429, or a 403 that means the same.
    RateLimited,
    /// The server asks for a wait that goes past the deadline.
    WaitTooLong,
    /// 5xx.
    Server,
    /// Any other status that is not a success.
    UnexpectedStatus,
    /// The deadline passed.
    TimedOut,
    /// There was no connection.
    Unreachable,
    /// The connection broke during the answer.
    Interrupted,
    /// The TLS connection failed.
    Tls(TlsFailure),
    /// A redirect leads nowhere, or there are too many.
    BadRedirect,
    /// A redirect leads from https to http.
    InsecureRedirect,
    /// A token would be sent over plain http to another machine.
    InsecureToken,
    /// The token has characters that cannot be sent.
    InvalidToken,
    /// The client could not be set up.
    Setup,
    /// One answer is too large.
    TooLarge,
    /// All answers together are too large.
    TooMuch,
    /// There is a web page instead of data: often a login.
    WebPage,
    /// The answer is not what the platform sends.
    UnexpectedAnswer,
    /// The project has no branch yet.
    NoBranch,
    /// A list has more than one project, and none was chosen.
    AmbiguousProject,
    /// A list does not have the project that was chosen.
    NoSuchProject,
    /// A Jenkins address is that of a folder.
    FolderOfJobs,
    /// There are more pages than are read.
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
    /// The certificate is a CA's and may not be a server's.
    CaCertificate,
    /// The certificate is not trusted, or something else failed.
    Untrusted,
}

impl FetchError {
    /// A failure without a status.
    pub(crate) fn new(kind: FetchErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, detail: None }
    }

    /// The same with more for a hint.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether the server refuses access, or says that there is no such thing, which for private
    /// projects is the same.
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
