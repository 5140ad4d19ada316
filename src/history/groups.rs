//! Groups of successive commits that share a beat. A group never reaches across a silence.

use std::ops::Range;

use super::{Commit, History};

/// Gap from which there is a silence: 30 days, in seconds.
pub(super) const SILENCE_S: i64 = 30 * 86_400;

/// The groups of a history, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Index of the first commit of each group, then the number of commits.
    bounds: Vec<u32>,
    /// Maximum number of commits in a group.
    size: usize,
}

impl Groups {
    /// Groups of at most `size` commits.
    pub fn of(history: &History, size: usize) -> Self {
        let (size, mut bounds) = (size.max(1), Vec::new());
        for run in runs(&history.commits) {
            bounds.extend(run.step_by(size).map(|begin| begin as u32));
        }
        bounds.push(history.commits.len() as u32);
        Self { bounds, size }
    }

    /// The smallest groups that are at most `most` in number, or as few as the silences allow.
    pub fn at_most(history: &History, most: usize) -> Self {
        let runs = runs(&history.commits);
        let count = |size: usize| runs.iter().map(|run| run.len().div_ceil(size)).sum::<usize>();
        let (mut small, mut large) = (1, runs.iter().map(Range::len).max().unwrap_or(1));
        while small < large {
            let middle = small.midpoint(large);
            if count(middle) <= most { large = middle } else { small = middle + 1 }
        }
        Self::of(history, large)
    }

    /// Number of groups.
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Maximum number of commits in a group.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Indices of the commits of a group, which is given by an index below [`count`](Self::count).
    pub fn range(&self, group: usize) -> Range<usize> {
        self.bounds[group] as usize..self.bounds[group + 1] as usize
    }
}

/// The ranges of commits between silences.
fn runs(commits: &[Commit]) -> Vec<Range<usize>> {
    let (mut runs, mut begin) = (Vec::new(), 0);
    for (i, pair) in commits.windows(2).enumerate() {
        if gap_s(&pair[0], &pair[1]) >= SILENCE_S {
            runs.push(begin..i + 1);
            begin = i + 1;
        }
    }
    if begin < commits.len() {
        runs.push(begin..commits.len());
    }
    runs
}

/// Time between two successive commits, in seconds.
pub(super) fn gap_s(before: &Commit, next: &Commit) -> i64 {
    next.ordered_s.saturating_sub(before.ordered_s).max(0)
}
