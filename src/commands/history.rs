//! `flaky history`: commits → beats → a picture, or the beats themselves.

mod fate;
mod hints;
mod source;
mod words;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::budget::{self, Budget, Smaller};
use super::{format_of, human, plays, threads, write_frames};
use crate::cli::Console;
use crate::cli::format::Format;
use crate::cli::history::{
    self as typed, FORMATS, HOLD_S, History as Typed, MAX_FRAMES, MAX_ON_A_SHEET, SHEET_THEME,
};
use crate::cli::values;
use crate::error::Error;
use crate::history::heartbeat::Heartbeat;
use crate::history::{History, json, log};
use crate::output::{self, Target};
use crate::progress::{Progress, Silent};
use flaky_core::scene::{self, Motion, Scene, Size, life, sheet, theme};
use flaky_core::timeline::Timeline;
use flaky_draw::encode::svg::Life;
use flaky_draw::encode::{gif, png, svg};
use flaky_draw::raster;
use flaky_draw::text::DejaVu;

/// Fade levels, of which a frame for every commit needs fewer than a beam on its way.
const LEVELS: usize = 12;
/// Those that are tried where that is too much.
const FEWER_LEVELS: [usize; 3] = [8, 6, 4];
/// The most beats that move in an SVG.
const MOST_MOVING: usize = 500;
/// How large such an SVG gets, in bytes, and the longest texts that are tried for it, in
/// characters.
const LARGEST_SVG: usize = 1_000_000;
const LONGEST_TEXTS: [usize; 5] = [200, 48, 32, 20, 12];

pub fn run(args: &Typed, console: Console) -> Result<(), Error> {
    if args.print_log_command {
        let line = format!("{}\n", log::command(args.first_parent));
        let print = |out: &mut dyn Write| out.write_all(line.as_bytes());
        return output::write(&Target::Stdout, false, print).map(drop);
    }
    let settings = Settings::new(args)?;
    let history = Arc::new(source::read(args, console)?);
    let group = settings.group(&history, console)?;
    let pulse = Arc::new(Heartbeat::new(&history, args.scale, group));
    let life = Drawn { settings: &settings, history, pulse };
    let full = life.full();
    let (bytes, drawn) = match (settings.format, args.max_bytes) {
        (Format::Json, _) => {
            let write = |out: &mut dyn Write| json::write(&life.history, &life.pulse, out);
            (output::write(&settings.target, false, write)?, full)
        }
        (_, None) => (life.picture(&full, console)?, full),
        (_, Some(budget)) => life.fitted(&full, budget, console)?,
    };
    console.say(&life.summary(&drawn, bytes));
    Ok(())
}

/// What was typed, and what it means.
struct Settings<'a> {
    typed: &'a Typed,
    target: Target,
    format: Format,
    /// Whether the whole life is on one sheet.
    sheet: bool,
    threads: usize,
}

impl<'a> Settings<'a> {
    fn new(typed: &'a Typed) -> Result<Self, Error> {
        let target = Target::new(typed.output.as_deref().unwrap_or(Path::new("-")));
        let format = match typed.format {
            _ if typed.json => Format::Json,
            Some(format) => format,
            None => format_of(&target, FORMATS)?,
        };
        let sheet = typed.still || format == Format::Png;
        let name = format.name();
        let refuse = |what: String, hint: &str| Err(Error::usage(what).hint(hint));
        if typed.still && !matches!(format, Format::Svg | Format::Png) {
            return refuse(format!("--still: {name} is no sheet"), "write .svg or .png");
        }
        if format == Format::Gif && typed.fps > gif::MOST_FPS {
            let what = format!("--fps {}: a GIF plays no faster than 50", typed.fps);
            return refuse(what, "use --fps 50, or write .apng");
        }
        let measured = matches!(format, Format::Gif | Format::Apng | Format::Png | Format::Svg);
        if typed.max_bytes.is_some() && !measured {
            let what = format!("--max-bytes: nothing can be left out of {name}");
            return refuse(what, "write .gif, .apng, .png or .svg, or leave it out");
        }
        Ok(Self { typed, target, format, sheet, threads: threads(typed.threads) })
    }

    /// How many commits a beat stands for.
    fn group(&self, history: &History, console: Console) -> Result<usize, Error> {
        let commits = history.commits.len();
        let usual = if self.sheet { MAX_ON_A_SHEET } else { MAX_FRAMES };
        let most = self.typed.max_frames.unwrap_or(usual) as usize;
        if self.format == Format::Json {
            return Ok(1);
        }
        let group = if most == 0 { 1 } else { commits.div_ceil(most).max(1) };
        let beats = commits.div_ceil(group);
        if self.format == Format::Svg && !self.sheet && beats > MOST_MOVING {
            return Err(Error::failed(format!(
                "an SVG that moves has at most {MOST_MOVING} beats, and this one would have {beats}"
            ))
            .hint(format!(
                "add --still for the whole life on one sheet, or --max-frames {MOST_MOVING}, \
                 name a range, or write .gif"
            )));
        }
        if group > 1 {
            console.say(&format!(
                "{commits} commits: each beat stands for {group} of them, the worst glitch winning \
                 (--max-frames 0 gives each its own)"
            ));
        }
        Ok(group)
    }

    fn theme(&self) -> &'static theme::Theme {
        let usual = if self.sheet { SHEET_THEME } else { theme::DEFAULT };
        self.typed.theme.or_else(|| theme::find(usual)).expect("the default stands in the table")
    }
}

/// A history on its way to a picture.
struct Drawn<'a> {
    settings: &'a Settings<'a>,
    history: Arc<History>,
    pulse: Arc<Heartbeat>,
}

impl Drawn<'_> {
    /// What is drawn where there is room for all of it.
    fn full(&self) -> Smaller {
        let typed = self.settings.typed;
        let usual = || values::size(typed::SIZE).expect("the default is a size");
        let size = match typed.size {
            None if self.settings.sheet => sheet::size(&self.pulse.rhythm),
            size => size.unwrap_or_else(usual),
        };
        Smaller { levels: LEVELS, fps: typed.fps, size }
    }

    /// Whether it is an SVG that moves.
    fn moves(&self) -> bool {
        self.settings.format == Format::Svg && !self.settings.sheet
    }

    /// Draws the picture and writes it.
    fn picture(&self, full: &Smaller, console: Console) -> Result<u64, Error> {
        let Settings { format, target, .. } = self.settings;
        if self.moves() {
            let document = self.moving_svg(full.size);
            small_enough(&document)?;
            return output::write(target, false, |out| out.write_all(&document));
        }
        let progress = console.progress("rendering", self.pulse.shown_s.len() as u64);
        let encode = |out: &mut dyn Write| self.encode(full, progress.as_ref(), out);
        let written = output::write(target, format.is_binary(), encode);
        progress.finish();
        written
    }

    /// Draws the largest picture that the budget allows and writes it.
    fn fitted(
        &self,
        full: &Smaller,
        bytes: u64,
        console: Console,
    ) -> Result<(u64, Smaller), Error> {
        let Settings { format, target, sheet, .. } = self.settings;
        let fades = !sheet && *format != Format::Svg;
        let ladder = full.ladder(if fades { &FEWER_LEVELS } else { &[] }, false);
        let bytes = if self.moves() { bytes.min(LARGEST_SVG as u64) } else { bytes };
        let budget = Budget { bytes, otherwise: "name a shorter range" };
        budget::write(&ladder, budget, target, format.is_binary(), console, |smaller, out| {
            self.encode(smaller, &Silent, out)
        })
    }

    /// Beats → scene → frames → bytes.
    fn encode(
        &self,
        smaller: &Smaller,
        progress: &dyn Progress,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Settings { format, threads, sheet, .. } = *self.settings;
        if sheet {
            return self.sheet(smaller, out);
        }
        if self.moves() {
            return out.write_all(&self.moving_svg(smaller.size));
        }
        let scene = self.scene(smaller.size, LONGEST_TEXTS[0]);
        let timeline = self.timeline(match format {
            Format::Apng => 1000,
            _ => gif::TICKS_PER_S,
        });
        let mut animation =
            raster::animate(&scene, timeline, plays(self.settings.typed.loops), smaller.levels);
        animation.frames = Box::new(animation.frames.inspect(|_| progress.advance(1)));
        let rate = ((100.0 * smaller.fps).round() as u32, 100);
        write_frames(animation, format, rate, threads, out)
    }

    /// Beats → scene → an SVG that moves, its texts as long as it may be large.
    fn moving_svg(&self, size: Size) -> Vec<u8> {
        let last_s = self.pulse.shown_s.last().copied().unwrap_or_default();
        let life = Life::Steps(plays(self.settings.typed.loops), self.timeline(gif::TICKS_PER_S));
        let mut document = Vec::new();
        for longest in LONGEST_TEXTS {
            document.clear();
            svg::write(&self.scene(size, longest), life.clone(), last_s, &mut document)
                .expect("a Vec takes everything");
            if document.len() <= LARGEST_SVG {
                break;
            }
        }
        document
    }

    /// Beats → scene → one sheet.
    fn sheet(&self, smaller: &Smaller, out: &mut dyn Write) -> io::Result<()> {
        let own =
            self.settings.typed.size.is_none() && smaller.size == sheet::size(&self.pulse.rhythm);
        let scene = self.paper((!own).then_some(smaller.size));
        if self.settings.format == Format::Svg {
            return svg::write(&scene, Life::Still, 0.0, out);
        }
        let mut document = Vec::new();
        svg::write(&scene, Life::Still, 0.0, &mut document)?;
        png::write_svg(&document, out)
    }

    /// The sheet in this size, or in the one it has by itself.
    fn paper(&self, size: Option<Size>) -> Scene {
        let settings = sheet::Settings {
            size,
            theme: self.settings.theme().clone(),
            title: words::title(&self.history, self.pulse.group),
        };
        let (history, pulse) = (Arc::clone(&self.history), Arc::clone(&self.pulse));
        let note = move |beat| words::note(&history, &pulse, beat);
        scene::sheet(&self.pulse.rhythm, &settings, &DejaVu, note)
    }

    fn timeline(&self, ticks_per_s: u32) -> Timeline {
        let shown_s = self.pulse.shown_s.clone();
        Timeline::listed(shown_s, self.settings.typed.fps, HOLD_S, ticks_per_s)
    }

    /// The screen, with texts of so many characters at the most.
    fn scene(&self, size: Size, longest: usize) -> Scene {
        let settings = life::Settings {
            size,
            theme: self.settings.theme().clone(),
            detail: match self.settings.typed.captions {
                typed::Captions::None => life::Detail::None,
                typed::Captions::Short => life::Detail::Short,
                typed::Captions::Full => life::Detail::Full,
            },
            title: words::title(&self.history, self.pulse.group),
            ends: words::dates(&self.history),
            motion: if self.settings.format == Format::Svg {
                Motion::Scroll
            } else {
                Motion::Sweep
            },
        };
        let (history, pulse) = (Arc::clone(&self.history), Arc::clone(&self.pulse));
        let releases = words::Releases::new(&history);
        let entry = move |beat| words::entry(&history, &pulse, &releases, beat, longest);
        scene::life(&self.pulse.rhythm, &self.pulse.shown_s, &settings, &DejaVu, entry)
    }

    fn summary(&self, drawn: &Smaller, bytes: u64) -> String {
        let commits = self.history.commits.len();
        let what = match self.settings.format {
            Format::Json => plural(commits, "beat"),
            _ if self.settings.sheet => format!("{} on a sheet", plural(commits, "commit")),
            format => {
                let Size { width, height } = drawn.size;
                let frames = self.pulse.shown_s.len();
                let frames = plural(frames, if format == Format::Svg { "beat" } else { "frame" });
                format!("{} in {frames}, {width}x{height}", plural(commits, "commit"))
            }
        };
        format!("wrote {}: {what}, {}", self.settings.target.name(), human(bytes))
    }
}

/// Refuses a moving SVG that no page would like to have.
fn small_enough(document: &[u8]) -> Result<(), Error> {
    if document.len() <= LARGEST_SVG {
        return Ok(());
    }
    let (most, bytes) = (human(LARGEST_SVG as u64), human(document.len() as u64));
    let what = format!("an SVG that moves has at most {most}, and this one would have {bytes}");
    Err(Error::failed(what).hint(
        "add --still for the whole life on one sheet, name a range or a smaller --size, or write \
         .gif",
    ))
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
