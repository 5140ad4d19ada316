//! What became of commits in CI, said offline: in a file of `sha,status` lines, or in git notes.

use std::collections::BTreeMap;

use git2::Repository;

use super::{Commit, History};
use crate::error::{Error, did_you_mean};
use flaky_core::verdict::Verdict;

/// The shortest abbreviation of an id that is taken for one, in digits.
const SHORTEST: usize = 7;
/// How much of a stranger's word is repeated, in characters.
const LONGEST_WORD: usize = 40;
/// The largest note that is read, in bytes.
const LARGEST_NOTE: usize = 1 << 16;

/// Reads `sha,status` lines and gives the commits what they say. Empty lines and those that
/// begin with `#` are passed over; an abbreviated id is enough. What cannot be placed is
/// counted and remarked.
///
/// # Errors
/// Where a line has another form.
pub fn from_lines(history: &mut History, name: &str, text: &str) -> Result<(), Error> {
    let mut said: Vec<(String, Verdict)> = Vec::new();
    let mut strange = Strange::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || (number == 1 && line == "sha,status") {
            continue;
        }
        let form = || {
            Error::failed(format!("{name}:{number} is no `sha,status` line"))
                .hint("write a commit's id, a comma and one word, such as 1cc4a43,failed")
        };
        let (id, word) = line.split_once(',').ok_or_else(form)?;
        let id = id.trim().to_ascii_lowercase();
        if id.len() < SHORTEST || !id.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(form());
        }
        match Verdict::of(word.trim()) {
            Some(verdict) => said.push((id, verdict)),
            None => strange.add(word.trim(), || format!("{name}:{number}")),
        }
    }
    let missing = place(&mut history.commits, &said);
    if missing > 0 {
        let of = said.len();
        history.remark(
            format!("{missing} of {of} lines of {name} name no commit that is drawn"),
            None,
        );
    }
    strange.remark(history);
    Ok(())
}

/// Reads the notes under `reference` (`refs/notes/` may be left out): every word of theirs that
/// is a status counts.
///
/// # Errors
/// Where there are no such notes.
pub fn from_notes(
    history: &mut History,
    repository: &Repository,
    reference: &str,
) -> Result<(), Error> {
    let full = if reference.starts_with("refs/") {
        reference.to_string()
    } else {
        format!("refs/notes/{reference}")
    };
    let notes = repository.notes(Some(&full)).map_err(|_| {
        Error::failed(format!("there are no notes {full:?} here"))
            .hint(format!("fetch them: git fetch origin {full}:{full}"))
    })?;
    let mut said = Vec::new();
    let mut strange = Strange::default();
    for (note, commit) in notes.flatten() {
        let Ok(blob) = repository.find_blob(note) else { continue };
        let content = blob.content();
        let text = String::from_utf8_lossy(&content[..content.len().min(LARGEST_NOTE)]);
        for word in text.split(|c: char| c.is_whitespace() || c == ',') {
            match Verdict::of(word) {
                Some(verdict) => said.push((commit.to_string(), verdict)),
                None if word.is_empty() => {}
                None => {
                    strange
                        .add(word, || format!("the note of {}", &commit.to_string()[..SHORTEST]));
                }
            }
        }
    }
    place(&mut history.commits, &said);
    strange.remark(history);
    Ok(())
}

/// Gives the commits what somebody else found out: verdicts by whole ids.
pub fn given(history: &mut History, said: &[(String, Verdict)]) {
    place(&mut history.commits, said);
}

/// Gives commits what is said of them; returns how much is said of others.
fn place(commits: &mut [Commit], said: &[(String, Verdict)]) -> usize {
    let places: BTreeMap<String, usize> =
        commits.iter().enumerate().map(|(at, commit)| (commit.id.to_string(), at)).collect();
    let mut missing = 0;
    for (id, verdict) in said {
        let mut named = places.range(id.clone()..).take_while(|(full, _)| full.starts_with(id));
        match (named.next(), named.next()) {
            (Some((_, &at)), None) => {
                let before = &mut commits[at].verdict;
                *before = Some(before.map_or(*verdict, |before| before.and(*verdict)));
            }
            _ => missing += 1,
        }
    }
    missing
}

/// Words that are no status.
#[derive(Default)]
struct Strange {
    count: usize,
    first: Option<(String, String)>,
}

impl Strange {
    fn add(&mut self, word: &str, place: impl Fn() -> String) {
        self.count += 1;
        let word = || word.chars().take(LONGEST_WORD).collect();
        self.first.get_or_insert_with(|| (word(), place()));
    }

    fn remark(self, history: &mut History) {
        let Some((word, place)) = self.first else { return };
        let others = match self.count {
            1 => String::new(),
            n => format!(" ({} more like it)", n - 1),
        };
        let known = Verdict::ALL.map(Verdict::word);
        let hint = match did_you_mean(&word, known.into_iter()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("use {}, or a CI system's own word", known.join(", ")),
        };
        history.remark(format!("{place} says {word:?}, which is no status{others}"), Some(&hint));
    }
}
