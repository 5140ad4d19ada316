//! Options of `flaky serve`.
//!
//! An option that is not given may be set by its environment variable or in the config file, so none of
//! them has a default here; `commands/serve.rs` has.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use url::Url;

use super::values::{self, Seconds};
use flaky_ci::Provider;

/// Address to listen on.
pub(crate) const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// Time between two comparisons with the CI systems, in seconds.
pub(crate) const RECONCILE_EVERY_S: f64 = 300.0;
/// Time after which a run that does not end is unknown, in seconds.
pub(crate) const RUN_TIMEOUT_S: f64 = 2.0 * 3600.0;
/// Age from which runs are deleted, in seconds.
pub(crate) const KEEP_S: f64 = 365.0 * 86_400.0;
/// Number of open event streams.
pub(crate) const MAX_STREAMS: usize = 10_000;
/// What is logged.
pub(crate) const LOG: &str = "info";

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// A line for people
    #[default]
    Text,
    /// A JSON object on each line
    Json,
}

/// A project on a CI system, `PLATFORM:PROJECT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectOn {
    pub(crate) provider: Provider,
    /// A path, or a URL.
    pub(crate) project: String,
}

impl FromStr for ProjectOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected PLATFORM:PROJECT, such as gitlab:group/project".to_string();
        let (platform, project) = text.split_once(':').ok_or_else(expected)?;
        let project = Some(project.trim()).filter(|project| !project.is_empty());
        let project = project.ok_or_else(expected)?.to_string();
        let provider = Provider::ALL.into_iter().find(|one| one.info().name == platform);
        let provider = provider.filter(|provider| RECONCILED.contains(provider));
        let provider = provider.ok_or_else(|| {
            let known: Vec<_> = RECONCILED.iter().map(|one| one.info().name).collect();
            format!("{platform:?} is not one of {}", known.join(", "))
        })?;
        Ok(Self { provider, project })
    }
}

/// Parses the origin of a page, or `*` for all.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let is_origin = Url::parse(text)
        .is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == text);
    (is_origin || text == "*").then(|| text.to_string()).ok_or_else(|| {
        "expected scheme, host and port alone, such as https://art.example, or *".to_string()
    })
}

/// The platforms whose runs have numbers, so that they can be compared with stored ones.
const RECONCILED: [Provider; 4] =
    [Provider::GitLab, Provider::GitHub, Provider::Gitea, Provider::Woodpecker];

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky serve
  FLAKY_WEBHOOK_SECRET=… flaky serve --listen 0.0.0.0:8080 --database sqlite:///data/flaky.db
  flaky serve --database postgres://flaky@db/flaky --config flaky.toml
  flaky serve --reconcile gitlab:group/project --stale-after 2d --keep 90d

Addresses:
  POST /webhook                    webhooks of GitLab, GitHub, Gitea and Forgejo
  POST /reports/PROJECT?ref=&sha=&run=
                                   test reports (JUnit XML)
  /                                the live page
  /status  /status/PROJECT?ref=    the state as JSON
  /badge/PROJECT.svg               also .png, .gif and .json; ?ref= &style= &label= &theme=
  /badge.svg  /projects            all projects
  /events                          changes of the state, as server-sent events
  /history/PROJECT.json            recent pipelines
  /tests/PROJECT.json              flaky tests
  /healthz  /readyz  /metrics  /openapi.json

Secrets come from the environment or from files that the config file names, never from options:
  FLAKY_WEBHOOK_SECRET             secrets of webhooks, separated by spaces: two while they change
  FLAKY_REPORT_TOKEN               tokens of test reports
  FLAKY_READ_TOKEN                 tokens without which nothing can be read
Without a webhook secret, only this computer can connect.")]
pub(crate) struct ServeArgs {
    /// Config file (TOML); options and environment variables take precedence over it
    #[arg(long, value_name = "FILE", env = "FLAKY_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    #[arg(long, value_name = "ADDRESS", env = "FLAKY_LISTEN", hide_env_values = true, help = format!(
        "Address and port to listen on; port 0 is any free one [default: {LISTEN}]"
    ))]
    pub listen: Option<SocketAddr>,
    #[arg(
        long,
        value_name = "URL",
        env = "FLAKY_DATABASE",
        hide_env_values = true,
        help = "Database: sqlite:///path/to/file.db in a directory that exists, or postgres://… [default: flaky/flaky.db in the user's data directory]"
    )]
    pub database: Option<String>,
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "FLAKY_ALLOW_ORIGIN",
        value_delimiter = ',',
        value_parser = origin,
        hide_env_values = true,
        help = "Allow pages of this origin, such as https://art.example, to read the server; `*` for all; repeatable"
    )]
    pub allow_origin: Vec<String>,
    /// List the names of all projects to everyone
    #[arg(long, env = "FLAKY_PUBLIC", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_env_values = true)]
    pub public: Option<bool>,
    /// Project that /status and / are about [default: the only one]
    #[arg(long, value_name = "NAME", env = "FLAKY_PROJECT", hide_env_values = true)]
    pub project: Option<String>,

    /// Compare the stored state of a project with that of its CI system: gitlab:group/project,
    /// github:owner/repo, or PLATFORM:URL for gitlab, github, gitea or woodpecker; repeatable
    #[arg(
        long,
        value_name = "PLATFORM:PROJECT",
        env = "FLAKY_RECONCILE",
        value_delimiter = ',',
        hide_env_values = true,
        help_heading = "Truth"
    )]
    pub reconcile: Vec<ProjectOn>,
    #[arg(long, value_name = "TIME", env = "FLAKY_RECONCILE_EVERY", value_parser = values::age, hide_env_values = true, help_heading = "Truth", help = format!(
        "Time between two comparisons, from 1min [default: {}min]", RECONCILE_EVERY_S / 60.0
    ))]
    pub reconcile_every: Option<Seconds>,
    /// Time without any message of a project after which its state is unknown, such as 2d [default:
    /// never]
    #[arg(long, value_name = "TIME", env = "FLAKY_STALE_AFTER", value_parser = values::age, hide_env_values = true, help_heading = "Truth")]
    pub stale_after: Option<Seconds>,
    #[arg(long, value_name = "TIME", env = "FLAKY_RUN_TIMEOUT", value_parser = values::age, hide_env_values = true, help_heading = "Truth", help = format!(
        "Time after which a pipeline that does not end is unknown [default: {}h]", RUN_TIMEOUT_S / 3600.0
    ))]
    pub run_timeout: Option<Seconds>,

    #[arg(long, value_name = "TIME", env = "FLAKY_KEEP", value_parser = values::age, hide_env_values = true, help_heading = "Operation", help = format!(
        "Age from which pipelines and test reports are deleted, such as 90d [default: {}d]", KEEP_S / 86_400.0
    ))]
    pub keep: Option<Seconds>,
    #[arg(long, value_name = "N", env = "FLAKY_MAX_STREAMS", hide_env_values = true, help_heading = "Operation", help = format!(
        "Number of event streams that may be open at once [default: {MAX_STREAMS}]"
    ))]
    pub max_streams: Option<usize>,
    /// Form of the log, which goes to standard error
    #[arg(
        long,
        value_name = "FORMAT",
        env = "FLAKY_LOG_FORMAT",
        hide_env_values = true,
        help_heading = "Operation"
    )]
    pub log_format: Option<LogFormat>,
    #[arg(long, value_name = "LEVEL", env = "FLAKY_LOG", hide_env_values = true, help_heading = "Operation", help = format!(
        "What is logged: error, warn, info, debug or trace; by module as in info,flaky=debug [default: {LOG}]"
    ))]
    pub log: Option<String>,
    /// Ask the server with these settings whether it is ready, and exit with 0 or 1: the health check
    /// of a container
    #[arg(long, help_heading = "Operation")]
    pub probe: bool,
}

#[cfg(test)]
mod tests {
    use super::{ProjectOn, origin};
    use flaky_ci::Provider;

    #[test]
    fn an_origin_has_no_path() {
        let origin = |text| origin(text).ok();
        assert_eq!(origin("https://art.example/").as_deref(), Some("https://art.example"));
        assert_eq!(origin("http://127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(origin("*").as_deref(), Some("*"));
        for wrong in ["", "art.example", "https://art.example/page", "null", "file:///"] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_project_is_named_with_its_platform() {
        let parsed: ProjectOn = "gitlab:group/sub/project".parse().unwrap();
        assert_eq!((parsed.provider, &*parsed.project), (Provider::GitLab, "group/sub/project"));
        let parsed: ProjectOn = "gitea:https://codeberg.org/a/b".parse().unwrap();
        assert_eq!(
            (parsed.provider, &*parsed.project),
            (Provider::Gitea, "https://codeberg.org/a/b")
        );
        for wrong in ["", "group/project", "gitlab:", "svn:a/b", "jenkins:https://x/job/y"] {
            assert!(wrong.parse::<ProjectOn>().is_err(), "{wrong}");
        }
    }
}
