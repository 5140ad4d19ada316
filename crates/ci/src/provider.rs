//! The supported platforms and their fixed properties.

use serde::{Deserialize, Serialize};

/// A CI system that can be queried.
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

/// The fixed properties of a platform.
#[derive(Debug)]
pub struct ProviderInfo {
    /// The lowercase name.
    pub name: &'static str,
    /// The filters that it supports.
    pub filters: &'static [Filter],
    /// True if events of many kinds start workflows of their own; then those for a push or a pull
    /// request decide.
    pub many_workflows: bool,
    /// A description of the evidence of retries that it reports; `None` if it reports none.
    pub retry_evidence: Option<&'static str>,
    /// The commits whose runs it lists.
    pub commits: CommitScope,
    /// Its public hosts. The tokens in `tokens` may be sent to them without an explicit option.
    pub public_hosts: &'static [&'static str],
    /// Parts of host names that identify other servers of this platform.
    pub host_parts: &'static [&'static str],
    /// The environment variables that it reads.
    pub variables: &'static [&'static str],
    /// The environment variables that hold a token for it.
    pub tokens: &'static [&'static str],
    /// The way in which a token is sent.
    pub auth: AuthScheme,
}

impl ProviderInfo {
    /// A platform without optional features.
    pub(crate) const MINIMAL: Self = Self {
        name: "",
        filters: &[],
        many_workflows: false,
        retry_evidence: None,
        commits: CommitScope::None,
        public_hosts: &[],
        host_parts: &[],
        variables: &[],
        tokens: &[],
        auth: AuthScheme::Bearer,
    };
}

/// An option that narrows a query and that not every platform supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The URL of the server.
    Server,
    /// A branch or tag.
    GitRef,
    /// The trigger, in the platform's word.
    Source,
    /// A workflow.
    Workflow,
    /// Jobs.
    Job,
    /// A time.
    Since,
    /// A project in a list.
    ListEntry,
}

/// The commits whose runs a platform lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitScope {
    /// None: it reports the current state only.
    None,
    /// The commits of one branch.
    Branch,
    /// All commits.
    All,
}

/// The way in which a token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthScheme {
    /// `Authorization: Bearer TOKEN`
    Bearer,
    /// `Authorization: token TOKEN`
    Token,
    /// `Authorization: Basic …`; the token is `user:password`.
    Basic,
    /// A header of this name.
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
