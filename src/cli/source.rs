//! Options that select a pipeline and a CI system, shared by `badge`, `status` and `history`.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, FromArgMatches};

use super::providers::{self, ProviderText};
use super::values::{self, Seconds};
use flaky_ci::{CommitScope, Provider};
use flaky_core::verdict::Verdict;

/// Number of finished pipelines over which flakiness is measured.
pub(crate) const RUNS: u16 = 20;
/// Time limit for all queries together, in seconds.
pub(crate) const TIMEOUT_S: f64 = 10.0;
/// Options of this group exclude each other.
const GROUP: &str = "verdict";
/// Heading of these options in the help.
const HEADING: &str = "CI status";

/// The provider whose option was given, and the option's value. There is one option per provider;
/// with `COMMITS`, only for providers that report the status of single commits.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProviderArg<const COMMITS: bool>(pub Option<(Provider, String)>);

impl<const COMMITS: bool> Args for ProviderArg<COMMITS> {
    fn augment_args(command: Command) -> Command {
        let mut command = command;
        let mut group = ArgGroup::new(if COMMITS { "platform" } else { GROUP }).multiple(false);
        for provider in Provider::ALL {
            let info = provider.info();
            if COMMITS && info.commits == CommitScope::None {
                continue;
            }
            let ProviderText { value_name, help, .. } = providers::text(provider);
            let arg = Arg::new(info.name).long(info.name).value_name(value_name).help(help);
            command = command.arg(arg.help_heading(HEADING));
            group = group.arg(info.name);
        }
        command.group(group)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const COMMITS: bool> FromArgMatches for ProviderArg<COMMITS> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |provider: &Provider| {
            let name = provider.info().name;
            matches.try_contains_id(name).unwrap_or(false)
                && matches.value_source(name) == Some(ValueSource::CommandLine)
        };
        let project = |provider: Provider| {
            let project = matches.get_one::<String>(provider.info().name)?;
            Some((provider, project.clone()))
        };
        Ok(Self(Provider::ALL.into_iter().find(given).and_then(project)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Args, Debug)]
pub(crate) struct AccessArgs {
    /// URL of the server, including any path, if it is not the platform's public server
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub server: Option<String>,
    /// File with the access token [default: the environment variable `FLAKY_TOKEN`, then the
    /// platform's own, see `flaky providers`]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    pub token_file: Option<PathBuf>,
    /// Time limit for all queries together, retries included, 100ms to 10min
    #[arg(long, value_name = "TIME", default_value_t = Seconds(TIMEOUT_S), value_parser = values::timeout, help_heading = HEADING)]
    pub timeout: Seconds,
}

#[derive(Args, Debug)]
#[allow(clippy::struct_field_names, reason = "a field is named after its option")]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    pub provider: ProviderArg<false>,
    /// Read JUnit XML test reports; repeatable
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, num_args = 1.., group = GROUP, help_heading = HEADING)]
    pub junit: Vec<String>,
    /// Use this state and query nothing: passed, flaky, failed, running, stopped, unknown, or a CI
    /// system's own word such as success
    #[arg(long, value_name = "STATE", value_parser = values::verdict, group = GROUP, help_heading = HEADING)]
    pub status: Option<Verdict>,
    /// Flake rate that goes with --status flaky: a fraction such as 0.07, or a percentage such as
    /// 7%
    #[arg(long, value_name = "RATE", value_parser = values::part, requires = "status", help_heading = HEADING)]
    pub flake_rate: Option<f64>,
    /// Branch or tag [default: the default branch; inside a CI job, unless a project is given, the
    /// job's own]
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub r#ref: Option<String>,
    /// Only pipelines with this trigger, in the platform's own words: push, schedule, …
    #[arg(long, value_name = "TRIGGER", help_heading = HEADING)]
    pub source: Option<String>,
    /// Only this workflow: its file, such as ci.yml, or its name [default: all that run for pushes
    /// and pull requests; inside a CI job, unless a project is given, the job's own]
    #[arg(long, value_name = "WORKFLOW", help_heading = HEADING)]
    pub workflow: Option<String>,
    /// The latest pipeline decides, even if it was cancelled
    #[arg(long, help_heading = HEADING)]
    pub latest: bool,
    /// Name of the project in a cctray.xml
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub project: Option<String>,
    /// Number of finished pipelines to measure flakiness over, 1 to 500
    #[arg(long, value_name = "N", default_value_t = RUNS, value_parser = clap::value_parser!(u16).range(1..=500), help_heading = HEADING)]
    pub runs: u16,
    #[command(flatten)]
    pub access: AccessArgs,
    /// Exit with code 1 if the state is unknown
    #[arg(long, help_heading = HEADING)]
    pub strict: bool,
}
