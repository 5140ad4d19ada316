//! The server and project that a query means, and the addresses on it.

use reqwest::Url;

use crate::{Query, QueryError};

/// The longest address of a web page that is kept, in bytes.
const LONGEST_ADDRESS: usize = 1000;

/// A project on a server.
#[derive(Clone, Debug)]
pub struct Target {
    /// The root of the server's API.
    pub root: Url,
    /// The project, as the platform calls it; it is part of a run's key.
    pub project: String,
    /// The number by which the API knows the project, where that is looked up.
    pub(crate) project_id: Option<u64>,
    /// The query, completed by what was looked up.
    pub query: Query,
}

impl Target {
    /// The target of `query` below this root.
    pub(crate) fn new(root: Url, project: impl Into<String>, query: &Query) -> Self {
        Self { root, project: project.into(), project_id: None, query: query.clone() }
    }

    /// The branch or tag.
    pub fn git_ref(&self) -> Option<&str> {
        self.query.git_ref.as_deref()
    }

    /// Whether the default branch need not be looked up.
    pub(crate) fn branch_is_known(&self) -> bool {
        self.query.git_ref.is_some() || self.query.all_branches
    }

    /// The number of the run that the current job is in.
    pub(crate) fn current_run(&self) -> Option<u64> {
        self.query.current_job.as_ref()?.run
    }

    /// The address of these segments below the root, each escaped, with those parameters that have
    /// a value.
    pub(crate) fn url(&self, segments: &[&str], parameters: &[(&str, Option<&str>)]) -> Url {
        let mut url = below(self.root.clone(), segments);
        let given: Vec<_> =
            parameters.iter().filter_map(|(name, value)| Some((name, (*value)?))).collect();
        if !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        url
    }

    /// The same below the repository, in the API of GitHub and of Gitea.
    pub(crate) fn repository_url(
        &self,
        segments: &[&str],
        parameters: &[(&str, Option<&str>)],
    ) -> Url {
        let repository = ["repos"].into_iter().chain(self.project.split('/'));
        let all: Vec<&str> = repository.chain(segments.iter().copied()).collect();
        self.url(&all, parameters)
    }
}

/// Parses an address that a person typed; the scheme may be missing.
pub(crate) fn parse_address(text: &str) -> Result<Url, QueryError> {
    let invalid = |reason: &str| QueryError::InvalidAddress {
        address: without_secrets(text),
        reason: reason.to_string(),
    };
    if !text.contains("://") && text.contains(":/") {
        return Err(invalid("it has no host"));
    }
    let full = if text.contains("://") { text.to_string() } else { format!("https://{text}") };
    let url = Url::parse(&full).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("it is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(QueryError::CredentialsInAddress);
    }
    Ok(url)
}

/// The host of an address, with its port if that is not the default.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
}

/// An address without what may be a secret in it, to be shown. One that cannot be parsed and may
/// hold a password anywhere becomes "…".
pub fn without_secrets(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() => {
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            let host = url.host_str().unwrap_or_default();
            format!("{}://{host}{port}{}", url.scheme(), url.path())
        }
        _ if text.contains('@') || text.contains("%40") => "…".to_string(),
        _ => text.split(['?', '#']).next().unwrap_or_default().to_string(),
    }
}

/// A web page that a server names, as a link; `None` for anything else than http and https.
pub(crate) fn web_page(text: Option<&str>) -> Option<String> {
    let url = Url::parse(text?).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    (web && url.password().is_none() && url.as_str().len() <= LONGEST_ADDRESS)
        .then(|| url.to_string())
}

/// The host and path of the remote of a clone: `git@host:group/project.git`, or a URL.
pub fn parse_remote(remote: &str) -> Option<(String, String)> {
    let (host, path) = if remote.contains("://") {
        let url = Url::parse(remote).ok()?;
        // The port of an ssh address is not that of the web server.
        let port = url.port().filter(|_| url.scheme().starts_with("http"));
        let host = url.host_str()?;
        let host = port.map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        (host, url.path().to_string())
    } else {
        let (host, path) = remote.split_once(':')?;
        (host.rsplit('@').next()?.to_string(), path.to_string())
    };
    let path = path.trim_matches('/').trim_end_matches(".git").to_string();
    // Hosts that serve ssh on the port of https.
    let host = host.strip_prefix("altssh.").or_else(|| host.strip_prefix("ssh.")).unwrap_or(&host);
    let sound = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    (sound(host) && sound(&path)).then(|| (host.to_string(), path))
}

/// The address with a path added.
pub(crate) fn below(mut url: Url, segments: &[&str]) -> Url {
    url.path_segments_mut().expect("http has paths").pop_if_empty().extend(segments);
    url
}

/// Splits `owner/name`, or a project's address, into the server (where it is named) and the path of
/// at most `most` segments. `/-/` and what follows it is no part of the path.
pub(crate) fn split_project(
    project: &str,
    server: Option<&str>,
    most: usize,
    example: &'static str,
) -> Result<(Option<Url>, String), QueryError> {
    let (server, path) = if project.contains("://") {
        let mut url = parse_address(project)?;
        let path = url.path().trim_matches('/').to_string();
        url.set_query(None);
        url.set_fragment(None);
        let base = server.map(parse_address).transpose()?;
        let prefix =
            base.as_ref().map_or(String::new(), |base| base.path().trim_matches('/').to_string());
        let path = match path.strip_prefix(&prefix) {
            Some(rest) if rest.starts_with('/') => rest.trim_matches('/').to_string(),
            _ => path,
        };
        url.set_path(&prefix);
        if base.as_ref().is_some_and(|base| base.origin() != url.origin()) {
            return Err(QueryError::ServerMismatch);
        }
        (Some(url), path)
    } else {
        (server.map(parse_address).transpose()?, project.trim_matches('/').to_string())
    };
    let path = path.split("/-/").next().unwrap_or_default();
    let path = path.trim_end_matches("/-").trim_end_matches(".git");
    let segments: Vec<&str> = path.split('/').take(most).collect();
    let is_valid = |segment: &&str| {
        !segment.is_empty() && !matches!(*segment, "." | "..") && !segment.contains(['@', ':'])
    };
    if segments.len() < 2 || !segments.iter().all(is_valid) {
        return Err(QueryError::InvalidProject { project: without_secrets(project), example });
    }
    Ok((server, segments.join("/")))
}
