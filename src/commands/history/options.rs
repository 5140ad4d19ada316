//! The options of `flaky history`, validated.

use super::super::{check_film, format_of, plays, threads};
use crate::cli::fonts::FontSource;
use crate::cli::format::Format;
use crate::cli::history::{
    CALENDAR_FPS, Cards, DURATION_S, FILM_FPS, FORMATS, FPS, HistoryArgs, LEADERS, MAX_FRAMES,
    MAX_ON_A_SHEET, Pace, Releases, SHEET_THEME,
};
use crate::cli::values::Loops;
use crate::error::Error;
use crate::history::History;
use crate::history::groups::Groups;
use crate::history::story::Story;
use crate::output::Destination;
use flaky_core::animation::Plays;
use flaky_core::scene::theme::{self, Theme};
use flaky_draw::encode::gif;

/// The name of the output file without its extension.
const DEFAULT_NAME: &str = "history";

/// The limits of a sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Maximum number of beats.
    pub most_beats: usize,
    /// Frames per second in calendar time.
    pub fps: f64,
}

/// The arguments and values derived from them.
pub(super) struct Options<'a> {
    pub args: &'a HistoryArgs,
    pub target: Destination,
    pub format: Format,
    /// True to draw a still sheet of the whole history.
    pub sheet: bool,
    /// Frames per second of a stream of frames.
    pub fps: f64,
    /// Frames per second of a film.
    pub film_fps: Option<f64>,
    pub plays: Plays,
    pub threads: usize,
}

impl<'a> Options<'a> {
    pub(super) fn new(args: &'a HistoryArgs) -> Result<Self, Error> {
        let target = match &args.output {
            Some(output) => Destination::new(output),
            None if args.json => Destination::Stdout,
            None => {
                let default = if args.still { Format::Svg } else { Format::Gif };
                let extension = args.format.unwrap_or(default).name();
                Destination::File(format!("{DEFAULT_NAME}.{extension}").into())
            }
        };
        let format = match args.format {
            _ if args.json => Format::Json,
            Some(format) => format,
            None => format_of(&target, FORMATS)?,
        };
        let sheet = args.still || matches!(format, Format::Png | Format::Pdf);
        let name = format.name();
        let refuse = |message: String, hint: &str| Err(Error::usage(message).hint(hint));
        if args.still && !matches!(format, Format::Svg | Format::Png | Format::Pdf) {
            return refuse(format!("--still does not support {name}"), "write .svg, .png or .pdf");
        }
        if let Some(option) = without_effect(args, format, sheet) {
            let what = if sheet { "a sheet" } else { name };
            return refuse(format!("--{option} has no effect on {what}"), "leave it out");
        }
        if let Some((one, other)) = contradiction(args, format) {
            let message = format!("--{one} has no effect with --{other}");
            return refuse(message, "leave one of them out");
        }
        let film_fps = format.is_film().then(|| args.fps.unwrap_or(FILM_FPS));
        let usual = if args.pace == Some(Pace::Time) { CALENDAR_FPS } else { FPS };
        let fps = args.fps.filter(|_| film_fps.is_none()).unwrap_or(usual);
        if format == Format::Gif && fps > gif::MOST_FPS {
            let message = format!("--fps {fps}: a GIF has at most 50 frames a second");
            return refuse(message, "use --fps 50, or write .apng");
        }
        let shrinks = matches!(format, Format::Gif | Format::Apng | Format::Png | Format::Svg);
        if args.max_bytes.is_some() && !shrinks {
            let message = format!("--max-bytes does not support {name}");
            return refuse(message, "write .gif, .apng, .png or .svg, or leave it out");
        }
        let plays = plays(args.loops.unwrap_or(Loops::Forever));
        check_film(format, args.size)?;
        Ok(Self {
            args,
            target,
            format,
            sheet,
            fps,
            film_fps,
            plays,
            threads: threads(args.threads),
        })
    }

    /// Returns true for an animation, false for a sheet or data.
    pub(super) fn is_animation(&self) -> bool {
        !self.sheet && self.format != Format::Json
    }

    /// The pace of an animation.
    pub(super) fn pace(&self) -> Pace {
        self.args.pace.unwrap_or(Pace::Commits)
    }

    /// What is told about the whole.
    pub(super) fn cards(&self) -> Cards {
        self.args.cards.unwrap_or(Cards::Ends)
    }

    /// The length of an animation in seconds.
    pub(super) fn duration_s(&self) -> f64 {
        self.args.duration.map_or(DURATION_S, |duration| duration.0)
    }

    /// The frames per second of an animation in calendar time.
    pub(super) fn calendar_fps(&self) -> f64 {
        self.args.fps.or(self.film_fps).unwrap_or(CALENDAR_FPS)
    }

    /// Number of people with a colour.
    pub(super) fn leaders(&self) -> usize {
        self.args.people.unwrap_or(LEADERS).into()
    }

    /// The limits of a sequence before any reduction.
    pub(super) fn limits(&self) -> Limits {
        let default = if self.sheet { MAX_ON_A_SHEET } else { MAX_FRAMES };
        let most_beats = self.args.max_frames.unwrap_or(default) as usize;
        Limits { most_beats, fps: self.calendar_fps() }
    }

    /// The commits of each beat; at most so many beats, or any number if it is 0.
    pub(super) fn groups(&self, history: &History, story: &Story, most: usize) -> Groups {
        if self.args.releases == Some(Releases::Only) {
            return Groups::ending(history, story.milestones.iter().map(|release| release.at));
        }
        let each = self.format == Format::Json || most == 0;
        if each { Groups::of(history, 1) } else { Groups::at_most(history, most) }
    }

    /// Rejects a history without releases if only these are wanted.
    pub(super) fn check_releases(&self, history: &History, story: &Story) -> Result<(), Error> {
        if self.args.releases != Some(Releases::Only) || story.totals.releases > 0 {
            return Ok(());
        }
        let message = format!("{} has no releases: no tag counts in it", history.name);
        Err(Error::failed(message)
            .hint("fetch tags with `git fetch --tags`, or leave out --releases"))
    }

    /// The chosen theme, or the default of the layout.
    pub(super) fn theme(&self) -> &'static Theme {
        let default = if self.sheet { SHEET_THEME } else { theme::DEFAULT };
        self.args.theme.or_else(|| theme::find(default)).expect("the default is in the table")
    }
}

/// The names of two options of which the first has no effect because of the second.
fn contradiction(args: &HistoryArgs, format: Format) -> Option<(&'static str, &'static str)> {
    let in_time = args.pace == Some(Pace::Time);
    let even = args.fps.is_some() && !in_time && !format.is_film();
    let pairs = [
        (args.duration.is_some() && even, ("duration", "fps")),
        (args.releases.is_some() && in_time, ("releases", "pace time")),
        (args.max_frames.is_some() && in_time, ("max-frames", "pace time")),
    ];
    pairs.into_iter().find_map(|(both, names)| both.then_some(names))
}

/// The name of an option that was given but has no effect on this output.
fn without_effect(args: &HistoryArgs, format: Format, sheet: bool) -> Option<&'static str> {
    let data = format == Format::Json;
    let still = sheet || data;
    let frames = matches!(format, Format::Y4m | Format::Rgb) || format.is_film();
    let in_time = args.pace == Some(Pace::Time);
    let options = [
        ("captions", args.captions.is_some() && still),
        ("pace", args.pace.is_some() && still),
        ("duration", args.duration.is_some() && still),
        ("fps", args.fps.is_some() && (still || (format == Format::Rgb && !in_time))),
        ("releases", args.releases.is_some() && data),
        ("people", args.people.is_some() && data),
        ("cards", args.cards.is_some() && still),
        ("loops", args.loops.is_some() && (still || frames)),
        ("size", args.size.is_some() && data),
        ("theme", args.theme.is_some() && data),
        ("max-frames", args.max_frames.is_some() && data),
        ("fonts", args.fonts.fonts != FontSource::System && data),
    ];
    options.into_iter().find_map(|(name, idle)| idle.then_some(name))
}
