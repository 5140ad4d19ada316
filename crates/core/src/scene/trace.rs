//! The trace: the position of the beam over time, and the line it draws.
//!
//! A trace has a signal and scales. It computes its line one sweep at a time and keeps none. A
//! sweep's line is a chain of points, simplified to a tolerance that is not visible. The SVG and
//! the raster exporter draw the same chain.

use crate::signal::{Axis, LATTICE_HZ, Signal};

/// The way the picture moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// The beam runs from left to right and the line stays in place.
    Sweep,
    /// The line runs from right to left and the beam stays in place.
    Scroll,
}

/// The trail of the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// A light that fades.
    Phosphor,
    /// A constant line, erased just before the beam returns.
    Lcd,
}

/// The largest distance of the simplified line from the samples, in pixels.
const TOLERANCE_PX: f64 = 0.25;
/// The minimum number of samples per second.
const LEAST_HZ: f64 = 2.0 * LATTICE_HZ;
/// The minimum number of samples per pixel.
const LEAST_PER_PX: f64 = 2.0;
/// The length of the erased gap before the beam of an LCD, in seconds.
const ERASE_S: f64 = 0.4;
/// The length of that gap for phosphor, where the light has faded anyway.
const ERASE_PHOSPHOR_S: f64 = 0.1;
/// The maximum length of the gap, as a fraction of a sweep.
const ERASE_MOST: f64 = 0.15;

/// A signal with the scales at which it is drawn on a screen.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The voltage.
    pub signal: Signal,
    /// The width of the screen in pixels; a sweep is as wide.
    pub width: f64,
    /// The number of sweeps that fill the extent.
    pub sweeps: u32,
    /// The length of a sweep in seconds.
    pub sweep_s: f64,
    /// Pixels per millimetre, horizontally and vertically.
    pub px_per_mm: f64,
    /// Pixels per millivolt.
    pub px_per_mv: f64,
    /// The position of 0 mV, in pixels from the top.
    pub baseline: f64,
    /// The width of the line in pixels.
    pub stroke: f64,
    /// The way the picture moves.
    pub motion: Motion,
    /// The trail of the beam.
    pub trail: Trail,
}

impl Trace {
    /// The length of the extent in seconds.
    pub fn duration_s(&self) -> f64 {
        self.signal.duration_s()
    }

    /// The speed of the beam in pixels per second.
    pub fn px_per_s(&self) -> f64 {
        self.width / self.sweep_s
    }

    /// The distance that the beam has covered at `t_s` seconds, in whole pixels.
    pub(crate) fn beam_px(&self, t_s: f64) -> i64 {
        (t_s * self.px_per_s() + 1e-9).floor() as i64
    }

    /// The length of the erased gap before the beam, in pixels; 0 if the line scrolls.
    pub fn erased_px(&self) -> f64 {
        if self.motion == Motion::Scroll {
            return 0.0;
        }
        let erase_s = match self.trail {
            Trail::Phosphor => ERASE_PHOSPHOR_S,
            Trail::Lcd => ERASE_S,
        };
        (erase_s * self.px_per_s()).min(ERASE_MOST * self.width)
    }

    /// The line of a sweep as points in pixels. Sweeps are numbered from 0; on a loop any number
    /// is valid. The line extends `bleed` pixels beyond both edges of the screen, unless the axis
    /// ends there.
    pub fn sweep(&self, number: i64, bleed: f64) -> Vec<(f64, f64)> {
        self.line(number as f64 * self.sweep_s, self.sweep_s, bleed)
    }

    /// The line of strip `number` as points in pixels from its left edge. Strips of a loop or a
    /// line are its sweeps, those of an open axis `width` pixels wide. See [`Self::sweep`].
    pub(crate) fn strip(&self, width: f64, number: i64, bleed: f64) -> Vec<(f64, f64)> {
        let length_s = match self.signal.axis() {
            Axis::Loop(_) | Axis::Line(_) => self.sweep_s,
            Axis::Open => width / self.px_per_s(),
        };
        self.line(number as f64 * length_s, length_s, bleed)
    }

    /// The line between two instants as points in pixels from the first.
    pub fn span(&self, begin_s: f64, end_s: f64) -> Vec<(f64, f64)> {
        self.line(begin_s, end_s - begin_s, 0.0)
    }

    fn line(&self, begin_s: f64, length_s: f64, bleed: f64) -> Vec<(f64, f64)> {
        let step_s = 1.0 / LEAST_HZ.max(LEAST_PER_PX * self.px_per_s());
        let mut from_s = begin_s - bleed / self.px_per_s();
        let mut to_s = begin_s + length_s + bleed / self.px_per_s();
        if !self.signal.axis().is_loop() {
            from_s = from_s.max(0.0);
            to_s = to_s.min(self.duration_s());
        }
        // All sweeps sample the same lattice of times, so that neighbours agree where they meet.
        let first = (from_s / step_s).ceil() as i64;
        let last = (to_s / step_s).floor() as i64;
        let mut simplify = Simplify::default();
        for i in first..=last {
            let t = i as f64 * step_s;
            let x = (t - begin_s) * self.px_per_s();
            simplify.push((x, self.baseline - self.signal.at(t) * self.px_per_mv));
        }
        simplify.finish()
    }
}

/// Simplifies a chain of points with increasing x: drops points that are within [`TOLERANCE_PX`] of
/// the remaining line. `cone` is the range of slopes from the last kept point at which a line
/// passes all dropped points within the tolerance.
#[derive(Default)]
struct Simplify {
    kept: Vec<(f64, f64)>,
    last: Option<(f64, f64)>,
    cone: Option<(f64, f64)>,
}

impl Simplify {
    fn push(&mut self, point: (f64, f64)) {
        let Some(&anchor) = self.kept.last() else {
            self.kept.push(point);
            return;
        };
        if let (Some(last), Some(cone)) = (self.last, self.cone) {
            let slope = (point.1 - anchor.1) / (point.0 - anchor.0);
            // A spike may be narrower than the tolerance.
            let turns = (last.1 - anchor.1) * (last.1 - point.1) > 0.0
                && (last.1 - anchor.1).abs().min((last.1 - point.1).abs()) > TOLERANCE_PX;
            if turns || slope < cone.0 || slope > cone.1 {
                self.kept.push(last);
                self.last = Some(point);
                self.cone = Some(Self::open(last, point));
                return;
            }
            let (low, high) = Self::open(anchor, point);
            self.cone = Some((low.max(cone.0), high.min(cone.1)));
        } else {
            self.cone = Some(Self::open(anchor, point));
        }
        self.last = Some(point);
    }

    /// The slopes from `anchor` that pass `point` within the tolerance.
    fn open(anchor: (f64, f64), point: (f64, f64)) -> (f64, f64) {
        let (dx, dy) = (point.0 - anchor.0, point.1 - anchor.1);
        let upright = TOLERANCE_PX * libm::hypot(dx, dy) / dx;
        ((dy - upright) / dx, (dy + upright) / dx)
    }

    fn finish(mut self) -> Vec<(f64, f64)> {
        self.kept.extend(self.last);
        self.kept
    }
}
