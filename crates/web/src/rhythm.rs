//! What a lead plays: its settings at rest, the glitches it draws from, and the beats and episodes of
//! the last seconds, from which the heart rate and the alarm on the screen are read.

use std::collections::VecDeque;

use flaky_core::rhythm::endless::{Condition, EndlessSettings, RhythmSegment};
use flaky_core::rhythm::glitch::{self, Glitch};
use flaky_core::rhythm::{BeatKind, Episode};
use flaky_core::scene::alarm;

/// The accepted heart rates, variabilities and glitches per minute.
const BPM: (f64, f64) = (30.0, 180.0);
const HRV_BPM: (f64, f64) = (0.0, 20.0);
const GLITCHES_PER_MIN: (f64, f64) = (0.0, 60.0);
/// The intervals over which the heart rate is averaged, at most.
const AVERAGED: usize = 8;
/// Without a beat for so long, the rate is 0; in seconds.
const SILENT_S: f64 = 3.0;
/// The time for which beats and episodes are remembered, in seconds.
const REMEMBERED_S: f64 = 20.0;

/// A set of glitches: bit n is row n of [`glitch::TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool(pub u32);

const _: () = assert!(glitch::TABLE.len() <= 32);

impl Pool {
    /// The default pool.
    fn default_pool() -> Self {
        let wanted = |row: &Glitch| glitch::DEFAULT.split(',').any(|name| name == row.name);
        let bits = glitch::TABLE.iter().enumerate().filter(|(_, row)| wanted(row));
        Self(bits.fold(0, |all, (n, _)| all | 1 << n))
    }

    /// The glitches in the order of the table.
    pub fn glitches(self) -> impl Iterator<Item = &'static Glitch> + Clone {
        glitch::TABLE
            .iter()
            .enumerate()
            .filter(move |(n, _)| self.0 >> n & 1 == 1)
            .map(|(_, row)| row)
    }

    /// This pool, or the default one if it is empty.
    pub(crate) fn or_default(self) -> Self {
        if self.glitches().next().is_some() { self } else { Self::default_pool() }
    }
}

/// The nearest value in a range; the least if it is not a number.
pub(crate) fn within(value: f64, (least, most): (f64, f64)) -> f64 {
    if value.is_nan() { least } else { value.clamp(least, most) }
}

/// What a lead plays without a verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    /// The heart rate in beats per minute, 30–180.
    pub bpm: f64,
    /// Its standard deviation in beats per minute, 0–20.
    pub hrv_bpm: f64,
    /// Glitches per minute, 0–60.
    pub glitches_per_min: f64,
    /// The glitches to draw from.
    pub pool: Pool,
}

impl Rest {
    /// The same with every number in its range; what is not a number becomes the least.
    #[must_use]
    pub(crate) fn in_range(self) -> Self {
        Self {
            bpm: within(self.bpm, BPM),
            hrv_bpm: within(self.hrv_bpm, HRV_BPM),
            glitches_per_min: within(self.glitches_per_min, GLITCHES_PER_MIN),
            pool: self.pool,
        }
    }

    /// The settings of an endless rhythm.
    pub(crate) fn endless(self) -> EndlessSettings {
        EndlessSettings {
            condition: Condition::Beating,
            bpm: self.bpm,
            hrv_bpm: self.hrv_bpm,
            pool: self.pool.glitches().collect(),
            glitches_per_min: self.glitches_per_min,
        }
    }
}

/// An R peak: its time, and whether the interval before it counts for the rate.
#[derive(Clone, Copy, Debug)]
struct Peak {
    t_s: f64,
    regular: bool,
}

/// The beats and episodes of the last seconds and the next ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    peaks: VecDeque<Peak>,
    episodes: VecDeque<Episode>,
    /// The end of the return after a flatline, in seconds.
    returned_s: f64,
}

impl Recent {
    /// Remembers what happens next.
    pub(crate) fn push(&mut self, segment: &RhythmSegment) {
        for beat in &segment.beats {
            if beat.paced || beat.amplitude < 1.0 {
                self.returned_s = beat.t_s;
            }
            // A spike without an answer is no beat.
            if beat.amplitude > 0.0 {
                let regular = beat.kind == BeatKind::Normal;
                self.peaks.push_back(Peak { t_s: beat.t_s, regular });
            }
        }
        self.episodes.extend(segment.episode.clone());
    }

    /// Forgets what is long past at `t_s` seconds.
    pub(crate) fn forget(&mut self, t_s: f64) {
        let past_s = t_s - REMEMBERED_S;
        while self.peaks.front().is_some_and(|peak| peak.t_s < past_s) {
            self.peaks.pop_front();
        }
        while self.episodes.front().is_some_and(|episode| episode.end_s < past_s) {
            self.episodes.pop_front();
        }
    }

    /// The number of R peaks after `from_s` and until `to_s`.
    pub(crate) fn passed(&self, from_s: f64, to_s: f64) -> u32 {
        self.peaks.iter().filter(|peak| from_s < peak.t_s && peak.t_s <= to_s).count() as u32
    }

    /// The heart comes back after a flatline.
    pub(crate) fn is_returning(&self, t_s: f64) -> bool {
        t_s < self.returned_s
    }

    /// The row of the glitch whose alarm is shown.
    pub(crate) fn alarm(&self, t_s: f64) -> Option<usize> {
        let episode = alarm::foremost(&self.episodes, t_s)?;
        glitch::TABLE.iter().position(|row| row.name == episode.kind.name)
    }

    /// The heart rate in beats per minute, averaged over the last beats; `None` where it cannot be
    /// counted. `steady_bpm` stands for it until two beats have passed.
    pub(crate) fn rate(&self, t_s: f64, steady_bpm: f64) -> Option<f64> {
        let current = |episode: &&Episode| episode.start_s <= t_s && t_s < episode.end_s;
        if self.episodes.iter().filter(current).any(|episode| !episode.kind.countable) {
            return None;
        }
        let passed = self.peaks.iter().rev().filter(|peak| peak.t_s <= t_s);
        let mut later: Option<Peak> = None;
        let (mut sum_s, mut count) = (0.0, 0);
        for peak in passed {
            match later {
                None if t_s - peak.t_s > SILENT_S => return Some(0.0),
                Some(next) if next.t_s - peak.t_s > SILENT_S => break,
                Some(next) if next.regular && peak.regular => {
                    sum_s += next.t_s - peak.t_s;
                    count += 1;
                }
                _ => {}
            }
            later = Some(*peak);
            if count == AVERAGED {
                break;
            }
        }
        match (later, count) {
            (None, _) if t_s > SILENT_S => Some(0.0),
            (_, 0) => Some(steady_bpm),
            _ => Some(60.0 * f64::from(count as u32) / sum_s),
        }
    }
}
