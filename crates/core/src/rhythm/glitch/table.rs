//! The rows of the table of glitches.

use super::{
    Alarm, Code, Course, Dropout, Glitch, GlitchBeat, Interval, NO_OVERLAY, Oscillator, Overlay,
    P_WAVE, Recovery,
};

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

const fn own(after: Interval, code: Code) -> GlitchBeat {
    GlitchBeat { after, code }
}

const fn sine(gain: f64, hz: f64) -> Oscillator {
    Oscillator { gain, hz, fm_rad: 0.0, fm_hz: 0.0 }
}

const fn modulated(gain: f64, hz: f64, fm_rad: f64, fm_hz: f64) -> Oscillator {
    Oscillator { gain, hz, fm_rad, fm_hz }
}

/// The values of the fields that a row leaves out.
pub(in crate::rhythm) const DEFAULTS: Glitch = Glitch {
    name: "",
    summary: "",
    caption: "",
    alarm: Alarm::Medium,
    countable: true,
    course: Course::Missing,
    p_wave: true,
    lone: &[],
    overlay: NO_OVERLAY,
    dropout: None,
    range_mv: (-0.35, 1.3),
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
        ..DEFAULTS
    },
    Glitch {
        name: "double-beat",
        summary: "a second normal beat right after the first; then a restart",
        caption: "DOUBLE BEAT",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(fast(1.0), Code::A)],
            back: Recovery::Restarts { rr: 1.0, slack: 0.25 },
        },
        ..DEFAULTS
    },
    Glitch {
        name: "dropped-beat",
        summary: "a P wave without a QRS complex; the next beat is on time",
        caption: "MISSED BEAT",
        course: Course::Missing,
        lone: &[P_WAVE],
        ..DEFAULTS
    },
    Glitch {
        name: "sinus-pause",
        summary: "no beat for 2 s or more, not a multiple of the RR interval",
        caption: "PAUSE",
        countable: false,
        course: Course::Pause { at_least_s: 2.0 },
        ..DEFAULTS
    },
    Glitch {
        name: "premature-beat",
        summary: "an early, wide beat with an inverted T; a compensatory pause",
        caption: "PVC",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V)],
            back: Recovery::Compensated,
        },
        range_mv: (-0.55, 1.42),
        ..DEFAULTS
    },
    Glitch {
        name: "couplet",
        summary: "two wide beats 420 ms apart; a compensatory pause",
        caption: "COUPLET",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V), own(rr_plus(0.62, 0.42), Code::V)],
            back: Recovery::Compensated,
        },
        range_mv: (-0.55, 1.42),
        ..DEFAULTS
    },
    Glitch {
        name: "bigeminy",
        summary: "every other beat early and wide, with a compensatory pause",
        caption: "BIGEMINY",
        course: Course::Beats {
            slack: 0.0,
            beats: &[own(rr(0.62), Code::V), own(rr(2.0), Code::N), own(rr(2.62), Code::V)],
            back: Recovery::Compensated,
        },
        range_mv: (-0.55, 1.42),
        ..DEFAULTS
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
            back: Recovery::Restarts { rr: 0.9, slack: 0.0 },
        },
        range_mv: (-0.58, 1.42),
        ..DEFAULTS
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
            ..NO_OVERLAY
        },
        range_mv: (-0.85, 1.3),
        ..DEFAULTS
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
            ..NO_OVERLAY
        },
        range_mv: (-1.0, 1.3),
        ..DEFAULTS
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
            ..NO_OVERLAY
        },
        ..DEFAULTS
    },
    Glitch {
        name: "lead-off",
        summary: "an electrode is off: 0 mV for about 2.2 s, then a decaying step",
        caption: "LEAD OFF",
        alarm: Alarm::Technical,
        countable: false,
        course: Course::Unseen { lasts_s: 2.2 },
        dropout: Some(Dropout { step_mv: 0.35, tau_s: 0.4 }),
        ..DEFAULTS
    },
    Glitch {
        name: "mains-hum",
        summary: "50 Hz mains hum for 1 s over the normal beats",
        caption: "MAINS NOISE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 1.0 },
        overlay: Overlay { mv: 0.1, carriers: &[sine(1.0, 50.0)], ..NO_OVERLAY },
        ..DEFAULTS
    },
    Glitch {
        name: "wander",
        summary: "the baseline drifts at 0.2 Hz for 5 s",
        caption: "BASELINE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 5.0 },
        overlay: Overlay { mv: 0.4, carriers: &[sine(1.0, 0.2)], ..NO_OVERLAY },
        range_mv: (-0.75, 1.62),
        ..DEFAULTS
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
            ..NO_OVERLAY
        },
        range_mv: (-0.4, 1.65),
        ..DEFAULTS
    },
    Glitch {
        name: "muscle",
        summary: "tense muscles: fine noise above 20 Hz for 2 s",
        caption: "MUSCLE NOISE",
        alarm: Alarm::Technical,
        course: Course::Over { lasts_s: 2.0 },
        overlay: Overlay { noise_mv: 0.1, ..NO_OVERLAY },
        ..DEFAULTS
    },
];
