//! Types and parsers of option values: durations, sizes, rates, lists of glitches.
//!
//! Every parser's error message states the accepted values; clap puts the option's name before it.

use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::error::did_you_mean;
use flaky_core::rhythm::glitch::{self, Glitch};
use flaky_core::rhythm::json;
use flaky_core::scene::theme::{self, Rgb, Theme};
use flaky_core::scene::{Colour, Size};
use flaky_core::verdict::Verdict;

/// Widths and heights of a picture in pixels.
pub(crate) const SIZES: std::ops::RangeInclusive<u32> = 16..=8192;

/// Maximum length of a lead's name in characters.
pub(crate) const LONGEST_LABEL: usize = 40;

/// Maximum length of the title of a page in characters.
pub(crate) const LONGEST_TITLE: usize = 80;

/// Parses a finite number with or without its unit.
fn number(text: &str, unit: &str) -> Option<f64> {
    let digits = text.strip_suffix(unit).unwrap_or(text).trim();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    digits.parse().ok().filter(|value: &f64| value.is_finite() && digits.chars().all(plain))
}

/// Parses a number of `unit` between `low` and `high`.
fn ranged(text: &str, unit: &str, low: f64, high: f64) -> Result<f64, String> {
    number(text, unit)
        .filter(|value| (low..=high).contains(value))
        .ok_or_else(|| format!("expected {low} to {high}{}{unit}", spaced(unit)))
}

fn spaced(unit: &str) -> &'static str {
    if unit.is_empty() || unit.starts_with('/') { "" } else { " " }
}

/// A duration in seconds: `16s`, `1.5`, `500ms`, `2min`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds(pub f64);

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("ms", 0.001), ("min", 60.0), ("h", 3600.0), ("s", 1.0), ("", 1.0)];
        units
            .iter()
            .find_map(|(unit, seconds)| {
                let digits = text.strip_suffix(unit)?;
                Some(Self(number(digits, "")? * seconds))
            })
            .ok_or_else(|| "expected a time such as 16s, 500ms or 2min".to_string())
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// Checks a text that would otherwise match everything or nothing.
pub(crate) fn filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("must not be empty".to_string()) } else { Ok(text.to_string()) }
}

/// Parses the length of a loop.
///
/// # Errors
/// If the text is not a time, is out of range or is not a whole number of hundredths of a second.
pub fn duration(text: &str) -> Result<Seconds, String> {
    let Seconds(seconds) = text.parse()?;
    json::duration(seconds).map(Seconds).map_err(|error| error.to_string())
}

/// Parses a heart rate in beats per minute.
pub(crate) fn bpm(text: &str) -> Result<f64, String> {
    ranged(text, "bpm", 30.0, 180.0)
}

/// Parses the standard deviation of the heart rate in beats per minute.
pub(crate) fn hrv(text: &str) -> Result<f64, String> {
    ranged(text, "bpm", 0.0, 20.0)
}

/// Parses glitches per minute.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    ranged(text, "/min", 0.01, 60.0)
        .map_err(|error| format!("{error}; for no glitches, use --glitch none"))
}

/// Parses frames per second.
pub(crate) fn fps(text: &str) -> Result<f64, String> {
    ranged(text, "fps", 1.0, 240.0)
}

/// Parses the time limit of queries.
pub(crate) fn timeout(text: &str) -> Result<Seconds, String> {
    let Seconds(seconds) = text.parse()?;
    let fits = (0.1..=600.0).contains(&seconds);
    fits.then_some(Seconds(seconds)).ok_or_else(|| "expected 100ms to 10min".to_string())
}

/// Parses the time between two requests of a page.
pub(crate) fn poll(text: &str) -> Result<Seconds, String> {
    let Seconds(seconds) = text.parse()?;
    let fits = (5.0..=3600.0).contains(&seconds);
    fits.then_some(Seconds(seconds)).ok_or_else(|| "expected 5s to 1h".to_string())
}

/// Parses the time after which a status counts as unknown.
pub(crate) fn stale(text: &str) -> Result<Seconds, String> {
    let Seconds(seconds) = text.parse()?;
    let fits = (10.0..=86_400.0).contains(&seconds);
    fits.then_some(Seconds(seconds)).ok_or_else(|| "expected 10s to 24h".to_string())
}

/// Longest time that can be looked back, in days.
const MAX_AGE_DAYS: f64 = 3650.0;

/// Parses how far to look back: `7d`, `12h`, `4w`, `90min`.
pub(crate) fn age(text: &str) -> Result<Seconds, String> {
    let units = [("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0)];
    units
        .iter()
        .find_map(|(unit, seconds)| Some(number(text.strip_suffix(unit)?, "")? * seconds))
        .filter(|seconds| (60.0..=86_400.0 * MAX_AGE_DAYS).contains(seconds))
        .map(Seconds)
        .ok_or_else(|| {
            format!("expected a time such as 7d, 12h or 4w, from 1min to {MAX_AGE_DAYS}d")
        })
}

/// Checks the title of a page.
pub(crate) fn title(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("must not be empty".to_string()),
        1..=LONGEST_TITLE => Ok(text.to_string()),
        _ => Err(format!("must be at most {LONGEST_TITLE} characters")),
    }
}

/// Parses the public address of a page.
pub(crate) fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| "expected an address such as https://user.pages.example/flaky/".to_string())
}

/// Parses the target of a link: a web address, or a path from the page.
pub(crate) fn link(text: &str) -> Result<String, String> {
    let expected = || "expected http://…, https://… or a path such as gallery/".to_string();
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err(expected());
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.into()),
        Err(url::ParseError::RelativeUrlWithoutBase) => Ok(text.to_string()),
        _ => Err(expected()),
    }
}

/// Parses a fraction, `0.07` or `7%`, into 0–1.
pub(crate) fn part(text: &str) -> Result<f64, String> {
    let part = match text.strip_suffix('%') {
        Some(percent) => number(percent, "").map(|percent| percent / 100.0),
        None => number(text, ""),
    };
    part.filter(|part| (0.0..=1.0).contains(part))
        .ok_or_else(|| "expected 0 to 1, or 0% to 100%".to_string())
}

/// Parses a state, in a word of this program or of a CI system.
pub(crate) fn verdict(text: &str) -> Result<Verdict, String> {
    let known = Verdict::ALL.map(Verdict::word);
    Verdict::parse(text).ok_or_else(|| {
        let hint = match did_you_mean(text, known.into_iter()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("use {}, or a CI system's own word", known.join(", ")),
        };
        format!("unknown state; {hint}")
    })
}

/// Parses a sweep speed in mm/s.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    ranged(text, "mm/s", 1.0, 400.0)
}

/// Parses samples per second.
pub(crate) fn sample_rate(text: &str) -> Result<f64, String> {
    ranged(text, "Hz", 1.0, 100_000.0)
}

/// A gain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gain {
    /// The largest usual gain at which the trace fits the picture.
    Auto,
    /// This gain, in mm/mV.
    Fixed(f64),
}

impl FromStr for Gain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => ranged(text, "mm/mV", 0.1, 400.0)
                .map(Self::Fixed)
                .map_err(|error| format!("{error}, or `auto`")),
        }
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(gain) => write!(f, "{gain}"),
        }
    }
}

/// Parses the size of a picture in pixels, `WIDTHxHEIGHT`.
///
/// # Errors
/// If the text has another form or a side is outside `SIZES`.
pub fn size(text: &str) -> Result<Size, String> {
    let wrong = || {
        let (low, high) = (SIZES.start(), SIZES.end());
        format!("expected WIDTHxHEIGHT in pixels, each from {low} to {high}, such as 800x300")
    };
    let (width, height) = text.split_once(['x', 'X', '×']).ok_or_else(wrong)?;
    let side = |text: &str| text.parse().ok().filter(|side| SIZES.contains(side)).ok_or_else(wrong);
    Ok(Size { width: side(width)?, height: side(height)? })
}

/// Checks the length of a lead's name.
pub(crate) fn label(text: &str) -> Result<String, String> {
    if text.chars().count() > LONGEST_LABEL {
        return Err(format!("must be at most {LONGEST_LABEL} characters"));
    }
    Ok(text.to_string())
}

/// Number of times that an animation plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loops {
    /// Endlessly.
    Forever,
    /// This many times, at least once.
    Times(u16),
}

impl FromStr for Loops {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "forever" => Ok(Self::Forever),
            _ => text
                .parse()
                .ok()
                .filter(|times| *times > 0)
                .map(Self::Times)
                .ok_or_else(|| "expected `forever` or a number from 1 to 65535".to_string()),
        }
    }
}

impl fmt::Display for Loops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::Times(times) => write!(f, "{times}"),
        }
    }
}

/// Parses a number of bytes: `5MB`, `300kB`, `1MiB`, `800000`. 1 MB is 10⁶ bytes.
///
/// # Errors
/// If the text has another form or the number is below 1 or above 10¹⁵.
pub fn bytes(text: &str) -> Result<u64, String> {
    let units = [
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("kB", 1e3),
        ("KB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("B", 1.0),
        ("", 1.0),
    ];
    units
        .iter()
        .find_map(|(unit, factor)| {
            let count = number(text.strip_suffix(unit)?, "")? * factor;
            (1.0..=1e15).contains(&count).then_some(count as u64)
        })
        .ok_or_else(|| "expected a number of bytes such as 5MB, 300kB or 1MiB".to_string())
}

/// The glitches to choose from, without duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool(pub Vec<&'static Glitch>);

impl FromStr for Pool {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => return Ok(Self(Vec::new())),
            "all" => return Ok(Self(glitch::TABLE.iter().collect())),
            _ => {}
        }
        let mut pool: Vec<&'static Glitch> = Vec::new();
        for name in text.split(',').map(str::trim) {
            if matches!(name, "all" | "none") {
                return Err(format!("{name} cannot be combined with other names"));
            }
            let found = glitch::find(name).ok_or_else(|| {
                let known = glitch::TABLE.iter().map(|glitch| glitch.name);
                unknown("glitch", name, known.chain(["all", "none"]), "flaky glitches")
            })?;
            if !pool.contains(&found) {
                pool.push(found);
            }
        }
        Ok(Self(pool))
    }
}

/// Finds a theme by name.
pub(crate) fn theme(text: &str) -> Result<&'static Theme, String> {
    theme::find(text).ok_or_else(|| {
        unknown("theme", text, theme::THEMES.iter().map(|theme| theme.name), "flaky themes")
    })
}

/// Parses a new value for a colour of the theme: `NAME=#rrggbb`.
///
/// # Errors
/// Fails if the name or the value is not a colour.
pub fn colour(text: &str) -> Result<(Colour, Rgb), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| "expected NAME=#rrggbb, such as trace=#ff8800".to_string())?;
    let names = Colour::ALL.iter().map(|colour| colour.name());
    let colour = Colour::ALL
        .into_iter()
        .find(|colour| colour.name() == name)
        .ok_or_else(|| unknown("colour", name, names, "flaky themes"))?;
    Ok((colour, value.parse()?))
}

fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    command: &str,
) -> String {
    match did_you_mean(name, known) {
        Some(near) => format!("unknown {what} {name:?}; did you mean {near:?}?"),
        None => format!("unknown {what} {name:?}; `{command}` lists them"),
    }
}
