//! The picture as a browser wants it: RGBA, and the rectangles that a step has changed.

use std::ops::Range;

use flaky_core::animation::Rgba;
use flaky_core::scene::Size;

/// The width of the blocks whose changes are collected, in pixels.
const BLOCK: usize = 64;
/// Two neighbouring rectangles are joined if that adds at most this part of their pixels.
const WASTE: f64 = 0.3;

/// A changed rectangle, in pixels: what [`Picture::dirty`] lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Dirty {
    /// The left edge.
    pub x: u32,
    /// The top edge.
    pub y: u32,
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
}

impl Dirty {
    fn pixels(self) -> f64 {
        f64::from(self.width) * f64::from(self.height)
    }

    fn with(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: (self.x + self.width).max(other.x + other.width) - x,
            height: (self.y + self.height).max(other.y + other.height) - y,
        }
    }
}

/// An RGBA picture that follows a screen of palette entries.
#[derive(Clone, Debug)]
pub struct Picture {
    width: usize,
    palette: [u32; 256],
    /// Red, green, blue and opacity of every pixel, row by row, red in the lowest byte.
    pixels: Vec<u32>,
    /// The changed rows of every block; empty if there are none.
    blocks: Vec<Range<usize>>,
    dirty: Vec<Dirty>,
}

impl Picture {
    /// A black picture that is about to show entries of `palette`.
    pub(crate) fn new(size: Size, colours: &[Rgba]) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        let mut palette = [0; 256];
        for (entry, colour) in palette.iter_mut().zip(colours) {
            *entry = u32::from_le_bytes(*colour);
        }
        Self {
            width,
            palette,
            pixels: vec![0; width * height],
            blocks: vec![0..0; width.div_ceil(BLOCK)],
            dirty: Vec::with_capacity(width.div_ceil(BLOCK)),
        }
    }

    /// Red, green, blue and opacity of every pixel, row by row.
    pub fn rgba(&self) -> impl Iterator<Item = Rgba> + '_ {
        self.pixels.iter().map(|pixel| pixel.to_le_bytes())
    }

    /// The pixels in memory, into which others may be written; red is in the lowest byte.
    pub(crate) fn pixels_mut(&mut self) -> &mut [u32] {
        &mut self.pixels
    }

    /// The rectangles that the last step changed. They do not overlap.
    pub fn dirty(&self) -> &[Dirty] {
        &self.dirty
    }

    /// Takes over changed pixels: `changed` has the columns of every row of `entries`.
    pub(crate) fn update(&mut self, entries: &[u8], changed: &[Vec<Range<usize>>]) {
        self.blocks.fill(0..0);
        for (y, runs) in changed.iter().enumerate() {
            for run in runs {
                self.paint(entries, y, run);
            }
        }
        self.collect();
    }

    fn paint(&mut self, entries: &[u8], y: usize, run: &Range<usize>) {
        let row = y * self.width;
        let entries = &entries[row + run.start..row + run.end];
        let pixels = &mut self.pixels[row + run.start..row + run.end];
        for (pixel, entry) in pixels.iter_mut().zip(entries) {
            *pixel = self.palette[usize::from(*entry)];
        }
        for block in &mut self.blocks[run.start / BLOCK..run.end.div_ceil(BLOCK)] {
            // Rows come from top to bottom.
            let first = if block.end == 0 { y } else { block.start };
            *block = first..y + 1;
        }
    }

    fn collect(&mut self) {
        self.dirty.clear();
        for (number, rows) in self.blocks.iter().enumerate().filter(|(_, rows)| rows.end > 0) {
            let x = number * BLOCK;
            let block = Dirty {
                x: x as u32,
                y: rows.start as u32,
                width: BLOCK.min(self.width - x) as u32,
                height: rows.len() as u32,
            };
            match self.dirty.last_mut() {
                Some(last) if last.x + last.width == block.x => {
                    let both = last.with(block);
                    if both.pixels() <= (1.0 + WASTE) * (last.pixels() + block.pixels()) {
                        *last = both;
                    } else {
                        self.dirty.push(block);
                    }
                }
                _ => self.dirty.push(block),
            }
        }
    }
}
