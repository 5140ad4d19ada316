//! What the options and the config file mean.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use flaky_ci::webhook::Secret;
use flaky_ci::{Provider, Target, Token};

use super::store::Database;
use super::token::AccessToken;
use crate::page::PageSettings;

/// The settings of a server.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The address to listen on.
    pub(crate) listen: SocketAddr,
    pub(crate) database: Database,
    /// The secrets of webhooks of projects that have none of their own. Without any secret, every
    /// webhook is accepted.
    pub(crate) webhook_secrets: Vec<Secret>,
    /// The tokens of posted test reports, for projects that have none of their own. Without any token,
    /// every report is accepted if every webhook is, and else none.
    pub(crate) report_tokens: Vec<AccessToken>,
    /// The tokens with which the server may be read; empty if everyone may.
    pub(crate) read_tokens: Vec<AccessToken>,
    /// The origins whose pages may read the server.
    pub(crate) origins: Origins,
    /// True if everyone may read the names of all projects.
    pub(crate) is_public: bool,
    /// The project that `/status` and `/` are about if there are several.
    pub(crate) default_project: Option<String>,
    /// The settings of single projects by name.
    pub(crate) projects: BTreeMap<String, ProjectSettings>,
    /// The projects whose stored state is compared with that of their CI system.
    pub(crate) reconcile: Vec<Reconciled>,
    /// The time between two comparisons.
    pub(crate) reconcile_every: Duration,
    /// The time without any sign of a project after which its state is unknown; `None` for never.
    pub(crate) stale_after: Option<Duration>,
    /// The time after which a run that does not end is unknown.
    pub(crate) run_timeout: Duration,
    /// The age from which runs are deleted.
    pub(crate) keep: Duration,
    /// The maximum number of open event streams.
    pub(crate) max_streams: usize,
    /// The live page, but for its title and the addresses of states.
    pub(crate) page: PageSettings,
}

/// The settings of a project.
#[derive(Debug, Default)]
pub(crate) struct ProjectSettings {
    /// Its own secrets of webhooks; if there are any, no others are valid for it.
    pub(crate) webhook_secrets: Vec<Secret>,
    /// Its own tokens of test reports; if there are any, no others are valid for it.
    pub(crate) report_tokens: Vec<AccessToken>,
    /// The branch that its state is about, unless it is the default branch.
    pub(crate) branch: Option<String>,
    /// The label of its badge.
    pub(crate) label: Option<String>,
    /// True if everyone may read its name.
    pub(crate) is_public: bool,
}

/// The origins whose pages may read the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    /// Those of this list, such as `https://art.example`.
    Listed(Vec<String>),
    /// All.
    Any,
}

/// A project that is compared with its CI system.
#[derive(Debug)]
pub(crate) struct Reconciled {
    pub(crate) provider: Provider,
    pub(crate) target: Target,
    pub(crate) token: Option<Token>,
}

impl Settings {
    /// True if everyone who may read may know the name of a project. With a token for reading, nobody
    /// else reads.
    pub(crate) fn may_list(&self, project: &str) -> bool {
        self.may_list_all() || self.projects.get(project).is_some_and(|project| project.is_public)
    }

    /// True if that holds for all names.
    pub(crate) fn may_list_all(&self) -> bool {
        self.is_public || !self.read_tokens.is_empty() || self.accepts_everything()
    }

    /// True if a webhook needs no secret.
    pub(crate) fn accepts_everything(&self) -> bool {
        self.webhook_secrets.is_empty() && !self.has_own_webhook_secrets()
    }

    /// True if a project has secrets of its own.
    pub(crate) fn has_own_webhook_secrets(&self) -> bool {
        self.projects.values().any(|project| !project.webhook_secrets.is_empty())
    }

    /// The secrets of webhooks, one list for each project that has its own, and one for the others.
    pub(crate) fn webhook_secret_lists(&self) -> impl Iterator<Item = &[Secret]> {
        let own = self.projects.values().map(|project| &*project.webhook_secrets);
        [&*self.webhook_secrets].into_iter().chain(own).filter(|list| !list.is_empty())
    }

    /// The secrets of the webhooks of a project.
    pub(crate) fn webhook_secrets_of(&self, project: &str) -> &[Secret] {
        let own = self.projects.get(project).map(|project| &*project.webhook_secrets);
        own.filter(|own| !own.is_empty()).unwrap_or(&self.webhook_secrets)
    }

    /// The tokens of the test reports of a project.
    pub(crate) fn report_tokens_of(&self, project: &str) -> &[AccessToken] {
        let own = self.projects.get(project).map(|project| &*project.report_tokens);
        own.filter(|own| !own.is_empty()).unwrap_or(&self.report_tokens)
    }
}
