//! The screen of a history: a trace that advances by a beat, and beside it what that beat stands
//! for, written anew each time.

use std::sync::Arc;

use super::monitor::{self, grid};
use super::readout::urgency;
use super::text::{Face, TextMetrics};
use super::theme::{Colour, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{Anchor, Bar, Caption, Scene, Size, Slide, Slides, Strokes};
use crate::rhythm::{Alarm, Rhythm};
use crate::signal::Signal;

/// The size for which the others are stated, in pixels.
const DESIGN: (f64, f64) = (800.0, 300.0);
/// The speed of the strip in mm/s: slow, so that many beats are on the screen.
const SPEED_MM_S: f64 = 12.5;
/// Millimetres a millivolt.
const GAIN_MM_MV: f64 = 17.0;
/// Where 0 mV lies: this part of the height with texts above it, or without.
const BASELINE: f64 = 0.64;
const BASELINE_BARE: f64 = 0.56;
/// The smallest text that is drawn, in pixels.
const SMALLEST_TEXT: f64 = 9.0;
/// The smallest screen that has texts, in pixels.
const SMALLEST_SCREEN: (u32, u32) = (120, 60);
/// The height of a capital letter in ems.
const CAPITAL: f64 = 0.73;

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Nothing.
    None,
    /// What it is, and its number.
    Short,
    /// All that is known.
    Full,
}

/// What a life is shown with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The size of the picture.
    pub size: Size,
    /// The look.
    pub theme: Theme,
    /// How much is written.
    pub detail: Detail,
    /// What it is, for those who cannot see it.
    pub title: String,
    /// Words for the beginning and the end of the line of life.
    pub ends: (String, String),
    /// How the picture moves.
    pub motion: Motion,
}

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tag {
    /// There is none yet.
    #[default]
    None,
    /// It came earlier.
    Before(String),
    /// It is this one.
    Here(String),
}

/// What a beat stands for, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name, such as a short id.
    pub name: String,
    /// What it is.
    pub text: String,
    /// Whose it is.
    pub author: String,
    /// Its day.
    pub day: String,
    /// How much it added, such as "+12".
    pub added: String,
    /// How much it removed.
    pub removed: String,
    /// Its number of all, such as "17 / 99".
    pub number: String,
    /// The current release.
    pub tag: Tag,
    /// What is special about it, and how urgently that is said.
    pub word: Option<(String, Option<Alarm>)>,
}

/// Builds the screen on which `rhythm` is shown a beat at a time: each from the instant of
/// `shown_s` on, with what `entry` says of it.
pub fn life(
    rhythm: &Rhythm,
    shown_s: &[f64],
    settings: &Settings,
    metrics: &'static dyn TextMetrics,
    entry: impl Fn(usize) -> Entry + Send + Sync + 'static,
) -> Scene {
    let Size { width, height } = settings.size;
    let (width_px, height_px) = (f64::from(width), f64::from(height));
    let detail = if width < SMALLEST_SCREEN.0 || height < SMALLEST_SCREEN.1 {
        Detail::None
    } else {
        settings.detail
    };
    let px_per_mm = monitor::nominal_px_per_mm(settings.size);
    let sweep_s = monitor::nominal_sweep_s(settings.size, SPEED_MM_S);
    let baseline = if detail == Detail::None { BASELINE_BARE } else { BASELINE };
    let scale = (height_px / DESIGN.1).min(width_px / DESIGN.0);
    let trace = Trace {
        signal: Signal::new(rhythm),
        width: width_px,
        sweeps: (rhythm.duration_s / sweep_s).ceil().max(1.0) as u32,
        sweep_s,
        px_per_mm,
        px_per_mv: GAIN_MM_MV * px_per_mm,
        baseline: (baseline * height_px).round(),
        stroke: (settings.theme.stroke * scale).clamp(1.2, 12.0),
        motion: settings.motion,
        trail: Trail::Phosphor,
        dash_px: None,
        slowness: 1.0,
    };
    let page =
        Page { width: width_px, height: height_px, scale, detail, count: shown_s.len(), metrics };
    let mut marks = grid(width_px, height_px, px_per_mm, trace.baseline);
    marks.push(page.line_of_life());
    let captions = page.ends(&settings.ends);
    let starts_s: Arc<[f64]> = shown_s.into();
    Scene {
        size: settings.size,
        theme: settings.theme.clone(),
        transparent: false,
        label: None,
        case: None,
        title: settings.title.clone(),
        description: rhythm.describe(),
        marks,
        trace,
        captions,
        slides: Some(Slides::new(starts_s, move |number| page.slide(number, &entry(number)))),
        sheet: None,
    }
}

/// Where things stand.
#[derive(Clone, Copy)]
struct Page {
    width: f64,
    height: f64,
    scale: f64,
    detail: Detail,
    count: usize,
    metrics: &'static dyn TextMetrics,
}

impl Page {
    fn pad(&self) -> f64 {
        (13.0 * self.scale).max(4.0)
    }

    fn size(&self, design: f64) -> f64 {
        (design * self.scale).max(SMALLEST_TEXT)
    }

    /// Where the line of life lies, and how thick it is.
    fn line(&self) -> (f64, f64) {
        let thick = (3.0 * self.scale).round().max(1.0);
        (self.height - (6.0 * self.scale).round().max(1.0) - thick, thick)
    }

    fn line_of_life(&self) -> Strokes {
        let (y, thick) = self.line();
        let y = y + 0.5 * thick;
        let line = vec![(self.pad(), y), (self.width - self.pad(), y)];
        Strokes { colour: Colour::GridMajor, width: thick, lines: vec![line], smooth: false }
    }

    fn text(&self, text: &str, face: Face, size: f64, colour: Colour) -> Caption {
        Caption { x: self.pad(), ..Caption::always(text, face, self.size(size), colour) }
    }

    /// The two ends of the line of life, where there is room for both.
    fn ends(&self, (first, last): &(String, String)) -> Vec<Caption> {
        if self.detail != Detail::Full {
            return Vec::new();
        }
        let y = self.line().0 - self.size(4.0).min(5.0);
        let first = Caption { y, ..self.text(first, Face::Regular, 11.0, Colour::Text) };
        let last = Caption {
            y,
            x: self.width - self.pad(),
            anchor: Anchor::End,
            ..self.text(last, Face::Regular, 11.0, Colour::Text)
        };
        let wide = first.width(self.metrics) + last.width(self.metrics);
        let tall = self.height >= 12.0 * first.size;
        if wide + 3.0 * self.pad() < self.width && tall { vec![first, last] } else { Vec::new() }
    }

    fn slide(&self, number: usize, entry: &Entry) -> Slide {
        let mut slide = Slide::default();
        let (y, height) = self.line();
        let part = (number + 1) as f64 / self.count as f64;
        let whole = self.width - 2.0 * self.pad();
        let width = (part * whole).max(1.0);
        slide.bars.push(Bar { x: self.pad(), y, width, height, colour: Colour::Trace });
        if self.detail == Detail::None {
            return slide;
        }
        let upper = self.pad() + CAPITAL * self.size(17.0);
        let lower = upper + 1.45 * self.size(17.0);
        // From the right: number of all. From the left: name, then what it is in what remains.
        let mut row =
            Row { page: self, y: upper, left: self.pad(), right: self.width - self.pad() };
        let number = row.at_right(&entry.number, Face::Regular, 13.0, Colour::Text);
        let name = row.at_left(&entry.name, Face::Bold, 17.0, Colour::Text, 1.0);
        let text = row.at_left(&entry.text, Face::Regular, 17.0, Colour::Trace, 1.0);
        slide.captions.extend([number, name, text].into_iter().flatten());
        if self.detail == Detail::Short {
            return slide;
        }
        let mut row =
            Row { page: self, y: lower, left: self.pad(), right: self.width - self.pad() };
        let removed = row.at_right(&entry.removed, Face::Regular, 13.0, Colour::High);
        let added = row.at_right(&entry.added, Face::Regular, 13.0, Colour::Trace);
        let day = row.at_left(&entry.day, Face::Regular, 13.0, Colour::Text, 1.0);
        let author = row.at_left(&entry.author, Face::Regular, 13.0, Colour::Text, 0.45);
        let tag = match &entry.tag {
            Tag::None => None,
            Tag::Before(tag) => row.at_left(tag, Face::Regular, 13.0, Colour::Text, 0.5),
            Tag::Here(tag) => row.at_left(tag, Face::Bold, 13.0, Colour::Technical, 0.5),
        };
        let word = entry.word.as_ref().and_then(|(word, alarm)| {
            let (colour, stars) = urgency(*alarm);
            let words = format!("{stars} {}", word.to_uppercase());
            row.at_left(words.trim_start(), Face::Bold, 13.0, colour, 1.0)
        });
        slide.captions.extend([removed, added, day, author, tag, word].into_iter().flatten());
        slide
    }
}

/// A line of texts, filled from both sides.
struct Row<'a> {
    page: &'a Page,
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
        let mut caption = self.page.text(text, face, size, colour);
        // Less than a few letters is worth nothing.
        if text.is_empty() || room < 2.0 * caption.size {
            return None;
        }
        caption.text = self.page.metrics.shorten(face, text, caption.size, room);
        (caption.x, caption.y) = (self.left, self.y);
        self.left += caption.width(self.page.metrics) + 0.8 * self.page.size(13.0);
        Some(caption)
    }

    fn at_right(&mut self, text: &str, face: Face, size: f64, colour: Colour) -> Option<Caption> {
        let caption = self.page.text(text, face, size, colour);
        let width = caption.width(self.page.metrics);
        if text.is_empty() || width > self.right - self.left {
            return None;
        }
        let x = self.right;
        self.right -= width + 0.8 * self.page.size(13.0);
        Some(Caption { x, y: self.y, anchor: Anchor::End, ..caption })
    }
}
