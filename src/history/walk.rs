//! Walks the commits of a selection and reads each as a plain record, oldest first.
//!
//! The order is that of `git log --date-order --reverse`: no commit before its parents, otherwise
//! by commit date. Every object is read once and not kept.

use std::mem;

use git2::{Oid, Repository};

use super::churn::Comparison;
use super::commits::Commits;
use super::error::Error;
use super::graph::Graph;
use super::message::ParsedCommit;
use super::objects::Database;
use super::repo::{self, References, Revisions};
use super::select::{Selection, Start};
use super::tags::{self, Ancestry, Outside, Place, Placed, TagMover};
use super::{History, Id, calendar, mailmap};
use crate::progress::Progress;

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
    let mut graph = Graph::new(repository, commits, selection.first_parent, progress)?;
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
            let index = graph.index(&Id::new(tip.as_bytes()))?;
            positions[index as usize]
        };
        let tips = revisions.tips.iter().filter_map(position).collect();
        let dates = || order.iter().map(|index| graph.found[*index as usize].committed_s);
        let oldest_s = if revisions.excluded.is_empty() { None } else { dates().min() };
        Self { graph, positions, tips, oldest_s }
    }
}

impl Ancestry for Order<'_, '_> {
    fn place(&self, id: &Id) -> Place {
        match self.graph.index(id).map(|index| self.positions[index as usize]) {
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

/// Converts the selected commits of the graph, in this order, and lists the trees to compare.
fn finish(
    repository: &Repository,
    selection: &Selection,
    mut graph: Graph<'_>,
    order: &[u32],
    mut tags: Placed,
    name: String,
) -> Result<Walked, Error> {
    let mailmap = mailmap::read(repository, &mut graph.commits)?;
    let people = mem::take(&mut graph.people).mapped(&mailmap);
    let tag_dates = mem::take(&mut tags.dates);
    let history = History { people, tag_dates, name, ..History::default() };
    let replaced = graph.commits.are_grafted();
    let mut walked = Walked { history, comparisons: Vec::new(), replaced };
    let mut found = mem::take(&mut graph.found);
    arrange(&mut found, order);
    let dates = calendar::settled(found.iter().map(|commit| commit.committed_s).collect());
    let mut broken = Vec::new();
    let mut mover = TagMover::default();
    let mut kept = 0;
    let mut places = (0..).zip(order).zip(dates);
    found.retain_mut(|commit| {
        let Some(((position, &index), date_s)) = places.next() else { return false };
        let node = &graph.nodes[index as usize];
        if node.unreadable {
            broken.push(commit.id);
        }
        commit.ordered_s = date_s;
        tags.take(position, commit);
        if !selection.matches_dates(commit) {
            return false;
        }
        if !selection.matches(commit, &walked.history.people[commit.author as usize]) {
            mover.leave_out(commit);
            return false;
        }
        mover.keep(commit);
        let at = kept;
        kept += 1;
        let compared = !commit.is_merge() || selection.first_parent;
        if commit.flags.boundary || !compared {
            return true;
        }
        let old = graph.parents(index).first().map(|first| graph.nodes[*first as usize].tree);
        match (node.tree, old) {
            (None, _) | (_, Some(None)) => commit.flags.damaged = true,
            (Some(new), old) => {
                walked.comparisons.push(Comparison { commit: at, new, old: old.flatten() });
            }
        }
        true
    });
    let commits = &mut walked.history.commits;
    *commits = found;
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

/// Puts the elements at these indices in this order, without a second list, and drops the others.
fn arrange<T>(list: &mut Vec<T>, order: &[u32]) {
    let mut places = vec![u32::MAX; list.len()];
    for (place, index) in (0..).zip(order) {
        places[*index as usize] = place;
    }
    for index in 0..list.len() {
        // What is swapped into this place goes on from here.
        let mut place = places[index] as usize;
        while place != index && place < list.len() {
            list.swap(index, place);
            places.swap(index, place);
            place = places[index] as usize;
        }
    }
    list.truncate(order.len());
}

#[cfg(test)]
mod tests {
    use super::arrange;

    #[test]
    fn elements_are_put_in_order_and_others_dropped() {
        let orders: [&[u32]; 7] =
            [&[], &[0, 1, 2, 3], &[3, 2, 1, 0], &[1, 2, 3, 0], &[2], &[3, 0], &[2, 0, 3]];
        for order in orders {
            let mut list: Vec<u32> = (0..4).collect();
            arrange(&mut list, order);
            assert_eq!(list, order);
        }
    }
}
