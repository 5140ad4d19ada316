//! Frames: what a rasteriser makes and an encoder writes.
//!
//! An [`Animation`] has one size, one palette and an iterator of [`Frame`]s, each of which
//! repaints a rectangle. A frame knows which pixels of its rectangle have changed, so that no
//! encoder ever has to compare pictures.

/// The palette index that no pixel has: an encoder may use it for "as it was".
pub const KEEP: u8 = 0;

/// A colour with its opacity, 8 bits each.
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
pub struct Span {
    /// The first.
    pub start: u32,
    /// One after the last.
    pub end: u32,
}

/// A repainted rectangle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where.
    pub rect: Rect,
    /// All pixels of the rectangle, row by row, as palette indices other than [`KEEP`].
    pub pixels: Vec<u8>,
    /// Those that differ from the frame before, in order and apart from one another.
    pub changed: Vec<Span>,
    /// How long the picture stays, in ticks.
    pub delay: u32,
}

/// How often an animation plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plays {
    /// Without end.
    Forever,
    /// So many times, at least once.
    Times(u16),
}

/// Frames over one canvas, in one palette.
pub struct Animation<'a> {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The colours; that of [`KEEP`] is never seen.
    pub palette: Vec<Rgba>,
    /// How often it plays.
    pub plays: Plays,
    /// How many ticks make a second.
    pub ticks_per_s: u32,
    /// How many frames there are.
    pub count: u32,
    /// Whether each of them stands for something, so that none may be left out.
    pub counts: bool,
    /// The frames; the first covers the canvas.
    pub frames: Box<dyn Iterator<Item = Frame> + 'a>,
}
