//! The sheet of a history: its texts, and what its overview and its people are.

use std::ops::Range;
use std::sync::Arc;

use super::overview;
use super::sequence::Sequence;
use super::words::{
    MAX_SUBJECT, contents, days, facts, grouped, many, people, percent, signed_lines, silent_for,
    tag_names, tags,
};
use crate::history::calendar::{day, year};
use crate::history::heartbeat;
use crate::history::message::one_line;
use crate::history::story::{Activity, MilestoneKind, Slice, Story, Sums};
use crate::history::{Commit, History};
use flaky_core::scene::sheet::{Notes, SheetPerson};
use flaky_core::scene::{Paper, SheetSettings, Theme};

/// Maximum number of tags that are named in a tooltip.
const MAX_TAGS: usize = 3;
/// The maximum number of slices of time in the overview.
const SLICES: usize = 600;
const HOUR_S: i64 = 3600;

/// A history to be laid out on a sheet.
#[derive(Clone)]
pub(super) struct OnSheet {
    pub history: Arc<History>,
    pub story: Arc<Story>,
    pub sequence: Arc<Sequence>,
}

impl OnSheet {
    /// The settings of its sheet.
    pub(super) fn settings(&self, paper: Paper, theme: Theme) -> SheetSettings {
        let Self { history, story, sequence } = self;
        let activity = Activity::new(history, story, SLICES);
        SheetSettings {
            paper,
            theme,
            name: history.name.clone(),
            facts: facts(history, &sequence.heartbeat.groups),
            overview: overview::overview(history, story, &activity),
            overview_words: overview_words(story, &activity),
            people: shares(story),
        }
    }

    /// The texts that come from the history.
    pub(super) fn texts(&self) -> Vec<String> {
        let people = shares(&self.story).into_iter().map(|person| person.name);
        let tags = (0..self.sequence.heartbeat.groups.count()).map(|beat| self.tag(beat));
        people.chain([self.history.name.clone()]).chain(tags).collect()
    }

    fn range(&self, beat: usize) -> Range<usize> {
        self.sequence.heartbeat.groups.range(beat)
    }

    fn of_beat(&self, beat: usize) -> &[Commit] {
        &self.history.commits[self.range(beat)]
    }
}

impl Notes for OnSheet {
    fn commits(&self, beat: usize) -> usize {
        self.range(beat).len()
    }

    fn year(&self, beat: usize) -> Option<i64> {
        year(self.of_beat(beat).first()?.ordered_s)
    }

    fn day(&self, beat: usize) -> String {
        self.of_beat(beat).first().map(day).unwrap_or_default()
    }

    /// A release if there is one, or another tag, and the number of further tags: "v1.0 +2".
    fn tag(&self, beat: usize) -> String {
        let range = self.range(beat);
        let milestones = &self.story.milestones;
        let first = milestones.partition_point(|milestone| milestone.at < range.start);
        let mut inside = milestones[first..].iter().take_while(|one| one.at < range.end);
        let release = inside.find(|one| one.kind == MilestoneKind::Release);
        let mut all = tags(self.of_beat(beat));
        let name = release.map(|release| &*release.name);
        let others = all.clone().count().saturating_sub(1);
        let name = name.or_else(|| all.next()).unwrap_or_default();
        if others == 0 { name.to_string() } else { format!("{name} +{others}") }
    }

    fn silence(&self, beat: usize) -> String {
        let silence = self.story.silence_before(self.range(beat).start);
        silence.map(silent_for).unwrap_or_default()
    }

    fn tooltip(&self, beat: usize) -> String {
        let (range, commits) = (self.range(beat), self.of_beat(beat));
        let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
            return String::new();
        };
        let before = range.start.checked_sub(1).and_then(|before| self.history.commits.get(before));
        let sums = Sums::of(&self.history, range.clone());
        let lines = signed_lines(sums.added, sums.removed);
        if commits.len() == 1 {
            let (id, author) = (last.id.short(), &self.history.author(last).name);
            let subject = one_line(&last.subject, MAX_SUBJECT);
            let (date, meaning) = (day(first), heartbeat::meaning(before, last));
            return format!("{id} {subject}\n{author}, {date}, {lines}\n{meaning}");
        }
        let (oldest, newest) = (first.id.short(), last.id.short());
        let mut meaning = vec![contents(commits)];
        meaning.extend(heartbeat::silence(before, first));
        let tags = tag_names(commits, MAX_TAGS);
        if !tags.is_empty() {
            meaning.push(format!("includes {tags}"));
        }
        format!(
            "commits {} to {}, {oldest} to {newest}\n{}, {}, {lines}\n{}",
            range.start + 1,
            range.end,
            people(&self.history, commits),
            days(commits),
            meaning.join("; ")
        )
    }
}

/// What the overview shows: "height: square root of commits a week, at most 143".
fn overview_words(story: &Story, activity: &Activity) -> String {
    let most = activity.slices.iter().map(Slice::total).max().unwrap_or(0);
    let step = match activity.step_s / HOUR_S {
        1 => "an hour".to_string(),
        24 => "a day".to_string(),
        168 => "a week".to_string(),
        hours => format!("in {} weeks", hours / 168),
    };
    let most = grouped(most.into());
    let mut words = vec![format!("height: square root of commits {step}, at most {most}")];
    if story.totals.releases > 0 {
        words.push("flag: release".to_string());
    }
    if !story.silences.is_empty() {
        words.push("shade: 30 days and more without a commit".to_string());
    }
    if activity.slices.iter().any(|slice| slice.failed > 0) {
        words.push("mark below: failed or flaky".to_string());
    }
    words.join("   ·   ")
}

/// The leaders and all others with their shares of the commits: "1204 commits, 53 %". Nobody if there
/// are no leaders.
fn shares(story: &Story) -> Vec<SheetPerson> {
    let all = story.totals.commits;
    let person = |name: String, commits: usize| SheetPerson {
        name,
        share: format!("{}, {}", many(commits, "commit"), percent(commits, all)),
    };
    let leaders = &story.leaders.list;
    let mut people: Vec<SheetPerson> =
        leaders.iter().map(|one| person(one.name.to_string(), one.commits)).collect();
    let led: usize = leaders.iter().map(|one| one.commits).sum();
    if !people.is_empty() && led < all {
        people.push(person("all others".to_string(), all - led));
    }
    people
}
