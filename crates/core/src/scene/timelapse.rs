//! The timelapse of a history: a trace that advances one beat per frame, and captions about the
//! commit behind the current beat.

use std::fmt;
use std::sync::Arc;

use super::alarm::urgency;
use super::monitor::{self, grid};
use super::text::{Face, TextMetrics};
use super::theme::{Colour, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Anchor, Caption, Scene, Size, Strokes};
use crate::rhythm::{Alarm, Rhythm};
use crate::signal::Signal;

/// The picture size for which other sizes are stated: width and height in pixels.
const DESIGN: (f64, f64) = (800.0, 300.0);
/// The speed in mm/s; slow, so that many beats are visible.
const SPEED_MM_S: f64 = 12.5;
/// The gain in mm/mV.
const GAIN_MM_MV: f64 = 17.0;
/// The position of 0 mV as a fraction of the height, with and without texts above the trace.
const BASELINE: f64 = 0.64;
const BASELINE_BARE: f64 = 0.56;
/// The minimum font size in pixels.
const SMALLEST_TEXT: f64 = 9.0;
/// The smallest picture that has texts: width and height in pixels.
const SMALLEST_SCREEN: (u32, u32) = (120, 60);
/// The height of a capital letter in ems.
const CAPITAL: f64 = 0.73;

/// The amount of text in a timelapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// No text.
    None,
    /// The commit's id, subject and number.
    Short,
    /// All fields of [`CommitCaption`].
    Full,
}

/// The settings of a timelapse.
#[derive(Clone, Debug)]
pub struct TimelapseSettings {
    /// The size of the picture.
    pub size: Size,
    /// The colours and the decay.
    pub theme: Theme,
    /// The amount of text.
    pub detail: Detail,
    /// The title, for the text alternative.
    pub title: String,
    /// The texts at the start and the end of the progress bar.
    pub ends: (String, String),
    /// The way the picture moves.
    pub motion: Motion,
}

/// The release a commit belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tag {
    /// No release yet.
    #[default]
    None,
    /// The latest release before this commit.
    Before(String),
    /// This commit is a release.
    Here(String),
}

/// The texts about the commit behind a beat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitCaption {
    /// The short id.
    pub id: String,
    /// The subject.
    pub subject: String,
    /// The author's name.
    pub author: String,
    /// The day of the commit.
    pub day: String,
    /// The number of added lines, such as "+12".
    pub added: String,
    /// The number of removed lines, such as "−3".
    pub removed: String,
    /// The position in the history, such as "17 / 99".
    pub number: String,
    /// The release.
    pub tag: Tag,
    /// A word for an unusual commit, and the alarm as which it is shown.
    pub word: Option<(String, Option<Alarm>)>,
}

/// A filled rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilledRect {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
    /// The colour of the theme, one of those used for texts.
    pub colour: Colour,
}

/// The texts and shapes that are visible while a beat is the latest one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The texts. A text that stays the same keeps its index from slide to slide.
    pub captions: Vec<Caption>,
    /// The rectangles.
    pub rects: Vec<FilledRect>,
}

/// A sequence of slides, one visible at a time. They are built on demand because there may be
/// 100,000 of them.
#[derive(Clone)]
pub struct Slides {
    starts_s: Arc<[f64]>,
    make: Arc<dyn Fn(usize) -> Slide + Send + Sync>,
}

impl Slides {
    /// The number of slides.
    pub fn count(&self) -> usize {
        self.starts_s.len()
    }

    /// The index of the slide that is visible at `t_s` seconds; `None` before the first.
    pub fn at(&self, t_s: f64) -> Option<usize> {
        self.starts_s.partition_point(|start| *start <= t_s).checked_sub(1)
    }

    /// Builds the slide with an index below [`count`](Self::count).
    pub fn make(&self, index: usize) -> Slide {
        (self.make)(index)
    }

    /// The start of the last slide in seconds, 0 if there are none.
    pub fn last_start_s(&self) -> f64 {
        self.starts_s.last().copied().unwrap_or_default()
    }
}

impl fmt::Debug for Slides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} slides", self.count())
    }
}

/// A timelapse, laid out by [`timelapse`]: a scene whose texts change with every beat.
#[derive(Clone, Debug)]
pub struct Timelapse {
    /// The parts that stay: grid, trace, texts at the ends of the progress bar.
    pub scene: Scene,
    /// The parts that are replaced at every beat.
    pub slides: Slides,
}

/// Lays out the timelapse of `rhythm`. From `shown_s[i]` seconds on, beat `i` is visible together
/// with the texts that `caption(i)` returns.
pub fn timelapse(
    rhythm: &Rhythm,
    shown_s: &[f64],
    settings: &TimelapseSettings,
    metrics: &'static dyn TextMetrics,
    caption: impl Fn(usize) -> CommitCaption + Send + Sync + 'static,
) -> Timelapse {
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
    };
    let layout =
        Layout { width: width_px, height: height_px, scale, detail, count: shown_s.len(), metrics };
    let mut marks = grid(width_px, height_px, px_per_mm, trace.baseline);
    marks.push(layout.progress_track());
    let scene = Scene {
        size: settings.size,
        theme: settings.theme.clone(),
        transparent: false,
        alt: AltText::Titled { title: settings.title.clone(), description: rhythm.describe() },
        marks,
        trace,
        captions: layout.ends(&settings.ends),
    };
    let make = Arc::new(move |index| layout.slide(index, &caption(index)));
    Timelapse { scene, slides: Slides { starts_s: shown_s.into(), make } }
}

/// Positions and sizes.
#[derive(Clone, Copy)]
struct Layout {
    width: f64,
    height: f64,
    scale: f64,
    detail: Detail,
    count: usize,
    metrics: &'static dyn TextMetrics,
}

impl Layout {
    fn pad(&self) -> f64 {
        (13.0 * self.scale).max(4.0)
    }

    fn size(&self, design: f64) -> f64 {
        (design * self.scale).max(SMALLEST_TEXT)
    }

    /// The upper edge and the height of the progress bar, in pixels.
    fn progress_bar(&self) -> (f64, f64) {
        let thick = (3.0 * self.scale).round().max(1.0);
        (self.height - (6.0 * self.scale).round().max(1.0) - thick, thick)
    }

    fn progress_track(&self) -> Strokes {
        let (y, thick) = self.progress_bar();
        let y = y + 0.5 * thick;
        let line = vec![(self.pad(), y), (self.width - self.pad(), y)];
        Strokes { colour: Colour::GridMajor, width: thick, lines: vec![line], smooth: false }
    }

    fn text(&self, text: &str, face: Face, size: f64, colour: Colour) -> Caption {
        Caption { x: self.pad(), ..Caption::always(text, face, self.size(size), colour) }
    }

    /// The texts at both ends of the progress bar, or no texts if there is no room for both.
    fn ends(&self, (first, last): &(String, String)) -> Vec<Caption> {
        if self.detail != Detail::Full {
            return Vec::new();
        }
        let y = self.progress_bar().0 - self.size(4.0).min(5.0);
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

    fn slide(&self, index: usize, commit: &CommitCaption) -> Slide {
        let mut slide = Slide::default();
        let (y, height) = self.progress_bar();
        let part = (index + 1) as f64 / self.count as f64;
        let whole = self.width - 2.0 * self.pad();
        let width = (part * whole).max(1.0);
        slide.rects.push(FilledRect { x: self.pad(), y, width, height, colour: Colour::Trace });
        if self.detail == Detail::None {
            return slide;
        }
        let upper = self.pad() + CAPITAL * self.size(17.0);
        let lower = upper + 1.45 * self.size(17.0);
        // The number on the right; the id on the left, then the subject in the remaining room.
        let mut row =
            Row { layout: self, y: upper, left: self.pad(), right: self.width - self.pad() };
        let number = row.at_right(&commit.number, Face::Regular, 13.0, Colour::Text);
        let id = row.at_left(&commit.id, Face::Bold, 17.0, Colour::Text, 1.0);
        let subject = row.at_left(&commit.subject, Face::Regular, 17.0, Colour::Trace, 1.0);
        slide.captions.extend([number, id, subject].into_iter().flatten());
        if self.detail == Detail::Short {
            return slide;
        }
        let mut row =
            Row { layout: self, y: lower, left: self.pad(), right: self.width - self.pad() };
        let removed = row.at_right(&commit.removed, Face::Regular, 13.0, Colour::High);
        let added = row.at_right(&commit.added, Face::Regular, 13.0, Colour::Trace);
        let day = row.at_left(&commit.day, Face::Regular, 13.0, Colour::Text, 1.0);
        let author = row.at_left(&commit.author, Face::Regular, 13.0, Colour::Text, 0.45);
        let tag = match &commit.tag {
            Tag::None => None,
            Tag::Before(tag) => row.at_left(tag, Face::Regular, 13.0, Colour::Text, 0.5),
            Tag::Here(tag) => row.at_left(tag, Face::Bold, 13.0, Colour::Technical, 0.5),
        };
        let word = commit.word.as_ref().and_then(|(word, alarm)| {
            let (colour, stars) = urgency(*alarm);
            let words = format!("{stars} {}", word.to_uppercase());
            row.at_left(words.trim_start(), Face::Bold, 13.0, colour, 1.0)
        });
        slide.captions.extend([removed, added, day, author, tag, word].into_iter().flatten());
        slide
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
        self.left += caption.width(self.layout.metrics) + 0.8 * self.layout.size(13.0);
        Some(caption)
    }

    fn at_right(&mut self, text: &str, face: Face, size: f64, colour: Colour) -> Option<Caption> {
        let caption = self.layout.text(text, face, size, colour);
        let width = caption.width(self.layout.metrics);
        if text.is_empty() || width > self.right - self.left {
            return None;
        }
        let x = self.right;
        self.right -= width + 0.8 * self.layout.size(13.0);
        Some(Caption { x, y: self.y, anchor: Anchor::End, ..caption })
    }
}
