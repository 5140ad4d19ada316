//! The captions of an SVG. Every glyph is written once, as an outline.

use std::collections::BTreeMap;

use super::format::{escape, short};
use super::{Document, SUFFIX, iterations};
use crate::text::{FontId, Fonts, Glyph, PathSegment, UNITS_PER_EM, ViewerText};
use flaky_core::scene::badge::Lettering;
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
        let mut glyphs: BTreeMap<(FontId, u16), usize> = BTreeMap::new();
        for (_, caption) in &seen {
            for glyph in self.fonts.lay_out_caption(caption).1.glyphs {
                let number = glyphs.len();
                glyphs.entry((glyph.font, glyph.id)).or_insert(number);
            }
        }
        let mut outlines = String::new();
        glyphs.retain(|(font, glyph), number| {
            let data = outline(self.fonts, *font, *glyph);
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
            let (left, line) = self.fonts.lay_out_caption(caption);
            if !line.texts.is_empty() {
                let texts = viewer_texts(&line.texts, left, caption.baseline());
                self.viewers_group(caption, &shown_as, &texts);
            }
            let outlined = |glyph: &Glyph| glyphs.contains_key(&(glyph.font, glyph.id));
            if !line.texts.is_empty() && !line.glyphs.iter().any(outlined) {
                continue;
            }
            let scale = GLYPH_GRID * caption.size / UNITS_PER_EM;
            let halo = self.halo(caption, scale);
            self.add(format_args!(
                "<g{shown_as}{}{halo} transform=\"translate({} {})scale({size} -{size})\">",
                self.fill(caption),
                number(left),
                number(caption.baseline()),
                size = short(scale, 5)
            ));
            for glyph in line.glyphs {
                let Some(number) = glyphs.get(&(glyph.font, glyph.id)) else { continue };
                let x = attribute("x", (glyph.x / scale).round() as i64);
                let y = attribute("y", (glyph.y / scale).round() as i64);
                self.add(format_args!("<use href=\"#g{number}{SUFFIX}\"{x}{y}/>"));
            }
            self.body.push_str("</g>");
        }
    }

    /// The texts of a caption's look that the viewer draws. Several families are named so that
    /// what surrounds them looks similar.
    pub(super) fn viewers_group(&mut self, caption: &Caption, shown_as: &str, texts: &str) {
        let weight = match caption.face {
            Face::Regular => "",
            Face::Bold => " font-weight=\"bold\"",
        };
        let edge = match self.lettering {
            // The strokes of the shadow are for outlines, whose unit is another.
            Lettering::Shadow => " stroke=\"none\"".to_string(),
            _ => self.halo(caption, 1.0),
        };
        self.add(format_args!(
            "<g{shown_as}{}{edge} font-family=\"DejaVu Sans,Verdana,sans-serif\" \
             font-size=\"{}\"{weight}>{texts}</g>",
            self.fill(caption),
            short(caption.size, 2),
        ));
    }

    /// The attribute for the colour of letters, unless their shadow has another.
    fn fill(&self, caption: &Caption) -> String {
        match self.lettering {
            Lettering::Shadow => String::new(),
            _ => format!(" fill=\"{}\"", self.scene.theme.rgb(caption.colour)),
        }
    }

    /// The attributes of the halo around letters that are drawn at this scale.
    pub(super) fn halo(&self, caption: &Caption, scale: f64) -> String {
        if self.lettering != Lettering::Halo {
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

/// Texts of a line that starts at `left`, for the viewer to draw. Whatever its font, each is as
/// wide as the layout assumes.
pub(super) fn viewer_texts(texts: &[ViewerText], left: f64, baseline: f64) -> String {
    let mut markup = String::new();
    for ViewerText { text, x, width } in texts {
        put(
            &mut markup,
            format_args!(
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}\
                 </text>",
                number(left + x),
                number(baseline),
                number(*width),
                escape(text)
            ),
        );
    }
    markup
}

/// An attribute with a number; none for 0.
pub(super) fn attribute(name: &str, value: i64) -> String {
    if value == 0 { String::new() } else { format!(" {name}=\"{value}\"") }
}

/// An outline on a grid of [`GLYPH_GRID`] font units.
pub(super) fn outline(fonts: &Fonts, font: FontId, glyph: u16) -> String {
    let mut data = String::new();
    let whole = |value: f32| (value / GLYPH_GRID as f32).round() as i32;
    for segment in fonts.outline(font, glyph) {
        match segment {
            PathSegment::Move(x, y) => put(&mut data, format_args!("M{} {}", whole(x), whole(y))),
            PathSegment::Line(x, y) => put(&mut data, format_args!("L{} {}", whole(x), whole(y))),
            PathSegment::Quad(x1, y1, x, y) => put(
                &mut data,
                format_args!("Q{} {} {} {}", whole(x1), whole(y1), whole(x), whole(y)),
            ),
            PathSegment::Cubic(x1, y1, x2, y2, x, y) => {
                let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(whole);
                put(&mut data, format_args!("C{x1} {y1} {x2} {y2} {x} {y}"));
            }
            PathSegment::Close => data.push('z'),
        }
    }
    data
}
