//! Walks the commits of a selection and reads each as a plain record, oldest first.
//!
//! The order is that of `git log --date-order --reverse`: no commit before its parents, otherwise
//! by commit date. Every object is read once and not kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use git2::{Oid, Repository};

use super::churn::Comparison;
use super::commits::Commits;
use super::error::Error;
use super::message::{self, ParsedCommit};
use super::objects::Database;
use super::people::People;
use super::repo::{self, References, Revisions};
use super::select::{Selection, Start};
use super::tags::{self, Ancestry, Outside, Place, Placed, TagMover};
use super::{Commit, History, Id, calendar, mailmap};
use crate::progress::Progress;

/// Number of excluded commits that are still followed when only excluded ones are left, because
/// with wrong clocks a commit may be older than its parents. The limit has the same name in git.
const SLOP: usize = 64;

/// A history whose changes are not counted yet.
#[derive(Debug, Default)]
pub struct Walked {
    /// The commits, without their changes.
    pub history: History,
    /// The trees to compare.
    pub comparisons: Vec<Comparison>,
    /// True if some objects or parents have been replaced, so that counts hold only for now.
    pub replaced: bool,
}

/// Walks the commits of `selection`.
///
/// # Errors
/// Fails if no commits are selected, or if the object database cannot be read.
pub fn walk(
    repository: &Repository,
    selection: &Selection,
    progress: &dyn Progress,
) -> Result<Walked, Error> {
    let database = Database::open(repository)?;
    let mut commits = Commits::open(repository, &database)?;
    let revisions = repo::revisions(repository, &mut commits, &selection.start)?;
    let mut graph = Graph {
        commits,
        first_parent: selection.first_parent,
        boundary: repo::boundary(repository)?,
        nodes: Vec::new(),
        indices: BTreeMap::new(),
        people: People::default(),
        queue: BinaryHeap::new(),
        undecided: 0,
        progress,
    };
    graph.explore(&revisions);
    let order = graph.oldest_first();
    if order.is_empty() {
        check_order(selection, &revisions)?;
    }
    let References { commits, lost } = repo::tags(repository, &mut graph.commits.objects);
    let lost: Vec<String> = revisions.lost.iter().cloned().chain(lost).collect();
    let tags = commits.into_iter().map(|(id, name)| (Id::new(id.as_bytes()), name)).collect();
    let tags = tags::place(tags, &mut Order::new(&mut graph, &order, &revisions));
    let name = match repo::name(repository) {
        Some(folder) => format!("{folder} {}", revisions.name),
        None => revisions.name,
    };
    let mut walked = finish(repository, selection, graph, &order, tags, name)?;
    walked.replaced |= database.replaces();
    if let Some(first) = lost.first() {
        let message = match lost.len() {
            1 => format!("the reference {first} cannot be read"),
            2 => format!("the reference {first} and another cannot be read"),
            count => format!("the reference {first} and {} others cannot be read", count - 1),
        };
        walked.history.warning(message, Some("`git fsck` tells why; `git fetch` may restore it"));
    }
    Ok(walked)
}

/// Fails if a range has no commits because its end lies before its beginning.
fn check_order(selection: &Selection, revisions: &Revisions) -> Result<(), Error> {
    let Start::Range(range) = &selection.start else { return Ok(()) };
    match range.split_once("..") {
        Some((left, right)) if !right.starts_with('.') && revisions.tips != revisions.excluded => {
            let swapped = format!("{right}..{left}");
            Err(Error::SwappedRange { range: range.clone(), swapped })
        }
        _ => Ok(()),
    }
}

/// A commit in the graph.
struct Node {
    commit: Commit,
    tree: Option<Oid>,
    /// Indices of the parents that are followed.
    parents: Vec<u32>,
    /// True if it is excluded with all its ancestors.
    excluded: bool,
    /// True if it is in the queue.
    queued: bool,
    /// True if its object cannot be read, so that its parents are unknown.
    unreadable: bool,
}

/// All commits that have been visited.
struct Graph<'a> {
    commits: Commits<'a>,
    first_parent: bool,
    boundary: BTreeSet<Oid>,
    nodes: Vec<Node>,
    indices: BTreeMap<Id, u32>,
    people: People,
    /// Commits that are visited but not yet followed, the latest on top.
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    /// Number of commits in the queue that are not excluded.
    undecided: usize,
    progress: &'a dyn Progress,
}

impl Graph<'_> {
    /// Visits everything between the tips and the excluded commits.
    fn explore(&mut self, revisions: &Revisions) {
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
            let commit = &self.nodes[index as usize].commit;
            let time = commit.committed_s;
            // All ancestors of an excluded commit are excluded, not only its first parents.
            let followed = if self.first_parent && !excluded { 1 } else { usize::MAX };
            let parents: Vec<Id> = commit.parents.iter().take(followed).copied().collect();
            for id in parents {
                let parent = self.visit(id, time);
                self.nodes[index as usize].parents.push(parent);
                if excluded {
                    self.exclude(parent);
                }
            }
        }
    }

    /// The index of a commit, which is read if it is new. An unreadable commit gets `time_s`, the
    /// time of its child.
    fn visit(&mut self, id: Id, time_s: i64) -> u32 {
        if let Some(index) = self.indices.get(&id) {
            return *index;
        }
        let index = self.nodes.len() as u32;
        let node = self.read(id, time_s);
        self.queue.push((node.commit.committed_s, Reverse(index)));
        self.undecided += 1;
        self.nodes.push(node);
        self.indices.insert(id, index);
        self.progress.advance(1);
        index
    }

    /// Reads a commit, and whether it could be read; an unreadable one gets the time `time_s`.
    fn parse(&mut self, id: Id, time_s: i64) -> (ParsedCommit, bool) {
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

    fn read(&mut self, id: Id, time_s: i64) -> Node {
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
        Node { commit, tree, parents: Vec::new(), excluded: false, queued: true, unreadable }
    }

    /// Excludes a commit and all its ancestors visited so far.
    fn exclude(&mut self, index: u32) {
        let mut waiting = vec![index];
        while let Some(index) = waiting.pop() {
            let node = &mut self.nodes[index as usize];
            if !node.excluded {
                node.excluded = true;
                self.undecided -= usize::from(node.queued);
                waiting.extend(&node.parents);
            }
        }
    }

    /// Indices of the commits that are not excluded: sorted with children before parents and the
    /// latest first, then reversed.
    fn oldest_first(&self) -> Vec<u32> {
        let shown = |index: &u32| !self.nodes[*index as usize].excluded;
        let all = (0..self.nodes.len() as u32).filter(shown);
        let mut children = vec![0_u32; self.nodes.len()];
        for index in all.clone() {
            for parent in &self.nodes[index as usize].parents {
                children[*parent as usize] += 1;
            }
        }
        // Commits with equal times keep the order in which they became ready.
        let mut turn = 0..u32::MAX;
        let mut entry = |index: u32| {
            (self.nodes[index as usize].commit.committed_s, Reverse(turn.next()), index)
        };
        let tips = all.filter(|index| children[*index as usize] == 0);
        let mut ready: BinaryHeap<_> = tips.map(&mut entry).collect();
        let mut order = Vec::new();
        while let Some((_, _, index)) = ready.pop() {
            order.push(index);
            for &parent in self.nodes[index as usize].parents.iter().filter(|index| shown(index)) {
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

/// The order of a graph, for placing tags.
struct Order<'a, 'g> {
    graph: &'a mut Graph<'g>,
    /// The position of every node; `None` if it is excluded.
    positions: Vec<Option<u32>>,
    tips: Vec<u32>,
    /// Commit date from which commits outside of the graph matter. Without excluded commits, all
    /// matter.
    oldest_s: Option<i64>,
}

impl<'a, 'g> Order<'a, 'g> {
    fn new(graph: &'a mut Graph<'g>, order: &[u32], revisions: &Revisions) -> Self {
        let mut positions = vec![None; graph.nodes.len()];
        for (position, index) in (0..).zip(order) {
            positions[*index as usize] = Some(position);
        }
        let position = |tip: &Oid| {
            let index = graph.indices.get(&Id::new(tip.as_bytes()))?;
            positions[*index as usize]
        };
        let tips = revisions.tips.iter().filter_map(position).collect();
        let dates = || order.iter().map(|index| graph.nodes[*index as usize].commit.committed_s);
        let oldest_s = if revisions.excluded.is_empty() { None } else { dates().min() };
        Self { graph, positions, tips, oldest_s }
    }
}

impl Ancestry for Order<'_, '_> {
    fn place(&self, id: &Id) -> Place {
        match self.graph.indices.get(id).map(|index| self.positions[*index as usize]) {
            None => Place::Outside,
            Some(None) => Place::Excluded,
            Some(Some(position)) => Place::At(position),
        }
    }

    fn outside(&mut self, id: Id) -> Option<Outside> {
        let (ParsedCommit { parents, committed_s, .. }, _) = self.graph.parse(id, 0);
        self.oldest_s
            .is_none_or(|oldest_s| committed_s >= oldest_s)
            .then_some(Outside { parents, committed_s })
    }

    fn is_tip(&self, position: u32) -> bool {
        self.tips.contains(&position)
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

/// Converts the selected commits of the graph, in this order, and lists the trees to compare.
fn finish(
    repository: &Repository,
    selection: &Selection,
    graph: Graph<'_>,
    order: &[u32],
    mut tags: Placed,
    name: String,
) -> Result<Walked, Error> {
    let Graph { mut commits, people, nodes, .. } = graph;
    let people = people.mapped(&mailmap::read(repository, &mut commits)?);
    let history = History { people, name, ..History::default() };
    let replaced = commits.are_grafted();
    let mut walked = Walked { history, comparisons: Vec::new(), replaced };
    let date = |index: &u32| nodes[*index as usize].commit.committed_s;
    let dates = calendar::settled(order.iter().map(date).collect());
    let trees: Vec<Option<Oid>> = nodes.iter().map(|node| node.tree).collect();
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut broken = Vec::new();
    let commits = &mut walked.history.commits;
    let mut mover = TagMover::default();
    for ((position, &index), date_s) in (0..).zip(order).zip(dates) {
        let Some(mut node) = nodes[index as usize].take() else { continue };
        if node.unreadable {
            broken.push(node.commit.id);
        }
        node.commit.ordered_s = date_s;
        tags.take(position, &mut node.commit);
        if !selection.matches_dates(&node.commit) {
            continue;
        }
        if !selection.matches(&node.commit, &walked.history.people[node.commit.author as usize]) {
            mover.leave_out(&node.commit);
            continue;
        }
        mover.keep(&mut node.commit);
        let at = commits.len();
        commits.push(node.commit);
        let commit = &mut commits[at];
        let compared = !commit.is_merge() || selection.first_parent;
        if commit.flags.boundary || !compared {
            continue;
        }
        let old = node.parents.first().map(|parent| trees[*parent as usize]);
        match (node.tree, old) {
            (None, _) | (_, Some(None)) => commit.flags.damaged = true,
            (Some(new), old) => {
                let comparison = Comparison { commit: at as u32, new, old: old.flatten() };
                walked.comparisons.push(comparison);
            }
        }
    }
    mover.finish(commits.last_mut());
    // Whether a commit changed one of the paths is known only after counting.
    if selection.paths.is_empty() {
        let cut = selection.keep_latest(commits) as u32;
        walked.comparisons.retain_mut(|comparison| {
            let kept = comparison.commit >= cut;
            comparison.commit = comparison.commit.saturating_sub(cut);
            kept
        });
    }
    if let Some(first) = broken.first() {
        let others = match broken.len() {
            1 => String::new(),
            count => format!(" and {} others", count - 1),
        };
        let first = first.short();
        let message =
            format!("commit {first}{others} cannot be read, so what lies behind is missing");
        walked.history.warning(message, Some("`git fsck` tells why; `git fetch` may restore it"));
    }
    Ok(walked)
}
