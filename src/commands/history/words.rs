//! What is said of commits on the screen.

use crate::history::message::{LONGEST_SUBJECT, one_line};
use crate::history::pulse::{self, Pulse};
use crate::history::{Commit, History, json};
use crate::rhythm::{Alarm, mark};
use crate::scene::life::Entry;
use crate::scene::sheet::Note;
use crate::verdict::Verdict;

/// The whole in a line: "main: 120 commits by 3 people, 2024-01-05 to 2026-11-22".
pub fn title(history: &History) -> String {
    let commits = history.commits.len();
    let mut authors: Vec<u32> = history.commits.iter().map(|commit| commit.author).collect();
    authors.sort_unstable();
    authors.dedup_by_key(|author| history.people[*author as usize].name.clone());
    let (first, last) = ends(history);
    format!(
        "{}: {commits} commit{} by {} {}, {first} to {last}",
        history.place,
        if commits == 1 { "" } else { "s" },
        authors.len(),
        if authors.len() == 1 { "person" } else { "people" }
    )
}

/// The days of the first and the last commit.
pub fn ends(history: &History) -> (String, String) {
    let day = |commit: Option<&Commit>| commit.map(json::day).unwrap_or_default();
    (day(history.commits.first()), day(history.commits.last()))
}

/// What is written beside a beat: of several commits, that of the last. None of its texts has
/// more than so many characters.
pub fn entry(history: &History, pulse: &Pulse, beat: usize, longest: usize) -> Entry {
    let commits = pulse.commits(history, beat);
    let Some(last) = commits.last() else { return Entry::default() };
    let sum = |count: fn(&Commit) -> u32| commits.iter().map(|c| u64::from(count(c))).sum::<u64>();
    let (added, removed) = (sum(|c| c.churn.added), sum(|c| c.churn.removed));
    let number = beat * pulse.group + commits.len();
    let tags: Vec<&str> =
        commits.iter().map(|commit| &*commit.tags).filter(|tags| !tags.is_empty()).collect();
    Entry {
        name: last.id.short(),
        text: one_line(&last.subject, longest),
        author: one_line(&history.author(last).name, longest),
        day: json::day(last),
        added: if added > 0 { format!("+{added}") } else { String::new() },
        removed: if removed > 0 { format!("−{removed}") } else { String::new() },
        number: format!("{number} / {}", history.commits.len()),
        tag: one_line(&tags.join(" "), longest),
        word: word(history, pulse, beat),
    }
}

/// What is said of a beat on a sheet.
pub fn note(history: &History, pulse: &Pulse, beat: usize) -> Note {
    let commits = pulse.commits(history, beat);
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
        return Note::default();
    };
    let entry = entry(history, pulse, beat, LONGEST_SUBJECT + 1);
    let begin = beat * pulse.group;
    let before = begin.checked_sub(1).and_then(|before| history.commits.get(before));
    let lines = [entry.added.as_str(), entry.removed.as_str()].join(" ");
    let lines = lines.trim();
    let lines = if lines.is_empty() { "no lines" } else { lines };
    let tip = if commits.len() == 1 {
        let meaning = pulse::meaning(before, last);
        let Entry { name, text, author, day, .. } = &entry;
        format!("{name} {text}\n{author}, {day}, {lines}\n{meaning}")
    } else {
        let (from, to) = (json::day(first), json::day(last));
        let (oldest, newest) = (first.id.short(), last.id.short());
        let (begin, end) = (begin + 1, begin + commits.len());
        format!("commits {begin} to {end}, {oldest}..{newest}\n{from} to {to}, {lines}")
    };
    Note { day: json::day(first), tag: entry.tag, tip }
}

/// What is special about a beat.
fn word(history: &History, pulse: &Pulse, beat: usize) -> Option<(String, Option<Alarm>)> {
    let commits = pulse.commits(history, beat);
    let mark = pulse::mark(commits);
    if mark.name != mark::ORDINARY.name {
        let alarm = match mark.name {
            "flaky" => Some(Alarm::Medium),
            "failed" => Some(Alarm::High),
            "lost" => Some(Alarm::Technical),
            _ => None,
        };
        return Some((mark.name.to_string(), alarm));
    }
    if let Some(verdict @ (Verdict::Running | Verdict::Stopped)) = commits.last()?.verdict {
        return Some((verdict.word().to_string(), None));
    }
    commits.iter().all(pulse::is_night).then(|| ("night".to_string(), None))
}
