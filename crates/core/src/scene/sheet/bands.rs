//! Parts of a sheet, one after another, so that memory does not grow with its height.

use std::mem;
use std::ops::Range;

use super::Sheet;
use super::rows::Row;
use crate::scene::{Caption, Strokes};

/// Room for a caption above and below its baseline, in font sizes.
const CAPTION: f64 = 2.0;
/// Room for the line and the glow of a row beyond its edges, in widths of the line.
const GLOW: f64 = 3.0;

/// A sheet, of which one band is shown at a time.
#[derive(Debug)]
pub struct Bands {
    shown: Sheet,
    marks: Vec<Strokes>,
    captions: Vec<Caption>,
    rows: Vec<Row>,
}

impl Bands {
    /// The bands of `sheet`.
    pub fn new(mut sheet: Sheet) -> Self {
        let marks = mem::take(&mut sheet.scene.marks);
        let captions = mem::take(&mut sheet.scene.captions);
        let rows = mem::take(&mut sheet.rows);
        Self { shown: sheet, marks, captions, rows }
    }

    /// The sheet with those marks, captions and rows alone that reach into a band of pixel rows.
    pub fn show(&mut self, band: &Range<u32>) -> &Sheet {
        let (top, bottom) = (f64::from(band.start), f64::from(band.end));
        let line = GLOW * self.shown.scene.trace.stroke;
        let inside = |row: &&Row| row.top - line <= bottom && row.top + row.height + line >= top;
        self.shown.rows = self.rows.iter().filter(inside).copied().collect();
        self.shown.scene.marks = self.marks.iter().map(|strokes| within(strokes, band)).collect();
        let inside = |caption: &&Caption| {
            let reach = CAPTION * caption.size + caption.halo();
            caption.y + reach >= top && caption.y - reach <= bottom
        };
        self.shown.scene.captions = self.captions.iter().filter(inside).cloned().collect();
        &self.shown
    }
}

/// The lines that reach into the band.
fn within(strokes: &Strokes, band: &Range<u32>) -> Strokes {
    let reach = 1.0 + strokes.width;
    let (top, bottom) = (f64::from(band.start) - reach, f64::from(band.end) + reach);
    let above = |line: &[(f64, f64)]| line.iter().all(|(_, y)| *y < top);
    let below = |line: &[(f64, f64)]| line.iter().all(|(_, y)| *y > bottom);
    let lines = strokes.lines.iter().filter(|line| !above(line) && !below(line));
    Strokes { lines: lines.cloned().collect(), ..*strokes }
}
