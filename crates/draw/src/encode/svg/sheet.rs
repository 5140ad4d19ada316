//! A sheet of paper in an SVG: every sweep of the trace as a row, all of it to be seen, and
//! what its parts are when they are pointed at.

use super::spelling::escape;
use super::{Document, SUFFIX};
use flaky_core::scene::Sheet;
use flaky_core::scene::markup::{number, put};

impl Document<'_> {
    pub(super) fn sheet(&mut self, sheet: &Sheet) {
        let trace = &self.scene.trace;
        let rows = i64::from(trace.sweeps);
        // Nothing reaches over the ends of a row.
        let (left, top) = (number(sheet.left), number(sheet.top));
        let (width, height) = (number(trace.width), number(rows as f64 * sheet.row));
        self.add(format_args!(
            "<defs><clipPath id=\"r{SUFFIX}\"><path d=\"M{left} {top}h{width}v{height}h-{width}z\"/>\
             </clipPath>"
        ));
        for row in 0..rows {
            self.path(row);
        }
        self.add(format_args!("</defs><g clip-path=\"url(#r{SUFFIX})\">"));
        let placed = |row: i64| (row, sheet.left, sheet.top + row as f64 * sheet.row);
        self.line('f', &(0..rows).map(placed).collect::<Vec<_>>());
        self.body.push_str("</g>");
        self.tips(sheet);
    }

    fn tips(&mut self, sheet: &Sheet) {
        let mut markup = String::new();
        for tip in (0..sheet.tips).map(|number| (sheet.tip)(number)) {
            let x = number(sheet.left + tip.columns.0);
            let y = number(sheet.top + f64::from(tip.row) * sheet.row);
            let (width, height) = (number(tip.columns.1 - tip.columns.0), number(sheet.row));
            put(
                &mut markup,
                format_args!(
                    "<path d=\"M{x} {y}h{width}v{height}h-{width}z\"><title>{}</title></path>",
                    escape(&tip.text)
                ),
            );
        }
        self.add(format_args!("<g fill-opacity=\"0\">{markup}</g>"));
    }
}
