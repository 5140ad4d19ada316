//! Options of `flaky page`.

use std::path::PathBuf;

use clap::Args;

use super::rhythm::{GLITCH_RATE, RhythmArgs};
use super::values::{self, Seconds};
use flaky_core::scene::theme::{self, Theme};

/// Time between two requests for the status, in seconds.
pub(crate) const POLL_S: f64 = 15.0;
/// Time after which a status counts as unknown, in seconds, unless two polls take longer.
pub(crate) const STALE_S: f64 = 90.0;

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a command-line switch")]
#[command(after_help = "Examples:
  flaky page -o public/index.html
  flaky page --theme amber --seed 7 --bpm 60 -o ecg.html
  flaky page --preview --glitch all --glitch-rate 12
  flaky page --status-url https://ci.example/status/main --title 'unit tests' -o index.html
  flaky page --status-url /status/a.json --status-url /status/b.json --preview
  flaky page --assets --url https://user.pages.example/flaky/ -o public/index.html

The status is JSON: the output of `flaky status --json`, a shields.io endpoint, or GitLab's list of
pipelines. A server other than that of the page must allow it with Access-Control-Allow-Origin.

In the page, press ? for its keys. A visitor can override settings in the address:
  ?theme=amber&seed=7&bpm=60&rate=12&glitch=all&sound=on&status=failed")]
pub(crate) struct PageArgs {
    /// Output file; `-` is standard output
    #[cfg_attr(feature = "serve", arg(required_unless_present = "preview"))]
    #[cfg_attr(not(feature = "serve"), arg(required = true))]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Serve the page on this computer instead of writing it, and print its address; Ctrl-C ends it
    #[cfg(feature = "serve")]
    #[arg(long, conflicts_with = "output")]
    pub preview: bool,
    /// Title of the page, at most 80 characters
    #[arg(long, value_name = "TEXT", value_parser = values::title)]
    pub title: Option<String>,
    /// Also write files for link previews and home screens, beside the page: preview.png,
    /// icon.svg, icon-180.png and icon-512.png
    #[arg(long)]
    pub assets: bool,
    /// Public address of the page; many sites show a link preview only if it is known
    #[arg(long, value_name = "URL", requires = "assets", value_parser = values::public_url)]
    pub url: Option<url::Url>,
    /// Link in the help of the page, such as a project or a gallery: an address, or a path from the
    /// page
    #[arg(long, value_name = "URL", value_parser = values::link)]
    pub link: Option<String>,

    /// Show the status at this address, http://… or https://…, or /… on the server of the page;
    /// repeatable, up to 24 times
    #[arg(long, value_name = "URL", help_heading = "CI status")]
    pub status_url: Vec<String>,
    /// Time between two requests for the status, 5s to 1h
    #[arg(long, value_name = "TIME", default_value_t = Seconds(POLL_S), value_parser = values::poll, requires = "status_url", help_heading = "CI status")]
    pub poll: Seconds,
    /// Time without an answer after which the status is unknown, at least two polls, up to 24h
    /// [default: 90s, or two polls if that is longer]
    #[arg(long, value_name = "TIME", value_parser = values::stale, requires = "status_url", help_heading = "CI status")]
    pub stale_after: Option<Seconds>,

    #[command(flatten)]
    pub random: RhythmArgs,
    /// Glitches per minute, 0.01 to 60
    #[arg(long, value_name = "N/min", default_value_t = GLITCH_RATE, value_parser = values::rate, help_heading = "Rhythm")]
    pub glitch_rate: f64,
    /// Random seed, 0 to 4294967295 [default: a new one at each visit]
    #[arg(long, value_name = "N", help_heading = "Rhythm")]
    pub seed: Option<u32>,

    /// Colour theme; `flaky themes` lists them
    #[arg(long, value_name = "NAME", default_value = theme::DEFAULT, value_parser = values::theme, help_heading = "Picture")]
    pub theme: &'static Theme,
    /// Play sound as soon as the browser allows it, which is after a click or a key
    #[arg(long, help_heading = "Picture")]
    pub sound: bool,
}
