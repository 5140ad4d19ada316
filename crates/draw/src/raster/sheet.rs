//! Draws a sheet in bands of pixel rows, so that memory does not grow with its height.

use std::io;

use flaky_core::scene::sheet::Bands;
use flaky_core::scene::{Sheet, Size};

use super::{Picture, document};
use crate::svg;
use crate::text::Fonts;

/// Maximum number of pixels in a band, unless a row of pixels has more.
const BAND: u32 = 1 << 20;

/// Draws a sheet as pictures to be placed one below the other. Each is drawn when it is taken from
/// the iterator.
pub fn sheet(sheet: Sheet, fonts: &Fonts) -> impl Iterator<Item = io::Result<Picture>> + use<'_> {
    let Size { width, height } = sheet.scene.size;
    let high = (BAND / width).max(1);
    let mut bands = Bands::new(sheet);
    (0..height.div_ceil(high)).map(move |number| {
        let begin = number * high;
        let band = begin..height.min(begin + high);
        let size = Size { width, height: band.end - band.start };
        document(&svg::sheet_band(bands.show(&band), fonts, band), size)
    })
}
