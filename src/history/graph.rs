//! The commits between the tips of a selection and what it excludes, each read once, with its parents.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::ops::Range;

use git2::{Oid, Repository};

use super::commits::Commits;
use super::error::Error;
use super::indices::Indices;
use super::message::{self, ParsedCommit};
use super::people::People;
use super::repo::{self, Revisions};
use super::{Commit, Id};
use crate::progress::Progress;

/// Number of excluded commits that are still followed when only excluded ones are left, because
/// with wrong clocks a commit may be older than its parents. The limit has the same name in git.
const SLOP: usize = 64;

/// The place of a commit in the graph.
pub(super) struct Node {
    /// Id of its tree.
    pub tree: Option<Oid>,
    /// Where the graph has the parents that are followed.
    parents: Range<u32>,
    /// True if it is excluded with all its ancestors.
    excluded: bool,
    /// True if it is in the queue.
    queued: bool,
    /// True if its object cannot be read, so that its parents are unknown.
    pub unreadable: bool,
}

/// All commits that have been visited.
pub(super) struct Graph<'a> {
    /// Reads them.
    pub commits: Commits<'a>,
    first_parent: bool,
    boundary: BTreeSet<Oid>,
    /// The commits, in the order in which they were found, with a node each.
    pub found: Vec<Commit>,
    pub nodes: Vec<Node>,
    /// Indices of the parents of all nodes.
    parents: Vec<u32>,
    indices: Indices,
    /// Their authors.
    pub people: People,
    /// Commits that are visited but not yet followed, the latest on top.
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    /// Number of commits in the queue that are not excluded.
    undecided: usize,
    progress: &'a dyn Progress,
}

impl<'a> Graph<'a> {
    /// A graph without commits, of which merges have one parent if only the first is followed.
    ///
    /// # Errors
    /// Fails if the end of a shallow clone cannot be read.
    pub(super) fn new(
        repository: &Repository,
        commits: Commits<'a>,
        first_parent: bool,
        progress: &'a dyn Progress,
    ) -> Result<Self, Error> {
        Ok(Self {
            commits,
            first_parent,
            boundary: repo::boundary(repository)?,
            found: Vec::new(),
            nodes: Vec::new(),
            parents: Vec::new(),
            indices: Indices::default(),
            people: People::default(),
            queue: BinaryHeap::new(),
            undecided: 0,
            progress,
        })
    }

    /// Visits everything between the tips and the excluded commits.
    pub(super) fn explore(&mut self, revisions: &Revisions) {
        for tip in &revisions.tips {
            self.visit(Id::new(tip.as_bytes()), i64::MAX);
        }
        for excluded in &revisions.excluded {
            let index = self.visit(Id::new(excluded.as_bytes()), i64::MAX);
            self.exclude(index);
        }
        let mut patience = SLOP;
        while let Some((_, Reverse(index))) = self.queue.pop() {
            let node = &mut self.nodes[index as usize];
            node.queued = false;
            let excluded = node.excluded;
            if !excluded {
                self.undecided -= 1;
                patience = SLOP;
            } else if self.undecided == 0 {
                patience -= 1;
                if patience == 0 {
                    break;
                }
            }
            let commit = &self.found[index as usize];
            let time = commit.committed_s;
            // All ancestors of an excluded commit are excluded, not only its first parents.
            let followed = if self.first_parent && !excluded { 1 } else { usize::MAX };
            let parents = commit.parents.clone();
            let begin = self.parents.len() as u32;
            for id in parents.iter().take(followed) {
                let parent = self.visit(*id, time);
                self.parents.push(parent);
                if excluded {
                    self.exclude(parent);
                }
            }
            self.nodes[index as usize].parents = begin..self.parents.len() as u32;
        }
    }

    /// The index of a commit, which is read if it is new. An unreadable commit gets `time_s`, the
    /// time of its child.
    fn visit(&mut self, id: Id, time_s: i64) -> u32 {
        if let Some(index) = self.index(&id) {
            return index;
        }
        let index = self.nodes.len() as u32;
        let (commit, node) = self.read(id, time_s);
        self.queue.push((commit.committed_s, Reverse(index)));
        self.undecided += 1;
        self.found.push(commit);
        self.nodes.push(node);
        self.indices.insert(index, |index| self.found[index as usize].id);
        self.progress.advance(1);
        index
    }

    /// The index of a commit that has been visited.
    pub(super) fn index(&self, id: &Id) -> Option<u32> {
        self.indices.get(id, |index| self.found[index as usize].id)
    }

    /// The indices of the parents of a node that are followed.
    pub(super) fn parents(&self, index: u32) -> &[u32] {
        let Range { start, end } = self.nodes[index as usize].parents;
        &self.parents[start as usize..end as usize]
    }

    /// Reads a commit, and whether it could be read; an unreadable one gets the time `time_s`.
    pub(super) fn parse(&mut self, id: Id, time_s: i64) -> (ParsedCommit, bool) {
        let oid = Oid::from_bytes(id.bytes()).ok();
        let parsed = oid.and_then(|oid| self.commits.read(oid).ok());
        let unreadable = parsed.is_none();
        let mut parsed = parsed.unwrap_or_else(|| lost(time_s));
        let boundary = oid.is_some_and(|oid| self.boundary.contains(&oid));
        if boundary {
            // Its parents are missing in this clone.
            parsed.parents.clear();
            parsed.flags.boundary = true;
        }
        (parsed, unreadable)
    }

    fn read(&mut self, id: Id, time_s: i64) -> (Commit, Node) {
        let (parsed, unreadable) = self.parse(id, time_s);
        let tree = parsed.tree.and_then(|tree| Oid::from_bytes(tree.bytes()).ok());
        let author = self.people.index(&parsed.author.name, &parsed.author.email);
        let commit = Commit {
            id,
            parents: parsed.parents.into(),
            author,
            written_s: parsed.author.time_s,
            offset_min: parsed.author.offset_min,
            committed_s: parsed.committed_s,
            subject: parsed.subject.into(),
            flags: parsed.flags,
            ..Commit::default()
        };
        (commit, Node { tree, parents: 0..0, excluded: false, queued: true, unreadable })
    }

    /// Excludes a commit and all its ancestors visited so far.
    fn exclude(&mut self, index: u32) {
        let mut waiting = vec![index];
        while let Some(index) = waiting.pop() {
            let node = &mut self.nodes[index as usize];
            if !node.excluded {
                node.excluded = true;
                self.undecided -= usize::from(node.queued);
                waiting.extend(self.parents(index));
            }
        }
    }

    /// Indices of the commits that are not excluded: sorted with children before parents and the
    /// latest first, then reversed.
    pub(super) fn oldest_first(&self) -> Vec<u32> {
        let shown = |index: &u32| !self.nodes[*index as usize].excluded;
        let all = (0..self.nodes.len() as u32).filter(shown);
        let mut children = vec![0_u32; self.nodes.len()];
        for index in all.clone() {
            for parent in self.parents(index) {
                children[*parent as usize] += 1;
            }
        }
        // Commits with equal times keep the order in which they became ready.
        let mut turn = 0..u32::MAX;
        let mut entry =
            |index: u32| (self.found[index as usize].committed_s, Reverse(turn.next()), index);
        let tips = all.filter(|index| children[*index as usize] == 0);
        let mut ready: BinaryHeap<_> = tips.map(&mut entry).collect();
        let mut order = Vec::new();
        while let Some((_, _, index)) = ready.pop() {
            order.push(index);
            for &parent in self.parents(index).iter().filter(|index| shown(index)) {
                children[parent as usize] -= 1;
                if children[parent as usize] == 0 {
                    ready.push(entry(parent));
                }
            }
        }
        // In a circle of damaged commits, every commit has a child.
        order.extend(
            (0..self.nodes.len() as u32)
                .filter(|index| shown(index) && children[*index as usize] > 0),
        );
        order.reverse();
        order
    }
}

/// Placeholder for a commit that cannot be read, at the time of its child.
fn lost(time_s: i64) -> ParsedCommit {
    let time_s = if time_s == i64::MAX { 0 } else { time_s };
    let mut parsed = message::parse(b"");
    parsed.subject = "(this commit cannot be read)".to_string();
    parsed.committed_s = time_s;
    parsed.author.time_s = time_s;
    parsed
}
