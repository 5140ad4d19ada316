//! A rhythm as a voltage: millivolts at any time, in closed form.
//!
//! The value at an instant is the sum of the Gaussians of the few beats near it, of what the
//! episodes lay over it, a slow breath of the baseline and a trace of noise. Nothing is
//! integrated and nothing is remembered, so any sample rate, the picture and the exported
//! samples agree, and a loop joins at its seam.

use std::f64::consts::TAU;

use crate::rhythm::glitch::{
    CROSS_FADE_S, Dropout, Oscillator, Overlay, P_WAVE, QRST, Scaling, VENTRICULAR, Wave,
};
use crate::rhythm::{Beat, BeatKind, Code, Episode, Extent, Rhythm, mark};

/// The lattice on which noise lives, in hertz.
pub const LATTICE_HZ: f64 = 500.0;

/// The RR intervals between which the waves scale, in seconds.
const SCALED_RR_S: (f64, f64) = (0.35, 1.2);
/// How fast that scaling follows a change of the interval, a beat: the QT interval lags behind.
const LAG: f64 = 0.1;
/// How far before and after an R peak its waves reach, in seconds.
const REACH_S: (f64, f64) = (0.35, 0.75);
/// Standard deviations after which a Gaussian is nothing.
const SIGMAS: f64 = 5.0;
/// The breath of the baseline: amplitude in millivolts and frequency in hertz.
const BREATH_MV: f64 = 0.012;
const BREATH_HZ: f64 = 0.2;
/// The amplitude of the noise that is always there, in millivolts.
const NOISE_MV: f64 = 0.0015;

/// A Gaussian at its place in time.
#[derive(Clone, Copy, Debug)]
struct Bump {
    mu_s: f64,
    rise_s: f64,
    fall_s: f64,
    mv: f64,
}

impl Bump {
    fn new(wave: &Wave, rr_s: f64, amplitude: f64) -> Self {
        let rr = rr_s.clamp(SCALED_RR_S.0, SCALED_RR_S.1);
        let scale = match wave.scaling {
            Scaling::Fixed => 1.0,
            Scaling::FourthRoot => libm::sqrt(libm::sqrt(rr)),
            Scaling::SquareRoot => libm::sqrt(rr),
        };
        Self {
            mu_s: wave.mu_s * scale,
            rise_s: wave.rise_s * scale,
            fall_s: wave.fall_s * scale,
            mv: wave.mv * amplitude,
        }
    }

    fn at(&self, t: f64) -> f64 {
        let from_centre = t - self.mu_s;
        let sigma = if from_centre < 0.0 { self.rise_s } else { self.fall_s };
        let z = from_centre / sigma;
        if z.abs() > SIGMAS { 0.0 } else { self.mv * libm::exp(-0.5 * z * z) }
    }
}

/// The waves around one instant: a beat, or the lone P wave of a beat that did not come.
#[derive(Clone, Debug)]
struct Complex {
    t_s: f64,
    bumps: Vec<Bump>,
}

/// The voltage of a rhythm.
#[derive(Clone, Debug)]
pub struct Signal {
    duration_s: f64,
    extent: Extent,
    seed: u32,
    /// In the order of time.
    complexes: Vec<Complex>,
    episodes: Vec<Episode>,
    /// Which episodes have any effect in each second.
    by_second: Vec<Vec<usize>>,
}

impl Signal {
    /// Prepares `rhythm` for look-ups: O(log beats) each.
    pub fn new(rhythm: &Rhythm) -> Self {
        let nominal = 60.0 / rhythm.bpm.max(1.0);
        let mut complexes: Vec<Complex> = Vec::with_capacity(rhythm.beats.len());
        let mut rr = nominal;
        let mut before = None;
        for beat in &rhythm.beats {
            let last = before.replace(beat.t_s).map_or(nominal, |before| beat.t_s - before);
            rr += LAG * (last.clamp(SCALED_RR_S.0, SCALED_RR_S.1) - rr);
            let own = waves(beat).map(|wave| Bump::new(wave, rr, beat.amplitude));
            let spike = beat.paced.then(|| Bump::new(&mark::SPIKE, rr, 1.0));
            complexes.push(Complex { t_s: beat.t_s, bumps: own.chain(spike).collect() });
        }
        for episode in &rhythm.episodes {
            let bumps: Vec<_> =
                episode.kind.lone.iter().map(|wave| Bump::new(wave, nominal, 1.0)).collect();
            if !bumps.is_empty() {
                complexes.push(Complex { t_s: 0.5 * (episode.start_s + episode.end_s), bumps });
            }
        }
        complexes.sort_by(|a, b| a.t_s.total_cmp(&b.t_s));
        let mut by_second = Vec::new();
        for (i, episode) in rhythm.episodes.iter().enumerate() {
            let last = reach_s(episode) as usize;
            by_second.resize(by_second.len().max(last + 1), Vec::new());
            for second in &mut by_second[episode.start_s as usize..=last] {
                second.push(i);
            }
        }
        Self {
            duration_s: rhythm.duration_s,
            extent: rhythm.extent,
            seed: rhythm.seed,
            complexes,
            episodes: rhythm.episodes.clone(),
            by_second,
        }
    }

    /// The length of the extent in seconds.
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// Whether the extent is a loop.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The voltage in millivolts at `t_s` seconds. In a loop any time is in the loop; outside a
    /// line there is nothing but the baseline.
    pub fn at(&self, t_s: f64) -> f64 {
        let looping = self.extent == Extent::Loop;
        let t = if looping { self.wrap(t_s) } else { t_s };
        let mut mv = self.beats_at(t) + self.breath(t) + NOISE_MV * self.noise(t);
        let mut laid_over = 0.0;
        for shift in [0.0, self.duration_s] {
            if shift > 0.0 && !looping {
                break;
            }
            let t = t + shift;
            for &i in self.by_second.get(t as usize).into_iter().flatten() {
                let episode = &self.episodes[i];
                if t < episode.start_s {
                    continue;
                }
                if let Some(dropout) = episode.kind.dropout {
                    if t <= episode.end_s {
                        return 0.0;
                    }
                    laid_over += settle(&dropout, t - episode.end_s);
                }
                if t <= episode.end_s {
                    laid_over += self.overlay(&episode.kind.overlay, episode, t);
                }
            }
        }
        mv += laid_over;
        mv
    }

    /// The samples of the whole extent at `hz` samples a second, in millivolts, each with its
    /// time in seconds: `round(duration · hz)` of them.
    pub fn samples(&self, hz: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let count = (self.duration_s * hz).round() as u64;
        (0..count).map(move |i| {
            let t = i as f64 / hz;
            (t, self.at(t))
        })
    }

    /// The least and the greatest voltage of the extent, in millivolts.
    pub fn range_mv(&self) -> (f64, f64) {
        let peaks = self.complexes.iter().map(|complex| self.at(complex.t_s));
        self.samples(LATTICE_HZ / 2.0)
            .map(|(_, mv)| mv)
            .chain(peaks)
            .fold((0.0, 0.0), |(least, most), mv| (mv.min(least), mv.max(most)))
    }

    fn wrap(&self, t: f64) -> f64 {
        let turns = (t / self.duration_s).floor();
        (t - turns * self.duration_s).clamp(0.0, self.duration_s)
    }

    fn beats_at(&self, t: f64) -> f64 {
        let mut mv = self.near(t);
        if self.extent == Extent::Loop {
            if t < REACH_S.1 {
                mv += self.near(t + self.duration_s);
            }
            if t > self.duration_s - REACH_S.0 {
                mv += self.near(t - self.duration_s);
            }
        }
        mv
    }

    fn near(&self, t: f64) -> f64 {
        let first = self.complexes.partition_point(|complex| complex.t_s < t - REACH_S.1);
        self.complexes[first..]
            .iter()
            .take_while(|complex| complex.t_s <= t + REACH_S.0)
            .flat_map(|complex| complex.bumps.iter().map(move |bump| bump.at(t - complex.t_s)))
            .sum()
    }

    /// The breath counts from the beginning. In a loop the last one that would not be over at the
    /// seam is not drawn.
    fn breath(&self, t: f64) -> f64 {
        let breaths = t * BREATH_HZ;
        let last = match self.extent {
            Extent::Loop => (self.duration_s * BREATH_HZ + 1e-9).floor(),
            Extent::Line => f64::INFINITY,
        };
        if breaths < last { BREATH_MV * libm::sin(TAU * breaths) } else { 0.0 }
    }

    fn overlay(&self, overlay: &Overlay, episode: &Episode, t: f64) -> f64 {
        let since = t - episode.start_s;
        let length = episode.end_s - episode.start_s;
        let ramp = CROSS_FADE_S.min(0.5 * length).max(1e-9);
        let edge = (since.min(length - since) / ramp).clamp(0.0, 1.0);
        let fade = edge * edge * (3.0 - 2.0 * edge);
        let mut mv = overlay.offset_mv;
        if overlay.mv > 0.0 {
            mv += overlay.mv
                * (overlay.level + oscillate(overlay.envelope, since))
                * oscillate(overlay.carriers, since);
        }
        if overlay.noise_mv > 0.0 {
            mv += overlay.noise_mv * self.fine_noise(t);
        }
        fade * mv
    }

    /// Noise in −1…1, linear between the points of the lattice.
    fn noise(&self, t: f64) -> f64 {
        lattice(t, |i| self.hash(i))
    }

    /// The same without its slow part: the difference of neighbours, in −1…1.
    fn fine_noise(&self, t: f64) -> f64 {
        lattice(t, |i| 0.5 * (self.hash(i) - self.hash(i - 1)))
    }

    /// A value in −1…1 that belongs to a point of the lattice; in a loop the lattice closes.
    fn hash(&self, index: i64) -> f64 {
        let index = match self.extent {
            Extent::Loop => {
                index.rem_euclid((self.duration_s * LATTICE_HZ).round().max(1.0) as i64)
            }
            Extent::Line => index,
        };
        f64::from(mix(index as u32 ^ mix(self.seed))) / f64::from(1_u32 << 31) - 1.0
    }
}

/// A 32-bit mix in which every bit of the input changes half of the output: `lowbias32`, found by
/// Chris Wellons' hash-prospector.
fn mix(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

fn waves(beat: &Beat) -> impl Iterator<Item = &'static Wave> {
    let (p, rest) = match (beat.kind, beat.code) {
        (BeatKind::Mark(mark), _) => (None, mark.waves),
        (_, Code::B) => (None, mark::JOIN.waves),
        (_, Code::J) => (None, mark::UNDO.waves),
        (_, Code::Q) => (None, mark::GAP.waves),
        (_, Code::V | Code::E) => (None, VENTRICULAR),
        (BeatKind::Normal, Code::N | Code::A) => (Some(&P_WAVE), QRST),
        (BeatKind::Glitch(glitch), Code::N | Code::A) => (glitch.p_wave.then_some(&P_WAVE), QRST),
    };
    p.into_iter().chain(rest)
}

/// When the last effect of an episode is over, in seconds.
fn reach_s(episode: &Episode) -> f64 {
    let settling = episode.kind.dropout.map_or(0.0, |dropout| 10.0 * dropout.tau_s);
    episode.end_s + settling
}

fn settle(dropout: &Dropout, since_s: f64) -> f64 {
    dropout.step_mv * libm::exp(-since_s / dropout.tau_s)
}

fn oscillate(oscillators: &[Oscillator], t: f64) -> f64 {
    oscillators
        .iter()
        .map(|osc| {
            let phase = TAU * osc.hz * t + osc.fm_rad * libm::sin(TAU * osc.fm_hz * t);
            osc.gain * libm::sin(phase)
        })
        .sum()
}

/// Linear between the points of the lattice.
fn lattice(t: f64, value: impl Fn(i64) -> f64) -> f64 {
    let at = t * LATTICE_HZ;
    let below = at.floor();
    let part = at - below;
    value(below as i64) * (1.0 - part) + value(below as i64 + 1) * part
}
