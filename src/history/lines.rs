//! Counts the lines that differ between two versions of a file.

use imara_diff::{Algorithm, Diff, InternedInput};

/// Number of first bytes in which a NUL makes a file binary, as in git.
const BINARY_PREFIX: usize = 8000;
/// Size in bytes above which git treats a file as binary without reading it.
pub(super) const MAX_TEXT: u64 = 512 << 20;
/// Bytes compared at once.
const BLOCK: usize = 64;

/// Numbers of lines removed and added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Lines of the old version that are not in the new one.
    pub removed: u32,
    /// Lines of the new version that were not in the old one.
    pub added: u32,
}

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
        return Lines { removed: count(old), added: count(new) };
    }
    let input = InternedInput::new(old, new);
    let diff = Diff::compute(Algorithm::Myers, &input);
    Lines { removed: diff.count_removals(), added: diff.count_additions() }
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
        assert_eq!(between(old.as_bytes(), new.as_bytes()), Lines { removed, added });
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
}
