//! The widths of texts in Verdana, in which the usual badges are laid out. A badge of ours is as wide
//! as theirs, whatever font it is drawn in.

use crate::scene::text::{Face, TextMetrics};

/// The font size of the widths below, in pixels.
const SIZE: f64 = 11.0;
/// The first character with a width below.
const FIRST: char = ' ';
/// The advance widths of `' '` to `'~'` at [`SIZE`], in hundredths of a pixel.
#[rustfmt::skip]
const WIDTHS: [u16; 95] = [
    387, 433, 505, 900, 699, 1184, 799, 295, 500, 500, 699, 900, 400, 500, 400, 500,
    699, 699, 699, 699, 699, 699, 699, 699, 699, 699, 500, 500, 900, 900, 900, 600,
    1100, 752, 754, 768, 848, 696, 632, 853, 827, 463, 500, 762, 612, 927, 823, 866,
    663, 866, 765, 752, 678, 805, 752, 1088, 754, 677, 754, 500, 500, 500, 900, 699,
    699, 661, 685, 573, 685, 655, 387, 685, 696, 302, 379, 651, 302, 1070, 696, 668,
    685, 685, 469, 573, 433, 696, 651, 900, 651, 651, 578, 698, 500, 698, 900,];

/// The width that a badge reserves for `text` at a font size of [`SIZE`], in whole pixels: rounded
/// down, then up to an odd number. Characters that are not ASCII are measured with `metrics`.
pub(super) fn reserved(text: &str, metrics: &dyn TextMetrics) -> f64 {
    let other: String = text.chars().filter(|c| width_of(*c).is_none()).collect();
    let hundredths: u32 = text.chars().filter_map(width_of).map(u32::from).sum();
    let width = f64::from(hundredths) / 100.0 + metrics.width(Face::Regular, &other, SIZE);
    f64::from(width as u32 | 1)
}

fn width_of(c: char) -> Option<u16> {
    let at = u32::from(c).checked_sub(u32::from(FIRST))?;
    WIDTHS.get(at as usize).copied()
}
