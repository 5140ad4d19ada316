//! Strips of the trace, drawn once as energies and kept while the screen needs them.
//!
//! A loop or a line is drawn a sweep at a time. An open axis is drawn in short pieces instead,
//! because what comes after the beam is not known yet.

use std::ops::Range;

use super::beam::Energy;
use crate::scene::{Motion, Trace};
use crate::signal::Axis;

/// The number of steps in which a scrolling line crosses a pixel.
pub(super) const SUBPIXELS: i64 = 4;
/// The width of a piece of an open axis, in pixels.
pub(super) const PIECE: u32 = 32;

/// The number of a strip, and its shift to the left in [`SUBPIXELS`].
type Key = (i64, i64);

/// The strips that have been drawn, the most recently used last.
pub(super) struct Strips {
    cached: Vec<(Key, Energy)>,
    keep: usize,
    width: u32,
    height: u32,
    glow: f64,
}

impl Strips {
    /// Strips for a screen of `width`×`height` pixels that shows `trace` with this much `glow`.
    pub(super) fn new(trace: &Trace, (width, height): (u32, u32), glow: f64) -> Self {
        let (strip, on_screen) = match trace.signal.axis() {
            Axis::Loop(_) | Axis::Line(_) => (width, 2),
            Axis::Open => (PIECE, width.div_ceil(PIECE) + 1),
        };
        let keep = match (trace.motion, trace.signal.axis()) {
            (Motion::Scroll, _) => on_screen as usize * SUBPIXELS as usize,
            (Motion::Sweep, _) => 2,
        };
        Self { cached: Vec::new(), keep, width: strip, height, glow }
    }

    /// The strip that has the column `at_px`, counted from the beginning of the axis, and the
    /// columns in it from there on, `most` of them at the most; moved left by `part` of
    /// [`SUBPIXELS`]. `None` in place of the strip outside a line.
    pub(super) fn columns(
        &mut self,
        trace: &Trace,
        at_px: i64,
        most: usize,
        part: i64,
    ) -> (Option<&Energy>, Range<usize>) {
        let width = i64::from(self.width);
        let first = at_px.rem_euclid(width) as usize;
        let columns = first..(first + most).min(self.width as usize);
        let number = at_px.div_euclid(width);
        let count = i64::from(trace.sweeps);
        let number = match trace.signal.axis() {
            Axis::Loop(_) => number.rem_euclid(count),
            Axis::Line(_) if (0..count).contains(&number) => number,
            Axis::Open if number >= 0 => number,
            Axis::Line(_) | Axis::Open => return (None, columns),
        };
        (self.get(trace, (number, part)), columns)
    }

    fn get(&mut self, trace: &Trace, key: Key) -> Option<&Energy> {
        if let Some(at) = self.cached.iter().position(|(cached, _)| *cached == key) {
            let found = self.cached.remove(at);
            self.cached.push(found);
        } else {
            let mut energy = if self.cached.len() < self.keep {
                Energy::new(self.width, self.height)
            } else {
                self.cached.remove(0).1
            };
            let (number, part) = key;
            energy.draw(trace, self.glow, number, part as f64 / SUBPIXELS as f64);
            self.cached.push((key, energy));
        }
        self.cached.last().map(|(_, energy)| energy)
    }
}
