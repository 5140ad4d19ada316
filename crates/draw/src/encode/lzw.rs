//! GIF's LZW compression for frames in which most pixels are unchanged.
//!
//! A general encoder visits every pixel of the rectangle. This one gets the spans of changed
//! pixels. Between them are runs of one symbol, whose dictionary entries form a chain, so the cost
//! of a run is its number of codes and not its number of pixels.

use flaky_core::animation::{Frame, UNCHANGED};

/// The maximum size of the dictionary in GIF.
const MOST_CODES: u16 = 4096;
/// Slots of the hash table: a power of two, at most a third of them in use.
const SLOTS: usize = 1 << 14;

/// Encodes the pixels of `frame`, unchanged ones as [`UNCHANGED`]. The result is the minimum code size
/// and then the codes, not yet divided into sub-blocks.
pub(super) fn encode(frame: &Frame) -> Vec<u8> {
    let whole = frame.changed.iter().map(|run| run.end - run.start).sum::<u32>() as usize
        == frame.pixels.len();
    let largest = frame
        .changed
        .iter()
        .flat_map(|run| &frame.pixels[run.start as usize..run.end as usize])
        .fold(u8::from(!whole), |most, pixel| most.max(*pixel));
    let bits = (8 - largest.leading_zeros()).max(2) as u8;
    let mut coder = Coder::new(bits);
    let mut at = 0;
    for run in &frame.changed {
        coder.keep(run.start - at);
        for &pixel in &frame.pixels[run.start as usize..run.end as usize] {
            coder.symbol(pixel);
        }
        at = run.end;
    }
    coder.keep(frame.pixels.len() as u32 - at);
    coder.finish()
}

struct Coder {
    out: Vec<u8>,
    accumulator: u64,
    filled: u32,
    least_bits: u8,
    code_bits: u8,
    next: u16,
    /// The code of the symbols matched so far.
    prefix: Option<u16>,
    /// The codes of runs of [`UNCHANGED`]; `runs[n]` is a run of `n + 1`.
    runs: Vec<u16>,
    /// A hash table with open addressing: `prefix << 20 | symbol << 12 | code`, or [`EMPTY`].
    table: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Coder {
    fn new(least_bits: u8) -> Self {
        let mut this = Self {
            out: vec![least_bits],
            accumulator: 0,
            filled: 0,
            least_bits,
            code_bits: least_bits + 1,
            next: 0,
            prefix: None,
            runs: Vec::new(),
            table: vec![EMPTY; SLOTS],
        };
        this.clear();
        this
    }

    /// Writes the clear code and resets the dictionary.
    fn clear(&mut self) {
        self.write(1 << self.least_bits);
        self.forget();
    }

    fn forget(&mut self) {
        self.code_bits = self.least_bits + 1;
        self.next = (1 << self.least_bits) + 2;
        self.runs.clear();
        self.runs.push(u16::from(UNCHANGED));
        self.table.fill(EMPTY);
    }

    fn write(&mut self, code: u16) {
        self.accumulator |= u64::from(code) << self.filled;
        self.filled += u32::from(self.code_bits);
        while self.filled >= 8 {
            self.out.push(self.accumulator as u8);
            self.accumulator >>= 8;
            self.filled -= 8;
        }
    }

    /// Writes the prefix and adds prefix + symbol to the dictionary. Returns true if it was full
    /// and has been cleared instead.
    fn emit(&mut self, prefix: u16, symbol: u8, slot: Option<usize>) -> bool {
        self.write(prefix);
        if self.next == MOST_CODES {
            self.clear();
            return true;
        }
        if let Some(slot) = slot {
            self.table[slot] = key(prefix, symbol) << 12 | u32::from(self.next);
        } else {
            self.runs.push(self.next);
        }
        if self.next == 1 << self.code_bits && self.code_bits < 12 {
            self.code_bits += 1;
        }
        self.next += 1;
        false
    }

    fn symbol(&mut self, symbol: u8) {
        let Some(prefix) = self.prefix else {
            self.prefix = Some(u16::from(symbol));
            return;
        };
        match self.slot(prefix, symbol) {
            Ok(code) => self.prefix = Some(code),
            Err(slot) => {
                self.emit(prefix, symbol, Some(slot));
                self.prefix = Some(u16::from(symbol));
            }
        }
    }

    /// The code of prefix + symbol, or the slot where it belongs.
    fn slot(&self, prefix: u16, symbol: u8) -> Result<u16, usize> {
        let key = key(prefix, symbol);
        let mut at = (key.wrapping_mul(0x9e37_79b1) >> 18) as usize & (SLOTS - 1);
        loop {
            let entry = self.table[at];
            if entry == EMPTY {
                return Err(at);
            }
            if entry >> 12 == key {
                return Ok((entry & 0xfff) as u16);
            }
            at = (at + 1) & (SLOTS - 1);
        }
    }

    /// Encodes `count` times [`UNCHANGED`].
    fn keep(&mut self, count: u32) {
        let mut left = count as usize;
        // Extend the current match into the run as long as the dictionary contains it.
        while left > 0 {
            let Some(prefix) = self.prefix else { break };
            match self.slot(prefix, UNCHANGED) {
                Ok(code) => {
                    self.prefix = Some(code);
                    left -= 1;
                }
                Err(slot) => {
                    self.emit(prefix, UNCHANGED, Some(slot));
                    self.prefix = None;
                }
            }
        }
        // Encode the rest of the run with the codes of runs.
        while left > 0 {
            let known = self.runs.len();
            if left <= known {
                self.prefix = Some(self.runs[left - 1]);
                return;
            }
            self.emit(self.runs[known - 1], UNCHANGED, None);
            left -= known;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if let Some(prefix) = self.prefix {
            self.write(prefix);
            // The decoder adds one more entry before it reads the end code.
            if self.next == 1 << self.code_bits && self.code_bits < 12 {
                self.code_bits += 1;
            }
        }
        self.write((1 << self.least_bits) + 1);
        if self.filled > 0 {
            self.out.push(self.accumulator as u8);
        }
        self.out
    }
}

fn key(prefix: u16, symbol: u8) -> u32 {
    u32::from(prefix) << 8 | u32::from(symbol)
}
