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

use serde::{Deserialize, Serialize};

/// The cross-fade at both ends of an overlay, in seconds.
pub const CROSS_FADE_S: f64 = 0.15;

/// WFDB's annotation letters for the beats that are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
pub enum Alarm {
    /// `*`, cyan: a problem with the equipment, not with the heart.
    Technical,
    /// `**`, yellow.
    Medium,
    /// `***`, red.
    High,
}

impl Alarm {
    /// The stars that tell the priority without its colour.
    pub fn stars(self) -> &'static str {
        match self {
            Self::Technical => "*",
            Self::Medium => "**",
            Self::High => "***",
        }
    }
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
pub const P_WAVE: Wave = wave(-0.160, 0.024, 0.024, 0.15, Scaling::FourthRoot);

/// The QRS complex and the T wave of a normal beat.
pub const QRST: &[Wave] = &[
    wave(-0.026, 0.008, 0.008, -0.10, Scaling::Fixed),
    wave(0.0, 0.010, 0.010, 1.10, Scaling::Fixed),
    wave(0.027, 0.009, 0.009, -0.25, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, 0.30, Scaling::SquareRoot),
];

/// A beat that starts in the ventricles: no P, wide QRS, opposite T. One steep flank is what
/// detectors of R peaks look for; without one, XQRS misses the beat.
pub const VENTRICULAR: &[Wave] = &[
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

const fn rr(rr: f64) -> Interval {
    Interval { rr, s: 0.0, at_most_s: None }
}

const fn rr_plus(rr: f64, s: f64) -> Interval {
    Interval { rr, s, at_most_s: None }
}

/// `min(n · 360 ms, n · 0.6 RR)`: the pace of a runaway heart.
const fn fast(n: f64) -> Interval {
    Interval { rr: 0.6 * n, s: 0.0, at_most_s: Some(0.36 * n) }
}

/// A beat that a glitch adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OwnBeat {
    /// The time since the last steady beat.
    pub after: Interval,
    /// Its code, which selects its shape.
    pub code: Code,
}

const fn own(after: Interval, code: Code) -> OwnBeat {
    OwnBeat { after, code }
}

/// The return of the steady rhythm after the beats of a glitch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Back {
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
        beats: &'static [OwnBeat],
        /// The return of the steady rhythm.
        back: Back,
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

const fn sine(gain: f64, hz: f64) -> Oscillator {
    Oscillator { gain, hz, fm_rad: 0.0, fm_hz: 0.0 }
}

const fn modulated(gain: f64, hz: f64, fm_rad: f64, fm_hz: f64) -> Oscillator {
    Oscillator { gain, hz, fm_rad, fm_hz }
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

pub(super) const STILL: Overlay =
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
}

pub(super) const ROW: Glitch = Glitch {
    name: "",
    summary: "",
    caption: "",
    alarm: Alarm::Medium,
    countable: true,
    course: Course::Missing,
    p_wave: true,
    lone: &[],
    overlay: STILL,
    dropout: None,
};

/// All glitches, in the order in which they are listed.
pub static TABLE: &[Glitch] = &[
    Glitch {
        name: "flatline",
        summary: "no activity for 4 s or more; then the rhythm restarts",
        caption: "ASYSTOLE",
        alarm: Alarm::High,
        countable: false,
        course: Course::Silence { lasts_s: 4.0, slack: 1.0 },
        ..ROW
    },
    Glitch {
        name: "double-beat",
        summary: "a second normal beat right after the first; then a restart",
        caption: "DOUBLE BEAT",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(fast(1.0), Code::A)],
            back: Back::Restarts { rr: 1.0, slack: 0.25 },
        },
        ..ROW
    },
    Glitch {
        name: "dropped-beat",
        summary: "a P wave without a QRS complex; the next beat is on time",
        caption: "MISSED BEAT",
        course: Course::Missing,
        lone: &[P_WAVE],
        ..ROW
    },
    Glitch {
        name: "sinus-pause",
        summary: "no beat for 2 s or more, not a multiple of the RR interval",
        caption: "PAUSE",
        countable: false,
        course: Course::Pause { at_least_s: 2.0 },
        ..ROW
    },
    Glitch {
        name: "premature-beat",
        summary: "an early, wide beat with an inverted T; a compensatory pause",
        caption: "PVC",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V)],
            back: Back::Compensated,
        },
        ..ROW
    },
    Glitch {
        name: "couplet",
        summary: "two wide beats 420 ms apart; a compensatory pause",
        caption: "COUPLET",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V), own(rr_plus(0.62, 0.42), Code::V)],
            back: Back::Compensated,
        },
        ..ROW
    },
    Glitch {
        name: "bigeminy",
        summary: "every other beat early and wide, with a compensatory pause",
        caption: "BIGEMINY",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V), own(rr(2.0), Code::N), own(rr(2.62), Code::V)],
            back: Back::Compensated,
        },
        ..ROW
    },
    Glitch {
        name: "runaway",
        summary: "six rapid wide beats; the next normal beat comes 0.9 RR later",
        caption: "VT",
        alarm: Alarm::High,
        course: Course::Beats {
            slack: 0.3,
            beats: &[
                own(fast(1.0), Code::V),
                own(fast(2.0), Code::V),
                own(fast(3.0), Code::V),
                own(fast(4.0), Code::V),
                own(fast(5.0), Code::V),
                own(fast(6.0), Code::V),
            ],
            back: Back::Restarts { rr: 0.9, slack: 0.0 },
        },
        ..ROW
    },
    Glitch {
        name: "fibrillation",
        summary: "3 s of quivering without beats; then the rhythm restarts",
        caption: "VF",
        alarm: Alarm::High,
        countable: false,
        course: Course::Silence { lasts_s: 3.0, slack: 0.5 },
        overlay: Overlay {
            mv: 0.45,
            level: 0.65,
            envelope: &[sine(0.35, 0.47)],
            carriers: &[modulated(1.0, 5.1, 1.1, 0.9), sine(0.45, 7.3), sine(0.3, 3.4)],
            ..STILL
        },
        ..ROW
    },
    Glitch {
        name: "torsades",
        summary: "3 s of waves that twist around the baseline; then a restart",
        caption: "TORSADES",
        alarm: Alarm::High,
        countable: false,
        course: Course::Silence { lasts_s: 3.0, slack: 0.5 },
        overlay: Overlay {
            mv: 0.9,
            level: 0.0,
            envelope: &[sine(1.0, 0.35)],
            carriers: &[sine(1.0, 3.7)],
            ..STILL
        },
        ..ROW
    },
    Glitch {
        name: "irregular",
        summary: "beats without P waves at random intervals over a fine quiver",
        caption: "IRREGULAR",
        course: Course::Irregular { lasts_s: 5.0, least: 0.6, spread: 0.8 },
        p_wave: false,
        overlay: Overlay {
            mv: 0.05,
            level: 0.8,
            envelope: &[sine(0.2, 0.6)],
            carriers: &[modulated(0.7, 5.8, 0.9, 0.7), sine(0.3, 8.3)],
            offset_mv: 0.01,
            ..STILL
        },
        ..ROW
    },
    Glitch {
        name: "lead-off",
        summary: "an electrode is off: 0 mV for about 2.2 s, then a decaying step",
        caption: "LEAD OFF",
        alarm: Alarm::Technical,
        countable: false,
        course: Course::Unseen { lasts_s: 2.2 },
        dropout: Some(Dropout { step_mv: 0.35, tau_s: 0.4 }),
        ..ROW
    },
    Glitch {
        name: "mains-hum",
        summary: "50 Hz mains hum for 1 s over the normal beats",
        caption: "MAINS NOISE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 1.0 },
        overlay: Overlay { mv: 0.1, carriers: &[sine(1.0, 50.0)], ..STILL },
        ..ROW
    },
    Glitch {
        name: "wander",
        summary: "the baseline drifts at 0.2 Hz for 5 s",
        caption: "BASELINE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 5.0 },
        overlay: Overlay { mv: 0.4, carriers: &[sine(1.0, 0.2)], ..STILL },
        ..ROW
    },
    Glitch {
        name: "motion",
        summary: "movement: swings of 0.5 mV at 1 to 10 Hz for 2 s",
        caption: "MOTION",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 2.0 },
        overlay: Overlay {
            mv: 0.5,
            carriers: &[
                modulated(0.45, 1.2, 0.8, 0.5),
                sine(0.28, 2.7),
                modulated(0.17, 5.3, 1.3, 1.1),
                sine(0.1, 8.9),
            ],
            ..STILL
        },
        ..ROW
    },
    Glitch {
        name: "muscle",
        summary: "tense muscles: fine noise above 20 Hz for 2 s",
        caption: "MUSCLE NOISE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 2.0 },
        overlay: Overlay { noise_mv: 0.1, ..STILL },
        ..ROW
    },
];

/// The default pool of glitches, separated by commas.
pub const DEFAULT: &str =
    "flatline,double-beat,dropped-beat,premature-beat,sinus-pause,fibrillation";

/// The glitch with this name.
pub fn find(name: &str) -> Option<&'static Glitch> {
    TABLE.iter().find(|glitch| glitch.name == name)
}
