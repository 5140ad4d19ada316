//! Text layout and glyph outlines in the built-in `DejaVu` fonts.
//!
//! Texts are drawn as outlines, so viewers need no font and texts look the same everywhere. Both
//! exporters place the same glyphs at the same positions.

use std::borrow::Cow;
use std::sync::OnceLock;

use flaky_core::scene::Caption;
use flaky_core::scene::text::{Face, TextMetrics};
use ttf_parser::{GlyphId, OutlineBuilder};
use unicode_bidi::BidiInfo;

use flaky_core::sanitize::is_format_control;

/// Measures text in the `DejaVu` fonts.
#[derive(Clone, Copy, Debug)]
pub struct DejaVu;

impl TextMetrics for DejaVu {
    fn width(&self, face: Face, text: &str, size: f64) -> f64 {
        lay_out(face, text, size).width
    }

    fn shorten(&self, face: Face, text: &str, size: f64, width: f64) -> String {
        shorten(face, text, size, width)
    }
}

/// One glyph of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The glyph's number in the face.
    pub id: u16,
    /// The origin, in pixels from the start of the line.
    pub x: f64,
}

/// A laid-out line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The glyphs from left to right.
    pub glyphs: Vec<Glyph>,
    /// The length in pixels.
    pub width: f64,
}

/// A segment of an outline, in font units with y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PathSegment {
    /// The start of a contour.
    Move(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// A quadratic curve: control point, end point.
    Quad(f32, f32, f32, f32),
    /// The end of the contour: a line back to its start.
    Close,
}

fn parsed(face: Face) -> &'static ttf_parser::Face<'static> {
    static REGULAR: OnceLock<ttf_parser::Face<'static>> = OnceLock::new();
    static BOLD: OnceLock<ttf_parser::Face<'static>> = OnceLock::new();
    let (cell, data): (_, fn() -> &'static [u8]) = match face {
        Face::Regular => (&REGULAR, dejavu::sans::regular),
        Face::Bold => (&BOLD, dejavu::sans::bold),
    };
    cell.get_or_init(|| ttf_parser::Face::parse(data(), 0).expect("the built-in font is valid"))
}

/// The characters of `text` that have no glyph in the face. They are drawn as an empty box.
pub fn missing_glyphs(face: Face, text: &str) -> String {
    let font = parsed(face);
    text.chars().filter_map(visible).filter(|c| font.glyph_index(*c).is_none()).collect()
}

/// Font units per em.
pub(crate) fn units_per_em(face: Face) -> f64 {
    f64::from(parsed(face).units_per_em())
}

/// Lays out `text` at a font size of `size` pixels, in visual order. Characters without a glyph
/// become an empty box, control characters U+FFFD.
pub fn lay_out(face: Face, text: &str, size: f64) -> Line {
    let font = parsed(face);
    let mut x = 0.0;
    let glyphs = as_seen(text)
        .chars()
        .map(|c| {
            let id = font.glyph_index(c).unwrap_or(GlyphId(0));
            let glyph = Glyph { id: id.0, x };
            x += advance(face, id.0, size);
            glyph
        })
        .collect();
    Line { glyphs, width: x }
}

fn shorten(face: Face, text: &str, size: f64, width: f64) -> String {
    if lay_out(face, text, size).width <= width {
        return text.to_string();
    }
    let room = width - lay_out(face, "…", size).width;
    let font = parsed(face);
    let mut used = 0.0;
    let fits = |c: &char| {
        let glyph = |c| font.glyph_index(c).unwrap_or(GlyphId(0)).0;
        used += visible(*c).map_or(0.0, |c| advance(face, glyph(c), size));
        used <= room
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The advance width of a glyph, in pixels at a font size of `size` pixels.
pub fn advance(face: Face, glyph: u16, size: f64) -> f64 {
    let units = parsed(face).glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
    f64::from(units) * size / units_per_em(face)
}

/// The outline of a glyph; empty for a space.
pub fn outline(face: Face, glyph: u16) -> Vec<PathSegment> {
    let mut outline = Outline(Vec::new());
    parsed(face).outline_glyph(GlyphId(glyph), &mut outline);
    outline.0
}

/// The left edge of a caption in pixels, and its glyphs.
pub fn lay_out_caption(caption: &Caption) -> (f64, Line) {
    let line = lay_out(caption.face, &caption.text, caption.size);
    (caption.left(&DejaVu), line)
}

/// Converts a line to visual order: replaces control characters, drops invisible ones and reorders
/// right-to-left scripts.
fn as_seen(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let plain: String = text.chars().filter_map(visible).collect();
    if !plain.chars().any(|c| ('\u{590}'..='\u{8ff}').contains(&c) || c >= '\u{fb1d}') {
        return Cow::Owned(plain);
    }
    let bidi = BidiInfo::new(&plain, None);
    let lines = bidi.paragraphs.iter().map(|line| bidi.reorder_line(line, line.range.clone()));
    Cow::Owned(lines.collect())
}

/// The character that is drawn for `c`; `None` if it is invisible.
fn visible(c: char) -> Option<char> {
    match c {
        // Joiners, variation selectors and tags select forms that the fonts do not have.
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => None,
        c if c.is_control() || is_format_control(c) => Some('\u{fffd}'),
        c => Some(c),
    }
}

struct Outline(Vec<PathSegment>);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(PathSegment::Move(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(PathSegment::Line(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(PathSegment::Quad(x1, y1, x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        // TrueType outlines are quadratic; a cubic curve is approximated.
        self.0.push(PathSegment::Quad(0.5 * (x1 + x2), 0.5 * (y1 + y2), x, y));
    }

    fn close(&mut self) {
        self.0.push(PathSegment::Close);
    }
}
