//! A laid-out picture in vectors, independent of the output format.
//!
//! There are four layouts: a [`Monitor`], a [`Timelapse`] of a history, a [`Badge`] and a [`Sheet`]
//! of paper. Each has its own type. All contain a [`Scene`], the parts they share: static marks, a
//! [`Trace`] whose line is computed one sweep at a time, and captions with the time span in which
//! they are visible. An exporter has one function per layout it supports, so passing it an
//! unsupported layout does not compile. Every exporter takes colours and decay from the [`Theme`].

pub mod alarm;
pub mod badge;
pub mod markup;
pub mod monitor;
pub mod overview;
mod readout;
pub mod sheet;
pub mod text;
pub mod theme;
pub mod timelapse;
pub mod trace;

pub use badge::{Badge, BadgeSettings, ScreenSettings, badge, screen};
pub use monitor::{Monitor, MonitorSettings, monitor};
pub use sheet::{Paper, Sheet, SheetSettings, sheet};
pub use theme::{Colour, Rgb, Theme};
pub use timelapse::{Timelapse, TimelapseSettings, timelapse};
pub use trace::{Motion, Trace, Trail};

use text::TextMetrics;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// Polylines of one colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Strokes {
    /// The colour of the theme.
    pub colour: Colour,
    /// The stroke width in pixels.
    pub width: f64,
    /// The points of each line, in pixels.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// True to anti-alias; false to align the lines with rows and columns of pixels.
    pub smooth: bool,
}

/// The point of a text that is placed at [`Caption::x`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left edge.
    Start,
    /// Its middle.
    Middle,
    /// Its right edge.
    End,
}

/// A line of text with its position and the time span in which it is visible.
#[derive(Clone, Debug, PartialEq)]
pub struct Caption {
    /// The text.
    pub text: String,
    /// The font face.
    pub face: text::Face,
    /// The font size in pixels.
    pub size: f64,
    /// The colour of the theme.
    pub colour: Colour,
    /// The anchor, in pixels from the left.
    pub x: f64,
    /// The baseline, in pixels from the top.
    pub y: f64,
    /// The point of the text that is placed at `x`.
    pub anchor: Anchor,
    /// The start of its visibility in seconds, inclusive.
    pub from_s: f64,
    /// The end of its visibility in seconds, exclusive.
    pub to_s: f64,
}

impl Caption {
    /// A text at the origin that is always visible.
    pub fn always(text: impl Into<String>, face: text::Face, size: f64, colour: Colour) -> Self {
        Self {
            text: text.into(),
            face,
            size,
            colour,
            x: 0.0,
            y: 0.0,
            anchor: Anchor::Start,
            from_s: 0.0,
            to_s: f64::INFINITY,
        }
    }

    /// Returns true if it is visible at `t_s` seconds.
    pub fn shown_at(&self, t_s: f64) -> bool {
        self.from_s <= t_s && t_s < self.to_s
    }

    /// The baseline in whole pixels from the top.
    pub fn baseline(&self) -> f64 {
        self.y.round()
    }

    /// The width of the outline around its letters, in pixels. The outline has the ground's colour
    /// and keeps the text readable over the trace.
    pub fn halo(&self) -> f64 {
        1.0 + 0.05 * self.size
    }

    /// Its width in pixels.
    pub fn width(&self, metrics: &dyn TextMetrics) -> f64 {
        metrics.width(self.face, &self.text, self.size)
    }

    /// Its left edge in pixels.
    pub fn left(&self, metrics: &dyn TextMetrics) -> f64 {
        let width = self.width(metrics);
        self.x
            - match self.anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => 0.5 * width,
                Anchor::End => width,
            }
    }

    /// The caption with its text shortened to at most `room` pixels.
    #[must_use]
    pub(crate) fn shortened(mut self, metrics: &dyn TextMetrics, room: f64) -> Self {
        self.text = metrics.shorten(self.face, &self.text, self.size, room);
        self
    }
}

/// The text alternative of a picture, for screen readers and tooltips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AltText {
    /// A title, and a sentence that describes the picture.
    Titled {
        /// The title.
        title: String,
        /// The sentence.
        description: String,
    },
    /// A short name that screen readers speak instead of a long title.
    Labelled {
        /// The name.
        label: String,
        /// The title; it may have several lines.
        title: String,
    },
}

/// The parts that all layouts share.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The size of the picture.
    pub size: Size,
    /// The colours and the decay of the trace.
    pub theme: Theme,
    /// True to leave out the ground.
    pub transparent: bool,
    /// The text alternative.
    pub alt: AltText,
    /// The static layer above the ground, bottom first.
    pub marks: Vec<Strokes>,
    /// The trace.
    pub trace: Trace,
    /// The texts over the trace.
    pub captions: Vec<Caption>,
}

impl Scene {
    /// A colour of the theme and its opacity, 0–1; see [`Theme::paint`].
    pub fn paint(&self, colour: Colour) -> (Rgb, f64) {
        self.theme.paint(colour, self.transparent)
    }

    /// Converts a time in seconds to the one at which captions are looked up: on a loop, times at
    /// or after the end wrap to the start.
    pub fn caption_time(&self, t_s: f64) -> f64 {
        let duration_s = self.trace.duration_s();
        let looping = self.trace.signal.axis().is_loop();
        if looping && t_s >= duration_s { t_s - duration_s } else { t_s }
    }
}
