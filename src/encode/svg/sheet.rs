//! A sheet of paper in an SVG: every sweep of the trace as a row, all of it to be seen, and
//! what its parts are when they are pointed at.

use super::{Document, GLOW, SUFFIX, escape, short};
use crate::scene::markup::{number, put};
use crate::scene::{Colour, Sheet};

impl Document<'_> {
    pub(super) fn sheet(&mut self, sheet: &Sheet) {
        let (trace, theme) = (&self.scene.trace, &self.scene.theme);
        let stroke = 10.0 * trace.stroke;
        let glow = theme.glow;
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
        self.add(format_args!(
            "</defs><g clip-path=\"url(#r{SUFFIX})\"><g fill=\"none\" stroke=\"{}\" \
             stroke-linejoin=\"round\" transform=\"scale(.1)\">",
            self.scene.theme.rgb(Colour::Trace)
        ));
        let halo = GLOW.iter().filter(|_| glow > 0.0).map(|(w, o)| (stroke * w, Some(glow * o)));
        for (width, opacity) in halo.chain([(stroke, None)]) {
            let opacity = opacity
                .map(|opacity| format!(" stroke-opacity=\"{}\"", short(opacity, 2)))
                .unwrap_or_default();
            for row in 0..rows {
                let x = number(10.0 * sheet.left);
                let y = number(10.0 * (sheet.top + row as f64 * sheet.row));
                self.add(format_args!(
                    "<use href=\"#p{row}{SUFFIX}\" x=\"{x}\" y=\"{y}\" stroke-width=\"{}\"{opacity}/>",
                    number(width)
                ));
            }
        }
        self.body.push_str("</g></g>");
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
