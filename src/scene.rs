//! What is on the screen, in vectors.
//!
//! A [`Scene`] has three layers: static marks (ground, grid, calibration pulse), a lazy
//! [`Trace`] that is made a sweep at a time, and captions, each with the time in which it is
//! shown. Here the pipeline forks: the SVG encoder writes a scene as it is, the rasteriser
//! turns it into frames. Both forks read decay and colours from the [`Theme`].
//!
//! Kinds of picture are constructors of a scene ([`mod@monitor`]), not renderers of their own.

pub mod markup;
pub mod monitor;
mod readout;
pub mod text;
pub mod theme;
pub mod trace;

pub use monitor::monitor;
pub use theme::{Colour, Rgb, Theme};
pub use trace::{Motion, Trace, Trail};

use crate::rhythm::Extent;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// Straight strokes of one colour, each a chain of points in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Strokes {
    /// The colour of the theme.
    pub colour: Colour,
    /// The stroke width in pixels.
    pub width: f64,
    /// The chains.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// How much of a caption's width lies left of its anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// None of it.
    Start,
    /// Half of it.
    Middle,
    /// All of it.
    End,
}

/// A line of text, and when it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Caption {
    /// The words.
    pub text: String,
    /// The face.
    pub face: text::Face,
    /// The font size in pixels.
    pub size: f64,
    /// The colour of the theme.
    pub colour: Colour,
    /// The anchor in pixels.
    pub x: f64,
    /// The baseline in pixels.
    pub y: f64,
    /// Where the anchor is.
    pub anchor: Anchor,
    /// The time from which it is shown, in seconds.
    pub from_s: f64,
    /// The time from which it is no longer shown, in seconds.
    pub to_s: f64,
}

impl Caption {
    /// Whether it is on the screen at `t_s` seconds.
    pub fn shown_at(&self, t_s: f64) -> bool {
        self.from_s <= t_s && t_s < self.to_s
    }

    /// How far the ground shows around its letters, so that they can be read over the trace, in
    /// pixels.
    pub fn halo(&self) -> f64 {
        1.0 + 0.05 * self.size
    }

    /// Its glyphs, and where the line of them begins, in pixels from the left.
    pub fn lay_out(&self) -> (f64, text::Line) {
        let line = self.face.lay_out(&self.text, self.size);
        let before = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5 * line.width,
            Anchor::End => line.width,
        };
        (self.x - before, line)
    }
}

/// A picture in vectors that lives for the length of its trace.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Its size.
    pub size: Size,
    /// Its colours and its decay.
    pub theme: Theme,
    /// Whether the ground is left out.
    pub transparent: bool,
    /// What it is, for those who cannot see it.
    pub title: String,
    /// The same in a sentence.
    pub description: String,
    /// The static layer above the ground, from the lowest.
    pub marks: Vec<Strokes>,
    /// The trace.
    pub trace: Trace,
    /// The texts, which lie over the trace.
    pub captions: Vec<Caption>,
}

impl Scene {
    /// A colour of the theme and its opacity, 0–1. Where there is no ground the grid is a veil
    /// of the trace's colour, which can be seen on anything.
    pub fn paint(&self, colour: Colour) -> (Rgb, f64) {
        let trace = self.theme.rgb(Colour::Trace);
        match colour {
            Colour::Ground if self.transparent => (trace, 0.0),
            Colour::Grid if self.transparent => (trace, 0.12),
            Colour::GridMajor if self.transparent => (trace, 0.22),
            _ => (self.theme.rgb(colour), 1.0),
        }
    }

    /// The time at which captions are looked up: the end of a loop is its beginning.
    pub fn caption_time(&self, t_s: f64) -> f64 {
        let duration_s = self.trace.duration_s();
        let looping = self.trace.signal.extent() == Extent::Loop;
        if looping && t_s >= duration_s { t_s - duration_s } else { t_s }
    }
}
