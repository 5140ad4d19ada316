//! `flaky status`: what can be typed.

use clap::Args;

use super::source::Source;
use super::values;
use flaky_core::verdict::Verdict;

/// Says the verdict.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky status
  flaky status --gitlab group/project --json
  flaky status --junit 'target/nextest/**/*.xml' --fail-on flaky

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the verdict is one of --fail-on.")]
pub struct Status {
    /// Where the verdict comes from.
    #[command(flatten)]
    pub source: Source,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// End with exit code 3 where the verdict is one of these
    #[arg(long, value_name = "WORD[,WORD…]", value_parser = values::verdict, value_delimiter = ',')]
    pub fail_on: Vec<Verdict>,
}
