//! Text as outlines.
//!
//! The `DejaVu` fonts travel with the program, so a text looks the same everywhere, and it is
//! drawn as shapes, so a picture needs no font to be seen. Both forks of the pipeline place
//! the same glyphs at the same positions.

use std::borrow::Cow;
use std::sync::OnceLock;

use ttf_parser::{GlyphId, OutlineBuilder};
use unicode_bidi::BidiInfo;

use crate::error::controls_direction;

/// A face of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// `DejaVu` Sans.
    Regular,
    /// `DejaVu` Sans Bold.
    Bold,
}

/// One glyph of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// Its number in the face.
    pub id: u16,
    /// Its origin, in pixels from the beginning of the line.
    pub x: f64,
}

/// A laid-out line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its glyphs from left to right.
    pub glyphs: Vec<Glyph>,
    /// Its length in pixels.
    pub width: f64,
}

/// A step of an outline, in font units with y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Begin a contour.
    Move(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// A quadratic curve: control, end.
    Quad(f32, f32, f32, f32),
    /// Close the contour.
    Close,
}

impl Face {
    fn parsed(self) -> &'static ttf_parser::Face<'static> {
        static REGULAR: OnceLock<ttf_parser::Face<'static>> = OnceLock::new();
        static BOLD: OnceLock<ttf_parser::Face<'static>> = OnceLock::new();
        let (cell, data): (_, fn() -> &'static [u8]) = match self {
            Self::Regular => (&REGULAR, dejavu::sans::regular),
            Self::Bold => (&BOLD, dejavu::sans::bold),
        };
        cell.get_or_init(|| {
            ttf_parser::Face::parse(data(), 0).expect("the font that travels along is whole")
        })
    }

    /// The characters of `text` that the face has no glyph for; they are drawn as its empty box.
    pub fn lacks(self, text: &str) -> String {
        let face = self.parsed();
        text.chars().filter_map(visible).filter(|c| face.glyph_index(*c).is_none()).collect()
    }

    /// Font units per em.
    pub fn units_per_em(self) -> f64 {
        f64::from(self.parsed().units_per_em())
    }

    /// Places the characters of `text` at `size` pixels, as they are seen from left to right. A
    /// character the face does not have is drawn as its empty box, one that would control the
    /// line as U+FFFD.
    pub fn lay_out(self, text: &str, size: f64) -> Line {
        let face = self.parsed();
        let mut x = 0.0;
        let glyphs = as_seen(text)
            .chars()
            .map(|c| {
                let id = face.glyph_index(c).unwrap_or(GlyphId(0));
                let glyph = Glyph { id: id.0, x };
                x += self.advance(id.0, size);
                glyph
            })
            .collect();
        Line { glyphs, width: x }
    }

    /// As much of `text` as fits into `width` pixels, with an ellipsis where it is cut.
    pub fn shorten(self, text: &str, size: f64, width: f64) -> String {
        if self.lay_out(text, size).width <= width {
            return text.to_string();
        }
        let room = width - self.lay_out("…", size).width;
        let face = self.parsed();
        let mut used = 0.0;
        let fits = |c: &char| {
            let glyph = |c| face.glyph_index(c).unwrap_or(GlyphId(0)).0;
            used += visible(*c).map_or(0.0, |c| self.advance(glyph(c), size));
            used <= room
        };
        text.chars().take_while(fits).chain(['…']).collect()
    }

    /// How far the next glyph stands from this one at `size` pixels.
    pub fn advance(self, glyph: u16, size: f64) -> f64 {
        let units = self.parsed().glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
        f64::from(units) * size / self.units_per_em()
    }

    /// The outline of a glyph; empty for a space.
    pub fn outline(self, glyph: u16) -> Vec<Step> {
        let mut steps = Steps(Vec::new());
        self.parsed().outline_glyph(GlyphId(glyph), &mut steps);
        steps.0
    }
}

/// The characters of a line from left to right: what would control the line is replaced, what
/// would be invisible is left out, and scripts that run from right to left do.
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

/// What stands for a character on the screen.
fn visible(c: char) -> Option<char> {
    match c {
        // Joiners, variation selectors and tags choose between forms that the faces do not have.
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => None,
        c if c.is_control() || controls_direction(c) => Some('\u{fffd}'),
        c => Some(c),
    }
}

struct Steps(Vec<Step>);

impl OutlineBuilder for Steps {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Move(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Line(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(Step::Quad(x1, y1, x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        // TrueType outlines are quadratic; a cubic one is followed by its midpoint.
        self.0.push(Step::Quad(0.5 * (x1 + x2), 0.5 * (y1 + y2), x, y));
    }

    fn close(&mut self) {
        self.0.push(Step::Close);
    }
}
