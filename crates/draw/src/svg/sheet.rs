//! A sheet in an SVG: the trace in rows, and the tooltips.

use super::Document;
use super::format::escape;
use flaky_core::scene::Sheet;
use flaky_core::scene::markup::{number, put};

impl Document<'_> {
    /// The trace of the sheet's rows.
    pub(super) fn rows(&mut self, sheet: &Sheet) {
        self.body.push_str("<defs>");
        let mut placed = Vec::with_capacity(sheet.rows.len());
        for (index, row) in (0..).zip(&sheet.rows) {
            self.path(index, self.scene.trace.span(row.begin_s, row.end_s));
            placed.push((index, sheet.left, row.baseline));
        }
        self.body.push_str("</defs>");
        self.line('f', &placed);
    }

    pub(super) fn tooltips(&mut self, sheet: &Sheet) {
        let mut markup = String::new();
        for tooltip in (0..sheet.tooltips).map(|i| (sheet.tooltip)(i)) {
            let (x, y) = (number(tooltip.at.0), number(tooltip.at.1));
            let (width, height) = (number(tooltip.size.0), number(tooltip.size.1));
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
