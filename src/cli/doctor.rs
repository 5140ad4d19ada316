//! Options of `flaky doctor`.

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky doctor
  flaky doctor --offline
  flaky doctor --json

Exit codes:
  0  success, whatever the report says
  1  the report cannot be written")]
pub(crate) struct DoctorArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Do not query the CI system
    #[arg(long)]
    pub offline: bool,
}
