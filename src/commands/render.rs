//! `flaky render`: draws a random rhythm or a rhythm file, or exports its data.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rand::TryRng;
use rand::rngs::SysRng;

use super::budget::{self, Budget, Quality};
use super::{check_film, fonts, format_of, human_bytes, plays, plural, threads, write_frames};
use crate::cli::Console;
use crate::cli::format::Format;
use crate::cli::render::{self as cli, RenderArgs, SAMPLE_RATE};
use crate::cli::values::{Gain, Loops, Seconds};
use crate::error::{Error, did_you_mean, io_message};
use crate::film;
use crate::output::{self, Destination};
use crate::progress::{Progress, Silent};
use flaky_core::animation::Plays;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{Rhythm, glitch, json};
use flaky_core::scene::{self, MonitorSettings, Motion, Trail, monitor};
use flaky_core::signal::Signal;
use flaky_core::timeline::Timeline;
use flaky_draw::encode::gif;
use flaky_draw::text::Fonts;
use flaky_draw::{raster, svg};

/// The maximum size of a rhythm file, in bytes.
const LARGEST_RHYTHM: u64 = 64 << 20;
/// The minimum time of a sweep, in seconds. In a shorter one the beam is not visible as such.
const SHORTEST_SWEEP_S: f64 = 0.2;
/// Ticks per second for formats that allow any number, if the frame rate is not a whole number.
const MILLISECONDS: u32 = 1000;

pub(super) fn run(args: &RenderArgs, console: Console) -> Result<(), Error> {
    let options = Options::new(args)?;
    let rhythm = source(args, console)?;
    let full = options.full();
    let fonts = fonts::choose(&args.fonts, options.format, options.texts(), console)?;
    let (bytes, actual) = match options.format {
        Format::Json => {
            let text = json::to_string(&rhythm);
            let write = |out: &mut dyn Write| out.write_all(text.as_bytes());
            (output::write(&options.target, false, write)?, full)
        }
        Format::Csv => {
            let hz = args.sample_rate.unwrap_or(SAMPLE_RATE);
            let write = |out: &mut dyn Write| samples(&rhythm, hz, out);
            (output::write(&options.target, false, write)?, full)
        }
        _ => match args.max_bytes {
            Some(bytes) => {
                let budget = Budget { bytes, advice: "use a shorter --duration", narrow: 0 };
                let (target, binary) = (&options.target, options.format.is_binary());
                let ladder = options.ladder(full);
                budget::write(&ladder, budget, target, binary, console, |quality, out| {
                    encode(&options, &rhythm, fonts, quality, &Silent, out)
                })?
            }
            None => (picture(&options, &rhythm, fonts, &full, console)?, full),
        },
    };
    console.say(&options.summary(&rhythm, &actual, bytes));
    Ok(())
}

/// The options, validated.
pub(super) struct Options<'a> {
    pub args: &'a RenderArgs,
    pub target: Destination,
    pub format: Format,
    pub threads: usize,
    pub plays: Plays,
}

impl<'a> Options<'a> {
    fn new(args: &'a RenderArgs) -> Result<Self, Error> {
        let target = Destination::new(&args.output);
        let format = match args.format {
            Some(format) => format,
            None => format_of(&target, cli::FORMATS)?,
        };
        check(args, format)?;
        check_film(format, Some(args.size))?;
        let plays = plays(args.loops.unwrap_or(Loops::Forever));
        Ok(Self { args, target, format, threads: threads(args.threads), plays })
    }

    pub(super) fn is_still(&self) -> bool {
        self.args.still || self.format == Format::Png
    }

    /// The settings before any reduction.
    fn full(&self) -> Quality {
        let size = self.args.size;
        let size = if self.format.is_film() { film::even(size) } else { size };
        Quality { levels: raster::LEVELS, beats: 0, fps: self.args.fps, size }
    }

    /// The texts of the picture that the user chose.
    fn texts(&self) -> Option<String> {
        let drawn = !matches!(self.format, Format::Csv | Format::Json) && !self.args.no_readout;
        drawn.then(|| self.args.label.clone())
    }

    /// Reduced settings to try if the picture exceeds the budget.
    fn ladder(&self, full: Quality) -> Vec<Quality> {
        let levels: &[usize] = match (self.format, self.args.trail) {
            (Format::Svg, _) => &[],
            (_, cli::Trail::Phosphor) => &budget::PHOSPHOR_LEVELS,
            (_, cli::Trail::Lcd) => &budget::LCD_LEVELS,
        };
        full.ladder(levels, self.format != Format::Svg && !self.is_still())
    }

    /// The time that a still shows, in seconds: the given one, or shortly after the first glitch.
    fn still_s(&self, rhythm: &Rhythm) -> f64 {
        self.args.at.map_or_else(|| rhythm.healed_s(), |Seconds(at)| at)
    }

    fn monitor(&self, quality: &Quality) -> MonitorSettings {
        let args = self.args;
        let mut theme = args.theme.clone();
        for (colour, rgb) in &args.colour {
            theme.colours[*colour as usize] = *rgb;
        }
        MonitorSettings {
            size: quality.size,
            theme,
            transparent: args.transparent,
            speed_mm_s: args.sweep_speed,
            gain_mm_mv: match args.gain {
                Gain::Auto => None,
                Gain::Fixed(gain) => Some(gain),
            },
            motion: match args.motion {
                cli::Motion::Sweep => Motion::Sweep,
                cli::Motion::Scroll => Motion::Scroll,
            },
            trail: match args.trail {
                cli::Trail::Phosphor => Trail::Phosphor,
                cli::Trail::Lcd => Trail::Lcd,
            },
            lead: args.label.clone(),
            grid: !args.no_grid,
            readout: !args.no_readout,
        }
    }

    fn timeline(&self, rhythm: &Rhythm, fps: f64) -> Timeline {
        let whole = (rhythm.duration_s * fps).fract() == 0.0 && fps.fract() == 0.0;
        let ticks_per_s = match self.format {
            Format::Apng if whole => fps as u32,
            Format::Apng => MILLISECONDS,
            _ => gif::TICKS_PER_S,
        };
        if self.is_still() {
            Timeline::still(self.still_s(rhythm), ticks_per_s)
        } else {
            Timeline::uniform(rhythm.duration_s, fps, ticks_per_s)
        }
    }

    fn summary(&self, rhythm: &Rhythm, actual: &Quality, bytes: u64) -> String {
        let what = match self.format {
            Format::Csv => {
                let rate = self.args.sample_rate.unwrap_or(SAMPLE_RATE);
                plural((rhythm.duration_s * rate).round() as usize, "sample")
            }
            Format::Json => plural(rhythm.beats.len(), "beat"),
            _ if self.is_still() => "a still".to_string(),
            Format::Svg => plural(rhythm.beats.len(), "beat"),
            _ => plural(self.timeline(rhythm, actual.fps).frames() as usize, "frame"),
        };
        let size = match self.format {
            Format::Csv | Format::Json => String::new(),
            _ => format!(", {}x{}", actual.size.width, actual.size.height),
        };
        format!(
            "wrote {}: {what}, {} s{size}, {}, seed {}",
            self.target.name(),
            rhythm.duration_s,
            human_bytes(bytes),
            rhythm.seed
        )
    }
}

/// Rejects options that contradict the format.
fn check(args: &RenderArgs, format: Format) -> Result<(), Error> {
    let name = format.name();
    let numbers = matches!(format, Format::Csv | Format::Json);
    if format == Format::Gif && args.fps > gif::MOST_FPS {
        return Err(Error::usage(format!(
            "--fps {}: a GIF plays at most 50 frames per second",
            args.fps
        ))
        .hint("use --fps 50, or write .apng"));
    }
    if args.transparent && !matches!(format, Format::Svg | Format::Apng | Format::Png) {
        return Err(Error::usage(format!("--transparent: {name} cannot be transparent"))
            .hint("write .svg, .apng or .png"));
    }
    if args.still && (numbers || format.is_film()) {
        return Err(Error::usage(format!("--still: {name} is not a picture"))
            .hint("write .png or .svg, or leave --still out"));
    }
    let has_still = args.still || matches!(format, Format::Png | Format::Svg);
    if args.at.is_some() && !has_still {
        return Err(Error::usage(format!(
            "--at selects the time of a still, and this {name} is not one"
        ))
        .hint(if numbers || format.is_film() { "leave --at out" } else { "add --still" }));
    }
    if args.sample_rate.is_some() && format != Format::Csv {
        return Err(Error::usage(format!("--sample-rate: only csv has samples, not {name}"))
            .hint("write .csv, or leave --sample-rate out"));
    }
    let sweep_s = monitor::nominal_sweep_s(args.size, args.sweep_speed);
    if sweep_s < SHORTEST_SWEEP_S && !numbers {
        return Err(Error::usage(format!(
            "--sweep-speed {}: the beam would cross the picture in {sweep_s:.3} s",
            args.sweep_speed
        ))
        .hint("use a slower --sweep-speed or a wider --size"));
    }
    if args.loops.is_some() && format.is_film() {
        return Err(Error::usage(format!("--loops has no effect on {name}")).hint("leave it out"));
    }
    let measured = matches!(format, Format::Gif | Format::Apng | Format::Png | Format::Svg);
    if args.max_bytes.is_some() && !measured {
        return Err(Error::usage(format!("--max-bytes: {name} cannot be reduced"))
            .hint("write .gif, .apng, .png or .svg, or leave --max-bytes out"));
    }
    Ok(())
}

/// The rhythm to draw, from a file or random.
fn source(args: &RenderArgs, console: Console) -> Result<Rhythm, Error> {
    let rhythm = match &args.rhythm {
        Some(path) => read_rhythm(path)?,
        None => draw(args, console)?,
    };
    match args.at {
        Some(Seconds(at)) if !(0.0..=rhythm.duration_s).contains(&at) => Err(Error::usage(
            format!("--at {at}s is outside the rhythm, which lasts {} s", rhythm.duration_s),
        )
        .hint("choose a time between its start and its end")),
        _ => Ok(rhythm),
    }
}

fn read_rhythm(path: &Path) -> Result<Rhythm, Error> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin { "standard input".to_string() } else { path.display().to_string() };
    let unreadable = |error: &io::Error| {
        Error::failed(format!("cannot read {name}: {}", io_message(error)))
            .hint("--rhythm takes a JSON file, such as `flaky render -o beats.json` writes, or `-`")
    };
    let input: Box<dyn Read> = if stdin {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| unreadable(&error))?)
    };
    let mut bytes = Vec::new();
    input.take(LARGEST_RHYTHM + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LARGEST_RHYTHM {
        return Err(Error::failed(format!(
            "{name} is larger than {}",
            human_bytes(LARGEST_RHYTHM)
        ))
        .hint("a rhythm is a JSON list of beats; this is probably another file"));
    }
    let broken = |message: &str, hint: &str| {
        Error::failed(format!("{name} is not a rhythm: {message}")).hint(hint)
    };
    let example = "`flaky render -o beats.json` writes an example";
    let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text", example))?;
    json::from_str(&text).map_err(|error| match &error {
        json::Error::UnknownGlitch { name, .. } => {
            let known = glitch::TABLE.iter().map(|glitch| glitch.name);
            let hint = did_you_mean(name, known)
                .map_or("`flaky glitches` lists them".to_string(), |near| {
                    format!("did you mean {near:?}? `flaky glitches` lists them")
                });
            broken(&error.to_string(), &hint)
        }
        _ => broken(&error.to_string(), example),
    })
}

fn draw(args: &RenderArgs, console: Console) -> Result<Rhythm, Error> {
    let seed = match args.seed {
        Some(seed) => seed,
        None => SysRng.try_next_u32().map_err(|error| {
            Error::failed(format!("cannot get a random seed from the system: {error}"))
        })?,
    };
    let Seconds(duration_s) = args.duration;
    let mut settings = LoopSettings {
        duration_s,
        bpm: args.random.bpm,
        hrv_bpm: args.random.hrv,
        pool: args.random.glitch.0.clone(),
        glitches_per_min: args.glitch_rate,
        seed,
    };
    let random_loop = match random::draw(&settings) {
        Ok(random_loop) => random_loop,
        Err(none) if settings.pool.len() == 1 => {
            return Err(Error::usage(format!("--duration {duration_s}s is too short: {none}"))
                .hint(format!("use --duration {:.2}s or more", none.shortest_s)));
        }
        Err(none) => {
            console.say(&format!("no glitch fits into {duration_s} s: {none}"));
            settings.pool.clear();
            random::draw(&settings).map_err(|error| Error::failed(error.to_string()))?
        }
    };
    let placed = random_loop.rhythm.episodes.len();
    if placed > 0 && placed < random_loop.requested {
        console.say(&format!(
            "only {placed} of {} glitches fit into {duration_s} s",
            random_loop.requested
        ));
    }
    Ok(random_loop.rhythm)
}

fn samples(rhythm: &Rhythm, hz: f64, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    writeln!(out, "t_s,mV")?;
    for (t, mv) in Signal::new(rhythm).samples(hz) {
        writeln!(out, "{t:.6},{mv:.6}")?;
    }
    out.flush()
}

/// Draws the picture and writes it.
fn picture(
    options: &Options<'_>,
    rhythm: &Rhythm,
    fonts: &Fonts,
    full: &Quality,
    console: Console,
) -> Result<u64, Error> {
    let frames = options.timeline(rhythm, full.fps).frames();
    let progress = console.progress("rendering", u64::from(frames));
    let written = output::write(&options.target, options.format.is_binary(), |out| {
        encode(options, rhythm, fonts, full, progress.as_ref(), out)
    });
    progress.finish();
    written
}

/// Draws and encodes the picture.
fn encode(
    options: &Options<'_>,
    rhythm: &Rhythm,
    fonts: &Fonts,
    quality: &Quality,
    progress: &dyn Progress,
    out: &mut dyn Write,
) -> io::Result<()> {
    let monitor = scene::monitor(rhythm, &options.monitor(quality), fonts);
    if options.format == Format::Svg {
        let plays = (!options.is_still()).then_some(options.plays);
        return svg::monitor(&monitor, fonts, plays, options.still_s(rhythm), out);
    }
    let timeline = options.timeline(rhythm, quality.fps);
    let mut animation = raster::monitor(&monitor, fonts, timeline, options.plays, quality.levels);
    animation.frames = Box::new(animation.frames.inspect(|_| progress.advance(1)));
    let hundredths = (rhythm.duration_s * 100.0).round() as u32;
    let rate = if options.is_still() { (1, 1) } else { (animation.frame_count * 100, hundredths) };
    write_frames(animation, options.format, rate, options.threads, out)
}
