//! The slides of an SVG: one below the other on a strip of film that moves up by one picture at a
//! time. A single rule moves all slides, however many there are.
//!
//! Words repeat from slide to slide, so each word is defined once, from glyphs that are defined
//! once.

use std::collections::BTreeMap;

use super::captions::{GLYPH_GRID, outline};
use super::format::{id, short};
use super::{Document, SUFFIX, iterations};
use crate::text::{self, Glyph};
use flaky_core::animation::Plays;
use flaky_core::scene::markup::{number, put};
use flaky_core::scene::text::Face;
use flaky_core::scene::timelapse::Slides;
use flaky_core::scene::{Caption, Colour};
use flaky_core::timeline::Timeline;

/// The words of one look: face, size, colour.
type Look = (Face, u64, u8);

/// What is on the strip.
#[derive(Default)]
struct Film {
    glyphs: BTreeMap<(Face, u16), Option<usize>>,
    words: BTreeMap<(Face, Vec<u16>), usize>,
    defs: String,
    /// The words of each look, as markup, and a caption that has it.
    looks: BTreeMap<Look, (Caption, String)>,
    /// The rectangles, by colour, as one path.
    rects: BTreeMap<u8, (Colour, String)>,
}

impl Document<'_> {
    /// All slides; the last one is visible without animation.
    pub(super) fn slides(&mut self, slides: &Slides) {
        let height = f64::from(self.scene.size.height);
        let mut film = Film::default();
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
        for (caption, words) in film.looks.values() {
            let scale = scale(caption);
            let halo = self.halo(caption, scale);
            self.add(format_args!(
                "<g fill=\"{}\"{halo} transform=\"scale({size} -{size})\">{words}</g>",
                self.scene.theme.rgb(caption.colour),
                size = short(scale, 5)
            ));
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
    (digits * GLYPH_GRID * caption.size / text::units_per_em(caption.face)).round() / digits
}

impl Film {
    /// Puts the words of a caption on the film, `down` pixels from its top.
    fn caption(&mut self, caption: &Caption, down: f64) {
        let scale = scale(caption);
        let (left, line) = text::lay_out_caption(caption);
        let y = -((caption.baseline() + down) / scale).round() as i64;
        let space = |glyph: &Glyph| text::outline(caption.face, glyph.id).is_empty();
        let words: Vec<&[Glyph]> =
            line.glyphs.split(space).filter(|word| !word.is_empty()).collect();
        // More than two words share a group, which is shorter than a position for each.
        let together = words.len() > 2;
        let origin = if together { 0.0 } else { left };
        let mut markup = String::new();
        for word in words {
            let x = ((origin + word[0].x) / scale).round() as i64;
            let number = self.word(caption.face, word, scale);
            put(&mut markup, format_args!("<use href=\"#w{number}{SUFFIX}\""));
            if x != 0 {
                put(&mut markup, format_args!(" x=\"{x}\""));
            }
            let end = if together { "/>".to_string() } else { format!(" y=\"{y}\"/>") };
            markup.push_str(&end);
        }
        if together {
            let x = (left / scale).round() as i64;
            markup = format!("<g transform=\"translate({x} {y})\">{markup}</g>");
        }
        let look = (caption.face, caption.size.to_bits(), caption.colour as u8);
        let (_, words) = self.looks.entry(look).or_insert_with(|| (caption.clone(), String::new()));
        words.push_str(&markup);
    }

    /// The id of a word; a new one is defined.
    fn word(&mut self, face: Face, word: &[Glyph], scale: f64) -> String {
        let ids: Vec<u16> = word.iter().map(|glyph| glyph.id).collect();
        let next = self.words.len();
        if let Some(number) = self.words.get(&(face, ids.clone())) {
            return id(*number as u64);
        }
        let name = id(next as u64);
        let mut markup = format!("<g id=\"w{name}{SUFFIX}\">");
        for glyph in word {
            let Some(number) = self.glyph(face, glyph.id) else { continue };
            let x = match ((glyph.x - word[0].x) / scale).round() as i64 {
                0 => String::new(),
                x => format!(" x=\"{x}\""),
            };
            put(&mut markup, format_args!("<use href=\"#l{number}{SUFFIX}\"{x}/>"));
        }
        self.defs.push_str(&markup);
        self.defs.push_str("</g>");
        self.words.insert((face, ids), next);
        name
    }

    /// The number of a glyph, which is drawn where it is new; none where there is nothing to see.
    fn glyph(&mut self, face: Face, glyph: u16) -> Option<String> {
        let next = self.glyphs.len();
        let number = *self.glyphs.entry((face, glyph)).or_insert_with(|| {
            let data = outline(face, glyph);
            let path = format_args!("<path id=\"l{}{SUFFIX}\" d=\"{data}\"/>", id(next as u64));
            put(&mut self.defs, path);
            (!data.is_empty()).then_some(next)
        });
        number.map(|number| id(number as u64))
    }
}
