//! Hints for errors of `flaky-ci`, in terms of command-line options and environment variables.

use crate::cli::providers;
use crate::error::Error;
use flaky_ci::{AuthScheme, Client, FetchError, FetchErrorKind, Provider, QueryError, TlsFailure};

const CHECK_ADDRESS: &str = "check the URL";
const CERTIFICATES: &str = "install the system's certificates (the package ca-certificates), or \
                            name a file of your own in SSL_CERT_FILE";

/// The way out where the trusted certificates cannot be read.
pub(crate) const TRUST_ROOTS: &str = "name a file of certificates (PEM) in SSL_CERT_FILE; unset \
                                      both it and SSL_CERT_DIR to trust those of the system";

/// Converts the error of a malformed query.
pub(crate) fn invalid_query(provider: Provider, error: &QueryError) -> Error {
    let (what, hint) = match error {
        QueryError::InvalidAddress { .. } => (
            error.to_string(),
            "write it as https://ci.example.org, with a path if the server has one".to_string(),
        ),
        QueryError::CredentialsInAddress => (
            error.to_string(),
            "put the token into FLAKY_TOKEN or a file (--token-file), not into a URL".to_string(),
        ),
        QueryError::InvalidProject { example, .. } => {
            (error.to_string(), format!("write it as {example}, or as its full URL"))
        }
        QueryError::ServerMissing => (
            format!("--{} needs a server", provider.info().name),
            "add --server https://ci.example.org".to_string(),
        ),
        QueryError::ServerMismatch => (
            "--server and the project's URL are on different hosts".to_string(),
            "leave one of them out".to_string(),
        ),
    };
    Error::usage(what).hint(hint)
}

/// The hint for a failure to fetch.
pub(crate) fn hint(provider: Provider, client: &Client, error: &FetchError) -> Option<String> {
    if error.is_denied() {
        return Some(access(provider, client));
    }
    let detail = error.detail.as_deref().unwrap_or_default();
    let hint = match error.kind {
        // Handled above.
        FetchErrorKind::Unauthorized | FetchErrorKind::Forbidden | FetchErrorKind::NotFound => {
            return None;
        }
        FetchErrorKind::RateLimited => {
            "set a token in FLAKY_TOKEN for a higher limit, or try again later"
        }
        FetchErrorKind::WaitTooLong => "try again later, or allow more with --timeout",
        FetchErrorKind::Server | FetchErrorKind::UnexpectedStatus => {
            return Some(format!("the URL was {detail}"));
        }
        FetchErrorKind::TimedOut => "allow more with --timeout",
        FetchErrorKind::Unreachable => "check the URL and the network",
        FetchErrorKind::Interrupted => "try again",
        FetchErrorKind::Tls(failure) => tls(failure),
        FetchErrorKind::BadRedirect | FetchErrorKind::TooLarge => CHECK_ADDRESS,
        FetchErrorKind::InsecureRedirect => "use the server's https URL",
        FetchErrorKind::InsecureToken => "use the server's https URL, or no token",
        FetchErrorKind::InvalidToken => {
            "check the token: it must be one line of visible ASCII characters"
        }
        FetchErrorKind::Setup => "check the proxy that the environment variables name",
        FetchErrorKind::TrustRoots => TRUST_ROOTS,
        FetchErrorKind::TooMuch => "query fewer pipelines with --runs",
        FetchErrorKind::WebPage => "check the URL: the page may be a login page",
        FetchErrorKind::UnexpectedAnswer => "check the URL and the platform",
        FetchErrorKind::NoBranch => "push a commit, or name a branch with --ref",
        FetchErrorKind::AmbiguousProject => {
            return Some(format!("choose one with --project: {detail}"));
        }
        FetchErrorKind::AmbiguousWorkflow => {
            return Some(format!("choose one by its file, with --workflow: {detail}"));
        }
        FetchErrorKind::NoSuchWorkflow => return Some(format!("the workflows are {detail}")),
        FetchErrorKind::NoSuchJob => return Some(format!("the jobs are {detail}")),
        FetchErrorKind::NoSuchProject => return Some(format!("it has {detail}")),
        FetchErrorKind::FolderOfJobs => "name a branch of it with --ref, or a job in it",
        FetchErrorKind::TooManyPages => "draw a shorter range",
    };
    Some(hint.to_string())
}

/// The hint if access is denied. Servers report private projects as missing.
fn access(provider: Provider, client: &Client) -> String {
    let cause = match (client.has_token(), provider.info().auth) {
        (true, AuthScheme::Basic) => {
            "check the project name, the user and the token: they are not accepted"
        }
        (true, _) => "check the project name and the token: they are not accepted",
        (false, _) => "check the project name, or give a token",
    };
    format!("{cause}; {}", providers::text(provider).access)
}

fn tls(failure: TlsFailure) -> &'static str {
    match failure {
        TlsFailure::NoTls => "its URL may begin with http://",
        TlsFailure::WrongName => "use the host name in its certificate",
        TlsFailure::Expired => "the server needs a new certificate",
        TlsFailure::CaCertificate => "the server needs a certificate of its own",
        TlsFailure::Untrusted => CERTIFICATES,
    }
}
