//! The outline of a glyph.

use ttf_parser::OutlineBuilder;

/// Font units per em of every outline, whatever its font has. `DejaVu` has as many.
pub(crate) const UNITS_PER_EM: f64 = 2048.0;

/// A segment of an outline, in font units with y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PathSegment {
    /// The start of a contour.
    Move(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// A quadratic curve: control point, end point.
    Quad(f32, f32, f32, f32),
    /// A cubic curve: two control points, end point.
    Cubic(f32, f32, f32, f32, f32, f32),
    /// The end of the contour: a line back to its start.
    Close,
}

/// Collects an outline, scaled.
pub(super) struct Outline {
    scale: f32,
    pub segments: Vec<PathSegment>,
}

impl Outline {
    pub(super) fn new(scale: f32) -> Self {
        Self { scale, segments: Vec::new() }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.segments.push(PathSegment::Move(x * self.scale, y * self.scale));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.segments.push(PathSegment::Line(x * self.scale, y * self.scale));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let [x1, y1, x, y] = [x1, y1, x, y].map(|units| units * self.scale);
        self.segments.push(PathSegment::Quad(x1, y1, x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(|units| units * self.scale);
        self.segments.push(PathSegment::Cubic(x1, y1, x2, y2, x, y));
    }

    fn close(&mut self) {
        self.segments.push(PathSegment::Close);
    }
}
