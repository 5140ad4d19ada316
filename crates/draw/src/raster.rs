//! A scene as frames: Scene + Timeline → Animation.
//!
//! The core's [`Screen`] draws the trace; here it is given its ground (drawn by resvg from the
//! scene's own markup) and its captions (glyphs of the font), and asked for every tick.

mod captions;
mod documents;
mod glyphs;
mod ground;

pub use documents::{Settings as Documents, documents};
pub use flaky_core::raster::LEVELS;

use flaky_core::animation::{Animation, Plays};
use flaky_core::raster::{Pace, Palette, Screen};
use flaky_core::scene::Scene;
use flaky_core::timeline::Timeline;

use captions::Captions;

/// The frames of `scene` at the instants of `timeline`, with at most `levels` (2–[`LEVELS`])
/// levels of light.
pub fn animate(scene: &Scene, timeline: Timeline, plays: Plays, levels: usize) -> Animation<'_> {
    let Scene { size, theme, trace, .. } = scene;
    let palette = Palette::new(theme, scene.transparent, trace.trail, levels);
    let ground = ground::draw(scene, &palette);
    let captions = Captions::new(scene, palette.clone());
    let pace = Pace {
        frame_s: trace.duration_s() / f64::from(timeline.frames()),
        display_s: timeline.frame_s(),
    };
    let mut screen = Screen::new(*size, theme, trace, &palette, ground, captions, pace);
    Animation {
        width: size.width,
        height: size.height,
        palette: palette.colours,
        plays,
        ticks_per_s: timeline.ticks_per_s(),
        count: timeline.frames(),
        counts: timeline.counts(),
        frames: Box::new(
            timeline.ticks().map(move |tick| screen.advance(trace, tick.t_s, tick.delay)),
        ),
    }
}
