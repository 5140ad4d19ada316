//! Writes a history as JSON: a rhythm file whose beats also contain their commits, one each.
//! `flaky render --rhythm` can draw it.
//!
//! The schema of this JSON is made from these types, and their comments are its descriptions. Beats
//! are written one at a time, so memory does not grow with their number.

mod lines;

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::calendar::{authored, committed};
use super::heartbeat::{Heartbeat, meaning};
use super::{Commit, History};
use flaky_core::rhythm::{Beat, Code};
use lines::Lines;

/// The commits of a repository as beats, as `flaky history --json` writes them. It is a rhythm file
/// too: `flaky render --rhythm FILE` draws it. Later versions may add fields.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "History", title = "History of a repository"))]
pub(crate) struct File<'a> {
    /// The duration of the rhythm in seconds.
    #[cfg_attr(test, schemars(range(min = 0)))]
    duration_s: f64,
    /// A history is a line: it does not repeat.
    #[cfg_attr(test, schemars(extend("const" = "line")))]
    extent: &'static str,
    /// The seed of the noise, from the id of the first commit.
    seed: u32,
    /// The heart rate to display, in beats per minute: that of the median interval between beats.
    #[cfg_attr(test, schemars(range(min = 0)))]
    bpm: f64,
    /// The commits, oldest first, and none before its parents.
    #[cfg_attr(test, schemars(with = "Vec<CommitBeat<'_>>"))]
    beats: Beats<'a>,
    /// Long times without commits, and nights.
    episodes: Vec<Episode>,
}

/// A commit and its beat.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Commit"))]
struct CommitBeat<'a> {
    /// The id of the commit: 40 hexadecimal digits, or 64 for SHA-256.
    #[cfg_attr(test, schemars(regex(pattern = ID)))]
    sha: String,
    /// The ids of its parents.
    #[cfg_attr(test, schemars(inner(regex(pattern = ID))))]
    parents: Vec<String>,
    /// The time of its beat, in seconds from the beginning. The interval before it is the logarithm of
    /// the time since the previous commit.
    #[cfg_attr(test, schemars(range(min = 0)))]
    t_s: f64,
    /// The kind of commit. If several apply, it is the most telling one.
    #[cfg_attr(test, schemars(schema_with = "kinds_of_commits"))]
    kind: &'a str,
    /// The annotation code of WFDB that comes with the kind.
    code: Code,
    /// True if tags count here, its own or moved ones; else missing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paced: bool,
    /// The number of files that it changed. It is 0 for merges, unless `--first-parent` compares them.
    files: u32,
    /// The number of lines that it added.
    added: u32,
    /// The number of lines that it removed.
    removed: u32,
    /// The lines that it added and removed in each top folder, without those of ignored files: the
    /// most lines first, of eight folders at most. Missing if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<Place<'a>>,
    /// True if these numbers are estimated, because files or directories are too large to compare;
    /// else missing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
    /// The height of the beat, as a factor on its waves: the logarithm of the number of changed lines
    /// without those of ignored files, relative to the 95th percentile of the history or to `--scale`.
    #[cfg_attr(test, schemars(range(min = 0)))]
    height: f64,
    /// The name of the author.
    author: &'a str,
    /// The email address of the author.
    email: &'a str,
    /// The author date in the author's time zone, in RFC 3339; beyond the year 9999, `@` and the
    /// seconds since 1970.
    authored: String,
    /// The commit date in UTC, in RFC 3339; beyond the year 9999, `@` and the seconds since 1970.
    committed: String,
    /// The first paragraph of the message, in one line.
    subject: &'a str,
    /// Its tags. A tag on a release branch counts where the branch begins.
    tags: Vec<&'a str>,
    /// Tags of commits that a filter leaves out; missing if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved_tags: Vec<&'a str>,
    /// What the beat shows, in words, with the state of the pipeline if that is known.
    meaning: String,
}

/// A top folder in which lines were changed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Place<'a> {
    /// The name of the folder; `.` stands for the files at the top of the repository.
    name: &'a str,
    /// The number of lines that were added and removed there.
    #[cfg_attr(test, schemars(range(min = 1)))]
    lines: u32,
}

/// A long time without commits, or a night.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Episode {
    /// What it is.
    #[cfg_attr(test, schemars(schema_with = "kinds_of_episodes"))]
    kind: &'static str,
    /// The start, in seconds from the beginning.
    #[cfg_attr(test, schemars(range(min = 0)))]
    start_s: f64,
    /// The end, in seconds from the beginning.
    #[cfg_attr(test, schemars(range(min = 0)))]
    end_s: f64,
}

/// The beats of a history, each made when it is written.
struct Beats<'a> {
    history: &'a History,
    beats: &'a [Beat],
}

impl Serialize for Beats<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let before = std::iter::once(None).chain(self.history.commits.iter().map(Some));
        let commits = self.history.commits.iter().zip(before);
        serializer.collect_seq(
            commits.zip(self.beats).map(|((commit, before), beat)| self.beat(before, commit, beat)),
        )
    }
}

impl<'a> Beats<'a> {
    fn beat(&self, before: Option<&Commit>, commit: &'a Commit, beat: &Beat) -> CommitBeat<'a> {
        let author = self.history.author(commit);
        let places = self.history.places.of(commit);
        CommitBeat {
            sha: commit.id.to_string(),
            parents: commit.parents.iter().map(ToString::to_string).collect(),
            t_s: rounded(beat.t_s, 6),
            kind: beat.kind.name(),
            code: beat.code,
            paced: beat.paced,
            files: commit.churn.files,
            added: commit.churn.added,
            removed: commit.churn.removed,
            places: places.map(|(name, lines)| Place { name, lines }).collect(),
            estimated: commit.flags.estimated,
            height: rounded(beat.amplitude, 4),
            author: &author.name,
            email: &author.email,
            authored: authored(commit),
            committed: committed(commit),
            subject: &commit.subject,
            tags: commit.tags.split_whitespace().collect(),
            moved_tags: commit.moved_tags.split_whitespace().collect(),
            meaning: meaning(before, commit),
        }
    }
}

/// Writes `history`, whose heartbeat must have one beat per commit.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(history: &History, heartbeat: &Heartbeat, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let rhythm = &heartbeat.rhythm;
    let episodes = rhythm.episodes.iter().map(|episode| Episode {
        kind: episode.kind.name,
        start_s: rounded(episode.start_s, 6),
        end_s: rounded(episode.end_s, 6),
    });
    let file = File {
        duration_s: rhythm.duration_s,
        extent: "line",
        seed: rhythm.seed,
        bpm: rounded(rhythm.bpm, 3),
        beats: Beats { history, beats: &rhythm.beats },
        episodes: episodes.collect(),
    };
    file.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Lines::default()))?;
    writeln!(out)?;
    out.flush()
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let factor = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][decimals as usize];
    (value * factor).round() / factor
}

/// The form of an id.
#[cfg(test)]
const ID: &str = "^([0-9a-f]{40}|[0-9a-f]{64})$";

/// The kinds of commits, for the schema.
#[cfg(test)]
fn kinds_of_commits(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    use flaky_core::rhythm::{json::schema::words, mark};

    words(mark::TABLE.iter().map(|mark| (mark.name, mark.meaning)))
}

/// The episodes of a history, for the schema.
#[cfg(test)]
fn kinds_of_episodes(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    flaky_core::rhythm::json::schema::words([
        ("sinus-pause", "no commit for 30 days"),
        ("flatline", "no commit for 182 days"),
        ("night", "commits between 23:00 and 6:00 in the author's time zone"),
    ])
}
