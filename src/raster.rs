//! A scene as pixels: Scene + Timeline → Animation.
//!
//! The picture is indexed from the start. A pixel is the ground it stands on, a level of light
//! over it, or text; the palette has an entry for each, so nothing is ever quantised later.
//! The line of a sweep is drawn once, as the energy the beam leaves (`beam`); what changes
//! with time is only how much of it is still to be seen (`phosphor`). The rasteriser knows
//! what it changed and never compares whole pictures, except where everything moves (scroll) and
//! where small pictures are drawn from SVG (`documents`).

mod beam;
mod captions;
mod documents;
mod glyphs;
mod ground;
mod palette;
mod phosphor;
mod screen;

pub use documents::{Settings as Documents, documents};

use crate::animation::{Animation, Plays};
use crate::scene::Scene;
use crate::timeline::Timeline;

/// The number of fade levels where nothing forces a smaller one.
pub const LEVELS: usize = 64;

/// The frames of `scene` at the instants of `timeline`, with at most `levels` (2–[`LEVELS`])
/// levels of light.
pub fn animate(scene: &Scene, timeline: Timeline, plays: Plays, levels: usize) -> Animation<'_> {
    let palette = palette::Palette::new(scene, levels);
    let colours = palette.colours.clone();
    let screen = screen::Screen::new(scene, palette, &timeline);
    Animation {
        width: scene.size.width,
        height: scene.size.height,
        palette: colours,
        plays,
        ticks_per_s: timeline.ticks_per_s(),
        count: timeline.frames(),
        counts: timeline.counts(),
        frames: Box::new(screen.frames(timeline)),
    }
}
