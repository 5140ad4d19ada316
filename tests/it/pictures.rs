//! Animations as lists of whole pictures with their times, and decoders that produce them.

use std::io::Cursor;

use flaky_core::animation::{Animation, Plays};
use flaky_core::rhythm::glitch;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::scene;
use flaky_core::scene::{Monitor, MonitorSettings, Motion, Size, Trail, theme};
use flaky_core::timeline::Timeline;

use flaky_draw::text::DEJAVU;
use flaky_draw::{encode, raster};

use crate::canvas::Canvas;

/// A picture and how long it stays.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// Four bytes per pixel.
    pub rgba: Vec<u8>,
    /// In milliseconds.
    pub ms: u32,
}

/// The pictures in their order, equal neighbours put together.
pub fn together(pictures: impl IntoIterator<Item = Shown>) -> Vec<Shown> {
    let mut list: Vec<Shown> = Vec::new();
    for shown in pictures {
        match list.last_mut() {
            Some(last) if last.rgba == shown.rgba => last.ms += shown.ms,
            _ => list.push(shown),
        }
    }
    list
}

#[track_caller]
pub fn assert_same(actual: &[Shown], expected: &[Shown]) {
    let times = |list: &[Shown]| list.iter().map(|shown| shown.ms).collect::<Vec<_>>();
    assert_eq!(times(actual), times(expected), "the times");
    for (i, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let off = actual.rgba.iter().zip(&expected.rgba).filter(|(a, b)| a != b).count();
        assert!(off == 0 && actual.rgba.len() == expected.rgba.len(), "picture {i}: {off} differ");
    }
}

/// What a test draws.
#[derive(Clone, Debug)]
pub struct Sample {
    pub seed: u32,
    pub glitch: &'static str,
    pub size: (u32, u32),
    pub duration_s: f64,
    pub fps: f64,
    pub speed: f64,
    pub motion: Motion,
    pub trail: Trail,
    pub theme: &'static str,
    pub transparent: bool,
    pub readout: bool,
}

pub const SAMPLE: Sample = Sample {
    seed: 3,
    glitch: "dropped-beat",
    size: (240, 90),
    duration_s: 6.0,
    fps: 25.0,
    speed: 25.0,
    motion: Motion::Sweep,
    trail: Trail::Phosphor,
    theme: "phosphor",
    transparent: false,
    readout: true,
};

impl Sample {
    pub fn scene(&self) -> Monitor {
        let loop_settings = LoopSettings {
            duration_s: self.duration_s,
            bpm: 75.0,
            hrv_bpm: 1.0,
            pool: glitch::find(self.glitch).into_iter().collect(),
            glitches_per_min: 4.0,
            seed: self.seed,
        };
        let settings = MonitorSettings {
            size: Size { width: self.size.0, height: self.size.1 },
            theme: theme::find(self.theme).expect("a theme").clone(),
            transparent: self.transparent,
            speed_mm_s: self.speed,
            motion: self.motion,
            trail: self.trail,
            readout: self.readout,
            ..MonitorSettings::default()
        };
        scene::monitor(&random::draw(&loop_settings).expect("it fits").rhythm, &settings, &DEJAVU)
    }

    pub fn timeline(&self, ticks_per_s: u32) -> Timeline {
        Timeline::uniform(self.duration_s, self.fps, ticks_per_s)
    }

    /// The frames themselves, before any encoder has seen them.
    pub fn pictures(&self, ticks_per_s: u32) -> Vec<Shown> {
        let scene = self.scene();
        let animation = animate(&scene, self.timeline(ticks_per_s));
        let mut canvas = Canvas::new(animation.width, animation.height);
        let palette = animation.palette;
        let pictures = animation.frames.map(|frame| {
            canvas.paint(&frame);
            Shown {
                rgba: canvas.colours(&palette).flatten().collect(),
                ms: frame.delay * 1000 / ticks_per_s,
            }
        });
        together(pictures)
    }

    /// The whole picture of a moment, drawn for itself.
    pub fn still(&self, t_s: f64) -> Vec<u8> {
        let scene = self.scene();
        let mut animation = animate(&scene, Timeline::still(t_s, 100));
        let mut canvas = Canvas::new(animation.width, animation.height);
        canvas.paint(&animation.frames.next().expect("a frame"));
        canvas.colours(&animation.palette).flatten().collect()
    }

    pub fn gif(&self, threads: usize) -> Vec<u8> {
        let scene = self.scene();
        let mut bytes = Vec::new();
        let animation = animate(&scene, self.timeline(encode::gif::TICKS_PER_S));
        encode::gif::write(animation, threads, &mut bytes).expect("a Vec takes everything");
        bytes
    }

    pub fn apng(&self, threads: usize) -> Vec<u8> {
        let scene = self.scene();
        let mut bytes = Vec::new();
        let animation = animate(&scene, self.timeline(1000));
        encode::apng::write(animation, threads, &mut bytes).expect("a Vec takes everything");
        bytes
    }
}

pub fn animate(monitor: &Monitor, timeline: Timeline) -> Animation<'_> {
    raster::monitor(monitor, &DEJAVU, timeline, Plays::Forever, raster::LEVELS)
}

/// Reads a GIF frame by frame and merges equal neighbours.
pub fn read_gif(bytes: &[u8]) -> Vec<Shown> {
    together(frames_of_gif(bytes))
}

/// Reads a GIF as one picture per frame.
pub fn frames_of_gif(bytes: &[u8]) -> Vec<Shown> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).expect("a GIF");
    let palette = decoder.global_palette().expect("a global palette").to_vec();
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut canvas = vec![0; 4 * width * height];
    let mut list = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        assert_eq!(frame.dispose, gif::DisposalMethod::Keep);
        assert!(frame.palette.is_none() && !frame.interlaced);
        assert!(u32::from(frame.delay) >= encode::gif::SHORTEST_DELAY, "browsers play it as 10 cs");
        for (i, entry) in frame.buffer.iter().enumerate() {
            if Some(*entry) == frame.transparent {
                continue;
            }
            let x = usize::from(frame.left) + i % usize::from(frame.width);
            let y = usize::from(frame.top) + i / usize::from(frame.width);
            let colour = &palette[3 * usize::from(*entry)..][..3];
            canvas[4 * (y * width + x)..][..3].copy_from_slice(colour);
            canvas[4 * (y * width + x) + 3] = 255;
        }
        list.push(Shown { rgba: canvas.clone(), ms: 10 * u32::from(frame.delay) });
    }
    list
}

/// A reader of APNGs from elsewhere: the `image` crate's.
pub fn read_apng(bytes: &[u8]) -> Vec<Shown> {
    together(frames_of_apng(bytes))
}

/// A picture for every frame of an APNG.
pub fn frames_of_apng(bytes: &[u8]) -> Vec<Shown> {
    use image::AnimationDecoder;
    let decoder = image::codecs::png::PngDecoder::new(Cursor::new(bytes)).expect("a PNG");
    let frames = decoder.apng().expect("an APNG").into_frames();
    let shown = frames.map(|frame| {
        let frame = frame.expect("a frame");
        let (num, den) = frame.delay().numer_denom_ms();
        Shown { ms: num / den, rgba: frame.into_buffer().into_raw() }
    });
    shown.collect()
}
