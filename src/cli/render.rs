//! `flaky render`: what can be typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::format::Format;
use super::values::{self, Gain, Loops, Pool, Seconds};
use flaky_core::rhythm::glitch;
use flaky_core::scene::theme::{self, Rgb, Theme};
use flaky_core::scene::{Colour, Size};

/// The length of a loop in seconds, where none is given.
pub const DURATION_S: f64 = 16.0;
/// The heart rate in beats per minute.
pub const BPM: f64 = 75.0;
/// Its standard deviation in beats per minute.
pub const HRV: f64 = 1.0;
/// Glitches a minute.
pub const GLITCH_RATE: f64 = 4.0;
/// The size of a picture.
pub const SIZE: &str = "800x300";
/// Frames a second.
pub const FPS: f64 = 25.0;
/// The speed of the beam in mm/s.
pub const SWEEP_SPEED: f64 = 25.0;
/// Samples a second in a csv.
pub const SAMPLE_RATE: f64 = 500.0;
/// The name of the lead.
pub const LABEL: &str = "II";

/// How the picture moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Motion {
    /// The beam runs over a line that stays
    Sweep,
    /// The line runs under a beam that stays
    Scroll,
}

/// What the beam leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Trail {
    /// A light that dies away
    Phosphor,
    /// A constant line with a gap before the beam
    Lcd,
}

/// Draws an ECG.
#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
#[command(after_help = "Examples:
  flaky render -o ecg.gif
  flaky render --theme paper --glitch fibrillation --seed 7 -o ecg.svg
  flaky render --still -o ecg.png
  flaky render --duration 1min --glitch all --max-bytes 5MB -o ecg.gif
  flaky render --seed 7 -o beats.json && flaky render --rhythm beats.json -o ecg.apng
  flaky render --format y4m -o - | ffmpeg -i - ecg.mp4")]
pub struct Render {
    /// Where to write; the extension names the format: .gif, .svg, .apng, .png, .csv, .json,
    /// .y4m, .rgb. `-` is standard output, with --format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The format, whatever the extension says
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,

    /// Length of the loop, 1s to 1h, in ms, s (also where no unit stands), min or h
    #[arg(long, value_name = "TIME", default_value_t = Seconds(DURATION_S), value_parser = values::duration, help_heading = "Rhythm")]
    pub duration: Seconds,
    /// Heart rate in beats per minute, 30 to 180
    #[arg(long, value_name = "N", default_value_t = BPM, value_parser = values::bpm, help_heading = "Rhythm")]
    pub bpm: f64,
    /// Standard deviation of the heart rate in beats per minute, 0 to 20
    #[arg(long, value_name = "N", default_value_t = HRV, value_parser = values::hrv, help_heading = "Rhythm")]
    pub hrv: f64,
    /// Glitches to draw from: names as `flaky glitches` lists them, all, or none
    #[arg(long, value_name = "KIND[,KIND…]", default_value = glitch::DEFAULT, help_heading = "Rhythm")]
    pub glitch: Pool,
    /// Glitches a minute; at least one is drawn
    #[arg(long, value_name = "N/min", default_value_t = GLITCH_RATE, value_parser = values::rate, help_heading = "Rhythm")]
    pub glitch_rate: f64,
    /// What chance grows from, 0 to 4294967295 [default: drawn, and printed]
    #[arg(long, value_name = "N", help_heading = "Rhythm")]
    pub seed: Option<u32>,
    /// Draw this exported or hand-written rhythm instead of a random one; `-` is standard input
    #[arg(long, value_name = "FILE.json", help_heading = "Rhythm",
          conflicts_with_all = ["duration", "bpm", "hrv", "glitch", "glitch_rate", "seed"])]
    pub rhythm: Option<PathBuf>,

    /// Size in pixels, 16x16 to 8192x8192
    #[arg(long, value_name = "WxH", default_value = SIZE, value_parser = values::size, help_heading = "Picture")]
    pub size: Size,
    /// Frames a second, 1 to 240; to 50 in GIF
    #[arg(long, value_name = "N", default_value_t = FPS, value_parser = values::fps, help_heading = "Picture")]
    pub fps: f64,
    /// Speed of the beam in mm/s, 1 to 400
    #[arg(long, value_name = "mm/s", default_value_t = SWEEP_SPEED, value_parser = values::speed, help_heading = "Picture")]
    pub sweep_speed: f64,
    /// Gain in mm/mV, or auto: the largest of 5, 10, 20, 30, 40 with which the loop fits 80 % of
    /// the height
    #[arg(long, value_name = "mm/mV", default_value_t = Gain::Auto, help_heading = "Picture")]
    pub gain: Gain,
    /// How the picture moves
    #[arg(long, default_value = "sweep", help_heading = "Picture")]
    pub motion: Motion,
    /// What the beam leaves behind
    #[arg(long, default_value = "phosphor", help_heading = "Picture")]
    pub trail: Trail,
    /// The look, as `flaky themes` lists them
    #[arg(long, value_name = "NAME", default_value = theme::DEFAULT, value_parser = values::theme, help_heading = "Picture")]
    pub theme: &'static Theme,
    /// Override a colour of the theme; may be given again. Names: ground, grid, grid-major,
    /// trace, beam, text, high, medium, technical
    #[arg(long, alias = "color", value_name = "NAME=#rrggbb", value_parser = values::colour, help_heading = "Picture")]
    pub colour: Vec<(Colour, Rgb)>,
    /// Leave the ground out (svg, apng, png); choose a theme for what it will lie on
    #[arg(long, help_heading = "Picture")]
    pub transparent: bool,
    /// The name of the lead, at most 40 characters
    #[arg(long, value_name = "TEXT", default_value = LABEL, value_parser = values::label, help_heading = "Picture")]
    pub label: String,
    /// Leave the grid out
    #[arg(long, help_heading = "Picture")]
    pub no_grid: bool,
    /// Leave heart rate, alarms and labels out
    #[arg(long, help_heading = "Picture")]
    pub no_readout: bool,
    /// How often to play: forever, or a number
    #[arg(long, value_name = "N", default_value_t = Loops::Forever, help_heading = "Picture")]
    pub loops: Loops,
    /// A single frame
    #[arg(long, help_heading = "Picture")]
    pub still: bool,
    /// The moment of a still, and of an SVG that does not move [default: the first glitch has
    /// just healed]
    #[arg(long, value_name = "TIME", help_heading = "Picture")]
    pub at: Option<Seconds>,

    /// The largest file allowed, such as 5MB (10⁶ bytes): fewer fade levels, then fewer frames,
    /// then a smaller size
    #[arg(long, value_name = "BYTES", value_parser = values::bytes, help_heading = "Work")]
    pub max_bytes: Option<u64>,
    /// Threads to work on [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Work")]
    pub threads: Option<u16>,
    /// Samples a second in a csv, 1 to 100000 [default: 500]
    #[arg(long, value_name = "Hz", value_parser = values::sample_rate, help_heading = "Work")]
    pub sample_rate: Option<f64>,
}
