//! Mutations of a seed: deterministic, so that a failure can be repeated.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The maximum length of an input, in bytes.
const LONGEST: usize = 1 << 16;
/// The maximum number of mutations of a seed.
const MOST: usize = 6;
/// Texts that parsers find hard: numbers at a limit, beginnings without an end, odd characters.
const HARD: [&str; 32] = [
    "0",
    "-1",
    "1e999",
    "-0.0",
    "NaN",
    "18446744073709551616",
    "9223372036854775807",
    "0x1p3",
    "null",
    "true",
    "[",
    "{",
    "}",
    "]",
    "\"",
    "\\u0000",
    "\\ud800",
    "<",
    "/>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#0;",
    "<!DOCTYPE x>",
    "9999-12-31T23:59:59Z",
    "\0",
    "\n",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "𝕏",
    "> ",
];

/// An endless source of inputs from some seeds.
pub(super) struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    random: ChaCha8Rng,
}

impl<'a> Mutator<'a> {
    /// Inputs from `seeds`; equal numbers give equal inputs.
    pub(super) fn new(seeds: &'a [Vec<u8>], number: u64) -> Self {
        Self { seeds, random: ChaCha8Rng::seed_from_u64(number) }
    }

    /// The next input.
    pub(super) fn input(&mut self) -> Vec<u8> {
        let mut input = self.seed().to_vec();
        for _ in 0..self.random.random_range(1..=MOST) {
            self.mutate(&mut input);
            input.truncate(LONGEST);
        }
        input
    }

    fn seed(&mut self) -> &'a [u8] {
        &self.seeds[self.random.random_range(0..self.seeds.len())]
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let range = self.range(input.len());
        match self.random.random_range(0..7) {
            0 => {
                let bit = self.random.random_range(0..8);
                input[range].iter_mut().take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            1 => {
                let byte: u8 = self.random.random();
                input.insert(range.start, byte);
            }
            2 => drop(input.drain(range)),
            3 => {
                let copies = self.random.random_range(1..20);
                let part = input[range.clone()].repeat(copies);
                input.splice(range.end..range.end, part);
            }
            4 => {
                let hard = HARD[self.random.random_range(0..HARD.len())];
                input.splice(range, hard.bytes());
            }
            5 => {
                let other = self.seed();
                let part = self.range(other.len());
                input.splice(range, other[part].iter().copied());
            }
            _ => input.truncate(range.end),
        }
    }

    /// A part of `len` bytes, usually a short one.
    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.random.random_range(0..=len);
        let longest = if self.random.random_bool(0.8) { 16 } else { len };
        let end = start + self.random.random_range(0..=longest.min(len - start));
        start..end
    }
}
