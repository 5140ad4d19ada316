//! Endless rhythms, signals and screens: generated beats never change, past ones are dropped, and
//! the result equals that of a finite line.

use flaky_core::pulse;
use flaky_core::raster::{Ground, LEVELS, NoText, Pace, Palette, Screen};
use flaky_core::rhythm::endless::{Condition, Endless, EndlessSettings, RhythmSegment};
use flaky_core::rhythm::glitch;
use flaky_core::rhythm::json::LEAST_RR_S;
use flaky_core::rhythm::{Alarm, Beat, BeatKind, Code, Extent, Rhythm};
use flaky_core::scene::{Motion, Size, Theme, Trace, Trail, theme};
use flaky_core::signal::Signal;
use flaky_core::verdict::{Flakiness, Report, Verdict};

use crate::canvas::Canvas;

const BPM: f64 = 75.0;

fn settings(glitches_per_min: f64) -> EndlessSettings {
    EndlessSettings {
        condition: Condition::Beating,
        bpm: BPM,
        hrv_bpm: 1.0,
        pool: glitch::TABLE.iter().collect(),
        glitches_per_min,
    }
}

fn until(source: &mut Endless, t_s: f64) -> Vec<RhythmSegment> {
    let mut segments: Vec<RhythmSegment> = Vec::new();
    while segments.last().is_none_or(|segment| segment.until_s < t_s) {
        segments.extend(source.next());
    }
    segments
}

/// The same beats and episodes as a rhythm with two ends.
fn line(segments: &[RhythmSegment], seed: u32) -> Rhythm {
    let until_s = segments.last().expect("a segment").until_s;
    Rhythm {
        duration_s: until_s.ceil() + 2.0,
        extent: Extent::Line,
        bpm: BPM,
        seed,
        state: None,
        beats: segments.iter().flat_map(|segment| segment.beats.clone()).collect(),
        episodes: segments.iter().filter_map(|segment| segment.episode.clone()).collect(),
    }
}

#[test]
fn beats_follow_one_another_and_glitches_heal() {
    for seed in 0..20 {
        let segments = until(&mut Endless::new(seed, settings(8.0)), 600.0);
        let beats: Vec<&Beat> = segments.iter().flat_map(|segment| &segment.beats).collect();
        for pair in beats.windows(2) {
            assert!(pair[1].t_s - pair[0].t_s >= LEAST_RR_S, "seed {seed}: {pair:?}");
        }
        let glitches: Vec<_> = segments.iter().filter_map(|s| s.episode.as_ref()).collect();
        for pair in glitches.windows(2) {
            assert_ne!(pair[0].kind.name, pair[1].kind.name, "seed {seed}: twice in a row");
            let between = beats.iter().filter(|beat| {
                beat.kind == BeatKind::Normal
                    && pair[0].end_s < beat.t_s
                    && beat.t_s < pair[1].start_s
            });
            assert!(between.count() >= 2, "seed {seed}: no rest before {:?}", pair[1]);
        }
        for segment in &segments {
            let known = |t_s: f64| t_s <= segment.until_s;
            assert!(segment.beats.iter().all(|beat| known(beat.t_s)));
        }
    }
}

#[test]
fn glitches_come_at_the_rate_that_was_asked_for() {
    for asked in [0.5, 2.0, 6.0] {
        let minutes = 600.0;
        let segments = until(&mut Endless::new(3, settings(asked)), 60.0 * minutes);
        let count = segments.iter().filter(|segment| segment.episode.is_some()).count();
        let rate = count as f64 / minutes;
        assert!((rate - asked).abs() < 0.12 * asked, "{asked} a minute asked, {rate} came");
    }
    let none = until(&mut Endless::new(3, settings(0.0)), 600.0);
    assert!(none.iter().all(|segment| segment.episode.is_none()));
}

#[test]
fn every_glitch_of_the_pool_is_drawn() {
    let segments = until(&mut Endless::new(1, settings(10.0)), 3600.0);
    for glitch in glitch::TABLE {
        let drawn =
            |s: &RhythmSegment| s.episode.as_ref().is_some_and(|e| e.kind.name == glitch.name);
        assert!(segments.iter().any(drawn), "{}", glitch.name);
    }
}

#[test]
fn a_change_on_the_way_leaves_what_is_laid_out() {
    let mut steady = Endless::new(5, settings(0.0));
    let mut changed = Endless::new(5, settings(0.0));
    assert_eq!(until(&mut steady, 30.0), until(&mut changed, 30.0));
    let laid_out_s = 31.0;

    changed.change(EndlessSettings { bpm: 120.0, ..settings(0.0) });
    let beats = until(&mut changed, 60.0);
    let later: Vec<f64> = beats.iter().flat_map(|s| &s.beats).map(|beat| beat.t_s).collect();
    let rate = 60.0 * (later.len() - 1) as f64 / (later[later.len() - 1] - later[0]);
    assert!(later[0] > 30.0 && (rate - 120.0).abs() < 3.0, "{rate}");

    changed.change(EndlessSettings { condition: Condition::Flat, ..settings(8.0) });
    let flat = until(&mut changed, 90.0);
    assert!(flat.iter().all(|s| s.beats.is_empty() && s.episode.is_none()));

    changed.change(EndlessSettings { condition: Condition::LeadOff, ..settings(8.0) });
    let off = until(&mut changed, 120.0);
    assert!(off.iter().all(|s| s.beats.is_empty() && s.episode.is_some()));

    changed.change(settings(0.0));
    let back = until(&mut changed, 150.0);
    assert!(back.iter().filter(|s| s.until_s > 121.0).all(|s| s.beats.len() == 1));
    assert!(back[0].beats[0].t_s > laid_out_s);
}

#[test]
fn after_a_flatline_the_heart_returns_by_and_by() {
    let mut source =
        Endless::new(9, EndlessSettings { condition: Condition::Flat, ..settings(0.0) });
    until(&mut source, 10.0);
    source.change(settings(0.0));
    let segments = until(&mut source, 40.0);
    let beats: Vec<&Beat> = segments.iter().flat_map(|segment| &segment.beats).collect();
    let (returning, steady) = beats.split_at(7);
    // Spikes without an answer, wide beats after spikes, then its own beats, which grow.
    let amplitudes: Vec<f64> = returning.iter().map(|beat| beat.amplitude).collect();
    assert_eq!(amplitudes[..2], [0.0, 0.0]);
    assert!(returning[..4].iter().all(|beat| beat.paced && beat.code == Code::E));
    assert!(returning[4..].iter().all(|beat| !beat.paced && beat.code == Code::N));
    assert!(amplitudes[4..].is_sorted() && amplitudes[6] < 1.0);
    assert!(steady.iter().all(|beat| beat.amplitude >= 1.0 && !beat.paced));

    source.change(EndlessSettings { condition: Condition::Flat, ..settings(0.0) });
    until(&mut source, 50.0);
    source.change(settings(0.0));
    source.next();
    source.change(EndlessSettings { condition: Condition::Flat, ..settings(0.0) });
    let flat = until(&mut source, 60.0);
    assert!(flat.iter().all(|segment| segment.beats.is_empty()), "a return may be cut short");
}

#[test]
fn a_glitch_that_is_asked_for_follows_the_next_beat() {
    for glitch in glitch::TABLE {
        let mut source = Endless::new(4, settings(0.0));
        until(&mut source, 5.0);
        source.ask_for(glitch);
        let came = source.next().and_then(|segment| segment.episode).expect("an episode");
        assert_eq!(came.kind.name, glitch.name);
        assert!(until(&mut source, 60.0).iter().all(|segment| segment.episode.is_none()));
    }
}

#[test]
fn a_verdict_is_an_endless_rhythm() {
    let rest = settings(6.0);
    let of = |verdict, before, rate: f64| {
        let flakiness = Some(Flakiness::from_rate(rate));
        pulse::endless(&Report { before, flakiness, ..Report::new(verdict, "") }, &rest)
    };
    let steady = of(Verdict::Passed, None, 0.3);
    assert!(steady.condition == Condition::Beating && steady.pool.is_empty() && steady.bpm == BPM);
    assert_eq!(of(Verdict::Stopped, None, 0.0), steady);
    assert_eq!(of(Verdict::Failed, None, 0.0).condition, Condition::Flat);
    assert_eq!(of(Verdict::Unknown, None, 0.0).condition, Condition::LeadOff);
    let running = of(Verdict::Running, Some(Verdict::Passed), 0.0);
    assert!(running.bpm > 1.4 * BPM && running.pool.is_empty());
    assert_eq!(of(Verdict::Running, Some(Verdict::Failed), 0.0).condition, Condition::Flat);
    let flaky = of(Verdict::Flaky, None, 0.1);
    assert!((flaky.glitches_per_min - 0.1 * BPM).abs() < 1e-9);
    assert!(!flaky.pool.iter().any(|glitch| glitch.alarm == Alarm::High), "no flatline");
    assert!(of(Verdict::Flaky, None, 0.0).glitches_per_min > 0.0, "never a healthy rhythm");
}

#[test]
fn every_glitch_stays_in_its_range() {
    for glitch in glitch::TABLE {
        let (least, most) = glitch.range_mv;
        for seed in 0..4 {
            let pool = vec![glitch];
            let mut source = Endless::new(seed, EndlessSettings { pool, ..settings(12.0) });
            let mut signal = Signal::open(seed, BPM);
            signal.extend(&mut source, 60.0);
            for sample in 0..15_000 {
                let mv = signal.at(f64::from(sample) / 250.0);
                assert!(least <= mv && mv <= most, "{}: {mv} mV, {least} to {most}", glitch.name);
            }
        }
    }
}

#[test]
fn an_open_signal_is_bit_for_bit_that_of_a_line() {
    let seed = 11;
    let segments = until(&mut Endless::new(seed, settings(10.0)), 300.0);
    let whole = Signal::new(&line(&segments, seed));
    let mut open = Signal::open(seed, BPM);
    let mut source = Endless::new(seed, settings(10.0));
    let mut now_s = 0.0;
    while now_s < 290.0 {
        open.extend(&mut source, now_s + 1.0);
        open.forget_before(now_s);
        for i in 0..500 {
            let t_s = now_s + f64::from(i) / 500.0;
            assert_eq!(open.at(t_s).to_bits(), whole.at(t_s).to_bits(), "at {t_s} s");
        }
        now_s += 1.0;
    }
}

fn trace(signal: Signal, size: Size, theme: &Theme, motion: Motion, trail: Trail) -> Trace {
    let px_per_mm = 4.0 * f64::from(size.height) / 300.0;
    Trace {
        signal,
        width: f64::from(size.width),
        sweeps: 1,
        sweep_s: f64::from(size.width) / (25.0 * px_per_mm),
        px_per_mm,
        px_per_mv: 20.0 * px_per_mm,
        baseline: (0.6 * f64::from(size.height)).round(),
        stroke: theme.stroke,
        motion,
        trail,
    }
}

fn screen(trace: &Trace, size: Size, theme: &Theme) -> Screen<NoText> {
    let palette = Palette::new(theme, false, trace.trail, LEVELS);
    let ground = Ground::bare(size, &palette);
    let pace = Pace { frame_s: 0.04, display_s: 0.04 };
    Screen::new(size, theme, trace, &palette, ground, NoText::new(size), pace)
}

/// The picture of a screen that is driven on an open axis from 0 s to `to_s`.
fn driven(size: Size, motion: Motion, trail: Trail, to_s: f64) -> (Trace, Endless, Canvas) {
    let theme = theme::find("phosphor").expect("a theme");
    let mut source = Endless::new(2, settings(10.0));
    let mut trace = trace(Signal::open(2, BPM), size, theme, motion, trail);
    let mut screen = screen(&trace, size, theme);
    let mut canvas = Canvas::new(size.width, size.height);
    let frames = (to_s * 25.0) as u32;
    for frame in 0..=frames {
        let t_s = f64::from(frame) / 25.0;
        let window = Screen::<NoText>::window_s(&trace, t_s);
        trace.signal.extend(&mut source, window.end);
        trace.signal.forget_before(window.start);
        canvas.paint(&screen.advance(&trace, t_s, 4));
    }
    (trace, source, canvas)
}

/// The picture of a screen that starts at `t_s`.
fn fresh(trace: &Trace, size: Size, t_s: f64) -> Canvas {
    let theme = theme::find("phosphor").expect("a theme");
    let mut canvas = Canvas::new(size.width, size.height);
    canvas.paint(&screen(trace, size, theme).advance(trace, t_s, 4));
    canvas
}

#[test]
fn delta_frames_add_up_on_an_open_axis() {
    // Neither is a multiple of the other, nor of the pieces in which the trace is drawn.
    let size = Size { width: 413, height: 150 };
    for (motion, trail) in [(Motion::Sweep, Trail::Lcd), (Motion::Scroll, Trail::Phosphor)] {
        let (trace, _, canvas) = driven(size, motion, trail, 61.0);
        assert!(canvas.pixels == fresh(&trace, size, 61.0).pixels, "{motion:?} {trail:?}");
    }
}

#[test]
fn a_screen_is_resized_on_the_way() {
    let theme = theme::find("phosphor").expect("a theme");
    let (small, large) = (Size { width: 300, height: 100 }, Size { width: 640, height: 240 });
    let (before, mut source, _) = driven(small, Motion::Sweep, Trail::Lcd, 20.0);
    // The signal goes on; a larger screen looks back no further than the small one kept.
    let mut signal = before.signal;
    let mut resized = trace(signal.clone(), large, theme, Motion::Sweep, Trail::Lcd);
    resized.sweep_s = resized.sweep_s.min(before.sweep_s);
    signal.extend(&mut source, Screen::<NoText>::window_s(&resized, 25.0).end);
    resized.signal = signal;
    let mut screen = screen(&resized, large, theme);
    let mut canvas = Canvas::new(large.width, large.height);
    for frame in 0..=125 {
        canvas.paint(&screen.advance(&resized, 20.0 + f64::from(frame) / 25.0, 4));
    }
    assert!(canvas.pixels == fresh(&resized, large, 25.0).pixels);
}

#[test]
fn an_open_axis_looks_like_a_line() {
    let size = Size { width: 400, height: 150 };
    let theme = theme::find("phosphor").expect("a theme");
    let (trace, _, open) = driven(size, Motion::Sweep, Trail::Lcd, 30.0);
    let segments = until(&mut Endless::new(2, settings(10.0)), 60.0);
    let mut whole = trace.clone();
    whole.signal = Signal::new(&line(&segments, 2));
    whole.sweeps = (whole.signal.duration_s() / whole.sweep_s).ceil() as u32;
    let line = fresh(&whole, size, 30.0);
    // Its pieces are simplified one by one, so a point of the line may lie a quarter pixel off.
    let palette = Palette::new(theme, false, Trail::Lcd, LEVELS).colours;
    let off = open
        .colours(&palette)
        .zip(line.colours(&palette))
        .filter(|(a, b)| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 64));
    assert!(off.count() < 40);
}
