//! Options of `flaky render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::fonts::FontsArgs;
use super::format::{self, Format};
use super::rhythm::{GLITCH_RATE, RhythmArgs};
use super::values::{self, Gain, Loops, Seconds};
use flaky_core::scene::theme::{self, Rgb, Theme};
use flaky_core::scene::{Colour, Size};

/// Formats of a loop. Nobody prints it.
pub(crate) const FORMATS: &[Format] = &[
    Format::Gif,
    Format::Svg,
    Format::Apng,
    Format::Png,
    Format::Mp4,
    Format::Webm,
    Format::Csv,
    Format::Json,
    Format::Y4m,
    Format::Rgb,
];
/// Length of the loop in seconds.
pub(crate) const DURATION_S: f64 = 16.0;
/// Width and height in pixels.
pub(crate) const SIZE: &str = "800x300";
/// Frames per second.
pub(crate) const FPS: f64 = 25.0;
/// Sweep speed in mm/s.
pub(crate) const SWEEP_SPEED: f64 = 25.0;
/// Samples per second of CSV.
pub(crate) const SAMPLE_RATE: f64 = 500.0;
/// Name of the lead.
pub(crate) const LABEL: &str = "II";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Motion {
    /// The beam moves, the trace stands still
    Sweep,
    /// The trace moves, the beam stands still
    Scroll,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trail {
    /// Fades out, as on a cathode-ray tube
    Phosphor,
    /// Constant brightness, with a gap ahead of the beam
    Lcd,
}

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a command-line switch")]
#[command(after_help = "Examples:
  flaky render -o ecg.gif
  flaky render --theme paper --glitch fibrillation --seed 7 -o ecg.svg
  flaky render --still -o ecg.png
  flaky render --duration 1min --glitch all --max-bytes 5MB -o ecg.gif
  flaky render --seed 7 -o beats.json
  flaky render --rhythm beats.json -o ecg.apng
  flaky render --size 1920x1080 --fps 60 -o ecg.mp4
  flaky render --format y4m -o - | ffmpeg -i - ecg.mkv")]
pub(crate) struct RenderArgs {
    /// Output file; the extension selects the format: .gif, .svg, .apng, .png, .mp4, .webm, .csv,
    /// .json, .y4m, .rgb; .mp4 and .webm need ffmpeg. `-` is standard output and needs --format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Output format; overrides the extension
    #[arg(long, value_name = "FORMAT", value_parser = format::among(FORMATS))]
    pub format: Option<Format>,

    /// Length of the loop, 1s to 1h in steps of 10ms; units are ms, s, min and h, and a number
    /// alone is seconds
    #[arg(long, value_name = "TIME", default_value_t = Seconds(DURATION_S), value_parser = values::duration, help_heading = "Rhythm")]
    pub duration: Seconds,
    #[command(flatten)]
    pub random: RhythmArgs,
    /// Glitches per minute, 0.01 to 60; at least one is placed
    #[arg(long, value_name = "N/min", default_value_t = GLITCH_RATE, value_parser = values::rate, help_heading = "Rhythm")]
    pub glitch_rate: f64,
    /// Random seed, 0 to 4294967295 [default: random, printed]
    #[arg(long, value_name = "N", help_heading = "Rhythm")]
    pub seed: Option<u32>,
    /// Draw the rhythm in this file, exported or hand-written, instead of a random one; `-` is
    /// standard input
    #[arg(long, value_name = "FILE.json", help_heading = "Rhythm",
          conflicts_with_all = ["duration", "bpm", "hrv", "glitch", "glitch_rate", "seed"])]
    pub rhythm: Option<PathBuf>,

    /// Size in pixels, 16x16 to 8192x8192
    #[arg(long, value_name = "WxH", default_value = SIZE, value_parser = values::size, help_heading = "Picture")]
    pub size: Size,
    /// Frames per second, 1 to 240; at most 50 in a GIF
    #[arg(long, value_name = "N", default_value_t = FPS, value_parser = values::fps, help_heading = "Picture")]
    pub fps: f64,
    /// Sweep speed in mm/s, 1 to 400
    #[arg(long, value_name = "mm/s", default_value_t = SWEEP_SPEED, value_parser = values::speed, help_heading = "Picture")]
    pub sweep_speed: f64,
    /// Gain in mm/mV, 0.1 to 400, or `auto`: the largest of 5, 10, 20, 30 and 40 at which the
    /// trace fits into 80 % of the height
    #[arg(long, value_name = "mm/mV", default_value_t = Gain::Auto, help_heading = "Picture")]
    pub gain: Gain,
    /// Movement of the beam and the trace
    #[arg(long, default_value = "sweep", help_heading = "Picture")]
    pub motion: Motion,
    /// Look of the trace behind the beam
    #[arg(long, default_value = "phosphor", help_heading = "Picture")]
    pub trail: Trail,
    /// Colour theme; `flaky themes` lists them
    #[arg(long, value_name = "NAME", default_value = theme::DEFAULT, value_parser = values::theme, help_heading = "Picture")]
    pub theme: &'static Theme,
    /// Override a colour of the theme; repeatable. Names: ground, grid, grid-major, trace, beam,
    /// text, high, medium, technical
    #[arg(long, alias = "color", value_name = "NAME=#rrggbb", value_parser = values::colour, help_heading = "Picture")]
    pub colour: Vec<(Colour, Rgb)>,
    /// Make the background transparent (svg, apng, png); choose a theme that suits the page
    /// behind it
    #[arg(long, help_heading = "Picture")]
    pub transparent: bool,
    /// Name of the lead, at most 40 characters
    #[arg(long, value_name = "TEXT", default_value = LABEL, value_parser = values::label, help_heading = "Picture")]
    pub label: String,
    #[command(flatten)]
    pub fonts: FontsArgs,
    /// Hide the grid
    #[arg(long, help_heading = "Picture")]
    pub no_grid: bool,
    /// Hide the heart rate, the alarms and the labels
    #[arg(long, help_heading = "Picture")]
    pub no_readout: bool,
    /// Number of times the animation plays, 1 to 65535, or `forever` [default: forever]
    #[arg(long, value_name = "N", help_heading = "Picture")]
    pub loops: Option<Loops>,
    /// Write a single frame; a PNG always is one
    #[arg(long, help_heading = "Picture")]
    pub still: bool,
    /// Time in the loop that a still shows, or an SVG where animation is off [default: shortly
    /// after the first glitch]
    #[arg(long, value_name = "TIME", help_heading = "Picture")]
    pub at: Option<Seconds>,

    /// Maximum size of the file (gif, apng, png, svg), such as 5MB (1 MB is 10⁶ bytes). To stay
    /// below it, the number of fade levels is reduced first, then the frame rate, then the size
    /// of the picture
    #[arg(long, value_name = "BYTES", value_parser = values::bytes, help_heading = "Processing")]
    pub max_bytes: Option<u64>,
    /// Number of threads, 1 to 256 [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Processing")]
    pub threads: Option<u16>,
    #[arg(long, value_name = "Hz", value_parser = values::sample_rate, help_heading = "Processing",
          help = format!("Samples per second of CSV, 1 to 100000 [default: {SAMPLE_RATE}]"))]
    pub sample_rate: Option<f64>,
}
