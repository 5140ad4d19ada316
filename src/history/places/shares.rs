//! The shares of places in the lines that commits changed.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::History;
use super::Name;

/// The share of each place in the lines that a range of commits changed, from 0 to 1: the largest
/// first, ties by name. The sum is less than 1 if some commits have more places than they keep.
pub fn shares(history: &History, commits: Range<usize>) -> Vec<(&str, f64)> {
    let end = commits.end.min(history.commits.len());
    let commits = history.commits.get(commits.start..end).unwrap_or_default();
    let (mut all, mut places) = (0, BTreeMap::<Name, u64>::new());
    for commit in commits {
        all += u64::from(commit.churn.weight);
        for (name, lines) in history.places.row(commit) {
            *places.entry(*name).or_default() += u64::from(*lines);
        }
    }
    let mut sums: Vec<(&str, u64)> =
        places.iter().map(|(name, lines)| (history.places.names.text(*name), *lines)).collect();
    sums.sort_unstable_by_key(|(name, lines)| (Reverse(*lines), *name));
    sums.iter().map(|(name, lines)| (*name, *lines as f64 / all.max(1) as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::Commit;
    use super::*;

    /// A history with a commit per second, of these places and lines.
    fn history(commits: &[&[(&str, u32)]]) -> History {
        let mut history = History::default();
        for (second, found) in (0..).zip(commits) {
            let mut commit = Commit { ordered_s: second, ..Commit::default() };
            commit.churn.weight = found.iter().map(|(_, lines)| lines).sum();
            commit.places = history.places.add(found.iter().copied());
            history.commits.push(commit);
        }
        history
    }

    fn rewrite() -> History {
        history(&[
            &[("old", 90), (".", 10)],
            &[("old", 10)],
            &[("new", 30), ("old", 30)],
            &[],
            &[("new", 40), ("tests", 40)],
        ])
    }

    #[test]
    fn shares_are_of_the_lines_of_a_range() {
        let history = rewrite();
        assert_eq!(shares(&history, 0..1), [("old", 0.9), (".", 0.1)]);
        assert_eq!(shares(&history, 1..3), [("old", 4.0 / 7.0), ("new", 3.0 / 7.0)]);
        assert_eq!(shares(&history, 4..9), [("new", 0.5), ("tests", 0.5)]);
        for none in [3..4, 2..2, 9..12] {
            assert_eq!(shares(&history, none), []);
        }
    }

    #[test]
    fn shares_follow_the_commits_that_a_filter_keeps() {
        let mut history = rewrite();
        history.commits.remove(0);
        assert_eq!(shares(&history, 0..1), [("old", 1.0)]);
    }

    #[test]
    fn lines_in_places_that_are_not_kept_belong_to_all() {
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let found: Vec<_> = names.iter().map(|name| (&**name, 5)).collect();
        let shares: Vec<f64> =
            shares(&history(&[&found]), 0..1).iter().map(|(_, share)| *share).collect();
        assert_eq!(shares, [0.1; 8]);
    }
}
