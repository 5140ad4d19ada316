//! `flaky themes`, `flaky glitches`, `flaky completions`, `flaky man`: what there is.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// A list, in words or in pictures.
#[derive(Args, Debug)]
pub struct List {
    /// Draw one picture of each into this folder, which must exist, as NAME.png
    #[arg(long, value_name = "DIR")]
    pub preview: Option<PathBuf>,
}

/// Completions.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell to write them for
    pub shell: Shell,
}

/// Manual pages.
#[derive(Args, Debug)]
pub struct Man {
    /// The folder to write them into, which must exist
    pub dir: PathBuf,
}
