//! Noise on a fixed lattice, hashed and interpolated, so that every sample rate sees the same.

use super::Axis;

/// The rate of the noise lattice in hertz.
pub const LATTICE_HZ: f64 = 500.0;

/// A hash of the lattice's points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    seed: u32,
    /// The number of points after which the lattice closes; `None` on a line and an open axis.
    period: Option<i64>,
}

impl Noise {
    pub(super) fn new(seed: u32, axis: Axis) -> Self {
        let period = match axis {
            Axis::Loop(duration_s) => Some((duration_s * LATTICE_HZ).round().max(1.0) as i64),
            Axis::Line(_) | Axis::Open => None,
        };
        Self { seed: mix(seed), period }
    }

    /// Noise in −1…1, linear between the points of the lattice.
    pub(super) fn at(&self, t: f64) -> f64 {
        interpolate(t, |i| self.value(i))
    }

    /// The same without its slow part: the difference of neighbours, in −1…1.
    pub(super) fn fine_at(&self, t: f64) -> f64 {
        interpolate(t, |i| 0.5 * (self.value(i) - self.value(i - 1)))
    }

    /// The value in −1…1 of a point of the lattice.
    fn value(&self, index: i64) -> f64 {
        let index = self.period.map_or(index, |period| index.rem_euclid(period));
        f64::from(mix(index as u32 ^ self.seed)) / f64::from(1_u32 << 31) - 1.0
    }
}

/// A 32-bit mix in which every bit of the input changes half of the output: `lowbias32`, found by
/// Chris Wellons' hash-prospector.
fn mix(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// Linear between the points of the lattice.
fn interpolate(t: f64, value: impl Fn(i64) -> f64) -> f64 {
    let at = t * LATTICE_HZ;
    let below = at.floor();
    let part = at - below;
    value(below as i64) * (1.0 - part) + value(below as i64 + 1) * part
}
