//! Frames, between the rasteriser and the encoders.
//!
//! An [`Animation`] has one size, one palette and an iterator of [`Frame`]s, each of which
//! repaints a rectangle. A frame lists the pixels of its rectangle that have changed, so encoders
//! never compare pictures.

/// A palette index that no pixel has; encoders use it for unchanged pixels.
pub const UNCHANGED: u8 = 0;

/// Red, green, blue and opacity, 8 bits each; the colour is not multiplied by the opacity.
pub type Rgba = [u8; 4];

/// A rectangle of the canvas, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// The leftmost column.
    pub x: u32,
    /// The topmost row.
    pub y: u32,
    /// Columns, at least one.
    pub width: u32,
    /// Rows, at least one.
    pub height: u32,
}

/// A run of pixels that have changed, counted row by row from the rectangle's first pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRun {
    /// The first.
    pub start: u32,
    /// One after the last.
    pub end: u32,
}

/// A repainted rectangle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its position and size on the canvas.
    pub rect: Rect,
    /// All pixels of the rectangle, row by row, as palette indices other than [`UNCHANGED`].
    pub pixels: Vec<u8>,
    /// The pixels that differ from the previous frame, as ordered, separate runs.
    pub changed: Vec<PixelRun>,
    /// The duration on display, in ticks.
    pub delay: u32,
}

/// The number of times an animation plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plays {
    /// An infinite loop.
    Forever,
    /// A number of times, at least 1.
    Times(u16),
}

/// Frames on one canvas, in one palette.
pub struct Animation<'a> {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The colours; that of [`UNCHANGED`] is never shown.
    pub palette: Vec<Rgba>,
    /// The number of times it plays.
    pub plays: Plays,
    /// Ticks per second.
    pub ticks_per_s: u32,
    /// The number of frames.
    pub frame_count: u32,
    /// Each frame stands for something, so none may be merged with the one before.
    pub keep_every_frame: bool,
    /// The frames; the first covers the canvas.
    pub frames: Box<dyn Iterator<Item = Frame> + 'a>,
}
