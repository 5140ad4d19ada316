//! Text layout and glyph outlines, in the built-in `DejaVu` fonts and in others where those lack
//! a character.
//!
//! Texts are drawn as outlines, so viewers need no font and texts look the same everywhere. Both
//! exporters place the same glyphs at the same positions.

mod font;
mod outline;
mod picture;
mod runs;

use std::collections::BTreeSet;

use flaky_core::scene::Caption;
use flaky_core::scene::text::{Face, TextMetrics};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use font::built_in;
use runs::{DrawnBy, Run, is_skin_tone, runs, selects_form, visible};

pub use font::{Font, count, covered};
pub use outline::PathSegment;
pub(crate) use outline::UNITS_PER_EM;

/// Assumed widths of characters that the viewer draws, in ems: of narrow ones, of wide ones, which
/// are square in every font of East Asia, and of emoji.
const NARROW: f64 = 0.6;
const WIDE: f64 = 1.0;
const EMOJI: f64 = 1.25;

/// The built-in fonts alone. What they lack is an empty box.
pub static DEJAVU: Fonts = Fonts::new(Vec::new(), Lacking::Boxes);
/// The built-in fonts. What they lack is left to the viewer of an SVG.
pub static DEJAVU_AND_VIEWER: Fonts = Fonts::new(Vec::new(), Lacking::Viewer);

/// What becomes of a character that no font has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// An empty box.
    Boxes,
    /// Text, which the viewer of an SVG draws from fonts of its own. Pictures of pixels need boxes.
    Viewer,
}

/// The built-in fonts, and those that draw what the built-in ones lack.
pub struct Fonts {
    fallbacks: Vec<Font>,
    lacking: Lacking,
}

/// A font among [`Fonts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FontId {
    /// The built-in font of a face.
    BuiltIn(Face),
    /// Another font, by its number.
    Fallback(usize),
}

/// One glyph of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The font that has it.
    pub font: FontId,
    /// The glyph's number in the font.
    pub id: u16,
    /// The origin, in pixels from the start of the line.
    pub x: f64,
    /// The origin, in pixels above the baseline.
    pub y: f64,
}

/// A piece of a line that the viewer draws.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewerText {
    /// The characters in logical order; all run in one direction.
    pub text: String,
    /// The left edge, in pixels from the start of the line.
    pub x: f64,
    /// The width into which it is fitted, in pixels.
    pub width: f64,
}

/// A laid-out line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The glyphs from left to right.
    pub glyphs: Vec<Glyph>,
    /// What is not drawn as glyphs, from left to right.
    pub texts: Vec<ViewerText>,
    /// The length in pixels.
    pub width: f64,
}

impl TextMetrics for Fonts {
    fn width(&self, face: Face, text: &str, size: f64) -> f64 {
        self.lay_out(face, text, size).width
    }

    fn shorten(&self, face: Face, text: &str, size: f64, width: f64) -> String {
        let fits = |text: &str| self.lay_out(face, text, size).width <= width;
        if fits(text) {
            return text.to_string();
        }
        // Letters may be narrower by themselves than joined, so the result is measured again.
        let mut room = width - self.lay_out(face, "…", size).width;
        let mut ends = vec![0];
        for (at, cluster) in text.grapheme_indices(true) {
            room -= self.lay_out(face, cluster, size).width;
            if room < 0.0 {
                break;
            }
            ends.push(at + cluster.len());
        }
        let cut = |end: usize| format!("{}…", &text[..end]);
        ends.into_iter().rev().map(cut).find(|text| fits(text)).unwrap_or_else(|| cut(0))
    }
}

impl Fonts {
    /// The built-in fonts with `fallbacks`, the first of which is tried first.
    pub const fn new(fallbacks: Vec<Font>, lacking: Lacking) -> Self {
        Self { fallbacks, lacking }
    }

    /// The characters of `text` that no font has.
    pub fn lacks(&self, text: &str) -> BTreeSet<char> {
        let lacking = |c: &char| {
            !(selects_form(*c)
                || self.ids(Face::Regular).any(|id| self.font(id).glyph(*c).is_some()))
        };
        text.chars().filter(|c| !c.is_ascii()).map(visible).filter(lacking).collect()
    }

    /// The fonts in the order in which they are tried.
    fn ids(&self, face: Face) -> impl Iterator<Item = FontId> {
        let other = match face {
            Face::Regular => Face::Bold,
            Face::Bold => Face::Regular,
        };
        let fallbacks = (0..self.fallbacks.len()).map(FontId::Fallback);
        [face, other].map(FontId::BuiltIn).into_iter().chain(fallbacks)
    }

    fn font(&self, id: FontId) -> &Font {
        match id {
            FontId::BuiltIn(face) => built_in(face),
            FontId::Fallback(number) => &self.fallbacks[number],
        }
    }

    /// The glyph of a character in a font; `None` if the font cannot draw it.
    pub(crate) fn glyph(&self, font: FontId, c: char) -> Option<u16> {
        self.font(font).glyph(c)
    }

    /// The advance width of a glyph, in pixels at a font size of `size` pixels.
    pub(crate) fn advance(&self, font: FontId, glyph: u16, size: f64) -> f64 {
        self.font(font).advance(glyph, size)
    }

    /// The outline of a glyph in units of 1/2048 em; empty for a space.
    pub fn outline(&self, font: FontId, glyph: u16) -> Vec<PathSegment> {
        self.font(font).outline(glyph)
    }

    /// Lays out `text` at a font size of `size` pixels, in visual order. Control characters become
    /// U+FFFD; characters that no font has, what [`Lacking`] says.
    pub fn lay_out(&self, face: Face, text: &str, size: f64) -> Line {
        let mut line = Line::default();
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            self.place(&mut line, FontId::BuiltIn(face), text.chars(), size);
            return line;
        }
        for run in runs(self, face, text) {
            let font = match run.drawn_by {
                DrawnBy::Font(font) => font,
                DrawnBy::Boxes => FontId::BuiltIn(face),
                DrawnBy::Viewer => {
                    leave(&mut line, run.text, size);
                    continue;
                }
            };
            if self.shape(&mut line, font, &run, size) {
                continue;
            }
            let chars = run.text.chars().filter(|c| !selects_form(*c));
            if run.right_to_left {
                self.place(&mut line, font, chars.rev(), size);
            } else {
                self.place(&mut line, font, chars, size);
            }
        }
        line.width = line.width.max(0.0);
        line
    }

    /// The left edge of a caption in pixels, and its line.
    pub fn lay_out_caption(&self, caption: &Caption) -> (f64, Line) {
        (caption.left(self), self.lay_out(caption.face, &caption.text, caption.size))
    }

    /// Appends a glyph for each character, side by side.
    fn place(&self, line: &mut Line, font: FontId, chars: impl Iterator<Item = char>, size: f64) {
        for c in chars {
            let id = self.font(font).glyph(c).unwrap_or(0);
            line.glyphs.push(Glyph { font, id, x: line.width, y: 0.0 });
            line.width += self.advance(font, id, size);
        }
    }

    /// Appends the glyphs of a run as its script demands. Returns false if the characters are to
    /// be placed side by side instead: boxes, left-to-right text in the built-in font, and a font
    /// that the shaper cannot read.
    fn shape(&self, line: &mut Line, font: FontId, run: &Run, size: f64) -> bool {
        let simple = matches!(font, FontId::BuiltIn(_)) && !run.right_to_left;
        if simple || run.drawn_by == DrawnBy::Boxes {
            return false;
        }
        let untoned: String = run.text.chars().filter(|c| !is_skin_tone(*c)).collect();
        let Some(shaped) = self.font(font).shape(&untoned, run.right_to_left) else { return false };
        let px = |units: f64| units * size / UNITS_PER_EM;
        for glyph in shaped {
            let (right, up) = glyph.offset;
            line.glyphs.push(Glyph { font, id: glyph.id, x: line.width + px(right), y: px(up) });
            line.width += px(glyph.advance);
        }
        true
    }
}

/// Appends a text for the viewer to draw, in an assumed width.
fn leave(line: &mut Line, text: String, size: f64) {
    let ems = |cluster: &str| match cluster.width() {
        0 => 0.0,
        1 => NARROW,
        _ if cluster.starts_with(|c| ('\u{1f000}'..'\u{20000}').contains(&c)) => EMOJI,
        columns => 0.5 * WIDE * columns as f64,
    };
    let width = size * text.graphemes(true).map(ems).sum::<f64>();
    line.texts.push(ViewerText { text, x: line.width, width });
    line.width += width;
}
