//! The functions that JavaScript calls: numbers in, numbers out, leads by their number, texts through
//! one buffer. A number that names no lead does nothing and gives 0.
//!
//! | texts | |
//! |---|---|
//! | in | [`text_buffer`] returns where to write UTF-8; the next function that takes a text reads it |
//! | out | [`text_addr`] and [`text_len`] tell where the last function that gives a text left it |

#![allow(
    unsafe_code,
    reason = "a function is exported by `#[unsafe(no_mangle)]`; nothing else is unsafe"
)]

use std::sync::{Mutex, PoisonError};

use flaky_core::rhythm::glitch::{self, Code, Glitch};
use flaky_core::rhythm::{Beat, BeatKind, Episode, Extent, Rhythm};
use flaky_core::scene::Size;
use flaky_core::scene::theme::THEMES;
use flaky_core::verdict::{Flakiness, Report, Verdict};

use crate::lead::{Lead, ScreenSettings};
use crate::rhythm::{Pool, Rest, within};

/// The longest foreign text in characters.
const LONGEST_TEXT: usize = 300;

/// The accepted lengths of a loop in seconds.
const LOOP_S: (f64, f64) = (1.0, 3600.0);
/// What a lead plays before [`set_rhythm`].
const REST: Rest = Rest { bpm: 75.0, hrv_bpm: 1.0, glitches_per_min: 0.0, pool: Pool(0) };

struct State {
    text: Vec<u8>,
    /// The loop that was begun.
    rhythm: Option<Rhythm>,
    leads: Vec<Lead>,
}

impl State {
    /// The text that was handed over; JavaScript encodes no other than UTF-8.
    fn text(&self) -> &str {
        str::from_utf8(&self.text).unwrap_or_default()
    }

    fn add(&mut self, lead: Lead) -> u32 {
        self.leads.push(lead);
        self.leads.len() as u32 - 1
    }
}

static STATE: Mutex<State> =
    Mutex::new(State { text: Vec::new(), rhythm: None, leads: Vec::new() });

fn state<R>(f: impl FnOnce(&mut State) -> R) -> R {
    f(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn lead<R: Default>(number: u32, f: impl FnOnce(&mut Lead) -> R) -> R {
    state(|state| state.leads.get_mut(number as usize).map(f).unwrap_or_default())
}

/// A number that may be missing: -1 for `None`.
fn or_minus_one(value: Option<usize>) -> i32 {
    value.map_or(-1, |value| value as i32)
}

fn row_of(row: i32) -> Option<&'static Glitch> {
    glitch::TABLE.get(usize::try_from(row).ok()?)
}

fn verdict_of(place: i32) -> Option<Verdict> {
    Verdict::WORST_FIRST.get(usize::try_from(place).ok()?).copied()
}

fn place_of(verdict: Verdict) -> usize {
    let mut others = Verdict::WORST_FIRST.iter();
    others.position(|other| *other == verdict).expect("every verdict has a place")
}

/// Makes the text buffer `len` bytes long and returns its address.
#[unsafe(no_mangle)]
pub extern "C" fn text_buffer(len: u32) -> *mut u8 {
    state(|state| {
        state.text.clear();
        state.text.resize(len as usize, 0);
        state.text.as_mut_ptr()
    })
}

/// The address of the text buffer.
#[unsafe(no_mangle)]
pub extern "C" fn text_addr() -> *const u8 {
    state(|state| state.text.as_ptr())
}

/// The length of the text in the buffer, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text_len() -> u32 {
    state(|state| state.text.len() as u32)
}

/// Text in, text out: makes a foreign text safe to show.
#[unsafe(no_mangle)]
pub extern "C" fn sanitize() {
    state(|state| {
        state.text = flaky_core::sanitize::sanitize(state.text(), LONGEST_TEXT).into_bytes();
    });
}

/// Text in: the verdict of a word of any CI system, as a place in [`Verdict::WORST_FIRST`]; -1 if the
/// word is unknown.
#[unsafe(no_mangle)]
pub extern "C" fn verdict() -> i32 {
    let verdict = state(|state| Verdict::parse(state.text()));
    or_minus_one(verdict.map(place_of))
}

/// Text in, a message and then a colour of `colour_len` bytes: the verdict of a shields badge, which
/// says that it `is_error` or does not, as a place in [`Verdict::WORST_FIRST`]; see
/// [`Verdict::of_badge`].
#[unsafe(no_mangle)]
pub extern "C" fn badge_verdict(colour_len: u32, is_error: u32) -> u32 {
    state(|state| {
        let text = state.text();
        let at = text.len().saturating_sub(colour_len as usize);
        let (message, colour) = text.split_at_checked(at).unwrap_or((text, ""));
        place_of(Verdict::of_badge(message, Some(colour), is_error == 1)) as u32
    })
}

/// A new endless lead.
#[unsafe(no_mangle)]
pub extern "C" fn lead_new(seed: u32) -> u32 {
    state(|state| state.add(Lead::endless(seed, REST)))
}

/// Begins a loop of `duration_s` seconds, which [`loop_beat`] and [`loop_episode`] fill.
#[unsafe(no_mangle)]
pub extern "C" fn loop_begin(seed: u32, duration_s: f64, bpm: f64) {
    let rhythm = Rhythm {
        duration_s: within(duration_s, LOOP_S),
        extent: Extent::Loop,
        bpm: Rest { bpm, ..REST }.in_range().bpm,
        seed,
        state: None,
        beats: Vec::new(),
        episodes: Vec::new(),
    };
    state(|state| state.rhythm = Some(rhythm));
}

/// Adds a beat to the loop that was begun, in order of time. `row` is that of its glitch, -1 for a
/// steady beat; `letter` is its annotation code in ASCII.
#[unsafe(no_mangle)]
pub extern "C" fn loop_beat(t_s: f64, row: i32, letter: u32, amplitude: f64) {
    let kind = row_of(row).map_or(BeatKind::Normal, BeatKind::Glitch);
    let code = match char::from_u32(letter) {
        Some('A') => Code::A,
        Some('V') => Code::V,
        Some('E') => Code::E,
        _ => Code::N,
    };
    let beat = Beat { kind, code, amplitude, ..Beat::steady(t_s) };
    state(|state| state.rhythm.iter_mut().for_each(|rhythm| rhythm.beats.push(beat.clone())));
}

/// Adds an episode of a glitch to the loop that was begun, in order of time.
#[unsafe(no_mangle)]
pub extern "C" fn loop_episode(row: i32, start_s: f64, end_s: f64) {
    let episode = row_of(row).map(|kind| Episode { kind, start_s, end_s });
    state(|state| {
        state.rhythm.iter_mut().for_each(|rhythm| rhythm.episodes.extend(episode.clone()));
    });
}

/// A new lead that repeats the loop that was begun.
#[unsafe(no_mangle)]
pub extern "C" fn lead_loop() -> u32 {
    state(|state| match state.rhythm.take() {
        Some(rhythm) => state.add(Lead::repeating(rhythm, REST)),
        None => u32::MAX,
    })
}

/// See [`Lead::set_rest`].
#[unsafe(no_mangle)]
pub extern "C" fn set_rhythm(
    number: u32,
    bpm: f64,
    hrv_bpm: f64,
    glitches_per_min: f64,
    pool: u32,
) {
    lead(number, |lead| lead.set_rest(Rest { bpm, hrv_bpm, glitches_per_min, pool: Pool(pool) }));
}

/// See [`Lead::set_report`]. Verdicts are places in [`Verdict::WORST_FIRST`], -1 is none: `before` is
/// that of the last finished run.
#[unsafe(no_mangle)]
pub extern "C" fn set_verdict(number: u32, verdict: i32, before: i32, flake_rate: f64) {
    let report = verdict_of(verdict).map(|verdict| Report {
        before: verdict_of(before),
        flakiness: Some(Flakiness::from_rate(within(flake_rate, (0.0, 1.0)))),
        ..Report::new(verdict, "")
    });
    lead(number, |lead| lead.set_report(report));
}

/// See [`Lead::set_screen`]. `theme` is an index of [`THEMES`]; a `pulse` of 1 draws the calibration
/// pulse. Returns the address of the RGBA picture.
#[unsafe(no_mangle)]
pub extern "C" fn set_screen(
    number: u32,
    width: u32,
    height: u32,
    theme: u32,
    pulse: u32,
) -> usize {
    let theme = THEMES.get(theme as usize).cloned().unwrap_or_default();
    let settings = ScreenSettings { size: Size { width, height }, theme, pulse: pulse == 1 };
    lead(number, |lead| {
        lead.set_screen(&settings);
        lead.pixels_mut().as_mut_ptr() as usize
    })
}

/// Text out: see [`Lead::ground_markup`].
#[unsafe(no_mangle)]
pub extern "C" fn ground_markup(number: u32) {
    let markup = lead(number, |lead| lead.ground_markup());
    state(|state| state.text = markup.into_bytes());
}

/// See [`Lead::take_ground`].
#[unsafe(no_mangle)]
pub extern "C" fn set_ground(number: u32) {
    lead(number, Lead::take_ground);
}

/// See [`Lead::advance`]. Returns the number of changed rectangles.
#[unsafe(no_mangle)]
pub extern "C" fn advance(number: u32, t_s: f64) -> u32 {
    lead(number, |lead| {
        if t_s.is_finite() {
            lead.advance(t_s);
        }
        lead.picture().dirty().len() as u32
    })
}

/// The address of the changed rectangles: x, y, width and height of each as 32-bit numbers.
#[unsafe(no_mangle)]
pub extern "C" fn dirty_addr(number: u32) -> usize {
    lead(number, |lead| lead.picture().dirty().as_ptr() as usize)
}

/// See [`Lead::beats`].
#[unsafe(no_mangle)]
pub extern "C" fn beats(number: u32) -> u32 {
    lead(number, |lead| lead.beats())
}

/// The heart rate on the screen, -1 where it cannot be counted; see [`Lead::rate`].
#[unsafe(no_mangle)]
pub extern "C" fn rate(number: u32) -> i32 {
    lead(number, |lead| lead.rate().map_or(-1, |rate| rate.round() as i32))
}

/// The row of the glitch whose alarm is shown, -1 for none; see [`Lead::alarm`].
#[unsafe(no_mangle)]
pub extern "C" fn alarm(number: u32) -> i32 {
    lead(number, |lead| or_minus_one(lead.alarm()))
}

/// See [`Lead::glitch_next`].
#[unsafe(no_mangle)]
pub extern "C" fn glitch_next(number: u32) {
    lead(number, Lead::glitch_next);
}

/// 1 while the heart comes back after a flatline; see [`Lead::is_returning`].
#[unsafe(no_mangle)]
pub extern "C" fn restarting(number: u32) -> u32 {
    lead(number, |lead| u32::from(lead.is_returning()))
}

/// The place of the beam as a part of the width, 0–1.
#[unsafe(no_mangle)]
pub extern "C" fn beam(number: u32) -> f64 {
    lead(number, |lead| lead.beam())
}

/// See [`Lead::voltage`].
#[unsafe(no_mangle)]
pub extern "C" fn voltage(number: u32, t_s: f64) -> f64 {
    lead(number, |lead| lead.voltage(t_s))
}

/// The length of a sweep in seconds.
#[unsafe(no_mangle)]
pub extern "C" fn sweep_s(number: u32) -> f64 {
    lead(number, |lead| lead.trace().sweep_s)
}

/// The gain in mm/mV.
#[unsafe(no_mangle)]
pub extern "C" fn gain_mm_mv(number: u32) -> f64 {
    lead(number, |lead| lead.trace().px_per_mv / lead.trace().px_per_mm)
}
