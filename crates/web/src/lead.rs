//! A lead: a rhythm that goes on, its signal, and the screen that shows it.

use std::mem;

use flaky_core::pulse;
use flaky_core::raster::{Ground, LEVELS, NoText, Pace, Palette, Screen};
use flaky_core::rhythm::Rhythm;
use flaky_core::rhythm::endless::{Condition, Endless, EndlessSettings, RhythmSegment};
use flaky_core::scene::monitor;
use flaky_core::scene::{MonitorSettings, Scene, Size, Theme, Trace, markup};
use flaky_core::signal::Signal;
use flaky_core::verdict::Report;

use crate::picture::Picture;
use crate::rhythm::{Recent, Rest};

/// Frames per second for which the fading is scheduled.
const FPS: f64 = 60.0;
/// The first sweep is behind the beam already, so that a page opens with a picture: the clock of an
/// endless lead starts so late, in seconds. No sweep is longer on a screen of a usual shape.
const START_S: f64 = 30.0;
/// The signal is kept for so long behind the window of the screen, in seconds, for a wider screen.
const KEPT_S: f64 = 20.0;
/// The largest width and height of a screen and the most pixels of it.
const LARGEST: u32 = 16_384;
const MOST_PIXELS: u32 = 1 << 25;

/// How a lead is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenSettings {
    /// The size in device pixels.
    pub size: Size,
    /// The colours and the decay.
    pub theme: Theme,
    /// True to draw the calibration pulse.
    pub pulse: bool,
}

impl ScreenSettings {
    fn pixel() -> Self {
        Self { size: Size { width: 1, height: 1 }, theme: Theme::default(), pulse: false }
    }
}

/// Where the beats come from.
enum Source {
    Endless(Box<Endless>),
    /// A whole loop.
    Loop(Rhythm),
}

/// A lead.
pub struct Lead {
    source: Source,
    recent: Recent,
    rest: Rest,
    /// The verdict that is shown instead of the rest.
    report: Option<Report>,
    /// The layout; its trace has the signal.
    scene: Scene,
    palette: Palette,
    screen: Screen<NoText>,
    picture: Picture,
    /// The last instant, in seconds of the rhythm.
    now_s: f64,
    /// The R peaks that the last step passed.
    beats: u32,
    /// The next glitch of those that [`Self::glitch_next`] takes in turn.
    turn: usize,
}

impl Lead {
    /// An endless lead with a screen of one pixel. The same seed and calls give the same pictures.
    pub fn endless(seed: u32, rest: Rest) -> Self {
        let rest = rest.in_range();
        let source = Source::Endless(Box::new(Endless::new(seed, rest.endless())));
        let (signal, pool) = (Signal::open(seed, rest.bpm), rest.pool.or_default());
        let settings = settings(&ScreenSettings::pixel());
        let scene = monitor::endless(signal, pool.glitches(), &settings).scene;
        Self::new(source, rest, scene, START_S)
    }

    /// A lead that repeats a loop, as `flaky render` does, with a screen of one pixel.
    pub fn repeating(rhythm: Rhythm, rest: Rest) -> Self {
        let rest = rest.in_range();
        let scene = monitor::wordless(&rhythm, &settings(&ScreenSettings::pixel())).scene;
        Self::new(Source::Loop(rhythm), rest, scene, 0.0)
    }

    fn new(source: Source, rest: Rest, scene: Scene, now_s: f64) -> Self {
        let palette = palette(&scene);
        Self {
            source,
            recent: Recent::default(),
            rest,
            report: None,
            screen: screen(&scene, &palette, Ground::bare(scene.size, &palette)),
            picture: Picture::new(scene.size, &palette.colours),
            scene,
            palette,
            now_s,
            beats: 0,
            turn: 0,
        }
    }

    /// Plays something else without a verdict, from the next beat on.
    pub fn set_rest(&mut self, rest: Rest) {
        self.rest = rest.in_range();
        self.change();
    }

    /// Plays what shows `report`, from the next beat on; the rest if it is `None`.
    pub fn set_report(&mut self, report: Option<Report>) {
        self.report = report;
        self.change();
    }

    fn played(&self) -> EndlessSettings {
        let rest = self.rest.endless();
        match &self.report {
            Some(report) => pulse::endless(report, &rest),
            None => rest,
        }
    }

    fn change(&mut self) {
        let settings = self.played();
        if let Source::Endless(endless) = &mut self.source
            && *endless.settings() != settings
        {
            endless.change(settings);
        }
    }

    /// Lets a glitch follow the next beat; those of the pool take turns.
    pub fn glitch_next(&mut self) {
        let glitch = self.rest.pool.or_default().glitches().cycle().nth(self.turn);
        self.turn += 1;
        if let (Source::Endless(endless), Some(glitch)) = (&mut self.source, glitch) {
            endless.ask_for(glitch);
        }
    }

    /// Lays out the screen. Its next step paints all of it.
    pub fn set_screen(&mut self, shown: &ScreenSettings) {
        let settings = settings(shown);
        self.scene = match &self.source {
            Source::Endless(_) => {
                let silence = Signal::open(0, self.rest.bpm);
                let signal = mem::replace(&mut self.scene.trace.signal, silence);
                let pool = self.rest.pool.or_default();
                monitor::endless(signal, pool.glitches(), &settings).scene
            }
            Source::Loop(rhythm) => monitor::wordless(rhythm, &settings).scene,
        };
        self.palette = palette(&self.scene);
        let ground = Ground::bare(self.scene.size, &self.palette);
        self.picture = Picture::new(self.scene.size, &self.palette.colours);
        self.screen = screen(&self.scene, &self.palette, ground);
    }

    /// The static layer of the screen as an SVG document.
    pub fn ground_markup(&self) -> String {
        let Size { width, height } = self.scene.size;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{}</svg>",
            markup::static_layer(&self.scene, "")
        )
    }

    /// The pixels in memory, into which the ground is written before [`Self::take_ground`]; red is in
    /// the lowest byte of each.
    pub fn pixels_mut(&mut self) -> &mut [u32] {
        self.picture.pixels_mut()
    }

    /// Takes the picture as the ground. The next step paints all of the screen.
    pub fn take_ground(&mut self) {
        let ground = Ground::from_colours(self.picture.rgba(), &self.palette);
        self.screen = screen(&self.scene, &self.palette, ground);
    }

    /// Moves the beam to `t_s` seconds, not before the last instant, and paints what changes.
    pub fn advance(&mut self, t_s: f64) {
        let t_s = (self.start_s() + t_s).max(self.now_s);
        let before_s = mem::replace(&mut self.now_s, t_s);
        let trace = &mut self.scene.trace;
        if let Source::Endless(endless) = &mut self.source {
            let window = Screen::<NoText>::window_s(trace, t_s);
            let recent = &mut self.recent;
            let mut source = endless.inspect(|segment: &RhythmSegment| recent.push(segment));
            trace.signal.extend(&mut source, window.end);
            trace.signal.forget_before(window.start - KEPT_S);
            recent.forget(t_s);
        }
        self.screen.step(trace, t_s);
        self.picture.update(self.screen.entries(), self.screen.changed());
        self.beats = self.recent.passed(before_s, t_s);
    }

    fn start_s(&self) -> f64 {
        match self.source {
            Source::Endless(_) => START_S,
            Source::Loop(_) => 0.0,
        }
    }

    /// The picture, with the rectangles that the last step changed.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The R peaks that the last step passed.
    pub fn beats(&self) -> u32 {
        self.beats
    }

    /// The heart rate on the screen, in beats per minute; `None` where it cannot be counted.
    pub fn rate(&self) -> Option<f64> {
        match &self.source {
            Source::Loop(rhythm) => Some(rhythm.bpm),
            Source::Endless(endless) => match endless.settings() {
                EndlessSettings { condition: Condition::LeadOff, .. } => None,
                EndlessSettings { bpm, .. } => self.recent.rate(self.now_s, *bpm),
            },
        }
    }

    /// The row of the glitch whose alarm is shown.
    pub fn alarm(&self) -> Option<usize> {
        self.recent.alarm(self.now_s)
    }

    /// The heart comes back after a flatline.
    pub fn is_returning(&self) -> bool {
        self.recent.is_returning(self.now_s)
    }

    /// The voltage in millivolts at `t_s` seconds, not long before the last instant.
    pub fn voltage(&self, t_s: f64) -> f64 {
        self.scene.trace.signal.at(self.start_s() + t_s)
    }

    /// The place of the beam as a part of the width, 0–1.
    pub fn beam(&self) -> f64 {
        (self.now_s / self.scene.trace.sweep_s).fract()
    }

    /// The trace on the screen: its scales.
    pub fn trace(&self) -> &Trace {
        &self.scene.trace
    }
}

fn settings(shown: &ScreenSettings) -> MonitorSettings {
    let width = shown.size.width.clamp(1, LARGEST);
    let highest = (MOST_PIXELS / width).min(LARGEST);
    MonitorSettings {
        size: Size { width, height: shown.size.height.clamp(1, highest) },
        theme: shown.theme.clone(),
        readout: shown.pulse,
        ..MonitorSettings::default()
    }
}

fn palette(scene: &Scene) -> Palette {
    Palette::new(&scene.theme, false, scene.trace.trail, LEVELS)
}

fn screen(scene: &Scene, palette: &Palette, ground: Ground) -> Screen<NoText> {
    let pace = Pace { frame_s: 1.0 / FPS, display_s: 1.0 / FPS };
    let text = NoText::new(scene.size);
    Screen::new(scene.size, &scene.theme, &scene.trace, palette, ground, text, pace)
}
