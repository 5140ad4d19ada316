//! Resolved queries: a project on a server, and the URLs of its API.

use reqwest::Url;

use crate::{Query, QueryError};

/// The maximum length of a web page's URL, in bytes.
const LONGEST_ADDRESS: usize = 1000;

/// A project on a server.
#[derive(Clone, Debug)]
pub struct Target {
    /// The root URL of the server's API.
    pub root: Url,
    /// The project in the platform's notation, which is part of a run's key.
    pub project: String,
    /// The number that identifies the project in the API, on platforms where it has to be fetched.
    pub(crate) project_id: Option<u64>,
    /// The query, completed by what was fetched, such as the default branch.
    pub query: Query,
}

impl Target {
    /// The target of `query` at the API root `root`.
    pub(crate) fn new(root: Url, project: impl Into<String>, query: &Query) -> Self {
        Self { root, project: project.into(), project_id: None, query: query.clone() }
    }

    /// The branch or tag.
    pub fn git_ref(&self) -> Option<&str> {
        self.query.git_ref.as_deref()
    }

    /// Returns true if the default branch need not be fetched.
    pub(crate) fn branch_is_known(&self) -> bool {
        self.query.git_ref.is_some() || self.query.all_branches
    }

    /// The number of the current job's run.
    pub(crate) fn current_run(&self) -> Option<u64> {
        self.query.current_run()
    }

    /// The URL of a path below the root. Segments are escaped; parameters without a value are left
    /// out.
    pub(crate) fn url(&self, segments: &[&str], parameters: &[(&str, Option<&str>)]) -> Url {
        let mut url = below(self.root.clone(), segments);
        let given: Vec<_> =
            parameters.iter().filter_map(|(name, value)| Some((name, (*value)?))).collect();
        if !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        url
    }

    /// The URL of a path below the repository, in the APIs of GitHub and Gitea.
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

/// Parses a URL typed by a user, without a scheme as https.
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

/// The host of a URL, with its port if that is not the default.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
}

/// Removes possible secrets from a URL, for display. The user of an ssh URL is none, and the URL is
/// of no use without it. A text that cannot be parsed and may contain a password becomes "…".
pub fn without_secrets(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() => {
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            let host = url.host_str().unwrap_or_default();
            let user = match (url.scheme(), url.username()) {
                ("ssh", user) if !user.is_empty() => format!("{user}@"),
                _ => String::new(),
            };
            format!("{}://{user}{host}{port}{}", url.scheme(), url.path())
        }
        _ if text.contains('@') || text.contains("%40") => "…".to_string(),
        _ => text.split(['?', '#']).next().unwrap_or_default().to_string(),
    }
}

/// Checks the URL of a web page in a response; `None` if it is not
/// http or https, contains a user name, or is too long.
pub(crate) fn web_page(text: Option<&str>) -> Option<String> {
    let url = Url::parse(text?).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    (web && url.password().is_none() && url.as_str().len() <= LONGEST_ADDRESS)
        .then(|| url.to_string())
}

/// The host and the path of a clone's remote, `git@host:group/project.git` or a URL.
pub fn parse_remote(remote: &str) -> Option<(String, String)> {
    let (host, path) = if remote.contains("://") {
        let url = Url::parse(remote).ok()?;
        // The port of an ssh URL is not that of the web server.
        let port = url.port().filter(|_| url.scheme().starts_with("http"));
        let host = url.host_str()?;
        let host = port.map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        (host, url.path().to_string())
    } else {
        let (host, path) = remote.split_once(':')?;
        (host.rsplit('@').next()?.to_string(), path.to_string())
    };
    let path = path.trim_matches('/').trim_end_matches(".git").to_string();
    // These prefixes belong to hosts that serve ssh on port 443.
    let host = host.strip_prefix("altssh.").or_else(|| host.strip_prefix("ssh.")).unwrap_or(&host);
    let sound = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    (sound(host) && sound(&path)).then(|| (host.to_string(), path))
}

/// Appends a path to a URL.
pub(crate) fn below(mut url: Url, segments: &[&str]) -> Url {
    url.path_segments_mut().expect("http has paths").pop_if_empty().extend(segments);
    url
}

/// Splits `owner/name` or a project's URL into the server, if any, and the project path of at most
/// `most` segments. `/-/` and everything after it is not part of the path.
pub(crate) fn split_project(
    project: &str,
    server: Option<&str>,
    most: usize,
    example: &'static str,
) -> Result<(Option<Url>, String), QueryError> {
    let is_url = project.contains("://");
    let (server, path) = if is_url {
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
    // The URL of a page of the project continues after the project.
    let shown = if is_url { most } else { usize::MAX };
    let segments: Vec<&str> = path.split('/').take(shown).collect();
    let is_valid = |segment: &&str| {
        !segment.is_empty() && !matches!(*segment, "." | "..") && !segment.contains(['@', ':'])
    };
    if !(2..=most).contains(&segments.len()) || !segments.iter().all(is_valid) {
        return Err(QueryError::InvalidProject { project: without_secrets(project), example });
    }
    Ok((server, segments.join("/")))
}
