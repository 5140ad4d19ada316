//! The shares of places in the lines that commits changed, at once and over time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::{Commit, History};
use super::Name;

/// The share of each place in the lines that a range of commits changed, from 0 to 1: the largest
/// first, ties by name. The sum is less than 1 if some commits have more places than they keep.
pub fn shares(history: &History, commits: Range<usize>) -> Vec<(&str, f64)> {
    let Sums { all, places } = Sums::of(history, commits);
    let mut sums: Vec<(&str, u64)> =
        places.iter().map(|(name, lines)| (history.places.names.text(*name), *lines)).collect();
    sums.sort_unstable_by_key(|(name, lines)| (Reverse(*lines), *name));
    sums.iter().map(|(name, lines)| (*name, *lines as f64 / all as f64)).collect()
}

/// The lines of a range of commits.
struct Sums {
    /// All of them, at least 1.
    all: u64,
    places: BTreeMap<Name, u64>,
}

impl Sums {
    /// Sums up the commits of a range, as far as there are any.
    fn of(history: &History, commits: Range<usize>) -> Self {
        let end = commits.end.min(history.commits.len());
        let commits = history.commits.get(commits.start..end).unwrap_or_default();
        let (mut all, mut places) = (0, BTreeMap::new());
        for commit in commits {
            all += u64::from(commit.churn.weight);
            for (name, lines) in history.places.row(commit) {
                *places.entry(*name).or_default() += u64::from(*lines);
            }
        }
        Self { all: all.max(1), places }
    }
}

/// The main places of a history over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Band<'a> {
    /// The places with the largest areas, that is the largest shares on average over all slices:
    /// the largest first, ties by name.
    pub names: Vec<&'a str>,
    /// The shares of these places in each slice, in the same order, then of all other places. They
    /// add up to 1, or are all 0 if no lines were changed.
    pub slices: Vec<Vec<f64>>,
}

impl<'a> Band<'a> {
    /// The band of at most `count` named places, for slices of the history, which are ranges of its
    /// commits.
    pub fn new(history: &'a History, slices: &[Range<usize>], count: usize) -> Self {
        let slices: Vec<Sums> =
            slices.iter().map(|commits| Sums::of(history, commits.clone())).collect();
        let mut areas: BTreeMap<Name, f64> = BTreeMap::new();
        for Sums { all, places } in &slices {
            for (name, lines) in places {
                *areas.entry(*name).or_default() += *lines as f64 / *all as f64;
            }
        }
        let text = |name: &Name| history.places.names.text(*name);
        let mut areas: Vec<(Name, f64)> = areas.into_iter().collect();
        areas.sort_unstable_by(|(a, area), (b, other)| {
            other.total_cmp(area).then_with(|| text(a).cmp(text(b)))
        });
        areas.truncate(count);
        let shares = |Sums { all, places }: &Sums| {
            let lines = areas.iter().map(|(name, _)| places.get(name).copied().unwrap_or_default());
            let mut shares: Vec<f64> = lines.map(|lines| lines as f64 / *all as f64).collect();
            let others = if places.is_empty() { 0.0 } else { 1.0 - shares.iter().sum::<f64>() };
            shares.push(others.max(0.0));
            shares
        };
        Self {
            slices: slices.iter().map(shares).collect(),
            names: areas.iter().map(|(name, _)| text(name)).collect(),
        }
    }
}

/// Divides commits, in their order, into `count` slices of equal time. Slices may be empty.
pub fn equal_times(commits: &[Commit], count: usize) -> Vec<Range<usize>> {
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else { return Vec::new() };
    let (start, count) = (i128::from(first.ordered_s), count as i128);
    let span = (i128::from(last.ordered_s) - start).max(0) + 1;
    let begin = |slice: i128| {
        commits
            .partition_point(|commit| (i128::from(commit.ordered_s) - start) * count < slice * span)
    };
    (0..count).map(|slice| begin(slice)..begin(slice + 1)).collect()
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_band_shows_a_rewrite() {
        let history = rewrite();
        let band = Band::new(&history, &[0..2, 2..3, 3..4, 4..5], 2);
        assert_eq!(band.names, ["old", "new"]);
        let [first, middle, silent, last] = &band.slices[..] else { panic!("four slices") };
        assert_eq!(first[..2], [100.0 / 110.0, 0.0]);
        assert!((first[2] - 10.0 / 110.0).abs() < 1e-12);
        assert_eq!(middle[..], [0.5, 0.5, 0.0]);
        assert_eq!(silent[..], [0.0; 3]);
        assert_eq!(last[..], [0.0, 0.5, 0.5]);
    }

    #[test]
    fn a_band_names_what_lasts_rather_than_one_large_import() {
        let history = history(&[&[("deps", 100_000)], &[("src", 9)], &[("src", 8), (".", 1)]]);
        assert_eq!(Band::new(&history, &[0..1, 1..2, 2..3], 1).names, ["src"]);
        assert_eq!(Band::new(&history, &[0..1, 1..2, 2..3], 9).names, ["src", "deps", "."]);
        assert_eq!(Band::new(&history, &[], 9), Band { names: vec![], slices: vec![] });
    }

    #[test]
    fn slices_of_equal_time_cover_all_commits() {
        let at = |ordered_s| Commit { ordered_s, ..Commit::default() };
        let commits = [0, 1, 2, 50, 99].map(at);
        assert_eq!(equal_times(&commits, 4), [0..3, 3..3, 3..4, 4..5]);
        assert_eq!(equal_times(&commits, 1), [0..5]);
        assert_eq!(equal_times(&[at(7), at(7)], 3), [0..2, 2..2, 2..2]);
        assert_eq!(equal_times(&[at(i64::MIN), at(i64::MAX)], 2), [0..1, 1..2]);
        assert!(equal_times(&[], 3).is_empty());
    }
}
