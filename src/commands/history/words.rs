//! What is said of commits on the screen.

use super::plural;
use crate::history::message::one_line;
use crate::history::pulse::{self, Pulse};
use crate::history::select::is_bot;
use crate::history::{Commit, History, json};
use flaky_core::rhythm::{Alarm, mark};
use flaky_core::scene::life::{Entry, Tag};
use flaky_core::scene::sheet::Note;
use flaky_core::verdict::Verdict;

/// The whole in a line: "main: 120 commits by 3 people, 2024-01-05 to 2026-11-22".
pub fn title(history: &History, group: usize) -> String {
    let human = |commit: &&Commit| !is_bot(history.author(commit));
    let mut authors: Vec<u32> =
        history.commits.iter().filter(human).map(|commit| commit.author).collect();
    authors.sort_unstable_by_key(|author| &history.people[*author as usize].name);
    authors.dedup_by_key(|author| &history.people[*author as usize].name);
    let (first, last) = ends(history);
    let days = if first == last { first } else { format!("{first} to {last}") };
    format!(
        "{}: {} by {} {}, {days}{}",
        history.place,
        plural(history.commits.len(), "commit"),
        authors.len(),
        if authors.len() == 1 { "person" } else { "people" },
        if group > 1 { format!(", {group} to a beat") } else { String::new() }
    )
}

/// The days of the first and the last commit.
pub fn ends(history: &History) -> (String, String) {
    let day = |commit: Option<&Commit>| commit.map(json::day).unwrap_or_default();
    (day(history.commits.first()), day(history.commits.last()))
}

/// Where the releases are.
pub struct Releases(Vec<u32>);

impl Releases {
    pub fn new(history: &History) -> Self {
        let tagged =
            |(at, commit): (usize, &Commit)| (!commit.tags.is_empty()).then_some(at as u32);
        Self(history.commits.iter().enumerate().filter_map(tagged).collect())
    }

    /// The tags of the latest release before the commit at this place.
    fn before<'h>(&self, history: &'h History, place: usize) -> Option<&'h str> {
        let next = self.0.partition_point(|tagged| (*tagged as usize) < place);
        let latest = self.0.get(next.checked_sub(1)?)?;
        Some(&history.commits[*latest as usize].tags)
    }
}

/// What is written beside a beat: of several commits, that of the one whose mark it has. None of
/// its texts has more than so many characters.
pub fn entry(
    history: &History,
    pulse: &Pulse,
    releases: &Releases,
    beat: usize,
    longest: usize,
) -> Entry {
    let commits = pulse.commits(history, beat);
    let Some(told) = pulse::worst(commits) else { return Entry::default() };
    let begin = beat * pulse.group;
    let number = match (begin + 1, begin + commits.len()) {
        (first, last) if first == last => last.to_string(),
        (first, last) => format!("{first}–{last}"),
    };
    let own = own_tags(commits);
    let tag = match releases.before(history, begin) {
        _ if !own.is_empty() => Tag::Here(one_line(&own, longest)),
        Some(tags) => Tag::Before(one_line(&format!("after {tags}"), longest)),
        None => Tag::None,
    };
    let (added, removed) = lines(commits);
    Entry {
        name: told.id.short(),
        text: one_line(&told.subject, longest),
        author: one_line(&history.author(told).name, longest),
        day: json::day(told),
        added,
        removed,
        number: format!("{number} / {}", history.commits.len()),
        tag,
        word: word(history, pulse, beat),
    }
}

/// The tags of all of them.
fn own_tags(commits: &[Commit]) -> String {
    let tags = commits.iter().map(|commit| &*commit.tags).filter(|tags| !tags.is_empty());
    tags.collect::<Vec<_>>().join(" ")
}

/// Lines added and removed, each with its sign; nothing where there are none.
fn lines(commits: &[Commit]) -> (String, String) {
    let sum = |count: fn(&Commit) -> u32| commits.iter().map(|c| u64::from(count(c))).sum::<u64>();
    let signed = |sign: char, count: u64| match count {
        0 => String::new(),
        count => format!("{sign}{count}"),
    };
    (signed('+', sum(|c| c.churn.added)), signed('−', sum(|c| c.churn.removed)))
}

/// What is said of a beat on a sheet.
pub fn note(history: &History, pulse: &Pulse, beat: usize) -> Note {
    let commits = pulse.commits(history, beat);
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
        return Note::default();
    };
    let begin = beat * pulse.group;
    let before = begin.checked_sub(1).and_then(|before| history.commits.get(before));
    let (added, removed) = lines(commits);
    let lines = [added, removed].join(" ");
    let lines = if lines.trim().is_empty() { "no lines" } else { lines.trim() };
    let day = json::day(first);
    let tip = if commits.len() == 1 {
        let (id, subject, author) = (last.id.short(), &last.subject, &history.author(last).name);
        let meaning = pulse::meaning(before, last);
        format!("{id} {subject}\n{author}, {day}, {lines}\n{meaning}")
    } else {
        let (oldest, newest) = (first.id.short(), last.id.short());
        let (begin, end) = (begin + 1, begin + commits.len());
        let to = json::day(last);
        format!("commits {begin} to {end}, {oldest}..{newest}\n{day} to {to}, {lines}")
    };
    Note { day, tag: own_tags(commits), tip }
}

/// What is special about a beat.
fn word(history: &History, pulse: &Pulse, beat: usize) -> Option<(String, Option<Alarm>)> {
    let commits = pulse.commits(history, beat);
    let mark = pulse::mark(commits);
    if mark.name != mark::COMMIT.name {
        return Some((mark.name.to_string(), mark.alarm));
    }
    if let Some(verdict @ (Verdict::Running | Verdict::Stopped)) = commits.last()?.verdict {
        return Some((verdict.word().to_string(), None));
    }
    commits.iter().all(pulse::is_night).then(|| ("night".to_string(), None))
}
