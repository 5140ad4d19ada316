//! Random rhythms with any settings: the loop is seamless, its ends are healed, and rates are
//! correct.

use flaky_core::rhythm::glitch::{self, Course};
use flaky_core::rhythm::json;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{BeatKind, Code, Extent, Rhythm};
use flaky_core::signal::Signal;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::schemas::is_rhythm;

fn loop_settings() -> impl Strategy<Value = LoopSettings> {
    let all: Vec<_> = glitch::TABLE.iter().collect();
    (
        100_u32..12_000,
        30.0_f64..=180.0,
        0.0_f64..=20.0,
        subsequence(all.clone(), 0..=all.len()),
        0.01_f64..=30.0,
        any::<u32>(),
    )
        .prop_map(|(hundredths, bpm, hrv_bpm, pool, glitches_per_min, seed)| LoopSettings {
            duration_s: f64::from(hundredths) / 100.0,
            bpm,
            hrv_bpm,
            pool,
            glitches_per_min,
            seed,
        })
}

/// The R peaks just before and just after a time.
fn around(rhythm: &Rhythm, t_s: f64) -> (f64, f64) {
    let after = rhythm.beats.partition_point(|beat| beat.t_s < t_s);
    (rhythm.beats[after - 1].t_s, rhythm.beats[after].t_s)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_well_formed(settings in loop_settings()) {
        let drawn = match random::draw(&settings) {
            Ok(drawn) => drawn,
            Err(none) => {
                prop_assert!(none.shortest_s > settings.duration_s);
                let longer = LoopSettings { duration_s: none.shortest_s, ..settings };
                prop_assert!(random::draw(&longer).is_ok(), "{none} is not enough");
                return Ok(());
            }
        };
        let rhythm = drawn.rhythm;
        let duration = settings.duration_s;

        let (asked, got) = (settings.bpm, rhythm.bpm);
        prop_assert!((got - asked).abs() <= 30.0 / duration + 1e-6, "{asked} bpm asked, {got} got");

        let times: Vec<f64> = rhythm.beats.iter().map(|beat| beat.t_s).collect();
        prop_assert!(times.is_sorted());
        prop_assert!(times.iter().all(|t| (0.0..duration).contains(t)));

        let bound = |t: f64| (0.0..=duration).contains(&t);
        for episode in &rhythm.episodes {
            prop_assert!(bound(episode.start_s) && bound(episode.end_s));
            prop_assert!(episode.start_s < episode.end_s);
        }
        for pair in rhythm.episodes.windows(2) {
            let between = times.iter().filter(|t| (pair[0].end_s..pair[1].start_s).contains(t));
            prop_assert!(between.count() >= 2, "two beats between glitches");
        }
        if let (Some(first), Some(last)) = (rhythm.episodes.first(), rhythm.episodes.last()) {
            prop_assert!(times.iter().filter(|t| **t < first.start_s).count() >= 2);
            prop_assert!(times.iter().filter(|t| **t > last.end_s).count() >= 2);
        } else {
            prop_assert!((rhythm.bpm - 60.0 * times.len() as f64 / duration).abs() < 1e-9);
        }

        for beat in &rhythm.beats {
            let here = rhythm.episodes.iter().find(|e| e.start_s < beat.t_s && beat.t_s < e.end_s);
            match beat.kind {
                BeatKind::Mark(_) => unreachable!("chance draws no marks"),
                BeatKind::Normal => {
                    prop_assert_eq!(beat.code, Code::N);
                    let beneath = here.is_none_or(|e| matches!(e.kind.course, Course::Over { .. }));
                    prop_assert!(beneath, "a steady beat inside {:?}", here.map(|e| e.kind.name));
                }
                BeatKind::Glitch(glitch) => {
                    prop_assert_eq!(here.map(|e| e.kind.name), Some(glitch.name));
                }
            }
        }

        let steady = 60.0 / rhythm.bpm;
        for episode in &rhythm.episodes {
            let (before, after) = around(&rhythm, 0.5 * (episode.start_s + episode.end_s));
            let gap = after - before;
            match episode.kind.course {
                Course::Missing => prop_assert!((gap / steady - 2.0).abs() < 1e-6),
                Course::Pause { at_least_s } => {
                    prop_assert!(gap - steady >= at_least_s - 1e-6, "{gap} s at {steady} s");
                    let off = (gap / steady).fract();
                    prop_assert!((0.29..0.71).contains(&off), "{} intervals", gap / steady);
                }
                Course::Silence { lasts_s, .. } => prop_assert!(gap - steady >= lasts_s - 1e-6),
                Course::Unseen { .. } => {
                    let intervals = gap / steady;
                    prop_assert!((intervals - intervals.round()).abs() < 1e-6);
                }
                Course::Beats { .. } | Course::Irregular { .. } | Course::Over { .. } => {}
            }
        }

        let text = json::to_string(&rhythm);
        prop_assert!(is_rhythm(&serde_json::from_str(&text).expect("JSON")), "{text}");
        prop_assert_eq!(json::from_str(&text).expect("it reads back"), rhythm);
    }

    #[test]
    fn join_at_the_seam(settings in loop_settings()) {
        let Ok(drawn) = random::draw(&settings) else { return Ok(()) };
        let signal = Signal::new(&drawn.rhythm);
        let duration = settings.duration_s;
        let step = (signal.at(duration - 0.001) - signal.at(0.0)).abs();
        prop_assert!(step < 0.05, "a step of {step} mV in a millisecond");
    }
}

/// Beats a second apart, wherever the seam cuts through their waves: a loop of one is a line of
/// many, but for the breath and the noise.
#[test]
fn waves_go_on_over_the_seam() {
    let signal = |extent: &str, duration_s: u32, beats: &[f64]| {
        let beats: Vec<String> = beats.iter().map(|t| format!(r#"{{"t_s": {t}}}"#)).collect();
        let text = format!(
            r#"{{"duration_s": {duration_s}, "extent": "{extent}", "bpm": 60, "beats": [{}]}}"#,
            beats.join(",")
        );
        Signal::new(&json::from_str(&text).expect("a rhythm"))
    };
    for first in [0.0, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95] {
        let closed = signal("loop", 1, &[first]);
        let beats: Vec<f64> = (0..8).map(|n| first + f64::from(n)).collect();
        let open = signal("line", 8, &beats);
        for i in -100..200 {
            let t = f64::from(i) / 100.0;
            let (a, b) = (closed.at(t), open.at(4.0 + t));
            assert!((a - b).abs() < 0.03, "first beat at {first} s, at {t} s: {a} and {b}");
        }
    }
}

#[test]
fn the_same_seed_is_the_same_rhythm() {
    let settings = |seed| LoopSettings {
        duration_s: 30.0,
        bpm: 75.0,
        hrv_bpm: 1.0,
        pool: glitch::TABLE.iter().collect(),
        glitches_per_min: 6.0,
        seed,
    };
    let draw = |seed| random::draw(&settings(seed)).unwrap().rhythm;
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}

#[test]
fn a_lead_that_is_off_shows_exactly_nothing() {
    let text = r#"{"duration_s": 8, "beats": [{"t_s": 1}, {"t_s": 6}],
        "episodes": [{"kind": "lead-off", "start_s": 2, "end_s": 4.2}]}"#;
    let signal = Signal::new(&json::from_str(text).unwrap());
    for i in 0..=220 {
        assert_eq!(signal.at(2.0 + f64::from(i) / 100.0).to_bits(), 0.0_f64.to_bits());
    }
    assert!(signal.at(4.25) > 0.2, "then a step");
    assert!(signal.at(5.5).abs() < 0.05, "that settles");
}

#[test]
fn the_rate_of_a_hand_written_rhythm_is_its_steady_one() {
    for (beats, bpm) in [
        (r#"{"t_s": 1}, {"t_s": 2}, {"t_s": 3}"#, 60.0),
        (r#"{"t_s": 1}"#, 15.0),
        (r#"{"t_s": 0.4}, {"t_s": 0.45}, {"t_s": 0.5}"#, 1200.0),
        ("", 0.0),
    ] {
        let text = format!(r#"{{"duration_s": 4, "beats": [{beats}]}}"#);
        let rhythm = json::from_str(&text).unwrap();
        assert!((rhythm.bpm - bpm).abs() < 1e-9, "{beats}: {}", rhythm.bpm);
    }
}

#[test]
fn no_beats_at_all_is_a_flatline() {
    for extent in ["loop", "line"] {
        let text = format!(r#"{{"duration_s": 5, "extent": "{extent}", "beats": []}}"#);
        let rhythm = json::from_str(&text).unwrap();
        let most =
            Signal::new(&rhythm).samples(500.0).fold(0.0, |most: f64, s| most.max(s.1.abs()));
        assert!(most <= 0.02, "{most} mV");
    }
}

#[test]
fn a_line_has_two_ends() {
    let text = r#"{"duration_s": 4, "extent": "line", "beats": [{"t_s": 0}, {"t_s": 4}]}"#;
    let rhythm = json::from_str(text).unwrap();
    assert_eq!(rhythm.extent, Extent::Line);
    let signal = Signal::new(&rhythm);
    assert!(signal.at(0.0) > 1.0 && signal.at(4.0) > 1.0);
    assert!(signal.at(2.0).abs() < 0.02);
}

#[test]
fn a_beat_has_its_waves() {
    let rhythm = json::from_str(r#"{"duration_s": 2, "beats": [{"t_s": 1}], "bpm": 60}"#).unwrap();
    let signal = Signal::new(&rhythm);
    let near = |t: f64, mv: f64| (signal.at(t) - mv).abs() < 0.03;
    assert!(near(1.0, 1.1), "R is {}", signal.at(1.0));
    assert!(near(1.0 - 0.16, 0.15), "P is {}", signal.at(1.0 - 0.16));
    assert!(near(1.27, 0.30), "T is {}", signal.at(1.27));
    assert!(signal.at(1.028) < -0.15, "S is {}", signal.at(1.028));
}

/// Noise lives on a lattice of 500 Hz: samples between its points lie on straight lines.
#[test]
fn no_sample_rate_sees_a_noise_of_its_own() {
    let rhythm = json::from_str(r#"{"duration_s": 3, "beats": []}"#).unwrap();
    let signal = Signal::new(&rhythm);
    let slow: Vec<_> = signal.samples(500.0).map(|sample| sample.1).collect();
    let fast: Vec<_> = signal.samples(2000.0).map(|sample| sample.1).collect();
    assert_eq!((slow.len(), fast.len()), (1500, 6000));
    assert!(slow.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 1e-3), "there is noise");
    for (i, pair) in slow.windows(2).enumerate() {
        for k in 0..4 {
            let part = k as f64 / 4.0;
            let expected = pair[0] * (1.0 - part) + pair[1] * part;
            assert!((fast[4 * i + k] - expected).abs() < 1e-7, "sample {i} and {part}");
        }
    }
}

#[test]
fn the_table_serialises_for_a_page() {
    let table = serde_json::to_value(glitch::TABLE).unwrap();
    assert_eq!(table.as_array().unwrap().len(), glitch::TABLE.len());
    assert_eq!(table[0]["name"], "flatline");
    assert_eq!(table[0]["course"]["kind"], "silence");
    assert_eq!(table[4]["course"]["beats"][0]["code"], "V");
}

#[test]
fn names_are_unique_and_hyphenated() {
    let mut names: Vec<_> = glitch::TABLE.iter().map(|glitch| glitch.name).collect();
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    assert!(glitch::DEFAULT.split(',').all(|name| glitch::find(name).is_some()));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), glitch::TABLE.len());
}

/// The same beats in a longer loop give the same samples, but for those near the seam and for a
/// breath that would not be over there.
#[test]
fn the_duration_changes_nothing_but_the_seam() {
    let beats: Vec<String> =
        (0..12).map(|n| format!(r#"{{"t_s": {}}}"#, 0.4 + 0.8 * f64::from(n))).collect();
    let beats = beats.join(",");
    let signal = |duration_s: f64| {
        let text =
            format!(r#"{{"duration_s": {duration_s}, "bpm": 75, "seed": 9, "beats": [{beats}]}}"#);
        Signal::new(&json::from_str(&text).expect("a rhythm"))
    };
    let (short, long) = (signal(10.0), signal(17.5));
    for i in 500..4_500 {
        let t_s = f64::from(i) / 500.0;
        assert_eq!(short.at(t_s).to_bits(), long.at(t_s).to_bits(), "at {t_s} s");
    }
}

/// Short loops that are mostly glitch, at rates that fall between two numbers of beats.
#[test]
fn the_rate_is_kept_in_short_loops() {
    let pool = |name: &str| vec![glitch::find(name).expect("a glitch")];
    for name in ["runaway", "fibrillation", "torsades", "double-beat", "flatline"] {
        for bpm in [60.0, 83.128_173_863_751_71, 100.0, 140.0, 180.0] {
            for hundredths in 100..800 {
                let duration_s = f64::from(hundredths) / 100.0;
                let settings = LoopSettings {
                    duration_s,
                    bpm,
                    hrv_bpm: 0.0,
                    pool: pool(name),
                    glitches_per_min: 1.0,
                    seed: 0,
                };
                let Ok(drawn) = random::draw(&settings) else { continue };
                let off = (drawn.rhythm.bpm - bpm).abs();
                assert!(
                    off <= 30.0 / duration_s + 1e-6,
                    "{name}, {bpm} bpm, {duration_s} s: {off}"
                );
            }
        }
    }
}

/// If the requested rate is exactly halfway between those of two numbers of beats, rounding
/// decides, and a glitch without slack cannot be lengthened.
#[test]
fn a_rate_halfway_between_two_numbers_of_beats_is_kept() {
    for glitch in glitch::TABLE {
        for (duration_s, bpm) in [(4.5, 100.0), (6.25, 168.0), (9.4, 150.0), (25.5, 140.0)] {
            let settings = LoopSettings {
                duration_s,
                bpm,
                hrv_bpm: 0.0,
                pool: vec![glitch],
                glitches_per_min: 1.0,
                seed: 0,
            };
            let Ok(drawn) = random::draw(&settings) else { continue };
            let off = (drawn.rhythm.bpm - bpm).abs();
            assert!(off <= 30.0 / duration_s + 1e-6, "{}, {bpm} bpm, {duration_s} s", glitch.name);
        }
    }
}
