//! The content of a page.

use std::ops::Range;

use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content, Name, Str, TextStr};

use super::document::COMPACT;
use super::glyphs::{Glyphs, Placed, font_name, glow_name, outline_name};
use crate::svg::GLOW;
use crate::text::{Fonts, Line, UNITS_PER_EM};
use flaky_core::scene::{Caption, Colour, Rgb, Scene, Sheet, Strokes};

/// The distance from its expected place at which a glyph is placed anew, in pixels.
const NEAR_PX: f64 = 0.05;

/// A page of a sheet.
pub(super) struct Page {
    /// The size in points.
    pub width: f64,
    pub height: f64,
    /// Points per pixel.
    pub scale: f64,
    /// Its upper edge on the sheet in pixels.
    pub top: u32,
}

impl Page {
    /// The instructions that draw what `sheet` shows on this page.
    pub(super) fn content(&self, sheet: &Sheet, fonts: &Fonts, glyphs: &mut Glyphs) -> Vec<u8> {
        let scene = &sheet.scene;
        let mut out = Content::with_settings(COMPACT);
        fill(&mut out, scene.theme.rgb(Colour::Ground));
        out.rect(0.0, 0.0, self.width as f32, self.height as f32).fill_nonzero();
        let (scale, up) = (self.scale, self.height + f64::from(self.top) * self.scale);
        out.transform([scale as f32, 0.0, 0.0, -scale as f32, 0.0, up as f32]);
        out.set_line_join(LineJoinStyle::RoundJoin);
        for strokes in &scene.marks {
            marks(&mut out, scene, strokes);
        }
        trace(&mut out, sheet);
        for caption in &scene.captions {
            text(&mut out, scene, caption, fonts, glyphs);
        }
        out.finish().into_vec()
    }
}

fn marks(out: &mut Content, scene: &Scene, strokes: &Strokes) {
    stroke(out, scene.theme.rgb(strokes.colour));
    out.set_line_width(strokes.width as f32);
    for line in &strokes.lines {
        polyline(out, line, (0.0, 0.0));
    }
    out.stroke();
}

/// The rows of the trace, over their glow.
fn trace(out: &mut Content, sheet: &Sheet) {
    let Scene { trace, theme, .. } = &sheet.scene;
    stroke(out, theme.rgb(Colour::Trace));
    let pass = |out: &mut Content, width: f64| {
        out.set_line_width((width * trace.stroke) as f32);
        for row in &sheet.rows {
            let line = trace.span(row.begin_s, row.end_s);
            polyline(out, &line, (sheet.left, row.baseline));
            out.stroke();
        }
    };
    if theme.glow > 0.0 {
        for (number, (width, _)) in GLOW.iter().enumerate() {
            out.save_state().set_parameters(Name(glow_name(number).as_bytes()));
            pass(out, *width);
            out.restore_state();
        }
    }
    pass(out, 1.0);
}

/// A text: first what sets its letters off, then the letters.
fn text(out: &mut Content, scene: &Scene, caption: &Caption, fonts: &Fonts, glyphs: &mut Glyphs) {
    let (left, line) = fonts.lay_out_caption(caption);
    let y = caption.baseline();
    let placed = glyphs.place(fonts, caption, &line);
    let unit = caption.size / UNITS_PER_EM;
    stroke(out, scene.theme.rgb(Colour::Ground));
    for (glyph, place) in line.glyphs.iter().zip(&placed) {
        if place.blank {
            continue;
        }
        let (x, y) = (px(left + glyph.x), px(y - glyph.y));
        out.save_state().transform([unit as f32, 0.0, 0.0, -unit as f32, x, y]);
        out.set_line_width((2.0 * caption.halo() / unit) as f32);
        out.x_object(Name(outline_name(place.index).as_bytes())).restore_state();
    }
    // Letters that are joined or reordered do not spell the text by themselves.
    let spelled: String = placed.iter().filter_map(|place| place.char).collect();
    let spells = spelled == caption.text;
    if !spells {
        let mut span = out.begin_marked_content_with_properties(Name(b"Span"));
        span.properties().actual_text(TextStr(&caption.text));
    }
    fill(out, scene.theme.rgb(caption.colour));
    out.begin_text();
    for run in runs(&line, &placed, fonts, caption.size) {
        let first = &line.glyphs[run.start];
        out.set_font(Name(font_name(placed[run.start].font).as_bytes()), caption.size as f32);
        out.set_text_matrix([1.0, 0.0, 0.0, -1.0, px(left + first.x), px(y - first.y)]);
        let codes: Vec<u8> = placed[run].iter().map(|place| place.code).collect();
        out.show(Str(&codes));
    }
    out.end_text();
    if !spells {
        out.end_marked_content();
    }
}

/// The ranges of glyphs that one instruction can show: of one font and side by side.
fn runs(line: &Line, placed: &[Placed], fonts: &Fonts, size: f64) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut pen = (0.0, 0.0);
    for (i, glyph) in line.glyphs.iter().enumerate() {
        let here = (glyph.x - pen.0).abs() < NEAR_PX && (glyph.y - pen.1).abs() < NEAR_PX;
        match runs.last_mut() {
            Some(run) if here && placed[run.start].font == placed[i].font => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
        pen = (glyph.x + fonts.advance(glyph.font, glyph.id, size), glyph.y);
    }
    runs
}

fn polyline(out: &mut Content, line: &[(f64, f64)], (dx, dy): (f64, f64)) {
    for (i, (x, y)) in line.iter().enumerate() {
        let (x, y) = (px(x + dx), px(y + dy));
        if i == 0 {
            out.move_to(x, y);
        } else {
            out.line_to(x, y);
        }
    }
}

fn fill(out: &mut Content, colour: Rgb) {
    let [red, green, blue] = channels(colour);
    out.set_fill_rgb(red, green, blue);
}

fn stroke(out: &mut Content, colour: Rgb) {
    let [red, green, blue] = channels(colour);
    out.set_stroke_rgb(red, green, blue);
}

fn channels(Rgb(red, green, blue): Rgb) -> [f32; 3] {
    [red, green, blue].map(|channel| (f64::from(channel) / 255.0 * 1000.0).round() as f32 / 1000.0)
}

/// A position in hundredths of a pixel, to keep it short.
fn px(position: f64) -> f32 {
    ((position * 100.0).round() / 100.0) as f32
}
