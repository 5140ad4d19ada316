//! Beats → Gaussians, each at its place in time.

use crate::rhythm::glitch::{P_WAVE, QRST, Scaling, VENTRICULAR, Wave};
use crate::rhythm::{Beat, BeatKind, Code, Episode, mark};

/// The RR intervals between which waves scale, in seconds.
const SCALED_RR_S: (f64, f64) = (0.35, 1.2);
/// The part of a change of the RR interval that scaling follows per beat: QT lags behind RR.
const LAG: f64 = 0.1;
/// The interval below which the waves of a mark become narrower, and the narrowest, as a part: beats of
/// a history may be closer than those of a heart.
const NARROWING_RR_S: f64 = 0.55;
const NARROWEST: f64 = 0.2;
/// The extent of the waves before and after an R peak, in seconds.
pub(super) const REACH_S: (f64, f64) = (0.35, 0.75);
/// Standard deviations beyond which a Gaussian is taken as zero.
const SIGMAS: f64 = 5.0;

/// A Gaussian relative to its beat.
#[derive(Clone, Copy, Debug)]
struct Gaussian {
    mu_s: f64,
    rise_s: f64,
    fall_s: f64,
    mv: f64,
}

impl Gaussian {
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

    /// The same wave in a part of the time.
    fn narrowed(self, part: f64) -> Self {
        let Self { mu_s, rise_s, fall_s, mv } = self;
        Self { mu_s: part * mu_s, rise_s: part * rise_s, fall_s: part * fall_s, mv }
    }

    fn at(&self, t: f64) -> f64 {
        let from_centre = t - self.mu_s;
        let sigma = if from_centre < 0.0 { self.rise_s } else { self.fall_s };
        let z = from_centre / sigma;
        if z.abs() > SIGMAS { 0.0 } else { self.mv * libm::exp(-0.5 * z * z) }
    }
}

/// The waves around one instant: a beat, or the lone P wave of a dropped beat.
#[derive(Clone, Debug)]
pub(super) struct Complex {
    pub t_s: f64,
    waves: Vec<Gaussian>,
}

impl Complex {
    /// The waves' voltages at `t` seconds, in millivolts.
    pub(super) fn at(&self, t: f64) -> impl Iterator<Item = f64> + '_ {
        let since = t - self.t_s;
        self.waves.iter().map(move |wave| wave.at(since))
    }

    /// The instants at which the waves are highest, in seconds.
    pub(super) fn centres_s(&self) -> impl Iterator<Item = f64> + '_ {
        self.waves.iter().map(|wave| self.t_s + wave.mu_s)
    }
}

/// Compiles beats in order of time. The scaling of waves depends on the intervals so far.
#[derive(Clone, Debug)]
pub(super) struct Compiler {
    nominal_rr: f64,
    rr: f64,
    last_s: Option<f64>,
}

impl Compiler {
    /// A compiler for a rhythm whose steady rate is `bpm`.
    pub(super) fn new(bpm: f64) -> Self {
        let nominal_rr = 60.0 / bpm.max(1.0);
        Self { nominal_rr, rr: nominal_rr, last_s: None }
    }

    /// The next beat.
    pub(super) fn beat(&mut self, beat: &Beat) -> Complex {
        let last = self.last_s.replace(beat.t_s).map_or(self.nominal_rr, |last| beat.t_s - last);
        self.rr += LAG * (last.clamp(SCALED_RR_S.0, SCALED_RR_S.1) - self.rr);
        let part = match beat.kind {
            BeatKind::Mark(_) => (last / NARROWING_RR_S).clamp(NARROWEST, 1.0),
            BeatKind::Normal | BeatKind::Glitch(_) => 1.0,
        };
        let wave = |wave| Gaussian::new(wave, self.rr, beat.amplitude).narrowed(part);
        let own = waves(beat).map(wave);
        let spike = beat.paced.then(|| Gaussian::new(&mark::SPIKE, self.rr, 1.0));
        Complex { t_s: beat.t_s, waves: own.chain(spike).collect() }
    }

    /// The waves that stand alone in the middle of an episode, if it has any.
    pub(super) fn lone_waves(&self, episode: &Episode) -> Option<Complex> {
        let lone = episode.kind.lone.iter();
        let waves: Vec<_> = lone.map(|wave| Gaussian::new(wave, self.nominal_rr, 1.0)).collect();
        let t_s = 0.5 * (episode.start_s + episode.end_s);
        (!waves.is_empty()).then_some(Complex { t_s, waves })
    }
}

fn waves(beat: &Beat) -> impl Iterator<Item = &'static Wave> {
    let (p, rest) = match (beat.kind, beat.code) {
        (BeatKind::Mark(mark), _) => (None, mark.waves),
        (_, Code::B) => (None, mark::MERGE.waves),
        (_, Code::J) => (None, mark::REVERT.waves),
        (_, Code::Q) => (None, mark::LOST.waves),
        (_, Code::V | Code::E) => (None, VENTRICULAR),
        (BeatKind::Normal, Code::N | Code::A) => (Some(&P_WAVE), QRST),
        (BeatKind::Glitch(glitch), Code::N | Code::A) => (glitch.p_wave.then_some(&P_WAVE), QRST),
    };
    p.into_iter().chain(rest)
}
