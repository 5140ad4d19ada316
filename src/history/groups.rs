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

    /// At most `most` groups, or as few as the silences allow. Their sizes are as equal as possible.
    pub fn at_most(history: &History, most: usize) -> Self {
        let runs = runs(&history.commits);
        let count = |size: usize| runs.iter().map(|run| run.len().div_ceil(size)).sum::<usize>();
        let (mut small, mut large) = (1, runs.iter().map(Range::len).max().unwrap_or(1));
        while small < large {
            let middle = small.midpoint(large);
            if count(middle) <= most { large = middle } else { small = middle + 1 }
        }
        // What these groups leave of `most` goes to the longest runs, in smaller groups.
        let size = large;
        let mut left = most.saturating_sub(count(size));
        let commits = history.commits.len().max(1);
        let mut bounds = Vec::new();
        for run in &runs {
            let fewest = run.len().div_ceil(size);
            let share = (most * run.len()).div_ceil(commits).clamp(fewest, run.len());
            let groups = share.min(fewest + left);
            left -= groups - fewest;
            bounds.extend((0..groups).map(|group| (run.start + group * run.len() / groups) as u32));
        }
        bounds.push(history.commits.len() as u32);
        Self::with_bounds(bounds)
    }

    /// Groups that end with these commits, which are given by ascending indices; the rest of the
    /// history is the last group.
    pub fn ending(history: &History, ends: impl Iterator<Item = usize>) -> Self {
        let count = history.commits.len() as u32;
        let mut bounds = vec![0];
        bounds.extend(ends.map(|end| end as u32 + 1).filter(|end| *end < count));
        bounds.push(count);
        bounds.dedup();
        Self::with_bounds(bounds)
    }

    /// Groups of successive commits with the same `key`, none across a silence.
    pub(super) fn by_key<K: PartialEq>(history: &History, key: impl Fn(&Commit) -> K) -> Self {
        let mut bounds = Vec::new();
        for run in runs(&history.commits) {
            let mut at = run.start;
            for same in history.commits[run].chunk_by(|a, b| key(a) == key(b)) {
                bounds.push(at as u32);
                at += same.len();
            }
        }
        bounds.push(history.commits.len() as u32);
        Self::with_bounds(bounds)
    }

    fn with_bounds(bounds: Vec<u32>) -> Self {
        let sizes = bounds.windows(2).map(|pair| (pair[1] - pair[0]) as usize);
        Self { size: sizes.max().unwrap_or(1), bounds }
    }

    /// The group of a commit, given by an index below the number of commits.
    pub fn of_commit(&self, index: usize) -> usize {
        self.bounds.partition_point(|begin| *begin as usize <= index) - 1
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
