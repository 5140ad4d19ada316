//! A trace as pixels: what the beam lights, what fades, and what has changed.
//!
//! The picture is indexed from the start. A pixel is the ground it stands on, a level of light
//! over it, or text; the [`palette`] has an entry for each, so nothing is ever quantised later.
//! The line of a sweep is drawn once, as the energy the beam leaves (`beam`); what changes
//! with time is only how much of it is still to be seen (`phosphor`). A [`Screen`] knows what it
//! changed and never compares whole pictures, except where everything moves (scroll).
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

/// The number of fade levels where nothing forces a smaller one.
pub const LEVELS: usize = 64;

/// A rectangle of columns and rows, each from–to.
pub type Area = [(usize, usize); 2];

/// The text over a screen.
pub trait TextLayer {
    /// Shows the text of `t_s` seconds; returns the areas that changed.
    fn show(&mut self, t_s: f64) -> Vec<Area>;

    /// The palette entry of the text on every pixel, row by row; 0 where there is none.
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
