//! `flaky badge`: a verdict → a rhythm → a picture.

mod endpoint;

use std::io::{self, Write};

use super::{fonts, format_of, human_bytes, report, threads, write_frames};
use crate::cli::Console;
use crate::cli::badge::{BadgeArgs, FORMATS, MONITOR, PictureSize, Style, TraceKind};
use crate::cli::format::Format;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::scene::{self, Badge, BadgeSettings, ScreenSettings, Size, badge};
use flaky_core::verdict::Report;
use flaky_draw::encode::gif;
use flaky_draw::raster;
use flaky_draw::svg;
use flaky_draw::text::Fonts;

/// [`badge::FPS`] as a fraction.
const RATE: (u32, u32) = (25, 2);

pub(super) fn run(mut args: BadgeArgs, console: Console) -> Result<(), Error> {
    if args.style == Style::Monitor && args.source.since.is_none() {
        args.source.runs.get_or_insert(badge::SCREEN_RUNS);
    }
    let args = &args;
    let options = Options::new(args)?;
    let texts = (options.format != Format::Json).then(|| args.label.clone());
    let fonts = fonts::choose(&args.fonts, options.format, texts, console)?;
    let fetched = report::fetch(&args.source)?;
    let picture = options.picture(&fetched.report, fonts);
    let bytes = output::write(&options.target, options.format.is_binary(), |out| {
        if options.format == Format::Json {
            let fill = picture.segments.last().expect("a message").fill;
            return endpoint::write(&fetched.report, &args.label, fill, out);
        }
        encode(&picture, fonts, options.format, out)
    })?;
    let name = options.target.name();
    let message = fetched.report.message();
    let size = match (options.format, picture.scene.size) {
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
        if monitor && args.trace == TraceKind::None {
            return Err(Error::usage("--trace none: a monitor is nothing without its trace")
                .hint("leave out --style monitor, or --trace none"));
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

    fn picture(&self, report: &Report, fonts: &Fonts) -> Badge {
        let args = self.args;
        let animated = !args.still && self.format != Format::Png;
        let (theme, label) = (args.theme.clone(), args.label.clone());
        if args.style == Style::Monitor {
            let size = match args.size {
                Some(PictureSize::Screen(size)) => size,
                _ => MONITOR,
            };
            let settings = ScreenSettings { size, theme, label, animated };
            return scene::screen(report, &settings, fonts);
        }
        let height = match args.size {
            Some(PictureSize::Height(height)) => height,
            _ => badge::HEIGHT,
        };
        let (round, trace) = (args.style == Style::Flat, args.trace == TraceKind::Beats);
        let settings = BadgeSettings { height, round, theme, label, trace, animated };
        scene::badge(report, &settings, fonts)
    }
}

/// Scene → frames → bytes.
fn encode(badge: &Badge, fonts: &Fonts, format: Format, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Svg {
        return svg::badge(badge, fonts, out);
    }
    let animation = raster::badge(badge, fonts, gif::TICKS_PER_S, format != Format::Gif);
    let threads = if badge.light.is_some() { threads(None) } else { 1 };
    write_frames(animation, format, RATE, threads, out)
}
