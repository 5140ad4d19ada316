//! The places of everything on a timelapse that is not the trace: rows of text above it; people, the
//! overview and its years below.

use super::super::alarm::urgency;
use super::super::overview::OverviewArea;
use super::super::text::{Face, TextMetrics};
use super::super::theme::{Colour, PEOPLE};
use super::super::{Anchor, Caption, Size, Strokes};
use super::{
    CommitCaption, Detail, FilledRect, Headline, Moment, Pause, Slide, Tag, TimelapseSettings,
};

/// The picture size for which other sizes are stated: width and height in pixels.
const DESIGN: (f64, f64) = (800.0, 300.0);
/// The minimum font size in pixels.
const SMALLEST_TEXT: f64 = 9.0;
/// The height of a capital letter in ems.
const CAPITAL: f64 = 0.73;
/// Font sizes: the name and the date, an event, a subject, other texts, the years.
const NAME: f64 = 17.0;
const HEADLINE: f64 = 24.0;
const SUBJECT: f64 = 15.0;
const OTHER: f64 = 13.0;
const YEARS: f64 = 10.0;
/// The distance between rows of text.
const ROW: f64 = 22.0;
/// The height of the overview, and the least part of the picture that it takes.
const OVERVIEW: f64 = 42.0;
const LEAST_OVERVIEW: f64 = 0.1;
/// The smallest picture that has a row of people: width and height in pixels.
const ROOM_FOR_PEOPLE: (f64, f64) = (360.0, 180.0);
/// The smallest picture that has the names of years, in pixels.
const ROOM_FOR_YEARS: f64 = 120.0;
/// The position of 0 mV between the rows above the trace and what is below it.
const BASELINE: f64 = 0.56;
/// The part of a row that the name of the history, the author and a tag may take.
const MOST: f64 = 0.45;
/// The side of a lamp, and the name of those without a colour of their own.
const LAMP: f64 = 9.0;
const OTHERS: &str = "others";

/// Positions and sizes.
#[derive(Clone)]
pub(super) struct Layout {
    width: f64,
    height: f64,
    scale: f64,
    detail: Detail,
    pub(super) metrics: &'static dyn TextMetrics,
    /// The name of the history.
    name: Option<Caption>,
    /// The people with a colour, then all others.
    people: Vec<Lamp>,
}

/// A lamp that is lit while a beat is somebody's, and the name beside it.
#[derive(Clone)]
struct Lamp {
    left: f64,
    colour: Colour,
    name: Caption,
}

impl Layout {
    pub(super) fn new(
        Size { width, height }: Size,
        detail: Detail,
        (name, people): (&str, &[String]),
        metrics: &'static dyn TextMetrics,
    ) -> Self {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (height / DESIGN.1).min(width / DESIGN.0);
        let mut this =
            Self { width, height, scale, detail, metrics, name: None, people: Vec::new() };
        if detail != Detail::None {
            this.name = this.filled_row(0).at_left(name, Face::Bold, NAME, Colour::Text, MOST);
        }
        if detail == Detail::Full && width >= ROOM_FOR_PEOPLE.0 && height >= ROOM_FOR_PEOPLE.1 {
            this.people = this.place_people(people);
        }
        this
    }

    /// Returns true if there is room for everything.
    pub(super) fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    fn pad(&self) -> f64 {
        (13.0 * self.scale).max(4.0)
    }

    fn size(&self, design: f64) -> f64 {
        (design * self.scale).max(SMALLEST_TEXT)
    }

    fn has_years(&self) -> bool {
        self.detail == Detail::Full && self.height >= ROOM_FOR_YEARS
    }

    /// The place of the overview.
    pub(super) fn overview(&self) -> OverviewArea {
        let height = (OVERVIEW * self.scale).max(LEAST_OVERVIEW * self.height).round().max(3.0);
        let below = if self.has_years() { 1.3 * self.size(YEARS) } else { 2.0 };
        let below = below + (2.0 * self.scale).round();
        let y = (self.height - below - height).round().max(0.0);
        OverviewArea {
            x: self.pad().round(),
            y,
            width: (self.width - 2.0 * self.pad()).floor(),
            height,
        }
    }

    /// The lower end of the part for the trace.
    fn floor(&self) -> f64 {
        let above = if self.people.is_empty() { 0.0 } else { 1.7 * self.size(OTHER) };
        self.overview().y - above
    }

    /// The upper end of the part for the trace.
    pub(super) fn ceiling(&self) -> f64 {
        match self.detail {
            Detail::None => 0.0,
            Detail::Short => self.row(1) + 0.4 * self.size(OTHER),
            Detail::Full => self.row(2) + 0.4 * self.size(OTHER),
        }
    }

    /// The position of 0 mV.
    pub(super) fn baseline(&self) -> f64 {
        let (top, bottom) = (self.ceiling(), self.floor().max(self.ceiling()));
        (top + BASELINE * (bottom - top)).round()
    }

    /// The middle of the part for the trace, and its height.
    pub(super) fn stage(&self) -> (f64, f64) {
        let (top, bottom) = (self.ceiling(), self.floor());
        (0.5 * (top + bottom), (bottom - top).max(0.0))
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    /// The baseline of a row of text above the trace.
    fn row(&self, number: u32) -> f64 {
        let step = (ROW * self.scale).max(1.5 * self.size(SUBJECT));
        self.pad() + CAPITAL * self.size(NAME) + f64::from(number) * step
    }

    pub(super) fn text(&self, text: &str, face: Face, size: f64, colour: Colour) -> Caption {
        Caption { x: self.pad(), ..Caption::always(text, face, self.size(size), colour) }
    }

    /// The lamps and names of people, as many as have room.
    fn place_people(&self, people: &[String]) -> Vec<Lamp> {
        let side = self.lamp();
        let y = self.overview().y - 0.55 * self.size(OTHER);
        let mut left = self.pad().round();
        let mut placed = Vec::new();
        // All names get the same room, and what the short ones leave goes to the others.
        let mut room = self.width - 2.0 * self.pad();
        let others = (!people.is_empty()).then_some((OTHERS, Colour::Text));
        let names = people.iter().map(String::as_str).zip(PEOPLE).chain(others);
        for (i, (name, colour)) in names.enumerate() {
            let gap = 1.2 * self.size(OTHER);
            let own = room / (people.len() + 1 - i) as f64 - 1.5 * side - gap;
            let mut caption = self.text(name, Face::Regular, OTHER, Colour::Text);
            if own < 3.0 * caption.size {
                break;
            }
            caption = caption.shortened(self.metrics, own);
            (caption.x, caption.y) = (left + 1.5 * side, y);
            let wide = 1.5 * side + caption.width(self.metrics) + gap;
            placed.push(Lamp { left, colour, name: caption });
            left = (left + wide).round();
            room -= wide;
        }
        placed
    }

    /// The side of a lamp.
    fn lamp(&self) -> f64 {
        (LAMP * self.scale).round().max(4.0)
    }

    /// The lamps of people without light: the lower edge of each, in its colour.
    pub(super) fn unlit_lamps(&self) -> Vec<Strokes> {
        let (lamp, thick) = (self.lamp(), (self.lamp() / 4.0).round().max(1.0));
        let lamps = self.people.iter().map(|Lamp { left, colour, name }| {
            let y = name.y.round() - 0.5 * thick;
            let lines = vec![vec![(*left, y), (left + lamp, y)]];
            Strokes { colour: *colour, width: thick, lines, smooth: false }
        });
        lamps.collect()
    }

    /// The texts that do not change with the commits: the name of the history, people, years, silences.
    pub(super) fn standing(&self, settings: &TimelapseSettings, sweep_s: f64) -> Vec<Caption> {
        let TimelapseSettings { overview, pauses, .. } = settings;
        if self.detail == Detail::None {
            return Vec::new();
        }
        let mut texts = Vec::from_iter(self.name.clone());
        texts.extend(pauses.iter().map(|pause| self.pause(pause, sweep_s)));
        texts.extend(self.people.iter().map(|lamp| lamp.name.clone()));
        if self.has_years() {
            texts.extend(overview.year_labels(self.overview(), self.size(YEARS), self.metrics));
        }
        texts
    }

    /// The words of a silence, above the flat line that the beam draws meanwhile.
    fn pause(&self, pause: &Pause, sweep_s: f64) -> Caption {
        let words = self.text(&pause.text, Face::Bold, HEADLINE, Colour::Text);
        let part = 0.5 * (pause.from_s + pause.to_s) / sweep_s;
        let half = 0.5 * words.width(self.metrics);
        let least = self.pad() + half;
        Caption {
            x: ((part - part.floor()) * self.width).min(self.width - least).max(least),
            y: self.baseline() - 0.6 * self.size(HEADLINE),
            anchor: Anchor::Middle,
            from_s: pause.from_s,
            to_s: pause.to_s,
            ..words
        }
    }

    fn filled_row(&self, number: u32) -> Row<'_> {
        let (left, right) = (self.pad(), self.width - self.pad());
        Row { layout: self, y: self.row(number), left, right }
    }

    /// The column of the cursor.
    pub(super) fn column(&self, part: f64) -> i64 {
        self.overview().at(part).round() as i64
    }

    /// The cursor on the overview, what it has passed, and the lamps that are lit.
    pub(super) fn cursor(&self, moment: &Moment) -> Slide {
        let area = self.overview();
        let thick = (1.5 * self.scale).round().max(1.0);
        let x = self.column(moment.part) as f64;
        let line = FilledRect {
            x: (x - 0.5 * thick).round().clamp(area.x, area.x + area.width - thick),
            y: area.y,
            width: thick,
            height: area.height,
            colour: Colour::Trace,
        };
        let passed = FilledRect {
            x: area.x,
            y: area.base(),
            width: (x - area.x).max(1.0),
            height: thick,
            colour: Colour::Trace,
        };
        let lamps = self.people.iter().enumerate();
        let lit = lamps.filter(|(i, _)| moment.people >> i & 1 == 1);
        let side = self.lamp();
        let lit = lit.map(|(_, lamp)| FilledRect {
            x: lamp.left,
            y: lamp.name.y.round() - side,
            width: side,
            height: side,
            colour: lamp.colour,
        });
        Slide { rects: [passed, line].into_iter().chain(lit).collect(), captions: Vec::new() }
    }

    /// The texts about commits.
    pub(super) fn slide(&self, commit: &CommitCaption) -> Slide {
        let mut slide = Slide::default();
        if self.detail == Detail::None {
            return slide;
        }
        let full = self.detail == Detail::Full;
        let mut row = self.filled_row(0);
        if let Some(name) = &self.name {
            row.left += name.width(self.metrics) + 1.5 * self.gap();
        }
        let rate = if full { &commit.rate } else { &commit.number };
        let rate = row.at_right(rate, Face::Bold, OTHER, Colour::Trace);
        let day = row.at_left(&commit.day, Face::Regular, NAME, Colour::Text, 1.0);
        slide.captions.extend([rate, day.filter(|_| full)].into_iter().flatten());

        let mut row = self.filled_row(1);
        if full {
            let number = row.at_right(&commit.number, Face::Regular, OTHER, Colour::Text);
            slide.captions.extend(number);
        }
        let large = commit.headline.as_ref().filter(|_| full);
        if let Some(Headline { text, detail, colour }) = large {
            row.y += 0.2 * (self.size(HEADLINE) - self.size(SUBJECT));
            let text = row.at_left(text, Face::Bold, HEADLINE, *colour, 0.7);
            let detail = row.at_left(detail, Face::Regular, OTHER, Colour::Text, 1.0);
            slide.captions.extend([text, detail].into_iter().flatten());
        } else {
            let id = row.at_left(&commit.id, Face::Bold, SUBJECT, Colour::Text, 1.0);
            let subject = row.at_left(&commit.subject, Face::Regular, SUBJECT, Colour::Trace, 1.0);
            slide.captions.extend([id, subject].into_iter().flatten());
        }
        if full {
            self.last_row(commit, large.is_some(), &mut slide);
        }
        slide
    }

    /// The author, the release, what is unusual, the places and the lines.
    fn last_row(&self, commit: &CommitCaption, after_headline: bool, slide: &mut Slide) {
        let mut row = self.filled_row(2);
        let removed = row.at_right(&commit.removed, Face::Regular, OTHER, Colour::High);
        let added = row.at_right(&commit.added, Face::Regular, OTHER, Colour::Trace);
        let author = row.at_left(&commit.author, Face::Regular, OTHER, Colour::Text, MOST);
        let words = if after_headline {
            [row.at_left(&commit.subject, Face::Regular, OTHER, Colour::Trace, 1.0), None, None]
        } else {
            let word = commit.word.as_ref().and_then(|(word, alarm)| {
                let (colour, stars) = urgency(*alarm);
                let words = format!("{stars} {}", word.to_uppercase());
                row.at_left(words.trim_start(), Face::Bold, OTHER, colour, 1.0)
            });
            let tag = match &commit.tag {
                Tag::None => None,
                Tag::Before(tag) => row.at_left(tag, Face::Regular, OTHER, Colour::Text, MOST),
                Tag::Here(tag) => row.at_left(tag, Face::Bold, OTHER, Colour::Technical, 1.0),
            };
            let places = row.at_right(&commit.places, Face::Regular, OTHER, Colour::Text);
            [word, tag, places]
        };
        slide.captions.extend([removed, added, author].into_iter().chain(words).flatten());
    }

    fn gap(&self) -> f64 {
        0.8 * self.size(OTHER)
    }
}

/// A row of texts that is filled from both ends.
struct Row<'a> {
    layout: &'a Layout,
    y: f64,
    left: f64,
    right: f64,
}

impl Row<'_> {
    fn at_left(
        &mut self,
        text: &str,
        face: Face,
        size: f64,
        colour: Colour,
        most: f64,
    ) -> Option<Caption> {
        let room = (self.right - self.left) * most;
        let mut caption = self.layout.text(text, face, size, colour);
        // Two letters or fewer would not be useful.
        if text.is_empty() || room < 2.0 * caption.size {
            return None;
        }
        caption.text = self.layout.metrics.shorten(face, text, caption.size, room);
        (caption.x, caption.y) = (self.left, self.y);
        self.left += caption.width(self.layout.metrics) + self.layout.gap();
        Some(caption)
    }

    fn at_right(&mut self, text: &str, face: Face, size: f64, colour: Colour) -> Option<Caption> {
        let caption = self.layout.text(text, face, size, colour);
        let width = caption.width(self.layout.metrics);
        if text.is_empty() || width > self.right - self.left {
            return None;
        }
        let x = self.right;
        self.right -= width + self.layout.gap();
        Some(Caption { x, y: self.y, anchor: Anchor::End, ..caption })
    }
}
