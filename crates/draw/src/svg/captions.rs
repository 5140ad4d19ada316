//! The captions of an SVG. Every glyph is written once, as an outline.

use std::collections::BTreeMap;

use super::format::short;
use super::{Document, SUFFIX, iterations};
use crate::text::{self, PathSegment};
use flaky_core::scene::markup::{number, put};
use flaky_core::scene::text::Face;
use flaky_core::scene::{Caption, Colour};

/// The grid of an outline in font units; at 54 px it is a fifth of a pixel.
pub(super) const GLYPH_GRID: f64 = 8.0;

impl Document<'_> {
    /// The captions that are visible at some time.
    pub(super) fn captions(&mut self) {
        let still_s = self.scene.caption_time(self.still_s);
        let seen: Vec<(usize, &Caption)> = self
            .scene
            .captions
            .iter()
            .enumerate()
            .filter(|(_, caption)| self.plays.is_some() || caption.shown_at(still_s))
            .collect();
        let mut glyphs: BTreeMap<(Face, u16), usize> = BTreeMap::new();
        for (_, caption) in &seen {
            for glyph in text::lay_out_caption(caption).1.glyphs {
                let number = glyphs.len();
                glyphs.entry((caption.face, glyph.id)).or_insert(number);
            }
        }
        let mut outlines = String::new();
        glyphs.retain(|(face, glyph), number| {
            let data = outline(*face, *glyph);
            if !data.is_empty() {
                let path = format_args!("<path id=\"g{number}{SUFFIX}\" d=\"{data}\"/>");
                put(&mut outlines, path);
            }
            !data.is_empty()
        });
        if !outlines.is_empty() {
            self.add(format_args!("<defs>{outlines}</defs>"));
        }
        for (index, caption) in seen {
            let shown_as = self.timing(index, caption, still_s);
            let (left, line) = text::lay_out_caption(caption);
            let scale = GLYPH_GRID * caption.size / text::units_per_em(caption.face);
            let halo = self.halo(caption, scale);
            self.add(format_args!(
                "<g{shown_as} fill=\"{}\"{halo} transform=\"translate({} {})scale({size} -{size})\">",
                self.scene.theme.rgb(caption.colour),
                number(left),
                number(caption.baseline()),
                size = short(scale, 5)
            ));
            for glyph in line.glyphs {
                let Some(number) = glyphs.get(&(caption.face, glyph.id)) else { continue };
                let x = match (glyph.x / scale).round() as i64 {
                    0 => String::new(),
                    x => format!(" x=\"{x}\""),
                };
                self.add(format_args!("<use href=\"#g{number}{SUFFIX}\"{x}/>"));
            }
            self.body.push_str("</g>");
        }
    }

    /// The attributes of the halo around letters that are drawn at this scale.
    pub(super) fn halo(&self, caption: &Caption, scale: f64) -> String {
        if !self.halo {
            return String::new();
        }
        format!(
            " stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            self.scene.theme.rgb(Colour::Ground),
            (2.0 * caption.halo() / scale).round()
        )
    }

    /// The attributes that show a caption in its time; none if it is always shown.
    fn timing(&mut self, index: usize, caption: &Caption, still_s: f64) -> String {
        let duration = self.scene.trace.duration_s();
        let Some(plays) = self.plays else { return String::new() };
        if caption.from_s <= 0.0 && caption.to_s >= duration {
            return String::new();
        }
        let percent = |t: f64| short(100.0 * t / duration, 3);
        let mut frames = String::new();
        if caption.from_s > 0.0 {
            put(&mut frames, format_args!("0%{{opacity:0}}"));
        }
        put(&mut frames, format_args!("{}%{{opacity:1}}", percent(caption.from_s.max(0.0))));
        if caption.to_s < duration {
            put(&mut frames, format_args!("{}%,to{{opacity:0}}", percent(caption.to_s)));
        } else {
            put(&mut frames, format_args!("to{{opacity:1}}"));
        }
        put(
            &mut self.css,
            format_args!(
                ".c{index}{SUFFIX}{{animation:c{index}{SUFFIX} {duration}s step-end {}}}\
                 @keyframes c{index}{SUFFIX}{{{frames}}}",
                iterations(plays)
            ),
        );
        let hidden = if caption.shown_at(still_s) { "" } else { " opacity=\"0\"" };
        format!(" class=\"c{index}{SUFFIX}\"{hidden}")
    }
}

/// An outline on a grid of [`GLYPH_GRID`] font units.
pub(super) fn outline(face: Face, glyph: u16) -> String {
    let mut data = String::new();
    let whole = |value: f32| (value / GLYPH_GRID as f32).round() as i32;
    for segment in text::outline(face, glyph) {
        match segment {
            PathSegment::Move(x, y) => put(&mut data, format_args!("M{} {}", whole(x), whole(y))),
            PathSegment::Line(x, y) => put(&mut data, format_args!("L{} {}", whole(x), whole(y))),
            PathSegment::Quad(x1, y1, x, y) => put(
                &mut data,
                format_args!("Q{} {} {} {}", whole(x1), whole(y1), whole(x), whole(y)),
            ),
            PathSegment::Close => data.push('z'),
        }
    }
    data
}
