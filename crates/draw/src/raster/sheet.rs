//! Draws a sheet in bands of pixel rows, so that memory does not grow with its height.

use std::io;
use std::mem;
use std::ops::Range;

use flaky_core::scene::{Caption, Sheet, Size, Strokes};

use super::{Picture, document};
use crate::svg;
use crate::text::Fonts;

/// Maximum number of pixels in a band, unless a row has more.
const BAND: u32 = 1 << 20;
/// Room for a caption above and below its baseline, in font sizes.
const CAPTION: f64 = 2.0;

/// Draws a sheet as pictures to be placed one below the other. Each is drawn when it is taken from
/// the iterator.
pub fn sheet(
    mut sheet: Sheet,
    fonts: &Fonts,
) -> impl Iterator<Item = io::Result<Picture>> + use<'_> {
    let Size { width, height } = sheet.scene.size;
    let high = (BAND / width).max(1);
    let marks = mem::take(&mut sheet.scene.marks);
    let captions = mem::take(&mut sheet.scene.captions);
    (0..height.div_ceil(high)).map(move |number| {
        let begin = number * high;
        let band = begin..height.min(begin + high);
        sheet.scene.marks = marks.iter().map(|strokes| within(strokes, &band)).collect();
        sheet.scene.captions =
            captions.iter().filter(|one| is_within(one, &band)).cloned().collect();
        let size = Size { width, height: band.end - band.start };
        document(&svg::sheet_band(&sheet, fonts, band), size)
    })
}

/// The lines that reach into the band.
fn within(strokes: &Strokes, band: &Range<u32>) -> Strokes {
    let reach = 1.0 + strokes.width;
    let (top, bottom) = (f64::from(band.start) - reach, f64::from(band.end) + reach);
    let above = |line: &[(f64, f64)]| line.iter().all(|(_, y)| *y < top);
    let below = |line: &[(f64, f64)]| line.iter().all(|(_, y)| *y > bottom);
    let lines = strokes.lines.iter().filter(|line| !above(line) && !below(line));
    Strokes { lines: lines.cloned().collect(), ..*strokes }
}

fn is_within(caption: &Caption, band: &Range<u32>) -> bool {
    let reach = CAPTION * caption.size + caption.halo();
    caption.y + reach >= f64::from(band.start) && caption.y - reach <= f64::from(band.end)
}
