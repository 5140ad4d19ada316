//! Options of `flaky status`.

use clap::Args;

use super::source::SourceArgs;
use super::values;
use flaky_core::verdict::Verdict;

/// The word of `--fail-on` that lets an unknown state pass.
const NO_UNKNOWN: &str = "no-unknown";

/// A word of `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// Fail on this state.
    State(Verdict),
    /// Do not fail on an unknown state.
    NoUnknown,
}

impl FailOn {
    fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case(NO_UNKNOWN) {
            return Ok(Self::NoUnknown);
        }
        values::verdict(text).map(Self::State)
    }
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky status
  flaky status --gitlab group/project --json
  flaky status --junit 'target/nextest/**/*.xml' --fail-on flaky
  flaky status --fail-on failed --fail-on-rate 3% --markdown

Exit codes:
  0  success
  1  failure; with --strict also an unknown state
  2  invalid arguments
  3  the state is one of --fail-on, or the rate is above --fail-on-rate")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Print Markdown for a job summary or a comment: the state, the evidence, and links to the
    /// pipelines that failed
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Exit with code 3 if the state is one of these. `flaky` includes failed. An unknown state, and
    /// evidence that cannot be read, are included unless `no-unknown` is one of the words
    #[arg(long, value_name = "STATE[,STATE…]", value_parser = FailOn::parse, value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// Exit with code 3 if the flake rate is above this one or is not known, or if the state is failed:
    /// a fraction such as 0.03, or a percentage such as 3%
    #[arg(long, value_name = "RATE", value_parser = values::part)]
    pub fail_on_rate: Option<f64>,
}
