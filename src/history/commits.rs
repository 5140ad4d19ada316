//! Reads commits and their parents, which grafts may replace.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use git2::{ObjectType, Oid, Repository};

use super::Id;
use super::error::Error;
use super::files;
use super::message::{self, ParsedCommit};
use super::objects::{Database, Objects, Unread};

/// Reads commits.
pub(super) struct Commits<'db> {
    /// Reads the other objects.
    pub objects: Objects<'db>,
    grafts: BTreeMap<Oid, Vec<Id>>,
}

/// Ancestors of one commit, of another, of both, and of an ancestor of both.
const LEFT: u8 = 1;
const RIGHT: u8 = 2;
const BOTH: u8 = LEFT | RIGHT;
const BEHIND: u8 = 4;

impl<'db> Commits<'db> {
    /// Reads the commits of a repository.
    ///
    /// # Errors
    /// Fails if the file of grafts cannot be read.
    pub(super) fn open(repository: &Repository, database: &'db Database) -> Result<Self, Error> {
        let grafts = files::read(&repository.commondir().join("info/grafts"))?.unwrap_or_default();
        let grafts = grafts_of(&String::from_utf8_lossy(&grafts));
        Ok(Self { objects: Objects::new(database), grafts })
    }

    /// Returns true if some commits have other parents than those they were made with.
    pub(super) fn are_grafted(&self) -> bool {
        !self.grafts.is_empty()
    }

    /// Reads a commit.
    ///
    /// # Errors
    /// Fails if its object cannot be read, or is no commit.
    pub(super) fn read(&mut self, id: Oid) -> Result<ParsedCommit, Unread> {
        let mut parsed = message::parse(&self.objects.read(id, ObjectType::Commit)?.data);
        if let Some(parents) = self.grafts.get(&id) {
            parsed.parents.clone_from(parents);
        }
        Ok(parsed)
    }

    /// The parents of a commit; none if it cannot be read.
    pub(super) fn parents(&mut self, id: Oid) -> Vec<Oid> {
        let parents = self.read(id).map(|commit| commit.parents).unwrap_or_default();
        parents.iter().filter_map(|id| Oid::from_bytes(id.bytes()).ok()).collect()
    }

    /// Commits through which all common ancestors of two commits are reached.
    pub(super) fn merge_bases(&mut self, left: Oid, right: Oid) -> Vec<Oid> {
        let mut sides: BTreeMap<Oid, (u8, bool)> = BTreeMap::new();
        let mut queue = BinaryHeap::new();
        // Number of commits in the queue that may still lead to a common ancestor.
        let mut open = 0_usize;
        let mut bases = Vec::new();
        let mut found = vec![(left, LEFT), (right, RIGHT)];
        loop {
            for (id, side) in found.drain(..) {
                let (known, queued) = sides.entry(id).or_default();
                let before = *known;
                *known |= side;
                if *known == before {
                    continue;
                }
                let was_open = *queued && before & BEHIND == 0;
                if !*queued {
                    *queued = true;
                    let time = self.read(id).map_or(i64::MIN, |commit| commit.committed_s);
                    queue.push((time, Reverse(id)));
                }
                open = open + usize::from(*known & BEHIND == 0) - usize::from(was_open);
            }
            if open == 0 {
                return bases;
            }
            let Some((_, Reverse(id))) = queue.pop() else { return bases };
            let Some((side, queued)) = sides.get_mut(&id) else { continue };
            *queued = false;
            open -= usize::from(*side & BEHIND == 0);
            let mut side = *side;
            if side == BOTH {
                bases.push(id);
                side |= BEHIND;
            }
            found.extend(self.parents(id).into_iter().map(|parent| (parent, side)));
        }
    }
}

/// Parses lines of a commit and its parents.
fn grafts_of(text: &str) -> BTreeMap<Oid, Vec<Id>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut ids = line.split_whitespace().map(Id::from_hex);
            let commit = Oid::from_bytes(ids.next()??.bytes()).ok()?;
            Some((commit, ids.collect::<Option<Vec<_>>>()?))
        })
        .collect()
}
