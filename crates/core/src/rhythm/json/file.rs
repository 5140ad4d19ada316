//! The form of a rhythm file: names, types and defaults of its fields. [`super`] checks the values.
//!
//! The schema of the file is made from these types, and their comments are its descriptions.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::strict::{object, objects, word, word_or_null};
use crate::rhythm::{Alarm, BeatKind, Code};

/// Beats and episodes over time. `flaky render --rhythm FILE` draws them, and `flaky render -o
/// FILE.json` writes them. Beats and episodes may be in any order.
///
/// A schema cannot say everything that is checked:
///
/// - `duration_s` is a whole number of hundredths of a second.
/// - No time is later than `duration_s`, and no episode ends before it starts.
/// - Beats are at least 0.05 s apart; in a loop, so are the last and the first.
/// - At most 8 episodes overlap at any time.
/// - `seed` is written without a decimal point or an exponent.
/// - No field occurs twice in an object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schemas",
    schemars(
        title = "Rhythm of an ECG",
        extend("if" = { "properties": { "extent": { "const": "line" } }, "required": ["extent"] }),
        extend("else" = {
            "properties": { "duration_s": { "type": "number", "maximum": super::MAX_DURATION_S } }
        })
    )
)]
pub(super) struct File {
    /// The address of this schema, for editors.
    #[serde(default, skip_serializing, rename = "$schema")]
    pub(super) _schema: Option<String>,
    /// The duration in seconds, a whole number of hundredths: at most an hour for a loop, and sixty
    /// days for a line.
    #[cfg_attr(
        feature = "schemas",
        schemars(range(min = super::MIN_DURATION_S, max = super::MAX_LINE_S))
    )]
    pub(super) duration_s: f64,
    /// Whether the rhythm repeats.
    #[serde(default, deserialize_with = "word")]
    pub(super) extent: FileExtent,
    /// The seed of the noise.
    #[serde(default)]
    #[cfg_attr(feature = "schemas", schemars(range(max = u32::MAX)))]
    pub(super) seed: u32,
    /// The heart rate to display, in beats per minute. If it is missing or null, it is that of the
    /// median interval between beats.
    #[serde(default)]
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = super::MOST_BPM)))]
    pub(super) bpm: Option<f64>,
    /// The state to display all the time.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<FileState>,
    /// The beats. A rhythm without beats is a flatline.
    #[serde(deserialize_with = "objects")]
    pub(super) beats: Vec<FileBeat>,
    /// The times during which a glitch is active.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(feature = "schemas", schemars(length(max = super::MAX_EPISODES)))]
    pub(super) episodes: Vec<FileEpisode>,
}

/// What lies beyond the ends of a rhythm.
#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema), schemars(rename = "Extent"))]
pub(super) enum FileExtent {
    /// The rhythm itself: the end joins the beginning.
    #[default]
    Loop,
    /// Nothing: the rhythm does not repeat.
    Line,
}

/// A state to display.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema), schemars(rename = "State"))]
pub(super) struct FileState {
    /// The word to display.
    pub(super) word: String,
    /// The priority of its alarm; null for none.
    #[serde(default, deserialize_with = "word_or_null")]
    pub(super) alarm: Option<Alarm>,
}

/// A beat.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schemas",
    schemars(
        rename = "Beat",
        transform = super::schema::with_height,
        extend("not" = { "required": ["amplitude", "height"] })
    )
)]
pub(super) struct FileBeat {
    /// The time of the R peak, in seconds from the beginning.
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = super::MAX_LINE_S)))]
    pub(super) t_s: f64,
    /// What the beat stands for: the steady rhythm, a glitch that adds it, or a kind of commit.
    #[serde(default = "normal")]
    #[cfg_attr(feature = "schemas", schemars(schema_with = "super::schema::kinds_of_beats"))]
    pub(super) kind: String,
    /// The annotation code of WFDB, which gives the beat its shape unless it stands for a commit.
    #[serde(default = "letter_n", deserialize_with = "word")]
    pub(super) code: Code,
    /// A factor on the height of all waves of the beat.
    #[serde(default = "one", alias = "height", skip_serializing_if = "is_one")]
    #[cfg_attr(
        feature = "schemas",
        schemars(
            range(min = -super::MOST_AMPLITUDE, max = super::MOST_AMPLITUDE),
            extend("default" = 1)
        )
    )]
    pub(super) amplitude: f64,
    /// Whether the spike of a pacemaker precedes the beat. In a history, it marks a tag.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schemas", schemars(extend("default" = false)))]
    pub(super) paced: bool,
    // `flaky history --json` also describes the commits.
    #[serde(default, skip_serializing, rename = "sha")]
    pub(super) _sha: NotDrawn,
    #[serde(default, skip_serializing, rename = "parents")]
    pub(super) _parents: NotDrawn,
    #[serde(default, skip_serializing, rename = "files")]
    pub(super) _files: NotDrawn,
    #[serde(default, skip_serializing, rename = "added")]
    pub(super) _added: NotDrawn,
    #[serde(default, skip_serializing, rename = "removed")]
    pub(super) _removed: NotDrawn,
    #[serde(default, skip_serializing, rename = "estimated")]
    pub(super) _estimated: NotDrawn,
    #[serde(default, skip_serializing, rename = "places")]
    pub(super) _places: NotDrawn,
    #[serde(default, skip_serializing, rename = "author")]
    pub(super) _author: NotDrawn,
    #[serde(default, skip_serializing, rename = "email")]
    pub(super) _email: NotDrawn,
    #[serde(default, skip_serializing, rename = "authored")]
    pub(super) _authored: NotDrawn,
    #[serde(default, skip_serializing, rename = "committed")]
    pub(super) _committed: NotDrawn,
    #[serde(default, skip_serializing, rename = "subject")]
    pub(super) _subject: NotDrawn,
    #[serde(default, skip_serializing, rename = "tags")]
    pub(super) _tags: NotDrawn,
    #[serde(default, skip_serializing, rename = "moved_tags")]
    pub(super) _moved_tags: NotDrawn,
    #[serde(default, skip_serializing, rename = "meaning")]
    pub(super) _meaning: NotDrawn,
}

/// What the JSON of a history says of a commit. It is not drawn.
#[derive(Deserialize, Default)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema), schemars(inline))]
pub(super) struct NotDrawn(
    #[cfg_attr(feature = "schemas", schemars(with = "serde_json::Value"))] IgnoredAny,
);

/// A time during which a glitch is active.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema), schemars(rename = "Episode"))]
pub(super) struct FileEpisode {
    /// The name of the glitch. A history also has nights.
    #[cfg_attr(feature = "schemas", schemars(schema_with = "super::schema::kinds_of_episodes"))]
    pub(super) kind: String,
    /// The start, in seconds from the beginning.
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = super::MAX_LINE_S)))]
    pub(super) start_s: f64,
    /// The end, in seconds from the beginning.
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = super::MAX_LINE_S)))]
    pub(super) end_s: f64,
}

fn normal() -> String {
    BeatKind::Normal.name().to_string()
}

fn letter_n() -> Code {
    Code::N
}

fn one() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(amplitude: &f64) -> bool {
    amplitude.to_bits() == 1.0_f64.to_bits()
}
