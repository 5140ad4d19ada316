//! The platforms, and the facts that are fixed about each.

use serde::{Deserialize, Serialize};

/// A platform that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// GitLab.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    /// GitHub.
    GitHub,
    /// Woodpecker.
    Woodpecker,
    /// Jenkins.
    Jenkins,
    /// Any server with a cctray.xml.
    CcTray,
    /// Any server with a shields endpoint.
    Endpoint,
}

/// What is fixed about a platform.
#[derive(Debug)]
pub struct ProviderInfo {
    /// Its name, lowercase.
    pub name: &'static str,
    /// The filters that it supports.
    pub filters: &'static [Filter],
    /// The evidence by which it shows a retry; `None` where it shows none.
    pub retry_evidence: Option<&'static str>,
    /// The commits whose runs it lists.
    pub commits: CommitScope,
    /// The public hosts, to which the tokens in `tokens` may be sent unasked.
    pub public_hosts: &'static [&'static str],
    /// Parts of host names by which other servers of this platform are recognised.
    pub host_parts: &'static [&'static str],
    /// The environment variables that it reads.
    pub variables: &'static [&'static str],
    /// The environment variables that hold a token for it.
    pub tokens: &'static [&'static str],
    /// How a token is sent.
    pub auth: AuthScheme,
}

impl ProviderInfo {
    /// A platform that can do as little as possible.
    pub(crate) const MINIMAL: Self = Self {
        name: "",
        filters: &[],
        retry_evidence: None,
        commits: CommitScope::None,
        public_hosts: &[],
        host_parts: &[],
        variables: &[],
        tokens: &[],
        auth: AuthScheme::Bearer,
    };
}

/// A way to narrow a query that not every platform supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The server's address.
    Server,
    /// A branch or tag.
    GitRef,
    /// The trigger, in the platform's word.
    Source,
    /// A workflow's file.
    Workflow,
    /// A project in a list.
    ListEntry,
}

/// The commits whose runs a platform lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitScope {
    /// None: it tells only the current state.
    None,
    /// Those of one branch.
    Branch,
    /// All.
    All,
}

/// How a token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthScheme {
    /// `Authorization: Bearer TOKEN`
    Bearer,
    /// `Authorization: token TOKEN`
    Token,
    /// `Authorization: Basic …`; the token is `user:password`.
    Basic,
    /// This header.
    Header(&'static str),
}

impl Provider {
    /// All of them, in the order in which they are recognised by the environment of a job: Gitea's
    /// runners set GitHub's variables too, so it is before GitHub.
    pub const ALL: [Self; 7] = [
        Self::GitLab,
        Self::Gitea,
        Self::GitHub,
        Self::Woodpecker,
        Self::Jenkins,
        Self::CcTray,
        Self::Endpoint,
    ];
}
