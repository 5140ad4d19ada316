//! The letters of a document, each of them written once.
//!
//! A letter is a procedure of a Type 3 font, which draws any outline whatever font it comes from,
//! and knows its character, so that texts can be searched. The same outline as a form draws the
//! edge that sets it off.

use std::collections::BTreeMap;

use pdf_writer::types::{SystemInfo, UnicodeCmap};
use pdf_writer::writers::Resources;
use pdf_writer::{Content, Finish, Name, Rect, Ref, Str};

use super::document::{COMPACT, Document};
use crate::svg::GLOW;
use crate::text::{FontId, Fonts, Line, PathSegment, UNITS_PER_EM};
use flaky_core::scene::{Caption, Theme};

/// The number of letters that a font can have.
const CODES: usize = 256;

/// The letters in the order in which they occurred.
#[derive(Default)]
pub(super) struct Glyphs {
    index: BTreeMap<(FontId, u16), usize>,
    list: Vec<Letter>,
}

struct Letter {
    font: FontId,
    id: u16,
    char: Option<char>,
    outline: Outline,
}

/// How a glyph is shown.
pub(super) struct Placed {
    pub index: usize,
    /// The number of its font, and its code there.
    pub font: usize,
    pub code: u8,
    /// Its character, if it stands for one by itself.
    pub char: Option<char>,
    /// True if nothing is drawn.
    pub blank: bool,
}

impl Glyphs {
    /// How the glyphs of a line are shown.
    pub(super) fn place(&mut self, fonts: &Fonts, caption: &Caption, line: &Line) -> Vec<Placed> {
        let mut placed = Vec::with_capacity(line.glyphs.len());
        for glyph in &line.glyphs {
            let next = self.list.len();
            let index = *self.index.entry((glyph.font, glyph.id)).or_insert(next);
            if index == next {
                let stands = |c: &char| fonts.glyph(glyph.font, *c) == Some(glyph.id);
                self.list.push(Letter {
                    font: glyph.font,
                    id: glyph.id,
                    char: caption.text.chars().find(stands),
                    outline: Outline::new(&fonts.outline(glyph.font, glyph.id)),
                });
            }
            let Letter { char, ref outline, .. } = self.list[index];
            let (font, code) = (index / CODES, (index % CODES) as u8);
            placed.push(Placed { index, font, code, char, blank: outline.bounds.is_none() });
        }
        placed
    }

    /// Writes fonts and edges, and the list of both as `resources`.
    pub(super) fn write(
        &self,
        document: &mut Document,
        fonts: &Fonts,
        theme: &Theme,
        resources: Ref,
    ) {
        let type3: Vec<Ref> =
            self.list.chunks(CODES).map(|letters| font(document, fonts, letters)).collect();
        let mut edges = Vec::new();
        for (index, letter) in self.list.iter().enumerate() {
            let Some(bounds) = letter.outline.bounds else { continue };
            let mut content = Content::with_settings(COMPACT);
            letter.outline.draw(&mut content);
            content.stroke();
            let id = document.next();
            // An edge reaches beyond its outline, by less than an em.
            let [x1, y1, x2, y2] = bounds.map(|at| at as f32);
            let em = UNITS_PER_EM as f32;
            let reach = Rect::new(x1 - em, y1 - em, x2 + em, y2 + em);
            document.pdf.form_xobject(id, &content.finish()).bbox(reach);
            edges.push((index, id));
        }
        let mut list = document.pdf.indirect(resources).start::<Resources>();
        let mut named = list.fonts();
        for (number, id) in type3.into_iter().enumerate() {
            named.pair(Name(font_name(number).as_bytes()), id);
        }
        named.finish();
        let mut named = list.x_objects();
        for (index, id) in edges {
            named.pair(Name(outline_name(index).as_bytes()), id);
        }
        named.finish();
        let mut named = list.ext_g_states();
        for (layer, (_, part)) in GLOW.iter().enumerate() {
            let mut state = named.insert(Name(glow_name(layer).as_bytes())).dict();
            state.pair(Name(b"CA"), (theme.glow * part) as f32);
        }
    }
}

/// The name of the graphics state with the opacity of a layer of the glow.
pub(super) fn glow_name(layer: usize) -> String {
    format!("L{layer}")
}

pub(super) fn font_name(number: usize) -> String {
    format!("F{number}")
}

pub(super) fn outline_name(index: usize) -> String {
    format!("G{index}")
}

/// Writes a font of at most [`CODES`] letters.
fn font(document: &mut Document, fonts: &Fonts, letters: &[Letter]) -> Ref {
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
    let mut unicode = UnicodeCmap::<u8>::new(Name(b"Letters"), system);
    let (mut widths, mut procedures) = (Vec::new(), Vec::new());
    for (code, letter) in (0..).zip(letters) {
        let width = fonts.advance(letter.font, letter.id, UNITS_PER_EM).round() as f32;
        let mut content = Content::with_settings(COMPACT);
        let [x1, y1, x2, y2] = letter.outline.bounds.unwrap_or_default().map(|at| at as f32);
        content.start_shape_glyph(width, x1, y1, x2, y2);
        letter.outline.draw(&mut content);
        content.fill_nonzero();
        procedures.push(document.stream(&content.finish()));
        widths.push(width);
        if let Some(c) = letter.char {
            unicode.pair(code, c);
        }
    }
    let unicode = document.stream(&unicode.finish());
    let id = document.next();
    let names: Vec<String> = (0..letters.len()).map(|code| format!("g{code}")).collect();
    let names = || names.iter().map(|name| Name(name.as_bytes()));
    let mut font = document.pdf.type3_font(id);
    let unit = (1.0 / UNITS_PER_EM) as f32;
    font.bbox(Rect::new(0.0, 0.0, 0.0, 0.0)).matrix([unit, 0.0, 0.0, unit, 0.0, 0.0]);
    font.first_char(0).last_char((letters.len() - 1) as u8).widths(widths).to_unicode(unicode);
    font.char_procs().pairs(names().zip(procedures));
    font.encoding_custom().differences().consecutive(0, names());
    font.resources();
    id
}

/// An outline in whole font units.
struct Outline {
    segments: Vec<PathSegment>,
    /// Left, lower, right and upper edge; `None` if nothing is drawn.
    bounds: Option<[f64; 4]>,
}

impl Outline {
    fn new(segments: &[PathSegment]) -> Self {
        let mut bounds: Option<[f64; 4]> = None;
        for (x, y) in segments.iter().flat_map(points) {
            let (x, y) = (f64::from(x).round(), f64::from(y).round());
            let [x1, y1, x2, y2] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([x1.min(x), y1.min(y), x2.max(x), y2.max(y)]);
        }
        Self { segments: segments.to_vec(), bounds }
    }

    fn draw(&self, out: &mut Content) {
        let mut at = (0.0, 0.0);
        for segment in &self.segments {
            match *segment {
                PathSegment::Move(x, y) => {
                    out.move_to(x.round(), y.round());
                    at = (x, y);
                }
                PathSegment::Line(x, y) => {
                    out.line_to(x.round(), y.round());
                    at = (x, y);
                }
                PathSegment::Quad(x1, y1, x, y) => {
                    let towards =
                        |from: f32, control: f32| (from + 2.0 * (control - from) / 3.0).round();
                    out.cubic_to(
                        towards(at.0, x1),
                        towards(at.1, y1),
                        towards(x, x1),
                        towards(y, y1),
                        x.round(),
                        y.round(),
                    );
                    at = (x, y);
                }
                PathSegment::Cubic(x1, y1, x2, y2, x, y) => {
                    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(f32::round);
                    out.cubic_to(x1, y1, x2, y2, x.round(), y.round());
                    at = (x, y);
                }
                PathSegment::Close => {
                    out.close_path();
                }
            }
        }
    }
}

/// The points of a segment.
fn points(segment: &PathSegment) -> Vec<(f32, f32)> {
    match *segment {
        PathSegment::Move(x, y) | PathSegment::Line(x, y) => vec![(x, y)],
        PathSegment::Quad(x1, y1, x, y) => vec![(x1, y1), (x, y)],
        PathSegment::Cubic(x1, y1, x2, y2, x, y) => vec![(x1, y1), (x2, y2), (x, y)],
        PathSegment::Close => Vec::new(),
    }
}
