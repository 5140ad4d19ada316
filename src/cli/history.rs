//! `flaky history`: what can be typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::format::{self, Format};
use super::moment::{self, Moment};
use super::source::{Access, Asked};
use super::values::{self, Loops};
use crate::history::heartbeat::HeightScale;
use flaky_core::scene::Size;
use flaky_core::scene::theme::Theme;

/// What a history can be: it has no samples.
pub const FORMATS: &[Format] =
    &[Format::Gif, Format::Svg, Format::Apng, Format::Png, Format::Json, Format::Y4m, Format::Rgb];
/// Frames a second, each of them a commit.
pub const FPS: f64 = 10.0;
/// How long the last frame stays, in seconds.
pub const HOLD_S: f64 = 3.0;
/// The most frames, where no number is given.
pub const MAX_FRAMES: u32 = 2000;
/// The most beats on a sheet, where no number is given.
pub const MAX_ON_A_SHEET: u32 = 5000;
/// The size of an animation.
pub const SIZE: &str = "800x300";

/// Parses "own" or "lines:N".
fn height_scale(text: &str) -> Result<HeightScale, String> {
    let lines = || text.strip_prefix("lines:")?.parse().ok().filter(|lines| *lines > 0);
    match text {
        "own" => Ok(HeightScale::Percentile),
        _ => lines()
            .map(HeightScale::Lines)
            .ok_or_else(|| "write own, or lines:N such as lines:100".to_string()),
    }
}

/// How much is written on the screen of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Captions {
    /// Nothing
    None,
    /// Id, subject and number
    Short,
    /// The author, the date and the lines too
    Full,
}

/// Draws a repository's life.
#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
#[command(after_help = "Examples:
  flaky history -o history.gif
  flaky history ../repo main~500..main -o life.gif
  flaky history --still -o poster.svg
  flaky history --json -o beats.json
  flaky history --since '6 months ago' --no-merges --no-bots -o lately.gif
  flaky history --ci -o history.gif
  flaky history --status ci.csv --max-bytes 5MB -o history.gif
  eval \"$(flaky history --print-log-command)\" | flaky history --from-log - -o history.gif

What the beats stand for:
  height            the lines changed, as a logarithm; merges have one height
  interval          the time since the commit before, as a logarithm
  pause, flatline   no commit for 30 days, for 182 days
  two peaks         a merge
  upside down       a revert
  small and narrow  a fixup
  a spike before    a tag
  low baseline      night, where the author lives (23 to 6 o'clock)
  wide, T opposite  its pipeline failed
  double beat       its pipeline failed and passed: a flake")]
pub struct History {
    /// A repository, or a range if there is no such path [default: the repository here]
    #[arg(value_name = "PATH")]
    pub repository: Option<String>,
    /// A range of its commits, as git writes it [default: all that is checked out]
    pub range: Option<String>,
    /// Where to write; the extension names the format: .gif, .apng, .svg, .png, .json, .y4m,
    /// .rgb. `-` is standard output, with --format
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["print_log_command", "json"])]
    pub output: Option<PathBuf>,
    /// The format, whatever the extension says
    #[arg(long, value_name = "FORMAT", value_parser = format::among(FORMATS))]
    pub format: Option<Format>,
    /// The same as --format json: the beats themselves, one for every commit; on standard output
    /// where no file is named
    #[arg(long, conflicts_with_all = ["format", "still"])]
    pub json: bool,
    /// The whole life on one sheet: rows of ECG paper (svg, png)
    #[arg(long)]
    pub still: bool,

    /// Begin at this branch
    #[arg(long, value_name = "NAME", help_heading = "Commits")]
    pub branch: Option<String>,
    /// Only commits written since: 2024-05-01, 2024-05-01T12:00Z, `3 weeks ago`
    #[arg(long, value_name = "DATE", value_parser = moment::since, help_heading = "Commits")]
    pub since: Option<Moment>,
    /// Only commits written until
    #[arg(long, value_name = "DATE", value_parser = moment::until, help_heading = "Commits")]
    pub until: Option<Moment>,
    /// Only authors with this in their name or address
    #[arg(long, value_name = "TEXT", help_heading = "Commits")]
    pub author: Option<String>,
    /// Only what lies under this path, from the top of the repository, no pattern; may be given
    /// again
    #[arg(long, value_name = "PATH", help_heading = "Commits")]
    pub path: Vec<String>,
    /// Follow the first parent of merges alone, and compare them with it
    #[arg(long, help_heading = "Commits")]
    pub first_parent: bool,
    /// Leave merges out
    #[arg(long, help_heading = "Commits")]
    pub no_merges: bool,
    /// Leave the commits of programs out
    #[arg(long, help_heading = "Commits")]
    pub no_bots: bool,
    /// Leave these files out of the height too, besides lockfiles, generated and vendored ones;
    /// `none` brings those back. May be given again
    #[arg(long, value_name = "GLOB", help_heading = "Commits")]
    pub exclude: Vec<String>,
    /// What became of commits in CI: lines of `sha,status`
    #[arg(long, value_name = "FILE", help_heading = "Commits")]
    pub status: Option<PathBuf>,
    /// The same words in git notes under this name
    #[arg(long, value_name = "REF", help_heading = "Commits")]
    pub notes: Option<String>,
    /// Ask the CI system what became of them: the one of this job, or of the address this repository
    /// was cloned from, or the one that is named
    #[arg(long, help_heading = "Commits")]
    pub ci: bool,
    /// Read the commits from a log instead; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Commits",
          conflicts_with_all = ["repository", "range", "branch", "path", "notes", "no_cache"])]
    pub from_log: Option<PathBuf>,
    /// Print the command that makes such a log; add a range or paths to it as to any `git log`
    #[arg(long, help_heading = "Commits", conflicts_with_all = [
        "repository", "range", "branch", "since", "until", "author", "path", "no_merges", "no_bots",
    ])]
    pub print_log_command: bool,

    /// The platform.
    #[command(flatten)]
    pub asked: Asked<true>,
    /// How to ask.
    #[command(flatten)]
    pub access: Access,

    /// Size in pixels, 16x16 to 8192x8192 [default: 800x300; a sheet is at most 1600 wide, and as
    /// high as it must be]
    #[arg(long, value_name = "WxH", value_parser = values::size, help_heading = "Picture")]
    pub size: Option<Size>,
    /// Commits a second, 1 to 240; to 50 in GIF
    #[arg(long, value_name = "N", default_value_t = FPS, value_parser = values::fps, help_heading = "Picture")]
    pub fps: f64,
    /// The most frames; a longer history puts several commits into one beat. 0 for no limit
    /// [default: 2000; beats on a sheet: 5000]
    #[arg(long, value_name = "N", help_heading = "Picture")]
    pub max_frames: Option<u32>,
    /// The look, as `flaky themes` lists them [default: phosphor; a sheet: paper]
    #[arg(long, value_name = "NAME", value_parser = values::theme, help_heading = "Picture")]
    pub theme: Option<&'static Theme>,
    /// What the height is measured by: own, the history's 95th percentile; or lines:N, to compare
    /// two histories
    #[arg(long, value_name = "own|lines:N", default_value = "own", value_parser = height_scale, help_heading = "Picture")]
    pub scale: HeightScale,
    /// How much is written on the screen
    #[arg(long, default_value = "full", help_heading = "Picture")]
    pub captions: Captions,
    /// How often to play: forever, or a number
    #[arg(long, value_name = "N", default_value_t = Loops::Forever, help_heading = "Picture")]
    pub loops: Loops,

    /// The largest file allowed, such as 5MB (10⁶ bytes): fewer fade levels, then a smaller size
    #[arg(long, value_name = "BYTES", value_parser = values::bytes, help_heading = "Work")]
    pub max_bytes: Option<u64>,
    /// Threads to work on [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Work")]
    pub threads: Option<u16>,
    /// Count everything anew, and keep nothing for the next time
    #[arg(long, help_heading = "Work")]
    pub no_cache: bool,
    /// Fail where anything could not be read, instead of drawing the rest
    #[arg(long, help_heading = "Work")]
    pub strict: bool,
}
