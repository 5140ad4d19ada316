//! The timelapse of a history: a trace that advances one beat per frame, captions about the commits
//! behind it, and an overview of the whole below.
//!
//! Captions change when there is time to read them; where beats follow each other quickly, several share
//! one. Only the cursor on the overview and the lamps of people change with every beat.

mod card;
mod layout;

use std::fmt;
use std::sync::Arc;

use super::monitor::{self, grid};
use super::overview::Overview;
use super::text::TextMetrics;
use super::theme::{Colour, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Caption, Scene, Size};
use crate::rhythm::{Alarm, Rhythm};
use crate::signal::Signal;
use layout::Layout;

/// The speed in mm/s; slow, so that many beats are visible.
const SPEED_MM_S: f64 = 12.5;
/// The gain in mm/mV.
const GAIN_MM_MV: f64 = 12.0;
/// The smallest picture that has texts: width and height in pixels.
const SMALLEST_SCREEN: (u32, u32) = (120, 60);

/// The amount of text in a timelapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// No text.
    None,
    /// The name of the history, and the commit's id, subject and number.
    Short,
    /// All fields of [`CommitCaption`], the people and the years of the overview.
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
    /// The name of the history, which is visible all the time.
    pub name: String,
    /// The whole life.
    pub overview: Overview,
    /// The people with a colour, in its order.
    pub people: Vec<String>,
    /// The silences that are told while the beam crosses them.
    pub pauses: Vec<Pause>,
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

/// The texts about one commit or several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitCaption {
    /// The short id, or the number of commits.
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
    /// The number of commits a week at that time, in words.
    pub rate: String,
    /// Where the work went, in words.
    pub places: String,
    /// The release.
    pub tag: Tag,
    /// A word for an unusual commit, and the alarm as which it is shown.
    pub word: Option<(String, Option<Alarm>)>,
    /// What is worth a pause.
    pub headline: Option<Headline>,
    /// What is told about the whole, over the trace.
    pub card: Option<Card>,
}

/// An event that is told in large letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// The event, in a few words.
    pub text: String,
    /// More about it.
    pub detail: String,
    /// The colour of the large letters.
    pub colour: Colour,
}

/// A panel with facts about the whole history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Its title.
    pub title: String,
    /// The line below the title.
    pub line: String,
    /// The facts: a value and what it is.
    pub facts: Vec<(String, String)>,
}

/// A silence that is told over the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Pause {
    /// The start of its words, in seconds, inclusive.
    pub from_s: f64,
    /// Their end, exclusive.
    pub to_s: f64,
    /// The words.
    pub text: String,
}

/// A beat on the overview.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The time from which it is the latest beat, in seconds.
    pub from_s: f64,
    /// Its place in the whole life, 0–1.
    pub part: f64,
    /// The people whose commits it stands for, a bit for each, and one more for all others.
    pub people: u8,
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
    /// The colour of the theme: the ground, or one of those used for texts and people.
    pub colour: Colour,
}

/// Texts and shapes that are visible together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The rectangles, below the texts.
    pub rects: Vec<FilledRect>,
    /// The texts. A text that stays the same keeps its index from slide to slide.
    pub captions: Vec<Caption>,
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
}

impl fmt::Debug for Slides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} slides", self.count())
    }
}

/// A timelapse, laid out by [`timelapse`]: a scene with texts and a cursor that change on their own.
#[derive(Clone, Debug)]
pub struct Timelapse {
    /// The parts that stay: grid, trace, overview, the name of the history.
    pub scene: Scene,
    /// The captions.
    pub captions: Slides,
    /// The cursor on the overview and the lamps of people.
    pub cursor: Slides,
}

/// Lays out the timelapse of `rhythm`. From `starts_s[i]` seconds on, the texts that `caption(i)`
/// returns are visible. `moments` are the beats in order.
pub fn timelapse(
    rhythm: &Rhythm,
    starts_s: &[f64],
    moments: Vec<Moment>,
    settings: &TimelapseSettings,
    metrics: &'static dyn TextMetrics,
    caption: impl Fn(usize) -> CommitCaption + Send + Sync + 'static,
) -> Timelapse {
    let Size { width, height } = settings.size;
    let (width_px, height_px) = (f64::from(width), f64::from(height));
    let has_room = width >= SMALLEST_SCREEN.0 && height >= SMALLEST_SCREEN.1;
    let detail = if has_room { settings.detail } else { Detail::None };
    let layout = Layout::new(settings.size, detail, (&settings.name, &settings.people), metrics);
    let px_per_mm = monitor::nominal_px_per_mm(settings.size);
    let sweep_s = monitor::nominal_sweep_s(settings.size, SPEED_MM_S);
    let trace = Trace {
        signal: Signal::new(rhythm),
        width: width_px,
        sweeps: (rhythm.duration_s / sweep_s).ceil().max(1.0) as u32,
        sweep_s,
        px_per_mm,
        px_per_mv: GAIN_MM_MV * px_per_mm,
        baseline: layout.baseline(),
        stroke: (settings.theme.stroke * layout.scale()).clamp(1.2, 12.0),
        motion: settings.motion,
        trail: Trail::Phosphor,
    };
    let mut marks = grid(width_px, height_px, px_per_mm, trace.baseline);
    marks.extend(settings.overview.marks(layout.overview(), Colour::GridMajor));
    marks.extend(layout.unlit_lamps());
    let scene = Scene {
        size: settings.size,
        theme: settings.theme.clone(),
        transparent: false,
        alt: AltText::Titled { title: settings.title.clone(), description: rhythm.describe() },
        marks,
        trace,
        captions: layout.standing(settings, sweep_s),
    };
    let cursor = cursor(layout.clone(), moments);
    let make = Arc::new(move |index| {
        let caption = caption(index);
        let mut slide = layout.slide(&caption);
        if let Some(card) = caption.card.filter(|_| layout.is_full()) {
            card::put(&layout, &card, &mut slide);
        }
        slide
    });
    Timelapse { scene, captions: Slides { starts_s: starts_s.into(), make }, cursor }
}

/// The slides of the cursor: one for each beat at which it looks different.
fn cursor(layout: Layout, mut moments: Vec<Moment>) -> Slides {
    moments.dedup_by_key(|moment| (layout.column(moment.part), moment.people));
    let starts_s = moments.iter().map(|moment| moment.from_s).collect();
    Slides { starts_s, make: Arc::new(move |index| layout.cursor(&moments[index])) }
}
