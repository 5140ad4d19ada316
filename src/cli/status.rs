//! Options of `flaky status`.

use clap::Args;

use super::source::SourceArgs;
use super::values;
use flaky_core::verdict::Verdict;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky status
  flaky status --gitlab group/project --json
  flaky status --junit 'target/nextest/**/*.xml' --fail-on flaky

Exit codes:
  0  success
  1  failure; with --strict also an unknown state
  2  invalid arguments
  3  the state is one of --fail-on")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Exit with code 3 if the state is one of these
    #[arg(long, value_name = "STATE[,STATE…]", value_parser = values::verdict, value_delimiter = ',')]
    pub fail_on: Vec<Verdict>,
}
