//! What is on the screen, in vectors.
//!
//! A [`Scene`] has three layers: static marks (ground, grid, calibration pulse), a lazy
//! [`Trace`] that is made a sweep at a time, and captions, each with the time in which it is
//! shown. Here the pipeline forks: the SVG encoder writes a scene as it is, the rasteriser
//! turns it into frames. Both forks read decay and colours from the [`Theme`].
//!
//! Kinds of picture are constructors of a scene ([`mod@monitor`], [`mod@badge`]), not renderers of
//! their own.

pub mod badge;
pub mod life;
pub mod markup;
pub mod monitor;
mod readout;
pub mod sheet;
pub mod text;
pub mod theme;
pub mod trace;

pub use badge::badge;
pub use life::life;
pub use monitor::monitor;
pub use sheet::sheet;
pub use theme::{Colour, Rgb, Theme};
pub use trace::{Motion, Trace, Trail};

use std::fmt;
use std::sync::Arc;

use text::TextMetrics;

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
    /// Whether edges are smooth; otherwise they lie on rows and columns of pixels.
    pub smooth: bool,
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
    /// A text that begins at the origin and is always shown.
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

    /// Whether it is on the screen at `t_s` seconds.
    pub fn shown_at(&self, t_s: f64) -> bool {
        self.from_s <= t_s && t_s < self.to_s
    }

    /// The row of pixels its letters stand on.
    pub fn baseline(&self) -> f64 {
        self.y.round()
    }

    /// How far the ground shows around its letters, so that they can be read over the trace, in
    /// pixels.
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

    /// The same, cut to a width of `room` pixels.
    #[must_use]
    pub fn shortened(mut self, metrics: &dyn TextMetrics, room: f64) -> Self {
        self.text = metrics.shorten(self.face, &self.text, self.size, room);
        self
    }
}

/// A filled rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The colour of the theme, one for texts.
    pub colour: Colour,
}

/// What is on the screen besides the trace, for as long as one beat is the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The texts; what stays the same from slide to slide stands at the same place among them.
    pub captions: Vec<Caption>,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// Slides that replace one another, made when they are needed: there may be a hundred thousand.
#[derive(Clone)]
pub struct Slides {
    starts_s: Arc<[f64]>,
    make: Arc<dyn Fn(usize) -> Slide + Send + Sync>,
}

impl Slides {
    /// A slide from each of these rising instants on, in seconds.
    pub fn new(
        starts_s: impl Into<Arc<[f64]>>,
        make: impl Fn(usize) -> Slide + Send + Sync + 'static,
    ) -> Self {
        Self { starts_s: starts_s.into(), make: Arc::new(make) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.starts_s.len()
    }

    /// When each begins, in seconds.
    pub fn starts_s(&self) -> &[f64] {
        &self.starts_s
    }

    /// The number of the slide at `t_s`; none before the first.
    pub fn at(&self, t_s: f64) -> Option<usize> {
        self.starts_s.partition_point(|start| *start <= t_s).checked_sub(1)
    }

    /// A slide by its number.
    pub fn make(&self, number: usize) -> Slide {
        (self.make)(number)
    }
}

/// A sheet of paper: every sweep is a row, and all of them are to be seen.
#[derive(Clone)]
pub struct Sheet {
    /// The left edge of the rows, in pixels.
    pub left: f64,
    /// The upper edge of the first row, in pixels.
    pub top: f64,
    /// The height of a row, in pixels; the trace's baseline counts from its upper edge.
    pub row: f64,
    /// How many parts of the rows say what they are when they are pointed at.
    pub tips: usize,
    /// Makes one of them, by its number.
    pub tip: Arc<dyn Fn(usize) -> Tip + Send + Sync>,
}

/// A part of a row, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// The row, from 0.
    pub row: u32,
    /// From where to where, in pixels from the row's left edge.
    pub columns: (f64, f64),
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows of {} from {}, {}", self.row, self.left, self.top)
    }
}

impl fmt::Debug for Slides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} slides", self.count())
    }
}

/// What a trace is set in where it does not fill the picture: plates of plain colour, and a window
/// between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The plates from left to right; together they are as wide as the picture.
    pub plates: Vec<Plate>,
    /// The left edge of the window, in pixels; it is as wide as the trace.
    pub window: f64,
    /// The radius of the corners, in pixels.
    pub corner: f64,
    /// Whether light falls on it from above.
    pub sheen: bool,
}

/// A part of a case, as high as the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plate {
    /// Its width in pixels.
    pub width: f64,
    /// Its colour.
    pub fill: Rgb,
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
    /// What it is in a few words, where that says more than the title.
    pub label: Option<String>,
    /// What it is, for those who cannot see it.
    pub title: String,
    /// The same in a sentence; nothing where the title is one.
    pub description: String,
    /// What the trace is set in; nothing where it fills the picture.
    pub case: Option<Case>,
    /// The static layer above the ground, from the lowest.
    pub marks: Vec<Strokes>,
    /// The trace.
    pub trace: Trace,
    /// The texts, which lie over the trace.
    pub captions: Vec<Caption>,
    /// What is written anew with every beat.
    pub slides: Option<Slides>,
    /// Where the trace lies, if it is not to be seen a sweep at a time but all at once, in rows.
    pub sheet: Option<Sheet>,
}

impl Scene {
    /// A colour of the theme and its opacity, 0–1; see [`Theme::paint`].
    pub fn paint(&self, colour: Colour) -> (Rgb, f64) {
        self.theme.paint(colour, self.transparent)
    }

    /// The time at which captions are looked up: the end of a loop is its beginning.
    pub fn caption_time(&self, t_s: f64) -> f64 {
        let duration_s = self.trace.duration_s();
        let looping = self.trace.signal.axis().is_loop();
        if looping && t_s >= duration_s { t_s - duration_s } else { t_s }
    }
}
