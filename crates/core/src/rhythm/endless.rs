//! The seeded source without an end: a heart that beats steadily and sometimes, for no reason,
//! weirds out and heals.
//!
//! [`Endless`] is an iterator of [`RhythmSegment`]s, each a steady beat or a glitch with its way back.
//! Its settings may change on the way. What has been laid out stays; the next segment follows the
//! new settings.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::glitch::{self, Glitch};
use super::phrase::{Phrase, Phrases};
use super::variability::Variability;
use super::{Beat, Code, Episode};

/// Steady beats between two glitches, at least.
const MIN_BETWEEN: u32 = 2;
/// The length of a segment without a beat, in seconds.
const SILENT_S: f64 = 0.5;
/// The lead is off for so long, then on (without a beat), in seconds.
const LEAD_OFF_S: (f64, f64) = (2.0, 1.2);

/// The return after a flatline, beat by beat: the interval before it in seconds, its code, amplitude
/// and whether a pacemaker's spike precedes it. Two spikes find no answer, two wide beats follow
/// theirs, then the heart's own beats grow.
const RETURN: [(f64, Code, f64, bool); 7] = [
    (0.7, Code::E, 0.0, true),
    (1.0, Code::E, 0.0, true),
    (1.0, Code::E, 0.7, true),
    (1.0, Code::E, 0.9, true),
    (1.2, Code::N, 0.5, false),
    (1.0, Code::N, 0.7, false),
    (0.9, Code::N, 0.9, false),
];

/// Settings of an endless rhythm.
#[derive(Clone, Debug, PartialEq)]
pub struct EndlessSettings {
    /// The state of the heart.
    pub condition: Condition,
    /// The steady rate in beats per minute.
    pub bpm: f64,
    /// The standard deviation of the rate in beats per minute.
    pub hrv_bpm: f64,
    /// The glitches to draw from; empty for a steady rhythm.
    pub pool: Vec<&'static Glitch>,
    /// Glitches per minute, on average.
    pub glitches_per_min: f64,
}

impl Default for EndlessSettings {
    /// Steady at 75 beats per minute.
    fn default() -> Self {
        Self {
            condition: Condition::Beating,
            bpm: 75.0,
            hrv_bpm: 1.0,
            pool: Vec::new(),
            glitches_per_min: 0.0,
        }
    }
}

/// The state of the heart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It beats, with glitches.
    Beating,
    /// No beat: a flatline.
    Flat,
    /// No contact: the lead comes off again and again.
    LeadOff,
}

/// The next piece of a rhythm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RhythmSegment {
    /// The beats in order of time, none before those of earlier segments.
    pub beats: Vec<Beat>,
    /// At most one episode.
    pub episode: Option<Episode>,
    /// Everything before this instant is laid out now, in seconds.
    pub until_s: f64,
}

/// The source: an iterator that never ends.
#[derive(Clone, Debug)]
pub struct Endless {
    settings: EndlessSettings,
    phrases: Phrases,
    variability: Variability,
    /// The mean duration of the glitches of the pool, in seconds.
    glitch_s: f64,
    /// The last steady beat, or the end of the last segment without one.
    now_s: f64,
    /// Steady beats since the last glitch.
    steady: u32,
    /// The next beat of [`RETURN`]; as many as it has if the heart has returned.
    returning: usize,
    /// A glitch that was asked for and follows the next steady beat.
    asked: Option<&'static Glitch>,
}

impl Endless {
    /// A rhythm from 0 s on. The same seed and the same changes at the same segments give the
    /// same rhythm.
    pub fn new(seed: u32, settings: EndlessSettings) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
        let variability = Variability::endless([rng.random(), rng.random()]);
        let mut this = Self {
            phrases: Phrases::new(Vec::new(), 1.0, rng),
            variability,
            glitch_s: 0.0,
            now_s: 0.0,
            steady: 0,
            returning: RETURN.len(),
            asked: None,
            settings: settings.clone(),
        };
        this.change(settings);
        this
    }

    /// Follows other settings from the next segment on.
    pub fn change(&mut self, settings: EndlessSettings) {
        let rr = 60.0 / settings.bpm;
        // A copy is asked for the mean length, so that a change draws nothing from the source.
        let mut copy = self.phrases.clone();
        copy.change(settings.pool.clone(), rr);
        let lengths: Vec<f64> =
            copy.each().iter().map(|phrase| phrase.length().seconds(rr)).collect();
        self.glitch_s = lengths.iter().sum::<f64>() / lengths.len().max(1) as f64;
        self.phrases.change(settings.pool.clone(), rr);
        self.settings = settings;
    }

    /// Lets `glitch` follow the next steady beat, whatever the settings.
    pub fn ask_for(&mut self, glitch: &'static Glitch) {
        self.asked = Some(glitch);
    }

    /// The settings that the next segment follows.
    pub fn settings(&self) -> &EndlessSettings {
        &self.settings
    }

    /// The probability of a glitch after a steady beat, 0–1. The number of steady beats before a
    /// glitch is geometrically distributed; a cycle of `MIN_BETWEEN` beats, waiting and the glitch
    /// itself lasts as long on average as the requested rate says.
    fn chance(&self, rr: f64) -> f64 {
        if self.settings.pool.is_empty() || self.settings.glitches_per_min <= 0.0 {
            return 0.0;
        }
        let cycle_s = 60.0 / self.settings.glitches_per_min;
        let waiting_s = cycle_s - self.glitch_s - f64::from(MIN_BETWEEN - 2) * rr;
        if waiting_s <= rr { 1.0 } else { rr / waiting_s }
    }

    /// The glitch that follows the last steady beat, if any.
    fn due(&mut self, rr: f64) -> Option<Phrase> {
        if self.steady == 0 {
            return None;
        }
        if let Some(glitch) = self.asked.take() {
            return Some(Phrase::new(glitch, rr, &mut self.phrases.rng));
        }
        let chance = if self.steady < MIN_BETWEEN { 0.0 } else { self.chance(rr) };
        if chance > 0.0 && self.phrases.rng.random::<f64>() < chance {
            self.phrases.next()
        } else {
            None
        }
    }

    fn silence(&mut self) -> RhythmSegment {
        self.now_s += SILENT_S;
        self.steady = 0;
        self.returning = 0;
        self.asked = None;
        RhythmSegment { until_s: self.now_s, ..RhythmSegment::default() }
    }

    fn lead_off(&mut self) -> RhythmSegment {
        let kind = glitch::find("lead-off").expect("it stands in the table");
        let (off_s, on_s) = LEAD_OFF_S;
        let start_s = self.now_s + 0.5 * on_s;
        let episode = Episode { kind, start_s, end_s: start_s + off_s };
        self.now_s += off_s + on_s;
        self.steady = 0;
        self.returning = RETURN.len();
        self.asked = None;
        RhythmSegment { episode: Some(episode), until_s: self.now_s, ..RhythmSegment::default() }
    }

    fn returning_beat(
        &mut self,
        (after_s, code, amplitude, paced): (f64, Code, f64, bool),
    ) -> RhythmSegment {
        self.now_s += after_s;
        self.returning += 1;
        let beat = Beat { code, amplitude, paced, ..Beat::steady(self.now_s) };
        RhythmSegment { beats: vec![beat], episode: None, until_s: self.now_s }
    }

    fn steady_beat(&mut self, rr: f64) -> RhythmSegment {
        self.now_s += self.variability.interval_s(self.now_s, rr, self.settings.hrv_bpm);
        self.steady = self.steady.saturating_add(1);
        RhythmSegment { beats: vec![Beat::steady(self.now_s)], episode: None, until_s: self.now_s }
    }

    fn glitch(&mut self, phrase: &Phrase, rr: f64) -> RhythmSegment {
        let slack = self.phrases.rng.random();
        let (beats, episode) = phrase.place(self.now_s, rr, slack);
        self.now_s = beats.last().map_or(self.now_s, |beat| beat.t_s);
        self.steady = 1;
        RhythmSegment { beats, episode: Some(episode), until_s: self.now_s }
    }
}

impl Iterator for Endless {
    type Item = RhythmSegment;

    fn next(&mut self) -> Option<RhythmSegment> {
        let rr = 60.0 / self.settings.bpm;
        Some(match self.settings.condition {
            Condition::Flat => self.silence(),
            Condition::LeadOff => self.lead_off(),
            Condition::Beating => match RETURN.get(self.returning) {
                Some(beat) => self.returning_beat(*beat),
                None => match self.due(rr) {
                    Some(phrase) => self.glitch(&phrase, rr),
                    None => self.steady_beat(rr),
                },
            },
        })
    }
}
