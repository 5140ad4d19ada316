//! The badge of a report: a label, a window with the trace, and the verdict.
//!
//! Its metrics and hues are those of the usual badges in a README, so that it fits into a row of them.
//! Each beat in the window is one of the latest runs; where none is known, the trace is the symbol of
//! the state ([`pulse::symbol`]). The beats stand still, all of them visible, and a light runs over
//! them. A [`screen()`] shows the same on a monitor.

mod beats;
mod paint;
mod screen;
mod verdana;
mod word;

pub use screen::{MOST_RUNS as SCREEN_RUNS, ScreenSettings, screen};

use super::text::TextMetrics;
use super::theme::{Colour, Rgb, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Caption, Scene, Size, Strokes};
use crate::pulse;
use crate::rhythm::Rhythm;
use crate::signal::Signal;
use crate::timeline::Timeline;
use crate::verdict::{RecentRun, Report, Verdict, recent};
use beats::{Cell, Scale};
use word::Word;

/// The default height in pixels. All other sizes are stated for this height and scale with it.
pub const HEIGHT: u32 = 20;
/// The most finished runs in a badge.
const MOST_RUNS: usize = 16;
/// The largest part of the usual badge's width that the window adds.
const MOST_WIDER: f64 = 0.35;
/// The least and the most width of the window in pixels; it is narrower where the label is short.
const WINDOW: (f64, f64) = (16.0, 49.0);
/// The widths of a beat and of a double beat in pixels that are tried, widest first.
const BEATS: [(f64, f64); 6] =
    [(12.0, 15.0), (8.0, 10.0), (4.0, 5.0), (3.0, 4.0), (2.0, 3.0), (2.0, 2.0)];
/// The distance of the first beat from the left edge of the window in pixels, if there is room.
const MARGIN: f64 = 1.0;
/// The width of the window and of a beat in a symbol, in pixels.
const SYMBOL: f64 = 46.0;
const SYMBOL_BEAT: f64 = 11.5;
/// Label and message are this much nearer to each other than to the outer edges, in pixels.
const NEARER: f64 = 1.0;
/// The radius of the corners in pixels.
const CORNER: f64 = 3.0;
/// The position of the baseline from the top and the height of a double beat, in pixels. Lines a pixel
/// wide cover one row there.
const BASELINE: f64 = 14.5;
const BEAT_HEIGHT: f64 = 12.0;
/// The width of the line of beats and of a symbol, in pixels. That of beats is at most [`THIN`] of the
/// least width of one.
const STROKE: f64 = 1.0;
const THIN: f64 = 0.55;
const SYMBOL_STROKE: f64 = 1.3;
/// The length of a millivolt of a symbol in pixels.
const PX_PER_MV: f64 = 9.0;
/// The pause sign: its middle as a part of the window, the distance of its bars from there and their
/// upper and lower ends, in pixels.
const PAUSE_AT: f64 = 0.78;
const PAUSE_BAR: f64 = 2.0;
const PAUSE_ROWS: (f64, f64) = (4.5, 11.5);
/// The length of the light's tail in pixels, and the time in which it crosses the window, in seconds.
const TAIL: f64 = 14.0;
const LAP_S: f64 = 3.2;
/// The lap of the light while a run is in progress, in laps at rest.
const RUNNING_LAP: f64 = 0.625;
/// Frames per second; a frame lasts a whole number of GIF ticks.
pub const FPS: f64 = 12.5;

/// A coloured segment of a badge. It is as high as the badge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Its width in pixels.
    pub width: f64,
    /// Its colour.
    pub fill: Rgb,
}

/// What sets letters off from their background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lettering {
    /// Nothing.
    Plain,
    /// A soft shadow below.
    Shadow,
    /// An outline in the colour of the ground.
    Halo,
}

/// A light that runs over the beats again and again, from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// The length of its tail, in pixels.
    pub tail: f64,
    /// The time from one entry into the window to the next, in seconds. Meanwhile the light crosses
    /// the window and leaves it with its whole tail.
    pub lap_s: f64,
}

/// A badge or a [`screen()`], laid out.
#[derive(Clone, Debug)]
pub struct Badge {
    /// Size, colours, texts and marks. Its trace is the symbol of the state, as wide as the window.
    pub scene: Scene,
    /// The segments from left to right. Their widths add up to that of the badge.
    pub segments: Vec<Segment>,
    /// The lines in the window; empty if there is no trace.
    pub beats: Vec<Strokes>,
    /// The left edge of the window, in pixels. The window is as wide as the trace.
    pub window: f64,
    /// The radius of the corners, in pixels.
    pub corner: f64,
    /// True for a gradient from light to dark over the segments.
    pub sheen: bool,
    /// What sets the letters off.
    pub lettering: Lettering,
    /// The light; `None` in a still picture.
    pub light: Option<Light>,
}

impl Badge {
    /// The timeline of its frames, or of the one frame of a still picture.
    pub fn timeline(&self, ticks_per_s: u32) -> Timeline {
        match self.light {
            Some(light) => Timeline::uniform(light.lap_s, FPS, ticks_per_s),
            None => Timeline::still(0.0, ticks_per_s),
        }
    }

    /// The left and the right end of the light at `t_s` seconds, in pixels; its head is the right one.
    pub fn light_at(&self, light: Light, t_s: f64) -> (f64, f64) {
        let way = self.scene.trace.width + light.tail;
        let head = self.window + way * t_s / light.lap_s;
        (head - light.tail, head)
    }
}

/// The settings of a badge.
#[derive(Clone, Debug)]
pub struct BadgeSettings {
    /// The height in pixels.
    pub height: u32,
    /// True for round corners, a sheen and shadows.
    pub round: bool,
    /// The colours of the window.
    pub theme: Theme,
    /// The label, such as "pipeline"; may be empty.
    pub label: String,
    /// True to draw the window with the trace.
    pub trace: bool,
    /// True to let the light run. A stopped pipeline is always a still picture.
    pub animated: bool,
}

impl Default for BadgeSettings {
    fn default() -> Self {
        Self {
            height: HEIGHT,
            round: true,
            theme: Theme::default(),
            label: "pipeline".to_string(),
            trace: true,
            animated: true,
        }
    }
}

/// Lays out the badge of `report`.
pub fn badge(report: &Report, settings: &BadgeSettings, metrics: &dyn TextMetrics) -> Badge {
    let scale = f64::from(settings.height) / f64::from(HEIGHT);
    let message = report.message();
    let label = Word::new(&settings.label, metrics);
    let message = Word::new(&message, metrics);
    let most = (MOST_WIDER * (label.segment() + message.segment())).floor();
    let runs = recent::latest(&report.recent, MOST_RUNS);
    let (cells, window) = match (settings.trace, runs) {
        (false, _) => (Vec::new(), 0.0),
        (true, []) => (Vec::new(), SYMBOL.min(most)),
        (true, runs) => cells(runs, most),
    };
    let left = label.segment();
    let texts = [
        label.caption(NEARER),
        message.caption(left + window - if left > 0.0 { NEARER } else { 0.0 }),
    ];
    let captions = texts.into_iter().flatten().map(|caption| Caption {
        x: scale * caption.x,
        y: scale * caption.y,
        size: scale * caption.size,
        ..caption
    });
    let segments = [
        (label.segment(), paint::LABEL),
        (window, settings.theme.rgb(Colour::Ground)),
        (message.segment(), paint::fill(report.verdict, settings.round)),
    ];
    let rhythm = pulse::symbol(report, symbol_beats(window), pulse::BADGE_RR_S);
    let trace = Trace {
        px_per_mv: scale * PX_PER_MV,
        baseline: scale * BASELINE,
        stroke: scale * SYMBOL_STROKE,
        ..still_trace(&rhythm, scale * window, scale)
    };
    let beats = if !settings.trace {
        Vec::new()
    } else if runs.is_empty() {
        symbol(report, &trace, &rhythm, scale * left)
    } else {
        let place = |cell: Cell| Cell { x: scale * (left + cell.x), width: scale * cell.width };
        let cells: Vec<Cell> = cells.into_iter().map(place).collect();
        let (base, height) = (scale * BASELINE, scale * BEAT_HEIGHT);
        let narrowest = cells.iter().map(|cell| cell.width).fold(f64::INFINITY, f64::min);
        let stroke = (scale * STROKE).min(THIN * narrowest);
        beats::of_runs(runs, &cells, Scale { base, height, unit: scale, stroke })
    };
    let stands = settings.trace && runs.is_empty() && report.verdict == Verdict::Stopped;
    let mut theme = settings.theme.clone();
    theme.colours[Colour::Text as usize] = paint::TEXT;
    theme.glow = 0.0;
    let width = label.segment() + window + message.segment();
    let scene = Scene {
        size: Size { width: (scale * width).ceil() as u32, height: settings.height },
        theme,
        transparent: false,
        alt: alt_text(&settings.label, report, settings.trace.then_some(runs)),
        marks: if stands { vec![pause_sign(scale, left, window)] } else { vec![] },
        trace,
        captions: captions.collect(),
    };
    Badge {
        scene,
        segments: segments
            .into_iter()
            .filter(|(width, _)| *width > 0.0)
            .map(|(width, fill)| Segment { width: scale * width, fill })
            .collect(),
        beats,
        window: scale * left,
        corner: if settings.round { scale * CORNER } else { 0.0 },
        sheen: settings.round,
        lettering: if settings.round { Lettering::Shadow } else { Lettering::Plain },
        light: light(report, settings.animated && settings.trace, scale * TAIL, LAP_S),
    }
}

/// The places of runs in a window of at most `most` pixels, and the width of the window. The latest
/// run is at the right edge.
fn cells(runs: &[RecentRun], most: f64) -> (Vec<Cell>, f64) {
    let most = most.min(WINDOW.1);
    let widths = |(beat, double): (f64, f64)| -> Vec<f64> {
        let width = |run: &RecentRun| if run.verdict == Verdict::Flaky { double } else { beat };
        runs.iter().map(width).collect()
    };
    let fits = |widths: &Vec<f64>| widths.iter().sum::<f64>() <= most;
    let narrow = most / runs.len() as f64;
    let widths =
        BEATS.into_iter().map(widths).find(fits).unwrap_or_else(|| vec![narrow; runs.len()]);
    let all: f64 = widths.iter().sum();
    let window = (MARGIN + all).max(WINDOW.0).min(most);
    (row(window - all, widths), window)
}

/// Cells of these widths beside each other, from `x` on.
fn row(mut x: f64, widths: Vec<f64>) -> Vec<Cell> {
    let place = |width| {
        let cell = Cell { x, width };
        x += width;
        cell
    };
    widths.into_iter().map(place).collect()
}

/// The number of beats of a symbol in a window of this width.
fn symbol_beats(window: f64) -> u32 {
    (window / SYMBOL_BEAT).round().max(2.0) as u32
}

/// The beats of the symbol of a report's state.
fn symbol(report: &Report, trace: &Trace, rhythm: &Rhythm, left: f64) -> Vec<Strokes> {
    let colour = match report.drawn_verdict() {
        Verdict::Failed => Colour::High,
        Verdict::Stopped => Colour::Text,
        Verdict::Unknown => Colour::Technical,
        Verdict::Passed | Verdict::Flaky | Verdict::Running => Colour::Trace,
    };
    beats::of_symbol(trace, rhythm, left, colour, report.drawn_verdict() == Verdict::Failed)
}

/// A trace of `rhythm` in one sweep over `width` pixels. Its vertical scale is that of a badge 20
/// pixels high; its millimetre is a `unit`.
fn still_trace(rhythm: &Rhythm, width: f64, unit: f64) -> Trace {
    Trace {
        signal: Signal::new(rhythm),
        width,
        sweeps: 1,
        sweep_s: rhythm.duration_s,
        px_per_mm: unit,
        px_per_mv: PX_PER_MV,
        baseline: BASELINE,
        stroke: SYMBOL_STROKE,
        motion: Motion::Sweep,
        trail: Trail::Lcd,
    }
}

/// The light of an animated badge.
fn light(report: &Report, animated: bool, tail: f64, lap_s: f64) -> Option<Light> {
    let pace = if report.verdict == Verdict::Running { RUNNING_LAP } else { 1.0 };
    let moves = animated && report.verdict != Verdict::Stopped;
    moves.then_some(Light { tail, lap_s: pace * lap_s })
}

/// The accessible name as the label. The title has the name, the reason, the evidence and what the
/// beats are, if there are any: those of `runs`, or a symbol.
fn alt_text(label: &str, report: &Report, runs: Option<&[RecentRun]>) -> AltText {
    let mut title = report.title(label);
    match runs {
        None => {}
        Some([]) => title.push_str("\nthe trace is symbolic"),
        Some(runs) => {
            title.push('\n');
            title.push_str(&recent::legend(runs));
            title.push_str("; each beat is a pipeline");
        }
    }
    AltText::Labelled { label: report.accessible_name(label), title }
}

/// The two bars of a pause sign in a window.
fn pause_sign(scale: f64, left: f64, window: f64) -> Strokes {
    let bar = |side: f64| {
        let x = scale * (left + PAUSE_AT * window + side * PAUSE_BAR);
        vec![(x, scale * PAUSE_ROWS.0), (x, scale * PAUSE_ROWS.1)]
    };
    Strokes {
        colour: Colour::Text,
        width: 2.0 * scale,
        lines: [-1.0, 1.0].map(bar).into(),
        smooth: true,
    }
}
