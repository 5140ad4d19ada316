//! Sets lines aside that can hardly match any line of the other text, as git does.

use std::ops::Range;

/// A line that the other text has at least this often, or as often as the square root of the
/// lines, is common.
const COMMON: usize = 1024;
/// Number of lines around a common line that decide whether it is set aside.
const WINDOW: usize = 100;

/// How often a line occurs in the other text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Matches {
    None,
    Some,
    Many,
}

/// The lines in this range of `text` that may match lines of `other`.
pub(super) fn kept(text: &[u32], range: Range<usize>, other: &[u32], distinct: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; distinct];
    for line in other {
        counts[*line as usize] += 1;
    }
    let many = root(text.len()).min(COMMON) as u32;
    let text = &text[range];
    let matches: Vec<Matches> = text
        .iter()
        .map(|line| match counts[*line as usize] {
            0 => Matches::None,
            count if count >= many => Matches::Many,
            _ => Matches::Some,
        })
        .collect();
    let keeps = |at: usize| match matches[at] {
        Matches::None => false,
        Matches::Some => true,
        Matches::Many => !is_lost_in_changes(&matches, at),
    };
    (0..text.len()).filter(|at| keeps(*at)).map(|at| text[at]).collect()
}

/// git's square root: the power of two above it.
pub(super) fn root(mut number: usize) -> usize {
    let mut root = 1;
    while number > 0 {
        root *= 2;
        number /= 4;
    }
    root
}

/// Returns true if a common line is surrounded by lines that do not match at all.
fn is_lost_in_changes(matches: &[Matches], at: usize) -> bool {
    let before = &matches[at.saturating_sub(WINDOW)..at];
    let after = &matches[at + 1..matches.len().min(at + 1 + WINDOW)];
    let (none, many) = run_of_changes(before.iter().rev());
    if none == 0 {
        return false;
    }
    let (none_after, many_after) = run_of_changes(after.iter());
    none_after > 0 && none + none_after > 3 * (many + many_after + 2)
}

/// Numbers of lines without matches and with many, before the first that has some.
fn run_of_changes<'a>(lines: impl Iterator<Item = &'a Matches>) -> (usize, usize) {
    let (mut none, mut many) = (0, 0);
    for line in lines {
        match line {
            Matches::None => none += 1,
            Matches::Many => many += 1,
            Matches::Some => break,
        }
    }
    (none, many)
}
