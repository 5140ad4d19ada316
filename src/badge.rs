//! Badges as files: a report → a picture → bytes. `flaky badge` writes them and `flaky serve` sends them.

mod endpoint;

use std::io::{self, Write};

use flaky_core::scene::theme::Theme;
use flaky_core::scene::{self, Badge, BadgeSettings, ScreenSettings, Size};
use flaky_core::verdict::Report;
use flaky_draw::encode::{apng, gif, png};
use flaky_draw::raster;
use flaky_draw::svg;
use flaky_draw::text::Fonts;

/// The label of a badge that has none of its own.
pub(crate) const LABEL: &str = "pipeline";
/// The maximum length of a label, in characters.
pub(crate) const LONGEST_LABEL: usize = 64;
/// The default and minimum size of a monitor, in pixels.
pub(crate) const MONITOR: Size = Size { width: 240, height: 80 };

/// The shape of a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A row of text and beats.
    Flat {
        /// The height in pixels; the width follows from the text.
        height: u32,
        /// True for rounded corners and a gradient.
        round: bool,
        /// False to leave the beats out.
        trace: bool,
    },
    /// The ECG on a monitor of this size in pixels.
    Monitor(Size),
}

/// The settings of a badge.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) shape: Shape,
    pub(crate) theme: &'static Theme,
    /// The text beside the state, at most [`LONGEST_LABEL`] characters; may be empty.
    pub(crate) label: String,
    /// False for a still image.
    pub(crate) animated: bool,
}

/// The format of a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Svg,
    Gif,
    Apng,
    /// A still image.
    Png,
    /// A shields endpoint.
    Json,
}

/// Lays a badge out.
pub(crate) fn picture(report: &Report, settings: &Settings, fonts: &Fonts) -> Badge {
    let (theme, label) = (settings.theme.clone(), settings.label.clone());
    let animated = settings.animated;
    match settings.shape {
        Shape::Monitor(size) => {
            scene::screen(report, &ScreenSettings { size, theme, label, animated }, fonts)
        }
        Shape::Flat { height, round, trace } => {
            let settings = BadgeSettings { height, round, theme, label, trace, animated };
            scene::badge(report, &settings, fonts)
        }
    }
}

/// Writes the badge `picture` of a report, with at most `threads` threads.
pub(crate) fn write(
    report: &Report,
    label: &str,
    picture: &Badge,
    fonts: &Fonts,
    format: Format,
    threads: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let threads = if picture.light.is_some() { threads } else { 1 };
    let animation = || raster::badge(picture, fonts, gif::TICKS_PER_S, format != Format::Gif);
    match format {
        Format::Json => {
            let fill = picture.segments.last().expect("a message").fill;
            endpoint::write(report, label, fill, out)
        }
        Format::Svg => svg::badge(picture, fonts, out),
        Format::Gif => gif::write(animation(), threads, out),
        Format::Apng => apng::write(animation(), threads, out),
        Format::Png => png::write(animation(), out),
    }
}
