//! Fits a picture into a maximum file size by reducing the fade levels, then the number of beats or the
//! frame rate, then the picture size.

use std::io::{self, Write};

use super::human_bytes;
use crate::cli::Console;
use crate::cli::values::SIZES;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::scene::Size;

/// The numbers of fade levels to try for a phosphor trail, and for an LCD trail, which does not
/// fade.
pub(super) const PHOSPHOR_LEVELS: [usize; 5] = [48, 32, 24, 16, 12];
pub(super) const LCD_LEVELS: [usize; 2] = [16, 12];
/// The frame rates to try below the given one.
const FPS: [f64; 6] = [25.0, 20.0, 50.0 / 3.0, 12.5, 10.0, 8.0];
/// The numbers of beats to try, as parts of the given one, and the smallest of them.
const BEATS: [f64; 4] = [0.7, 0.5, 0.35, 0.25];
const FEWEST_BEATS: usize = 100;
/// The sizes to try are multiples of the given size divided by this number.
const PARTS: u32 = 20;

/// The settings that can be reduced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quality {
    pub levels: usize,
    /// Number of beats of a history; 0 where that is not to be reduced.
    pub beats: usize,
    pub fps: f64,
    pub size: Size,
}

impl Quality {
    /// The differences from `full`, in words.
    fn reductions_from(&self, full: &Self) -> Option<String> {
        let mut words = Vec::new();
        if self.levels < full.levels {
            words.push(format!("{} fade levels instead of {}", self.levels, full.levels));
        }
        if self.beats < full.beats {
            words.push(format!("{} beats instead of {}", self.beats, full.beats));
        }
        if self.fps < full.fps {
            let fps = (100.0 * self.fps).round() / 100.0;
            words.push(format!("{fps} frames per second instead of {}", full.fps));
        }
        if self.size != full.size {
            let (w, h) = (self.size.width, self.size.height);
            words.push(format!("{w}x{h} instead of {}x{}", full.size.width, full.size.height));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// The settings to try, each smaller than the one before: first the fade `levels`, then fewer beats,
    /// then lower frame rates if `slower` is true, then smaller sizes.
    pub(super) fn ladder(self, levels: &[usize], slower: bool) -> Vec<Self> {
        let mut ladder = vec![self];
        let mut last = self;
        for &levels in levels.iter().filter(|levels| **levels < self.levels) {
            last.levels = levels;
            ladder.push(last);
        }
        let fewer = BEATS.map(|part| (part * self.beats as f64) as usize);
        for beats in fewer.into_iter().filter(|beats| *beats >= FEWEST_BEATS) {
            last.beats = beats;
            ladder.push(last);
        }
        for fps in FPS.into_iter().filter(|fps| slower && *fps < self.fps) {
            last.fps = fps;
            ladder.push(last);
        }
        for part in (1..PARTS).rev() {
            let side = |side: u32| (side * part).div_ceil(PARTS);
            let size = Size { width: side(self.size.width), height: side(self.size.height) };
            if SIZES.contains(&size.width) && SIZES.contains(&size.height) {
                ladder.push(Self { size, ..last });
            }
        }
        ladder
    }
}

/// A limit on the size of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// The largest number of bytes.
    pub bytes: u64,
    /// Advice for when no picture is small enough.
    pub advice: &'static str,
    /// A width in pixels below which a reduced picture is too small for what it tells; 0 if none is.
    pub narrow: u32,
}

/// Writes the first picture of `ladder` within `budget` to `target`, and prints what was reduced.
/// Returns the number of bytes and the settings.
pub(super) fn write(
    ladder: &[Quality],
    budget: Budget,
    target: &Destination,
    binary: bool,
    console: Console,
    encode: impl Fn(&Quality, &mut dyn Write) -> io::Result<()>,
) -> Result<(u64, Quality), Error> {
    let progress = console.progress("fitting", ladder.len() as u64);
    let fitted = fit(ladder, budget, |quality, out| {
        progress.advance(1);
        encode(quality, out)
    });
    progress.finish();
    let (quality, bytes) = fitted?;
    if let Some(words) = ladder.first().and_then(|full| quality.reductions_from(full)) {
        console.say(&format!("to stay under {}: {words}", human_bytes(budget.bytes)));
    }
    let full_width = ladder.first().map_or(0, |full| full.size.width);
    if quality.size.width < budget.narrow.min(full_width) {
        let width = quality.size.width;
        console.say(&format!(
            "warning: the picture is only {width} pixels wide; allow more with --max-bytes, or {}",
            budget.advice
        ));
    }
    let written = output::write(target, binary, |out| out.write_all(&bytes))?;
    Ok((written, quality))
}

/// Tries the settings of `ladder` in order until a picture is within `budget`.
fn fit(
    ladder: &[Quality],
    budget: Budget,
    encode: impl Fn(&Quality, &mut dyn Write) -> io::Result<()>,
) -> Result<(Quality, Vec<u8>), Error> {
    for &quality in ladder {
        let mut out = BoundedBuffer { bytes: Vec::new(), limit: budget.bytes, exceeded: false };
        match encode(&quality, &mut out) {
            Ok(()) => return Ok((quality, out.bytes)),
            Err(_) if out.exceeded => {}
            Err(error) => return Err(Error::failed(format!("cannot encode: {error}"))),
        }
    }
    Err(Error::failed(format!("no picture stays under {}", human_bytes(budget.bytes)))
        .hint(format!("allow more with --max-bytes, or {}", budget.advice)))
}

/// A buffer that refuses the first byte over its budget, to end a failed attempt early.
struct BoundedBuffer {
    bytes: Vec<u8>,
    limit: u64,
    exceeded: bool,
}

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.limit {
            self.exceeded = true;
            return Err(io::Error::other("over the budget"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
