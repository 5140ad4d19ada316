//! `flaky badge`: a verdict → a rhythm → a picture.

use std::io::{self, Write};

use super::asking;
use super::{format_of, human, threads, write_frames};
use crate::cli::Console;
use crate::cli::badge::{Badge as Typed, FORMATS, MONITOR, PictureSize, Style};
use crate::cli::format::Format;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::animation::Plays;
use flaky_core::pulse;
use flaky_core::rhythm::Rhythm;
use flaky_core::scene::text::Face;
use flaky_core::scene::{self, Colour, Motion, Rgb, Scene, Size, Trail, badge, monitor};
use flaky_core::timeline::{Tick, Timeline};
use flaky_core::verdict::{Finding, Verdict};
use flaky_draw::encode::gif;
use flaky_draw::encode::svg::{self, Life};
use flaky_draw::raster::{self, LEVELS};
use flaky_draw::text::{self, DejaVu};

/// Frames a second: about one for every pixel that a badge's trace moves. They are whole ticks of
/// a GIF.
const FPS: f64 = 12.5;
/// The RR interval of a resting heart in a badge, in seconds on display.
const RESTING_S: f64 = 0.8;
/// How many lines of evidence the title has.
const MOST_EVIDENCE: usize = 3;
/// The speed of a monitor's beam in mm/s.
const SPEED_MM_S: f64 = 25.0;

/// What a verdict looks like, besides its rhythm.
struct Look {
    /// The colour behind the word, as badges have it.
    fill: Rgb,
    /// The colour of the trace.
    trace: Colour,
}

fn look(verdict: Verdict) -> Look {
    let (fill, trace) = match verdict {
        Verdict::Passed => (Rgb(0x44, 0xcc, 0x11), Colour::Trace),
        Verdict::Flaky => (Rgb(0xfe, 0x7d, 0x37), Colour::Trace),
        Verdict::Failed => (Rgb(0xe0, 0x5d, 0x44), Colour::High),
        Verdict::Running => (Rgb(0xdf, 0xb3, 0x17), Colour::Medium),
        Verdict::Stopped => (Rgb(0x9f, 0x9f, 0x9f), Colour::Text),
        Verdict::Unknown => (Rgb(0x9f, 0x9f, 0x9f), Colour::Technical),
    };
    Look { fill, trace }
}

pub fn run(args: &Typed, console: Console) -> Result<(), Error> {
    let settings = Settings::new(args)?;
    let lacking = text::missing_glyphs(Face::Regular, &args.label);
    if !lacking.is_empty() {
        console.say(&format!(
            "warning: the font has no glyphs for {lacking:?}; boxes are drawn instead"
        ));
    }
    let answer = asking::answer(&args.source, console)?;
    let drawn = Drawn::new(&settings, &answer.finding);
    let bytes =
        output::write(&settings.target, settings.format.is_binary(), |out| drawn.encode(out))?;
    let (name, Size { width, height }) = (settings.target.name(), drawn.scene.size);
    let message = answer.finding.message();
    console.say(&format!("wrote {name}: {message}, {width}x{height}, {}", human(bytes)));
    answer.strictly(&args.source)
}

/// What was typed, and what it means.
struct Settings<'a> {
    typed: &'a Typed,
    target: Destination,
    format: Format,
}

impl<'a> Settings<'a> {
    fn new(typed: &'a Typed) -> Result<Self, Error> {
        let target = Destination::new(&typed.output);
        let format = match typed.format {
            Some(format) => format,
            None => format_of(&target, FORMATS)?,
        };
        let monitor = typed.style == Style::Monitor;
        match typed.size {
            Some(PictureSize::Height(height)) if monitor => {
                Err(Error::usage(format!("--size {height}: a monitor has a width too"))
                    .hint("write it as WIDTHxHEIGHT, such as 240x80"))
            }
            Some(PictureSize::Screen(size)) if !monitor => Err(Error::usage(format!(
                "--size {}x{}: a badge is as wide as its words",
                size.width, size.height
            ))
            .hint("write its height alone, such as --size 40, or add --style monitor")),
            _ => Ok(Self { typed, target, format }),
        }
    }
}

/// A badge on its way to a file.
struct Drawn<'a> {
    settings: &'a Settings<'a>,
    rhythm: Rhythm,
    scene: Scene,
    moves: bool,
}

impl<'a> Drawn<'a> {
    fn new(settings: &'a Settings<'a>, finding: &Finding) -> Self {
        let typed = settings.typed;
        let stands = finding.settled() == Verdict::Stopped;
        let moves = !typed.still && settings.format != Format::Png && !stands;
        let scale = match typed.style {
            Style::Monitor => pulse::MONITOR,
            Style::Flat | Style::FlatSquare => pulse::BADGE,
        };
        let rhythm = pulse::rhythm(finding, scale);
        let scene = match typed.style {
            Style::Monitor => on_a_monitor(typed, finding, &rhythm),
            Style::Flat | Style::FlatSquare => in_a_row(typed, finding, &rhythm),
        };
        Self { settings, rhythm, scene, moves }
    }

    /// The moment of a still: one that shows a glitch, if there is any.
    fn still_s(&self) -> f64 {
        let Rhythm { duration_s, beats, episodes, .. } = &self.rhythm;
        match episodes.first().filter(|_| !beats.is_empty()) {
            Some(_) if self.settings.typed.style == Style::Monitor => self.rhythm.healed_s(),
            Some(glitch) => {
                let middle_s = 0.5 * (glitch.start_s + glitch.end_s);
                (middle_s + 0.5 * self.scene.trace.sweep_s).rem_euclid(*duration_s)
            }
            None => *duration_s,
        }
    }

    fn encode(&self, out: &mut dyn Write) -> io::Result<()> {
        let Settings { typed, format, .. } = *self.settings;
        let life = if self.moves { Life::Plays(Plays::Forever) } else { Life::Still };
        if format == Format::Svg {
            return svg::write(&self.scene, life, self.still_s(), out);
        }
        let ticks_per_s = gif::TICKS_PER_S;
        let threads = if self.moves { threads(None) } else { 1 };
        let timeline = if self.moves {
            Timeline::uniform(self.scene.trace.display_s(), FPS, ticks_per_s)
        } else {
            Timeline::still(self.still_s(), ticks_per_s)
        };
        let animation = if typed.style == Style::Monitor {
            raster::animate(&self.scene, timeline, Plays::Forever, LEVELS)
        } else {
            let slowness = if self.moves { self.scene.trace.slowness } else { 1.0 };
            let still = |tick: Tick| (self.still_at(tick.t_s / slowness), tick.delay);
            let documents: Vec<_> = timeline.ticks().map(still).collect();
            let alpha = format != Format::Gif;
            let settings = raster::Documents { plays: Plays::Forever, ticks_per_s, alpha, threads };
            raster::documents(self.scene.size, &documents, settings)?
        };
        write_frames(animation, format, (25, 2), threads, out)
    }

    /// The badge at a moment, as a document.
    fn still_at(&self, t_s: f64) -> Vec<u8> {
        let mut document = Vec::new();
        svg::write(&self.scene, Life::Still, t_s, &mut document).expect("a Vec takes everything");
        document
    }
}

/// "pipeline: flaky", and the same with the reason and the evidence.
fn names(typed: &Typed, finding: &Finding) -> (String, String) {
    let colon = if typed.label.is_empty() { "" } else { ": " };
    let name = format!("{}{colon}{}", typed.label, finding.verdict);
    let rate = finding.flakiness.as_ref().filter(|_| finding.verdict == Verdict::Flaky);
    let rate = rate.map_or(String::new(), |rate| format!(" ({})", rate.percent()));
    let mut title = format!("{name}{rate}");
    if !finding.reason.is_empty() {
        title = format!("{title}: {}", finding.reason);
    }
    for line in finding.evidence.iter().take(MOST_EVIDENCE) {
        title = format!("{title}\n{line}");
    }
    (name, title)
}

fn in_a_row(typed: &Typed, finding: &Finding, rhythm: &Rhythm) -> Scene {
    let (aria, title) = names(typed, finding);
    let Look { fill, trace } = look(finding.verdict);
    let settings = badge::Settings {
        height: match typed.size {
            Some(PictureSize::Height(height)) => height,
            _ => badge::HEIGHT,
        },
        round: typed.style == Style::Flat,
        theme: typed.theme.clone(),
        trace,
        label: typed.label.clone(),
        message: finding.message(),
        fill,
        dashed: finding.settled() == Verdict::Failed,
        paused: finding.verdict == Verdict::Stopped,
        windows: {
            let window_s = f64::from(pulse::BEATS) * pulse::BADGE.resting_s;
            (rhythm.duration_s / window_s).round() as u32
        },
        slowness: RESTING_S / pulse::BADGE.resting_s,
        aria,
        title,
    };
    scene::badge(rhythm, &settings, &DejaVu)
}

fn on_a_monitor(typed: &Typed, finding: &Finding, rhythm: &Rhythm) -> Scene {
    let (aria, title) = names(typed, finding);
    let mut theme = typed.theme.clone();
    theme.colours[Colour::Trace as usize] = theme.rgb(look(finding.verdict).trace);
    let settings = monitor::Settings {
        size: match typed.size {
            Some(PictureSize::Screen(size)) => size,
            _ => MONITOR,
        },
        theme,
        transparent: false,
        speed_mm_s: SPEED_MM_S,
        gain_mm_mv: None,
        motion: Motion::Sweep,
        trail: Trail::Phosphor,
        label: typed.label.clone(),
        grid: true,
        readout: true,
    };
    let mut scene = scene::monitor(rhythm, &settings, &DejaVu);
    if finding.settled() == Verdict::Failed {
        scene.trace.dash_px = Some(scene.trace.width / 32.0);
    }
    Scene { label: Some(aria), title, ..scene }
}
