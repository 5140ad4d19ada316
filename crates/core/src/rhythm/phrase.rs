//! A glitch made concrete: its beats and its way back, laid out relative to the last steady beat.
//!
//! A [`Phrase`] does not know the time. A loop places several and stretches the steady intervals
//! between them; an endless rhythm simply places the next one.

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::glitch::{Course, Interval, Recovery};
use super::{Beat, BeatKind, Code, Episode, Glitch};

/// The end of the T wave, in RR intervals after the R peak.
const T_ENDS: f64 = 0.55;
/// The start of the P wave, in RR intervals before the R peak.
const P_STARTS: f64 = 0.45;

/// A time offset that is linear in the RR interval: `rr · RR + s` seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offset {
    pub rr: f64,
    pub s: f64,
}

impl Offset {
    fn of(interval: Interval, nominal_rr: f64) -> Self {
        match interval.at_most_s {
            Some(most) if most < interval.rr * nominal_rr + interval.s => Self { rr: 0.0, s: most },
            _ => Self { rr: interval.rr, s: interval.s },
        }
    }

    pub(super) fn plus(self, rr: f64, s: f64) -> Self {
        Self { rr: self.rr + rr, s: self.s + s }
    }

    pub(super) fn seconds(self, rr: f64) -> f64 {
        self.rr * rr + self.s
    }
}

/// A glitch with all its random choices made, relative to the last steady beat before it.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    glitch: &'static Glitch,
    /// Its own beats.
    beats: Vec<(Offset, Code)>,
    /// Steady beats that continue beneath it.
    beneath: Vec<Offset>,
    start: Offset,
    end: Offset,
    /// The next steady beat.
    back: Offset,
    /// The maximum delay of the return, in RR intervals.
    slack: f64,
    /// The slack delays its own beats too.
    delays_beats: bool,
}

impl Phrase {
    /// Lays out `glitch` at a steady interval of `rr` seconds.
    pub(super) fn new(glitch: &'static Glitch, rr: f64, rng: &mut ChaCha8Rng) -> Self {
        let mut phrase = Self {
            glitch,
            beats: Vec::new(),
            beneath: Vec::new(),
            start: Offset { rr: T_ENDS, s: 0.0 },
            end: Offset::default(),
            back: Offset::default(),
            slack: 0.0,
            delays_beats: false,
        };
        match glitch.course {
            Course::Missing => {
                phrase.start = Offset { rr: 0.5, s: 0.0 };
                phrase.end = Offset { rr: 1.5, s: 0.0 };
                phrase.back = Offset { rr: 2.0, s: 0.0 };
            }
            Course::Pause { at_least_s } => {
                // Between 0.3 and 0.7 of an interval off the beat. The margin covers the
                // stretch of the intervals.
                let beats = (1.0 + 1.05 * at_least_s / rr - 0.3).ceil();
                phrase.back = Offset { rr: beats + 0.3, s: 0.0 };
                phrase.slack = 0.4;
            }
            Course::Silence { lasts_s, slack } => {
                phrase.back = Offset { rr: T_ENDS + P_STARTS, s: lasts_s };
                phrase.slack = slack;
            }
            Course::Beats { slack, beats, back } => {
                phrase.beats =
                    beats.iter().map(|own| (Offset::of(own.after, rr), own.code)).collect();
                phrase.slack = slack;
                phrase.delays_beats = slack > 0.0;
                let last = phrase.last_beat();
                phrase.back = match back {
                    Recovery::Compensated => {
                        Offset { rr: (last.seconds(rr) / rr + T_ENDS).ceil(), s: 0.0 }
                    }
                    Recovery::Restarts { rr, slack } => {
                        phrase.slack += slack;
                        last.plus(rr, 0.0)
                    }
                };
            }
            Course::Irregular { lasts_s, least, spread } => {
                let count = (lasts_s / rr).ceil().max(4.0) as usize;
                // In pairs that add up, so that chance does not change the total length.
                let mut chances: Vec<f64> = (0..count / 2)
                    .map(|_| rng.random::<f64>())
                    .flat_map(|chance| [chance, 1.0 - chance])
                    .collect();
                chances.resize(count, 0.5);
                chances.shuffle(rng);
                let mut at = Offset::default();
                for chance in chances {
                    at = at.plus(least + spread * chance, 0.0);
                    phrase.beats.push((at, Code::N));
                }
                phrase.back = at.plus(1.0, 0.0);
                phrase.slack = 0.25;
            }
            Course::Unseen { lasts_s } => {
                let hidden = (lasts_s / rr).round().max(1.0);
                phrase.back = Offset { rr: hidden + 1.0, s: 0.0 };
            }
            Course::Over { lasts_s } => {
                let covered = (lasts_s / rr).ceil().max(1.0);
                phrase.beneath =
                    (1..=covered as usize).map(|n| Offset { rr: n as f64, s: 0.0 }).collect();
                phrase.end = phrase.start.plus(0.0, lasts_s);
                phrase.back = Offset { rr: covered + 1.0, s: 0.0 };
            }
        }
        if !phrase.beats.is_empty() {
            let first = phrase.beats[0].0;
            phrase.start = Offset { rr: 0.5 * first.rr, s: 0.5 * first.s };
            let last = phrase.last_beat();
            phrase.end =
                Offset { rr: 0.5 * (last.rr + phrase.back.rr), s: 0.5 * (last.s + phrase.back.s) };
        } else if phrase.end.rr == 0.0 && phrase.end.s == 0.0 {
            phrase.end = phrase.back.plus(-P_STARTS, 0.0);
        }
        phrase
    }

    /// The glitch.
    pub(super) fn glitch(&self) -> &'static Glitch {
        self.glitch
    }

    /// From the last steady beat to the next one, without slack.
    pub(super) fn length(&self) -> Offset {
        self.back
    }

    /// The maximum delay of the return, in RR intervals.
    pub(super) fn slack(&self) -> f64 {
        self.slack
    }

    fn last_beat(&self) -> Offset {
        self.beats.last().map_or(Offset::default(), |(at, _)| *at)
    }

    /// Places the phrase after the steady beat at `now_s`, at an interval of `rr` seconds, using
    /// the `part` (0–1) of its slack: the beats, ending with the next steady one, and the episode.
    pub(super) fn place(&self, now_s: f64, rr: f64, part: f64) -> (Vec<Beat>, Episode) {
        let slack = part * self.slack * rr;
        let delay = if self.delays_beats { slack } else { 0.0 };
        let mut beats: Vec<Beat> =
            self.beneath.iter().map(|beneath| Beat::steady(now_s + beneath.seconds(rr))).collect();
        beats.extend(self.beats.iter().map(|(at, code)| Beat {
            kind: BeatKind::Glitch(self.glitch),
            code: *code,
            ..Beat::steady(now_s + at.seconds(rr) + delay)
        }));
        let episode = Episode {
            kind: self.glitch,
            start_s: now_s + self.start.seconds(rr),
            end_s: now_s + self.end.seconds(rr) + slack,
        };
        // One sum: the loop's seam depends on its rounding.
        beats.push(Beat::steady(now_s + (self.back.seconds(rr) + slack)));
        (beats, episode)
    }
}

/// Phrases drawn from a pool without end, no glitch twice in a row where there is a choice. The
/// iterator only ends where the pool is empty.
#[derive(Clone, Debug)]
pub(super) struct Phrases {
    pool: Vec<&'static Glitch>,
    rr: f64,
    last: Option<&'static str>,
    pub(super) rng: ChaCha8Rng,
}

impl Phrases {
    /// Phrases of the glitches of `pool`, at a steady interval of `rr` seconds.
    pub(super) fn new(pool: Vec<&'static Glitch>, rr: f64, rng: ChaCha8Rng) -> Self {
        Self { pool, rr, last: None, rng }
    }

    /// The same source with another pool and interval, from the next phrase on.
    pub(super) fn change(&mut self, pool: Vec<&'static Glitch>, rr: f64) {
        (self.pool, self.rr) = (pool, rr);
    }

    /// The next phrase that `fits`; `None` if none does.
    pub(super) fn next_fitting(&mut self, mut fits: impl FnMut(&Phrase) -> bool) -> Option<Phrase> {
        let mut fitting: Vec<Phrase> = Vec::with_capacity(self.pool.len());
        for glitch in &self.pool {
            let phrase = Phrase::new(glitch, self.rr, &mut self.rng);
            if fits(&phrase) {
                fitting.push(phrase);
            }
        }
        if fitting.iter().any(|phrase| Some(phrase.glitch.name) != self.last) {
            fitting.retain(|phrase| Some(phrase.glitch.name) != self.last);
        }
        let chosen = fitting.choose(&mut self.rng).cloned()?;
        self.last = Some(chosen.glitch.name);
        Some(chosen)
    }

    /// One phrase of every glitch of the pool.
    pub(super) fn each(&mut self) -> Vec<Phrase> {
        let Self { pool, rr, rng, .. } = self;
        pool.iter().map(|glitch| Phrase::new(glitch, *rr, rng)).collect()
    }
}

impl Iterator for Phrases {
    type Item = Phrase;

    fn next(&mut self) -> Option<Phrase> {
        self.next_fitting(|_| true)
    }
}
