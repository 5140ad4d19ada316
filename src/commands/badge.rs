//! `flaky badge`: a verdict → a rhythm → a picture.

use super::{fonts, format_of, human_bytes, report, threads};
use crate::badge::{self, MONITOR, Shape};
use crate::cli::Console;
use crate::cli::badge::{BadgeArgs, FORMATS, PictureSize, Style, TraceKind};
use crate::cli::format::Format;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::scene::{self, Size};

pub(super) fn run(mut args: BadgeArgs, console: Console) -> Result<(), Error> {
    if args.style == Style::Monitor && args.source.since.is_none() {
        args.source.runs.get_or_insert(scene::badge::SCREEN_RUNS);
    }
    let args = &args;
    let options = Options::new(args)?;
    let texts = (options.format != Format::Json).then(|| args.label.clone());
    let fonts = fonts::choose(&args.fonts, options.format, texts, console)?;
    let fetched = report::fetch(&args.source)?;
    let picture = badge::picture(&fetched.report, &options.settings(), fonts);
    let bytes = output::write(&options.target, options.format.is_binary(), |out| {
        let format = badge_format(options.format);
        badge::write(&fetched.report, &args.label, &picture, fonts, format, threads(None), out)
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

    fn settings(&self) -> badge::Settings {
        let args = self.args;
        let shape = match args.size {
            Some(PictureSize::Screen(size)) => Shape::Monitor(size),
            _ if args.style == Style::Monitor => Shape::Monitor(MONITOR),
            size => Shape::Flat {
                height: match size {
                    Some(PictureSize::Height(height)) => height,
                    _ => scene::badge::HEIGHT,
                },
                round: args.style == Style::Flat,
                trace: args.trace == TraceKind::Beats,
            },
        };
        badge::Settings {
            shape,
            theme: args.theme,
            label: args.label.clone(),
            animated: !args.still && self.format != Format::Png,
        }
    }
}

/// The format of a badge; one of [`FORMATS`].
fn badge_format(format: Format) -> badge::Format {
    match format {
        Format::Svg => badge::Format::Svg,
        Format::Gif => badge::Format::Gif,
        Format::Apng => badge::Format::Apng,
        Format::Json => badge::Format::Json,
        _ => badge::Format::Png,
    }
}
