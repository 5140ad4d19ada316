//! A card: a panel over the trace with a title and facts, at the beginning and at the end.

use super::super::text::Face;
use super::super::theme::Colour;
use super::super::{Anchor, Caption};
use super::layout::Layout;
use super::{Card, FilledRect, Slide};

/// Font sizes: the title, the line below it, a value, what it is.
const TITLE: f64 = 24.0;
const LINE: f64 = 14.0;
const VALUE: f64 = 19.0;
const LABEL: f64 = 11.0;
/// The heights of those rows, in their font sizes, and the space at both ends, in that of the title.
const TITLE_ROW: f64 = 1.3;
const LINE_ROW: f64 = 1.5;
const VALUE_ROW: f64 = 1.2;
const LABEL_ROW: f64 = 1.5;
const ENDS: f64 = 0.2;
/// The most facts in a row, and the width of one, in the font size of a value.
const ACROSS: usize = 4;
const COLUMN: f64 = 8.0;
/// The part of the width that a card takes at most.
const WIDEST: f64 = 0.94;

/// Puts a card on a slide: over the trace, as large as there is room.
pub(super) fn put(layout: &Layout, card: &Card, slide: &mut Slide) {
    let (middle, room) = layout.stage();
    let text = |text: &str, face, size, colour| layout.text(text, face, size, colour);
    let title = text(&card.title, Face::Bold, TITLE, Colour::Text);
    let line = text(&card.line, Face::Regular, LINE, Colour::Text);
    let value_size = text("", Face::Bold, VALUE, Colour::Trace).size;
    let label_size = text("", Face::Regular, LABEL, Colour::Text).size;
    let fact_height = VALUE_ROW * value_size + LABEL_ROW * label_size;
    let ends = ENDS * title.size;
    let line_height = if card.line.is_empty() { 0.0 } else { LINE_ROW * line.size };
    let head = TITLE_ROW * title.size + line_height;
    let wide = WIDEST * layout.width();
    // Rows of facts that have no room are left out, the last ones first.
    let most = ((room - head - 2.0 * ends) / fact_height).floor().max(0.0) as usize;
    let columns = (wide / (COLUMN * value_size)) as usize;
    let across = card.facts.len().min(columns).clamp(1, ACROSS);
    let rows: Vec<_> = card.facts.chunks(across).take(most).collect();
    let height = head + rows.len() as f64 * fact_height;
    if height + 2.0 * ends > room {
        return;
    }
    let centre = 0.5 * layout.width();
    let top = middle - 0.5 * height;
    let panel = FilledRect {
        x: (centre - 0.5 * wide).round(),
        y: (top - ends).round(),
        width: wide.round(),
        height: (height + 2.0 * ends).round(),
        colour: Colour::Ground,
    };
    let edge = FilledRect { height: 1.0, colour: Colour::Text, ..panel };
    let below = FilledRect { y: panel.y + panel.height - 1.0, ..edge };
    slide.rects.extend([panel, edge, below]);
    let mut put = |caption: Caption, x: f64, y: f64, room: f64| {
        let caption = caption.shortened(layout.metrics, room);
        slide.captions.push(Caption { x, y, anchor: Anchor::Middle, ..caption });
    };
    let mut y = top + title.size;
    put(title, centre, y, wide);
    if !card.line.is_empty() {
        y += LINE_ROW * line.size;
        put(line, centre, y, wide);
    }
    let mut y = top + head;
    for row in rows {
        let column = wide / row.len() as f64;
        for (i, (value, label)) in row.iter().enumerate() {
            let x = centre - 0.5 * wide + (i as f64 + 0.5) * column;
            let value = text(value, Face::Bold, VALUE, Colour::Trace);
            put(value, x, y + value_size, 0.95 * column);
            let label = text(label, Face::Regular, LABEL, Colour::Text);
            let below = y + value_size + 1.2 * label.size;
            put(label, x, below, 0.95 * column);
        }
        y += fact_height;
    }
}
