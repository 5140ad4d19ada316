//! The whole life above the rows: the skyline of its overview, and the people who carried it beside.

use super::super::overview::OverviewArea;
use super::super::text::Face;
use super::super::theme::{Colour, PEOPLE};
use super::super::{Anchor, Caption, Strokes};
use super::canvas::{Canvas, text};
use super::content::Content;
use super::units::PAD;

/// The height of the skyline with its flags, and the line below it with the years.
const SKYLINE: f64 = 136.0;
const YEARS: f64 = 18.0;
/// The line above it with the names of releases, and the line below the years that explains it.
const NAMES: f64 = 14.0;
const WORDS: f64 = 20.0;
/// The font sizes of people and words, and of years and releases.
const SIZE: f64 = 12.0;
const SMALL: f64 = 10.0;
/// The width of the list of people, and its distance from the skyline.
const PEOPLE_WIDTH: f64 = 330.0;
const GAP: f64 = 36.0;
/// The height of a line of that list, and the width of its colour.
const LINE: f64 = 22.0;
const SWATCH: f64 = 14.0;

/// The height of skyline and people.
pub(super) const HEIGHT: f64 = NAMES + SKYLINE + YEARS + WORDS;

/// Draws both from `top` down.
pub(super) fn draw(content: &Content, canvas: &mut Canvas, top: f64, width: f64) {
    let settings = content.settings;
    let beside = if settings.people.is_empty() { 0.0 } else { PEOPLE_WIDTH + GAP };
    let area = canvas.area((PAD, top + NAMES), (width - 2.0 * PAD - beside, SKYLINE));
    let small = canvas.px(SMALL);
    let names = release_names(content, area, small);
    // On paper, the lines of the grid are darker than a shade should be.
    let shade = if settings.theme.is_light() { Colour::Grid } else { Colour::GridMajor };
    canvas.placed(settings.overview.marks(area, shade), names);
    let years = settings.overview.year_labels(area, small, content.metrics);
    canvas.placed(Vec::new(), years);
    let y = top + NAMES + SKYLINE + YEARS + 0.8 * SIZE;
    let words = text(&settings.overview_words, Face::Regular, SIZE, Colour::Text, (PAD, y));
    canvas.text(words.shortened(content.metrics, width - 2.0 * PAD - beside));
    people(content, canvas, top + NAMES, width);
}

/// The names of releases over their flags, as many as have room.
fn release_names(content: &Content, area: OverviewArea, size: f64) -> Vec<Caption> {
    let mut names = Vec::new();
    let mut taken = f64::NEG_INFINITY;
    for (part, name) in &content.settings.overview.releases {
        let mut caption = Caption::always(name, Face::Bold, size, Colour::Technical);
        (caption.x, caption.y) = (area.at(*part), area.y - 0.3 * size);
        let end = caption.x + caption.width(content.metrics);
        if caption.x >= taken && end <= area.x + area.width {
            taken = end + 0.8 * size;
            names.push(caption);
        }
    }
    names
}

/// The people with their colours, and what each did.
fn people(content: &Content, canvas: &mut Canvas, top: f64, width: f64) {
    let (left, right) = (width - PAD - PEOPLE_WIDTH, width - PAD);
    let slice = content.settings.overview.slices.first();
    let coloured = slice.map_or(0, |slice| slice.commits.len().saturating_sub(1));
    for (number, person) in content.settings.people.iter().enumerate() {
        let y = top + (number as f64 + 0.6) * LINE;
        let colour = match PEOPLE.get(number) {
            Some(colour) if number < coloured => *colour,
            _ => Colour::Text,
        };
        let swatch = vec![(left, y), (left + SWATCH, y)];
        canvas.lines(Strokes { colour, width: SWATCH, lines: vec![swatch], smooth: false });
        let base = y + 0.35 * SIZE;
        let mut share = text(&person.share, Face::Regular, SIZE, Colour::Text, (right, base));
        share.anchor = Anchor::End;
        let begin = left + SWATCH + 8.0;
        let room = right - share.width(content.metrics) - 8.0 - begin;
        canvas.text(share);
        let name = text(&person.name, Face::Bold, SIZE, Colour::Text, (begin, base));
        canvas.text(name.shortened(content.metrics, room));
    }
}
