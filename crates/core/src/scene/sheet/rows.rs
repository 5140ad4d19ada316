//! The rows of a sheet: where the strip is cut, and how high each row is.
//!
//! A row ends between two beats, after the T wave of the one and before the P wave of the next, so
//! rows are not equally long. A silence is not cut either: it ends a row or begins the next.

use std::ops::Range;

use super::units::SQUARE;
use crate::rhythm::{Beat, Rhythm};
use crate::signal::Signal;

/// The extent of a beat before and after its R peak, in seconds.
const BEFORE_S: f64 = 0.25;
const AFTER_S: f64 = 0.4;
/// The shortest stretch between two beats that is not cut in the middle, in seconds.
const SILENT_S: f64 = 1.0;
/// Room above and below a row's trace.
const CLEAR: f64 = 5.0;

/// A part of the strip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub beats: Range<usize>,
    pub begin_s: f64,
    pub end_s: f64,
}

/// Cuts the strip into parts of at most `room_s` seconds.
pub(super) fn spans(rhythm: &Rhythm, room_s: f64) -> Vec<Span> {
    let beats = &rhythm.beats;
    let (mut spans, mut begin_s, mut first) = (Vec::new(), 0.0, 0);
    // The last place where the current part can end, and the first beat after it.
    let mut cut: Option<(f64, usize)> = None;
    for (i, beat) in beats.iter().enumerate() {
        if beat.t_s + AFTER_S > begin_s + room_s
            && let Some((end_s, next)) = cut.take()
        {
            spans.push(Span { beats: first..next, begin_s, end_s });
            (begin_s, first) = (end_s, next);
        }
        let Some(next) = beats.get(i + 1) else { continue };
        for at_s in cuts(beat, next) {
            if cut.is_none() || at_s <= begin_s + room_s {
                cut = Some((at_s, i + 1));
            }
        }
    }
    spans.push(Span { beats: first..beats.len(), begin_s, end_s: rhythm.duration_s });
    spans
}

/// The two places between successive beats where the strip can be cut.
fn cuts(beat: &Beat, next: &Beat) -> [f64; 2] {
    let (ended_s, begins_s) = (beat.t_s + AFTER_S, next.t_s - BEFORE_S);
    let middle_s = 0.5 * (ended_s + begins_s);
    if begins_s - ended_s > SILENT_S {
        [ended_s, begins_s]
    } else {
        [ended_s.min(middle_s), middle_s]
    }
}

/// The lowest and the highest voltage of each beat, in millivolts.
pub(super) struct Extents(Vec<(f64, f64)>);

impl Extents {
    pub(super) fn new(rhythm: &Rhythm, signal: &Signal) -> Self {
        let of = |beat: &Beat| signal.peaks_mv(beat.t_s - BEFORE_S, beat.t_s + AFTER_S);
        Self(rhythm.beats.iter().map(of).collect())
    }

    /// The highest voltage of a beat.
    pub(super) fn most_mv(&self, beat: usize) -> f64 {
        self.0[beat].1
    }

    /// The lowest and the highest voltage in a part.
    pub(super) fn of(&self, span: &Span) -> (f64, f64) {
        let wider = |(least, most): (f64, f64), of: &(f64, f64)| (least.min(of.0), most.max(of.1));
        self.0[span.beats.clone()].iter().fold((0.0, 0.0), wider)
    }
}

/// A row of trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The time at its left end, in seconds.
    pub begin_s: f64,
    /// The time at its right end.
    pub end_s: f64,
    /// The upper edge in pixels. No beat of the row reaches above it.
    pub top: f64,
    /// The height in pixels.
    pub height: f64,
    /// The position of 0 mV, in pixels from the top of the sheet.
    pub baseline: f64,
}

/// Room for rows.
pub(super) struct Space {
    /// The upper edge of the first row.
    pub top: f64,
    /// The height of a page; `None` if there is one that is as high as necessary.
    pub page: Option<f64>,
    /// The upper edge of the first row on a later page, from the page's.
    pub later: f64,
    /// The height that rows leave free at the bottom of a page.
    pub bottom: f64,
}

/// A row in its place.
pub(super) struct Placed {
    pub span: Span,
    pub page: u32,
    pub top: f64,
    pub height: f64,
    pub baseline: f64,
}

impl Placed {
    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The row in pixels.
    pub(super) fn scaled(&self, scale: f64) -> Row {
        Row {
            begin_s: self.span.begin_s,
            end_s: self.span.end_s,
            top: self.top * scale,
            height: self.height * scale,
            baseline: self.baseline * scale,
        }
    }
}

/// Places parts of the strip below each other. `needs` returns what one needs above
/// and below its baseline.
pub(super) fn place(
    spans: Vec<Span>,
    space: &Space,
    needs: impl Fn(&Span) -> (f64, f64),
) -> Vec<Placed> {
    let (mut page, mut y) = (0, space.top);
    let mut rows: Vec<Placed> = Vec::with_capacity(spans.len());
    for span in spans {
        let (above, below) = needs(&span);
        let above = squares(above + CLEAR);
        let height = above + squares(below + CLEAR);
        if let Some(high) = space.page
            && y + height > f64::from(page + 1) * high - space.bottom
            && rows.last().is_some_and(|row| row.page == page)
        {
            page += 1;
            y = f64::from(page) * high + space.later;
        }
        rows.push(Placed { span, page, top: y, height, baseline: y + above });
        y += height;
    }
    rows
}

/// A height of whole squares of the paper, at least one.
fn squares(height: f64) -> f64 {
    (height / SQUARE).ceil().max(1.0) * SQUARE
}
