//! Writes a history as JSON: a rhythm file whose beats also contain their commits, one each.
//! `flaky render --rhythm` can draw it.

use std::io::{self, Write};

use serde::Serialize;

use super::calendar::{authored, committed};
use super::heartbeat::{Heartbeat, meaning};
use super::{Commit, History};

#[derive(Serialize)]
struct CommitBeat<'a> {
    sha: String,
    parents: Vec<String>,
    t_s: f64,
    kind: &'a str,
    code: flaky_core::rhythm::Code,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paced: bool,
    files: u32,
    added: u32,
    removed: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
    height: f64,
    author: &'a str,
    email: &'a str,
    authored: String,
    committed: String,
    subject: &'a str,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved_tags: Vec<&'a str>,
    meaning: String,
}

/// Writes `history`, whose heartbeat must have one beat per commit.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(history: &History, heartbeat: &Heartbeat, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let rhythm = &heartbeat.rhythm;
    writeln!(out, "{{\n  \"duration_s\": {},", rhythm.duration_s)?;
    writeln!(out, "  \"extent\": \"line\",\n  \"seed\": {},", rhythm.seed)?;
    writeln!(out, "  \"bpm\": {},\n  \"beats\": [", rounded(rhythm.bpm, 3))?;
    let mut before: Option<&Commit> = None;
    for (i, (commit, beat)) in history.commits.iter().zip(&rhythm.beats).enumerate() {
        let beat = CommitBeat {
            sha: commit.id.to_string(),
            parents: commit.parents.iter().map(ToString::to_string).collect(),
            t_s: rounded(beat.t_s, 6),
            kind: beat.kind.name(),
            code: beat.code,
            paced: beat.paced,
            files: commit.churn.files,
            added: commit.churn.added,
            removed: commit.churn.removed,
            estimated: commit.flags.estimated,
            height: rounded(beat.amplitude, 4),
            author: &history.author(commit).name,
            email: &history.author(commit).email,
            authored: authored(commit),
            committed: committed(commit),
            subject: &commit.subject,
            tags: commit.tags.split_whitespace().collect(),
            moved_tags: commit.moved_tags.split_whitespace().collect(),
            meaning: meaning(before, commit),
        };
        write!(out, "{}    ", if i == 0 { "" } else { ",\n" })?;
        serde_json::to_writer(&mut out, &beat)?;
        before = Some(commit);
    }
    write!(out, "\n  ],\n  \"episodes\": [")?;
    for (i, episode) in rhythm.episodes.iter().enumerate() {
        write!(
            out,
            "{}\n    {{\"kind\":\"{}\",\"start_s\":{},\"end_s\":{}}}",
            if i == 0 { "" } else { "," },
            episode.kind.name,
            rounded(episode.start_s, 6),
            rounded(episode.end_s, 6)
        )?;
    }
    writeln!(out, "{}]\n}}", if rhythm.episodes.is_empty() { "" } else { "\n  " })?;
    out.flush()
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let factor = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][decimals as usize];
    (value * factor).round() / factor
}
