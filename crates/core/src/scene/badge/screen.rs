//! A report on a monitor: words above, the beats of up to [`MOST_RUNS`] runs below. No beat reaches
//! the words.

use super::beats::{self, Cell, Scale};
use super::{Badge, Lettering, Segment, alt_text, light, row, still_trace, symbol};
use crate::pulse;
use crate::scene::alarm::urgency;
use crate::scene::monitor::{grid, nominal_px_per_mm};
use crate::scene::text::{Face, TextMetrics};
use crate::scene::theme::{Colour, Theme};
use crate::scene::{Anchor, Caption, Scene, Size, Trace};
use crate::verdict::{RecentRun, Report, Verdict, recent};

/// The size for which all others are stated, in pixels. They scale with the shorter side.
const DESIGN: (f64, f64) = (240.0, 80.0);
/// The most finished runs on a screen.
pub const MOST_RUNS: u16 = 60;
/// The distance of texts and beats from the edges, and between texts, in pixels.
const PAD: f64 = 6.0;
/// Font sizes and baselines of the texts, in pixels: the label, the state, the numeral and the words
/// above it.
const LABEL: (f64, f64) = (10.0, 14.0);
const STATE: (f64, f64) = (13.0, 30.0);
const NUMERAL: (f64, f64) = (20.0, 32.0);
const ABOUT: (f64, f64) = (8.0, 13.0);
/// The highest peak from the top and the lowest one from the bottom, in pixels. The latter is this much
/// below the baseline, as a part of the height above it.
const TOP: f64 = 37.0;
const BOTTOM: f64 = 2.0;
const BELOW: f64 = 0.25;
/// The most width of a beat in pixels. A double beat is [`DOUBLE`] times as wide.
const BEAT: f64 = 24.0;
const DOUBLE: f64 = 1.5;
/// The beats of a symbol, and the largest voltage of one in millivolts.
const SYMBOL_BEATS: u32 = 16;
const SYMBOL_MV: f64 = 1.15;
/// The width of the line, as a part of the theme's at the design height of a monitor.
const STROKE: f64 = 0.6;
/// The length of the light's tail in pixels, and the time in which it crosses the screen, in seconds.
const TAIL: f64 = 70.0;
const LAP_S: f64 = 6.4;
/// The months by their number.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The settings of a screen.
#[derive(Clone, Debug)]
pub struct ScreenSettings {
    /// The size of the picture.
    pub size: Size,
    /// The colours.
    pub theme: Theme,
    /// The label, such as "pipeline"; may be empty.
    pub label: String,
    /// True to let the light run. A stopped pipeline is always a still picture.
    pub animated: bool,
}

/// Lays out the monitor of `report`.
pub fn screen(report: &Report, settings: &ScreenSettings, metrics: &dyn TextMetrics) -> Badge {
    let (width, height) = (f64::from(settings.size.width), f64::from(settings.size.height));
    let unit = (width / DESIGN.0).min(height / DESIGN.1);
    let runs = recent::latest(&report.recent, usize::from(MOST_RUNS));
    let left = (PAD * unit).round();
    let room = width - 2.0 * left;
    let base = TOP * unit + (height - (TOP + BOTTOM) * unit) / (1.0 + BELOW);
    let base = base.floor() + 0.5;
    let scale = Scale {
        base,
        height: base - TOP * unit,
        unit,
        stroke: (STROKE * settings.theme.stroke * unit).max(1.0),
    };
    let rhythm = pulse::symbol(report, SYMBOL_BEATS, pulse::MONITOR_RR_S);
    let trace = Trace {
        baseline: base,
        px_per_mv: scale.height / SYMBOL_MV,
        stroke: scale.stroke,
        ..still_trace(&rhythm, room, unit)
    };
    let beats = match runs {
        [] => symbol(report, &trace, &rhythm, left),
        runs => beats::of_runs(runs, &cells(runs, left, room, BEAT * unit), scale),
    };
    let captions = Words { width, unit, metrics }.captions(report, &settings.label, runs);
    let scene = Scene {
        size: settings.size,
        theme: settings.theme.clone(),
        transparent: false,
        alt: alt_text(&settings.label, report, Some(runs)),
        marks: grid(width, height, nominal_px_per_mm(settings.size), base),
        trace,
        captions,
    };
    Badge {
        scene,
        segments: vec![Segment { width, fill: settings.theme.rgb(Colour::Ground) }],
        beats,
        window: left,
        corner: 0.0,
        sheen: false,
        lettering: Lettering::Halo,
        light: light(report, settings.animated, TAIL * unit, LAP_S),
    }
}

/// The places of runs in `room` pixels from `left` on. Their edges are whole pixels, and the latest
/// run is at the right.
fn cells(runs: &[RecentRun], left: f64, room: f64, most: f64) -> Vec<Cell> {
    let weight = |run: &RecentRun| if run.verdict == Verdict::Flaky { DOUBLE } else { 1.0 };
    let all: f64 = runs.iter().map(weight).sum();
    let beat = most.min(room / all);
    let snapped = |cell: Cell| {
        let x = cell.x.round();
        Cell { x, width: (cell.x + cell.width).round() - x }
    };
    let widths = runs.iter().map(|run| beat * weight(run)).collect();
    row(left + room - beat * all, widths).into_iter().map(snapped).collect()
}

/// The place of the words.
struct Words<'a> {
    width: f64,
    unit: f64,
    metrics: &'a dyn TextMetrics,
}

impl Words<'_> {
    /// The label and the state at the left, the numeral at the right.
    fn captions(&self, report: &Report, label: &str, runs: &[RecentRun]) -> Vec<Caption> {
        let (colour, stars) = urgency(pulse::alarm(report.verdict));
        let state = format!("{stars} {}", report.message().to_uppercase()).trim_start().to_string();
        let mut right: Vec<Caption> = Vec::new();
        if let Some(numeral) = Numeral::new(report, runs) {
            right.push(self.text(numeral.about, Face::Regular, ABOUT, Colour::Text));
            right.push(self.text(&numeral.text, Face::Bold, NUMERAL, numeral.colour));
        }
        for caption in &mut right {
            (caption.x, caption.anchor) = (self.width - PAD * self.unit, Anchor::End);
        }
        let edge = right.iter().map(|caption| caption.left(self.metrics));
        let edge = edge.fold(self.width, f64::min) - PAD * self.unit;
        let left = [
            self.text(label, Face::Bold, LABEL, Colour::Text),
            self.text(&state, Face::Bold, STATE, colour),
        ];
        let fitting = left.map(|caption| {
            let room = edge - caption.x;
            caption.shortened(self.metrics, room)
        });
        fitting.into_iter().chain(right).filter(|caption| !caption.text.is_empty()).collect()
    }

    /// A text at the left edge, with this size and baseline.
    fn text(&self, text: &str, face: Face, (size, y): (f64, f64), colour: Colour) -> Caption {
        Caption {
            x: PAD * self.unit,
            y: y * self.unit,
            ..Caption::always(text, face, size * self.unit, colour)
        }
    }
}

/// The numeral of a screen.
struct Numeral {
    text: String,
    /// What it is about.
    about: &'static str,
    colour: Colour,
}

impl Numeral {
    /// Since when the runs fail; or how many failed in a row, if all that are known did; or else the
    /// share that ended green. `None` if nothing of this is known.
    fn new(report: &Report, runs: &[RecentRun]) -> Option<Self> {
        let red = report.drawn_verdict() == Verdict::Failed;
        if let Some(text) = report.since.as_deref().filter(|_| red).and_then(day) {
            return Some(Self { text, about: "red since", colour: Colour::High });
        }
        let rate = recent::green_rate(runs)?;
        if red && rate == 0 {
            let failed = runs.iter().filter(|run| run.verdict == Verdict::Failed).count();
            let (text, about) = (format!("{failed}+"), "failed in a row");
            return Some(Self { text, about, colour: Colour::High });
        }
        let colour = if rate == 0 { Colour::High } else { Colour::Trace };
        Some(Self { text: format!("{rate}%"), about: "ended green", colour })
    }
}

/// The day of a time in RFC 3339: "26 Nov".
fn day(time: &str) -> Option<String> {
    let mut parts = time.get(..10)?.split('-').skip(1);
    let month: usize = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    Some(format!("{day} {}", MONTHS.get(month.checked_sub(1)?)?))
}
