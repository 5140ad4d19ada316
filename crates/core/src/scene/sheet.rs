//! A whole history on one sheet of ECG paper: rows of trace with dates at the left, releases above
//! their beats, a legend at the bottom, and a tooltip for every beat.

use std::fmt;
use std::sync::Arc;

use super::monitor::grid;
use super::text::{Face, TextMetrics};
use super::theme::{Colour, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Caption, Scene, Size, Strokes};
use crate::rhythm::mark::{self, Mark};
use crate::rhythm::{Beat, BeatKind, Extent, Rhythm};
use crate::signal::Signal;

/// The width of a sheet with more than one row, in pixels at scale 1.
pub const WIDTH: f64 = 1600.0;
/// The width of a second and the height of a millivolt, in pixels.
const PX_PER_S: f64 = 26.0;
const PX_PER_MV: f64 = 27.0;
/// The width of a millimetre of the paper, in pixels.
const PX_PER_MM: f64 = 4.0;
/// The height of a row in pixels, and the fraction of it above 0 mV.
const ROW: f64 = 92.0;
const ABOVE: f64 = 0.64;
/// The margins in pixels: left (dates), top (title), others.
const LEFT: f64 = 104.0;
const TOP: f64 = 76.0;
const PAD: f64 = 24.0;
/// The height of the legend and the width of one of its entries, in pixels.
const LEGEND: f64 = 100.0;
const LEGEND_ENTRY: f64 = 172.0;
/// The explanation of heights, distances and pauses, below the title.
const LEGEND_WORDS: &str = "high: many lines changed · far apart: much time between · a pause: 30 \
    days and more · a flatline: 182 days and more · a low baseline: night";
/// The length of a sample in the legend, and the time of its beat, in seconds.
const SAMPLE_S: f64 = 1.2;
const SAMPLE_BEAT_S: f64 = 0.5;
/// The smallest scale that is tried for a given size, and the minimum width that the legend needs,
/// in pixels at scale 1.
const LEAST_SCALE: f64 = 0.02;
const NARROWEST: f64 = 1100.0;

/// The settings of a sheet.
#[derive(Clone, Debug)]
pub struct SheetSettings {
    /// The size in pixels. `None`: [`WIDTH`] wide, or narrower if one row is enough, and as high as
    /// the rows need.
    pub size: Option<Size>,
    /// The colours.
    pub theme: Theme,
    /// The title.
    pub title: String,
}

/// The texts about the commit behind a beat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitNote {
    /// The day of the commit.
    pub day: String,
    /// The release that it is; empty if it is none.
    pub tag: String,
    /// The tooltip.
    pub tooltip: String,
}

/// A sheet of paper, laid out by [`sheet`]. Every sweep of the trace is a row.
#[derive(Clone)]
pub struct Sheet {
    /// Grid, trace, title, dates, releases and legend.
    pub scene: Scene,
    /// The left edge of the rows, in pixels.
    pub left: f64,
    /// The upper edge of the first row, in pixels.
    pub top: f64,
    /// The height of a row, in pixels. The trace's baseline is measured from the row's upper edge.
    pub row: f64,
    /// The number of tooltips.
    pub tooltips: usize,
    /// Builds the tooltip with an index below [`tooltips`](Self::tooltips).
    pub tooltip: Arc<dyn Fn(usize) -> Tooltip + Send + Sync>,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows of {} from {}, {}", self.row, self.left, self.top)
    }
}

/// A text that is shown while the pointer is over a part of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Tooltip {
    /// The row, from 0.
    pub row: u32,
    /// The left and the right end of that part, in pixels from the row's left edge.
    pub columns: (f64, f64),
    /// The text.
    pub text: String,
}

/// The default size of the sheet of `rhythm`, in pixels.
pub fn size(rhythm: &Rhythm) -> Size {
    Plan::new(rhythm, None).size
}

/// Lays out the sheet of `rhythm`; `note(i)` returns the texts of beat `i`.
pub fn sheet(
    rhythm: &Rhythm,
    settings: &SheetSettings,
    metrics: &dyn TextMetrics,
    note: impl Fn(usize) -> CommitNote + Send + Sync + 'static,
) -> Sheet {
    let plan = Plan::new(rhythm, settings.size);
    let trace = plan.trace(Signal::new(rhythm), plan.sweep_s, plan.rows, &settings.theme);
    let (width, height) = (f64::from(plan.size.width), f64::from(plan.size.height));
    let mut marks = grid(width, height, PX_PER_MM * plan.scale, plan.top());
    let mut captions = vec![plan.title(&settings.title, metrics)];
    captions.extend(plan.margin(rhythm, metrics, &note));
    plan.legend(rhythm, &settings.theme, &mut marks, &mut captions);
    let beats_s: Vec<f64> = rhythm.beats.iter().map(|beat| beat.t_s).collect();
    let (sweep_s, row_width, count) = (plan.sweep_s, plan.row_width(), beats_s.len());
    let tooltip = move |i: usize| {
        let (row, columns) = columns(&beats_s, i, sweep_s, row_width);
        Tooltip { row, columns, text: note(i).tooltip }
    };
    let scene = Scene {
        size: plan.size,
        theme: settings.theme.clone(),
        transparent: false,
        alt: AltText::Titled { title: settings.title.clone(), description: rhythm.describe() },
        marks,
        trace,
        captions,
    };
    Sheet {
        left: plan.left(),
        top: plan.top(),
        row: plan.row(),
        tooltips: count,
        tooltip: Arc::new(tooltip),
        scene,
    }
}

/// The row of beat `i`, and the part of that row that is nearer to it than to its neighbours.
fn columns(beats_s: &[f64], i: usize, sweep_s: f64, width: f64) -> (u32, (f64, f64)) {
    let t_s = beats_s[i];
    let row = (t_s / sweep_s).floor();
    let x = |t: f64| ((t - row * sweep_s) / sweep_s * width).clamp(0.0, width);
    let before = if i == 0 { 0.0 } else { beats_s[i - 1] };
    let after = beats_s.get(i + 1).copied().unwrap_or(t_s + 1.0);
    (row as u32, (x(0.5 * (before + t_s)), x(0.5 * (t_s + after))))
}

/// Positions and sizes.
struct Plan {
    size: Size,
    scale: f64,
    rows: u32,
    sweep_s: f64,
}

impl Plan {
    fn new(rhythm: &Rhythm, size: Option<Size>) -> Self {
        let at = |width: u32, scale: f64| {
            let mut plan = Self { size: Size { width, height: 0 }, scale, rows: 1, sweep_s: 1.0 };
            plan.sweep_s = plan.row_width() / (PX_PER_S * scale);
            plan.rows = (rhythm.duration_s / plan.sweep_s).ceil().max(1.0) as u32;
            plan.size.height =
                ((TOP + LEGEND) * scale + f64::from(plan.rows) * plan.row()).ceil() as u32;
            plan
        };
        let Some(size) = size else {
            let one_row = LEFT + PX_PER_S * rhythm.duration_s + PAD;
            return at(one_row.clamp(NARROWEST, WIDTH).ceil() as u32, 1.0);
        };
        // Find the largest scale at which all rows fit.
        let (mut small, mut large) = (LEAST_SCALE, f64::from(size.width) / NARROWEST);
        for _ in 0..24 {
            let middle = 0.5 * (small + large);
            if at(size.width, middle).size.height <= size.height {
                small = middle;
            } else {
                large = middle;
            }
        }
        Self { size, ..at(size.width, small) }
    }

    fn left(&self) -> f64 {
        (LEFT * self.scale).round()
    }

    fn top(&self) -> f64 {
        (TOP * self.scale).round()
    }

    fn row(&self) -> f64 {
        (ROW * self.scale).max(1.0)
    }

    fn row_width(&self) -> f64 {
        (f64::from(self.size.width) - self.left() - PAD * self.scale).max(1.0)
    }

    fn trace(&self, signal: Signal, sweep_s: f64, sweeps: u32, theme: &Theme) -> Trace {
        Trace {
            signal,
            width: PX_PER_S * self.scale * sweep_s,
            sweeps,
            sweep_s,
            px_per_mm: PX_PER_MM * self.scale,
            px_per_mv: PX_PER_MV * self.scale,
            baseline: ABOVE * self.row(),
            stroke: (0.65 * theme.stroke * self.scale).max(0.3),
            motion: Motion::Sweep,
            trail: Trail::Lcd,
        }
    }

    fn text(&self, text: &str, face: Face, size: f64, colour: Colour) -> Caption {
        let size = size * self.scale;
        Caption { x: PAD * self.scale, ..Caption::always(text, face, size, colour) }
    }

    fn title(&self, title: &str, metrics: &dyn TextMetrics) -> Caption {
        let mut caption = self.text(title, Face::Bold, 24.0, Colour::Text);
        caption.y = 46.0 * self.scale;
        let room = f64::from(self.size.width) - 2.0 * PAD * self.scale;
        caption.shortened(metrics, room)
    }

    /// The date at the start of every row, and the names of releases above their beats.
    fn margin(
        &self,
        rhythm: &Rhythm,
        metrics: &dyn TextMetrics,
        note: &impl Fn(usize) -> CommitNote,
    ) -> Vec<Caption> {
        let mut captions = Vec::new();
        let mut before: Option<u32> = None;
        let mut taken = 0.0;
        for (i, beat) in rhythm.beats.iter().enumerate() {
            let row = (beat.t_s / self.sweep_s) as u32;
            let top = self.top() + f64::from(row) * self.row();
            let begins = before.replace(row) != Some(row);
            if !begins && !beat.paced {
                continue;
            }
            let CommitNote { day, tag, .. } = note(i);
            if begins {
                let mut caption = self.text(&day, Face::Regular, 12.0, Colour::Text);
                caption.y = top + ABOVE * self.row() + 0.35 * caption.size;
                captions.push(caption);
                taken = 0.0;
            }
            if !tag.is_empty() {
                let mut caption = self.text(&tag, Face::Bold, 10.0, Colour::Technical);
                let part = beat.t_s / self.sweep_s - f64::from(row);
                caption.x = self.left() + part * self.row_width();
                caption.y = top + 1.1 * caption.size;
                caption = caption.shortened(metrics, 120.0 * self.scale);
                let end = caption.x + caption.width(metrics);
                // A release that has no room here is still named in its tooltip.
                if caption.x > taken && end < f64::from(self.size.width) - PAD * self.scale {
                    taken = end + 6.0 * self.scale;
                    captions.push(caption);
                }
            }
        }
        captions
    }

    /// Adds a sample of every kind of beat in the rhythm with its name, and the explanations.
    fn legend(
        &self,
        rhythm: &Rhythm,
        theme: &Theme,
        marks: &mut Vec<Strokes>,
        captions: &mut Vec<Caption>,
    ) {
        let has = |mark: &&&'static Mark| {
            rhythm.beats.iter().any(|beat| beat.kind == BeatKind::Mark(mark))
        };
        let mut samples: Vec<(&str, Beat)> =
            mark::TABLE.iter().filter(has).map(|mark| (mark.name, sample(mark, false))).collect();
        if rhythm.beats.iter().any(|beat| beat.paced) {
            samples.push(("tag", sample(&mark::COMMIT, true)));
        }
        let top = f64::from(self.size.height) - (LEGEND - 4.0) * self.scale;
        let room = f64::from(self.size.width) - 2.0 * PAD * self.scale;
        let entry = (LEGEND_ENTRY * self.scale).min(room / samples.len().max(1) as f64);
        for (i, (name, beat)) in samples.into_iter().enumerate() {
            let left = PAD * self.scale + i as f64 * entry;
            let one = Rhythm {
                duration_s: SAMPLE_S,
                extent: Extent::Line,
                bpm: 60.0,
                seed: 0,
                state: None,
                beats: vec![beat],
                episodes: Vec::new(),
            };
            let trace = self.trace(Signal::new(&one), SAMPLE_S, 1, theme);
            let line = trace.sweep(0, 0.0).into_iter().map(|(x, y)| (left + x, top + y)).collect();
            marks.push(Strokes {
                colour: Colour::Trace,
                width: trace.stroke,
                lines: vec![line],
                smooth: true,
            });
            let mut caption = self.text(name, Face::Regular, 12.0, Colour::Text);
            caption.x = left + trace.width + 6.0 * self.scale;
            caption.y = top + trace.baseline + 0.35 * caption.size;
            captions.push(caption);
        }
        let mut caption = self.text(LEGEND_WORDS, Face::Regular, 12.0, Colour::Text);
        caption.y = 62.0 * self.scale;
        captions.push(caption);
    }
}

fn sample(mark: &'static Mark, paced: bool) -> Beat {
    let kind = BeatKind::Mark(mark);
    Beat { t_s: SAMPLE_BEAT_S, kind, code: mark.code, amplitude: 1.0, paced }
}
