//! The badge: a word for a README, and the pulse beside it.
//!
//! As high, as padded and as coloured as the badges it stands in a row with; between the label
//! and the word is a window in which the trace runs on a time scale of its own.

use super::text::{Face, TextMetrics};
use super::theme::{Colour, Rgb, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{Caption, Case, Plate, Scene, Size, Strokes};
use crate::rhythm::Rhythm;
use crate::signal::Signal;

/// The height for which sizes are stated, in pixels.
pub const HEIGHT: u32 = 20;
/// The width of the window in pixels.
const WINDOW: f64 = 46.0;
/// The distance of a text from the edges of its plate, in pixels.
const PADDING: f64 = 5.0;
/// The size of a text, and its baseline, in pixels.
const TEXT: f64 = 11.0;
const TEXT_BASELINE: f64 = 14.0;
/// The colour of the plate behind the label.
const LABEL: Rgb = Rgb(0x55, 0x55, 0x55);
/// The least contrast of a text with its plate that WCAG 2.1 calls enough.
const ENOUGH: f64 = 4.5;
/// The radius of the corners in pixels.
const CORNER: f64 = 3.0;
/// Where the line lies, and what a millivolt is, in pixels.
const BASELINE: f64 = 14.0;
const PX_PER_MV: f64 = 9.0;
/// The width of the line in pixels.
const STROKE: f64 = 1.3;
/// A dash, and a gap, as a part of the window.
const DASH: f64 = 0.1;
/// The pause sign: where its bars stand, and from where to where, in pixels.
const PAUSE: [f64; 2] = [35.5, 39.5];
const PAUSE_ROWS: (f64, f64) = (4.5, 11.5);

/// What a badge is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its height in pixels.
    pub height: u32,
    /// Whether its corners are round and light falls on it.
    pub round: bool,
    /// The look of the window.
    pub theme: Theme,
    /// The colour of the trace.
    pub trace: Colour,
    /// What the badge is about; nothing for a badge without a label.
    pub label: String,
    /// The word.
    pub message: String,
    /// The colour behind the word.
    pub fill: Rgb,
    /// Whether the line is dashed.
    pub dashed: bool,
    /// Whether the trace has stopped, which a sign says too.
    pub paused: bool,
    /// How many windows the loop fills.
    pub windows: u32,
    /// How many seconds on display a second of the rhythm takes.
    pub slowness: f64,
    /// What it is in a few words.
    pub aria: String,
    /// The same in a sentence.
    pub title: String,
}

/// Builds the badge of `rhythm`.
pub fn badge(rhythm: &Rhythm, settings: &Settings, metrics: &dyn TextMetrics) -> Scene {
    let scale = f64::from(settings.height) / f64::from(HEIGHT);
    let plate = |text: &str| match text {
        "" => 0.0,
        text => (metrics.width(Face::Regular, text, TEXT) + 2.0 * PADDING).ceil(),
    };
    let (label, message) = (plate(&settings.label), plate(&settings.message));
    let mut theme = settings.theme.clone();
    let ground = theme.rgb(Colour::Ground);
    theme.colours[Colour::Trace as usize] = theme.rgb(settings.trace);
    theme.colours[Colour::Text as usize] = ink(LABEL);
    theme.colours[Colour::High as usize] = ink(settings.fill);
    theme.glow = 0.0;
    let plates = [(label, LABEL), (WINDOW, ground), (message, settings.fill)];
    let plates = plates.into_iter().filter(|(width, _)| *width > 0.0);
    let text = |text: &str, colour: Colour, left: f64| Caption {
        x: scale * (left + PADDING),
        y: scale * TEXT_BASELINE,
        ..Caption::always(text, Face::Regular, scale * TEXT, colour)
    };
    let captions = [
        (text(&settings.label, Colour::Text, 0.0), label),
        (text(&settings.message, Colour::High, label + WINDOW), message),
    ];
    let windows = settings.windows.max(1);
    let bar = |x: f64| {
        let x = scale * (label + x);
        vec![(x, scale * PAUSE_ROWS.0), (x, scale * PAUSE_ROWS.1)]
    };
    let pause = Strokes {
        colour: Colour::Trace,
        width: 2.0 * scale,
        lines: PAUSE.map(bar).into(),
        smooth: true,
    };
    Scene {
        size: Size {
            width: (scale * (label + WINDOW + message)).ceil() as u32,
            height: settings.height,
        },
        theme,
        transparent: false,
        label: Some(settings.aria.clone()),
        title: settings.title.clone(),
        description: String::new(),
        case: Some(Case {
            plates: plates.map(|(width, fill)| Plate { width: scale * width, fill }).collect(),
            window: scale * label,
            corner: if settings.round { scale * CORNER } else { 0.0 },
            sheen: settings.round,
        }),
        marks: settings.paused.then_some(pause).into_iter().collect(),
        trace: Trace {
            signal: Signal::new(rhythm),
            width: scale * WINDOW,
            sweeps: windows,
            sweep_s: rhythm.duration_s / f64::from(windows),
            px_per_mm: scale,
            px_per_mv: scale * PX_PER_MV,
            baseline: scale * BASELINE,
            stroke: scale * STROKE,
            motion: Motion::Scroll,
            trail: Trail::Lcd,
            dash_px: settings.dashed.then_some(scale * DASH * WINDOW),
            slowness: settings.slowness,
        },
        captions: captions
            .into_iter()
            .filter(|(_, width)| *width > 0.0)
            .map(|(text, _)| text)
            .collect(),
        slides: None,
        sheet: None,
    }
}

/// White where that can be read, else black.
fn ink(plate: Rgb) -> Rgb {
    let white = Rgb(255, 255, 255);
    if white.contrast(plate) >= ENOUGH { white } else { Rgb(0, 0, 0) }
}
