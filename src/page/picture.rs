//! The pictures of the page: what it shows until its script draws, and its link preview. Both show
//! the same rhythm.

use std::io;

use super::PageSettings;
use flaky_core::animation::Plays;
use flaky_core::pulse;
use flaky_core::rhythm::Rhythm;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::scene::{self, AltText, Colour, Monitor, MonitorSettings, Size};
use flaky_core::timeline::Timeline;
use flaky_core::verdict::{Report, Verdict};
use flaky_draw::encode::{gif, png};
use flaky_draw::raster::{self, LEVELS};
use flaky_draw::svg;
use flaky_draw::text::{DEJAVU, DEJAVU_AND_VIEWER, Fonts};

/// The length of the loop in seconds; a short one keeps the page small.
const DURATION_S: f64 = 4.4;
/// The seed of the loop if every visit has its own.
const SEED: u32 = 7;
/// The reason for the state before a status was asked for.
const NOT_ASKED: &str = "the status has not been asked for";
/// The number of beats at rest in the loop of that state.
const SYMBOL_BEATS: u32 = 16;
/// The name of the lead if the page has no title.
const LEAD: &str = "II";
/// The sizes of the picture in the page and of the link preview, in pixels.
const PAGE: Size = Size { width: 480, height: 180 };
pub(super) const PREVIEW: Size = Size { width: 1200, height: 630 };

/// The animated SVG in the page.
pub(super) fn fallback(page: &PageSettings) -> String {
    let (monitor, still_s) = monitor(page, PAGE, &DEJAVU_AND_VIEWER);
    let mut svg = Vec::new();
    svg::monitor(&monitor, &DEJAVU_AND_VIEWER, Some(Plays::Forever), still_s, &mut svg)
        .expect("a Vec takes everything");
    String::from_utf8_lossy(&svg).trim_end().to_string()
}

/// The link preview, a PNG.
pub(super) fn preview(page: &PageSettings) -> io::Result<Vec<u8>> {
    let (monitor, still_s) = monitor(page, PREVIEW, &DEJAVU);
    let timeline = Timeline::still(still_s, gif::TICKS_PER_S);
    let mut bytes = Vec::new();
    png::write(raster::monitor(&monitor, &DEJAVU, timeline, Plays::Forever, LEVELS), &mut bytes)?;
    Ok(bytes)
}

/// The monitor and the moment of its still. Where the page shows a status, it is the one of an
/// unknown status: a picture must not be healthier than what is known.
fn monitor(page: &PageSettings, size: Size, fonts: &Fonts) -> (Monitor, f64) {
    let mut settings = MonitorSettings {
        size,
        theme: page.theme.clone(),
        lead: page.title.clone().unwrap_or_else(|| LEAD.to_string()),
        ..MonitorSettings::default()
    };
    if page.status_urls.is_empty() {
        let rhythm = art(page);
        (scene::monitor(&rhythm, &settings, fonts), rhythm.healed_s())
    } else {
        let report = Report::new(Verdict::Unknown, NOT_ASKED);
        let rhythm = pulse::symbol(&report, SYMBOL_BEATS, pulse::MONITOR_RR_S);
        let theme = &mut settings.theme;
        theme.colours[Colour::Trace as usize] = theme.rgb(Colour::Technical);
        let mut monitor = scene::monitor(&rhythm, &settings, fonts);
        let (label, title) = (report.accessible_name(&settings.lead), report.title(&settings.lead));
        monitor.scene.alt = AltText::Labelled { label, title };
        (monitor, rhythm.healed_s())
    }
}

/// A loop of the rhythm that the page plays without end.
fn art(page: &PageSettings) -> Rhythm {
    let settings = LoopSettings {
        duration_s: DURATION_S,
        bpm: page.bpm,
        hrv_bpm: page.hrv_bpm,
        pool: page.pool.clone(),
        glitches_per_min: page.glitches_per_min,
        seed: page.seed.unwrap_or(SEED),
    };
    // At a slow pace, a long glitch may not fit into the loop; the page itself has no such end.
    let steady = LoopSettings { pool: Vec::new(), ..settings.clone() };
    random::draw(&settings)
        .or_else(|_| random::draw(&steady))
        .expect("a loop without glitches always fits")
        .rhythm
}
