//! `flaky history`: draws the commits of a repository as beats, or exports them as JSON.

mod captions;
mod ci;
mod hints;
mod options;
mod overview;
mod sequence;
mod sheet;
mod source;
mod words;

pub(super) use hints::{COMPLETE_CLONE, USE_LOG, explain};

use std::io::{self, Write};
use std::sync::Arc;

use super::budget::{self, Budget, Quality};
use super::{fonts, human_bytes, plural, write_frames};
use crate::cli::Console;
use crate::cli::format::Format;
use crate::cli::history::{self as cli, HistoryArgs, Pace};
use crate::cli::values;
use crate::error::Error;
use crate::film;
use crate::history::story::{Activity, Story, anonymise};
use crate::history::{History, json, log};
use crate::output::{self, Destination};
use crate::progress::{Progress, Silent};
use captions::Narrator;
use flaky_core::scene::timelapse::{Detail, Tag};
use flaky_core::scene::{self, Motion, Paper, Sheet, Size, Timelapse, TimelapseSettings};
use flaky_core::timeline::Timeline;
use flaky_draw::encode::{gif, png};
use flaky_draw::text::Fonts;
use flaky_draw::{pdf, raster, svg};
use options::{Limits, Options};
use sequence::Sequence;
use sheet::OnSheet;

/// The number of fade levels. One frame per commit needs fewer than a moving beam.
const LEVELS: usize = 12;
/// The numbers of fade levels to try for a smaller file.
const FEWER_LEVELS: [usize; 3] = [8, 6, 4];
/// The width of a slice of the overview in pixels, at least.
const SLICE_PX: usize = 2;
/// The maximum size of an animated SVG in bytes.
const LARGEST_SVG: usize = 1_000_000;
/// The width in pixels below which a smaller picture is said to be small.
const NARROW: u32 = 600;

pub(super) fn run(args: &HistoryArgs, console: Console) -> Result<(), Error> {
    if args.print_log_command {
        let line = format!("{}\n", log::command(args.first_parent));
        let print = |out: &mut dyn Write| out.write_all(line.as_bytes());
        return output::write(&Destination::Stdout, false, print).map(drop);
    }
    let options = Options::new(args)?;
    let mut history = source::read(args, console)?;
    if args.anonymous {
        anonymise(&mut history);
    }
    let history = Arc::new(history);
    let story = Arc::new(Story::new(&history, options.leaders()));
    options.check_releases(&history, &story)?;
    let sequence = Arc::new(Sequence::new(&options, &history, &story, options.limits()));
    sequence.check_beats(&options, console)?;
    let texts = texts(&options, &history, &story, &sequence);
    let fonts = fonts::choose(&args.fonts, options.format, texts, console)?;
    let renderer = Renderer::new(&options, history, story, sequence, fonts);
    let full = renderer.full;
    let (bytes, actual) = match (options.format, args.max_bytes) {
        (Format::Json, _) => {
            let write = |out: &mut dyn Write| {
                json::write(&renderer.history, &renderer.sequence.heartbeat, out)
            };
            (output::write(&options.target, false, write)?, full)
        }
        (_, None) => (renderer.picture(&full, console)?, full),
        (_, Some(budget)) => renderer.fitted(&full, budget, console)?,
    };
    console.say(&renderer.summary(&actual, bytes));
    Ok(())
}

/// A history with the options for drawing it.
struct Renderer<'a> {
    options: &'a Options<'a>,
    history: Arc<History>,
    story: Arc<Story>,
    sequence: Arc<Sequence>,
    fonts: &'static Fonts,
    /// The settings before any reduction.
    full: Quality,
}

impl<'a> Renderer<'a> {
    fn new(
        options: &'a Options<'a>,
        history: Arc<History>,
        story: Arc<Story>,
        sequence: Arc<Sequence>,
        fonts: &'static Fonts,
    ) -> Self {
        let beats = match options.pace() {
            Pace::Commits if options.is_animation() => sequence.heartbeat.groups.count(),
            _ => 0,
        };
        let is_film = options.format.is_film();
        let given = options.args.size;
        let size = given.unwrap_or_else(|| values::size(cli::SIZE).expect("it is a size"));
        let full = Quality {
            levels: if is_film { raster::LEVELS } else { LEVELS },
            beats,
            fps: options.calendar_fps(),
            size: if is_film { film::even(size) } else { size },
        };
        let mut this = Self { options, history, story, sequence, fonts, full };
        if options.sheet && given.is_none() && options.format != Format::Pdf {
            this.full.size = this.sheet(Paper::Roll).scene.size;
        }
        this
    }

    /// Returns true if the output is an animated SVG.
    fn moves(&self) -> bool {
        self.options.format == Format::Svg && !self.options.sheet
    }

    /// Draws the picture and writes it.
    fn picture(&self, full: &Quality, console: Console) -> Result<u64, Error> {
        let Options { format, target, .. } = self.options;
        if self.moves() {
            let document = self.moving_svg(full);
            small_enough(&document)?;
            return output::write(target, false, |out| out.write_all(&document));
        }
        let frames = self.timeline(&self.sequence, gif::TICKS_PER_S).frames();
        let progress = console.progress("rendering", u64::from(frames));
        let encode = |out: &mut dyn Write| self.encode(full, progress.as_ref(), out);
        let written = output::write(target, format.is_binary(), encode);
        progress.finish();
        written
    }

    /// Draws the best picture within the budget and writes it.
    fn fitted(
        &self,
        full: &Quality,
        bytes: u64,
        console: Console,
    ) -> Result<(u64, Quality), Error> {
        let Options { format, target, sheet, .. } = self.options;
        let fades = !sheet && *format != Format::Svg;
        let slower = self.options.is_animation() && self.options.pace() == Pace::Time;
        let ladder = full.ladder(if fades { &FEWER_LEVELS } else { &[] }, slower);
        let bytes = if self.moves() { bytes.min(LARGEST_SVG as u64) } else { bytes };
        let narrow = if *sheet { 0 } else { NARROW };
        let budget = Budget { bytes, advice: "name a shorter range", narrow };
        budget::write(&ladder, budget, target, format.is_binary(), console, |quality, out| {
            self.encode(quality, &Silent, out)
        })
    }

    /// Draws and encodes the picture.
    fn encode(
        &self,
        quality: &Quality,
        progress: &dyn Progress,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Options { format, threads, sheet, .. } = *self.options;
        if sheet {
            return self.encode_sheet(quality, out);
        }
        if self.moves() {
            return out.write_all(&self.moving_svg(quality));
        }
        let sequence = self.sequence_of(quality);
        let timelapse = self.timelapse(&sequence, quality.size);
        let ticks_per_s = if format == Format::Apng { 1000 } else { gif::TICKS_PER_S };
        let timeline = self.timeline(&sequence, ticks_per_s);
        let plays = self.options.plays;
        let mut animation =
            raster::timelapse(&timelapse, self.fonts, timeline, plays, quality.levels);
        animation.frames = Box::new(animation.frames.inspect(|_| progress.advance(1)));
        let fps = self.options.film_fps.unwrap_or(self.options.fps);
        let rate = ((100.0 * fps).round() as u32, 100);
        write_frames(animation, format, rate, threads, out)
    }

    /// Draws an animated SVG.
    fn moving_svg(&self, quality: &Quality) -> Vec<u8> {
        let sequence = self.sequence_of(quality);
        let timeline = self.timeline(&sequence, gif::TICKS_PER_S);
        let timelapse = self.timelapse(&sequence, quality.size);
        let mut document = Vec::new();
        svg::timelapse(&timelapse, self.fonts, self.options.plays, &timeline, &mut document)
            .expect("writing to a Vec never fails");
        document
    }

    /// Draws a sheet.
    fn encode_sheet(&self, quality: &Quality, out: &mut dyn Write) -> io::Result<()> {
        let format = self.options.format;
        let paper = match self.options.args.size {
            None if format == Format::Pdf => Paper::A4,
            None if quality.size == self.full.size => Paper::Roll,
            _ => Paper::Sized(quality.size),
        };
        let sheet = self.sheet(paper);
        match format {
            Format::Pdf => return pdf::sheet(sheet, self.fonts, out),
            Format::Svg => return svg::sheet(&sheet, self.fonts, out),
            _ => {}
        }
        let Size { width, height } = sheet.scene.size;
        let bands = raster::sheet(sheet, self.fonts).map(|band| band.map(|picture| picture.rgb));
        png::write_rgb(width, height, bands, out)
    }

    /// Lays out the sheet.
    fn sheet(&self, paper: Paper) -> Sheet {
        let Self { history, story, sequence, .. } = self;
        let content = OnSheet {
            history: Arc::clone(history),
            story: Arc::clone(story),
            sequence: Arc::clone(sequence),
        };
        let settings = content.settings(paper, self.options.theme().clone());
        scene::sheet(&sequence.heartbeat.rhythm, &settings, self.fonts, content)
    }

    /// The sequence in this quality.
    fn sequence_of(&self, quality: &Quality) -> Arc<Sequence> {
        if (quality.beats, quality.fps) == (self.full.beats, self.full.fps) {
            return Arc::clone(&self.sequence);
        }
        let limits = Limits { most_beats: quality.beats, fps: quality.fps };
        Arc::new(Sequence::new(self.options, &self.history, &self.story, limits))
    }

    fn timeline(&self, sequence: &Sequence, ticks_per_s: u32) -> Timeline {
        match self.options.film_fps {
            Some(fps) => Timeline::moving(&sequence.stops, fps, ticks_per_s),
            None => Timeline::stepping(&sequence.stops, ticks_per_s),
        }
    }

    /// Lays out the timelapse.
    fn timelapse(&self, sequence: &Arc<Sequence>, size: Size) -> Timelapse {
        let Self { history, story, .. } = self;
        let activity = Activity::new(history, story, size.width as usize / SLICE_PX);
        let leaders = story.leaders.list.iter();
        let settings = TimelapseSettings {
            size,
            theme: self.options.theme().clone(),
            detail: match self.options.args.captions {
                Some(cli::Captions::None) => Detail::None,
                Some(cli::Captions::Short) => Detail::Short,
                Some(cli::Captions::Full) | None => Detail::Full,
            },
            title: words::title(history, &sequence.heartbeat.groups),
            name: history.name.clone(),
            overview: overview::overview(history, story, &activity),
            people: leaders.map(|leader| leader.name.to_string()).collect(),
            pauses: sequence.pauses(story),
            motion: if self.options.format == Format::Svg { Motion::Scroll } else { Motion::Sweep },
        };
        let moments = sequence.moments(history, story, &activity);
        let narrator = narrator(self.options, history, story, sequence);
        scene::timelapse(
            &sequence.heartbeat.rhythm,
            &sequence.caption_starts_s(),
            moments,
            &settings,
            self.fonts,
            move |number| narrator.caption(number),
        )
    }

    fn summary(&self, actual: &Quality, bytes: u64) -> String {
        let commits = self.history.commits.len();
        let what = match self.options.format {
            Format::Json => plural(commits, "beat"),
            _ if self.options.sheet => format!("{} on a sheet", plural(commits, "commit")),
            format => {
                let Size { width, height } = actual.size;
                let commits = plural(commits, "commit");
                let timeline = self.timeline(&self.sequence_of(actual), gif::TICKS_PER_S);
                let frames = timeline.frames() as usize;
                let frames = plural(frames, if format == Format::Svg { "beat" } else { "frame" });
                if format.is_film() {
                    let seconds = timeline.display_s();
                    format!("{commits} in {frames}, {seconds:.1} s, {width}x{height}")
                } else {
                    format!("{commits} in {frames}, {width}x{height}")
                }
            }
        };
        format!("wrote {}: {what}, {}", self.options.target.name(), human_bytes(bytes))
    }
}

fn narrator(
    options: &Options<'_>,
    history: &Arc<History>,
    story: &Arc<Story>,
    sequence: &Arc<Sequence>,
) -> Narrator {
    Narrator {
        history: Arc::clone(history),
        story: Arc::clone(story),
        sequence: Arc::clone(sequence),
        cards: options.cards() == cli::Cards::Ends,
    }
}

/// The texts of the picture that come from the history.
fn texts(
    options: &Options<'_>,
    history: &Arc<History>,
    story: &Arc<Story>,
    sequence: &Arc<Sequence>,
) -> Vec<String> {
    if options.sheet {
        let (history, story) = (Arc::clone(history), Arc::clone(story));
        return OnSheet { history, story, sequence: Arc::clone(sequence) }.texts();
    }
    let captions = match options.args.captions {
        _ if options.format == Format::Json => 0..0,
        Some(cli::Captions::None) => 0..0,
        _ => 0..sequence.captions(),
    };
    let narrator = narrator(options, history, story, sequence);
    let leaders = story.leaders.list.iter().map(|leader| leader.name.to_string());
    let mut texts: Vec<String> = leaders.chain([history.name.clone()]).collect();
    for caption in captions.map(|number| narrator.caption(number)) {
        texts.extend([caption.subject, caption.author]);
        texts.extend(match caption.tag {
            Tag::Here(tag) | Tag::Before(tag) => Some(tag),
            Tag::None => None,
        });
        texts.extend(caption.headline.map(|headline| headline.text));
    }
    texts
}

/// Rejects an animated SVG that is too large for a web page.
fn small_enough(document: &[u8]) -> Result<(), Error> {
    if document.len() <= LARGEST_SVG {
        return Ok(());
    }
    let (most, bytes) = (human_bytes(LARGEST_SVG as u64), human_bytes(document.len() as u64));
    let message = format!("an animated SVG has at most {most}; this one would have {bytes}");
    Err(Error::failed(message).hint(
        "add --still for a sheet of the whole history, --captions short, a smaller --max-frames or \
         --size, name a range, or write .gif",
    ))
}
