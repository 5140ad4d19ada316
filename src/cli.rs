//! What can be typed, and nothing else: no file is read here and nothing is drawn.
//!
//! One file per command, and [`values`] for the words that options take. What the words mean
//! is for [`commands`](crate::commands) to say.

pub mod badge;
pub mod catalogue;
pub mod format;
pub mod history;
pub mod moment;
pub mod render;
pub mod source;
pub mod status;
pub mod values;

use clap::{Args, Parser, Subcommand};

/// Draws a project's pulse: an ECG that beats, glitches and heals.
#[derive(Debug, Parser)]
#[command(name = "flaky", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Art, not a medical device.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Messages on standard error.
    #[command(flatten)]
    pub console: Console,
}

/// Messages to the person, on standard error.
#[derive(Args, Clone, Copy, Debug)]
pub struct Console {
    /// Say nothing but errors, and why a state is unknown
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw an ECG: animated, still, or as numbers
    ///
    /// It is mostly steady, with glitches that come from nowhere and heal, and loops without a
    /// seam. The same seed and options give the same bytes.
    Render(Box<render::Render>),
    /// Draw a repository's life: every commit is a heartbeat
    ///
    /// One beat and one frame for each commit, oldest first. Files and lines are counted as `git log
    /// --numstat --no-renames` does; attributes are not asked. What is counted is kept in the user's
    /// cache folder.
    History(Box<history::History>),
    /// Draw the state of a pipeline as a badge: its pulse
    ///
    /// In a CI job everything comes from the job's own variables. Where the state cannot be found out
    /// the badge is drawn all the same and says unknown; the reason is on standard error.
    Badge(Box<badge::Badge>),
    /// Say the state of a pipeline, with its evidence
    Status(Box<status::Status>),
    /// List the platforms that can be asked, and what each can tell
    Providers,
    /// List the themes, or draw one picture of each
    Themes(catalogue::List),
    /// List the glitches, or draw one picture of each
    Glitches(catalogue::List),
    /// Print completions for a shell
    Completions(catalogue::Completions),
    /// Write the manual pages into a folder
    Man(catalogue::Man),
}
