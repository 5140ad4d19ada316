//! Options of a random rhythm, shared by `render` and `page`.

use clap::Args;

use super::values::{self, Pool};
use flaky_core::rhythm::glitch;

/// Heart rate in beats per minute.
pub(crate) const BPM: f64 = 75.0;
/// Standard deviation of the heart rate in beats per minute.
pub(crate) const HRV: f64 = 1.0;
/// Glitches per minute.
pub(crate) const GLITCH_RATE: f64 = 4.0;

#[derive(Args, Debug)]
#[command(next_help_heading = "Rhythm")]
pub(crate) struct RhythmArgs {
    /// Heart rate in beats per minute, 30 to 180
    #[arg(long, value_name = "N", default_value_t = BPM, value_parser = values::bpm)]
    pub bpm: f64,
    /// Heart rate variability: the standard deviation of the heart rate in beats per minute, 0 to
    /// 20
    #[arg(long, value_name = "N", default_value_t = HRV, value_parser = values::hrv)]
    pub hrv: f64,
    /// Glitches to choose from: names from `flaky glitches`, `all` or `none`
    #[arg(long, value_name = "KIND[,KIND…]", default_value = glitch::DEFAULT)]
    pub glitch: Pool,
}
