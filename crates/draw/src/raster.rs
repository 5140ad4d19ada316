//! The raster exporter: converts scenes to frames, and a sheet to bands of a still picture.
//!
//! The core's [`Screen`] draws a [`Monitor`] or a [`Timelapse`]. This module supplies its ground,
//! which resvg draws from the scene's markup, and its captions. For a
//! [`Badge`](flaky_core::scene::Badge), the static parts are drawn once, and the trace in its
//! window once per frame.
//!
//! Each takes the fonts with which its scene was laid out.

mod badge;
mod captions;
mod document;
mod glyphs;
mod sheet;

pub use badge::badge;
pub use flaky_core::raster::LEVELS;
pub use sheet::sheet;

use std::io;

use flaky_core::animation::{Animation, Plays};
use flaky_core::raster::{Ground, Pace, Palette, Screen};
use flaky_core::scene::markup::static_layer;
use flaky_core::scene::timelapse::Slides;
use flaky_core::scene::{Monitor, Scene, Size, Timelapse};
use flaky_core::timeline::Timeline;

use crate::text::Fonts;
use captions::Captions;
use resvg::tiny_skia::PremultipliedColorU8;

/// Draws a monitor at the moments of `timeline`, with at most `levels` (2–[`LEVELS`]) levels of
/// brightness. Frames are drawn as they are taken from the iterator.
pub fn monitor<'a>(
    monitor: &'a Monitor,
    fonts: &'a Fonts,
    timeline: Timeline,
    plays: Plays,
    levels: usize,
) -> Animation<'a> {
    animate(&monitor.scene, &[], fonts, timeline, plays, levels)
}

/// Draws a timelapse at the moments of `timeline`, with at most `levels` (2–[`LEVELS`]) levels of
/// brightness. Frames are drawn as they are taken from the iterator.
pub fn timelapse<'a>(
    timelapse: &'a Timelapse,
    fonts: &'a Fonts,
    timeline: Timeline,
    plays: Plays,
    levels: usize,
) -> Animation<'a> {
    let tracks = [&timelapse.cursor, &timelapse.captions];
    animate(&timelapse.scene, &tracks, fonts, timeline, plays, levels)
}

/// A still picture without transparency.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The size in pixels.
    pub size: Size,
    /// Red, green and blue of every pixel, row by row.
    pub rgb: Vec<u8>,
}

/// Draws an SVG document that covers its whole area.
///
/// # Errors
/// Fails if it is not SVG or too large to be drawn.
pub fn document(document: &str, size: Size) -> io::Result<Picture> {
    let pixmap = document::draw(document, size)?;
    let rgb = |pixel: &PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    Ok(Picture { size, rgb: pixmap.pixels().iter().flat_map(rgb).collect() })
}

fn animate<'a>(
    scene: &'a Scene,
    tracks: &[&'a Slides],
    fonts: &'a Fonts,
    timeline: Timeline,
    plays: Plays,
    levels: usize,
) -> Animation<'a> {
    let Scene { size, theme, trace, .. } = scene;
    let mut palette = Palette::new(theme, scene.transparent, trace.trail, levels);
    if !tracks.is_empty() {
        palette = palette.with_people(theme);
    }
    let ground = ground(scene, &palette);
    let captions = Captions::new(scene, tracks, fonts, palette.clone());
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
        frame_count: timeline.frames(),
        keep_every_frame: timeline.keeps_every_frame(),
        frames: Box::new(
            timeline.ticks().map(move |tick| screen.advance(trace, tick.t_s, tick.delay)),
        ),
    }
}

/// The static layer of `scene` as palette entries.
fn ground(scene: &Scene, palette: &Palette) -> Ground {
    let Size { width, height } = scene.size;
    let document = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{}</svg>",
        static_layer(scene, "")
    );
    let pixmap = document::draw(&document, scene.size).expect("our own markup is well formed");
    Ground::from_colours(document::colours(&pixmap), palette)
}
