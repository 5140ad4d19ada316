//! What the heart does and when: beats and episodes over an extent of time.
//!
//! A [`Rhythm`] is plain data. Every source makes one (the [`random`] source here, a
//! hand-written or exported [`json`] file) and everything that draws takes one, without
//! asking where it came from. What a glitch *is* stands in the table of [`glitch`]; this
//! module says only where it happens.
//!
//! There is deliberately nothing here about millivolts, pixels or frames.

pub mod endless;
pub mod glitch;
pub mod json;
pub mod mark;
pub mod phrase;
pub mod random;
mod variability;

pub use glitch::{Alarm, Code, Glitch};
pub use mark::Mark;

/// The longest loop that is accepted, in seconds (an hour).
pub const MAX_DURATION_S: f64 = 3600.0;
/// The longest line that is accepted, in seconds (sixty days; a million commits).
pub const MAX_LINE_S: f64 = 5_184_000.0;
/// The shortest extent that is accepted, in seconds.
pub const MIN_DURATION_S: f64 = 1.0;

/// Whether time returns to its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The end joins the beginning; whatever reaches past the one is seen at the other.
    Loop,
    /// Time has two ends and nothing lies beyond them.
    Line,
}

/// What a beat belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BeatKind {
    /// The steady rhythm.
    Normal,
    /// An episode of this glitch.
    Glitch(&'static Glitch),
    /// Something that this mark stands for.
    Mark(&'static Mark),
}

impl BeatKind {
    /// "normal", or the name of the glitch or the mark.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Glitch(glitch) => glitch.name,
            Self::Mark(mark) => mark.name,
        }
    }

    /// The kind of this name.
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
    /// The instant of the R peak, in seconds from the beginning of the extent.
    pub t_s: f64,
    /// What the beat belongs to.
    pub kind: BeatKind,
    /// WFDB's annotation letter, which decides the shape where no mark does.
    pub code: Code,
    /// A factor on every wave of the beat; 1 is the beat as the table has it.
    pub amplitude: f64,
    /// Whether the spike of a pacemaker comes before it.
    pub paced: bool,
}

impl Beat {
    /// A normal beat of the steady rhythm at `t_s` seconds.
    pub fn steady(t_s: f64) -> Self {
        Self { t_s, kind: BeatKind::Normal, code: Code::N, amplitude: 1.0, paced: false }
    }
}

/// A stretch of time in which a glitch has its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// Which glitch.
    pub kind: &'static Glitch,
    /// Its beginning, in seconds from the beginning of the extent.
    pub start_s: f64,
    /// Its end, in the same seconds, not before the beginning.
    pub end_s: f64,
}

/// What the whole rhythm stands for, shown on the screen for all of its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The word to show, such as "failed".
    pub word: String,
    /// How loudly.
    pub alarm: Option<Alarm>,
}

/// Beats and episodes over an extent. No beats at all is a flatline.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// The length of the extent in seconds.
    pub duration_s: f64,
    /// Whether it is a loop.
    pub extent: Extent,
    /// The rate of the steady rhythm in beats per minute, as realised.
    pub bpm: f64,
    /// What the noise grows from.
    pub seed: u32,
    /// What the rhythm stands for, if anything.
    pub state: Option<State>,
    /// The QRS complexes in the order of their R peaks.
    pub beats: Vec<Beat>,
    /// The episodes in the order of their beginnings.
    pub episodes: Vec<Episode>,
}

impl Rhythm {
    /// The instant at which the first glitch has just healed: two steady beats after its end,
    /// the second of them whole. Without a glitch, the end of the extent.
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

    /// A sentence for those who cannot see the picture: "ECG: 17 normal beats, one flatline".
    pub fn describe(&self) -> String {
        let beats = |name: &str| self.beats.iter().filter(|beat| beat.kind.name() == name).count();
        let normal = beats(BeatKind::Normal.name()) + beats(mark::ORDINARY.name);
        let first = match normal {
            0 => "ECG: no normal beat".to_string(),
            1 => "ECG: 1 normal beat".to_string(),
            n => format!("ECG: {n} normal beats"),
        };
        let special = mark::TABLE.iter().filter(|mark| mark.name != mark::ORDINARY.name);
        let marks = special.map(|mark| (mark.name, beats(mark.name)));
        let glitches = glitch::TABLE.iter().chain(mark::SPELLS.iter().copied()).map(|glitch| {
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
