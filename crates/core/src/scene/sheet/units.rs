//! The measures of a sheet, in pixels at scale 1.

use crate::scene::{Motion, Size, Theme, Trace, Trail};
use crate::signal::Signal;

/// The width of a sheet with more than one row.
pub const WIDTH: f64 = 1600.0;
/// The minimum width that heading and legend need.
pub(super) const NARROWEST: f64 = 1100.0;
/// The size of an A4 page in landscape.
pub(super) const A4: Size = Size { width: 1600, height: 1131 };
/// The width of a second, the height of a millivolt, and the width of a millimetre of the paper.
pub(super) const PX_PER_S: f64 = 26.0;
pub(super) const PX_PER_MV: f64 = 27.0;
pub(super) const PX_PER_MM: f64 = 4.0;
/// A large square of the paper. Rows are whole squares high, so that their baselines lie on lines.
pub(super) const SQUARE: f64 = 5.0 * PX_PER_MM;
/// The margins: left of the rows (dates), right of them (counts), and at the edges.
pub(super) const LEFT: f64 = 124.0;
pub(super) const RIGHT: f64 = 84.0;
pub(super) const PAD: f64 = 32.0;
/// The distance of the number of a page from its lower edge.
pub(super) const FOOTER: f64 = 20.0;
/// The width of the line, as a part of the theme's.
pub(super) const STROKE: f64 = 0.65;

/// The trace of `signal` at a scale, with its baseline at 0.
pub(super) fn trace(signal: Signal, duration_s: f64, scale: f64, theme: &Theme) -> Trace {
    Trace {
        signal,
        width: PX_PER_S * scale * duration_s,
        sweeps: 1,
        sweep_s: duration_s,
        px_per_mm: PX_PER_MM * scale,
        px_per_mv: PX_PER_MV * scale,
        baseline: 0.0,
        stroke: (STROKE * theme.stroke * scale).max(0.3),
        motion: Motion::Sweep,
        trail: Trail::Lcd,
    }
}
