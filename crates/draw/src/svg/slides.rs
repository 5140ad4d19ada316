//! The slides of an SVG: those of a track are one below the other on a strip of film that moves up. A
//! single rule moves each strip.
//!
//! Words repeat from slide to slide, so each word is defined once, from glyphs that are defined
//! once.

use std::collections::BTreeMap;

use super::captions::{GLYPH_GRID, attribute, outline, viewer_texts};
use super::format::{id, short};
use super::{Document, SUFFIX, iterations};
use crate::text::{FontId, Fonts, Glyph, UNITS_PER_EM};
use flaky_core::animation::Plays;
use flaky_core::scene::markup::{self, put};
use flaky_core::scene::text::Face;
use flaky_core::scene::timelapse::Slides;
use flaky_core::scene::{Caption, Colour};
use flaky_core::timeline::{Tick, Timeline};

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

/// What is on a strip.
#[derive(Default)]
struct Strip {
    looks: BTreeMap<Look, Texts>,
    /// The rectangles, by colour, as one path.
    rects: BTreeMap<u8, (Colour, String)>,
}

/// What all strips share.
struct Film<'a> {
    fonts: &'a Fonts,
    glyphs: BTreeMap<(FontId, u16), Option<usize>>,
    words: BTreeMap<Word, usize>,
    defs: String,
}

impl Document<'_> {
    /// A strip for each track of slides, moved at these moments; the last slides are visible
    /// without animation.
    pub(super) fn tracks(&mut self, tracks: &[&Slides], plays: Plays, moments: &Moments) {
        let mut film = Film {
            fonts: self.fonts,
            glyphs: BTreeMap::new(),
            words: BTreeMap::new(),
            defs: String::new(),
        };
        let height = f64::from(self.scene.size.height);
        let strips: Vec<Strip> = tracks.iter().map(|slides| film.strip(slides, height)).collect();
        self.add(format_args!("<defs>{}</defs>", film.defs));
        for (number, (slides, strip)) in tracks.iter().zip(strips).enumerate() {
            self.strip(number, slides, &strip);
            self.move_strip(number, slides, plays, moments);
        }
    }

    fn strip(&mut self, number: usize, slides: &Slides, strip: &Strip) {
        let last = slides.count().saturating_sub(1);
        let up = last as f64 * f64::from(self.scene.size.height);
        self.add(format_args!(
            "<g class=\"k{number}{SUFFIX}\" transform=\"translate(0 -{})\">",
            markup::number(up)
        ));
        for (colour, path) in strip.rects.values() {
            let colour = self.scene.theme.rgb(*colour);
            self.add(format_args!("<path fill=\"{colour}\" d=\"{path}\"/>"));
        }
        for Texts { sample, words, viewers } in strip.looks.values() {
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

    /// The rule that moves a strip to each of its slides at the first moment at which it is visible.
    fn move_strip(&mut self, number: usize, slides: &Slides, plays: Plays, moments: &Moments) {
        let height = u64::from(self.scene.size.height);
        let mut rule = String::new();
        let mut before = None;
        for (percent, t_s) in &moments.list {
            let Some(index) = slides.at(*t_s) else { continue };
            if before.replace(index) != Some(index) {
                let up = index as u64 * height;
                put(&mut rule, format_args!("{percent}%{{transform:translateY(-{up}px)}}"));
            }
        }
        let up = before.unwrap_or(0) as u64 * height;
        let (seconds, times) = (moments.seconds, iterations(plays));
        put(
            &mut self.css,
            format_args!(
                ".k{number}{SUFFIX}{{animation:k{number}{SUFFIX} {seconds}s step-end {times} forwards}}\
                 @keyframes k{number}{SUFFIX}{{{rule}to{{transform:translateY(-{up}px)}}}}"
            ),
        );
    }

    /// The rule that moves the trace from beat to beat.
    pub(super) fn advance(&mut self, plays: Plays, moments: &Moments) {
        let trace = &self.scene.trace;
        let at = |t_s: f64| markup::number(trace.width - t_s * trace.px_per_s());
        let mut rule = String::new();
        for (percent, t_s) in &moments.list {
            let x = at(*t_s);
            put(&mut rule, format_args!("{percent}%{{transform:translateX({x}px)}}"));
        }
        let end = at(moments.last_s());
        let (seconds, times) = (moments.seconds, iterations(plays));
        put(
            &mut self.css,
            format_args!(
                ".s{SUFFIX}{{animation:s{SUFFIX} {seconds}s step-end {times} forwards}}\
                 @keyframes s{SUFFIX}{{{rule}to{{transform:translateX({end}px)}}}}"
            ),
        );
    }
}

/// The moments of a timeline: when each begins, in percent of the whole, and its instant.
pub(super) struct Moments {
    list: Vec<(String, f64)>,
    /// The duration of the whole.
    seconds: f64,
}

impl Moments {
    /// The instant of the last one.
    pub(super) fn last_s(&self) -> f64 {
        self.list.last().map_or(0.0, |(_, t_s)| *t_s)
    }

    pub(super) fn new(timeline: &Timeline) -> Self {
        let ticks: Vec<_> = timeline.clone().ticks().collect();
        let total: u32 = ticks.iter().map(|tick| tick.delay).sum();
        let seconds = f64::from(total) / f64::from(timeline.ticks_per_s());
        let mut passed = 0;
        let moment = |tick: &Tick| {
            let percent = short(100.0 * f64::from(passed) / f64::from(total.max(1)), 3);
            passed += tick.delay;
            (percent, tick.t_s)
        };
        Self { list: ticks.iter().map(moment).collect(), seconds }
    }
}

/// Pixels per step of a glyph's grid, exactly as written.
fn scale(caption: &Caption) -> f64 {
    let digits = 1e5;
    (digits * GLYPH_GRID * caption.size / UNITS_PER_EM).round() / digits
}

impl Film<'_> {
    /// The slides below each other, each `height` pixels high.
    fn strip(&mut self, slides: &Slides, height: f64) -> Strip {
        let mut strip = Strip::default();
        for index in 0..slides.count() {
            let slide = slides.make(index);
            let down = index as f64 * height;
            for caption in &slide.captions {
                self.caption(&mut strip, caption, down);
            }
            for rect in &slide.rects {
                let (_, path) =
                    strip.rects.entry(rect.colour as u8).or_insert((rect.colour, String::new()));
                let (x, y) = (markup::number(rect.x), markup::number(rect.y + down));
                let (width, height) = (markup::number(rect.width), markup::number(rect.height));
                put(path, format_args!("M{x} {y}h{width}v{height}h-{width}z"));
            }
        }
        strip
    }

    /// Puts the words of a caption on a strip, `down` pixels from its top.
    fn caption(&mut self, strip: &mut Strip, caption: &Caption, down: f64) {
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
        let texts = strip.looks.entry(look).or_insert_with(|| Texts {
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
