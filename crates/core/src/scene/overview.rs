//! The overview of a history: all of it in calendar time, as a skyline of commits, with years, releases,
//! silences and failures. It stands still; what moves over it is the layout's.

use super::text::{Face, TextMetrics};
use super::theme::{Colour, PEOPLE};
use super::{Anchor, Caption, Strokes};

/// The part of the height that flags take, and the length of a flag.
const FLAGS: f64 = 0.2;
const FLAG: f64 = 0.6;
/// The longest flag in pixels.
const LONGEST_FLAG: f64 = 9.0;
/// The height of the marks of failures below the skyline, and of the ticks of years, as parts of the
/// height.
const FAILURES: f64 = 0.07;
const YEAR_TICK: f64 = 0.1;
/// The distance between the labels of years, in their font size.
const YEAR_GAP: f64 = 0.7;

/// What an overview shows. Places are parts of the whole time, 0–1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// What was done in equal slices of time.
    pub slices: Vec<OverviewSlice>,
    /// The beginnings of years, or the ends of a short life, with their names.
    pub years: Vec<(f64, String)>,
    /// The releases in order, with their names.
    pub releases: Vec<(f64, String)>,
    /// The beginnings and the ends of silences.
    pub silences: Vec<(f64, f64)>,
}

/// What was done in a slice of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverviewSlice {
    /// The number of commits of each person that has a colour, and at last that of all others.
    pub commits: Vec<u32>,
    /// A commit failed.
    pub failed: bool,
}

impl OverviewSlice {
    fn total(&self) -> u32 {
        self.commits.iter().sum()
    }
}

/// A place for an overview, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverviewArea {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width.
    pub width: f64,
    /// The height, without the labels of years, which stand below.
    pub height: f64,
}

impl OverviewArea {
    /// The position of a part of the whole time.
    pub fn at(&self, part: f64) -> f64 {
        self.x + part.clamp(0.0, 1.0) * self.width
    }

    /// The line on which the skyline stands.
    pub fn base(&self) -> f64 {
        (self.y + self.height * (1.0 - FAILURES)).round()
    }

    /// The upper end of the highest slice.
    pub fn top(&self) -> f64 {
        (self.y + FLAGS * self.height).round()
    }
}

impl Overview {
    /// The shapes, bottom first. Silences are shades of the colour `shade`.
    pub fn marks(&self, area: OverviewArea, shade: Colour) -> Vec<Strokes> {
        let mut marks = self.silences(area, shade);
        marks.extend(self.skyline(area));
        marks.extend(self.failures(area));
        let base = area.base();
        let axis = vec![(area.x, base + 0.5), (area.x + area.width, base + 0.5)];
        marks.push(lines(Colour::GridMajor, 1.0, vec![axis]));
        let tick = (YEAR_TICK * area.height).max(2.0).round();
        let ticks = self.years.iter().map(|(part, _)| {
            let x = area.at(*part).floor() + 0.5;
            vec![(x, base), (x, base + tick)]
        });
        marks.push(lines(Colour::Text, 1.0, ticks.collect()));
        marks.push(self.flags(area));
        marks.retain(|strokes| !strokes.lines.is_empty());
        marks
    }

    fn silences(&self, area: OverviewArea, shade: Colour) -> Vec<Strokes> {
        let (top, base) = (area.top(), area.base());
        let shades = self.silences.iter().filter_map(|(from, to)| {
            let (left, right) = (area.at(*from).round(), area.at(*to).round());
            let middle = 0.5 * (left + right);
            let line = vec![(middle, top), (middle, base)];
            (right > left).then(|| lines(shade, right - left, vec![line]))
        });
        shades.collect()
    }

    /// The slices as columns, the people one above the other in their order, others on top. The height
    /// is the root of the number of commits, so that quiet times are seen beside a burst.
    fn skyline(&self, area: OverviewArea) -> Vec<Strokes> {
        let most = self.slices.iter().map(OverviewSlice::total).max().unwrap_or(0).max(1);
        let (top, base) = (area.top(), area.base());
        let height = |commits: u32| match commits {
            0 => 0.0,
            some => (libm::sqrt(f64::from(some) / f64::from(most)) * (base - top)).max(1.0).round(),
        };
        let mut marks: Vec<Strokes> = Vec::new();
        let count = self.slices.len() as f64;
        for (i, slice) in self.slices.iter().enumerate() {
            let edge = |i: usize| area.at(i as f64 / count).round();
            let (left, right) = (edge(i), edge(i + 1).max(edge(i) + 1.0));
            // Wide columns stand apart.
            let width = if right - left >= 4.0 { right - left - 1.0 } else { right - left };
            let x = left + 0.5 * width;
            let others = slice.commits.len().saturating_sub(1);
            let mut below = 0;
            for (person, commits) in slice.commits.iter().enumerate() {
                let (from, to) = (height(below), height(below + commits));
                below += commits;
                if to <= from {
                    continue;
                }
                let colour = match person {
                    _ if others == 0 => Colour::Trace,
                    person if person == others => Colour::Text,
                    person => PEOPLE[person % PEOPLE.len()],
                };
                let line = vec![(x, base - from), (x, base - to)];
                let alike = |strokes: &&mut Strokes| {
                    strokes.colour == colour && strokes.width.to_bits() == width.to_bits()
                };
                match marks.iter_mut().find(alike) {
                    Some(strokes) => strokes.lines.push(line),
                    None => marks.push(lines(colour, width, vec![line])),
                }
            }
        }
        marks
    }

    fn failures(&self, area: OverviewArea) -> Option<Strokes> {
        let count = self.slices.len() as f64;
        let (base, tall) = (area.base() + 1.0, (FAILURES * area.height).max(2.0).round());
        let failed = self.slices.iter().enumerate().filter(|(_, slice)| slice.failed);
        let marks = failed.map(|(i, _)| {
            let x = area.at((i as f64 + 0.5) / count).floor() + 0.5;
            vec![(x, base), (x, base + tall)]
        });
        let marks: Vec<_> = marks.collect();
        (!marks.is_empty()).then(|| lines(Colour::High, 2.0, marks))
    }

    /// A flag for every release.
    fn flags(&self, area: OverviewArea) -> Strokes {
        let tall = (FLAGS * area.height).round().max(2.0);
        let cloth = (FLAG * tall).round().clamp(1.0, LONGEST_FLAG);
        let top = area.y.round();
        // Thousands of releases may share a column.
        let mut columns: Vec<i64> =
            self.releases.iter().map(|(part, _)| area.at(*part).floor() as i64).collect();
        columns.dedup();
        let flags = columns.into_iter().flat_map(|column| {
            let x = column as f64 + 0.5;
            let pole = vec![(x, top), (x, top + tall)];
            let rows = (0..cloth as u32).map(move |row| {
                let y = top + f64::from(row) + 0.5;
                vec![(x, y), (x + cloth - f64::from(row).min(cloth - 1.0), y)]
            });
            std::iter::once(pole).chain(rows)
        });
        lines(Colour::Technical, 1.0, flags.collect())
    }

    /// The names of the years below the overview, as many as have room, in letters of `size` pixels.
    pub fn year_labels(
        &self,
        area: OverviewArea,
        size: f64,
        metrics: &dyn TextMetrics,
    ) -> Vec<Caption> {
        let mut labels = Vec::new();
        let mut taken = f64::NEG_INFINITY;
        let right = area.x + area.width;
        for (part, year) in &self.years {
            let label = Caption {
                x: area.at(*part),
                y: area.y + area.height + 1.05 * size,
                anchor: Anchor::Middle,
                ..Caption::always(year, Face::Regular, size, Colour::Text)
            };
            let width = label.width(metrics);
            let middle = label
                .x
                .clamp(area.x + 0.5 * width, (right - 0.5 * width).max(area.x + 0.5 * width));
            let (label, left) = (Caption { x: middle, ..label }, middle - 0.5 * width);
            if left >= taken && left + width <= right {
                taken = left + width + YEAR_GAP * size;
                labels.push(label);
            }
        }
        labels
    }
}

fn lines(colour: Colour, width: f64, lines: Vec<Vec<(f64, f64)>>) -> Strokes {
    Strokes { colour, width, lines, smooth: false }
}
