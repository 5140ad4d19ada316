//! What the page knows of the core's tables, as data: its settings as JSON, and the themes as CSS.

use serde::Serialize;

use super::PageSettings;
use flaky_core::pulse;
use flaky_core::rhythm::glitch::{self, Alarm};
use flaky_core::scene::alarm;
use flaky_core::scene::theme::{Colour, THEMES, Theme};
use flaky_core::verdict::Verdict;

/// A theme whose ground is darker (CIELAB lightness) is a dark one.
const DARK: f64 = 50.0;

/// The settings that the script reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    title: Option<&'a str>,
    status_urls: Vec<&'a str>,
    poll_s: f64,
    stale_s: f64,
    theme: &'a str,
    seed: Option<u32>,
    bpm: f64,
    hrv: f64,
    rate: f64,
    pool: u32,
    sound: bool,
    themes: Vec<ThemeRow>,
    glitches: Vec<GlitchRow>,
    /// The most severe first; the core numbers them so.
    verdicts: [VerdictRow; Verdict::WORST_FIRST.len()],
}

#[derive(Serialize)]
struct ThemeRow {
    name: &'static str,
}

#[derive(Serialize)]
struct VerdictRow {
    word: &'static str,
    alarm: Option<Alarm>,
    stars: &'static str,
}

#[derive(Serialize)]
struct GlitchRow {
    name: &'static str,
    caption: &'static str,
    alarm: Alarm,
    stars: &'static str,
}

/// The settings as JSON for a script element, which must contain no `<`.
pub(super) fn settings(page: &PageSettings) -> String {
    let data = Data {
        title: page.title.as_deref(),
        status_urls: page.status_urls.iter().map(super::StatusUrl::address).collect(),
        poll_s: page.poll_s,
        stale_s: page.stale_s,
        theme: page.theme.name,
        seed: page.seed,
        bpm: page.bpm,
        hrv: page.hrv_bpm,
        rate: page.glitches_per_min,
        pool: bits(&page.pool),
        sound: page.sound,
        themes: THEMES.iter().map(|Theme { name, .. }| ThemeRow { name }).collect(),
        glitches: glitch::TABLE
            .iter()
            .map(|row| GlitchRow {
                name: row.name,
                caption: row.caption,
                alarm: row.alarm,
                stars: alarm::urgency(Some(row.alarm)).1,
            })
            .collect(),
        verdicts: Verdict::WORST_FIRST.map(|verdict| {
            let alarm = pulse::alarm(verdict);
            VerdictRow { word: verdict.word(), alarm, stars: alarm::urgency(alarm).1 }
        }),
    };
    let json = serde_json::to_string(&data).expect("numbers and texts");
    json.replace('<', "\\u003c")
}

/// Glitches as bits: bit n is row n of the table.
fn bits(glitches: &[&glitch::Glitch]) -> u32 {
    let rows = glitch::TABLE.iter().enumerate();
    let wanted = rows.filter(|(_, row)| glitches.iter().any(|one| one.name == row.name));
    wanted.fold(0, |bits, (n, _)| bits | 1 << n)
}

/// The themes as custom properties. `first` also holds before the script has chosen one.
pub(super) fn themes(first: &Theme) -> String {
    let rule = |theme: &Theme| {
        let selector = if theme.name == first.name { ":where(:root)," } else { "" };
        let colour = |colour: Colour| format!("--{}:{};", colour.name(), theme.rgb(colour));
        let colours = Colour::ALL.map(colour).concat();
        let dark = theme.rgb(Colour::Ground).lightness() < DARK;
        let scheme = if dark { "dark" } else { "light" };
        format!("{selector}[data-theme={}]{{{colours}color-scheme:{scheme}}}\n", theme.name)
    };
    THEMES.iter().map(rule).collect()
}
