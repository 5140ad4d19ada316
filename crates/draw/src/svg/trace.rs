//! The trace of an SVG: its line, its light and its motion.

use std::ops::Range;

use flaky_core::scene::markup::{number, put};
use flaky_core::scene::theme::Decay;
use flaky_core::scene::{Colour, Motion, Trail};
use flaky_core::signal::Axis;

use super::format::short;
use super::{Document, SUFFIX, iterations};

/// The tail of the decay is written at these parts of a sweep.
const TAIL_STOPS: [f64; 7] = [0.0, 0.08, 0.2, 0.4, 0.6, 0.8, 1.0];
/// The flash is written at these multiples of its time constant.
const FLASH_STOPS: [f64; 6] = [0.0, 0.4, 0.8, 1.2, 1.8, 2.6];
/// The glow: stroke widths, and parts of the theme's glow.
pub(crate) const GLOW: [(f64, f64); 2] = [(5.0, 0.35), (2.6, 0.5)];

impl Document<'_> {
    /// The trace over the whole picture.
    pub(super) fn trace(&mut self) {
        self.definitions();
        self.lit_line();
        self.animation();
    }

    /// The lines and the gradients.
    fn definitions(&mut self) {
        self.body.push_str("<defs>");
        let trace = &self.scene.trace;
        for sweep in 0..i64::from(trace.sweeps) {
            self.path(sweep, trace.sweep(sweep, 0.5 * GLOW[0].0 * trace.stroke));
        }
        self.gradients();
        self.body.push_str("</defs>");
    }

    fn lit_line(&mut self) {
        let trace = &self.scene.trace;
        let count = i64::from(trace.sweeps);
        match (trace.motion, trace.signal.axis()) {
            (Motion::Sweep, _) => self.sweeping(0..count),
            (Motion::Scroll, Axis::Loop(_)) => self.scrolling(-1..count),
            (Motion::Scroll, Axis::Line(_) | Axis::Open) => self.scrolling(0..count),
        }
    }

    /// The rule that moves the light or the line.
    fn animation(&mut self) {
        let (trace, Some(plays)) = (&self.scene.trace, self.plays) else { return };
        let (from, to) = match trace.motion {
            Motion::Sweep => (0.0, trace.width * f64::from(trace.sweeps)),
            Motion::Scroll => (trace.width, trace.width * (1.0 - f64::from(trace.sweeps))),
        };
        let seconds = short(trace.duration_s(), 3);
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

    /// A numbered line in tenths of a pixel, each point relative to the one before.
    pub(super) fn path(&mut self, number: i64, line: Vec<(f64, f64)>) {
        let tenths = |(x, y): (f64, f64)| ((10.0 * x).round() as i64, (10.0 * y).round() as i64);
        let mut points: Vec<(i64, i64)> = line.into_iter().map(tenths).collect();
        points.dedup();
        let mut data = String::new();
        let mut at = (0, 0);
        for (i, to) in points.into_iter().enumerate() {
            let (dx, dy) = (to.0 - at.0, to.1 - at.1);
            let comma = if dy < 0 { "" } else { " " };
            match i {
                0 => put(&mut data, format_args!("m{dx} {dy}")),
                1 => put(&mut data, format_args!("l{dx}{comma}{dy}")),
                _ if dx < 0 => put(&mut data, format_args!("{dx}{comma}{dy}")),
                _ => put(&mut data, format_args!(" {dx}{comma}{dy}")),
            }
            at = to;
        }
        self.add(format_args!("<path id=\"p{number}{SUFFIX}\" d=\"{data}\"/>"));
    }

    /// The decay by distance from the beam: of the line, and of the flash on top of it.
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

    /// Whether all of the line has the same light at every moment: it neither fades nor is erased.
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

    fn sweeping(&mut self, strips: Range<i64>) {
        let trace = &self.scene.trace;
        let (width, loop_px) = (trace.width, trace.width * f64::from(trace.sweeps));
        let beam = number(self.still_s.min(trace.duration_s()) * trace.px_per_s());
        let layers: &[char] = match trace.trail {
            Trail::Phosphor => &['f', 'h'],
            Trail::Lcd => &['f'],
        };
        for sweep in strips {
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

    fn scrolling(&mut self, strips: Range<i64>) {
        let trace = &self.scene.trace;
        let beam = self.still_s.min(trace.duration_s()) * trace.px_per_s();
        let count = i64::from(trace.sweeps);
        let place = |strip: i64| (strip.rem_euclid(count), strip as f64 * trace.width, 0.0);
        let placed: Vec<(i64, f64, f64)> = strips.map(place).collect();
        let moved = number(trace.width - beam);
        let layers: &[char] = match trace.trail {
            Trail::Phosphor => &['f', 'h'],
            Trail::Lcd => &['f'],
        };
        let evenly_lit = self.evenly_lit();
        for &layer in layers {
            let light =
                if evenly_lit { "#fff".to_string() } else { format!("url(#{layer}{SUFFIX})") };
            let (width, height) = (number(trace.width), self.scene.size.height);
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

    /// The lines with these numbers, each moved right and down: in the trace's colour with its glow, or
    /// in the beam's colour without.
    pub(super) fn line(&mut self, layer: char, lines: &[(i64, f64, f64)]) {
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
            for (index, dx, dy) in lines {
                let moved = |name: &str, by: f64| match number(10.0 * by) {
                    zero if zero == "0" => String::new(),
                    by => format!(" {name}=\"{by}\""),
                };
                let (x, y) = (moved("x", *dx), moved("y", *dy));
                self.add(format_args!(
                    "<use href=\"#p{index}{SUFFIX}\"{x}{y} stroke-width=\"{}\"{opacity}/>",
                    number(width)
                ));
            }
        }
        self.body.push_str("</g>");
    }
}
