//! A rhythm as JSON, out and in.
//!
//! An exported file draws the same picture again. A file may also be written by hand;
//! `{"duration_s": 8, "beats": [{"t_s": 1}]}` is enough. Input is untrusted: ranges, order, density
//! and names are checked.

mod file;
#[cfg(feature = "schemas")]
pub mod schema;
mod strict;

use std::fmt;

use crate::json_error;

use super::{
    Beat, BeatKind, DisplayedState, Episode, Extent, Glitch, MAX_DURATION_S, MAX_LINE_S,
    MIN_DURATION_S, Rhythm, glitch, mark,
};
use file::{File, FileBeat, FileEpisode, FileExtent, FileState};

/// The shortest interval between two beats, in seconds. It bounds the number of beats near an
/// instant, which the signal adds up.
pub const LEAST_RR_S: f64 = 0.05;
/// The highest rate in a file, in beats per minute.
pub(crate) const MOST_BPM: f64 = 60.0 / LEAST_RR_S;
/// The highest amplitude in a file, upright or upside down.
const MOST_AMPLITUDE: f64 = 10.0;
/// The maximum number of episodes in a file.
pub(crate) const MAX_EPISODES: usize = 1_000_000;
/// The longest part of an unknown name that is quoted, in characters.
const LONGEST_NAME: usize = 40;
/// The maximum number of episodes at one instant.
pub const MAX_DEPTH: usize = 8;

/// An invalid rhythm file.
#[derive(Debug)]
pub enum Error {
    /// Not JSON of this form; the message names line and column.
    Syntax(serde_json::Error),
    /// A name that is not in the tables.
    UnknownGlitch {
        /// The position in the file, such as `beats[3].kind`.
        place: String,
        /// The name, shortened if it is very long.
        name: String,
    },
    /// A value out of range; the message names both.
    Value(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => f.write_str(&json_error::describe(error)),
            Self::UnknownGlitch { place, name } => {
                write!(f, "{place} is {name:?}, which is not a known glitch or mark")
            }
            Self::Value(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// `rhythm` as one indented JSON object; [`from_str`] returns the same rhythm.
pub fn to_string(rhythm: &Rhythm) -> String {
    let file = File {
        _schema: None,
        duration_s: rhythm.duration_s,
        extent: match rhythm.extent {
            Extent::Loop => FileExtent::Loop,
            Extent::Line => FileExtent::Line,
        },
        seed: rhythm.seed,
        bpm: Some(rhythm.bpm),
        state: rhythm
            .state
            .as_ref()
            .map(|state| FileState { word: state.word.clone(), alarm: state.alarm }),
        beats: rhythm
            .beats
            .iter()
            .map(|beat| FileBeat {
                t_s: beat.t_s,
                kind: beat.kind.name().to_string(),
                code: beat.code,
                amplitude: beat.amplitude,
                paced: beat.paced,
                ..FileBeat::default()
            })
            .collect(),
        episodes: rhythm
            .episodes
            .iter()
            .map(|episode| FileEpisode {
                kind: episode.kind.name.to_string(),
                start_s: episode.start_s,
                end_s: episode.end_s,
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("plain data always serialises");
    text.push('\n');
    text
}

/// Parses a rhythm. Beats and episodes may be in any order.
///
/// # Errors
/// [`Error::Syntax`] for text that is not JSON of this form, [`Error::UnknownGlitch`] for unknown
/// names, [`Error::Value`] for numbers out of range.
pub fn from_str(text: &str) -> Result<Rhythm, Error> {
    if !text.trim_start().starts_with('{') {
        return Err(Error::Value("expected a JSON object, beginning with `{`".to_string()));
    }
    let file: File = serde_json::from_str(text).map_err(Error::Syntax)?;
    let (extent, longest_s) = match file.extent {
        FileExtent::Loop => (Extent::Loop, MAX_DURATION_S),
        FileExtent::Line => (Extent::Line, MAX_LINE_S),
    };
    let duration_s = within(file.duration_s, longest_s)?;
    let mut beats = file
        .beats
        .into_iter()
        .enumerate()
        .map(|(i, b)| beat(i, &b, duration_s))
        .collect::<Result<Vec<_>, _>>()?;
    beats.sort_by(|a, b| a.t_s.total_cmp(&b.t_s));
    for (early, late) in beats.iter().zip(beats.iter().skip(1)) {
        spacing(early.t_s, late.t_s, late.t_s - early.t_s)?;
    }
    if let (Extent::Loop, [first, .., last]) = (extent, beats.as_slice()) {
        spacing(last.t_s, first.t_s, first.t_s + duration_s - last.t_s)?;
    }
    if file.episodes.len() > MAX_EPISODES {
        return Err(Error::Value(format!("more than {MAX_EPISODES} episodes")));
    }
    let mut episodes = file
        .episodes
        .into_iter()
        .enumerate()
        .map(|(i, e)| episode(i, &e, duration_s))
        .collect::<Result<Vec<_>, _>>()?;
    episodes.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    depth(&episodes)?;
    let bpm = file.bpm.unwrap_or_else(|| steady_bpm(&beats, extent, duration_s));
    if !(0.0..=MOST_BPM).contains(&bpm) {
        return Err(Error::Value(format!("bpm is {bpm}, expected 0 to {MOST_BPM}")));
    }
    let state = file.state.map(|state| DisplayedState { word: state.word, alarm: state.alarm });
    Ok(Rhythm { duration_s, extent, bpm, seed: file.seed, state, beats, episodes })
}

/// Checks the length of a loop: `MIN_DURATION_S` to `MAX_DURATION_S` seconds, and a whole number
/// of hundredths, the tick of a GIF.
///
/// # Errors
/// [`Error::Value`] for any other length.
pub fn duration(seconds: f64) -> Result<f64, Error> {
    within(seconds, MAX_DURATION_S)
}

fn within(seconds: f64, longest_s: f64) -> Result<f64, Error> {
    if !(MIN_DURATION_S..=longest_s).contains(&seconds) {
        return Err(Error::Value(format!(
            "the duration is {seconds:?} s, expected {MIN_DURATION_S} to {longest_s} s"
        )));
    }
    let ticks = seconds * 100.0;
    if (ticks - ticks.round()).abs() > 1e-6 {
        return Err(Error::Value(format!(
            "the duration is {seconds:?} s, expected a whole number of hundredths of a second"
        )));
    }
    Ok(ticks.round() / 100.0)
}

fn beat(index: usize, beat: &FileBeat, duration_s: f64) -> Result<Beat, Error> {
    if !(0.0..=duration_s).contains(&beat.t_s) {
        return Err(Error::Value(format!(
            "beats[{index}].t_s is {}, expected 0 to {duration_s} (duration_s)",
            beat.t_s
        )));
    }
    if !(-MOST_AMPLITUDE..=MOST_AMPLITUDE).contains(&beat.amplitude) {
        return Err(Error::Value(format!(
            "beats[{index}].amplitude is {}, expected -{MOST_AMPLITUDE} to {MOST_AMPLITUDE}",
            beat.amplitude
        )));
    }
    let kind = BeatKind::find(&beat.kind)
        .ok_or_else(|| unknown(&beat.kind, format!("beats[{index}].kind")))?;
    let FileBeat { t_s, code, amplitude, paced, .. } = *beat;
    Ok(Beat { t_s, kind, code, amplitude, paced })
}

fn episode(index: usize, episode: &FileEpisode, duration_s: f64) -> Result<Episode, Error> {
    let FileEpisode { kind, start_s, end_s } = episode;
    if !(0.0 <= *start_s && start_s <= end_s && *end_s <= duration_s) {
        return Err(Error::Value(format!(
            "episodes[{index}] is from {start_s} to {end_s} s, \
             expected 0 <= start_s <= end_s <= {duration_s} (duration_s)"
        )));
    }
    let of_a_history = || mark::EPISODES.iter().copied().find(|episode| episode.name == kind);
    let kind: &'static Glitch = glitch::find(kind)
        .or_else(of_a_history)
        .ok_or_else(|| unknown(kind, format!("episodes[{index}].kind")))?;
    Ok(Episode { kind, start_s: *start_s, end_s: *end_s })
}

/// The rate of the median interval between beats; with fewer than two beats, their number divided by
/// the duration.
fn steady_bpm(beats: &[Beat], extent: Extent, duration_s: f64) -> f64 {
    let mut intervals: Vec<f64> =
        beats.iter().zip(beats.iter().skip(1)).map(|(a, b)| b.t_s - a.t_s).collect();
    if let (Extent::Loop, [first, .., last]) = (extent, beats) {
        intervals.push(first.t_s + duration_s - last.t_s);
    }
    intervals.sort_by(f64::total_cmp);
    match intervals.get(intervals.len().saturating_sub(1) / 2) {
        Some(median) => (60.0 / median).min(MOST_BPM),
        None => 60.0 * beats.len() as f64 / duration_s,
    }
}

fn depth(episodes: &[Episode]) -> Result<(), Error> {
    let mut ends: Vec<f64> = Vec::new();
    for episode in episodes {
        ends.retain(|end_s| *end_s > episode.start_s);
        ends.push(episode.end_s);
        if ends.len() > MAX_DEPTH {
            return Err(Error::Value(format!(
                "more than {MAX_DEPTH} episodes overlap at {} s",
                episode.start_s
            )));
        }
    }
    Ok(())
}

#[cfg(feature = "schemas")]
impl schemars::JsonSchema for Rhythm {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        File::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        File::json_schema(generator)
    }
}

fn unknown(name: &str, place: String) -> Error {
    Error::UnknownGlitch { place, name: name.chars().take(LONGEST_NAME).collect() }
}

fn spacing(early_s: f64, late_s: f64, gap_s: f64) -> Result<(), Error> {
    // Decimal times are not exact in binary; a nanosecond is nobody's beat.
    if gap_s < LEAST_RR_S - 1e-9 {
        return Err(Error::Value(format!(
            "the beats at {early_s} and {late_s} s are closer than {LEAST_RR_S} s"
        )));
    }
    Ok(())
}
