//! The table of marks: beats that stand for something, each with a shape of its own.
//!
//! A history draws from it: a merge is wide, a revert stands on its head. As with glitches, what
//! a mark *is* stands here as data; whoever makes a rhythm says only where it happens.

use serde::Serialize;

use super::glitch::{
    Alarm, Code, Course, Glitch, P_WAVE, QRST, ROW, Scaling, VENTRICULAR, Wave, wave,
};

/// One row of the table.
#[derive(Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The name, hyphenated, unique among marks and glitches.
    pub name: &'static str,
    /// What it stands for, in a line.
    pub meaning: &'static str,
    /// How it can be told from the others, in a line.
    pub look: &'static str,
    /// The letter of the beat.
    pub code: Code,
    /// Its waves.
    pub waves: &'static [Wave],
}

const COMMIT: &[Wave] = &[P_WAVE, QRST[0], QRST[1], QRST[2], QRST[3]];

/// Two ways that become one: the ventricles one after the other, as in bundle branch block.
const MERGE: &[Wave] = &[
    P_WAVE,
    wave(-0.030, 0.014, 0.014, 0.75, Scaling::Fixed),
    wave(0.004, 0.012, 0.012, -0.30, Scaling::Fixed),
    wave(0.044, 0.018, 0.022, 1.05, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, -0.22, Scaling::SquareRoot),
];

/// All of a beat upside down.
const REVERT: &[Wave] = &[
    wave(-0.160, 0.024, 0.024, -0.15, Scaling::FourthRoot),
    wave(-0.026, 0.008, 0.008, 0.10, Scaling::Fixed),
    wave(0.0, 0.010, 0.010, -1.10, Scaling::Fixed),
    wave(0.027, 0.009, 0.009, 0.25, Scaling::Fixed),
    wave(0.270, 0.060, 0.038, -0.30, Scaling::SquareRoot),
];

/// Small, narrow, its P wave upside down and close.
const FIXUP: &[Wave] = &[
    wave(-0.110, 0.016, 0.016, -0.12, Scaling::Fixed),
    wave(0.0, 0.009, 0.009, 0.45, Scaling::Fixed),
    wave(0.022, 0.008, 0.008, -0.12, Scaling::Fixed),
    wave(0.220, 0.040, 0.034, 0.12, Scaling::SquareRoot),
];

/// The first of all beats: a tall P wave announces it.
const ROOT: &[Wave] =
    &[wave(-0.160, 0.024, 0.024, 0.30, Scaling::FourthRoot), QRST[0], QRST[1], QRST[2], QRST[3]];

/// The signature glitch, a double beat: the second on the heels of the first.
const FLAKY: &[Wave] = &[
    P_WAVE,
    QRST[0],
    wave(0.0, 0.010, 0.010, 1.10, Scaling::Fixed),
    QRST[2],
    wave(0.134, 0.008, 0.008, -0.10, Scaling::Fixed),
    wave(0.160, 0.010, 0.010, 1.00, Scaling::Fixed),
    wave(0.187, 0.009, 0.009, -0.25, Scaling::Fixed),
    wave(0.330, 0.036, 0.030, 0.26, Scaling::Fixed),
];

/// A low hump and nothing else.
const LOST: &[Wave] = &[wave(0.0, 0.060, 0.060, 0.18, Scaling::Fixed)];

/// The spike of a pacemaker, just before the beat; a tag.
pub const SPIKE: Wave = wave(-0.062, 0.0016, 0.0016, 1.5, Scaling::Fixed);

/// An ordinary commit.
pub static ORDINARY: Mark = Mark {
    name: "commit",
    meaning: "a commit",
    look: "a normal beat, as high as it changed lines",
    code: Code::N,
    waves: COMMIT,
};
/// A commit that nothing came before.
pub static BIRTH: Mark = Mark {
    name: "root",
    meaning: "a beginning: nothing came before it",
    look: "a normal beat with a tall P wave",
    code: Code::N,
    waves: ROOT,
};
/// A merge.
pub static JOIN: Mark = Mark {
    name: "merge",
    meaning: "a merge",
    look: "wide, with two peaks, always of the same height",
    code: Code::B,
    waves: MERGE,
};
/// A revert.
pub static UNDO: Mark = Mark {
    name: "revert",
    meaning: "a revert of an earlier commit",
    look: "upside down",
    code: Code::J,
    waves: REVERT,
};
/// A fixup or squash.
pub static MEND: Mark = Mark {
    name: "fixup",
    meaning: "a fixup of another commit",
    look: "small and narrow",
    code: Code::A,
    waves: FIXUP,
};
/// A failed pipeline.
pub static FAILURE: Mark = Mark {
    name: "failed",
    meaning: "its pipeline failed",
    look: "a wide beat, its T wave upside down; several in a row are a tachycardia",
    code: Code::V,
    waves: VENTRICULAR,
};
/// Failed and passed.
pub static FLAKE: Mark = Mark {
    name: "flaky",
    meaning: "its pipeline failed and passed: a flake",
    look: "a double beat",
    code: Code::A,
    waves: FLAKY,
};
/// Something that could not be read.
pub static GAP: Mark = Mark {
    name: "lost",
    meaning: "it could not be read",
    look: "a low hump",
    code: Code::Q,
    waves: LOST,
};

/// Every mark there is, in the order in which they are listed.
pub static TABLE: &[&Mark] = &[&ORDINARY, &BIRTH, &JOIN, &UNDO, &MEND, &FAILURE, &FLAKE, &GAP];

/// Work at night: the baseline lies low. A spell that a history has and chance does not.
pub static NIGHT: Glitch = Glitch {
    name: "night",
    summary: "the baseline lies low",
    caption: "NIGHT",
    alarm: Alarm::Technical,
    course: Course::Over { lasts_s: 5.0 },
    overlay: super::glitch::Overlay { offset_mv: -0.16, ..super::glitch::STILL },
    ..ROW
};

/// The spells that a history has besides the glitches.
pub static SPELLS: &[&Glitch] = &[&NIGHT];

/// The mark of this name.
pub fn find(name: &str) -> Option<&'static Mark> {
    TABLE.iter().copied().find(|mark| mark.name == name)
}
