//! Options of `flaky history`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::fonts::FontsArgs;
use super::format::{self, Format};
use super::moment::{self, Moment};
use super::source::{AccessArgs, ProviderArg};
use super::values::{self, Loops, Seconds};
use crate::history::heartbeat::HeightScale;
use flaky_core::scene::theme::{self, PEOPLE, Theme};
use flaky_core::scene::{Size, sheet};

/// Formats of a history. It has no signal to export as CSV.
pub(crate) const FORMATS: &[Format] = &[
    Format::Gif,
    Format::Svg,
    Format::Apng,
    Format::Png,
    Format::Pdf,
    Format::Mp4,
    Format::Webm,
    Format::Json,
    Format::Y4m,
    Format::Rgb,
];
/// Frames per second of a stream of frames with one for each commit.
pub(crate) const FPS: f64 = 10.0;
/// Frames per second in calendar time.
pub(crate) const CALENDAR_FPS: f64 = 25.0;
/// Frames per second of a film, in which the beam moves from commit to commit.
pub(crate) const FILM_FPS: f64 = 30.0;
/// Duration of an animation in seconds.
pub(crate) const DURATION_S: f64 = 60.0;
/// Duration of the first and of the last frame with a card, and of the last one without, in seconds.
pub(crate) const OPENING_S: f64 = 2.5;
pub(crate) const END_S: f64 = 6.0;
pub(crate) const HOLD_S: f64 = 3.0;
/// Number of people with a colour.
pub(crate) const LEADERS: u8 = 5;
/// Maximum number of frames.
pub(crate) const MAX_FRAMES: u32 = 2000;
/// Maximum number of beats on a sheet.
pub(crate) const MAX_ON_A_SHEET: u32 = 5000;
/// Width and height of an animation in pixels.
pub(crate) const SIZE: &str = "800x300";
/// Theme of a sheet.
pub(crate) const SHEET_THEME: &str = "paper";

/// Parses "own" or "lines:N".
fn height_scale(text: &str) -> Result<HeightScale, String> {
    let lines = || text.strip_prefix("lines:")?.parse().ok().filter(|lines| *lines > 0);
    match text {
        "own" => Ok(HeightScale::Percentile),
        _ => lines()
            .map(HeightScale::Lines)
            .ok_or_else(|| "expected own, or lines:N such as lines:100".to_string()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Captions {
    /// No text
    None,
    /// Number, id and subject of the commit
    Short,
    /// Also the author, the date and the changed lines
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pace {
    /// A frame for every commit; routine passes quickly, what matters stays
    Commits,
    /// Calendar time is the clock: a frame for every slice of time
    Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Releases {
    /// All commits; releases stay for a second
    All,
    /// A beat for every release and what came in it
    Only,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cards {
    /// The history in numbers, over the first and the last frame
    Ends,
    /// Commits alone
    None,
}

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a command-line switch")]
#[command(after_help = "Examples:
  flaky history -o history.gif
  flaky history ../repo main~500..main -o life.gif
  flaky history --size 1920x1080 --fps 60 -o life.mp4
  flaky history --still -o poster.svg
  flaky history -o print.pdf
  flaky history --json -o beats.json
  flaky history --since '6 months ago' --no-merges --no-bots -o lately.gif
  flaky history --ci -o history.gif
  flaky history --status ci.csv --max-bytes 5MB -o history.gif
  flaky history --print-log-command | sh | flaky history --from-log - -o log.gif

The beats show:
  height             number of changed lines, logarithmic
  interval           time since the previous commit, logarithmic
  pause              no commit for 30 days
  flatline           no commit for 182 days
  two peaks          merge; its height is fixed, unless --first-parent is given
  upside down        revert
  small and narrow   fixup!, squash! or amend!
  spike before beat  tag
  low baseline       night, 23:00 to 6:00 in the author's time zone
  wide, T inverted   the commit's pipeline failed
  double beat        flaky: the commit's pipeline failed and passed")]
pub(crate) struct HistoryArgs {
    /// Repository; a single argument that is not an existing path is taken as RANGE [default: the
    /// repository around the current directory]
    #[arg(value_name = "PATH")]
    pub repository: Option<String>,
    /// Range of commits in git's syntax, such as v1.0..main [default: all commits up to HEAD]
    pub range: Option<String>,
    /// Output file; the extension selects the format: .gif, .apng, .svg, .png, .pdf, .mp4, .webm,
    /// .json, .y4m, .rgb; .mp4 and .webm need ffmpeg. `-` is standard output and needs --format
    /// [default: history.gif; with --still, history.svg; with --format, history and its extension]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Output format; overrides the extension
    #[arg(long, value_name = "FORMAT", value_parser = format::among(FORMATS))]
    pub format: Option<Format>,
    /// Write the beats as JSON, one per commit. Same as --format json, except that the default
    /// output is standard output
    #[arg(long, conflicts_with_all = ["format", "still"])]
    pub json: bool,
    /// Draw the whole history on a sheet of ECG paper (svg, png, pdf); a PNG or PDF always is one
    #[arg(long)]
    pub still: bool,

    /// Start at this branch instead of HEAD
    #[arg(long, value_name = "NAME", help_heading = "Commits")]
    pub branch: Option<String>,
    /// Start at all branches and tags, local and remote ones, instead of HEAD
    #[arg(long, conflicts_with_all = ["branch", "range"], help_heading = "Commits")]
    pub all: bool,
    /// Only the latest N commits that meet the other conditions
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Commits")]
    pub max_count: Option<u32>,
    /// Only commits authored at this date or later: 2024-05-01, 2024-05, 2024, 2024-05-01T12:00Z,
    /// yesterday, `last week`, `3 weeks ago` or 1.year.ago; days are in UTC
    #[arg(long, value_name = "DATE", value_parser = moment::since, help_heading = "Commits")]
    pub since: Option<Moment>,
    /// Only commits authored at this date or earlier, in the same formats; a day, month or year is
    /// included
    #[arg(long, value_name = "DATE", value_parser = moment::until, help_heading = "Commits")]
    pub until: Option<Moment>,
    /// Only authors whose name or email address contains this text, ignoring case
    #[arg(long, value_name = "TEXT", value_parser = values::filled, help_heading = "Commits")]
    pub author: Option<String>,
    /// Only changes below this path, relative to the root of the repository, without wildcards;
    /// repeatable
    #[arg(long, value_name = "PATH", value_parser = values::filled, help_heading = "Commits")]
    pub path: Vec<String>,
    /// Follow only the first parent of merges, and count what each merge changed against it
    #[arg(long, help_heading = "Commits")]
    pub first_parent: bool,
    /// Skip merges
    #[arg(long, help_heading = "Commits")]
    pub no_merges: bool,
    /// Skip commits by bots
    #[arg(long, help_heading = "Commits")]
    pub no_bots: bool,
    /// Ignore these files for the height of a beat, besides lockfiles, generated and vendored
    /// files; `none` stops ignoring those. Repeatable
    #[arg(long, value_name = "GLOB", value_parser = values::filled, help_heading = "Commits")]
    pub exclude: Vec<String>,
    /// Read each commit's CI status from a file of `sha,status` lines; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Commits")]
    pub status: Option<PathBuf>,
    /// Read each commit's CI status from the git notes under this ref, such as ci
    #[arg(long, value_name = "REF", help_heading = "Commits")]
    pub notes: Option<String>,
    /// Query the CI system for the status of each commit: the one named by an option below (which
    /// implies --ci), else that of the CI job this runs in, else that of the clone's origin
    #[arg(long, help_heading = "Commits")]
    pub ci: bool,
    /// Read the commits from a log instead of a repository, see --print-log-command; `-` is
    /// standard input
    #[arg(long, value_name = "FILE", help_heading = "Commits",
          conflicts_with_all = ["repository", "range", "branch", "all", "path", "notes", "no_cache"])]
    pub from_log: Option<PathBuf>,
    /// Print the `git log` command whose output --from-log reads; a range or paths can be added to
    /// it
    #[arg(long, help_heading = "Commits", conflicts_with_all = [
        "repository", "range", "branch", "all", "max_count", "since", "until", "author", "path",
        "no_merges", "no_bots", "from_log", "status", "output", "format", "json", "still",
    ])]
    pub print_log_command: bool,

    #[command(flatten)]
    pub provider: ProviderArg<true>,
    #[command(flatten)]
    pub access: AccessArgs,

    #[arg(long, value_name = "WxH", value_parser = values::size, help_heading = "Picture", help = format!(
        "Size in pixels, 16x16 to 8192x8192 [default: {SIZE}; for a sheet, as its content requires, at most {} wide; for a PDF, as many pages of A4 as its content requires]. A PDF of a given size is one page, with 96 pixels to an inch",
        sheet::WIDTH,
    ))]
    pub size: Option<Size>,
    #[arg(
        long,
        help_heading = "Picture",
        help = "What sets the pace of an animation [default: commits]"
    )]
    pub pace: Option<Pace>,
    #[arg(long, value_name = "TIME", value_parser = values::duration, help_heading = "Picture", help = format!(
        "Length of an animation, such as 30s or 2min. With --pace commits it is longer if there are too many commits for 50 a second, and shorter if there are few [default: {}]",
        Seconds(DURATION_S),
    ))]
    pub duration: Option<Seconds>,
    #[arg(long, value_name = "N", value_parser = values::fps, help_heading = "Picture", help = format!(
        "Frames per second, 1 to 240; at most 50 in a GIF. With --pace commits, all commits are then shown equally long, so many a second; but in an MP4 or a WebM the pace stays, and the beam moves between them [default: each commit as long as it matters; with --pace time, {CALENDAR_FPS}; in a video, {FILM_FPS}]"
    ))]
    pub fps: Option<f64>,
    #[arg(
        long,
        help_heading = "Picture",
        help = "Which commits have beats of their own [default: all]"
    )]
    pub releases: Option<Releases>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=PEOPLE.len() as i64), help_heading = "Picture", help = format!(
        "Number of people with a colour, those who made most of the commits; 0 to {} [default: {LEADERS}]",
        PEOPLE.len(),
    ))]
    pub people: Option<u8>,
    /// Name nobody: people are called person 1, person 2 …, by their number of commits. Subjects stay
    /// as they are
    #[arg(long, help_heading = "Picture")]
    pub anonymous: bool,
    #[arg(long, help_heading = "Picture", help = "What is told about the whole [default: ends]")]
    pub cards: Option<Cards>,
    #[arg(long, value_name = "N", help_heading = "Picture", help = format!(
        "Maximum number of frames; in a longer history successive commits share a beat, but never across a pause, even if that takes more frames. 0 means no limit [default: {MAX_FRAMES}; for a sheet, {MAX_ON_A_SHEET} beats]"
    ))]
    pub max_frames: Option<u32>,
    #[arg(long, value_name = "NAME", value_parser = values::theme, help_heading = "Picture", help = format!(
        "Colour theme; `flaky themes` lists them [default: {}; for a sheet, {SHEET_THEME}]",
        theme::DEFAULT,
    ))]
    pub theme: Option<&'static Theme>,
    /// Reference for the height of a beat, in changed lines: `own`, the 95th percentile of this
    /// history, or lines:N, a fixed number to compare histories by
    #[arg(long, value_name = "own|lines:N", default_value = "own", value_parser = height_scale, help_heading = "Picture")]
    pub scale: HeightScale,
    /// Amount of text in an animation [default: full]
    #[arg(long, help_heading = "Picture")]
    pub captions: Option<Captions>,
    #[command(flatten)]
    pub fonts: FontsArgs,
    /// Number of times an animation plays, 1 to 65535, or `forever` [default: forever]
    #[arg(long, value_name = "N", help_heading = "Picture")]
    pub loops: Option<Loops>,

    /// Maximum size of the file (gif, apng, png, svg), such as 5MB (1 MB is 10⁶ bytes). To stay
    /// below it, the number of fade levels is reduced first, then the number of beats, then the size
    #[arg(long, value_name = "BYTES", value_parser = values::bytes, help_heading = "Processing")]
    pub max_bytes: Option<u64>,
    /// Number of threads, 1 to 256 [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Processing")]
    pub threads: Option<u16>,
    /// Neither read nor write the cache of counts and CI results
    #[arg(long, help_heading = "Processing")]
    pub no_cache: bool,
    /// Fail if a commit could not be read or queried, instead of drawing the rest
    #[arg(long, help_heading = "Processing")]
    pub strict: bool,
}
