//! Options of `flaky themes`, `flaky glitches`, `flaky completions` and `flaky man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Options of `themes` and of `glitches`.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Write a preview of each as NAME.png to this directory, which must exist
    #[arg(long, value_name = "DIR")]
    pub preview: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// Shell that will read the script
    pub shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Directory for the pages, which must exist
    pub dir: PathBuf,
}
