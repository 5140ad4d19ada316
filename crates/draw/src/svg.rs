//! The vector exporter: a scene as SVG.
//!
//! The phosphor is a mask over the line. The mask contains a rectangle, twice as long as the loop,
//! filled with the decay as a repeating gradient; sliding that rectangle is the whole animation, so
//! the beam keeps its pace in x whatever the line does in y. Without CSS, or if reduced motion is
//! preferred, the same elements show a still of a chosen moment.
//!
//! There are no scripts, no SMIL, no fonts (texts are outlines, except for characters that no font
//! at hand has) and no filters, because they do not work in a README or are slow there. The glow is a wide faint stroke, and a fast beam is not
//! dimmer.

mod badge;
mod captions;
mod format;
mod sheet;
mod slides;
mod trace;

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use crate::text::Fonts;
use flaky_core::animation::Plays;
use flaky_core::hash::fnv1a;
use flaky_core::scene::badge::Lettering;
use flaky_core::scene::markup::{put, static_layer};
use flaky_core::scene::{AltText, Monitor, Scene, Sheet, Timelapse};
use flaky_core::timeline::Timeline;
use format::{escape, id};
use slides::Moments;

pub use badge::badge;
pub(crate) use badge::{Shown, badge_document};
pub(crate) use trace::GLOW;

/// Stands for the suffix of every id until the document is complete.
const SUFFIX: char = '~';
/// The length of that suffix.
const SUFFIX_DIGITS: u32 = 4;
/// Numbers in ids are written in this base, since there can be thousands.
const RADIX: u64 = 36;

/// Writes a monitor. It plays as often as `plays` says; `None` and viewers without animation show
/// a still of the moment `still_s`, in seconds.
///
/// # Errors
/// Those of `out`.
pub fn monitor(
    monitor: &Monitor,
    fonts: &Fonts,
    plays: Option<Plays>,
    still_s: f64,
    out: impl Write,
) -> io::Result<()> {
    let mut document = Document::new(&monitor.scene, fonts, plays, still_s);
    document.trace();
    document.captions();
    write(&document.finish(&static_layer(&monitor.scene, "~")), out)
}

/// Writes a timelapse that advances at the moments of `timeline`. Viewers without animation show
/// its last slide.
///
/// # Errors
/// Those of `out`.
pub fn timelapse(
    timelapse: &Timelapse,
    fonts: &Fonts,
    plays: Plays,
    timeline: &Timeline,
    out: impl Write,
) -> io::Result<()> {
    let Timelapse { scene, captions, cursor } = timelapse;
    let moments = Moments::new(timeline);
    let mut document = Document::new(scene, fonts, None, moments.last_s());
    document.trace();
    document.captions();
    document.tracks(&[cursor, captions], plays, &moments);
    document.advance(plays, &moments);
    write(&document.finish(&static_layer(scene, "~")), out)
}

/// Writes a sheet.
///
/// # Errors
/// Those of `out`.
pub fn sheet(sheet: &Sheet, fonts: &Fonts, out: impl Write) -> io::Result<()> {
    let mut document = Document::new(&sheet.scene, fonts, None, 0.0);
    document.rows(sheet);
    document.tooltips(sheet);
    document.captions();
    write(&document.finish(&static_layer(&sheet.scene, "~")), out)
}

/// A band of pixel rows of a sheet, without tooltips. The sheet may lack what is not in the band.
pub(crate) fn sheet_band(sheet: &Sheet, fonts: &Fonts, band: Range<u32>) -> String {
    let mut document = Document::new(&sheet.scene, fonts, None, 0.0);
    document.shown = band;
    document.rows(sheet);
    document.captions();
    document.finish(&static_layer(&sheet.scene, "~"))
}

fn write(document: &str, mut out: impl Write) -> io::Result<()> {
    out.write_all(document.as_bytes())?;
    out.flush()
}

/// A document that is being written.
struct Document<'a> {
    scene: &'a Scene,
    fonts: &'a Fonts,
    /// How often the trace and the captions play; `None` in a still.
    plays: Option<Plays>,
    /// The moment shown without animation, in seconds.
    still_s: f64,
    /// What sets letters off. With a shadow, they have no colour of their own.
    lettering: Lettering,
    /// The rows of pixels that it shows.
    shown: Range<u32>,
    body: String,
    css: String,
}

impl<'a> Document<'a> {
    fn new(scene: &'a Scene, fonts: &'a Fonts, plays: Option<Plays>, still_s: f64) -> Self {
        let lettering = if scene.transparent { Lettering::Plain } else { Lettering::Halo };
        let (shown, body, css) = (0..scene.size.height, String::new(), String::new());
        Self { scene, fonts, plays, still_s, lettering, shown, body, css }
    }

    fn finish(self, static_layer: &str) -> String {
        let (width, top) = (self.scene.size.width, self.shown.start);
        let height = self.shown.end - top;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 {top} {width} {height}\" role=\"img\" {}",
            self.alt_text()
        );
        if !self.css.is_empty() {
            let css = &self.css;
            put(
                &mut text,
                format_args!(
                    "<style>@media (prefers-reduced-motion:no-preference){{{css}}}</style>"
                ),
            );
        }
        text.push_str(static_layer);
        text.push_str(&self.body);
        text.push_str("</svg>\n");
        // Ids that depend on the content do not clash when pictures share a page.
        let hash = fnv1a(text.as_bytes()) % RADIX.pow(SUFFIX_DIGITS);
        let suffix = format!("{:0>width$}", id(hash), width = SUFFIX_DIGITS as usize);
        text.replace(SUFFIX, &suffix)
    }

    /// The last attributes of the root element, and its first children.
    fn alt_text(&self) -> String {
        match &self.scene.alt {
            AltText::Labelled { label, title } => {
                format!("aria-label=\"{}\"><title>{}</title>", escape(label), escape(title))
            }
            AltText::Titled { title, description } => format!(
                "aria-labelledby=\"t{SUFFIX} d{SUFFIX}\"><title id=\"t{SUFFIX}\">{}</title>\
                 <desc id=\"d{SUFFIX}\">{}</desc>",
                escape(title),
                escape(description)
            ),
        }
    }

    fn add(&mut self, arguments: fmt::Arguments<'_>) {
        put(&mut self.body, arguments);
    }
}

fn iterations(plays: Plays) -> String {
    match plays {
        Plays::Forever => "infinite".to_string(),
        Plays::Times(times) => times.to_string(),
    }
}
