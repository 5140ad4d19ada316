//! A badge as SVG: its parts that stand still, and the light that runs over its beats.
//!
//! The light is a mask over a copy of the beats in the beam's colour. It holds a rectangle with a
//! gradient; moving that rectangle is the whole animation. Beats in the alarm's colour keep it, so that
//! they stand out at every moment.

use std::io::{self, Write};

use flaky_core::animation::Plays;
use flaky_core::scene::badge::{Lettering, Light};
use flaky_core::scene::markup::{badge_layer, number, path_data, put, stroke_width};
use flaky_core::scene::{Badge, Colour, Strokes};

use super::captions::GLYPH_GRID;
use super::format::short;
use super::trace::GLOW;
use super::{Document, SUFFIX, iterations, write};
use crate::text::{Fonts, UNITS_PER_EM};

/// The shadow of letters: how far it lies below them and its opacity, and the widths and opacities of
/// the strokes that soften it. Widths and distances are parts of the font size.
const SHADOW: (f64, f64) = (1.0 / 11.0, 0.3);
const SOFTENED: [(f64, f64); 2] = [(4.0 / 11.0, 0.06), (2.0 / 11.0, 0.09)];
/// The colour of the shadow.
const SHADE: &str = "#010101";

/// The parts of a badge that a document shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All parts, and the light moves.
    Moving,
    /// All parts without the light.
    Still,
    /// All parts, and the light is everywhere.
    Lit,
}

/// Writes a badge. Its light moves forever if it has one.
///
/// # Errors
/// Those of `out`.
pub fn badge(badge: &Badge, fonts: &Fonts, out: impl Write) -> io::Result<()> {
    write(&badge_document(badge, fonts, Shown::Moving), out)
}

/// A badge as a document.
pub(crate) fn badge_document(badge: &Badge, fonts: &Fonts, shown: Shown) -> String {
    let mut document = Document::new(&badge.scene, fonts, None, 0.0);
    document.lettering = badge.lettering;
    if !badge.beats.is_empty() {
        document.beats(badge, shown);
    }
    match badge.lettering {
        Lettering::Shadow => document.shaded_captions(),
        Lettering::Plain | Lettering::Halo => document.captions(),
    }
    document.finish(&badge_layer(badge, "~"))
}

impl Document<'_> {
    /// The beats, and the light over them.
    fn beats(&mut self, badge: &Badge, shown: Shown) {
        let theme = &self.scene.theme;
        self.body.push_str("<defs>");
        for (n, strokes) in badge.beats.iter().enumerate() {
            let data = path_data(&strokes.lines);
            self.add(format_args!("<path id=\"p{n}{SUFFIX}\" d=\"{data}\"/>"));
        }
        let light = badge.light.filter(|_| shown == Shown::Moving);
        if let Some(light) = light {
            self.mask(badge, light);
        }
        // A line is as wide outside its ends as inside; the texts beside the window stay free of it.
        self.add(format_args!(
            "<clipPath id=\"c{SUFFIX}\"><rect x=\"{}\" width=\"{}\" height=\"{}\"/></clipPath></defs>\
             <g fill=\"none\" stroke-linejoin=\"bevel\" clip-path=\"url(#c{SUFFIX})\">",
            number(badge.window),
            number(self.scene.trace.width),
            self.scene.size.height,
        ));
        for (n, strokes) in badge.beats.iter().enumerate() {
            let colour = theme.rgb(strokes.colour);
            for (wider, part) in GLOW.iter().filter(|_| theme.glow > 0.0) {
                self.add(format_args!(
                    "<use href=\"#p{n}{SUFFIX}\" stroke=\"{colour}\" stroke-width=\"{}\" \
                     stroke-opacity=\"{}\"/>",
                    number(wider * strokes.width),
                    short(part * theme.glow, 2)
                ));
            }
            let width = stroke_width(strokes);
            self.add(format_args!("<use href=\"#p{n}{SUFFIX}\" stroke=\"{colour}\"{width}/>"));
        }
        if light.is_some() || (shown == Shown::Lit && badge.light.is_some()) {
            let masked = match light {
                Some(_) => format!(" mask=\"url(#m{SUFFIX})\""),
                None => String::new(),
            };
            self.add(format_args!("<g stroke=\"{}\"{masked}>", theme.rgb(Colour::Beam)));
            let dull = |strokes: &Strokes| strokes.colour != Colour::Medium;
            for (n, strokes) in badge.beats.iter().enumerate().filter(|(_, beat)| dull(beat)) {
                let width = stroke_width(strokes);
                self.add(format_args!("<use href=\"#p{n}{SUFFIX}\"{width}/>"));
            }
            self.body.push_str("</g>");
        }
        self.body.push_str("</g>");
        if let Some(light) = light {
            self.moving_light(badge, light);
        }
    }

    /// The mask through which the light is seen, and its gradient.
    fn mask(&mut self, badge: &Badge, light: Light) {
        let (from, _) = badge.light_at(light, 0.0);
        let height = self.scene.size.height;
        self.add(format_args!(
            "<linearGradient id=\"f{SUFFIX}\"><stop stop-color=\"#fff\" stop-opacity=\"0\"/>\
             <stop offset=\"1\" stop-color=\"#fff\"/></linearGradient>\
             <mask id=\"m{SUFFIX}\" maskUnits=\"userSpaceOnUse\" x=\"{}\" y=\"0\" width=\"{}\" \
             height=\"{height}\"><rect class=\"s{SUFFIX}\" x=\"{}\" width=\"{}\" \
             height=\"{height}\" fill=\"url(#f{SUFFIX})\"/></mask>",
            number(badge.window),
            number(self.scene.trace.width),
            number(from),
            number(light.tail),
        ));
    }

    /// The rule that moves the light.
    fn moving_light(&mut self, badge: &Badge, light: Light) {
        let way = badge.light_at(light, light.lap_s).0 - badge.light_at(light, 0.0).0;
        put(
            &mut self.css,
            format_args!(
                ".s{SUFFIX}{{animation:s{SUFFIX} {}s linear {}}}\
                 @keyframes s{SUFFIX}{{to{{transform:translateX({}px)}}}}",
                short(light.lap_s, 3),
                iterations(Plays::Forever),
                number(way)
            ),
        );
    }

    /// The captions above their shadow. The shadow is blurred by faint wide strokes, since a filter
    /// would be applied anew in every frame.
    fn shaded_captions(&mut self) {
        let Some(caption) = self.scene.captions.first() else { return };
        let colour = self.scene.theme.rgb(caption.colour);
        let (size, unit) = (caption.size, UNITS_PER_EM / GLYPH_GRID);
        self.add(format_args!("<defs><g id=\"k{SUFFIX}\">"));
        self.captions();
        self.add(format_args!(
            "</g></defs><g fill=\"{SHADE}\" stroke=\"{SHADE}\" stroke-linejoin=\"round\" \
             transform=\"translate(0 {})\">",
            short(SHADOW.0 * size, 2)
        ));
        for (n, (width, opacity)) in SOFTENED.iter().enumerate() {
            let filled = if n == 0 { short(SHADOW.1, 2) } else { "0".to_string() };
            self.add(format_args!(
                "<use href=\"#k{SUFFIX}\" fill-opacity=\"{filled}\" stroke-width=\"{}\" \
                 stroke-opacity=\"{}\"/>",
                number(width * unit),
                short(*opacity, 2)
            ));
        }
        self.add(format_args!("</g><use href=\"#k{SUFFIX}\" fill=\"{colour}\"/>"));
    }
}
