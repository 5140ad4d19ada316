//! Counts the lines that differ between two versions of a file.

use std::hash::{DefaultHasher, Hash, Hasher};

use imara_diff::InternedInput;

use super::diff::{self, Lines};

/// Number of first bytes in which a NUL makes a file binary, as in git.
const BINARY_PREFIX: usize = 8000;
/// Bytes compared at once.
const BLOCK: usize = 64;
/// Number of differing lines of both versions above which they are not compared in order: each takes
/// about 50 bytes.
const MAX_LINES: usize = 4 << 20;
/// Steps of a comparison, about a nanosecond each, before it is given up.
const MAX_WORK: u64 = 1 << 30;
/// Number of counters for an estimate.
const COUNTERS: usize = 1 << 20;

/// Compares two versions; binary files have no lines.
pub(super) fn between(old: &[u8], new: &[u8]) -> Lines {
    if is_binary(old) || is_binary(new) {
        return Lines::default();
    }
    // Most changes affect a few lines of a long file, so equal parts at both ends are skipped
    // before splitting into lines.
    let start = shared_start(old, new);
    let (old, new) = (&old[start..], &new[start..]);
    let end = shared_end(old, new);
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    if old.is_empty() || new.is_empty() {
        return Lines { removed: count(old), added: count(new), estimated: false };
    }
    compare(old, new, MAX_WORK).unwrap_or_else(|| estimate(old, new))
}

/// Counts the changes in at most this number of steps, and a bounded amount of memory.
fn compare(old: &[u8], new: &[u8], work: u64) -> Option<Lines> {
    if count(old) as usize + count(new) as usize > MAX_LINES {
        return None;
    }
    let input = InternedInput::new(old, new);
    let numbers = |lines: &[imara_diff::Token]| lines.iter().map(|line| line.0).collect::<Vec<_>>();
    let (old, new) = (numbers(&input.before), numbers(&input.after));
    diff::compare(&old, &new, input.interner.num_tokens() as usize, work)
}

/// Counts the lines that one version has more often than the other, whatever their order. A few
/// lines that differ may be taken for equal.
fn estimate(old: &[u8], new: &[u8]) -> Lines {
    let mut surplus = vec![0_i32; COUNTERS];
    let lines = |text| <[u8]>::split_inclusive(text, |byte| *byte == b'\n');
    let mut add = |line: &[u8], one: i32| {
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        surplus[hasher.finish() as usize % COUNTERS] += one;
    };
    lines(old).for_each(|line| add(line, -1));
    lines(new).for_each(|line| add(line, 1));
    let sum = |one: i32| surplus.iter().map(|of| (of * one).max(0) as u32).sum();
    Lines { removed: sum(-1), added: sum(1), estimated: true }
}

fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PREFIX)]).is_some()
}

/// Number of lines; the last line may have no newline.
fn count(bytes: &[u8]) -> u32 {
    let ends = memchr::memchr_iter(b'\n', bytes).count();
    let unfinished = bytes.last().is_some_and(|last| *last != b'\n');
    u32::try_from(ends).unwrap_or(u32::MAX).saturating_add(u32::from(unfinished))
}

/// Number of bytes in equal whole lines at the beginning.
fn shared_start(a: &[u8], b: &[u8]) -> usize {
    let equal = mismatch(a, b);
    if equal == a.len() && equal == b.len() {
        return equal;
    }
    memchr::memrchr(b'\n', &a[..equal]).map_or(0, |newline| newline + 1)
}

/// Index of the first byte that differs.
pub(super) fn mismatch(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK));
    let equal = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    equal + a[equal..].iter().zip(&b[equal..]).take_while(|(a, b)| a == b).count()
}

/// Number of bytes in equal whole lines at the end.
fn shared_end(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK));
    let mut equal = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let rest = a[..a.len() - equal].iter().rev().zip(b[..b.len() - equal].iter().rev());
    equal += rest.take_while(|(a, b)| a == b).count();
    // A line is whole if in both texts it follows a newline or starts the text.
    let begins = |text: &[u8]| text.len() == equal || text[text.len() - equal - 1] == b'\n';
    if begins(a) && begins(b) {
        return equal;
    }
    let tail = &a[a.len() - equal..];
    memchr::memchr(b'\n', tail).map_or(0, |newline| tail.len() - newline - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_lines(old: &str, new: &str, removed: u32, added: u32) {
        let lines = between(old.as_bytes(), new.as_bytes());
        assert_eq!(lines, Lines { removed, added, estimated: false });
    }

    #[test]
    fn are_counted_as_git_does() {
        assert_lines("", "", 0, 0);
        assert_lines("", "a\nb\n", 0, 2);
        assert_lines("", "a\nb", 0, 2);
        assert_lines("a\nb\n", "a\nb", 1, 1);
        assert_lines("a\nb\nc\n", "a\nx\nc\n", 1, 1);
        assert_lines("a\r\nb\r\n", "a\nb\n", 2, 2);
        assert_lines("a\n", "a\na\n", 0, 1);
        assert_lines("xa\n", "a\n", 1, 1);
        assert_lines("a\nb\n", "b\n", 1, 0);
        assert_lines("\0", "a\n", 0, 0);
    }

    #[test]
    fn at_the_edges_of_blocks() {
        for length in [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let line = "y".repeat(length);
            assert_lines(&format!("{line}\n{line}\n"), &format!("{line}\nz\n{line}\n"), 0, 1);
            assert_lines(&format!("a{line}\n"), &format!("b{line}\n"), 1, 1);
        }
    }

    /// Texts of lines that say little, in an order without any rule.
    fn braces(seed: u32, lines: u32) -> Vec<u8> {
        let line = |at: u32| [&b"{\n"[..], b"}\n", b"\n", b"x\n"][(word(at, seed) % 4) as usize];
        (0..lines).flat_map(line).copied().collect()
    }

    fn word(at: u32, seed: u32) -> u32 {
        let mut hasher = DefaultHasher::new();
        (at, seed).hash(&mut hasher);
        hasher.finish() as u32
    }

    #[test]
    fn an_estimate_counts_what_one_has_more_often() {
        let lines = estimate(b"a\nb\nb\nc\n", b"c\nb\na\nd\nd");
        assert_eq!(lines, Lines { removed: 1, added: 2, estimated: true });
    }

    #[test]
    fn a_comparison_that_takes_too_long_is_an_estimate() {
        let (old, new) = (braces(1, 4000), braces(2, 4100));
        let exact = compare(&old, &new, MAX_WORK).expect("lines");
        assert!(!exact.estimated && exact.added - exact.removed == 100, "{exact:?}");
        assert_eq!(compare(&old, &new, 10_000), None);
        let rough = estimate(&old, &new);
        assert_eq!(rough.added - rough.removed, 100);
        assert!(rough.removed < exact.removed, "{rough:?} {exact:?}");
    }

    #[test]
    fn more_lines_than_memory_allows_are_an_estimate() {
        let text = |first: &str, last: &str| {
            let lines = "\n".repeat(MAX_LINES / 2 + 1);
            format!("{first}\n{lines}{last}\n").into_bytes()
        };
        let lines = between(&text("a", "b"), &text("c", "b\nd"));
        assert_eq!(lines, Lines { removed: 1, added: 2, estimated: true });
    }
}
