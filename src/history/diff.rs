//! Counts the lines that differ between two texts: Myers' algorithm with a limit of work.
//!
//! Lines are numbers here, equal for equal lines. As in git, lines that the other text does not
//! have are set aside first, and a search that becomes expensive is cut short at the best point so
//! far, so the result may not be minimal for texts that have little in common. See E. W. Myers, "An
//! O(ND) difference algorithm and its variations", Algorithmica 1, 1986.

mod kept;

use kept::{kept, root};

/// Number of steps after which a search may be cut short, and a longer one is at the latest if it
/// exceeds the square root of the lines.
const PATIENCE: i32 = 256;
/// Number of equal lines in succession that are worth cutting a search short for.
const LONG_RUN: i32 = 20;
/// A run must be this many times farther away than the number of steps that led to it.
const WORTH: i32 = 4;
/// Numbers of lines removed and added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Lines of the old version that are not in the new one.
    pub removed: u32,
    /// Lines of the new version that were not in the old one.
    pub added: u32,
    /// True if the versions were too long, or too different, to compare. The difference of the
    /// numbers is exact even then.
    pub estimated: bool,
}

/// Counts the lines to remove from `old` and to add for `new`; lines are numbers below `distinct`.
/// `None` if that would take more than `work` steps.
pub(super) fn compare(old: &[u32], new: &[u32], distinct: usize, work: u64) -> Option<Lines> {
    // Lines at both ends that are the same are never set aside.
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let ends = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = ends.take_while(|(old, new)| old == new).count();
    let (in_old, in_new) = (start..old.len() - end, start..new.len() - end);
    let kept_old = kept(old, in_old.clone(), new, distinct);
    let kept_new = kept(new, in_new.clone(), old, distinct);
    let mut search = Search::new(&kept_old, &kept_new, work);
    let Lines { removed, added, .. } = search.run()?;
    Some(Lines {
        removed: removed + (in_old.len() - kept_old.len()) as u32,
        added: added + (in_new.len() - kept_new.len()) as u32,
        estimated: false,
    })
}

/// Two ranges of lines to compare.
#[derive(Clone, Copy)]
struct Part {
    old: (usize, usize),
    new: (usize, usize),
    /// True if its search must not be cut short, because it is known to be short.
    whole: bool,
}

/// A comparison of two texts.
struct Search<'a> {
    old: &'a [u32],
    new: &'a [u32],
    forward: Front,
    backward: Front,
    longest: i32,
    work: u64,
}

impl<'a> Search<'a> {
    fn new(old: &'a [u32], new: &'a [u32], work: u64) -> Self {
        let diagonals = old.len() + new.len() + 3;
        let front = || Front { reached: vec![0; diagonals + 1], low: 0, high: 0, centre: 0 };
        let longest = PATIENCE.max(root(diagonals) as i32);
        Self { old, new, forward: front(), backward: front(), longest, work }
    }

    /// Counts the changes, part by part.
    fn run(&mut self) -> Option<Lines> {
        let mut lines = Lines::default();
        let whole = Part { old: (0, self.old.len()), new: (0, self.new.len()), whole: false };
        let mut waiting = vec![whole];
        while let Some(Part { old: (mut a, mut b), new: (mut c, mut d), whole }) = waiting.pop() {
            let (old, new) = (&self.old[a..b], &self.new[c..d]);
            let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
            (a, c) = (a + same, c + same);
            let (old, new) = (&old[same..], &new[same..]);
            let same = old.iter().rev().zip(new.iter().rev()).take_while(|(x, y)| x == y).count();
            (b, d) = (b - same, d - same);
            if a == b || c == d {
                lines.removed += (b - a) as u32;
                lines.added += (d - c) as u32;
                continue;
            }
            let Split { old, new, first_is_short, second_is_short } =
                self.split(&self.old[a..b], &self.new[c..d], whole)?;
            let (old, new) = (a + old, c + new);
            waiting.push(Part { old: (old, b), new: (new, d), whole: second_is_short });
            waiting.push(Part { old: (a, old), new: (c, new), whole: first_is_short });
        }
        Some(lines)
    }

    /// A point on a path through the two parts: where searches from both ends meet, or where one of
    /// them has got farthest. `None` if there is no work left.
    fn split(&mut self, old: &'a [u32], new: &'a [u32], whole: bool) -> Option<Split> {
        let (forward, backward) = (Side::<false>(old, new), Side::<true>(old, new));
        let (length, delta) = (old.len() as i32, old.len() as i32 - new.len() as i32);
        self.forward.start(new.len());
        self.backward.start(new.len());
        for steps in 1.. {
            let Self { forward: front, backward: other, work, .. } = self;
            let odd = delta & 1 != 0;
            let meets =
                |k: i32, i: i32| odd && other.has(delta - k) && i + other.at(delta - k) >= length;
            let found_run = match front.step(&forward, work, meets)? {
                Step::Met(k, i) => return Some(Split::met(i, i - k)),
                Step::On { long_run } => long_run,
            };
            let (other, front) = (front, other);
            let meets =
                |k: i32, i: i32| !odd && other.has(delta - k) && i + other.at(delta - k) >= length;
            let found_run = match front.step(&backward, work, meets)? {
                Step::Met(k, i) => {
                    return Some(Split::met(length - i, new.len() as i32 - (i - k)));
                }
                Step::On { long_run } => found_run || long_run,
            };
            if whole {
                continue;
            }
            if found_run && steps > PATIENCE {
                if let Some((i, j)) = self.forward.long_run(&forward, steps) {
                    return Some(Split::cut(i, j, true));
                }
                if let Some((i, j)) = self.backward.long_run(&backward, steps) {
                    return Some(Split::cut(length - i, new.len() as i32 - j, false));
                }
            }
            if steps >= self.longest {
                let (i, j) = self.forward.farthest(&forward);
                let (k, l) = self.backward.farthest(&backward);
                return Some(if i + j > k + l {
                    Split::cut(i, j, true)
                } else {
                    Split::cut(length - k, new.len() as i32 - l, false)
                });
            }
        }
        None
    }
}

/// Where two parts are divided, as numbers of lines from their beginnings.
struct Split {
    old: usize,
    new: usize,
    first_is_short: bool,
    second_is_short: bool,
}

impl Split {
    fn met(old: i32, new: i32) -> Self {
        Self { old: old as usize, new: new as usize, first_is_short: true, second_is_short: true }
    }

    fn cut(old: i32, new: i32, forward: bool) -> Self {
        Self { first_is_short: forward, second_is_short: !forward, ..Self::met(old, new) }
    }
}

/// Two parts, seen from their beginnings or from their ends.
struct Side<'a, const BACK: bool>(&'a [u32], &'a [u32]);

impl<const BACK: bool> Side<'_, BACK> {
    /// Number of equal lines in succession from here.
    fn run(&self, i: i32, j: i32) -> i32 {
        let Self(old, new) = self;
        let (i, j) = (i as usize, j as usize);
        let (Some(n), Some(m)) = (old.len().checked_sub(i), new.len().checked_sub(j)) else {
            return 0;
        };
        let same = |(x, y): &(&u32, &u32)| x == y;
        let run = if BACK {
            old[..n].iter().rev().zip(new[..m].iter().rev()).take_while(same).count()
        } else {
            old[i..].iter().zip(&new[j..]).take_while(same).count()
        };
        run as i32
    }

    /// Returns true if the lines before this point are a long run.
    fn follows_a_run(&self, i: i32, j: i32) -> bool {
        let Self(old, new) = self;
        let (i, j, run) = (i as usize, j as usize, LONG_RUN as usize);
        if BACK {
            let (i, j) = (old.len() - i, new.len() - j);
            old[i..i + run] == new[j..j + run]
        } else {
            old[i - run..i] == new[j - run..j]
        }
    }
}

/// How far a search has got on each diagonal: the number of old lines less that of new ones.
struct Front {
    /// Number of old lines passed, for each diagonal from `low` to `high`.
    reached: Vec<i32>,
    low: i32,
    high: i32,
    /// Index of diagonal 0.
    centre: i32,
}

/// The outcome of a step.
enum Step {
    /// The other search has been met on this diagonal, after this number of old lines.
    Met(i32, i32),
    /// It goes on.
    On { long_run: bool },
}

impl Front {
    fn start(&mut self, new: usize) {
        (self.low, self.high, self.centre) = (0, 0, new as i32 + 1);
        self.set(0, 0);
    }

    fn has(&self, diagonal: i32) -> bool {
        (self.low..=self.high).contains(&diagonal) && (diagonal - self.low) & 1 == 0
    }

    fn at(&self, diagonal: i32) -> i32 {
        self.reached[(self.centre + diagonal) as usize]
    }

    fn set(&mut self, diagonal: i32, reached: i32) {
        self.reached[(self.centre + diagonal) as usize] = reached;
    }

    /// Adds one change to each path. `None` if there is no work left.
    fn step<const BACK: bool>(
        &mut self,
        side: &Side<'_, BACK>,
        work: &mut u64,
        meets: impl Fn(i32, i32) -> bool,
    ) -> Option<Step> {
        let (n, m) = (side.0.len() as i32, side.1.len() as i32);
        if self.low > -m {
            self.low -= 1;
            self.set(self.low - 1, -1);
        } else {
            self.low += 1;
        }
        if self.high < n {
            self.high += 1;
            self.set(self.high + 1, -1);
        } else {
            self.high -= 1;
        }
        let mut long_run = false;
        let mut diagonal = self.high;
        while diagonal >= self.low {
            let i = (self.at(diagonal - 1) + 1).max(self.at(diagonal + 1));
            let run = side.run(i, i - diagonal);
            *work = work.checked_sub(1 + run as u64)?;
            long_run |= run > LONG_RUN;
            self.set(diagonal, i + run);
            if meets(diagonal, i + run) {
                return Some(Step::Met(diagonal, i + run));
            }
            diagonal -= 2;
        }
        Some(Step::On { long_run })
    }

    /// The points that have been reached, as numbers of old and new lines.
    fn points(&self) -> impl Iterator<Item = (i32, i32)> {
        (self.low..=self.high).rev().step_by(2).map(|k| (self.at(k), self.at(k) - k))
    }

    /// The farthest point after a long run, if it is far enough for that many steps.
    fn long_run<const BACK: bool>(&self, side: &Side<'_, BACK>, steps: i32) -> Option<(i32, i32)> {
        let (n, m) = (side.0.len() as i32, side.1.len() as i32);
        let mut best = (WORTH * steps, None);
        for (i, j) in self.points() {
            let gain = i + j - (i - j).abs();
            let inside = (LONG_RUN..n).contains(&i) && (LONG_RUN..m).contains(&j);
            if gain > best.0 && inside && side.follows_a_run(i, j) {
                best = (gain, Some((i, j)));
            }
        }
        best.1
    }

    /// The point that is farthest from the beginning.
    fn farthest<const BACK: bool>(&self, side: &Side<'_, BACK>) -> (i32, i32) {
        let (n, m) = (side.0.len() as i32, side.1.len() as i32);
        let inside = self.points().map(|(i, j)| {
            // A path may have left the parts.
            let beyond = (i - n).max(j - m).max(0);
            (i - beyond, j - beyond)
        });
        inside.max_by_key(|(i, j)| i + j).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(removed: u32, added: u32) -> Lines {
        Lines { removed, added, estimated: false }
    }

    /// Counts the changes by dynamic programming.
    fn fewest(old: &[u32], new: &[u32]) -> Lines {
        let mut shared = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
        for (i, x) in old.iter().enumerate() {
            for (j, y) in new.iter().enumerate() {
                shared[i + 1][j + 1] =
                    if x == y { shared[i][j] + 1 } else { shared[i][j + 1].max(shared[i + 1][j]) };
            }
        }
        let shared = shared[old.len()][new.len()];
        lines(old.len() as u32 - shared, new.len() as u32 - shared)
    }

    /// Lines drawn from the first numbers.
    fn drawn(seed: u64, length: usize, distinct: u64) -> Vec<u32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 32) % distinct) as u32
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    #[test]
    fn short_texts_have_the_fewest_changes() {
        for seed in 0..2000 {
            let (length, distinct) = (seed as usize % 12, 1 + seed % 5);
            let old = drawn(2 * seed, length, distinct);
            let new = drawn(2 * seed + 1, seed as usize / 12 % 12, distinct);
            let mut search = Search::new(&old, &new, u64::MAX);
            assert_eq!(search.run(), Some(fewest(&old, &new)), "{old:?} {new:?}");
        }
    }

    #[test]
    fn lines_without_matches_are_set_aside() {
        let (old, new) = ([0, 1, 2, 3, 4], [0, 5, 2, 6, 4, 7]);
        assert_eq!(compare(&old, &new, 8, 1000), Some(lines(2, 3)));
        assert_eq!(compare(&[], &new, 8, 1000), Some(lines(0, 6)));
        assert_eq!(compare(&old, &[], 8, 1000), Some(lines(5, 0)));
    }

    #[test]
    fn a_long_search_keeps_the_balance_and_ends() {
        let (old, new) = (drawn(1, 20_000, 4), drawn(2, 21_000, 4));
        let Lines { removed, added, .. } = compare(&old, &new, 4, u64::MAX).expect("lines");
        assert_eq!(added - removed, 1000);
        // Random texts of four letters share 65 % of their lines.
        assert!((6_700..7_500).contains(&removed), "{removed}");
    }

    #[test]
    fn too_much_work_is_not_done() {
        let (old, new) = (drawn(1, 2000, 4), drawn(2, 2000, 4));
        assert_eq!(compare(&old, &new, 4, 10_000), None);
    }
}
