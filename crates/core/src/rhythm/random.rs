//! The seeded source: a steady rhythm with glitches that come from nowhere and heal.
//!
//! The loop is seamless by construction. The seam lies between a T wave and the next P wave;
//! the first glitch follows at least two beats, the last is followed by at least two. Every
//! glitch keeps its own times and the normal intervals alone are stretched to fill the loop;
//! where a glitch leaves a choice (how long a flatline lasts), the choice is made so that the
//! stretch is small. The rate that is realised, not the one that was asked for, is recorded.

use std::fmt;

use rand::{
    RngExt, SeedableRng,
    seq::{IndexedRandom, SliceRandom},
};
use rand_chacha::ChaCha8Rng;

use super::{
    Beat, BeatKind, Code, Episode, Extent, Glitch, Rhythm,
    glitch::{Back, Course, Interval},
};

/// Where the seam lies, as a part of the RR interval before the first beat.
const SEAM: f64 = 0.42;
/// How long after an R peak its T wave is over, in RR.
const T_OVER: f64 = 0.55;
/// How long before an R peak its P wave begins, in RR.
const P_BEGINS: f64 = 0.45;
/// The normal intervals a loop needs besides its glitches: one before the first glitch, two
/// after the last, and the one that the seam divides.
const FRAME: usize = 4;
/// The normal intervals between two glitches.
const BETWEEN: usize = 2;

/// What to draw a rhythm from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The length of the loop in seconds.
    pub duration_s: f64,
    /// The steady rate in beats per minute.
    pub bpm: f64,
    /// The standard deviation of the rate in beats per minute.
    pub hrv_bpm: f64,
    /// The glitches to draw from; none for a rhythm without.
    pub pool: Vec<&'static Glitch>,
    /// How many glitches a minute.
    pub glitches_per_min: f64,
    /// What chance grows from.
    pub seed: u32,
}

/// A rhythm, and how many of the glitches that were asked for found room in it.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The rhythm.
    pub rhythm: Rhythm,
    /// How many glitches the rate asks for.
    pub asked: usize,
}

/// No glitch of the pool fits the loop.
#[derive(Clone, Debug, PartialEq)]
pub struct DoesNotFit {
    /// The one that comes nearest.
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

/// A time that is linear in the RR interval.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    rr: f64,
    s: f64,
}

impl Span {
    fn of(interval: Interval, nominal_rr: f64) -> Self {
        match interval.at_most_s {
            Some(most) if most < interval.rr * nominal_rr + interval.s => Self { rr: 0.0, s: most },
            _ => Self { rr: interval.rr, s: interval.s },
        }
    }

    fn plus(self, rr: f64, s: f64) -> Self {
        Self { rr: self.rr + rr, s: self.s + s }
    }

    fn seconds(self, rr: f64) -> f64 {
        self.rr * rr + self.s
    }
}

/// A glitch made concrete, counted from the last steady beat before it.
#[derive(Clone, Debug)]
struct Phrase {
    glitch: &'static Glitch,
    /// Its own beats.
    beats: Vec<(Span, Code)>,
    /// Steady beats that go on beneath it.
    beneath: Vec<Span>,
    start: Span,
    end: Span,
    /// The next steady beat.
    back: Span,
    /// What may be added from the first own beat on (and before the return), in RR.
    slack: f64,
    /// Whether the slack delays its own beats too.
    delays_beats: bool,
}

impl Phrase {
    fn new(glitch: &'static Glitch, rr: f64, rng: &mut ChaCha8Rng) -> Self {
        let mut phrase = Self {
            glitch,
            beats: Vec::new(),
            beneath: Vec::new(),
            start: Span { rr: T_OVER, s: 0.0 },
            end: Span::default(),
            back: Span::default(),
            slack: 0.0,
            delays_beats: false,
        };
        match glitch.course {
            Course::Missing => {
                phrase.start = Span { rr: 0.5, s: 0.0 };
                phrase.end = Span { rr: 1.5, s: 0.0 };
                phrase.back = Span { rr: 2.0, s: 0.0 };
            }
            Course::Pause { at_least_s } => {
                // Between 0.3 and 0.7 of an interval off the beat. The margin covers the
                // stretch of the intervals.
                let beats = (1.0 + 1.05 * at_least_s / rr - 0.3).ceil();
                phrase.back = Span { rr: beats + 0.3, s: 0.0 };
                phrase.slack = 0.4;
            }
            Course::Silence { lasts_s, slack } => {
                phrase.back = Span { rr: T_OVER + P_BEGINS, s: lasts_s };
                phrase.slack = slack;
            }
            Course::Beats { slack, beats, back } => {
                phrase.beats =
                    beats.iter().map(|own| (Span::of(own.after, rr), own.code)).collect();
                phrase.slack = slack;
                phrase.delays_beats = slack > 0.0;
                let last = phrase.last_beat();
                phrase.back = match back {
                    Back::Compensated => {
                        Span { rr: (last.seconds(rr) / rr + T_OVER).ceil(), s: 0.0 }
                    }
                    Back::Restarts { rr, slack } => {
                        phrase.slack += slack;
                        last.plus(rr, 0.0)
                    }
                };
            }
            Course::Irregular { lasts_s, least, spread } => {
                let count = (lasts_s / rr).ceil().max(4.0) as usize;
                // In pairs that add up, so that chance does not change the length of the whole.
                let mut chances: Vec<f64> = (0..count / 2)
                    .map(|_| rng.random::<f64>())
                    .flat_map(|chance| [chance, 1.0 - chance])
                    .collect();
                chances.resize(count, 0.5);
                chances.shuffle(rng);
                let mut at = Span::default();
                for chance in chances {
                    at = at.plus(least + spread * chance, 0.0);
                    phrase.beats.push((at, Code::N));
                }
                phrase.back = at.plus(1.0, 0.0);
                phrase.slack = 0.25;
            }
            Course::Unseen { lasts_s } => {
                let hidden = (lasts_s / rr).round().max(1.0);
                phrase.back = Span { rr: hidden + 1.0, s: 0.0 };
            }
            Course::Over { lasts_s } => {
                let covered = (lasts_s / rr).ceil().max(1.0);
                phrase.beneath =
                    (1..=covered as usize).map(|n| Span { rr: n as f64, s: 0.0 }).collect();
                phrase.end = phrase.start.plus(0.0, lasts_s);
                phrase.back = Span { rr: covered + 1.0, s: 0.0 };
            }
        }
        if !phrase.beats.is_empty() {
            let first = phrase.beats[0].0;
            phrase.start = Span { rr: 0.5 * first.rr, s: 0.5 * first.s };
            let last = phrase.last_beat();
            phrase.end =
                Span { rr: 0.5 * (last.rr + phrase.back.rr), s: 0.5 * (last.s + phrase.back.s) };
        } else if phrase.end.rr == 0.0 && phrase.end.s == 0.0 {
            phrase.end = phrase.back.plus(-P_BEGINS, 0.0);
        }
        phrase
    }

    fn last_beat(&self) -> Span {
        self.beats.last().map_or(Span::default(), |(at, _)| *at)
    }
}

/// How the time of a loop is shared out.
struct Fill {
    normals: usize,
    /// The RR interval in seconds.
    rr: f64,
    /// How much of every slack is used, 0–1.
    slack: f64,
}

/// The normal intervals that `count` glitches need around them.
fn frame(count: usize) -> usize {
    if count == 0 { 1 } else { FRAME + BETWEEN * (count - 1) }
}

/// The shortest loop that holds `phrases` at an interval of `rr` seconds.
fn shortest_s(phrases: &[Phrase], rr: f64) -> f64 {
    frame(phrases.len()) as f64 * rr + phrases.iter().map(|p| p.back.seconds(rr)).sum::<f64>()
}

fn fill(recipe: &Recipe, phrases: &[Phrase]) -> Option<Fill> {
    let (duration, asked_rr) = (recipe.duration_s, 60.0 / recipe.bpm);
    if phrases.is_empty() {
        let normals = (duration / asked_rr).round().max(1.0);
        return Some(Fill { normals: normals as usize, rr: duration / normals, slack: 0.0 });
    }
    if shortest_s(phrases, asked_rr) > duration + 1e-9 {
        return None;
    }
    let own: Span = phrases.iter().fold(Span::default(), |sum, p| sum.plus(p.back.rr, p.back.s));
    let slack: f64 = phrases.iter().map(|p| p.slack).sum();
    // normals + slack · x, were the interval exactly the one asked for.
    let room = ((duration - own.s) / asked_rr - own.rr).max(0.0);
    let whole = (room + 1e-9).floor();
    if room - whole <= slack {
        let x = if slack > 0.0 { ((room - whole) / slack).max(0.0) } else { 0.0 };
        let rr = (duration - own.s) / (whole + own.rr + x * slack);
        return Some(Fill { normals: whole as usize, rr, slack: x });
    }
    let fills = [(whole, 1.0), (whole + 1.0, 0.0)].map(|(normals, x)| Fill {
        normals: normals as usize,
        rr: (duration - own.s) / (normals + own.rr + x * slack),
        slack: x,
    });
    let off = |fill: &Fill| (60.0 / fill.rr - recipe.bpm).abs();
    fills.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)))
}

/// Draws a rhythm. The same recipe gives the same rhythm.
///
/// Where not all glitches find room, those that do are placed; see [`Drawn::asked`].
///
/// # Errors
/// [`DoesNotFit`] where the pool is not empty and no glitch of it fits the loop.
pub fn draw(recipe: &Recipe) -> Result<Drawn, DoesNotFit> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(recipe.seed));
    let asked = if recipe.pool.is_empty() {
        0
    } else {
        (recipe.duration_s / 60.0 * recipe.glitches_per_min).round().max(1.0) as usize
    };
    let phrases = choose(recipe, asked, &mut rng)?;
    let fill = fill(recipe, &phrases).expect("the chosen glitches fit");
    let rhythm = lay_out(recipe, &phrases, &fill, &mut rng);
    Ok(Drawn { rhythm, asked })
}

/// Draws up to `asked` glitches that fit together, none twice in a row where there is a choice.
fn choose(recipe: &Recipe, asked: usize, rng: &mut ChaCha8Rng) -> Result<Vec<Phrase>, DoesNotFit> {
    let rr = 60.0 / recipe.bpm;
    let mut chosen: Vec<Phrase> = Vec::new();
    while chosen.len() < asked {
        let mut fitting = Vec::new();
        for &glitch in &recipe.pool {
            let phrase = Phrase::new(glitch, rr, rng);
            chosen.push(phrase);
            if fill(recipe, &chosen).is_some() {
                fitting.extend(chosen.last().cloned());
            }
            chosen.pop();
        }
        let last = chosen.last().map(|phrase| phrase.glitch.name);
        if fitting.iter().any(|phrase| Some(phrase.glitch.name) != last) {
            fitting.retain(|phrase| Some(phrase.glitch.name) != last);
        }
        match fitting.choose(rng) {
            Some(phrase) => chosen.push(phrase.clone()),
            None => break,
        }
    }
    if asked > 0 && chosen.is_empty() {
        let nearest = recipe
            .pool
            .iter()
            .map(|glitch| DoesNotFit {
                glitch: glitch.name,
                shortest_s: (shortest_s(&[Phrase::new(glitch, rr, rng)], rr) * 100.0 - 1e-6).ceil()
                    / 100.0,
            })
            .min_by(|a, b| a.shortest_s.total_cmp(&b.shortest_s));
        return Err(nearest.expect("the pool is not empty"));
    }
    Ok(chosen)
}

/// The normal intervals in their order, in seconds: `fill.rr` on average, swinging with the
/// two oscillators of heart-rate variability (0.1 Hz, blood pressure; 0.25 Hz, breath), whose
/// frequencies are whole numbers of cycles per loop.
fn intervals(recipe: &Recipe, fill: &Fill, rng: &mut ChaCha8Rng) -> Vec<f64> {
    use std::f64::consts::TAU;
    const RATIO: f64 = 0.5;
    let rate = 60.0 / fill.rr;
    let swing = 60.0 * recipe.hrv_bpm / (rate * rate);
    let low = libm::sqrt(2.0 * RATIO / (1.0 + RATIO));
    let high = libm::sqrt(2.0 / (1.0 + RATIO));
    let turns = |hz: f64| (hz * recipe.duration_s).round().max(1.0) / recipe.duration_s;
    let (low_hz, high_hz) = (turns(0.1), turns(0.25));
    let phases: [f64; 2] = [rng.random(), rng.random()];
    let spread = recipe.duration_s / fill.normals as f64;
    let raw: Vec<f64> = (0..fill.normals)
        .map(|i| {
            let t = i as f64 * spread;
            let wave = low * libm::sin(TAU * (low_hz * t + phases[0]))
                + high * libm::sin(TAU * (high_hz * t + phases[1]));
            (fill.rr + swing * wave).clamp(0.6 * fill.rr, 1.6 * fill.rr)
        })
        .collect();
    let stretch = fill.normals as f64 * fill.rr / raw.iter().sum::<f64>();
    raw.into_iter().map(|interval| interval * stretch).collect()
}

fn lay_out(recipe: &Recipe, phrases: &[Phrase], fill: &Fill, rng: &mut ChaCha8Rng) -> Rhythm {
    let rr = fill.rr;
    let mut gaps = vec![BETWEEN; phrases.len() + 1];
    if phrases.is_empty() {
        gaps[0] = fill.normals - 1;
    } else {
        gaps[0] = 1;
        for _ in frame(phrases.len())..fill.normals {
            let gap = rng.random_range(0..gaps.len());
            gaps[gap] += 1;
        }
    }
    let mut intervals = intervals(recipe, fill, rng).into_iter();
    let seam = intervals.next().expect("a loop has a beat");

    let steady = |t_s: f64| Beat {
        t_s,
        kind: BeatKind::Normal,
        code: Code::N,
        amplitude: 1.0,
        paced: false,
    };
    let mut beats = vec![steady(SEAM * seam)];
    let mut episodes = Vec::new();
    let mut now = SEAM * seam;
    for (i, gap) in gaps.into_iter().enumerate() {
        for interval in intervals.by_ref().take(gap) {
            now += interval;
            beats.push(steady(now));
        }
        let Some(phrase) = phrases.get(i) else { break };
        let slack = fill.slack * phrase.slack * rr;
        let delay = if phrase.delays_beats { slack } else { 0.0 };
        for beneath in &phrase.beneath {
            beats.push(steady(now + beneath.seconds(rr)));
        }
        for (at, code) in &phrase.beats {
            let kind = BeatKind::Glitch(phrase.glitch);
            let t_s = now + at.seconds(rr) + delay;
            beats.push(Beat { t_s, kind, code: *code, amplitude: 1.0, paced: false });
        }
        episodes.push(Episode {
            kind: phrase.glitch,
            start_s: now + phrase.start.seconds(rr),
            end_s: now + phrase.end.seconds(rr) + slack,
        });
        now += phrase.back.seconds(rr) + slack;
        beats.push(steady(now));
    }
    Rhythm {
        duration_s: recipe.duration_s,
        extent: Extent::Loop,
        bpm: 60.0 / rr,
        seed: recipe.seed,
        state: None,
        beats,
        episodes,
    }
}
