//! The seeded loop: a steady rhythm with glitches that come from nowhere and heal.
//!
//! The loop is seamless by construction. The seam lies between a T wave and the next P wave;
//! the first glitch follows at least two beats, the last is followed by at least two. Every
//! glitch keeps its own times and the normal intervals alone are stretched to fill the loop;
//! where a glitch leaves a choice (how long a flatline lasts), the choice is made so that the
//! stretch is small. The realised rate is recorded, not the requested one.

use std::fmt;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::phrase::{Offset, Phrase, Phrases};
use super::variability::Variability;
use super::{Beat, Extent, Glitch, Rhythm};

/// The position of the seam, as a part of the RR interval before the first beat.
const SEAM: f64 = 0.42;
/// The normal intervals a loop needs besides its glitches: one before the first glitch, two
/// after the last, and the one that the seam divides.
const NORMALS_AROUND: usize = 4;
/// The realised rate differs from the requested one by at most this, divided by the duration in
/// seconds, in beats per minute: half a beat per loop.
const MAX_RATE_ERROR: f64 = 30.0;
/// The normal intervals between two glitches.
const MIN_BETWEEN: usize = 2;

/// Settings of a random loop.
#[derive(Clone, Debug)]
pub struct LoopSettings {
    /// The length of the loop in seconds.
    pub duration_s: f64,
    /// The steady rate in beats per minute.
    pub bpm: f64,
    /// The standard deviation of the rate in beats per minute.
    pub hrv_bpm: f64,
    /// The glitches to draw from; empty for a steady rhythm.
    pub pool: Vec<&'static Glitch>,
    /// Glitches per minute.
    pub glitches_per_min: f64,
    /// The random seed.
    pub seed: u32,
}

/// A random loop, and how many glitches its rate asked for; fewer may have fitted.
#[derive(Clone, Debug)]
pub struct RandomLoop {
    /// The rhythm.
    pub rhythm: Rhythm,
    /// The number of glitches requested.
    pub requested: usize,
}

/// No glitch of the pool fits the loop.
#[derive(Clone, Debug, PartialEq)]
pub struct DoesNotFit {
    /// The glitch that comes nearest.
    pub glitch: &'static str,
    /// The shortest loop it fits at this rate, in seconds, rounded up to hundredths.
    pub shortest_s: f64,
}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} needs a loop of at least {:.2} s at this heart rate",
            self.glitch, self.shortest_s
        )
    }
}

impl std::error::Error for DoesNotFit {}

/// Draws a loop. The same settings give the same rhythm.
///
/// If not all glitches fit, those that do are placed; see [`RandomLoop::requested`].
///
/// # Errors
/// [`DoesNotFit`] if the pool is not empty and none of its glitches fits the loop.
pub fn draw(settings: &LoopSettings) -> Result<RandomLoop, DoesNotFit> {
    let rng = ChaCha8Rng::seed_from_u64(u64::from(settings.seed));
    let requested = if settings.pool.is_empty() {
        0
    } else {
        (settings.duration_s / 60.0 * settings.glitches_per_min).round().max(1.0) as usize
    };
    let mut source = Phrases::new(settings.pool.clone(), 60.0 / settings.bpm, rng);
    let phrases = choose(settings, requested, &mut source)?;
    let fit = LoopFit::of(settings, &phrases).expect("the chosen glitches fit");
    let rhythm = lay_out(settings, &phrases, &fit, &mut source.rng);
    Ok(RandomLoop { rhythm, requested })
}

/// Takes up to `requested` phrases that fit together.
fn choose(
    settings: &LoopSettings,
    requested: usize,
    source: &mut Phrases,
) -> Result<Vec<Phrase>, DoesNotFit> {
    let mut chosen: Vec<Phrase> = Vec::new();
    while chosen.len() < requested {
        let next = source.next_fitting(|phrase| {
            chosen.push(phrase.clone());
            let fits = LoopFit::of(settings, &chosen).is_some();
            chosen.pop();
            fits
        });
        match next {
            Some(phrase) => chosen.push(phrase),
            None => break,
        }
    }
    if requested > 0 && chosen.is_empty() {
        let rr = 60.0 / settings.bpm;
        let nearest = source
            .each()
            .into_iter()
            .map(|phrase| DoesNotFit {
                glitch: phrase.glitch().name,
                shortest_s: (shortest_s(&[phrase], rr) * 100.0 - 1e-6).ceil() / 100.0,
            })
            .min_by(|a, b| a.shortest_s.total_cmp(&b.shortest_s));
        return Err(nearest.expect("the pool is not empty"));
    }
    Ok(chosen)
}

/// The normal intervals that `count` glitches need around them.
fn normals_around(count: usize) -> usize {
    if count == 0 { 1 } else { NORMALS_AROUND + MIN_BETWEEN * (count - 1) }
}

/// The shortest loop that holds `phrases` at an interval of `rr` seconds.
fn shortest_s(phrases: &[Phrase], rr: f64) -> f64 {
    normals_around(phrases.len()) as f64 * rr
        + phrases.iter().map(|p| p.length().seconds(rr)).sum::<f64>()
}

/// The division of the time of a loop.
struct LoopFit {
    normals: usize,
    /// The RR interval in seconds.
    rr: f64,
    /// The used part of every slack, 0–1; up to 1.2 in short loops.
    slack: f64,
}

impl LoopFit {
    fn of(settings: &LoopSettings, phrases: &[Phrase]) -> Option<Self> {
        let (duration, requested_rr) = (settings.duration_s, 60.0 / settings.bpm);
        if phrases.is_empty() {
            let normals = (duration / requested_rr).round().max(1.0);
            return Some(Self { normals: normals as usize, rr: duration / normals, slack: 0.0 });
        }
        if shortest_s(phrases, requested_rr) > duration + 1e-9 {
            return None;
        }
        let own: Offset =
            phrases.iter().fold(Offset::default(), |sum, p| sum.plus(p.length().rr, p.length().s));
        let slack: f64 = phrases.iter().map(Phrase::slack).sum();
        // normals + slack · x, were the interval exactly the requested one.
        let room = ((duration - own.s) / requested_rr - own.rr).max(0.0);
        let whole = (room + 1e-9).floor();
        if room - whole <= slack {
            let x = if slack > 0.0 { ((room - whole) / slack).max(0.0) } else { 0.0 };
            let rr = (duration - own.s) / (whole + own.rr + x * slack);
            return Some(Self { normals: whole as usize, rr, slack: x });
        }
        let fits = [(whole, 1.0), (whole + 1.0, 0.0)].map(|(normals, x)| Self {
            normals: normals as usize,
            rr: (duration - own.s) / (normals + own.rr + x * slack),
            slack: x,
        });
        let off = |fit: &Self| (60.0 / fit.rr - settings.bpm).abs();
        let best = fits.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
        // Halfway between two numbers of beats, rounding may put it just over the limit.
        if off(&best) <= MAX_RATE_ERROR / duration + 1e-9 || slack <= 0.0 {
            return Some(best);
        }
        // A short loop that is mostly glitch: a little more than all slack keeps the rate.
        let x = (room - whole - MAX_RATE_ERROR / 60.0 * (1.0 - own.s / duration)) / slack;
        let rr = (duration - own.s) / (whole + own.rr + x * slack);
        Some(Self { normals: whole as usize, rr, slack: x })
    }
}

/// The normal intervals in their order, in seconds: `fit.rr` on average, varied with whole cycles
/// per loop.
fn intervals(settings: &LoopSettings, fit: &LoopFit, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let phases = [rng.random(), rng.random()];
    let variability = Variability::looping(settings.duration_s, phases);
    let spread = settings.duration_s / fit.normals as f64;
    let raw: Vec<f64> = (0..fit.normals)
        .map(|i| variability.interval_s(i as f64 * spread, fit.rr, settings.hrv_bpm))
        .collect();
    let stretch = fit.normals as f64 * fit.rr / raw.iter().sum::<f64>();
    raw.into_iter().map(|interval| interval * stretch).collect()
}

fn lay_out(
    settings: &LoopSettings,
    phrases: &[Phrase],
    fit: &LoopFit,
    rng: &mut ChaCha8Rng,
) -> Rhythm {
    let rr = fit.rr;
    let mut gaps = vec![MIN_BETWEEN; phrases.len() + 1];
    if phrases.is_empty() {
        gaps[0] = fit.normals - 1;
    } else {
        gaps[0] = 1;
        for _ in normals_around(phrases.len())..fit.normals {
            let gap = rng.random_range(0..gaps.len());
            gaps[gap] += 1;
        }
    }
    let mut intervals = intervals(settings, fit, rng).into_iter();
    let seam = intervals.next().expect("a loop has a beat");

    let mut now = SEAM * seam;
    let mut beats = vec![Beat::steady(now)];
    let mut episodes = Vec::new();
    for (i, gap) in gaps.into_iter().enumerate() {
        for interval in intervals.by_ref().take(gap) {
            now += interval;
            beats.push(Beat::steady(now));
        }
        let Some(phrase) = phrases.get(i) else { break };
        let (own, episode) = phrase.place(now, rr, fit.slack);
        beats.extend(own);
        episodes.push(episode);
        now = beats.last().expect("a phrase ends with a beat").t_s;
    }
    Rhythm {
        duration_s: settings.duration_s,
        extent: Extent::Loop,
        bpm: 60.0 / rr,
        seed: settings.seed,
        state: None,
        beats,
        episodes,
    }
}
