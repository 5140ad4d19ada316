//! A sheet in an SVG: every sweep of the trace as a row, and the tooltips.

use std::ops::Range;

use super::format::escape;
use super::{Document, SUFFIX};
use flaky_core::scene::Sheet;
use flaky_core::scene::markup::{number, put};

impl Document<'_> {
    /// These rows of the sheet.
    pub(super) fn rows(&mut self, sheet: &Sheet, shown: Range<i64>) {
        let trace = &self.scene.trace;
        let rows = i64::from(trace.sweeps);
        // Lines do not reach over the ends of a row.
        let (left, top) = (number(sheet.left), number(sheet.top));
        let (width, height) = (number(trace.width), number(rows as f64 * sheet.row));
        self.add(format_args!(
            "<defs><clipPath id=\"r{SUFFIX}\"><path d=\"M{left} {top}h{width}v{height}h-{width}z\"/>\
             </clipPath>"
        ));
        for row in shown.clone() {
            self.path(row);
        }
        self.add(format_args!("</defs><g clip-path=\"url(#r{SUFFIX})\">"));
        let placed = |row: i64| (row, sheet.left, sheet.top + row as f64 * sheet.row);
        self.line('f', &shown.map(placed).collect::<Vec<_>>());
        self.body.push_str("</g>");
    }

    pub(super) fn tooltips(&mut self, sheet: &Sheet) {
        let mut markup = String::new();
        for tooltip in (0..sheet.tooltips).map(|i| (sheet.tooltip)(i)) {
            let x = number(sheet.left + tooltip.columns.0);
            let y = number(sheet.top + f64::from(tooltip.row) * sheet.row);
            let (width, height) =
                (number(tooltip.columns.1 - tooltip.columns.0), number(sheet.row));
            put(
                &mut markup,
                format_args!(
                    "<path d=\"M{x} {y}h{width}v{height}h-{width}z\"><title>{}</title></path>",
                    escape(&tooltip.text)
                ),
            );
        }
        self.add(format_args!("<g fill-opacity=\"0\">{markup}</g>"));
    }
}
