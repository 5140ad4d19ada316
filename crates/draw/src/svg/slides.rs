//! The slides of an SVG: one below the other on a strip of film that moves up by one picture at a
//! time. A single rule moves all slides, however many there are.
//!
//! Words repeat from slide to slide, so each word is defined once, from glyphs that are defined
//! once.

use std::collections::BTreeMap;

use super::captions::{GLYPH_GRID, attribute, outline, viewer_texts};
use super::format::{id, short};
use super::{Document, SUFFIX, iterations};
use crate::text::{FontId, Fonts, Glyph, UNITS_PER_EM};
use flaky_core::animation::Plays;
use flaky_core::scene::markup::{number, put};
use flaky_core::scene::text::Face;
use flaky_core::scene::timelapse::Slides;
use flaky_core::scene::{Caption, Colour};
use flaky_core::timeline::Timeline;

/// The words of one look: face, size, colour.
type Look = (Face, u64, u8);

/// The glyphs of a word: font, number, and place in steps of the grid.
type Word = Vec<(FontId, u16, i64, i64)>;

/// The texts of one look, as markup.
struct Texts {
    /// A caption that has this look.
    sample: Caption,
    words: String,
    /// What the viewer draws.
    viewers: String,
}

/// What is on the strip.
struct Film<'a> {
    fonts: &'a Fonts,
    glyphs: BTreeMap<(FontId, u16), Option<usize>>,
    words: BTreeMap<Word, usize>,
    defs: String,
    looks: BTreeMap<Look, Texts>,
    /// The rectangles, by colour, as one path.
    rects: BTreeMap<u8, (Colour, String)>,
}

impl Document<'_> {
    /// All slides; the last one is visible without animation.
    pub(super) fn slides(&mut self, slides: &Slides) {
        let height = f64::from(self.scene.size.height);
        let mut film = Film {
            fonts: self.fonts,
            glyphs: BTreeMap::new(),
            words: BTreeMap::new(),
            defs: String::new(),
            looks: BTreeMap::new(),
            rects: BTreeMap::new(),
        };
        for index in 0..slides.count() {
            let slide = slides.make(index);
            let down = index as f64 * height;
            for caption in &slide.captions {
                film.caption(caption, down);
            }
            for rect in &slide.rects {
                let (_, path) =
                    film.rects.entry(rect.colour as u8).or_insert((rect.colour, String::new()));
                let (x, y) = (number(rect.x), number(rect.y + down));
                let (width, height) = (number(rect.width), number(rect.height));
                put(path, format_args!("M{x} {y}h{width}v{height}h-{width}z"));
            }
        }
        let last = slides.count().saturating_sub(1);
        self.add(format_args!(
            "<defs>{}</defs><g class=\"k{SUFFIX}\" transform=\"translate(0 -{})\">",
            film.defs,
            number(last as f64 * height)
        ));
        for (colour, path) in film.rects.values() {
            let colour = self.scene.theme.rgb(*colour);
            self.add(format_args!("<path fill=\"{colour}\" d=\"{path}\"/>"));
        }
        for Texts { sample, words, viewers } in film.looks.values() {
            let scale = scale(sample);
            let halo = self.halo(sample, scale);
            self.add(format_args!(
                "<g fill=\"{}\"{halo} transform=\"scale({size} -{size})\">{words}</g>",
                self.scene.theme.rgb(sample.colour),
                size = short(scale, 5)
            ));
            if !viewers.is_empty() {
                self.viewers_group(sample, "", viewers);
            }
        }
        self.body.push_str("</g>");
    }

    /// The rules that move the trace and the film from beat to beat.
    pub(super) fn advance(&mut self, plays: Plays, timeline: &Timeline) {
        let frames = timeline.frames();
        let (trace, height) = (&self.scene.trace, self.scene.size.height);
        let ticks: Vec<_> = timeline.clone().ticks().collect();
        let total: u32 = ticks.iter().map(|tick| tick.delay).sum();
        let seconds = f64::from(total) / f64::from(timeline.ticks_per_s());
        let mut strip = String::new();
        let mut passed = 0;
        for tick in &ticks {
            let percent = short(100.0 * f64::from(passed) / f64::from(total), 3);
            let x = number(trace.width - tick.t_s * trace.px_per_s());
            put(&mut strip, format_args!("{percent}%{{transform:translateX({x}px)}}"));
            passed += tick.delay;
        }
        let last = ticks.last().map_or(0.0, |tick| tick.t_s);
        let end = number(trace.width - last * trace.px_per_s());
        let before_last = total - ticks.last().map_or(0, |tick| tick.delay);
        let percent = short(100.0 * f64::from(before_last) / f64::from(total), 3);
        let steps = frames.saturating_sub(1);
        let up = u64::from(steps) * u64::from(height);
        let times = iterations(plays);
        put(
            &mut self.css,
            format_args!(
                ".s{SUFFIX}{{animation:s{SUFFIX} {seconds}s step-end {times} forwards}}\
                 @keyframes s{SUFFIX}{{{strip}to{{transform:translateX({end}px)}}}}\
                 .k{SUFFIX}{{animation:k{SUFFIX} {seconds}s step-end {times} forwards}}\
                 @keyframes k{SUFFIX}{{0%{{transform:translateY(0);\
                 animation-timing-function:steps({})}}\
                 {percent}%,to{{transform:translateY(-{up}px)}}}}",
                steps.max(1)
            ),
        );
    }
}

/// Pixels per step of a glyph's grid, exactly as written.
fn scale(caption: &Caption) -> f64 {
    let digits = 1e5;
    (digits * GLYPH_GRID * caption.size / UNITS_PER_EM).round() / digits
}

impl Film<'_> {
    /// Puts the words of a caption on the film, `down` pixels from its top.
    fn caption(&mut self, caption: &Caption, down: f64) {
        let scale = scale(caption);
        let (left, line) = self.fonts.lay_out_caption(caption);
        let y = -((caption.baseline() + down) / scale).round() as i64;
        let space = |glyph: &Glyph| self.fonts.outline(glyph.font, glyph.id).is_empty();
        let words: Vec<&[Glyph]> =
            line.glyphs.split(space).filter(|word| !word.is_empty()).collect();
        // More than two words share a group, which is shorter than a position for each.
        let together = words.len() > 2;
        let origin = if together { 0.0 } else { left };
        let mut markup = String::new();
        for word in words {
            let x = ((origin + word[0].x) / scale).round() as i64;
            let number = self.word(word, scale);
            let x = attribute("x", x);
            put(&mut markup, format_args!("<use href=\"#w{number}{SUFFIX}\"{x}"));
            let end = if together { "/>".to_string() } else { format!(" y=\"{y}\"/>") };
            markup.push_str(&end);
        }
        if together {
            let x = (left / scale).round() as i64;
            markup = format!("<g transform=\"translate({x} {y})\">{markup}</g>");
        }
        let look = (caption.face, caption.size.to_bits(), caption.colour as u8);
        let texts = self.looks.entry(look).or_insert_with(|| Texts {
            sample: caption.clone(),
            words: String::new(),
            viewers: String::new(),
        });
        texts.words.push_str(&markup);
        texts.viewers.push_str(&viewer_texts(&line.texts, left, caption.baseline() + down));
    }

    /// The id of a word; a new one is defined.
    fn word(&mut self, word: &[Glyph], scale: f64) -> String {
        let steps = |px: f64| (px / scale).round() as i64;
        let placed =
            |glyph: &Glyph| (glyph.font, glyph.id, steps(glyph.x - word[0].x), steps(glyph.y));
        let placed: Word = word.iter().map(placed).collect();
        let next = self.words.len();
        if let Some(number) = self.words.get(&placed) {
            return id(*number as u64);
        }
        let name = id(next as u64);
        let mut markup = format!("<g id=\"w{name}{SUFFIX}\">");
        for (font, glyph, x, y) in &placed {
            let Some(number) = self.glyph(*font, *glyph) else { continue };
            let (x, y) = (attribute("x", *x), attribute("y", *y));
            put(&mut markup, format_args!("<use href=\"#l{number}{SUFFIX}\"{x}{y}/>"));
        }
        self.defs.push_str(&markup);
        self.defs.push_str("</g>");
        self.words.insert(placed, next);
        name
    }

    /// The number of a glyph, which is drawn where it is new; none where there is nothing to see.
    fn glyph(&mut self, font: FontId, glyph: u16) -> Option<String> {
        let next = self.glyphs.len();
        let number = *self.glyphs.entry((font, glyph)).or_insert_with(|| {
            let data = outline(self.fonts, font, glyph);
            let path = format_args!("<path id=\"l{}{SUFFIX}\" d=\"{data}\"/>", id(next as u64));
            put(&mut self.defs, path);
            (!data.is_empty()).then_some(next)
        });
        number.map(|number| id(number as u64))
    }
}
