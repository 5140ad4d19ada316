//! A canvas that composes delta frames to whole pictures.

use flaky_core::animation::{Frame, Rgba};

/// A picture on which frames are painted.
#[derive(Clone, Debug)]
pub struct Canvas {
    width: usize,
    /// Palette entries, row by row.
    pub pixels: Vec<u8>,
}

impl Canvas {
    /// A canvas filled with palette entry 0.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width: width as usize, pixels: vec![0; width as usize * height as usize] }
    }

    /// Replaces the pixels in the frame's rectangle.
    pub fn paint(&mut self, frame: &Frame) {
        let (x, width) = (frame.rect.x as usize, frame.rect.width as usize);
        let rows = self.pixels.chunks_mut(self.width).skip(frame.rect.y as usize);
        for (row, pixels) in rows.zip(frame.pixels.chunks(width)) {
            row[x..x + width].copy_from_slice(pixels);
        }
    }

    /// The picture as colours, row by row.
    pub fn colours<'a>(&'a self, palette: &'a [Rgba]) -> impl Iterator<Item = Rgba> + 'a {
        self.pixels.iter().map(|entry| palette[usize::from(*entry)])
    }
}
