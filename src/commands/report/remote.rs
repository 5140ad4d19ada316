//! The query for the project that a clone's remote names.

use crate::error::Error;
use flaky_ci::{Provider, Query, parse_remote, without_secrets};
use flaky_core::sanitize::sanitize;

/// The maximum length of a URL in messages, in characters.
const LONGEST_ADDRESS: usize = 200;

/// The platform and the project of a remote, on `server` if that is given.
///
/// # Errors
/// Fails if the remote is not the URL of a server, or its host is not one of a known platform.
pub(in crate::commands) fn query_of_remote(
    remote: &str,
    server: Option<&str>,
) -> Result<(Provider, Query), Error> {
    let (host, path) = parse_remote(remote).ok_or_else(|| {
        let remote = sanitize(&without_secrets(remote), LONGEST_ADDRESS);
        unclear(format!("the remote {remote:?} is not the URL of a server"))
    })?;
    let named = Provider::ALL.into_iter().find(|provider| {
        let info = provider.info();
        info.public_hosts.contains(&host.as_str())
            || info.host_parts.iter().any(|part| host.contains(part))
    });
    let provider = named.ok_or_else(|| {
        unclear(format!("unknown platform: {}", sanitize(&host, LONGEST_ADDRESS)))
    })?;
    let server = server.map_or_else(|| format!("https://{host}"), str::to_string);
    Ok((provider, Query { server: Some(server), ..Query::new(path) }))
}

/// The error if a remote does not tell what to query.
pub(in crate::commands) fn unclear(what: impl Into<String>) -> Error {
    Error::usage(what).hint("name it, such as --gitlab group/project, or --github owner/repo")
}
