//! The commits at which tags count.
//!
//! A tag counts at the commit to which it points. If that commit is not in the history, as on a
//! release branch, the tag counts where its branch begins: at the latest commit of the history from
//! which it descends. If a filter leaves that commit out, the tag moves to the next commit.

use std::collections::BTreeMap;
use std::mem;

use super::{Commit, Id};

/// The place of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the history, at this position.
    At(u32),
    /// Excluded from the history, with all commits before it.
    Excluded,
    /// Not met by the walk.
    Outside,
}

/// A commit outside of the history, as far as tags need it.
pub(super) struct Outside {
    /// Ids of its parents.
    pub(super) parents: Vec<Id>,
    /// Commit date, in seconds since 1970.
    pub(super) committed_s: i64,
}

/// The commits of a history, in order, and those outside.
pub(super) trait Ancestry {
    /// The place of a commit.
    fn place(&self, id: &Id) -> Place;
    /// Reads a commit outside of the history; `None` if it is older than all of the history.
    fn outside(&mut self, id: Id) -> Option<Outside>;
    /// Returns true if the walk began at the commit in this position.
    fn is_tip(&self, position: u32) -> bool;
}

/// The tags of a history by the positions of commits.
#[derive(Default)]
pub(super) struct Placed {
    /// Names of the tags that point to a commit.
    pub(super) own: BTreeMap<u32, Vec<String>>,
    /// Names of the tags of branches that begin at a commit, the oldest first.
    pub(super) branches: BTreeMap<u32, Vec<String>>,
    /// Commit dates of the tags of branches, in seconds since 1970.
    pub(super) dates: BTreeMap<Box<str>, i64>,
}

impl Placed {
    /// Moves the tags of a position to the commit there.
    pub(super) fn take(&mut self, position: u32, commit: &mut Commit) {
        let mut names = self.own.remove(&position).unwrap_or_default();
        names.sort();
        commit.tags = names.join(" ").into();
        commit.moved_tags = self.branches.remove(&position).unwrap_or_default().join(" ").into();
    }
}

/// Finds the positions of tags, which are given by the commits to which they point.
pub(super) fn place(tags: Vec<(Id, String)>, walked: &mut impl Ancestry) -> Placed {
    let mut placed = Placed::default();
    let mut outside = Vec::new();
    let mut bases = BTreeMap::new();
    for (id, name) in tags {
        match walked.place(&id) {
            Place::Excluded => {}
            Place::At(position) => placed.own.entry(position).or_default().push(name),
            Place::Outside => {
                let Some(commit) = walked.outside(id) else { continue };
                let date_s = commit.committed_s;
                if let Some(position) = base(id, commit, walked, &mut bases) {
                    outside.push((position, date_s, name));
                }
            }
        }
    }
    outside.sort();
    for (position, date_s, name) in outside {
        // What descends from a tip is newer than the history.
        if !walked.is_tip(position) {
            placed.dates.insert(name.as_str().into(), date_s);
            placed.branches.entry(position).or_default().push(name);
        }
    }
    placed
}

/// The latest position from which a commit outside of the history descends. `bases` has the
/// positions found so far, so that every commit is read once.
fn base(
    id: Id,
    commit: Outside,
    walked: &mut impl Ancestry,
    bases: &mut BTreeMap<Id, Option<u32>>,
) -> Option<u32> {
    if let Some(known) = bases.get(&id) {
        return *known;
    }
    bases.insert(id, None);
    let mut path = vec![(id, commit.parents, None)];
    loop {
        let (id, parents, latest) = path.last_mut()?;
        if let Some(parent) = parents.pop() {
            match (walked.place(&parent), bases.get(&parent)) {
                (Place::At(position), _) => *latest = Some(position).max(*latest),
                (Place::Excluded, _) => {}
                (Place::Outside, Some(known)) => *latest = (*known).max(*latest),
                (Place::Outside, None) => {
                    bases.insert(parent, None);
                    if let Some(commit) = walked.outside(parent) {
                        path.push((parent, commit.parents, None));
                    }
                }
            }
            continue;
        }
        let latest = *latest;
        bases.insert(*id, latest);
        path.pop();
        match path.last_mut() {
            Some((_, _, below)) => *below = latest.max(*below),
            None => return latest,
        }
    }
}

/// Moves the tags of commits that a filter leaves out to the next commit that it keeps. Tags after
/// the last one move back to it if only merges lie between.
#[derive(Debug)]
pub struct TagMover {
    /// Tags that wait for a commit.
    waiting: Vec<String>,
    /// Number of those that may move back.
    movable_back: usize,
    /// True if only merges have been left out since the last commit.
    only_merges: bool,
}

impl Default for TagMover {
    fn default() -> Self {
        Self { waiting: Vec::new(), movable_back: 0, only_merges: true }
    }
}

impl TagMover {
    /// Takes the tags of a commit that is left out.
    pub fn leave_out(&mut self, commit: &Commit) {
        self.only_merges &= commit.is_merge();
        let names = [&*commit.moved_tags, &*commit.tags];
        self.waiting
            .extend(names.iter().filter(|names| !names.is_empty()).map(ToString::to_string));
        if self.only_merges {
            self.movable_back = self.waiting.len();
        }
    }

    /// Gives the waiting tags to a commit that is kept.
    pub fn keep(&mut self, commit: &mut Commit) {
        let Self { mut waiting, .. } = mem::take(self);
        if !commit.moved_tags.is_empty() {
            waiting.push(commit.moved_tags.to_string());
        }
        commit.moved_tags = waiting.join(" ").into();
    }

    /// Gives the tags after the last commit to it.
    pub fn finish(mut self, last: Option<&mut Commit>) {
        self.waiting.truncate(self.movable_back);
        let Some(last) = last.filter(|_| !self.waiting.is_empty()) else { return };
        if !last.moved_tags.is_empty() {
            self.waiting.insert(0, last.moved_tags.to_string());
        }
        last.moved_tags = self.waiting.join(" ").into();
    }
}

/// Removes the commits that `keeps` rejects; their tags move.
pub fn retain(commits: &mut Vec<Commit>, mut keeps: impl FnMut(&Commit) -> bool) {
    let mut mover = TagMover::default();
    commits.retain_mut(|commit| {
        let kept = keeps(commit);
        if kept {
            mover.keep(commit);
        } else {
            mover.leave_out(commit);
        }
        kept
    });
    mover.finish(commits.last_mut());
}
