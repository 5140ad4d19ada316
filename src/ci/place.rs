//! Where to ask: addresses, and what stands in them.

use reqwest::Url;

use super::Question;
use crate::error::Error;

/// A project on a server.
#[derive(Clone, Debug)]
pub struct Place {
    /// The root of the server's API; this machine where no server is asked.
    pub root: Url,
    /// The project as the server calls it.
    pub project: String,
    /// What is asked; the provider adds the default branch where none is named.
    pub question: Question,
}

impl Place {
    /// The place of `question` under this root.
    pub fn new(root: Url, project: impl Into<String>, question: &Question) -> Self {
        Self { root, project: project.into(), question: question.clone() }
    }

    /// The branch or tag.
    pub fn reference(&self) -> Option<&str> {
        self.question.reference.as_deref()
    }

    /// Whether it is known which branch is meant.
    pub fn branch_is_settled(&self) -> bool {
        self.reference().is_some() || self.question.all_branches
    }

    /// The address of these segments under the root, each escaped, with those parameters that
    /// have a value.
    pub fn url(&self, segments: &[&str], query: &[(&str, Option<&str>)]) -> Url {
        let mut url = self.root.clone();
        url.path_segments_mut().expect("http has paths").pop_if_empty().extend(segments);
        let said: Vec<_> =
            query.iter().filter_map(|(name, value)| Some((name, (*value)?))).collect();
        if !said.is_empty() {
            url.query_pairs_mut().extend_pairs(said);
        }
        url
    }
}

/// An address a person typed; a scheme may be left out.
///
/// # Errors
/// Where it is none, or holds a secret.
pub fn address(text: &str) -> Result<Url, Error> {
    let wrong = |why: &str| {
        Error::usage(format!("{:?} is no address: {why}", shown(text)))
            .hint("write it as https://ci.example.org, with a path if the server has one")
    };
    if !text.contains("://") && text.contains(":/") {
        return Err(wrong("it has no host"));
    }
    let full = if text.contains("://") { text.to_string() } else { format!("https://{text}") };
    let url = Url::parse(&full).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::usage("an address holds a user or a password")
            .hint("put the token into FLAKY_TOKEN or a file (--token-file), not into an address"));
    }
    Ok(url)
}

/// An address without what may be a secret in it. One that cannot be read, and may hold a password
/// anywhere, is not shown.
pub fn shown(text: &str) -> String {
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

/// The server, which a platform without a usual one must be told.
///
/// # Errors
/// Where nobody named it.
pub fn named(server: Option<Url>, option: &str) -> Result<Url, Error> {
    server.ok_or_else(|| {
        Error::usage(format!("--{option} does not say on which server"))
            .hint("add --server https://ci.example.org")
    })
}

/// The host and the path of the address of a clone: `git@host:group/project.git`, or a URL.
pub fn cloned(origin: &str) -> Option<(String, String)> {
    let (host, path) = if origin.contains("://") {
        let url = Url::parse(origin).ok()?;
        // The port is ssh's where the address is.
        let port = url.port().filter(|_| url.scheme().starts_with("http"));
        let host = url.host_str()?;
        let host = port.map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        (host, url.path().to_string())
    } else {
        let (host, path) = origin.split_once(':')?;
        (host.rsplit('@').next()?.to_string(), path.to_string())
    };
    let path = path.trim_matches('/').trim_end_matches(".git").to_string();
    // Where ssh is spoken on the port of https, it has a host of its own.
    let host = host.strip_prefix("altssh.").or_else(|| host.strip_prefix("ssh.")).unwrap_or(&host);
    let sound = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    (sound(host) && sound(&path)).then(|| (host.to_string(), path))
}

/// The same with a path added.
#[must_use]
pub fn under(mut url: Url, segments: &[&str]) -> Url {
    url.path_segments_mut().expect("http has paths").pop_if_empty().extend(segments);
    url
}

/// `owner/name` out of a name, or out of a project's address; with the server where that says
/// so. What follows `/-/` or comes after so many segments is not part of it.
///
/// # Errors
/// Where there is no `/` in it.
pub fn project(
    subject: &str,
    server: Option<&str>,
    most: usize,
    example: &str,
) -> Result<(Option<Url>, String), Error> {
    let wrong = || {
        Error::usage(format!("{:?} names no project", shown(subject)))
            .hint(format!("write it as {example}, or as its whole address"))
    };
    let (server, path) = if subject.contains("://") {
        let mut url = address(subject)?;
        let path = url.path().trim_matches('/').to_string();
        url.set_query(None);
        url.set_fragment(None);
        let base = server.map(address).transpose()?;
        let prefix =
            base.as_ref().map_or(String::new(), |base| base.path().trim_matches('/').to_string());
        let path = match path.strip_prefix(&prefix) {
            Some(rest) if rest.starts_with('/') => rest.trim_matches('/').to_string(),
            _ => path,
        };
        url.set_path(&prefix);
        if base.as_ref().is_some_and(|base| base.origin() != url.origin()) {
            return Err(Error::usage("--server and the project's address name different servers")
                .hint("leave one of them out"));
        }
        (Some(url), path)
    } else {
        (server.map(address).transpose()?, subject.trim_matches('/').to_string())
    };
    let path = path.split("/-/").next().unwrap_or_default();
    let path = path.trim_end_matches("/-").trim_end_matches(".git");
    let segments: Vec<&str> = path.split('/').take(most).collect();
    let sound = |segment: &&str| {
        !segment.is_empty() && !matches!(*segment, "." | "..") && !segment.contains(['@', ':'])
    };
    if segments.len() < 2 || !segments.iter().all(sound) {
        return Err(wrong());
    }
    Ok((server, segments.join("/")))
}
