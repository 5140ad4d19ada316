//! Words about commits, for captions and sheets; titles and tooltips.

use super::super::plural;
use crate::history::calendar::day;
use crate::history::groups::Groups;
use crate::history::heartbeat;
use crate::history::marks;
use crate::history::story::{Silence, count_people};
use crate::history::{Commit, History};
use flaky_core::rhythm::Alarm;
use flaky_core::rhythm::mark::{self, Mark};
use flaky_core::verdict::Verdict;

/// Length at which a subject is cut in a picture, in characters.
pub(super) const MAX_SUBJECT: usize = 200;

/// The history in one line: "flaky main: 120 commits by 3 people, 2024-01-05 to 2026-11-22".
pub(super) fn title(history: &History, groups: &Groups) -> String {
    format!("{}: {}", history.name, facts(history, groups))
}

/// What the history consists of: "120 commits by 3 people, 2024-01-05 to 2026-11-22".
pub(super) fn facts(history: &History, groups: &Groups) -> String {
    let most = groups.size();
    format!(
        "{} by {}, {}{}",
        plural(history.commits.len(), "commit"),
        people(history, &history.commits),
        days(&history.commits),
        if most > 1 { format!(", up to {most} to a beat") } else { String::new() }
    )
}

/// Number of different authors in words, without bots: "3 people".
pub(super) fn people(history: &History, commits: &[Commit]) -> String {
    many(count_people(history, commits.iter()), "person")
}

/// The dates in words: "2024-01-05 to 2024-02-01", or one day.
pub(super) fn days(commits: &[Commit]) -> String {
    let day = |commit: Option<&Commit>| commit.map(day).unwrap_or_default();
    let (first, last) = (day(commits.first()), day(commits.last()));
    if first == last { first } else { format!("{first} to {last}") }
}

/// The number of several commits, and of each unusual kind among them: "20 commits: 3 merges, 1 at
/// night".
pub(super) fn contents(commits: &[Commit]) -> String {
    let kinds = mark::TABLE.iter().filter(|mark| mark.name != mark::COMMIT.name);
    let mut parts: Vec<String> =
        kinds.filter_map(|mark| with_mark(mark, marks::marked(commits, mark))).collect();
    let nights = commits.iter().filter(|commit| heartbeat::is_night(commit)).count();
    if nights > 0 {
        parts.push(format!("{nights} at night"));
    }
    let count = plural(commits.len(), "commit");
    if parts.is_empty() { count } else { format!("{count}: {}", parts.join(", ")) }
}

/// A number of commits with a mark in words: "3 merges", "2 failed".
fn with_mark(mark: &Mark, count: usize) -> Option<String> {
    let noun = mark.alarm.is_none();
    match count {
        0 => None,
        _ if noun => Some(plural(count, mark.name)),
        _ => Some(format!("{count} {}", mark.name)),
    }
}

/// The first of the tags that count at these commits, at most so many, and the number of the others.
pub(super) fn tag_names(commits: &[Commit], most: usize) -> String {
    let named = tags(commits).take(most).collect::<Vec<_>>().join(" ");
    match tags(commits).count().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The tags that count at these commits.
pub(super) fn tags(commits: &[Commit]) -> impl Iterator<Item = &str> + Clone {
    commits.iter().flat_map(Commit::all_tags)
}

/// Numbers of lines added and removed, each with its sign; empty instead of 0.
pub(super) fn lines(commits: &[Commit]) -> (String, String) {
    let sum = |count: fn(&Commit) -> u32| commits.iter().map(|c| u64::from(count(c))).sum::<u64>();
    let (added, removed) = (sum(|c| c.churn.added), sum(|c| c.churn.removed));
    (signed('+', added), signed('−', removed))
}

fn signed(sign: char, count: u64) -> String {
    match count {
        0 => String::new(),
        count => format!("{sign}{}", grouped(count)),
    }
}

/// Numbers of lines added and removed in one text: "+9,201 −3,310".
pub(super) fn signed_lines(added: u64, removed: u64) -> String {
    let both = [signed('+', added), signed('−', removed)].join(" ");
    if both.trim().is_empty() { "no lines".to_string() } else { both.trim().to_string() }
}

/// A number and what it counts, apart: "9,201" and "commits".
pub(super) fn counted(count: usize, noun: &str) -> (String, String) {
    let noun = match (count, noun) {
        (1, noun) => noun.to_string(),
        (_, "person") => "people".to_string(),
        (_, noun) => format!("{noun}s"),
    };
    (grouped(count as u64), noun)
}

/// A number of things in words: "9,201 commits".
pub(super) fn many(count: usize, noun: &str) -> String {
    let (count, noun) = counted(count, noun);
    format!("{count} {noun}")
}

/// The length of a silence in words.
pub(super) fn silent_for(silence: Silence) -> String {
    many(silence.days as usize, "day")
}

/// A part in percent: "53 %", "0.2 %".
pub(super) fn percent(part: usize, whole: usize) -> String {
    let share = 100.0 * part as f64 / whole.max(1) as f64;
    if part == 0 || share >= 9.95 { format!("{share:.0} %") } else { format!("{share:.1} %") }
}

/// A number with its digits in groups of three: "9,201".
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The word for a special beat, and its alarm.
pub(super) fn word(commits: &[Commit]) -> Option<(String, Option<Alarm>)> {
    let mark = marks::mark(commits);
    let [commit] = commits else {
        let nights = commits.iter().filter(|commit| heartbeat::is_night(commit)).count();
        let night =
            || heartbeat::mostly_night(commits).then(|| (format!("{nights} at night"), None));
        let count = marks::marked(commits, mark);
        let special = with_mark(mark, count).filter(|_| mark.name != mark::COMMIT.name);
        return special.map(|words| (words, mark.alarm)).or_else(night);
    };
    if mark.name != mark::COMMIT.name {
        return Some((mark.name.to_string(), mark.alarm));
    }
    if let Some(verdict @ (Verdict::Running | Verdict::Stopped)) = commit.verdict {
        return Some((verdict.word().to_string(), None));
    }
    heartbeat::is_night(commit).then(|| ("night".to_string(), None))
}
