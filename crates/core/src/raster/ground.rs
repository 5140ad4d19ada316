//! The static layer as palette entries.

use super::palette::Palette;
use crate::animation::Rgba;
use crate::scene::Size;

/// The number of colours that are remembered.
const SEEN: usize = 256;

/// The unlit picture.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The palette entry of every pixel, row by row.
    pub entries: Vec<u8>,
    /// The kind of ground of every pixel, as an index of the light table.
    pub kinds: Vec<u8>,
}

impl Ground {
    /// A ground without marks: what is behind it shows through, or is its plain colour.
    pub fn bare(size: Size, palette: &Palette) -> Self {
        let pixels = size.width as usize * size.height as usize;
        Self { entries: vec![palette.bare(); pixels], kinds: vec![0; pixels] }
    }

    /// The nearest entries to these colours, row by row, opacity not multiplied in.
    pub fn from_colours(colours: impl Iterator<Item = Rgba>, palette: &Palette) -> Self {
        let candidates: Vec<(u8, u8, Rgba)> = palette
            .fixed()
            .map(|(entry, kind)| (entry, kind as u8, palette.colours[usize::from(entry)]))
            .collect();
        let pixels = colours.size_hint().0;
        let mut this =
            Self { entries: Vec::with_capacity(pixels), kinds: Vec::with_capacity(pixels) };
        // Neighbours are mostly alike, and most colours have been seen before. The slot of a colour
        // has the last one that hashed to it.
        let mut seen = [None; SEEN];
        let mut last = None;
        for pixel in colours {
            let (entry, kind) = match last {
                Some((colour, found)) if colour == pixel => found,
                _ => match seen[slot(pixel)] {
                    Some((colour, found)) if colour == pixel => found,
                    _ => nearest(pixel, &candidates),
                },
            };
            if last.is_none_or(|(colour, _)| colour != pixel) {
                last = Some((pixel, (entry, kind)));
                seen[slot(pixel)] = last;
            }
            this.entries.push(entry);
            this.kinds.push(kind);
        }
        this
    }
}

fn slot(colour: Rgba) -> usize {
    (u32::from_le_bytes(colour).wrapping_mul(0x9e37_79b1) >> (32 - SEEN.ilog2())) as usize
}

fn nearest(colour: Rgba, candidates: &[(u8, u8, Rgba)]) -> (u8, u8) {
    let distance = |other: &Rgba| -> i32 {
        if colour[3] == 0 && other[3] == 0 {
            return 0;
        }
        colour.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2)).sum()
    };
    candidates
        .iter()
        .min_by_key(|(_, _, other)| distance(other))
        .map_or((1, 0), |(entry, kind, _)| (*entry, *kind))
}
