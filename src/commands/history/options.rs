//! The options of `flaky history`, validated.

use std::path::Path;

use super::super::{format_of, threads};
use crate::cli::Console;
use crate::cli::format::Format;
use crate::cli::history::{FORMATS, HistoryArgs, MAX_FRAMES, MAX_ON_A_SHEET, SHEET_THEME};
use crate::error::Error;
use crate::history::History;
use crate::output::Destination;
use flaky_core::scene::theme::{self, Theme};
use flaky_draw::encode::gif;

/// The maximum number of beats of an animated SVG.
const MAX_ANIMATED: usize = 500;

/// The arguments and values derived from them.
pub(super) struct Options<'a> {
    pub args: &'a HistoryArgs,
    pub target: Destination,
    pub format: Format,
    /// True to draw a still sheet of the whole history.
    pub sheet: bool,
    pub threads: usize,
}

impl<'a> Options<'a> {
    pub(super) fn new(args: &'a HistoryArgs) -> Result<Self, Error> {
        let target = Destination::new(args.output.as_deref().unwrap_or(Path::new("-")));
        let format = match args.format {
            _ if args.json => Format::Json,
            Some(format) => format,
            None => format_of(&target, FORMATS)?,
        };
        let sheet = args.still || format == Format::Png;
        let name = format.name();
        let refuse = |message: String, hint: &str| Err(Error::usage(message).hint(hint));
        if args.still && !matches!(format, Format::Svg | Format::Png) {
            return refuse(format!("--still does not support {name}"), "write .svg or .png");
        }
        if format == Format::Gif && args.fps > gif::MOST_FPS {
            let message = format!("--fps {}: a GIF has at most 50 frames a second", args.fps);
            return refuse(message, "use --fps 50, or write .apng");
        }
        let shrinks = matches!(format, Format::Gif | Format::Apng | Format::Png | Format::Svg);
        if args.max_bytes.is_some() && !shrinks {
            let message = format!("--max-bytes does not support {name}");
            return refuse(message, "write .gif, .apng, .png or .svg, or leave it out");
        }
        Ok(Self { args, target, format, sheet, threads: threads(args.threads) })
    }

    /// The number of commits per beat.
    pub(super) fn group(&self, history: &History, console: Console) -> Result<usize, Error> {
        let commits = history.commits.len();
        let default = if self.sheet { MAX_ON_A_SHEET } else { MAX_FRAMES };
        let max = self.args.max_frames.unwrap_or(default) as usize;
        if self.format == Format::Json {
            return Ok(1);
        }
        let group = if max == 0 { 1 } else { commits.div_ceil(max).max(1) };
        let beats = commits.div_ceil(group);
        if self.format == Format::Svg && !self.sheet && beats > MAX_ANIMATED {
            return Err(Error::failed(format!(
                "an animated SVG has at most {MAX_ANIMATED} beats; this one would have {beats}"
            ))
            .hint(format!(
                "add --still for a sheet of the whole history, or --max-frames {MAX_ANIMATED}, \
                 name a range, or write .gif"
            )));
        }
        if group > 1 {
            console.say(&format!(
                "{commits} commits: each beat stands for {group} of them and shows the worst \
                 (--max-frames 0 gives each its own)"
            ));
        }
        Ok(group)
    }

    /// The chosen theme, or the default of the layout.
    pub(super) fn theme(&self) -> &'static Theme {
        let default = if self.sheet { SHEET_THEME } else { theme::DEFAULT };
        self.args.theme.or_else(|| theme::find(default)).expect("the default is in the table")
    }
}
