//! Options of `flaky badge`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::fonts::FontsArgs;
use super::format::{self, Format};
use super::source::SourceArgs;
use super::values;
use crate::badge::{LABEL, LONGEST_LABEL, MONITOR};
use flaky_core::scene::theme::{self, Theme};
use flaky_core::scene::{Size, badge};

/// Formats of a badge.
pub(crate) const FORMATS: &[Format] =
    &[Format::Svg, Format::Gif, Format::Apng, Format::Png, Format::Json];
/// Heights of a badge that is not a monitor, in pixels.
pub(crate) const HEIGHTS: std::ops::RangeInclusive<u32> = 20..=200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    /// Rounded corners and a gradient
    Flat,
    /// Square corners and no gradient
    FlatSquare,
    /// The ECG on a monitor, of 60 pipelines unless --runs or --since is given
    Monitor,
}

/// The value of `--trace`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceKind {
    /// The latest pipelines, a beat for each
    Beats,
    /// No trace; the badge is as narrow as others
    None,
}

/// The value of `--size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureSize {
    /// The height in pixels of a flat badge, whose width follows from its text.
    Height(u32),
    /// The size of a monitor in pixels.
    Screen(Size),
}

impl FromStr for PictureSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(height) = text.parse() {
            let fits = HEIGHTS.contains(&height);
            let (low, high) = (HEIGHTS.start(), HEIGHTS.end());
            return fits
                .then_some(Self::Height(height))
                .ok_or_else(|| format!("expected a height of {low} to {high} pixels"));
        }
        let size = values::size(text)?;
        if size.width < MONITOR.width || size.height < MONITOR.height {
            return Err(format!("a monitor is {} or larger", Self::Screen(MONITOR)));
        }
        Ok(Self::Screen(size))
    }
}

impl fmt::Display for PictureSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height(height) => write!(f, "{height}"),
            Self::Screen(size) => write!(f, "{}x{}", size.width, size.height),
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky badge -o badge.svg
  flaky badge --gitlab group/project --ref main -o badge.svg
  flaky badge --github owner/repo --workflow ci.yml -o badge.gif
  flaky badge --gitea owner/repo --server https://codeberg.org -o badge.svg
  flaky badge --junit 'target/nextest/**/*.xml' --label tests -o badge.svg
  flaky badge --status flaky --flake-rate 0.07 --style monitor -o badge.svg

Each beat is one of the last 16 finished pipelines, oldest first (60 on a monitor):
  a beat           passed; the longer it took, the higher
  a double beat    flaky, higher than all others and in the alarm's colour
  a flat stretch   failed
  a gap            cancelled
  a bright dot     running

Where only a state is known, as with --status and --junit, the trace is its symbol:
  steady           passed
  with a double    flaky; on a monitor 1 to 8 of 16 beats, at the measured rate
  flat and dashed  failed
  fast             running; the rhythm is that of the last finished pipeline
  at a standstill  stopped
  lead off         unknown
The title says which it is.")]
pub(crate) struct BadgeArgs {
    /// Output file; the extension selects the format: .svg, .gif, .apng, .png, or .json for a
    /// shields endpoint. `-` is standard output and needs --format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Output format; overrides the extension
    #[arg(long, value_name = "FORMAT", value_parser = format::among(FORMATS))]
    pub format: Option<Format>,

    #[command(flatten)]
    pub source: SourceArgs,

    /// Shape of the badge
    #[arg(long, default_value = "flat", help_heading = "Picture")]
    pub style: Style,
    /// Text beside the state, at most 64 characters; '' for none
    #[arg(long, value_name = "TEXT", default_value = LABEL, value_parser = label, help_heading = "Picture")]
    pub label: String,
    /// What is drawn between label and state
    #[arg(long, value_name = "TRACE", default_value = "beats", help_heading = "Picture")]
    pub trace: TraceKind,
    /// Colour theme of the ECG; `flaky themes` lists them
    #[arg(long, value_name = "NAME", default_value = theme::DEFAULT, value_parser = values::theme, help_heading = "Picture")]
    pub theme: &'static Theme,
    /// Write a still image; a PNG always is one
    #[arg(long, help_heading = "Picture")]
    pub still: bool,
    #[arg(long, value_name = "SIZE", help_heading = "Picture", help = format!(
        "Height in pixels, {} to {}; for a monitor, WIDTHxHEIGHT, at least {MONITOR} [default: {}; for a monitor, {MONITOR}]",
        HEIGHTS.start(), HEIGHTS.end(), badge::HEIGHT, MONITOR = PictureSize::Screen(MONITOR),
    ))]
    pub size: Option<PictureSize>,
    #[command(flatten)]
    pub fonts: FontsArgs,
}

fn label(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_LABEL {
        return Err(format!("must be at most {LONGEST_LABEL} characters"));
    }
    Ok(text.to_string())
}
