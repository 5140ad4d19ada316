//! Heart-rate variability: RR intervals that swing with blood pressure (0.1 Hz) and breath
//! (0.25 Hz), after ECGSYN.

use std::f64::consts::TAU;

/// The ratio of the power of the slow oscillation to that of the fast one.
const RATIO: f64 = 0.5;
/// The frequencies of the two oscillations in hertz.
const LOW_HZ: f64 = 0.1;
const HIGH_HZ: f64 = 0.25;
/// The shortest and the longest interval, in steady intervals.
const LIMITS: (f64, f64) = (0.6, 1.6);

/// Two oscillators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variability {
    hz: [f64; 2],
    /// Their phases in cycles.
    phases: [f64; 2],
}

impl Variability {
    /// Oscillations without end.
    pub(super) fn endless(phases: [f64; 2]) -> Self {
        Self { hz: [LOW_HZ, HIGH_HZ], phases }
    }

    /// The same with a whole number of cycles in a loop of `duration_s` seconds.
    pub(super) fn looping(duration_s: f64, phases: [f64; 2]) -> Self {
        let whole = |hz: f64| (hz * duration_s).round().max(1.0) / duration_s;
        Self { hz: [whole(LOW_HZ), whole(HIGH_HZ)], phases }
    }

    /// The RR interval at `t_s`, in seconds, for a steady interval of `rr` seconds and a standard
    /// deviation of `hrv_bpm` beats per minute.
    pub(super) fn interval_s(&self, t_s: f64, rr: f64, hrv_bpm: f64) -> f64 {
        let rate = 60.0 / rr;
        let swing = 60.0 * hrv_bpm / (rate * rate);
        let low = libm::sqrt(2.0 * RATIO / (1.0 + RATIO));
        let high = libm::sqrt(2.0 / (1.0 + RATIO));
        let [low_hz, high_hz] = self.hz;
        let wave = low * libm::sin(TAU * (low_hz * t_s + self.phases[0]))
            + high * libm::sin(TAU * (high_hz * t_s + self.phases[1]));
        (rr + swing * wave).clamp(LIMITS.0 * rr, LIMITS.1 * rr)
    }
}
