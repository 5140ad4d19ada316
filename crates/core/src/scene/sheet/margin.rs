//! The margins of a sheet: dates and years at the left, numbers of commits at the right, the number
//! of the page at the bottom; and the years that begin within a row.

use super::super::text::Face;
use super::super::{Anchor, Colour, Strokes};
use super::canvas::{Canvas, text};
use super::content::{Content, Plan};
use super::units::{FOOTER, LEFT, PAD, PX_PER_S};
use crate::scene::Caption;

/// The font sizes of a year, of a date or a number, and of a year within a row.
const YEAR: f64 = 24.0;
const SMALL: f64 = 12.0;
const TINY: f64 = 10.0;
/// The distance of a year from the date below it.
const ABOVE: f64 = 16.0;
/// How long before its first beat a year begins, in seconds.
const BEFORE_S: f64 = 0.27;

pub(super) fn draw(content: &Content, plan: &Plan, canvas: &mut Canvas) {
    let right = plan.page.0 - PAD;
    let mut shown: Option<i64> = None;
    let mut latest: Option<i64> = None;
    let mut borders = Vec::new();
    for row in &plan.rows {
        let beats = row.span.beats.clone();
        let y = row.baseline + 0.35 * SMALL;
        let first = beats.start;
        if beats.is_empty() {
            continue;
        }
        canvas.text(text(content.notes.day(first), Face::Regular, SMALL, Colour::Text, (PAD, y)));
        let year = content.notes.year(first);
        if let Some(year) = year.filter(|year| Some(*year) != shown) {
            let place = (PAD - 1.0, y - ABOVE);
            canvas.text(text(year.to_string(), Face::Bold, YEAR, Colour::Trace, place));
            shown = Some(year);
        }
        let mut commits = 0;
        for beat in beats {
            commits += content.notes.commits(beat);
            let year = content.notes.year(beat);
            let begins = latest.is_some() && year.is_some() && year != latest;
            latest = year.or(latest);
            let Some(year) = year.filter(|_| begins && beat != first) else { continue };
            let at_s = content.rhythm.beats[beat].t_s - BEFORE_S;
            let x = LEFT + (at_s - row.span.begin_s) * PX_PER_S;
            borders.push(vec![(x, row.top), (x, row.bottom())]);
            let place = (x + 3.0, row.bottom() - 3.0);
            canvas.text(text(year.to_string(), Face::Bold, TINY, Colour::Trace, place));
        }
        canvas.text(at_right(commits.to_string(), (right, y)));
    }
    canvas.lines(Strokes { colour: Colour::Text, width: 1.0, lines: borders, smooth: true });
    if let Some(first) = plan.rows.first() {
        canvas.text(at_right("commits".to_string(), (right, first.top - 0.5 * SMALL)));
    }
}

/// The name of the history and the number of the page, at the bottom of every page.
pub(super) fn page_numbers(plan: &Plan, canvas: &mut Canvas, name: &str) {
    for page in 1..=plan.pages {
        let y = f64::from(page) * plan.page.1 - FOOTER;
        canvas.text(text(name, Face::Regular, SMALL, Colour::Text, (PAD, y)));
        let number = format!("page {page} of {}", plan.pages);
        canvas.text(at_right(number, (plan.page.0 - PAD, y)));
    }
}

fn at_right(number: String, place: (f64, f64)) -> Caption {
    let mut caption = text(number, Face::Regular, SMALL, Colour::Text, place);
    caption.anchor = Anchor::End;
    caption
}
