//! Which pipeline is asked about, and how: what can be typed for `badge`, `status` and `history`.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, FromArgMatches};

use super::values::{self, Seconds};
use crate::ci::{Commits, PROVIDERS};
use flaky_core::verdict::Verdict;

/// How many pipelines flakiness is told from.
pub const RUNS: u16 = 20;
/// How long a server is asked, in seconds.
pub const TIMEOUT_S: f64 = 10.0;
/// The group of which one at the most is typed.
const GROUP: &str = "verdict";
/// The heading in the help.
const HEADING: &str = "Source";

/// The platform that is asked, with what its option says: an option for each line of
/// [`PROVIDERS`], or for those that can tell what became of each commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked<const COMMITS: bool>(pub Option<(&'static str, Vec<String>)>);

impl<const COMMITS: bool> Args for Asked<COMMITS> {
    fn augment_args(command: Command) -> Command {
        let mut command = command;
        let mut group = ArgGroup::new(if COMMITS { "platform" } else { GROUP }).multiple(false);
        for about in PROVIDERS.iter().map(|provider| provider.about()) {
            if COMMITS && about.commits == Commits::None {
                continue;
            }
            let arg = Arg::new(about.name)
                .long(about.name)
                .value_name(about.takes)
                .help(about.help)
                .help_heading(HEADING);
            command = command.arg(if about.many {
                arg.action(ArgAction::Append).num_args(1..)
            } else {
                arg
            });
            group = group.arg(about.name);
        }
        command.group(group)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const COMMITS: bool> FromArgMatches for Asked<COMMITS> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut names = PROVIDERS.iter().map(|provider| provider.about().name);
        let typed = names.find(|name| {
            matches.try_contains_id(name).unwrap_or(false)
                && matches.value_source(name) == Some(ValueSource::CommandLine)
        });
        Ok(Self(typed.map(|name| {
            (name, matches.get_many::<String>(name).unwrap_or_default().cloned().collect())
        })))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// How a server is asked.
#[derive(Args, Debug)]
pub struct Access {
    /// The server, where it is not the usual one; with its path if it has one
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub server: Option<String>,
    /// A file with the token [default: the variable `FLAKY_TOKEN`, then the platform's own; see
    /// `flaky providers`]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    pub token_file: Option<PathBuf>,
    /// How long to ask in all, waiting included, 100ms to 10min
    #[arg(long, value_name = "TIME", default_value_t = Seconds(TIMEOUT_S), value_parser = values::timeout, help_heading = HEADING)]
    pub timeout: Seconds,
}

/// Where a verdict comes from.
#[derive(Args, Debug)]
pub struct Source {
    /// The platform.
    #[command(flatten)]
    pub asked: Asked<false>,
    /// Say it yourself: passed, flaky, failed, running, stopped, unknown, or a CI system's word
    #[arg(long, value_name = "WORD", value_parser = values::verdict, group = GROUP, help_heading = HEADING)]
    pub status: Option<Verdict>,
    /// How flaky: a part such as 0.07, or 7%; with --status flaky
    #[arg(long, value_name = "RATE", value_parser = values::part, requires = "status", help_heading = HEADING)]
    pub flake_rate: Option<f64>,
    /// A branch or a tag [default: the default branch; the job's own where no project is named]
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub r#ref: Option<String>,
    /// Only pipelines that were started by this: push, schedule, …, as the platform calls it
    #[arg(long, value_name = "WORD", help_heading = HEADING)]
    pub source: Option<String>,
    /// A workflow's file, such as ci.yml [default: all; the job's own where no project is named]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    pub workflow: Option<String>,
    /// The project in a list of them
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub project: Option<String>,
    /// How many pipelines that finished to tell flakiness from, 1 to 500
    #[arg(long, value_name = "N", default_value_t = RUNS, value_parser = clap::value_parser!(u16).range(1..=500), help_heading = HEADING)]
    pub runs: u16,
    /// How to ask.
    #[command(flatten)]
    pub access: Access,
    /// Fail where the verdict is unknown: exit code 1
    #[arg(long, help_heading = HEADING)]
    pub strict: bool,
}
