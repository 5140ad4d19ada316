//! A trace as pixels, a moment at a time.
//!
//! Pictures are indexed from the start. A pixel is ground, a level of light over a kind of ground,
//! or text; the [`palette`] has an entry for each, so nothing is quantised later. The line is drawn
//! once, as the energy that the beam leaves (`beam`, kept in `strips`); only its brightness changes
//! with time (`phosphor`). A [`Screen`] keeps track of its changes and never compares whole
//! pictures, except when scrolling, where everything moves.
//!
//! Text and the static layer come from outside, as a [`TextLayer`] and a [`Ground`]. To change the
//! size, make another [`Screen`]: its first frame shows the whole sweep as it stands.

mod beam;
mod ground;
pub mod palette;
mod phosphor;
mod screen;
mod strips;

pub use ground::Ground;
pub use palette::Palette;
pub use phosphor::Pace;
pub use screen::Screen;

use crate::scene::Size;

/// The default and maximum number of light levels.
pub const LEVELS: usize = 64;

/// A rectangle of columns and rows, each from–to.
pub type Area = [(usize, usize); 2];

/// The text over a screen.
pub trait TextLayer {
    /// Shows the text for `t_s` seconds and returns the areas that changed.
    fn show(&mut self, t_s: f64) -> Vec<Area>;

    /// The palette entry of the text at every pixel, row by row; 0 without text.
    fn overlay(&self) -> &[u8];
}

/// A screen without text.
#[derive(Clone, Debug)]
pub struct NoText(Vec<u8>);

impl NoText {
    /// No text on a screen of this size.
    pub fn new(size: Size) -> Self {
        Self(vec![0; size.width as usize * size.height as usize])
    }
}

impl TextLayer for NoText {
    fn show(&mut self, _: f64) -> Vec<Area> {
        Vec::new()
    }

    fn overlay(&self) -> &[u8] {
        &self.0
    }
}
