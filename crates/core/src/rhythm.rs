//! Beats and episodes over time, as plain data.
//!
//! Every source makes a [`Rhythm`] (the [`random`] loop here, a [`json`] file, a git history, a
//! verdict), and everything that draws takes one without knowing its source. The [`endless`]
//! source yields the same beats and episodes a segment at a time.
//!
//! Glitches are defined in the table of [`glitch`], beats that stand for something in that of
//! [`mark`]; a rhythm only refers to their rows. There is deliberately nothing here about
//! millivolts, pixels or frames.

pub mod endless;
pub mod glitch;
pub mod json;
pub mod mark;
mod phrase;
pub mod random;
mod variability;

pub use glitch::{Alarm, Code, Glitch};
pub use mark::Mark;

/// The longest loop that is accepted, in seconds (an hour).
pub(crate) const MAX_DURATION_S: f64 = 3600.0;
/// The longest line that is accepted, in seconds (sixty days; a million commits).
pub(crate) const MAX_LINE_S: f64 = 5_184_000.0;
/// The shortest extent that is accepted, in seconds.
pub(crate) const MIN_DURATION_S: f64 = 1.0;

/// The topology of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The end joins the beginning: waves that cross the one continue at the other.
    Loop,
    /// Nothing lies before the beginning or after the end.
    Line,
}

/// The origin of a beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BeatKind {
    /// The steady rhythm.
    Normal,
    /// Added by this glitch.
    Glitch(&'static Glitch),
    /// An event that this mark stands for.
    Mark(&'static Mark),
}

impl BeatKind {
    /// The name in rhythm files: "normal", or that of the glitch or mark.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Glitch(glitch) => glitch.name,
            Self::Mark(mark) => mark.name,
        }
    }

    /// The kind with this name.
    pub fn find(name: &str) -> Option<Self> {
        if name == Self::Normal.name() {
            return Some(Self::Normal);
        }
        glitch::find(name).map(Self::Glitch).or_else(|| mark::find(name).map(Self::Mark))
    }
}

/// One QRS complex.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// The instant of the R peak, in seconds from the beginning.
    pub t_s: f64,
    /// Its origin.
    pub kind: BeatKind,
    /// Its WFDB annotation code, which selects the shape unless a mark does.
    pub code: Code,
    /// A factor on every wave of the beat.
    pub amplitude: f64,
    /// A pacemaker's spike precedes it.
    pub paced: bool,
}

impl Beat {
    /// A normal beat of the steady rhythm at `t_s` seconds.
    pub fn steady(t_s: f64) -> Self {
        Self { t_s, kind: BeatKind::Normal, code: Code::N, amplitude: 1.0, paced: false }
    }
}

/// A period in which a glitch is active.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The glitch.
    pub kind: &'static Glitch,
    /// Its start, in seconds from the beginning of the rhythm.
    pub start_s: f64,
    /// Its end, not before its start.
    pub end_s: f64,
}

/// The state that the whole rhythm stands for, shown on the screen all the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayedState {
    /// The word to show, such as "failed".
    pub word: String,
    /// Its alarm priority.
    pub alarm: Option<Alarm>,
}

/// Beats and episodes. A rhythm without beats is a flatline.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// The duration in seconds.
    pub duration_s: f64,
    /// Loop or line.
    pub extent: Extent,
    /// The realised rate of the steady rhythm in beats per minute.
    pub bpm: f64,
    /// The seed of the noise.
    pub seed: u32,
    /// The state it stands for, if any.
    pub state: Option<DisplayedState>,
    /// The QRS complexes in the order of their R peaks.
    pub beats: Vec<Beat>,
    /// The episodes in the order of their beginnings.
    pub episodes: Vec<Episode>,
}

impl Rhythm {
    /// The instant at which the first glitch has just healed: after two steady beats, the second of
    /// them complete. Without a glitch, the end of the rhythm.
    pub fn healed_s(&self) -> f64 {
        let Some(first) = self.episodes.first() else {
            return self.duration_s;
        };
        let rr = 60.0 / self.bpm.max(1.0);
        self.beats
            .iter()
            .filter(|beat| beat.t_s > first.end_s)
            .nth(1)
            .map_or(self.duration_s, |beat| (beat.t_s + 0.55 * rr).min(self.duration_s))
    }

    /// A text alternative to the picture: "ECG: 17 normal beats, one flatline".
    pub(crate) fn describe(&self) -> String {
        let beats = |name: &str| self.beats.iter().filter(|beat| beat.kind.name() == name).count();
        let normal = beats(BeatKind::Normal.name()) + beats(mark::COMMIT.name);
        let first = match normal {
            0 => "ECG: no normal beat".to_string(),
            1 => "ECG: 1 normal beat".to_string(),
            n => format!("ECG: {n} normal beats"),
        };
        let special = mark::TABLE.iter().filter(|mark| mark.name != mark::COMMIT.name);
        let marks = special.map(|mark| (mark.name, beats(mark.name)));
        let glitches = glitch::TABLE.iter().chain(mark::EPISODES.iter().copied()).map(|glitch| {
            let same = |episode: &&Episode| episode.kind.name == glitch.name;
            (glitch.name, self.episodes.iter().filter(same).count())
        });
        let counted = marks.chain(glitches).filter_map(|(name, count)| {
            let name = name.replace('-', " ");
            match count {
                0 => None,
                1 => Some(format!("one {name}")),
                n => Some(format!("{n} × {name}")),
            }
        });
        let state = self.state.iter().map(|state| format!("state: {}", state.word));
        std::iter::once(first).chain(counted).chain(state).collect::<Vec<_>>().join(", ")
    }
}
