//! Options of `flaky themes`, `flaky glitches`, `flaky schema`, `flaky completions` and `flaky man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// Options of `themes` and of `glitches`.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Write a preview of each as NAME.png to this directory, which must exist
    #[arg(long, value_name = "DIR")]
    pub preview: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// JSON that it describes
    #[arg(value_name = "JSON")]
    pub of: Described,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Described {
    /// What `flaky render --rhythm` reads, and `flaky render -o FILE.json` writes
    Rhythm,
    /// What `flaky status --json` prints
    Status,
    /// What `flaky history --json` prints
    History,
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
