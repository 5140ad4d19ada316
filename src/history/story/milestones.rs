//! Releases, or the years of a history without any.

use std::collections::BTreeMap;

use super::super::calendar::year;
use super::super::{Commit, History, Id};
use super::Sums;

/// The shortest history whose years are milestones, in years.
const YEARS: i64 = 3;
/// A commit that belongs to no milestone yet.
const NONE: u32 = u32::MAX;

/// What a milestone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
    /// A release: what came in it is what it has and the releases before it have not.
    Release,
    /// The first commit of a year: what came in it is what was committed since the first commit of the
    /// last year with commits, which is this one.
    Year {
        /// The year before it in which there were commits.
        last: i64,
    },
}

/// A commit that divides a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// What it is.
    pub kind: MilestoneKind,
    /// The name of the release, or the year.
    pub name: Box<str>,
    /// Index of its commit.
    pub at: usize,
    /// Sums over the commits that came in it.
    pub sums: Sums,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The date of its commit, in seconds since 1970.
    pub date_s: i64,
    /// Its tag.
    pub name: Box<str>,
}

/// All releases of a history, in the order of their dates. One on a release branch has the date of its own
/// commit, not of the commit at which it counts.
pub(super) fn releases(history: &History) -> Vec<Release> {
    let Some(wanted) = release_prefix(&history.commits) else { return Vec::new() };
    let of_commit = |commit: &Commit| -> Vec<Release> {
        let names = commit.all_tags().filter(|tag| is_release(tag, wanted));
        let release = |name: &str| Release {
            date_s: history.tag_dates.get(name).copied().unwrap_or(commit.ordered_s),
            name: name.into(),
        };
        names.map(release).collect()
    };
    let tagged = history.commits.iter().filter(|commit| commit.has_tags());
    let mut releases: Vec<Release> = tagged.flat_map(of_commit).collect();
    releases.sort_unstable();
    releases
}

/// The milestones of a history, in the order of its commits.
pub(super) fn of(history: &History) -> Vec<Milestone> {
    let prefix = release_prefix(&history.commits);
    let tagged = history.commits.iter().enumerate();
    let mut releases: Vec<(usize, &str)> =
        tagged.filter_map(|(at, commit)| Some((at, release(commit, prefix?)?))).collect();
    if releases.is_empty() {
        return years(history);
    }
    releases.sort_unstable();
    let members = members(&history.commits, &releases);
    let milestones = releases.into_iter().zip(members).map(|((at, name), members)| Milestone {
        kind: MilestoneKind::Release,
        name: name.into(),
        at,
        sums: Sums::of(history, members.iter().map(|index| *index as usize)),
    });
    milestones.collect()
}

/// The part of a tag before its first digit; `None` without digits.
fn prefix(tag: &str) -> Option<&str> {
    tag.find(|c: char| c.is_ascii_digit()).map(|digit| &tag[..digit])
}

/// The prefix that releases have: none or "v" if such tags exist, else the one that most tags have. In a
/// repository of several packages, the tags of the others are no releases of the whole.
fn release_prefix(commits: &[Commit]) -> Option<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for prefix in commits.iter().flat_map(Commit::all_tags).filter_map(prefix) {
        *counts.entry(prefix).or_default() += 1;
    }
    let plain = counts.keys().copied().find(|prefix| is_plain(prefix));
    plain.or_else(|| {
        let most = counts.values().max()?;
        counts.iter().find(|(_, count)| *count == most).map(|(prefix, _)| *prefix)
    })
}

fn is_plain(prefix: &str) -> bool {
    matches!(prefix, "" | "v" | "V")
}

/// The tag that makes a commit a release: with this prefix, or any plain one if it is plain.
fn release<'c>(commit: &'c Commit, wanted: &str) -> Option<&'c str> {
    commit.all_tags().find(|tag| is_release(tag, wanted))
}

fn is_release(tag: &str, wanted: &str) -> bool {
    prefix(tag).is_some_and(|own| own == wanted || (is_plain(own) && is_plain(wanted)))
}

/// The commits that came in each release: those it descends from and the releases before it do not. If
/// commits between them are left out, as with `--no-merges`, it is those between the two in order.
fn members(commits: &[Commit], releases: &[(usize, &str)]) -> Vec<Vec<u32>> {
    let mut by_id: Vec<u32> = (0..commits.len() as u32).collect();
    by_id.sort_unstable_by_key(|index| commits[*index as usize].id);
    let find = |id: &Id| {
        let found = by_id.binary_search_by_key(id, |index| commits[*index as usize].id);
        found.ok().map(|at| by_id[at])
    };
    let mut owner = vec![NONE; commits.len()];
    let mut gaps = false;
    for (release, (at, _)) in (0..).zip(releases) {
        let mut waiting = vec![*at as u32];
        while let Some(index) = waiting.pop() {
            if owner[index as usize] != NONE {
                continue;
            }
            owner[index as usize] = release;
            for parent in commits[index as usize].parents.iter() {
                match find(parent) {
                    Some(parent) => waiting.push(parent),
                    None => gaps = true,
                }
            }
        }
    }
    let mut members = vec![Vec::new(); releases.len()];
    for (index, owner) in (0..).zip(owner) {
        let next = releases.partition_point(|(at, _)| *at < index as usize);
        let release = if owner == NONE && gaps { next } else { owner as usize };
        if let Some(members) = members.get_mut(release) {
            members.push(index);
        }
    }
    members
}

/// The first commit of every year but the first, if the history is long.
fn years(history: &History) -> Vec<Milestone> {
    let commits = &history.commits;
    let of = |commit: Option<&Commit>| commit.and_then(|commit| year(commit.ordered_s));
    let (Some(first), Some(last)) = (of(commits.first()), of(commits.last())) else {
        return Vec::new();
    };
    if last - first < YEARS {
        return Vec::new();
    }
    let mut milestones = Vec::new();
    let mut begin = 0;
    for at in 1..commits.len() {
        let (before, now) = (year(commits[at - 1].ordered_s), year(commits[at].ordered_s));
        if let (Some(last), Some(now)) = (before, now.filter(|_| now != before)) {
            let sums = Sums::of(history, begin..at);
            let name = now.to_string().into();
            milestones.push(Milestone { kind: MilestoneKind::Year { last }, name, at, sums });
            begin = at;
        }
    }
    milestones
}
