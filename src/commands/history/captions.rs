//! The texts of a timelapse: captions about commits, headlines, and the cards at both ends.

use std::ops::Range;
use std::slice;
use std::sync::Arc;

use super::sequence::Sequence;
use super::words::{
    MAX_SUBJECT, contents, counted, days, grouped, lines, many, people, percent, signed_lines,
    silent_for, tag_names, word,
};
use crate::history::calendar::{day, day_of};
use crate::history::message::one_line;
use crate::history::places;
use crate::history::story::{Milestone, MilestoneKind, Story, Sums, per_week};
use crate::history::{Commit, History};
use flaky_core::scene::Colour;
use flaky_core::scene::timelapse::{Card, CommitCaption, Headline, Tag};

/// Maximum number of tags that are named in a caption.
const MAX_TAGS: usize = 3;
/// Time over which the shares of places are taken, in seconds: twelve weeks.
const PLACES_S: i64 = 12 * 7 * DAY_S;
/// Maximum number of places that are named, and the least share of such a one.
const MAX_PLACES: usize = 3;
const LEAST_SHARE: f64 = 0.05;
/// Seconds of a year, on average, and of a day.
const YEAR_S: f64 = 31_556_952.0;
const DAY_S: i64 = 86_400;

/// Writes the captions of a sequence.
pub(super) struct Narrator {
    pub history: Arc<History>,
    pub story: Arc<Story>,
    pub sequence: Arc<Sequence>,
    /// Tell about the whole at the beginning and at the end.
    pub cards: bool,
}

impl Narrator {
    /// The texts of a caption, by its number.
    pub(super) fn caption(&self, number: usize) -> CommitCaption {
        let range = self.sequence.commits(number);
        let commits = &self.history.commits[range.clone()];
        let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
            return CommitCaption::default();
        };
        let cut = |text: &str| one_line(text, MAX_SUBJECT);
        let (added, removed) = lines(commits);
        let tags = tag_names(commits, MAX_TAGS);
        let tag = match (&*tags, self.release_before(range.start)) {
            ("", None) => Tag::None,
            ("", Some(release)) => Tag::Before(cut(&format!("after {}", release.name))),
            _ => Tag::Here(cut(&tags)),
        };
        let last_index = range.end - 1;
        let mut caption = CommitCaption {
            id: last.id.short(),
            subject: cut(&last.subject),
            author: cut(&self.history.author(last).name),
            day: day(first),
            added,
            removed,
            number: format!("{} / {}", range.end, self.history.commits.len()),
            rate: rate(per_week(&self.history.commits, last_index)),
            places: self.places(last_index),
            tag,
            word: word(commits),
            headline: self.headline(number, &range),
            card: self.card(number),
        };
        if let Some(milestone) = self.milestone(number, &range) {
            // What is said of the release is not to be mixed with what this caption would count.
            let commit = &self.history.commits[milestone.at];
            caption.subject = cut(&commit.subject);
            caption.author = cut(&self.history.author(commit).name);
            (caption.added, caption.removed) = lines(slice::from_ref(commit));
            caption.day = day(commit);
            caption.number = format!("{} / {}", milestone.at + 1, self.history.commits.len());
        } else if commits.len() > 1 {
            caption.id = many(commits.len(), "commit");
            caption.subject = cut(&largest(commits));
            caption.author = self.authors(commits, range.start..range.end);
            caption.number = format!("{}–{}", range.start + 1, caption.number);
            if !tags.is_empty() {
                caption.tag = Tag::Here(cut(&format!("includes {tags}")));
            }
        }
        caption
    }

    /// Where the work of the last weeks went, up to a commit; empty if all of it is in one place.
    fn places(&self, index: usize) -> String {
        let commits = &self.history.commits;
        let since_s = commits[index].ordered_s.saturating_sub(PLACES_S);
        let begin = commits[..index].partition_point(|commit| commit.ordered_s < since_s);
        let shares = places::shares(&self.history, begin..index + 1);
        if shares.len() < 2 {
            return String::new();
        }
        let large = shares.iter().filter(|(_, share)| *share >= LEAST_SHARE).take(MAX_PLACES);
        let words = large.map(|(name, share)| {
            let name = if *name == places::TOP { "files at the top" } else { name };
            format!("{} {:.0} %", one_line(name, MAX_SUBJECT), 100.0 * share)
        });
        words.collect::<Vec<_>>().join(" · ")
    }

    /// The latest release before a commit.
    fn release_before(&self, index: usize) -> Option<&Milestone> {
        let milestones = &self.story.milestones;
        let next = milestones.partition_point(|milestone| milestone.at < index);
        let latest = &milestones[next.checked_sub(1)?];
        (latest.kind == MilestoneKind::Release).then_some(latest)
    }

    /// Who made several commits, and how many of them are new.
    fn authors(&self, commits: &[Commit], range: Range<usize>) -> String {
        let begin = self.story.arrivals.partition_point(|first| (*first as usize) < range.start);
        let end = self.story.arrivals.partition_point(|first| (*first as usize) < range.end);
        let same = commits.iter().all(|commit| commit.author == commits[0].author);
        let who = if same {
            one_line(&self.history.author(&commits[0]).name, MAX_SUBJECT)
        } else {
            people(&self.history, commits)
        };
        match end - begin {
            0 => who,
            new => format!("{who}, {new} new"),
        }
    }

    /// The milestone that a caption tells: the last one of its commits.
    fn milestone(&self, number: usize, range: &Range<usize>) -> Option<&Milestone> {
        let milestones = &self.story.milestones;
        let next = milestones.partition_point(|milestone| milestone.at < range.end);
        let last = &milestones[next.checked_sub(1)?];
        let is_release = last.kind == MilestoneKind::Release;
        // A silence says more than the year in which it ended.
        let is_told = is_release || self.story.silence_before(range.start).is_none();
        (range.contains(&last.at) && is_told && self.sequence.is_alone(number)).then_some(last)
    }

    /// What is worth a pause in these commits.
    fn headline(&self, number: usize, range: &Range<usize>) -> Option<Headline> {
        if let Some(milestone) = self.milestone(number, range) {
            return Some(of_milestone(milestone));
        }
        if let Some(silence) = self.story.silence_before(range.start) {
            let commits = &self.history.commits;
            let (before, first) = (&commits[range.start - 1], &commits[range.start]);
            return Some(Headline {
                text: silent_for(silence),
                detail: format!("of silence, {} to {}", day(before), day(first)),
                colour: Colour::Text,
            });
        }
        let leaders = &self.story.leaders.list;
        let arrived = leaders.iter().find(|leader| range.contains(&leader.first));
        let arrived = arrived.filter(|_| number > 0)?;
        Some(Headline {
            text: one_line(&arrived.name, MAX_SUBJECT),
            detail: format!("first commit of {}", grouped(arrived.commits as u64)),
            colour: Colour::Trace,
        })
    }

    /// The card of the first and of the last caption.
    fn card(&self, number: usize) -> Option<Card> {
        if !self.cards {
            return None;
        }
        let last = self.sequence.captions() - 1;
        let facts = match number {
            end if end == last => self.closing(),
            0 => self.opening(),
            _ => return None,
        };
        let line = days(&self.history.commits);
        Some(Card { title: self.history.name.clone(), line, facts })
    }

    fn opening(&self) -> Vec<(String, String)> {
        let totals = &self.story.totals;
        let mut facts = vec![self.span()];
        facts.push(counted(totals.commits, "commit"));
        facts.push(counted(totals.people, "person"));
        facts.extend((totals.releases > 0).then(|| counted(totals.releases, "release")));
        facts
    }

    fn closing(&self) -> Vec<(String, String)> {
        let totals = &self.story.totals;
        let mut facts = vec![counted(totals.commits, "commit"), counted(totals.people, "person")];
        facts.extend((totals.releases > 0).then(|| counted(totals.releases, "release")));
        let all = Sums::of(&self.history, 0..self.history.commits.len());
        let lines = format!("+{} −{}", compact(all.added), compact(all.removed));
        facts.push((lines, "lines".to_string()));
        if let Some(silence) = totals.silence {
            facts.push((silent_for(silence), "longest silence".to_string()));
        }
        if let Some((monday_s, commits)) = totals.busiest_week {
            let label = format!("busiest week, from {}", day_of(monday_s));
            facts.push((many(commits, "commit"), label));
        }
        facts.push((percent(totals.reverts, totals.commits), "reverts".to_string()));
        if totals.checked > 0 {
            facts.push((percent(totals.flaky, totals.checked), "flaky".to_string()));
        }
        facts
    }

    /// The time from the first commit to the last.
    fn span(&self) -> (String, String) {
        let date = |commit: Option<&Commit>| commit.map_or(0, |commit| commit.ordered_s);
        let commits = &self.history.commits;
        let span_s = date(commits.last()).saturating_sub(date(commits.first()));
        let years = span_s as f64 / YEAR_S;
        if years >= 2.0 {
            (format!("{years:.1}"), "years".to_string())
        } else {
            counted((span_s / DAY_S) as usize, "day")
        }
    }
}

/// What several commits did: the largest of them.
fn largest(commits: &[Commit]) -> String {
    let Some(largest) = commits.iter().rev().max_by_key(|commit| commit.churn.weight) else {
        return String::new();
    };
    match largest.churn.weight {
        0 => contents(commits),
        _ => format!("largest: {}", largest.subject),
    }
}

fn of_milestone(milestone: &Milestone) -> Headline {
    let Milestone { kind, name, sums, .. } = milestone;
    let Sums { commits, people, added, removed } = sums;
    let (commits, people) = (many(*commits, "commit"), many(*people, "person"));
    let what = format!("{commits}, {people}, {}", signed_lines(*added, *removed));
    match kind {
        MilestoneKind::Release => {
            Headline { text: name.to_string(), detail: what, colour: Colour::Technical }
        }
        MilestoneKind::Year { last } => Headline {
            text: name.to_string(),
            detail: format!("{last}: {what}"),
            colour: Colour::Text,
        },
    }
}

/// A rate in words: "34 commits a week".
fn rate(per_week: f64) -> String {
    match per_week {
        many if many >= 9.95 => format!("{} commits a week", grouped(many.round() as u64)),
        few => format!("{few:.1} commits a week"),
    }
}

/// A number in at most four digits: "9,201", "194k", "3.2M".
fn compact(number: u64) -> String {
    let thousands = number as f64 / 1e3;
    match number {
        0..10_000 => grouped(number),
        10_000..1_000_000 => format!("{thousands:.0}k"),
        1_000_000..10_000_000 => format!("{:.1}M", thousands / 1e3),
        _ => format!("{}M", grouped((thousands / 1e3).round() as u64)),
    }
}
