//! What each part of the pipeline costs: `cargo bench`.

use std::hint::black_box;
use std::io::sink;

use divan::Bencher;
use flaky_core::animation::Plays;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{Rhythm, glitch};
use flaky_core::scene::{self, BadgeSettings, Monitor, MonitorSettings, Motion, Trail};
use flaky_core::signal::Signal;
use flaky_core::timeline::Timeline;
use flaky_core::verdict::{Report, Verdict};
use flaky_draw::encode::{apng, gif, png};
use flaky_draw::text::DEJAVU;
use flaky_draw::{raster, svg};

fn main() {
    divan::main();
}

fn settings() -> LoopSettings {
    LoopSettings {
        duration_s: 10.0,
        bpm: 75.0,
        hrv_bpm: 1.0,
        pool: glitch::find("dropped-beat").into_iter().collect(),
        glitches_per_min: 4.0,
        seed: 3,
    }
}

fn rhythm() -> Rhythm {
    random::draw(&settings()).expect("it fits").rhythm
}

fn screen(rhythm: &Rhythm, motion: Motion, trail: Trail) -> Monitor {
    let settings =
        MonitorSettings { speed_mm_s: 40.0, motion, trail, ..MonitorSettings::default() };
    scene::monitor(rhythm, &settings, &DEJAVU)
}

const LOOKS: [(Motion, Trail); 3] = [
    (Motion::Sweep, Trail::Phosphor),
    (Motion::Sweep, Trail::Lcd),
    (Motion::Scroll, Trail::Phosphor),
];

#[divan::bench]
fn draw_a_rhythm() -> Rhythm {
    rhythm()
}

#[divan::bench]
fn samples_of_ten_seconds(bencher: Bencher) {
    let signal = Signal::new(&rhythm());
    bencher.bench(|| signal.samples(500.0).map(|(_, mv)| mv).sum::<f64>());
}

#[divan::bench]
fn build_the_scene(bencher: Bencher) {
    let rhythm = rhythm();
    bencher.bench(|| screen(&rhythm, Motion::Sweep, Trail::Phosphor));
}

#[divan::bench]
fn svg_of_the_scene(bencher: Bencher) {
    let scene = screen(&rhythm(), Motion::Sweep, Trail::Phosphor);
    bencher.bench(|| svg::monitor(&scene, &DEJAVU, Some(Plays::Forever), 10.0, sink()));
}

#[divan::bench]
fn png_of_the_scene(bencher: Bencher) {
    let scene = screen(&rhythm(), Motion::Sweep, Trail::Phosphor);
    bencher.bench(|| {
        let still = Timeline::still(10.0, gif::TICKS_PER_S);
        png::write(raster::monitor(&scene, &DEJAVU, still, Plays::Forever, raster::LEVELS), sink())
    });
}

#[divan::bench(args = LOOKS)]
fn raster_of_500_frames(bencher: Bencher, (motion, trail): (Motion, Trail)) {
    let scene = screen(&rhythm(), motion, trail);
    bencher.bench(|| {
        let timeline = Timeline::uniform(10.0, 50.0, gif::TICKS_PER_S);
        let animation = raster::monitor(&scene, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
        animation.frames.for_each(|frame| drop(black_box(frame)));
    });
}

#[divan::bench(args = LOOKS)]
fn gif_of_500_frames(bencher: Bencher, (motion, trail): (Motion, Trail)) {
    let scene = screen(&rhythm(), motion, trail);
    bencher.bench(|| {
        let timeline = Timeline::uniform(10.0, 50.0, gif::TICKS_PER_S);
        let animation = raster::monitor(&scene, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
        gif::write(animation, 1, sink())
    });
}

#[divan::bench]
fn apng_of_500_frames(bencher: Bencher) {
    let scene = screen(&rhythm(), Motion::Sweep, Trail::Phosphor);
    bencher.bench(|| {
        let timeline = Timeline::uniform(10.0, 50.0, 50);
        let animation = raster::monitor(&scene, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
        apng::write(animation, 1, sink())
    });
}

#[divan::bench(args = [20, 200])]
fn gif_of_a_badge(bencher: Bencher, height: u32) {
    let report = Report::new(Verdict::Flaky, "a reason");
    let settings = BadgeSettings { height, ..BadgeSettings::default() };
    let badge = scene::badge(&report, &settings, &DEJAVU);
    bencher
        .bench(|| gif::write(raster::badge(&badge, &DEJAVU, gif::TICKS_PER_S, false), 1, sink()));
}
