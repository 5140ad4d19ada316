//! Marks and captions of a sheet, given in units of scale 1 and kept in pixels.

use super::super::monitor::grid;
use super::super::overview::OverviewArea;
use super::super::text::{Face, TextMetrics};
use super::units::{LEFT, PX_PER_MM, RIGHT};
use crate::scene::{Caption, Colour, Strokes};

pub(super) struct Canvas<'a> {
    scale: f64,
    pub metrics: &'a dyn TextMetrics,
    marks: Vec<Strokes>,
    captions: Vec<Caption>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(scale: f64, metrics: &'a dyn TextMetrics) -> Self {
        Self { scale, metrics, marks: Vec::new(), captions: Vec::new() }
    }

    /// Adds a caption.
    pub(super) fn text(&mut self, caption: Caption) {
        let scale = self.scale;
        let (x, y, size) = (caption.x * scale, caption.y * scale, caption.size * scale);
        self.captions.push(Caption { size, x, y, ..caption });
    }

    /// Adds lines.
    pub(super) fn lines(&mut self, mut strokes: Strokes) {
        strokes.width *= self.scale;
        for (x, y) in strokes.lines.iter_mut().flatten() {
            (*x, *y) = (*x * self.scale, *y * self.scale);
        }
        if !strokes.lines.is_empty() {
            self.marks.push(strokes);
        }
    }

    /// A length in pixels.
    pub(super) fn px(&self, length: f64) -> f64 {
        length * self.scale
    }

    /// The place of an overview, in whole pixels.
    pub(super) fn area(&self, at: (f64, f64), size: (f64, f64)) -> OverviewArea {
        let px = |length: f64| self.px(length).round();
        OverviewArea { x: px(at.0), y: px(at.1), width: px(size.0), height: px(size.1) }
    }

    /// Adds what is in its place already.
    pub(super) fn placed(&mut self, mut marks: Vec<Strokes>, mut captions: Vec<Caption>) {
        self.marks.append(&mut marks);
        self.captions.append(&mut captions);
    }

    /// Adds the grid of ECG paper behind rows between `top` and `bottom`.
    pub(super) fn paper(&mut self, top: f64, bottom: f64, width: f64, baseline: f64) {
        let px = |length: f64| (length * self.scale).round();
        let (left, upper) = (px(LEFT), px(top));
        let (across, down) = (px(width - RIGHT) - left, px(bottom) - upper);
        let from_top = baseline * self.scale - upper;
        let mut paper = grid(across, down, PX_PER_MM * self.scale, from_top);
        let edge = [(0.0, 0.0), (across, 0.0), (across, down), (0.0, down), (0.0, 0.0)];
        if let Some(major) = paper.last_mut() {
            major.lines.push(edge.map(|(x, y)| (x + 0.5, y + 0.5)).to_vec());
        }
        for point in paper.iter_mut().flat_map(|strokes| strokes.lines.iter_mut().flatten()) {
            *point = (point.0 + left, point.1 + upper);
        }
        self.marks.append(&mut paper);
    }

    pub(super) fn finish(self) -> (Vec<Strokes>, Vec<Caption>) {
        (self.marks, self.captions)
    }
}

/// A caption at a place.
pub(super) fn text(
    text: impl Into<String>,
    face: Face,
    size: f64,
    colour: Colour,
    (x, y): (f64, f64),
) -> Caption {
    Caption { x, y, ..Caption::always(text, face, size, colour) }
}
