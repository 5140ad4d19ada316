//! The badge of a report: a label, a window with the trace, and the verdict.
//!
//! Its height, padding and colours are those of the usual badges in a README. The trace in the
//! window has its own time scale, [`pulse::BADGE`]. A [`ReportMonitor`] shows the same report on a
//! [`Monitor`].

use super::text::{Face, TextMetrics};
use super::theme::{Colour, Rgb, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Caption, Monitor, MonitorSettings, Scene, Size, Strokes, monitor};
use crate::pulse;
use crate::signal::Signal;
use crate::timeline::Timeline;
use crate::verdict::{Report, Verdict};

/// The default height in pixels. All other sizes are stated for this height and scale with it.
pub const HEIGHT: u32 = 20;
/// The width of the window in pixels.
const WINDOW: f64 = 46.0;
/// The padding of a text in its segment, left and right, in pixels.
const PADDING: f64 = 5.0;
/// The font size and the baseline of texts, in pixels.
const TEXT: f64 = 11.0;
const TEXT_BASELINE: f64 = 14.0;
/// The colour behind the label.
const LABEL: Rgb = Rgb(0x55, 0x55, 0x55);
/// The minimum contrast ratio of text at WCAG 2.1 level AA.
const LEAST_CONTRAST: f64 = 4.5;
/// The radius of the corners in pixels.
const CORNER: f64 = 3.0;
/// The position of 0 mV from the top and the length of a millivolt, in pixels.
const BASELINE: f64 = 14.0;
const PX_PER_MV: f64 = 9.0;
/// The width of the line in pixels.
const STROKE: f64 = 1.3;
/// The length of a dash, and of the gap after it, as a fraction of the window, or of a monitor's
/// width.
const DASH: f64 = 0.1;
const MONITOR_DASH: f64 = 1.0 / 32.0;
/// The pause sign: the x of its two bars, and their upper and lower ends, in pixels.
const PAUSE: [f64; 2] = [35.5, 39.5];
const PAUSE_ROWS: (f64, f64) = (4.5, 11.5);
/// The RR interval at rest in an animated badge, in seconds of display time.
const RESTING_S: f64 = 0.8;
/// Frames per second: about one per pixel that the trace moves; a frame lasts a whole number of GIF
/// ticks.
pub const FPS: f64 = 12.5;

/// A coloured segment of a badge. It is as high as the badge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Its width in pixels.
    pub width: f64,
    /// Its colour.
    pub fill: Rgb,
}

/// A badge, laid out by [`badge`].
#[derive(Clone, Debug)]
pub struct Badge {
    /// The trace, the texts and the pause sign.
    pub scene: Scene,
    /// The segments from left to right. Their widths add up to that of the badge.
    pub segments: Vec<Segment>,
    /// The left edge of the window, in pixels. The window is as wide as the trace.
    pub window: f64,
    /// The radius of the corners, in pixels.
    pub corner: f64,
    /// True for a gradient from light to dark over the segments.
    pub sheen: bool,
    /// True if the trace moves.
    pub animated: bool,
    /// The moment that a still picture shows, in seconds of the rhythm.
    pub still_s: f64,
}

impl Badge {
    /// The timeline of its frames in display time, or of the one frame of a still picture.
    pub fn timeline(&self, ticks_per_s: u32) -> Timeline {
        timeline(&self.scene.trace, self.animated, self.still_s, ticks_per_s)
    }
}

/// The settings of a badge.
#[derive(Clone, Debug)]
pub struct BadgeSettings {
    /// The height in pixels.
    pub height: u32,
    /// True for round corners and a sheen.
    pub round: bool,
    /// The colours of the window.
    pub theme: Theme,
    /// The label, such as "pipeline"; may be empty.
    pub label: String,
    /// True to let the trace move. A stopped pipeline is always a still picture.
    pub animated: bool,
}

impl Default for BadgeSettings {
    fn default() -> Self {
        Self {
            height: HEIGHT,
            round: true,
            theme: Theme::default(),
            label: "pipeline".to_string(),
            animated: true,
        }
    }
}

/// The colour behind the verdict, and the colour of the trace.
fn colours(verdict: Verdict) -> (Rgb, Colour) {
    match verdict {
        Verdict::Passed => (Rgb(0x44, 0xcc, 0x11), Colour::Trace),
        Verdict::Flaky => (Rgb(0xfe, 0x7d, 0x37), Colour::Trace),
        Verdict::Failed => (Rgb(0xe0, 0x5d, 0x44), Colour::High),
        Verdict::Running => (Rgb(0xdf, 0xb3, 0x17), Colour::Medium),
        Verdict::Stopped => (Rgb(0x9f, 0x9f, 0x9f), Colour::Text),
        Verdict::Unknown => (Rgb(0x9f, 0x9f, 0x9f), Colour::Technical),
    }
}

/// The accessible name as the label; the name with reason and evidence as the title.
fn alt_text(label: &str, report: &Report) -> AltText {
    AltText::Labelled { label: report.accessible_name(label), title: report.title(label) }
}

/// Lays out the badge of `report`.
pub fn badge(report: &Report, settings: &BadgeSettings, metrics: &dyn TextMetrics) -> Badge {
    let rhythm = pulse::rhythm(report, pulse::BADGE);
    let message = report.message();
    let (fill, trace_colour) = colours(report.verdict);
    let scale = f64::from(settings.height) / f64::from(HEIGHT);
    let width = |text: &str| match text {
        "" => 0.0,
        text => (metrics.width(Face::Regular, text, TEXT) + 2.0 * PADDING).ceil(),
    };
    let (label_width, message_width) = (width(&settings.label), width(&message));
    let segments =
        [(label_width, LABEL), (WINDOW, settings.theme.rgb(Colour::Ground)), (message_width, fill)];
    let text = |text: &str, colour: Colour, left: f64| Caption {
        x: scale * (left + PADDING),
        y: scale * TEXT_BASELINE,
        ..Caption::always(text, Face::Regular, scale * TEXT, colour)
    };
    let captions = [
        text(&settings.label, Colour::Text, 0.0),
        text(&message, Colour::High, label_width + WINDOW),
    ];
    let mut theme = settings.theme.clone();
    theme.colours[Colour::Trace as usize] = theme.rgb(trace_colour);
    theme.colours[Colour::Text as usize] = ink(LABEL);
    theme.colours[Colour::High as usize] = ink(fill);
    theme.glow = 0.0;
    let window_s = pulse::BADGE.window_s();
    let windows = (rhythm.duration_s / window_s).round().max(1.0);
    let trace = Trace {
        signal: Signal::new(&rhythm),
        width: scale * WINDOW,
        sweeps: windows as u32,
        sweep_s: rhythm.duration_s / windows,
        px_per_mm: scale,
        px_per_mv: scale * PX_PER_MV,
        baseline: scale * BASELINE,
        stroke: scale * STROKE,
        motion: Motion::Scroll,
        trail: Trail::Lcd,
        dash_px: (report.drawn_verdict() == Verdict::Failed).then_some(scale * DASH * WINDOW),
        time_stretch: RESTING_S / pulse::BADGE.resting_rr_s,
    };
    let still_s = match rhythm.episodes.first().filter(|_| !rhythm.beats.is_empty()) {
        // Put the first glitch in the middle of the window.
        Some(glitch) => {
            let middle_s = 0.5 * (glitch.start_s + glitch.end_s);
            (middle_s + 0.5 * trace.sweep_s).rem_euclid(rhythm.duration_s)
        }
        None => rhythm.duration_s,
    };
    let marks = match report.verdict {
        Verdict::Stopped => vec![pause_sign(scale, label_width)],
        _ => Vec::new(),
    };
    let scene = Scene {
        size: Size {
            width: (scale * (label_width + WINDOW + message_width)).ceil() as u32,
            height: settings.height,
        },
        theme,
        transparent: false,
        alt: alt_text(&settings.label, report),
        marks,
        trace,
        captions: captions.into_iter().filter(|caption| !caption.text.is_empty()).collect(),
    };
    Badge {
        scene,
        segments: segments
            .into_iter()
            .filter(|(width, _)| *width > 0.0)
            .map(|(width, fill)| Segment { width: scale * width, fill })
            .collect(),
        window: scale * label_width,
        corner: if settings.round { scale * CORNER } else { 0.0 },
        sheen: settings.round,
        animated: settings.animated && report.drawn_verdict() != Verdict::Stopped,
        still_s,
    }
}

/// The two bars of a pause sign, in the window right of a label `label_width` wide.
fn pause_sign(scale: f64, label_width: f64) -> Strokes {
    let bar = |x: f64| {
        let x = scale * (label_width + x);
        vec![(x, scale * PAUSE_ROWS.0), (x, scale * PAUSE_ROWS.1)]
    };
    Strokes {
        colour: Colour::Trace,
        width: 2.0 * scale,
        lines: PAUSE.map(bar).into(),
        smooth: true,
    }
}

/// The text colour for a background: white if its contrast suffices, else black.
fn ink(fill: Rgb) -> Rgb {
    let white = Rgb(255, 255, 255);
    if white.contrast(fill) >= LEAST_CONTRAST { white } else { Rgb(0, 0, 0) }
}

/// A report on a monitor instead of in a badge.
#[derive(Clone, Debug)]
pub struct ReportMonitor {
    /// The screen.
    pub monitor: Monitor,
    /// True if the trace moves.
    pub animated: bool,
    /// The moment that a still picture shows, in seconds of the rhythm.
    pub still_s: f64,
}

impl ReportMonitor {
    /// Lays out the monitor of `report`. `settings.lead` is the label of the pipeline. The trace
    /// moves if `animated` is true and the pipeline was not stopped.
    pub fn new(
        report: &Report,
        mut settings: MonitorSettings,
        animated: bool,
        metrics: &dyn TextMetrics,
    ) -> Self {
        let rhythm = pulse::rhythm(report, pulse::MONITOR);
        let (_, trace) = colours(report.verdict);
        settings.theme.colours[Colour::Trace as usize] = settings.theme.rgb(trace);
        let mut monitor = monitor(&rhythm, &settings, metrics);
        let scene = &mut monitor.scene;
        scene.alt = alt_text(&settings.lead, report);
        if report.drawn_verdict() == Verdict::Failed {
            scene.trace.dash_px = Some(MONITOR_DASH * scene.trace.width);
        }
        Self {
            monitor,
            animated: animated && report.drawn_verdict() != Verdict::Stopped,
            still_s: rhythm.healed_s(),
        }
    }

    /// The timeline of its frames, or of the one frame of a still picture.
    pub fn timeline(&self, ticks_per_s: u32) -> Timeline {
        timeline(&self.monitor.scene.trace, self.animated, self.still_s, ticks_per_s)
    }
}

fn timeline(trace: &Trace, animated: bool, still_s: f64, ticks_per_s: u32) -> Timeline {
    if animated {
        Timeline::uniform(trace.display_s(), FPS, ticks_per_s)
    } else {
        Timeline::still(still_s, ticks_per_s)
    }
}
