//! The texts about commits: titles, captions and tooltips.

use super::plural;
use crate::history::heartbeat::{self, Heartbeat};
use crate::history::message::one_line;
use crate::history::select::is_bot;
use crate::history::{Commit, History, json};
use flaky_core::rhythm::{Alarm, mark};
use flaky_core::scene::sheet::CommitNote;
use flaky_core::scene::timelapse::{CommitCaption, Tag};
use flaky_core::verdict::Verdict;

/// The history in one line: "flaky main: 120 commits by 3 people, 2024-01-05 to 2026-11-22".
pub(super) fn title(history: &History, group: usize) -> String {
    let human = |commit: &&Commit| !is_bot(history.author(commit));
    let mut authors: Vec<u32> =
        history.commits.iter().filter(human).map(|commit| commit.author).collect();
    authors.sort_unstable_by_key(|author| &history.people[*author as usize].name);
    authors.dedup_by_key(|author| &history.people[*author as usize].name);
    let (first, last) = dates(history);
    let days = if first == last { first } else { format!("{first} to {last}") };
    format!(
        "{}: {} by {} {}, {days}{}",
        history.name,
        plural(history.commits.len(), "commit"),
        authors.len(),
        if authors.len() == 1 { "person" } else { "people" },
        if group > 1 { format!(", {group} to a beat") } else { String::new() }
    )
}

/// Author dates of the first and the last commit.
pub(super) fn dates(history: &History) -> (String, String) {
    let day = |commit: Option<&Commit>| commit.map(json::day).unwrap_or_default();
    (day(history.commits.first()), day(history.commits.last()))
}

/// Indices of the tagged commits.
pub(super) struct Releases(Vec<u32>);

impl Releases {
    pub(super) fn new(history: &History) -> Self {
        let tagged = |(index, commit): (u32, &Commit)| (!commit.tags.is_empty()).then_some(index);
        Self((0..).zip(&history.commits).filter_map(tagged).collect())
    }

    /// The tags of the latest tagged commit before this index.
    fn before<'h>(&self, history: &'h History, index: usize) -> Option<&'h str> {
        let next = self.0.partition_point(|tagged| (*tagged as usize) < index);
        let latest = self.0.get(next.checked_sub(1)?)?;
        Some(&history.commits[*latest as usize].tags)
    }
}

/// The texts of a beat in a timelapse. For a group of commits they are those of the commit that
/// determines the mark. Each is cut after `longest` characters.
pub(super) fn caption(
    history: &History,
    heartbeat: &Heartbeat,
    releases: &Releases,
    beat: usize,
    longest: usize,
) -> CommitCaption {
    let commits = heartbeat.commits(history, beat);
    let Some(worst) = heartbeat::worst(commits) else { return CommitCaption::default() };
    let begin = beat * heartbeat.group;
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
    CommitCaption {
        id: worst.id.short(),
        subject: one_line(&worst.subject, longest),
        author: one_line(&history.author(worst).name, longest),
        day: json::day(worst),
        added,
        removed,
        number: format!("{number} / {}", history.commits.len()),
        tag,
        word: word(history, heartbeat, beat),
    }
}

/// The tags of these commits, separated by spaces.
fn own_tags(commits: &[Commit]) -> String {
    let tags = commits.iter().map(|commit| &*commit.tags).filter(|tags| !tags.is_empty());
    tags.collect::<Vec<_>>().join(" ")
}

/// Numbers of lines added and removed, each with its sign; empty instead of 0.
fn lines(commits: &[Commit]) -> (String, String) {
    let sum = |count: fn(&Commit) -> u32| commits.iter().map(|c| u64::from(count(c))).sum::<u64>();
    let signed = |sign: char, count: u64| match count {
        0 => String::new(),
        count => format!("{sign}{count}"),
    };
    (signed('+', sum(|c| c.churn.added)), signed('−', sum(|c| c.churn.removed)))
}

/// The texts of a beat on a sheet.
pub(super) fn note(history: &History, heartbeat: &Heartbeat, beat: usize) -> CommitNote {
    let commits = heartbeat.commits(history, beat);
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
        return CommitNote::default();
    };
    let begin = beat * heartbeat.group;
    let before = begin.checked_sub(1).and_then(|before| history.commits.get(before));
    let (added, removed) = lines(commits);
    let lines = [added, removed].join(" ");
    let lines = if lines.trim().is_empty() { "no lines" } else { lines.trim() };
    let day = json::day(first);
    let tooltip = if commits.len() == 1 {
        let (id, subject, author) = (last.id.short(), &last.subject, &history.author(last).name);
        let meaning = heartbeat::meaning(before, last);
        format!("{id} {subject}\n{author}, {day}, {lines}\n{meaning}")
    } else {
        let (oldest, newest) = (first.id.short(), last.id.short());
        let (begin, end) = (begin + 1, begin + commits.len());
        let to = json::day(last);
        format!("commits {begin} to {end}, {oldest}..{newest}\n{day} to {to}, {lines}")
    };
    CommitNote { day, tag: own_tags(commits), tooltip }
}

/// The word for a special beat, and its alarm.
fn word(history: &History, heartbeat: &Heartbeat, beat: usize) -> Option<(String, Option<Alarm>)> {
    let commits = heartbeat.commits(history, beat);
    let mark = heartbeat::mark(commits);
    if mark.name != mark::COMMIT.name {
        return Some((mark.name.to_string(), mark.alarm));
    }
    if let Some(verdict @ (Verdict::Running | Verdict::Stopped)) = commits.last()?.verdict {
        return Some((verdict.word().to_string(), None));
    }
    commits.iter().all(heartbeat::is_night).then(|| ("night".to_string(), None))
}
