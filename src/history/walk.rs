//! Every commit of a selection as a plain record, oldest first.
//!
//! The order is `git log --date-order --reverse`: no commit before its parents, otherwise by
//! the date of the commit. Every object is read once and let go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use git2::{ObjectType, Odb, Oid, Repository};

use super::churn::Job;
use super::message::{self, Parsed};
use super::people::People;
use super::repo::{self, Ends};
use super::select::Selection;
use super::{Commit, History, Id};
use crate::error::Error;
use crate::progress::Progress;

/// How many commits that are left out are still followed once everything seems decided: clocks
/// that run wrong can make a commit look older than its parents.
const SLOP: usize = 64;

/// A history that is not yet counted.
#[derive(Debug, Default)]
pub struct Walked {
    /// The commits, without what they changed.
    pub history: History,
    /// What is to be compared to know it.
    pub jobs: Vec<Job>,
}

/// Walks what `selection` names.
///
/// # Errors
/// Where it names nothing, and where there is no commit.
pub fn walk(
    repository: &Repository,
    selection: &Selection,
    progress: &dyn Progress,
) -> Result<Walked, Error> {
    let ends = repo::ends(repository, selection.range.as_deref(), selection.branch.as_deref())?;
    let odb = repository
        .odb()
        .map_err(|error| Error::failed(format!("cannot read objects: {}", repo::plain(&error))))?;
    let mut graph = Graph {
        odb,
        first_parent: selection.first_parent,
        boundary: repo::boundary(repository),
        nodes: Vec::new(),
        places: BTreeMap::new(),
        people: People::default(),
        queue: BinaryHeap::new(),
        undecided: 0,
        progress,
    };
    graph.explore(&ends);
    let order = graph.oldest_first();
    let place = match repo::name(repository) {
        Some(name) => format!("{name} {}", ends.place),
        None => ends.place,
    };
    Ok(finish(repository, selection, graph, &order, place))
}

/// A commit in the graph.
struct Node {
    commit: Commit,
    tree: Option<Oid>,
    /// Those of its parents that are followed.
    parents: Vec<u32>,
    /// Left out, with all that came before it.
    hidden: bool,
    /// Seen, but not yet followed.
    queued: bool,
}

/// All commits that have been seen.
struct Graph<'a> {
    odb: Odb<'a>,
    first_parent: bool,
    boundary: BTreeSet<Oid>,
    nodes: Vec<Node>,
    places: BTreeMap<Id, u32>,
    people: People,
    /// Seen but not yet followed, the latest on top.
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    /// How many of those are not hidden.
    undecided: usize,
    progress: &'a dyn Progress,
}

impl Graph<'_> {
    /// Sees everything between the tips and what is hidden.
    fn explore(&mut self, ends: &Ends) {
        for tip in &ends.tips {
            self.see(Id::new(tip.as_bytes()), i64::MAX);
        }
        for hidden in &ends.hidden {
            let place = self.see(Id::new(hidden.as_bytes()), i64::MAX);
            self.hide(place);
        }
        let mut patience = SLOP;
        while let Some((_, Reverse(place))) = self.queue.pop() {
            let node = &mut self.nodes[place as usize];
            node.queued = false;
            let hidden = node.hidden;
            if !hidden {
                self.undecided -= 1;
                patience = SLOP;
            } else if self.undecided == 0 {
                patience -= 1;
                if patience == 0 {
                    break;
                }
            }
            let commit = &self.nodes[place as usize].commit;
            let time = commit.committed_s;
            // What is left out is left out with all that came before it, on whatever line.
            let followed = if self.first_parent && !hidden { 1 } else { usize::MAX };
            let parents: Vec<Id> = commit.parents.iter().take(followed).copied().collect();
            for id in parents {
                let parent = self.see(id, time);
                self.nodes[place as usize].parents.push(parent);
                if hidden {
                    self.hide(parent);
                }
            }
        }
    }

    /// The place of a commit, which is read where it has not been seen; `time_s` is that of a
    /// child, for one that cannot be read.
    fn see(&mut self, id: Id, time_s: i64) -> u32 {
        if let Some(place) = self.places.get(&id) {
            return *place;
        }
        let place = self.nodes.len() as u32;
        let node = self.read(id, time_s);
        self.queue.push((node.commit.committed_s, Reverse(place)));
        self.undecided += 1;
        self.nodes.push(node);
        self.places.insert(id, place);
        self.progress.advance(1);
        place
    }

    fn read(&mut self, id: Id, time_s: i64) -> Node {
        let oid = Oid::from_bytes(id.bytes());
        let object = oid.as_ref().ok().and_then(|oid| self.odb.read(*oid).ok());
        let mut parsed = match object {
            Some(object) if object.kind() == ObjectType::Commit => message::parse(object.data()),
            _ => lost(time_s),
        };
        let boundary = oid.is_ok_and(|oid| self.boundary.contains(&oid));
        if boundary {
            // Its parents are not here; as far as anybody can see it has none.
            parsed.parents.clear();
            parsed.traits.boundary = true;
        }
        let tree = parsed.tree.and_then(|tree| Oid::from_bytes(tree.bytes()).ok());
        let author = self.people.place(&parsed.author.name, &parsed.author.email);
        let commit = Commit {
            id,
            parents: parsed.parents.into(),
            author,
            written_s: parsed.author.time_s,
            offset_min: parsed.author.offset_min,
            committed_s: parsed.committed_s,
            subject: parsed.subject.into(),
            tags: "".into(),
            traits: parsed.traits,
            churn: super::Churn::default(),
            verdict: None,
        };
        Node { commit, tree, parents: Vec::new(), hidden: false, queued: true }
    }

    /// Leaves out a commit and all that came before it, as far as it has been seen.
    fn hide(&mut self, place: u32) {
        let mut waiting = vec![place];
        while let Some(place) = waiting.pop() {
            let node = &mut self.nodes[place as usize];
            if !node.hidden {
                node.hidden = true;
                self.undecided -= usize::from(node.queued);
                waiting.extend(&node.parents);
            }
        }
    }

    /// The places of what is not hidden: children first and the latest first, then all of it
    /// turned round.
    fn oldest_first(&self) -> Vec<u32> {
        let shown = |place: &u32| !self.nodes[*place as usize].hidden;
        let all = (0..self.nodes.len() as u32).filter(shown);
        let mut children = vec![0_u32; self.nodes.len()];
        for place in all.clone() {
            for parent in &self.nodes[place as usize].parents {
                children[*parent as usize] += 1;
            }
        }
        // Of equal times the one that came first comes first.
        let mut turn = 0..u32::MAX;
        let mut entry = |place: u32| {
            (self.nodes[place as usize].commit.committed_s, Reverse(turn.next()), place)
        };
        let tips = all.filter(|place| children[*place as usize] == 0);
        let mut ready: BinaryHeap<_> = tips.map(&mut entry).collect();
        let mut order = Vec::new();
        while let Some((_, _, place)) = ready.pop() {
            order.push(place);
            for &parent in self.nodes[place as usize].parents.iter().filter(|place| shown(place)) {
                children[parent as usize] -= 1;
                if children[parent as usize] == 0 {
                    ready.push(entry(parent));
                }
            }
        }
        order.reverse();
        order
    }
}

/// Stands for a commit that cannot be read, beside its child.
fn lost(time_s: i64) -> Parsed {
    let time_s = if time_s == i64::MAX { 0 } else { time_s };
    let mut parsed = message::parse(b"");
    parsed.subject = "(this commit cannot be read)".to_string();
    parsed.committed_s = time_s;
    parsed.author.time_s = time_s;
    parsed
}

/// What is wanted of the graph, in its order, and what is to be compared.
fn finish(
    repository: &Repository,
    selection: &Selection,
    graph: Graph<'_>,
    order: &[u32],
    place: String,
) -> Walked {
    let people = graph.people.mapped(repository);
    let mut walked =
        Walked { history: History { people, place, ..History::default() }, jobs: Vec::new() };
    let trees: Vec<Option<Oid>> = graph.nodes.iter().map(|node| node.tree).collect();
    let mut nodes: Vec<Option<Node>> = graph.nodes.into_iter().map(Some).collect();
    let mut at = vec![u32::MAX; nodes.len()];
    let commits = &mut walked.history.commits;
    for &place in order {
        let Some(node) = nodes[place as usize].take() else { continue };
        if !selection.wants(&node.commit, &walked.history.people[node.commit.author as usize]) {
            continue;
        }
        at[place as usize] = commits.len() as u32;
        commits.push(node.commit);
        let commit = &mut commits[at[place as usize] as usize];
        let compared = !commit.is_merge() || selection.first_parent;
        if commit.traits.boundary || !compared {
            continue;
        }
        let old = node.parents.first().map(|parent| trees[*parent as usize]);
        match (node.tree, old) {
            (Some(new), None) => {
                walked.jobs.push(Job { commit: at[place as usize], new, old: None });
            }
            (Some(new), Some(Some(old))) => {
                walked.jobs.push(Job { commit: at[place as usize], new, old: Some(old) });
            }
            _ => commit.traits.damaged = true,
        }
    }
    tag(repository, &mut walked.history);
    walked
}

/// Gives the commits their tags.
fn tag(repository: &Repository, history: &mut History) {
    let tags = repo::tags(repository);
    let name = |id: &Id| {
        let oid = Oid::from_bytes(id.bytes()).ok()?;
        let first = tags.partition_point(|(tagged, _)| *tagged < oid);
        let own = tags[first..].iter().take_while(|(tagged, _)| *tagged == oid);
        Some(own.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" "))
    };
    for commit in &mut history.commits {
        commit.tags = name(&commit.id).unwrap_or_default().into();
    }
}
