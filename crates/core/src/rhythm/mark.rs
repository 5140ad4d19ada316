//! The table of marks: beats with a meaning, each with its own shape.
//!
//! A history uses it: a merge is wide, a revert is upside down. Like glitches, marks are data; a
//! source of rhythms only decides where they occur.

use serde::Serialize;

use super::glitch::table::DEFAULTS;
use super::glitch::{Alarm, Code, Course, Glitch, P_WAVE, QRST, Scaling, VENTRICULAR, Wave, wave};

/// One row of the table.
#[derive(Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The name, hyphenated, unique among marks and glitches.
    pub name: &'static str,
    /// Its meaning, in one line; part of a history's JSON.
    pub meaning: &'static str,
    /// Its appearance, in one line.
    pub look: &'static str,
    /// Annotation code of the beat.
    pub code: Code,
    /// Alarm shown with the beat, if any.
    pub alarm: Option<Alarm>,
    /// Waves of the beat, around its R peak.
    pub waves: &'static [Wave],
}

const COMMIT_WAVES: &[Wave] = &[P_WAVE, QRST[0], QRST[1], QRST[2], QRST[3]];

/// Two peaks: the ventricles contract one after the other, as in bundle branch block.
const MERGE_WAVES: &[Wave] = &[
    P_WAVE,
    wave(-0.030, 0.014, 0.014, 0.75, Scaling::Fixed),
    wave(0.004, 0.012, 0.012, -0.30, Scaling::Fixed),
    wave(0.044, 0.018, 0.022, 1.05, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, -0.22, Scaling::SquareRoot),
];

/// An inverted beat.
const REVERT_WAVES: &[Wave] = &[
    wave(-0.160, 0.024, 0.024, -0.15, Scaling::FourthRoot),
    wave(-0.026, 0.008, 0.008, 0.10, Scaling::Fixed),
    wave(0.0, 0.010, 0.010, -1.10, Scaling::Fixed),
    wave(0.027, 0.009, 0.009, 0.25, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, -0.30, Scaling::SquareRoot),
];

/// Small and narrow; the P wave is inverted and close to the QRS complex.
const FIXUP_WAVES: &[Wave] = &[
    wave(-0.110, 0.016, 0.016, -0.12, Scaling::Fixed),
    wave(0.0, 0.009, 0.009, 0.45, Scaling::Fixed),
    wave(0.022, 0.008, 0.008, -0.12, Scaling::Fixed),
    wave(0.220, 0.040, 0.034, 0.12, Scaling::SquareRoot),
];

/// A normal beat after a tall P wave.
const ROOT_WAVES: &[Wave] =
    &[wave(-0.160, 0.024, 0.024, 0.30, Scaling::FourthRoot), QRST[0], QRST[1], QRST[2], QRST[3]];

/// The double beat, as in the glitch of that name.
const FLAKY_WAVES: &[Wave] = &[
    P_WAVE,
    QRST[0],
    wave(0.0, 0.010, 0.010, 1.10, Scaling::Fixed),
    QRST[2],
    wave(0.134, 0.008, 0.008, -0.10, Scaling::Fixed),
    wave(0.160, 0.010, 0.010, 1.00, Scaling::Fixed),
    wave(0.187, 0.009, 0.009, -0.25, Scaling::Fixed),
    wave(0.330, 0.036, 0.030, 0.26, Scaling::Fixed),
];

/// A low hump.
const LOST_WAVES: &[Wave] = &[wave(0.0, 0.060, 0.060, 0.18, Scaling::Fixed)];

/// The spike of a pacemaker just before a beat, which marks a tag.
pub(crate) const SPIKE: Wave = wave(-0.062, 0.0016, 0.0016, 1.5, Scaling::Fixed);

/// An ordinary commit.
pub static COMMIT: Mark = Mark {
    name: "commit",
    meaning: "a commit",
    look: "a normal beat, as high as it changed lines",
    code: Code::N,
    alarm: None,
    waves: COMMIT_WAVES,
};
/// A commit without parents.
pub static ROOT: Mark = Mark {
    name: "root",
    meaning: "a beginning: nothing came before it",
    look: "a normal beat with a tall P wave",
    code: Code::N,
    alarm: None,
    waves: ROOT_WAVES,
};
/// A merge commit.
pub static MERGE: Mark = Mark {
    name: "merge",
    meaning: "a merge",
    look: "wide, with two peaks, always of the same height",
    code: Code::B,
    alarm: None,
    waves: MERGE_WAVES,
};
/// A revert of an earlier commit.
pub static REVERT: Mark = Mark {
    name: "revert",
    meaning: "a revert of an earlier commit",
    look: "upside down",
    code: Code::J,
    alarm: None,
    waves: REVERT_WAVES,
};
/// A fixup, squash or amend commit.
pub static FIXUP: Mark = Mark {
    name: "fixup",
    meaning: "a fixup of another commit",
    look: "small and narrow",
    code: Code::A,
    alarm: None,
    waves: FIXUP_WAVES,
};
/// A commit whose pipeline failed.
pub static FAILED: Mark = Mark {
    name: "failed",
    meaning: "its pipeline failed",
    look: "a wide beat, its T wave upside down; several in a row are a tachycardia",
    code: Code::V,
    alarm: Some(Alarm::High),
    waves: VENTRICULAR,
};
/// A commit whose pipeline failed and passed.
pub static FLAKY: Mark = Mark {
    name: "flaky",
    meaning: "its pipeline failed and passed: a flake",
    look: "a double beat",
    code: Code::A,
    alarm: Some(Alarm::Medium),
    waves: FLAKY_WAVES,
};
/// A commit that could not be read.
pub static LOST: Mark = Mark {
    name: "lost",
    meaning: "it could not be read",
    look: "a low hump",
    code: Code::Q,
    alarm: Some(Alarm::Technical),
    waves: LOST_WAVES,
};

/// All marks, in the order in which legends list them.
pub static TABLE: &[&Mark] = &[&COMMIT, &ROOT, &MERGE, &REVERT, &FIXUP, &FAILED, &FLAKY, &LOST];

/// Work at night: a low baseline. Only histories have it; the random source does not draw it.
pub static NIGHT: Glitch = Glitch {
    name: "night",
    summary: "the baseline lies low",
    caption: "NIGHT",
    alarm: Alarm::Technical,
    course: Course::Over { lasts_s: 5.0 },
    overlay: super::glitch::Overlay { offset_mv: -0.16, ..super::glitch::NO_OVERLAY },
    ..DEFAULTS
};

/// Episodes of a history that are not glitches.
pub static EPISODES: &[&Glitch] = &[&NIGHT];

/// The mark of this name.
pub fn find(name: &str) -> Option<&'static Mark> {
    TABLE.iter().copied().find(|mark| mark.name == name)
}
