//! A whole history on paper: a heading with its life in one picture, a legend, and rows of trace with the
//! years at the left.
//!
//! Everything is laid out in units that are pixels at scale 1, and scaled at the end. Nothing on a sheet
//! moves, so its trace is drawn row by row and has no sweeps.

mod bands;
mod canvas;
mod content;
mod heading;
mod legend;
mod life;
mod margin;
mod plan;
mod rows;
mod settings;
mod tags;
mod units;

use std::fmt;
use std::sync::Arc;

use super::text::TextMetrics;
use super::{AltText, Scene};
use crate::rhythm::Rhythm;
use crate::signal::Signal;
use canvas::Canvas;
use content::{Content, Plan};
use legend::Legend;
use rows::{Extents, Placed};
use tags::Tags;
use units::LEFT;

pub use bands::Bands;
pub use rows::Row;
pub use settings::{Notes, Paper, SheetPerson, SheetSettings};
pub use units::WIDTH;

/// A sheet of paper, laid out by [`sheet`].
#[derive(Clone)]
pub struct Sheet {
    /// Grid, texts and legend of all pages, one below the other. The trace is that of `rows`.
    pub scene: Scene,
    /// The shape.
    pub paper: Paper,
    /// The number of pages, which are equally high.
    pub pages: u32,
    /// The left edge of the rows, in pixels.
    pub left: f64,
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The number of tooltips.
    pub tooltips: usize,
    /// Builds the tooltip with an index below [`tooltips`](Self::tooltips).
    pub tooltip: Arc<dyn Fn(usize) -> Tooltip + Send + Sync>,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows on {} pages", self.rows.len(), self.pages)
    }
}

/// A text that is shown while the pointer is over a part of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Tooltip {
    /// The left and the upper edge of that part, in pixels.
    pub at: (f64, f64),
    /// Its width and height in pixels.
    pub size: (f64, f64),
    /// The text.
    pub text: String,
}

/// Lays out the sheet of `rhythm`.
pub fn sheet(
    rhythm: &Rhythm,
    settings: &SheetSettings,
    metrics: &dyn TextMetrics,
    notes: impl Notes + 'static,
) -> Sheet {
    let signal = Signal::new(rhythm);
    let content = Content {
        extents: Extents::new(rhythm, &signal),
        legend: Legend::new(rhythm),
        rhythm,
        metrics,
        notes: &notes,
        settings,
    };
    let plan = content.plan(settings.paper);
    let trace = units::trace(signal, rhythm.duration_s, plan.scale, &settings.theme);
    let mut canvas = Canvas::new(plan.scale, metrics);
    draw(&content, &plan, &mut canvas);
    let (marks, captions) = canvas.finish();
    let left = (LEFT * plan.scale).round();
    let rows: Vec<Row> = plan.rows.iter().map(|row| row.scaled(plan.scale)).collect();
    let scene = Scene {
        size: plan.size,
        theme: settings.theme.clone(),
        transparent: false,
        alt: AltText::Titled {
            title: format!("{}: {}", settings.name, settings.facts),
            description: rhythm.describe(),
        },
        marks,
        trace,
        captions,
    };
    let beats_s: Vec<f64> = rhythm.beats.iter().map(|beat| beat.t_s).collect();
    let (tooltips, px_per_s) = (beats_s.len(), scene.trace.px_per_s());
    let of_row = rows.clone();
    let tooltip = move |i: usize| {
        let row =
            of_row[of_row.partition_point(|row| row.end_s <= beats_s[i]).min(of_row.len() - 1)];
        let (begin_s, end_s) = around(&beats_s, i, &row);
        let x = |t_s: f64| left + (t_s - row.begin_s) * px_per_s;
        Tooltip {
            at: (x(begin_s), row.top),
            size: (x(end_s) - x(begin_s), row.height),
            text: notes.tooltip(i),
        }
    };
    Sheet {
        scene,
        paper: settings.paper,
        pages: plan.pages,
        left,
        rows,
        tooltips,
        tooltip: Arc::new(tooltip),
    }
}

/// The part of a row that is nearer to beat `i` than to its neighbours.
fn around(beats_s: &[f64], i: usize, row: &Row) -> (f64, f64) {
    let middle = |other: f64| 0.5 * (other + beats_s[i]);
    let before = i.checked_sub(1).map_or(row.begin_s, |before| middle(beats_s[before]));
    let after = beats_s.get(i + 1).map_or(row.end_s, |after| middle(*after));
    (before.max(row.begin_s), after.min(row.end_s))
}

/// Draws everything but the trace.
fn draw(content: &Content, plan: &Plan, canvas: &mut Canvas) {
    heading::draw(content, plan, canvas);
    for page in 0..plan.pages {
        let rows: Vec<&Placed> = plan.rows.iter().filter(|row| row.page == page).collect();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
        canvas.paper(first.top, last.bottom(), plan.page.0, first.baseline);
    }
    margin::draw(content, plan, canvas);
    for row in &plan.rows {
        Tags::place(content, &row.span, plan.page.0).draw(canvas, row);
        tags::silences(content, canvas, row);
    }
    if plan.pages > 1 {
        margin::page_numbers(plan, canvas, &content.settings.name);
    }
}
