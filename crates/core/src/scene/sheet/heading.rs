//! What stands above the rows: the name of the history, what it consists of, the whole life,
//! and the legend.

use super::super::text::Face;
use super::canvas::{Canvas, text};
use super::content::{Content, Plan};
use super::life;
use super::units::PAD;
use crate::scene::Colour;

/// The baselines of the name and of the facts, and their font sizes.
const NAME: (f64, f64) = (64.0, 32.0);
const FACTS: (f64, f64) = (90.0, 15.0);
/// The upper edge of the life, the distance from it to the legend, and from there to the rows.
const LIFE: f64 = 110.0;
const LEGEND: f64 = LIFE + life::HEIGHT + 8.0;
const GAP: f64 = 22.0;

/// The height of the heading on a sheet of this width.
pub(super) fn height(content: &Content, width: f64) -> f64 {
    LEGEND + content.legend.height(content.metrics, width) + GAP
}

pub(super) fn draw(content: &Content, plan: &Plan, canvas: &mut Canvas) {
    let width = plan.page.0;
    for (words, (y, size), face, colour) in [
        (&content.settings.name, NAME, Face::Bold, Colour::Trace),
        (&content.settings.facts, FACTS, Face::Regular, Colour::Text),
    ] {
        let caption = text(words, face, size, colour, (PAD, y));
        canvas.text(caption.shortened(content.metrics, width - 2.0 * PAD));
    }
    life::draw(content, canvas, LIFE, width);
    content.legend.draw(canvas, &content.settings.theme, LEGEND, width);
}
