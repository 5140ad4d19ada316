//! The texts of the command line for each platform: the help of its option and the advice on
//! access.

use flaky_ci::{Filter, Provider};

/// The texts of a platform.
#[derive(Debug)]
pub(crate) struct ProviderText {
    /// The placeholder of its option's value.
    pub value_name: &'static str,
    /// The help of its option.
    pub help: &'static str,
    /// The advice if access is denied.
    pub access: &'static str,
}

const TOKEN: &str = "if it requires a token, put it into FLAKY_TOKEN";

/// The texts of a platform.
pub(crate) fn text(provider: Provider) -> ProviderText {
    let (value_name, help, access) = match provider {
        Provider::GitLab => (
            "PROJECT",
            "A project on GitLab: group/project, or its URL",
            "a private project requires a token with the scope read_api in FLAKY_TOKEN (a \
             CI_JOB_TOKEN may not list pipelines); in a job, --junit reads the reports, and \
             --status \"$CI_JOB_STATUS\" in after_script needs no token",
        ),
        Provider::Gitea => (
            "REPO",
            "A repository on Gitea or Forgejo: owner/repo with --server, or its URL",
            "a private repository requires a token with the scope read:repository in FLAKY_TOKEN",
        ),
        Provider::GitHub => (
            "REPO",
            "A repository on GitHub: owner/repo, or its URL",
            "a private repository requires a token that may read actions: in a job, \
             `permissions: {actions: read}` and `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        ),
        Provider::Woodpecker => (
            "REPO",
            "A repository on Woodpecker: owner/repo with --server",
            "a private repository requires a personal token in FLAKY_TOKEN",
        ),
        Provider::Jenkins => (
            "URL",
            "A job on Jenkins: its URL; select a branch of it with --ref",
            "put `user:token` into FLAKY_TOKEN; the user must have permission to read the job",
        ),
        Provider::CcTray => (
            "URL",
            "Any system that serves a cctray.xml: its URL; select the project in it with --project",
            TOKEN,
        ),
        Provider::Endpoint => (
            "URL",
            "Any system that serves a shields endpoint: {\"schemaVersion\", \"label\", \"message\"}",
            TOKEN,
        ),
    };
    ProviderText { value_name, help, access }
}

/// The option of a filter.
pub(crate) fn option(filter: Filter) -> &'static str {
    match filter {
        Filter::Server => "--server",
        Filter::GitRef => "--ref",
        Filter::Source => "--source",
        Filter::Workflow => "--workflow",
        Filter::Job => "--job",
        Filter::Since => "--since",
        Filter::ListEntry => "--project",
    }
}
