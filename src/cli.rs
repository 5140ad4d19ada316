//! The command line: one file per command, and [`values`] for the types that options parse into.
//!
//! These modules only parse. [`commands`](crate::commands) checks combinations of options and runs
//! the command.

pub(crate) mod badge;
pub(crate) mod catalogue;
pub(crate) mod doctor;
pub(crate) mod fonts;
pub(crate) mod format;
pub(crate) mod history;
pub(crate) mod moment;
pub(crate) mod page;
pub(crate) mod providers;
pub(crate) mod render;
pub(crate) mod rhythm;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod source;
pub(crate) mod status;
pub mod values;

use clap::{Args, Parser, Subcommand};

/// Draws a project's pulse: an ECG that beats, glitches and heals.
#[derive(Debug, Parser)]
#[command(name = "flaky", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "`flaky COMMAND --help` has examples. Art, not a medical device.")]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) console: Console,
}

#[cfg(test)]
impl Cli {
    /// Parses words that must be right.
    pub(crate) fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::parse_from(words)
    }
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Print only errors and the reason for an unknown state
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draw an ECG as an animation, a still image or data
    ///
    /// The rhythm is random: a steady heartbeat with occasional glitches, in a loop without a
    /// seam. Identical arguments, including --seed, produce identical bytes on any machine,
    /// except where --fonts says otherwise.
    Render(Box<render::RenderArgs>),
    /// Draw a repository's history, one heartbeat per commit
    ///
    /// Every commit is one beat and one frame, oldest first. Files and lines are counted as `git
    /// log --numstat --no-renames` counts them, except that .gitattributes is ignored. The counts
    /// are kept in the user's cache directory.
    History(Box<history::HistoryArgs>),
    /// Draw the state of a CI pipeline as a badge with a pulse
    ///
    /// Inside a CI job, the project and the branch come from the job's environment variables. If
    /// the state cannot be determined, the badge says `unknown` and the reason goes to standard
    /// error.
    Badge(Box<badge::BadgeArgs>),
    /// Print the state of a CI pipeline and the evidence for it
    Status(Box<status::StatusArgs>),
    /// Write a web page with a live ECG
    ///
    /// The page is one HTML file that works from disk and on any server. Without --status-url it
    /// makes no request and shows a heartbeat that never repeats, with occasional glitches. With
    /// it, the ECG shows the state of a CI pipeline.
    Page(Box<page::PageArgs>),
    /// Listen to webhooks, and answer with states, badges and a live page
    ///
    /// The server takes the webhooks of CI systems and test reports, keeps what they say in a
    /// database, and judges it as `flaky status` does. SIGINT and SIGTERM end it.
    #[cfg(feature = "serve")]
    Serve(Box<serve::ServeArgs>),
    /// Report what is installed, found and reachable, for bug reports
    ///
    /// Looks at the program, the terminal, fonts, the repository in the current directory, the cache
    /// and the variables of the CI job, and queries the CI system once, for at most 5 s. Nothing is
    /// written. What limits flaky is marked with `!`. Tokens and passwords are not shown.
    Doctor(doctor::DoctorArgs),
    /// List the supported CI systems and what each can report
    Providers,
    /// List the themes, or draw a preview of each
    Themes(catalogue::ListArgs),
    /// List the glitches, or draw a preview of each
    Glitches(catalogue::ListArgs),
    /// Print the JSON Schema of what is read or written
    Schema(catalogue::SchemaArgs),
    /// Print a shell completion script
    Completions(catalogue::CompletionsArgs),
    /// Write the manual pages to a directory
    Man(catalogue::ManArgs),
}
