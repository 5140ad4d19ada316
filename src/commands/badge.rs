//! `flaky badge`: a verdict → a rhythm → a picture.

mod endpoint;

use std::io::{self, Write};

use super::{fonts, format_of, human_bytes, report, threads, write_frames};
use crate::cli::Console;
use crate::cli::badge::{BadgeArgs, FORMATS, MONITOR, PictureSize, Style};
use crate::cli::format::Format;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::animation::Plays;
use flaky_core::scene::badge::ReportMonitor;
use flaky_core::scene::{self, BadgeSettings, MonitorSettings, Size, badge};
use flaky_core::verdict::Report;
use flaky_draw::encode::gif;
use flaky_draw::raster::{self, LEVELS};
use flaky_draw::svg;
use flaky_draw::text::Fonts;

/// [`badge::FPS`] as a fraction.
const RATE: (u32, u32) = (25, 2);

pub(super) fn run(args: &BadgeArgs, console: Console) -> Result<(), Error> {
    let options = Options::new(args)?;
    let fonts = fonts::choose(&args.fonts, options.format, [args.label.clone()], console)?;
    let fetched = report::fetch(&args.source, console)?;
    let picture = options.picture(&fetched.report, fonts);
    let bytes = output::write(&options.target, options.format.is_binary(), |out| match &picture {
        BadgePicture::Badge(badge) if options.format == Format::Json => {
            let fill = badge.segments.last().expect("a message").fill;
            endpoint::write(&fetched.report, &args.label, fill, out)
        }
        _ => picture.encode(fonts, options.format, out),
    })?;
    let name = options.target.name();
    let message = fetched.report.message();
    let size = match (options.format, picture.size()) {
        (Format::Json, _) => String::new(),
        (_, Size { width, height }) => format!("{width}x{height}, "),
    };
    console.say(&format!("wrote {name}: {message}, {size}{}", human_bytes(bytes)));
    fetched.into_result(&args.source)
}

/// The options, validated.
struct Options<'a> {
    args: &'a BadgeArgs,
    target: Destination,
    format: Format,
}

impl<'a> Options<'a> {
    fn new(args: &'a BadgeArgs) -> Result<Self, Error> {
        let target = Destination::new(&args.output);
        let format = match args.format {
            Some(format) => format,
            None => format_of(&target, FORMATS)?,
        };
        let monitor = args.style == Style::Monitor;
        if monitor && format == Format::Json {
            return Err(Error::usage("a shields endpoint cannot have --style monitor")
                .hint("leave out --style, or write a picture"));
        }
        match args.size {
            Some(PictureSize::Height(height)) if monitor => {
                Err(Error::usage(format!("--size {height}: a monitor also needs a width"))
                    .hint("write it as WIDTHxHEIGHT, such as 240x80"))
            }
            Some(PictureSize::Screen(size)) if !monitor => Err(Error::usage(format!(
                "--size {}x{}: the width of a badge follows from its text",
                size.width, size.height
            ))
            .hint("write only the height, such as --size 40, or add --style monitor")),
            _ => Ok(Self { args, target, format }),
        }
    }

    fn picture(&self, report: &Report, fonts: &Fonts) -> BadgePicture {
        let args = self.args;
        let animated = !args.still && self.format != Format::Png;
        let (theme, label) = (args.theme.clone(), args.label.clone());
        if args.style == Style::Monitor {
            let size = match args.size {
                Some(PictureSize::Screen(size)) => size,
                _ => MONITOR,
            };
            let settings =
                MonitorSettings { size, theme, lead: label, ..MonitorSettings::default() };
            return BadgePicture::Monitor(ReportMonitor::new(report, settings, animated, fonts));
        }
        let height = match args.size {
            Some(PictureSize::Height(height)) => height,
            _ => badge::HEIGHT,
        };
        let round = args.style == Style::Flat;
        let settings = BadgeSettings { height, round, theme, label, animated };
        BadgePicture::Badge(scene::badge(report, &settings, fonts))
    }
}

/// A laid-out report.
enum BadgePicture {
    Badge(scene::Badge),
    Monitor(ReportMonitor),
}

impl BadgePicture {
    fn size(&self) -> Size {
        match self {
            Self::Badge(badge) => badge.scene.size,
            Self::Monitor(ReportMonitor { monitor, .. }) => monitor.scene.size,
        }
    }

    /// Scene → frames → bytes.
    fn encode(&self, fonts: &Fonts, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let (animation, animated) = match self {
            Self::Badge(badge) if format == Format::Svg => return svg::badge(badge, fonts, out),
            Self::Badge(badge) => {
                let alpha = format != Format::Gif;
                (raster::badge(badge, fonts, gif::TICKS_PER_S, alpha), badge.animated)
            }
            Self::Monitor(ReportMonitor { monitor, animated, still_s })
                if format == Format::Svg =>
            {
                let plays = animated.then_some(Plays::Forever);
                return svg::monitor(monitor, fonts, plays, *still_s, out);
            }
            Self::Monitor(report) => {
                let timeline = report.timeline(gif::TICKS_PER_S);
                let monitor = &report.monitor;
                (raster::monitor(monitor, fonts, timeline, Plays::Forever, LEVELS), report.animated)
            }
        };
        let threads = if animated { threads(None) } else { 1 };
        write_frames(animation, format, RATE, threads, out)
    }
}
