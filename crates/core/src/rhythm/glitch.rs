//! The table of glitches: every way a heart can weird out, as data.
//!
//! A row is a complete definition: the course of the beats ([`Course`], laid out by the random
//! source), the overlay on the trace ([`Overlay`], evaluated by the signal), and the caption and
//! alarm that a monitor shows. The table serialises, so that a web page can use the same one.
//!
//! The beats are a sum of Gaussians as in ECGSYN (`McSharry`, Clifford, Tarassenko, Smith: "A
//! dynamical model for generating synthetic electrocardiogram signals", IEEE Transactions on
//! Biomedical Engineering 50(3), 2003), in closed form and with crisper waves. The letters are
//! those of WFDB, the waveform database of `PhysioNet`.

pub(super) mod table;

use serde::{Deserialize, Serialize};

pub use table::TABLE;

/// The cross-fade at both ends of an overlay, in seconds.
pub(crate) const CROSS_FADE_S: f64 = 0.15;

/// WFDB's annotation letters for the beats that are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub enum Code {
    /// A normal beat.
    #[default]
    N,
    /// An atrial premature beat: early, of normal shape.
    A,
    /// A premature ventricular contraction: early, wide, T opposite, no P.
    V,
    /// A ventricular escape beat: late, of the same wide shape.
    E,
    /// A bundle branch block: wide, with two peaks.
    B,
    /// A junctional beat: the impulse runs backwards.
    J,
    /// A beat that cannot be classified.
    Q,
}

/// Alarm priorities after IEC 60601-1-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub enum Alarm {
    /// `*`, cyan: a problem with the equipment, not with the heart.
    Technical,
    /// `**`, yellow.
    Medium,
    /// `***`, red.
    High,
}

/// The scaling of a wave's times with the RR interval (in seconds, clamped to .35–1.2 s).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// No scaling.
    Fixed,
    /// With RR^¼.
    FourthRoot,
    /// With √RR, as the QT interval does.
    SquareRoot,
}

/// One Gaussian of a beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Wave {
    /// The centre, in seconds from the R peak.
    pub mu_s: f64,
    /// The standard deviation before the centre, in seconds.
    pub rise_s: f64,
    /// The standard deviation after the centre, in seconds.
    pub fall_s: f64,
    /// The height in millivolts.
    pub mv: f64,
    /// The scaling of its times.
    pub scaling: Scaling,
}

pub(super) const fn wave(mu_s: f64, rise_s: f64, fall_s: f64, mv: f64, scaling: Scaling) -> Wave {
    Wave { mu_s, rise_s, fall_s, mv, scaling }
}

/// The P wave of a normal beat; a dropped beat shows it alone.
pub(crate) const P_WAVE: Wave = wave(-0.160, 0.024, 0.024, 0.15, Scaling::FourthRoot);

/// The QRS complex and the T wave of a normal beat.
pub(crate) const QRST: &[Wave] = &[
    wave(-0.026, 0.008, 0.008, -0.10, Scaling::Fixed),
    wave(0.0, 0.010, 0.010, 1.10, Scaling::Fixed),
    wave(0.027, 0.009, 0.009, -0.25, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, 0.30, Scaling::SquareRoot),
];

/// A beat that starts in the ventricles: no P, wide QRS, opposite T. One steep flank is what
/// detectors of R peaks look for; without one, XQRS misses the beat.
pub(crate) const VENTRICULAR: &[Wave] = &[
    wave(0.0, 0.030, 0.018, 1.35, Scaling::Fixed),
    wave(0.072, 0.026, 0.060, -0.20, Scaling::Fixed),
    wave(0.290, 0.070, 0.055, -0.45, Scaling::SquareRoot),
];

/// A time that may scale with the RR interval: `min(rr · RR + s, at_most_s)` seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The scaling part, in RR intervals.
    pub rr: f64,
    /// The constant part, in seconds.
    pub s: f64,
    /// The upper limit, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most_s: Option<f64>,
}

/// A beat that a glitch adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GlitchBeat {
    /// The time since the last steady beat.
    pub after: Interval,
    /// Its code, which selects its shape.
    pub code: Code,
}

/// The return of the steady rhythm after the beats of a glitch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovery {
    /// The sinus node kept its schedule: the next normal beat comes when it was due (a full
    /// compensatory pause).
    Compensated,
    /// The sinus node was reset: the next normal beat comes `rr` to `rr + slack` intervals after the
    /// last beat.
    Restarts {
        /// The minimum, in RR intervals.
        rr: f64,
        /// The maximum that chance adds, in RR intervals.
        slack: f64,
    },
}

/// The course of the beats during a glitch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Course {
    /// One beat is missing; the next is on schedule.
    Missing,
    /// A pause that is not a whole number of RR intervals.
    Pause {
        /// The minimum time without a P wave, a QRS complex or a T wave, in seconds.
        at_least_s: f64,
    },
    /// Silence, then the rhythm restarts.
    Silence {
        /// From the end of the last T wave to the next P wave, in seconds.
        lasts_s: f64,
        /// The maximum that is added, in RR intervals.
        slack: f64,
    },
    /// Additional beats.
    Beats {
        /// The maximum delay of all of them, in RR intervals.
        slack: f64,
        /// The beats in order of time.
        beats: &'static [GlitchBeat],
        /// The return of the steady rhythm.
        back: Recovery,
    },
    /// Beats at random intervals of `RR · (least + spread · u)`, `u` uniform in 0–1.
    Irregular {
        /// The approximate duration in seconds.
        lasts_s: f64,
        /// The shortest interval, in RR intervals.
        least: f64,
        /// The maximum that chance adds, in RR intervals.
        spread: f64,
    },
    /// The heart beats on schedule, but the beats are not recorded.
    Unseen {
        /// The approximate duration in seconds.
        lasts_s: f64,
    },
    /// The beats continue beneath an overlay.
    Over {
        /// The duration in seconds.
        lasts_s: f64,
    },
}

/// A sine, alone or frequency-modulated: `gain · sin(2π·hz·t + fm_rad · sin(2π·fm_hz·t))`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Oscillator {
    /// Its amplitude, relative to the overlay.
    pub gain: f64,
    /// Its frequency in hertz.
    pub hz: f64,
    /// The modulation depth in radians.
    pub fm_rad: f64,
    /// The modulation frequency in hertz.
    pub fm_hz: f64,
}

/// The voltage added to the beats during an episode; `t` starts at its beginning:
/// `mv · (level + Σ envelope) · (Σ carriers) + offset_mv + noise_mv · noise(t)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Overlay {
    /// The amplitude of the oscillators in millivolts.
    pub mv: f64,
    /// The constant part of the envelope.
    pub level: f64,
    /// The changing part of the envelope.
    pub envelope: &'static [Oscillator],
    /// The oscillators that the envelope shapes.
    pub carriers: &'static [Oscillator],
    /// A constant offset in millivolts.
    pub offset_mv: f64,
    /// The amplitude of noise above 20 Hz in millivolts.
    pub noise_mv: f64,
}

/// No overlay.
pub(super) const NO_OVERLAY: Overlay =
    Overlay { mv: 0.0, level: 1.0, envelope: &[], carriers: &[], offset_mv: 0.0, noise_mv: 0.0 };

/// A lead that comes off: exactly 0 mV, then a step that settles exponentially.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Dropout {
    /// The step at reconnection, in millivolts.
    pub step_mv: f64,
    /// Its time constant in seconds.
    pub tau_s: f64,
}

/// One row of the table.
#[derive(Debug, PartialEq, Serialize)]
pub struct Glitch {
    /// The name, hyphenated, unique in the table.
    pub name: &'static str,
    /// A description in one line.
    pub summary: &'static str,
    /// The text that a monitor shows.
    pub caption: &'static str,
    /// The alarm priority of that text.
    pub alarm: Alarm,
    /// The heart rate can be read during the glitch.
    pub countable: bool,
    /// The course of the beats.
    pub course: Course,
    /// Its own beats of normal shape have a P wave.
    pub p_wave: bool,
    /// Waves without a beat in the middle of the episode, where a beat was due.
    pub lone: &'static [Wave],
    /// The voltage added to the beats.
    pub overlay: Overlay,
    /// Set if the lead comes off.
    pub dropout: Option<Dropout>,
    /// The range of the signal around it in millivolts, with some margin, so that the gain of an
    /// endless monitor can be selected beforehand.
    pub range_mv: (f64, f64),
}

/// The default pool of glitches, separated by commas.
pub const DEFAULT: &str =
    "flatline,double-beat,dropped-beat,premature-beat,sinus-pause,fibrillation";

/// The glitch with this name.
pub fn find(name: &str) -> Option<&'static Glitch> {
    TABLE.iter().find(|glitch| glitch.name == name)
}
