//! The line as energy: the light that the beam leaves on the screen, before it fades.
//!
//! A segment lights the pixels near it: a core with a smooth edge, surrounded by a Gaussian glow.
//! A fast beam is dimmer, by (v₀/|v|)^0.25 and never below 0.8; with the physical exponent, 1, an
//! R wave would be nearly invisible.

use std::ops::Range;

use crate::scene::Trace;

/// The exponent and the lower limit of a fast beam's brightness.
const DIMMING: f64 = 0.25;
const DIMMEST: f64 = 0.8;
/// The overdrive of the core, which keeps it solid between two rows.
const DRIVE: f64 = 1.25;
/// The standard deviation of the glow in stroke widths.
const GLOW_SIGMA: f64 = 1.5;
/// The end of the glow, in standard deviations.
const GLOW_ENDS: f64 = 2.4;

/// The quantisation step of energies. Few different values compress well and still give smooth
/// edges.
const ENERGY_STEP: u32 = 12;

/// All possible energies, ascending.
pub(super) fn energies() -> impl Iterator<Item = usize> {
    (0..=255).step_by(ENERGY_STEP as usize)
}

fn quantise(energy: f32) -> u8 {
    ((energy as u32 + ENERGY_STEP / 2) / ENERGY_STEP * ENERGY_STEP)
        .min(255 / ENERGY_STEP * ENERGY_STEP) as u8
}

/// The distance from its path that a line lights, in pixels.
pub(super) fn reach(stroke: f64, glow: f64) -> f64 {
    let core = 0.5 * stroke + 1.0;
    if glow > 0.0 { core.max(GLOW_ENDS * GLOW_SIGMA * stroke) } else { core }
}

/// A picture of energies.
#[derive(Clone, Debug)]
pub(super) struct Energy {
    /// Energy 0–255, row by row.
    pub values: Vec<u8>,
    width: usize,
    height: usize,
}

impl Energy {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { values: vec![0; width * height], width, height }
    }

    /// Copies columns of `other`, of the same height, to the columns from `column` on.
    pub(super) fn copy(&mut self, column: usize, other: &Self, from: &Range<usize>) {
        let rows = self.values.chunks_exact_mut(self.width);
        for (row, other) in rows.zip(other.values.chunks_exact(other.width)) {
            row[column..column + from.len()].copy_from_slice(&other[from.clone()]);
        }
    }

    /// Makes these columns dark.
    pub(super) fn clear(&mut self, columns: Range<usize>) {
        for row in self.values.chunks_exact_mut(self.width) {
            row[columns.clone()].fill(0);
        }
    }

    /// Draws strip `number` of `trace`, as wide as this picture, moved `shift` pixels to the left.
    pub(super) fn draw(&mut self, trace: &Trace, glow: f64, number: i64, shift: f64) {
        self.values.fill(0);
        let pen = Pen::new(trace.stroke, glow);
        let line = trace.strip(self.width as f64, number, pen.reach + shift + 2.0);
        for (&a, &b) in line.iter().zip(line.iter().skip(1)) {
            self.segment(&pen, (a.0 - shift, a.1), (b.0 - shift, b.1));
        }
    }

    fn segment(&mut self, pen: &Pen, a: (f64, f64), b: (f64, f64)) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = libm::hypot(dx, dy);
        if length <= 0.0 {
            return;
        }
        let bright = libm::pow(dx / length, DIMMING).max(DIMMEST) as f32;
        let (ux, uy) = ((dx / length) as f32, (dy / length) as f32);
        let length = length as f32;
        let top = (a.1.min(b.1) - pen.reach).floor().max(0.0) as usize;
        let bottom = ((a.1.max(b.1) + pen.reach).ceil().max(0.0) as usize).min(self.height);
        for y in top..bottom {
            let py = (y as f64 + 0.5 - a.1) as f32;
            let (from, to) = pen.columns(a, b, y as f64 + 0.5);
            let from = from.floor().max(0.0) as usize;
            let to = (to.ceil().max(0.0) as usize).min(self.width);
            if from >= to {
                continue;
            }
            let row = &mut self.values[y * self.width + from..y * self.width + to];
            let begin = (from as f64 + 0.5 - a.0) as f32;
            for (i, value) in row.iter_mut().enumerate() {
                let px = begin + i as f32;
                let along = (px * ux + py * uy).clamp(0.0, length);
                let (ex, ey) = (px - along * ux, py - along * uy);
                let energy = pen.at(ex * ex + ey * ey) * bright;
                *value = (*value).max(quantise(energy));
            }
        }
    }
}

/// The cross-section of the beam.
struct Pen {
    reach: f64,
    /// Energy 0–255 by squared distance.
    profile: Vec<f32>,
    per_square_px: f32,
}

impl Pen {
    fn new(stroke: f64, glow: f64) -> Self {
        const STEPS: usize = 1024;
        let reach = reach(stroke, glow);
        let sigma = GLOW_SIGMA * stroke;
        let per_square_px = STEPS as f64 / (reach * reach);
        let profile = (0..=STEPS)
            .map(|i| {
                let d2 = (i as f64 + 0.5) / per_square_px;
                let core = (DRIVE * (0.5 * stroke + 0.5 - libm::sqrt(d2))).clamp(0.0, 1.0);
                // Lowered, so that it ends where it is cut.
                let end = libm::exp(-0.5 * GLOW_ENDS * GLOW_ENDS);
                let halo = (libm::exp(-0.5 * d2 / (sigma * sigma)) - end).max(0.0) / (1.0 - end);
                let halo = glow * halo;
                (255.0 * (core + (1.0 - core) * halo)) as f32
            })
            .collect();
        Self { reach, profile, per_square_px: per_square_px as f32 }
    }

    fn at(&self, d2: f32) -> f32 {
        self.profile.get((d2 * self.per_square_px) as usize).copied().unwrap_or(0.0)
    }

    /// The columns of the row at `y` that may lie within reach of the segment.
    fn columns(&self, a: (f64, f64), b: (f64, f64), y: f64) -> (f64, f64) {
        let dy = b.1 - a.1;
        if dy.abs() < 1e-6 {
            return (a.0 - self.reach, b.0 + self.reach);
        }
        // The part of the segment whose height is within reach of the row.
        let cut = |edge: f64| ((edge - a.1) / dy).clamp(0.0, 1.0);
        let (p, q) = (cut(y - self.reach), cut(y + self.reach));
        let x = |part: f64| a.0 + part * (b.0 - a.0);
        (x(p.min(q)) - self.reach, x(p.max(q)) + self.reach)
    }
}
