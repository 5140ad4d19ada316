//! Options that select a pipeline and a CI system, shared by `badge`, `status` and `history`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, FromArgMatches};

use super::providers::{self, ProviderText};
use super::values::{self, Seconds};
use flaky_ci::{CommitScope, Provider};
use flaky_core::verdict::Verdict;

/// Number of finished pipelines over which flakiness is measured.
pub(crate) const RUNS: u16 = 20;
/// Maximum number of them.
const MAX_RUNS: u16 = 500;
/// Time limit for all queries together, in seconds.
pub(crate) const TIMEOUT_S: f64 = 10.0;
/// Options of this group exclude each other, and those of the next.
const GROUP: &str = "verdict";
/// The options of the providers.
const PLATFORM: &str = "platform";
/// Heading of these options in the help.
const HEADING: &str = "CI status";

/// The providers whose options were given, with the values, in the order of the command line. There is
/// one option per provider; with `COMMITS`, only for providers that report the status of single commits,
/// and at most one may be given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProviderArg<const COMMITS: bool>(pub Vec<(Provider, String)>);

impl<const COMMITS: bool> Args for ProviderArg<COMMITS> {
    fn augment_args(command: Command) -> Command {
        let mut command = command;
        let mut group = ArgGroup::new(PLATFORM).multiple(!COMMITS);
        if !COMMITS {
            group = group.conflicts_with(GROUP);
        }
        for provider in Provider::ALL {
            let info = provider.info();
            if COMMITS && info.commits == CommitScope::None {
                continue;
            }
            let ProviderText { value_name, help, .. } = providers::text(provider);
            let (action, help) = if COMMITS {
                (ArgAction::Set, help.to_string())
            } else {
                (ArgAction::Append, format!("{help}; repeatable"))
            };
            let arg = Arg::new(info.name).long(info.name).value_name(value_name).help(help);
            command = command.arg(arg.action(action).help_heading(HEADING));
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
        let mut given: Vec<(usize, Provider, String)> = Vec::new();
        for provider in Provider::ALL {
            let name = provider.info().name;
            let Ok(Some(values)) = matches.try_get_many::<String>(name) else { continue };
            let places = matches.indices_of(name).into_iter().flatten();
            given.extend(places.zip(values).map(|(at, value)| (at, provider, value.clone())));
        }
        given.sort_by_key(|(at, ..)| *at);
        Ok(Self(given.into_iter().map(|(_, provider, value)| (provider, value)).collect()))
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
    /// Read JUnit XML test reports: files, patterns, directories, or - for standard input;
    /// repeatable
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
    /// Only this workflow: its file, such as ci.yml, or its name; repeatable [default: all that run
    /// for pushes and pull requests; inside a CI job, unless a project is given, the job's own]
    #[arg(long, value_name = "WORKFLOW", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub workflow: Vec<String>,
    /// Only this job of each pipeline: its name, that of a leg of a matrix, or a pattern such as
    /// 'test*'
    #[arg(long, value_name = "GLOB", value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub job: Option<String>,
    /// The latest pipeline decides, even if it was cancelled
    #[arg(long, help_heading = HEADING)]
    pub latest: bool,
    /// Name of the project in a cctray.xml
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub project: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(MAX_RUNS)), help_heading = HEADING, help = format!(
        "Number of finished pipelines to measure flakiness over, 1 to {MAX_RUNS} [default: {RUNS}; \
         with --since, {MAX_RUNS}]"
    ))]
    pub runs: Option<u16>,
    /// Measure flakiness over the pipelines of this time only, such as 7d, 12h or 4w
    #[arg(long, value_name = "TIME", value_parser = values::age, help_heading = HEADING)]
    pub since: Option<Seconds>,
    #[command(flatten)]
    pub access: AccessArgs,
    /// Exit with code 1 if the state is unknown
    #[arg(long, help_heading = HEADING)]
    pub strict: bool,
}

impl SourceArgs {
    /// Number of finished pipelines to measure flakiness over.
    pub(crate) fn runs(&self) -> u16 {
        self.runs.unwrap_or(if self.since.is_some() { MAX_RUNS } else { RUNS })
    }
}
