//! Reads the CI status of commits without a network: from a file of `sha,status` lines, or from git
//! notes.

use std::collections::BTreeMap;

use git2::Repository;

use super::error::Error;
use super::{Commit, History, notes};
use crate::error::did_you_mean;
use flaky_core::sanitize::SHORT_ID;
use flaky_core::verdict::Verdict;

/// Maximum length of an unknown word in a message, in characters.
const MAX_WORD: usize = 40;

/// Sets the verdicts of commits from `sha,status` lines. Empty lines and those that start with `#`
/// are skipped; abbreviated ids are accepted. A warning counts lines of other commits and unknown
/// words.
///
/// # Errors
/// Fails if a line is malformed.
pub fn from_lines(history: &mut History, file: &str, text: &str) -> Result<(), Error> {
    let mut verdicts: Vec<(String, Verdict)> = Vec::new();
    let mut unknown = UnknownWords::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || (number == 1 && line == "sha,status") {
            continue;
        }
        let malformed = || Error::StatusLine { file: file.to_string(), line: number };
        let (id, word) = line.split_once(',').ok_or_else(malformed)?;
        let id = id.trim().to_ascii_lowercase();
        if id.len() < SHORT_ID || !id.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        match Verdict::parse(word.trim()) {
            Some(verdict) => verdicts.push((id, verdict)),
            None => unknown.add(word.trim(), || format!("{file}:{number}")),
        }
    }
    let missing = assign(&mut history.commits, &verdicts);
    if missing > 0 {
        let lines = verdicts.len();
        let message =
            format!("{missing} of {lines} lines of {file} do not match a commit of this history");
        history.warning(message, None);
    }
    unknown.warning(history);
    Ok(())
}

/// Sets the verdicts of commits from the notes under `reference` (`refs/notes/` may be left
/// out). Every word of a note that is a status counts.
///
/// # Errors
/// Fails if the reference does not exist.
pub(crate) fn from_notes(
    history: &mut History,
    repository: &Repository,
    reference: &str,
) -> Result<(), Error> {
    let full = if reference.starts_with("refs/") {
        reference.to_string()
    } else {
        format!("refs/notes/{reference}")
    };
    let mut verdicts = Vec::new();
    let mut unknown = UnknownWords::default();
    notes::read(repository, &full, |id, text| {
        for word in text.split(|c: char| c.is_whitespace() || c == ',') {
            match Verdict::parse(word) {
                Some(verdict) => verdicts.push((id.to_string(), verdict)),
                None if word.is_empty() => {}
                None => unknown.add(word, || format!("the note of {}", id.short())),
            }
        }
    })?;
    assign(&mut history.commits, &verdicts);
    unknown.warning(history);
    Ok(())
}

/// Combines each verdict with that of its commit, given by a full or abbreviated id. Returns the
/// number of ids that match no commit, or several.
pub(crate) fn assign(commits: &mut [Commit], verdicts: &[(String, Verdict)]) -> usize {
    let indices: BTreeMap<String, usize> =
        commits.iter().enumerate().map(|(index, commit)| (commit.id.to_string(), index)).collect();
    let mut missing = 0;
    for (id, verdict) in verdicts {
        let mut named = indices.range(id.clone()..).take_while(|(full, _)| full.starts_with(id));
        match (named.next(), named.next()) {
            (Some((_, &index)), None) => {
                let known = &mut commits[index].verdict;
                *known = Some(known.map_or(*verdict, |known| known.and(*verdict)));
            }
            _ => missing += 1,
        }
    }
    missing
}

/// Words that are not a status: their number, and the first one with its source.
#[derive(Default)]
struct UnknownWords {
    count: usize,
    first: Option<(String, String)>,
}

impl UnknownWords {
    fn add(&mut self, word: &str, source: impl Fn() -> String) {
        self.count += 1;
        let word = || word.chars().take(MAX_WORD).collect();
        self.first.get_or_insert_with(|| (word(), source()));
    }

    fn warning(self, history: &mut History) {
        let Some((word, source)) = self.first else { return };
        let others = match self.count {
            1 => String::new(),
            n => format!(" ({} more like it)", n - 1),
        };
        let known = Verdict::ALL.map(Verdict::word);
        let hint = match did_you_mean(&word, known.into_iter()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("use {}, or a CI system's own word", known.join(", ")),
        };
        history.warning(format!("{source}: {word:?} is not a status{others}"), Some(&hint));
    }
}
