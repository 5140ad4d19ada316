//! The module for browsers: it is made from the sources as they are, and behaves as the same code does
//! on this machine, bit for bit. An interpreter runs it here; `page_pixels.rs` has a browser do it.
//!
//! `FLAKY_HEART` names another module to test: `.ci/run web` builds one from source.

use std::fmt::Debug;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{Beat, BeatKind, Episode, Rhythm, glitch};
use flaky_core::scene::{Size, theme};
use flaky_core::verdict::{Report, Verdict};
use flaky_web::{Lead, Pool, Rest, ScreenSettings};
use flate2::read::DeflateDecoder;
use wasmi::{Engine, Instance, Linker, Memory, Module, Store, WasmParams, WasmResults};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Small, because an interpreter paints it.
const SIZE: Size = Size { width: 96, height: 36 };

/// The module, instantiated.
struct Heart {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Heart {
    fn new() -> Self {
        let path = std::env::var("FLAKY_HEART")
            .unwrap_or_else(|_| format!("{ROOT}/src/page/web/heart.wasm"));
        let engine = Engine::default();
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let module = Module::new(&engine, &bytes[..]).expect("a module");
        assert_eq!(module.imports().count(), 0, "it imports nothing");
        let mut store = Store::new(&engine, ());
        let instance =
            Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("an instance");
        let memory = instance.get_memory(&store, "memory").expect("its memory");
        Self { store, instance, memory }
    }

    #[track_caller]
    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, parameters: P) -> R {
        let function = self.instance.get_typed_func::<P, R>(&self.store, name);
        let function = function.unwrap_or_else(|error| panic!("{name}: {error}"));
        function.call(&mut self.store, parameters).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn bytes(&self, address: u32, length: usize) -> &[u8] {
        &self.memory.data(&self.store)[address as usize..][..length]
    }

    fn give(&mut self, text: &str) {
        let address: u32 = self.call("text_buffer", text.len() as u32);
        self.memory.write(&mut self.store, address as usize, text.as_bytes()).expect("it fits");
    }

    fn text(&mut self) -> String {
        let (address, length): (u32, u32) = (self.call("text_addr", ()), self.call("text_len", ()));
        String::from_utf8(self.bytes(address, length as usize).to_vec()).expect("text")
    }

    /// A verdict as the page numbers it.
    fn set_verdict(&mut self, lead: u32, verdict: Verdict) {
        self.call::<_, ()>("set_verdict", (lead, index(verdict), -1, 0.2));
    }
}

fn index(verdict: Verdict) -> i32 {
    Verdict::WORST_FIRST.iter().position(|other| *other == verdict).expect("a verdict") as i32
}

/// A beat's time, the row of its glitch, its letter and its amplitude.
type BeatNumbers = (f64, i32, u32, f64);
/// An episode's row, start and end.
type EpisodeNumbers = (i32, f64, f64);

/// A rhythm as the numbers that the core takes.
pub fn numbers(rhythm: &Rhythm) -> (Vec<BeatNumbers>, Vec<EpisodeNumbers>) {
    let row_of =
        |name: &str| glitch::TABLE.iter().position(|row| row.name == name).expect("a row") as i32;
    let beat = |beat: &Beat| {
        let row = match beat.kind {
            BeatKind::Glitch(glitch) => row_of(glitch.name),
            _ => -1,
        };
        let letter = format!("{:?}", beat.code).as_bytes()[0];
        (beat.t_s, row, u32::from(letter), beat.amplitude)
    };
    let episode = |one: &Episode| (row_of(one.kind.name), one.start_s, one.end_s);
    (rhythm.beats.iter().map(beat).collect(), rhythm.episodes.iter().map(episode).collect())
}

#[track_caller]
fn same<T: PartialEq + Debug>(what: &str, module: &T, native: &T) {
    assert!(module == native, "{what}: {module:?} in the module, {native:?} here");
}

/// Drives a lead of the module and the same one of this machine, and compares all that they tell.
fn compare(heart: &mut Heart, number: u32, lead: &mut Lead, t_s: f64) {
    lead.advance(t_s);
    let count: u32 = heart.call("advance", (number, t_s));
    let picture = lead.picture();
    same("the dirty rectangles", &(count as usize), &picture.dirty().len());
    same(
        "the heart rate",
        &heart.call("rate", number),
        &lead.rate().map_or(-1, |r| r.round() as i32),
    );
    same("the alarm", &heart.call("alarm", number), &lead.alarm().map_or(-1, |row| row as i32));
    same("the beam", &heart.call::<_, f64>("beam", number).to_bits(), &lead.beam().to_bits());
    same("the beats", &heart.call("beats", number), &lead.beats());
    same("the return", &heart.call("restarting", number), &u32::from(lead.is_returning()));
    for part in 0..10 {
        let t_s = (t_s - f64::from(part) / 500.0).max(0.0);
        let module: f64 = heart.call("voltage", (number, t_s));
        same("the voltage", &module.to_bits(), &lead.voltage(t_s).to_bits());
    }
}

#[test]
fn the_module_is_made_from_these_sources() {
    let run = Command::new("bash").arg("crates/web/fingerprint").current_dir(ROOT).output();
    let run = run.expect("bash");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let now = String::from_utf8(run.stdout).expect("text");
    let facts = fs::read_to_string(Path::new(ROOT).join("src/page/web/heart.txt")).expect("facts");
    let source = facts.lines().find_map(|line| line.strip_prefix("source "));
    assert_eq!(source, Some(now.trim()), "heart.wasm is stale: run crates/web/build");
}

#[test]
fn the_page_has_this_module() {
    let web = Path::new(ROOT).join("src/page/web");
    let deflated = fs::read(web.join("heart.wasm.deflate")).expect("a file");
    let mut inflated = Vec::new();
    DeflateDecoder::new(&deflated[..]).read_to_end(&mut inflated).expect("it inflates");
    assert!(inflated == fs::read(web.join("heart.wasm")).expect("a file"), "run crates/web/build");
}

#[test]
fn an_endless_lead_behaves_as_it_does_here() {
    let mut heart = Heart::new();
    for (seed, theme) in (3..).zip(theme::THEMES) {
        let rest = Rest {
            bpm: 60.0 + 8.0 * f64::from(seed),
            hrv_bpm: 2.0,
            glitches_per_min: 12.0,
            pool: Pool(u32::MAX),
        };
        let mut lead = Lead::endless(
            seed,
            Rest { bpm: 75.0, hrv_bpm: 1.0, glitches_per_min: 0.0, pool: Pool(0) },
        );
        lead.set_rest(rest);
        lead.set_screen(&ScreenSettings { size: SIZE, theme: theme.clone(), pulse: true });
        let number: u32 = heart.call("lead_new", seed);
        let Rest { bpm, hrv_bpm, glitches_per_min, pool } = rest;
        heart.call::<_, ()>("set_rhythm", (number, bpm, hrv_bpm, glitches_per_min, pool.0));
        let row = seed - 3;
        let address: u32 = heart.call("set_screen", (number, SIZE.width, SIZE.height, row, 1_u32));
        heart.call::<_, ()>("ground_markup", number);
        same("the ground", &heart.text(), &lead.ground_markup());
        for frame in 0..=100 {
            let t_s = f64::from(frame) / 10.0;
            compare(&mut heart, number, &mut lead, t_s);
            let verdict = match frame {
                20 => Verdict::Failed,
                50 => Verdict::Flaky,
                _ => continue,
            };
            heart.set_verdict(number, verdict);
            let flakiness = flaky_core::verdict::Flakiness::from_rate(0.2);
            lead.set_report(Some(Report {
                flakiness: Some(flakiness),
                ..Report::new(verdict, "")
            }));
        }
        let rgba: Vec<u8> = lead.picture().rgba().flatten().collect();
        assert!(heart.bytes(address, rgba.len()) == rgba, "the picture in {}", theme.name);
    }
}

#[test]
fn every_glitch_at_several_rates_behaves_as_it_does_here() {
    let mut heart = Heart::new();
    for (row, glitch) in glitch::TABLE.iter().enumerate() {
        for bpm in [45.0, 75.0, 160.0] {
            let settings = LoopSettings {
                duration_s: 14.0,
                bpm,
                hrv_bpm: 1.0,
                pool: vec![glitch],
                glitches_per_min: 4.0,
                seed: row as u32,
            };
            let rhythm = random::draw(&settings).expect("a loop").rhythm;
            heart.call::<_, ()>("loop_begin", (rhythm.seed, rhythm.duration_s, rhythm.bpm));
            let (beats, episodes) = numbers(&rhythm);
            for beat in beats {
                heart.call::<_, ()>("loop_beat", beat);
            }
            for episode in episodes {
                heart.call::<_, ()>("loop_episode", episode);
            }
            let number: u32 = heart.call("lead_loop", ());
            let rest = Rest { bpm, hrv_bpm: 1.0, glitches_per_min: 0.0, pool: Pool(0) };
            let mut lead = Lead::repeating(rhythm, rest);
            lead.set_screen(&ScreenSettings {
                size: SIZE,
                theme: theme::THEMES[0].clone(),
                pulse: false,
            });
            let address: u32 =
                heart.call("set_screen", (number, SIZE.width, SIZE.height, 0_u32, 0_u32));
            for frame in 0..28 {
                compare(&mut heart, number, &mut lead, f64::from(frame) / 2.0);
            }
            let rgba: Vec<u8> = lead.picture().rgba().flatten().collect();
            assert!(heart.bytes(address, rgba.len()) == rgba, "{} at {bpm} bpm", glitch.name);
        }
    }
}

#[test]
fn hostile_numbers_and_texts_are_harmless() {
    let mut heart = Heart::new();
    let number: u32 = heart.call("lead_new", 0_u32);
    for (width, height) in [(0_u32, 0_u32), (1, 1), (u32::MAX, 1), (1, u32::MAX), (7, 5000)] {
        heart.call::<_, u32>("set_screen", (number, width, height, 99_u32, u32::MAX));
        for t_s in [0.0, f64::NAN, f64::INFINITY, -5.0, 0.5, 40.0] {
            heart.call::<_, u32>("advance", (number, t_s));
        }
    }
    for wild in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
        heart.call::<_, ()>("set_rhythm", (number, wild, wild, wild, u32::MAX));
        heart.call::<_, ()>("set_verdict", (number, 5, 99, wild));
        heart.call::<_, u32>("set_screen", (number, 100_u32, 40_u32, 0_u32, 0_u32));
        heart.call::<_, u32>("advance", (number, 41.0));
    }
    for nobody in [1_u32, 77, u32::MAX] {
        assert_eq!(heart.call::<_, u32>("advance", (nobody, 1.0)), 0);
        heart.call::<_, ()>("glitch_next", nobody);
    }
    heart.give("a\u{202e}b\u{7}");
    heart.call::<_, ()>("sanitize", ());
    assert_eq!(heart.text(), "a\u{fffd}b\u{fffd}");
    for (word, verdict) in [("success", Verdict::Passed), ("Failing", Verdict::Failed)] {
        heart.give(word);
        assert_eq!(heart.call::<_, i32>("verdict", ()), index(verdict), "{word}");
    }
    heart.give("green");
    assert_eq!(heart.call::<_, i32>("verdict", ()), -1);
}
