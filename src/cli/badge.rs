//! `flaky badge`: what can be typed.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::format::{self, Format};
use super::source::Source;
use super::values;
use flaky_core::scene::Size;
use flaky_core::scene::theme::{self, Theme};

/// What a badge can be.
pub const FORMATS: &[Format] = &[Format::Svg, Format::Gif, Format::Apng, Format::Png];
/// What a badge is about, where nobody says.
pub const LABEL: &str = "pipeline";
/// The longest label, in characters.
pub const LONGEST_LABEL: usize = 64;
/// The size of a monitor.
pub const MONITOR: Size = Size { width: 240, height: 80 };
/// The heights of a badge in a row, in pixels.
pub const HEIGHTS: std::ops::RangeInclusive<u32> = 20..=200;

/// What a badge looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// In a row with other badges, 20 pixels high
    Flat,
    /// The same with corners and without sheen
    FlatSquare,
    /// The ECG itself
    Monitor,
}

/// The size of a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    /// The height of one in a row; its width follows its words.
    Height(u32),
    /// The size of a monitor.
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
                .ok_or_else(|| format!("a height goes from {low} to {high}"));
        }
        let size = values::size(text)?;
        if size.width < MONITOR.width || size.height < MONITOR.height {
            return Err("a monitor is 240x80 or larger".to_string());
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

/// Draws a badge.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  flaky badge -o badge.svg
  flaky badge --gitlab group/project --ref main -o badge.svg
  flaky badge --github owner/repo --workflow ci.yml -o badge.gif
  flaky badge --gitea owner/repo --server https://codeberg.org -o badge.svg
  flaky badge --junit 'target/nextest/**/*.xml' --label tests -o badge.svg
  flaky badge --status flaky --flake-rate 0.07 --style monitor -o badge.svg

What the pulse means:
  steady            passed
  with glitches     flaky: as often as measured, within what a loop of 16 beats can show
  flat and dashed   failed
  fast              running: the rhythm of the last that finished
  stands still      stopped
  the lead is off   unknown")]
pub struct Badge {
    /// Where to write; the extension names the format: .svg, .gif, .apng, .png. `-` is standard
    /// output, with --format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The format, whatever the extension says
    #[arg(long, value_name = "FORMAT", value_parser = format::among(FORMATS))]
    pub format: Option<Format>,

    /// Where the verdict comes from.
    #[command(flatten)]
    pub source: Source,

    /// What it looks like
    #[arg(long, default_value = "flat", help_heading = "Picture")]
    pub style: Style,
    /// What it is about, at most 64 characters; '' for none
    #[arg(long, value_name = "TEXT", default_value = LABEL, value_parser = label, help_heading = "Picture")]
    pub label: String,
    /// The look of the screen, as `flaky themes` lists them
    #[arg(long, value_name = "NAME", default_value = theme::DEFAULT, value_parser = values::theme, help_heading = "Picture")]
    pub theme: &'static Theme,
    /// A still; a .png is one anyway
    #[arg(long, help_heading = "Picture")]
    pub still: bool,
    /// The height, 20 to 200; of a monitor width and height, from 240x80 [default: 20, 240x80]
    #[arg(long, value_name = "SIZE", help_heading = "Picture")]
    pub size: Option<PictureSize>,
}

fn label(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_LABEL {
        return Err(format!("it has at most {LONGEST_LABEL} characters"));
    }
    Ok(text.to_string())
}
