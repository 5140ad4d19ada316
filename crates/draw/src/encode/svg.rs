//! SVG: the scene as it is, moved by CSS.
//!
//! Every sweep is one path behind a mask. The mask holds a rectangle twice as long as the loop,
//! filled with the decay as a repeating gradient; sliding it is the whole animation, so the
//! beam keeps its pace in x whatever the line does in y. Without CSS, or where a person asks
//! for reduced motion, the same elements stand still at a chosen instant and are a complete
//! picture.
//!
//! Left out, because it does not work in a README or costs too much there: scripts, SMIL,
//! fonts (texts are outlines), filters. The glow is a wide faint stroke, and a fast beam is
//! not dimmer.

mod captions;
mod sheet;
mod slides;
mod spelling;

use std::fmt;
use std::io::{self, Write};

use flaky_core::animation::Plays;
use flaky_core::scene::markup::{number, put, static_layer};
use flaky_core::scene::theme::Decay;
use flaky_core::scene::{Colour, Motion, Scene, Trail};
use flaky_core::signal::Axis;
use flaky_core::timeline::Timeline;
use spelling::{escape, fnv, id, short};

/// Stands for the suffix of every id until the document is whole.
const SUFFIX: char = '~';
/// How long that suffix is.
const SUFFIX_DIGITS: u32 = 4;
/// Numbers in ids are written to this base, since there can be thousands.
const RADIX: u64 = 36;
/// The shapes of the tail are written at these parts of a sweep.
const TAIL_STOPS: [f64; 7] = [0.0, 0.08, 0.2, 0.4, 0.6, 0.8, 1.0];
/// The flash is written at these multiples of its time constant.
const FLASH_STOPS: [f64; 6] = [0.0, 0.4, 0.8, 1.2, 1.8, 2.6];
/// The glow: stroke widths, and parts of the theme's glow.
const GLOW: [(f64, f64); 2] = [(5.0, 0.35), (2.6, 0.5)];

/// Whether the picture moves, and if so how often.
#[derive(Clone, Debug, PartialEq)]
pub enum Life {
    /// A still.
    Still,
    /// It plays.
    Plays(Plays),
    /// It plays, a slide at a time.
    Steps(Plays, Timeline),
}

/// Writes `scene`; where nothing moves it is seen as at `base_s` seconds.
///
/// # Errors
/// Those of `out`.
pub fn write(scene: &Scene, life: Life, base_s: f64, mut out: impl Write) -> io::Result<()> {
    let document = Document { scene, life, base_s, body: String::new(), css: String::new() };
    out.write_all(document.finish().as_bytes())?;
    out.flush()
}

struct Document<'a> {
    scene: &'a Scene,
    life: Life,
    base_s: f64,
    body: String,
    css: String,
}

impl Document<'_> {
    fn finish(mut self) -> String {
        let (width, height) = (self.scene.size.width, self.scene.size.height);
        match &self.scene.sheet {
            Some(sheet) => self.sheet(sheet),
            None => self.trace(),
        }
        self.captions();
        if let Some(slides) = &self.scene.slides {
            self.slides(slides);
        }
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" {}",
            self.name()
        );
        if !self.css.is_empty() {
            let css = &self.css;
            put(
                &mut text,
                format_args!(
                    "<style>@media (prefers-reduced-motion:no-preference){{{css}}}</style>"
                ),
            );
        }
        text.push_str(&static_layer(self.scene, "~"));
        text.push_str(&self.body);
        text.push_str("</svg>\n");
        // Ids that depend on what is drawn do not clash where pictures share a page.
        let hash = fnv(text.as_bytes()) % RADIX.pow(SUFFIX_DIGITS);
        let suffix = format!("{:0>width$}", id(hash), width = SUFFIX_DIGITS as usize);
        text.replace(SUFFIX, &suffix)
    }

    /// What it is, for those who cannot see it, and for those who point at it.
    fn name(&self) -> String {
        let title = escape(&self.scene.title);
        match &self.scene.label {
            Some(label) => format!("aria-label=\"{}\"><title>{title}</title>", escape(label)),
            None => format!(
                "aria-labelledby=\"t{SUFFIX} d{SUFFIX}\"><title id=\"t{SUFFIX}\">{title}</title>\
                 <desc id=\"d{SUFFIX}\">{}</desc>",
                escape(&self.scene.description)
            ),
        }
    }

    fn add(&mut self, arguments: fmt::Arguments<'_>) {
        put(&mut self.body, arguments);
    }

    fn trace(&mut self) {
        let trace = &self.scene.trace;
        let count = i64::from(trace.sweeps);
        let strips: Vec<i64> = match (trace.motion, trace.signal.axis()) {
            (Motion::Scroll, Axis::Loop(_)) => (-1..count).collect(),
            _ => (0..count).collect(),
        };
        self.body.push_str("<defs>");
        for sweep in 0..count {
            self.path(sweep);
        }
        self.gradients();
        self.body.push_str("</defs>");
        let window = self.scene.case.as_ref().map(|case| number(case.window));
        if let Some(window) = &window {
            self.add(format_args!("<g transform=\"translate({window})\">"));
        }
        match trace.motion {
            Motion::Sweep => self.sweeping(&strips),
            Motion::Scroll => self.scrolling(&strips),
        }
        if window.is_some() {
            self.body.push_str("</g>");
        }
        if let Life::Steps(plays, timeline) = &self.life {
            self.step(*plays, &timeline.clone());
        }
        if let Life::Plays(plays) = self.life {
            let (from, to) = match trace.motion {
                Motion::Sweep => (0.0, trace.width * f64::from(trace.sweeps)),
                Motion::Scroll => (trace.width, trace.width * (1.0 - f64::from(trace.sweeps))),
            };
            let seconds = short(trace.display_s(), 3);
            put(
                &mut self.css,
                format_args!(
                    ".s{SUFFIX}{{animation:s{SUFFIX} {seconds}s linear {}}}\
                     @keyframes s{SUFFIX}{{from{{transform:translateX({}px)}}\
                     to{{transform:translateX({}px)}}}}",
                    iterations(plays),
                    number(from),
                    number(to)
                ),
            );
        }
    }

    /// The line of a sweep in tenths of a pixel, each point relative to the one before.
    fn path(&mut self, sweep: i64) {
        let trace = &self.scene.trace;
        let bleed = 0.5 * GLOW[0].0 * trace.stroke;
        let line = trace.sweep(sweep, bleed);
        let dashes = trace.dash_px.zip(line.first()).map(|(dash, first)| {
            // Counted from where the sweep begins, not from where its line does.
            let offset = (sweep as f64 * trace.width + first.0).rem_euclid(2.0 * dash);
            let (dash, offset) = (number(10.0 * dash), number(10.0 * offset));
            format!(" stroke-dasharray=\"{dash}\" stroke-dashoffset=\"{offset}\"")
        });
        let mut data = String::new();
        let mut at = (0, 0);
        for (i, (x, y)) in line.into_iter().enumerate() {
            let to = ((10.0 * x).round() as i64, (10.0 * y).round() as i64);
            let (dx, dy) = (to.0 - at.0, to.1 - at.1);
            match i {
                0 => put(&mut data, format_args!("m{dx} {dy}")),
                _ if (dx, dy) == (0, 0) => {}
                _ => {
                    let comma = if dy < 0 { "" } else { " " };
                    let gap = if i == 1 {
                        "l"
                    } else if dx < 0 {
                        ""
                    } else {
                        " "
                    };
                    put(&mut data, format_args!("{gap}{dx}{comma}{dy}"));
                }
            }
            at = to;
        }
        let dashes = dashes.unwrap_or_default();
        self.add(format_args!("<path id=\"p{sweep}{SUFFIX}\"{dashes} d=\"{data}\"/>"));
    }

    /// The decay by distance from the beam: for the line, and for what exceeds its own colour.
    fn gradients(&mut self) {
        let trace = &self.scene.trace;
        let decay = self.scene.theme.decay;
        let full = trace.width - trace.erased_px();
        let px = |stop: f64| stop * trace.width;
        let mut tail: Vec<(f64, f64)> = match trace.trail {
            Trail::Lcd => vec![(0.0, 1.0), (full, 1.0)],
            Trail::Phosphor => TAIL_STOPS
                .iter()
                .map(|part| (px(*part).min(full), decay.tail_at(px(*part).min(full) / trace.width)))
                .collect(),
        };
        tail.push((full, 0.0));
        if !self.evenly_lit() {
            self.gradient('f', &tail);
        }
        if trace.trail == Trail::Phosphor {
            let flash: Vec<_> = FLASH_STOPS
                .iter()
                .map(|times| {
                    let age_s = times * decay.flash_s;
                    let part = age_s / trace.sweep_s;
                    let light = decay.flash_at(age_s) + Decay::STEADY * decay.tail_at(part);
                    let hot = (light - Decay::STEADY) / (1.0 - Decay::STEADY);
                    (age_s * trace.px_per_s(), hot.clamp(0.0, 1.0))
                })
                .chain([(4.0 * decay.flash_s * trace.px_per_s(), 0.0)])
                .collect();
            self.gradient('h', &flash);
        }
    }

    /// Whether the whole line is seen at every moment: it does not fade, and the beam meets it
    /// nowhere.
    fn evenly_lit(&self) -> bool {
        let trace = &self.scene.trace;
        trace.trail == Trail::Lcd && trace.erased_px() <= 0.0
    }

    /// A gradient from opacities at distances behind the beam, in pixels. When sweeping it
    /// repeats with the loop and ends at the beam; when scrolling it ends at the right edge.
    fn gradient(&mut self, id: char, stops: &[(f64, f64)]) {
        let trace = &self.scene.trace;
        let (length, end, spread) = match trace.motion {
            Motion::Sweep => {
                (trace.width * f64::from(trace.sweeps), 0.0, " spreadMethod=\"repeat\"")
            }
            Motion::Scroll => (trace.width, trace.width, ""),
        };
        self.add(format_args!(
            "<linearGradient id=\"{id}{SUFFIX}\" gradientUnits=\"userSpaceOnUse\" \
             x1=\"{}\" x2=\"{}\"{spread}>",
            number(end - length),
            number(end)
        ));
        for (distance, opacity) in stops.iter().rev() {
            let offset = short(1.0 - distance / length, 4);
            let opacity = match short(*opacity, 3) {
                one if one == "1" => String::new(),
                other => format!(" stop-opacity=\"{other}\""),
            };
            self.add(format_args!("<stop offset=\"{offset}\" stop-color=\"#fff\"{opacity}/>"));
        }
        self.body.push_str("</linearGradient>");
    }

    fn sweeping(&mut self, strips: &[i64]) {
        let trace = &self.scene.trace;
        let (width, loop_px) = (trace.width, trace.width * f64::from(trace.sweeps));
        let beam = number(self.base_s.min(trace.duration_s()) * trace.px_per_s());
        let layers: &[char] = match trace.trail {
            Trail::Phosphor => &['f', 'h'],
            Trail::Lcd => &['f'],
        };
        for &sweep in strips {
            for &layer in layers {
                self.add(format_args!(
                    "<mask id=\"{layer}{sweep}{SUFFIX}\" maskUnits=\"userSpaceOnUse\" \
                     x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\">\
                     <g transform=\"translate({2})\"><rect class=\"s{SUFFIX}\" \
                     transform=\"translate({beam})\" x=\"{3}\" width=\"{4}\" height=\"{1}\" \
                     fill=\"url(#{layer}{SUFFIX})\"/></g></mask>\
                     <g mask=\"url(#{layer}{sweep}{SUFFIX})\">",
                    self.scene.size.width,
                    self.scene.size.height,
                    number(-(sweep as f64) * width),
                    number(-loop_px),
                    number(2.0 * loop_px),
                ));
                self.line(layer, &[(sweep, 0.0, 0.0)]);
                self.body.push_str("</g>");
            }
        }
    }

    fn scrolling(&mut self, strips: &[i64]) {
        let trace = &self.scene.trace;
        let (width, height) = (number(trace.width), self.scene.size.height);
        let beam = self.base_s.min(trace.duration_s()) * trace.px_per_s();
        let placed: Vec<(i64, f64, f64)> = strips
            .iter()
            .map(|strip| {
                (strip.rem_euclid(i64::from(trace.sweeps)), *strip as f64 * trace.width, 0.0)
            })
            .collect();
        let moved = number(trace.width - beam);
        let layers: &[char] = match trace.trail {
            Trail::Phosphor => &['f', 'h'],
            Trail::Lcd => &['f'],
        };
        let evenly_lit = self.evenly_lit();
        for &layer in layers {
            let light =
                if evenly_lit { "#fff".to_string() } else { format!("url(#{layer}{SUFFIX})") };
            self.add(format_args!(
                "<mask id=\"{layer}0{SUFFIX}\" maskUnits=\"userSpaceOnUse\" x=\"0\" y=\"0\" \
                 width=\"{width}\" height=\"{height}\"><rect width=\"{width}\" \
                 height=\"{height}\" fill=\"{light}\"/></mask>\
                 <g mask=\"url(#{layer}0{SUFFIX})\"><g class=\"s{SUFFIX}\" \
                 transform=\"translate({moved})\">"
            ));
            self.line(layer, &placed);
            self.body.push_str("</g></g>");
        }
    }

    /// The line of some sweeps, each moved to the right and down: with its glow in the trace's
    /// colour, alone in the beam's.
    fn line(&mut self, layer: char, sweeps: &[(i64, f64, f64)]) {
        let theme = &self.scene.theme;
        let stroke = 10.0 * self.scene.trace.stroke;
        let (colour, glow) = match layer {
            'h' => (theme.rgb(Colour::Beam), 0.0),
            _ => (theme.rgb(Colour::Trace), theme.glow),
        };
        self.add(format_args!(
            "<g fill=\"none\" stroke=\"{colour}\" stroke-linejoin=\"round\" transform=\"scale(.1)\">"
        ));
        let halo = GLOW.iter().filter(|_| glow > 0.0).map(|(w, o)| (stroke * w, Some(glow * o)));
        for (width, opacity) in halo.chain([(stroke, None)]) {
            let opacity = opacity
                .map(|opacity| format!(" stroke-opacity=\"{}\"", short(opacity, 2)))
                .unwrap_or_default();
            for (sweep, dx, dy) in sweeps {
                let moved = |name: &str, by: f64| match number(10.0 * by) {
                    zero if zero == "0" => String::new(),
                    by => format!(" {name}=\"{by}\""),
                };
                let (x, y) = (moved("x", *dx), moved("y", *dy));
                self.add(format_args!(
                    "<use href=\"#p{sweep}{SUFFIX}\"{x}{y} stroke-width=\"{}\"{opacity}/>",
                    number(width)
                ));
            }
        }
        self.body.push_str("</g>");
    }
}

fn iterations(plays: Plays) -> String {
    match plays {
        Plays::Forever => "infinite".to_string(),
        Plays::Times(times) => times.to_string(),
    }
}
