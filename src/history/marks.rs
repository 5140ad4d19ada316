//! The mark of a commit, or of several: the kind of beat that it gets.

use super::Commit;
use flaky_core::rhythm::mark::{self, Mark};
use flaky_core::verdict::Verdict;

/// A group with more commits has the most frequent mark, not the most telling one.
const VERY_MANY: usize = 50;

/// The mark of the most telling commit. Among very many something is always unusual, so that these have
/// the most frequent mark.
pub fn mark(commits: &[Commit]) -> &'static Mark {
    let marks = commits.iter().map(ranked_mark);
    let ranked = if commits.len() > VERY_MANY {
        let number =
            |mark: &Mark| marks.clone().filter(|(_, other)| other.name == mark.name).count();
        mark::TABLE.iter().map(|mark| (number(mark), *mark)).max_by_key(|(count, _)| *count)
    } else {
        marks.max_by_key(|(rank, _)| *rank).map(|(rank, mark)| (rank.into(), mark))
    };
    ranked.map_or(&mark::COMMIT, |(_, mark)| mark)
}

/// Number of commits that have this mark by themselves.
pub fn marked(commits: &[Commit], mark: &Mark) -> usize {
    commits.iter().filter(|commit| ranked_mark(commit).1.name == mark.name).count()
}

/// The rank of a commit in a group, and its mark.
fn ranked_mark(commit: &Commit) -> (u8, &'static Mark) {
    match commit.verdict {
        Some(Verdict::Flaky) => (7, &mark::FLAKY),
        Some(Verdict::Failed) => (6, &mark::FAILED),
        _ if commit.flags.damaged => (5, &mark::LOST),
        _ if commit.flags.revert => (4, &mark::REVERT),
        _ if commit.is_root() => (3, &mark::ROOT),
        _ if commit.flags.fixup => (0, &mark::FIXUP),
        _ if commit.is_merge() => (2, &mark::MERGE),
        _ => (1, &mark::COMMIT),
    }
}
