//! The output of `flaky render`.

use flaky_core::rhythm::json;

use crate::markup::Svg;
use crate::pictures::{read_apng, read_gif};
use crate::vocabulary::Folder;

#[test]
fn the_same_words_give_the_same_bytes() {
    for format in ["gif", "svg", "apng", "png", "csv", "json", "y4m"] {
        let words = "--seed 7 --duration 6s --size 200x80 --glitch double-beat";
        let folder = Folder::new();
        let one = folder.render(&format!("{words} --threads 1"), &format!("a.{format}"));
        let two = folder.render(&format!("{words} --threads 4"), &format!("b.{format}"));
        assert!(one == two, "{format}");
        assert!(!one.is_empty(), "{format}");
    }
}

#[test]
fn no_version_stands_in_a_picture() {
    for format in ["gif", "svg", "apng", "png"] {
        let bytes = Folder::new().render("--seed 7 --size 200x80", &format!("a.{format}"));
        let version = env!("CARGO_PKG_VERSION").as_bytes();
        assert!(!bytes.windows(version.len()).any(|part| part == version), "{format}");
    }
}

#[test]
fn size_and_duration_are_exact() {
    let folder = Folder::new();
    for (words, ms) in [("--fps 25", 7_770), ("--fps 30", 7_770), ("--fps 50", 7_770)] {
        let words = format!("{words} --seed 2 --duration 7.77s --size 123x77 --glitch none");
        let total =
            |pictures: Vec<crate::pictures::Shown>| -> u32 { pictures.iter().map(|p| p.ms).sum() };
        let gif = folder.render(&words, "ecg.gif");
        assert_eq!(total(read_gif(&gif)), ms);
        assert_eq!((gif[6], gif[8]), (123, 77));
        assert_eq!(total(read_apng(&folder.render(&words, "ecg.apng"))), ms);
    }
}

#[test]
fn a_csv_has_a_row_a_sample() {
    let folder = Folder::new();
    folder.render("--seed 2 --duration 12.5s", "ecg.csv");
    let text = folder.text("ecg.csv");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "t_s,mV");
    assert_eq!(rows.len(), 1 + 6250);
    assert!(rows[1].starts_with("0.000000,") && rows[6250].starts_with("12.498000,"));
    folder.render("--seed 2 --duration 12.5s --sample-rate 360", "ecg.csv");
    assert_eq!(folder.text("ecg.csv").lines().count(), 1 + 4500);
}

#[test]
fn without_glitches_every_beat_is_normal() {
    let folder = Folder::new();
    folder.render("--seed 2 --glitch none --bpm 71 --duration 30s", "beats.json");
    let value: serde_json::Value = serde_json::from_str(&folder.text("beats.json")).unwrap();
    assert_eq!(value["episodes"], serde_json::json!([]));
    let beats = value["beats"].as_array().unwrap();
    assert!(beats.iter().all(|beat| beat["kind"] == "normal" && beat["code"] == "N"));
    assert!((value["bpm"].as_f64().unwrap() - 60.0 * beats.len() as f64 / 30.0).abs() < 1e-9);
    assert_eq!((value["seed"].as_u64(), value["duration_s"].as_f64()), (Some(2), Some(30.0)));
}

#[test]
fn an_exported_rhythm_draws_the_same_picture() {
    let folder = Folder::new();
    let words = "--seed 5 --duration 20s --glitch all --glitch-rate 9 --size 300x100";
    let drawn = folder.render(words, "a.gif");
    folder.render(words, "beats.json");
    assert!(folder.render("--rhythm beats.json --size 300x100", "b.gif") == drawn);
    let output = folder
        .command()
        .args("render -q --rhythm - --size 300x100 -o c.gif".split(' '))
        .stdin(std::fs::File::open(folder.path("beats.json")).unwrap())
        .status()
        .unwrap();
    assert!(output.success());
    assert!(folder.read("c.gif") == drawn);
}

#[test]
fn a_rhythm_can_be_written_by_hand() {
    let folder = Folder::new().with("mine.json", r#"{"duration_s": 8, "beats": [{"t_s": 1}]}"#);
    folder.render("--rhythm mine.json --size 200x80", "ecg.png");
    folder.flaky("render --rhythm mine.json -o again.json").succeeds().says(": 1 beat, 8 s");
    let rhythm = json::from_str(&folder.text("again.json")).unwrap();
    assert_eq!((rhythm.beats.len(), rhythm.bpm), (1, 7.5));
}

#[test]
fn a_drawn_seed_is_said() {
    let folder = Folder::new();
    let ran = folder.flaky("render --size 100x50 -o a.png").succeeds();
    let said = ran.stderr();
    let seed = said.trim().rsplit(' ').next().unwrap().to_string();
    folder.flaky(&format!("render --size 100x50 --seed {seed} -o b.png")).succeeds();
    assert!(folder.read("a.png") == folder.read("b.png"), "{said}");
}

#[test]
fn the_summary_says_what_was_written() {
    Folder::new()
        .flaky("render --seed 5 --duration 4s --glitch none --size 100x50 -o a.gif")
        .succeeds()
        .says("wrote a.gif: 100 frames, 4 s, 100x50, ")
        .says("kB, seed 5");
    let quiet = Folder::new().flaky("render -q --seed 5 --size 100x50 -o a.gif").succeeds();
    assert_eq!([quiet.stderr(), quiet.stdout()].concat(), "");
}

#[test]
fn the_rate_gives_a_count_and_what_does_not_fit_is_said() {
    let folder = Folder::new();
    let count = |folder: &Folder, words: &str| {
        folder.render(words, "beats.json");
        json::from_str(&folder.text("beats.json")).unwrap().episodes.len()
    };
    assert_eq!(count(&folder, "--seed 1 --duration 60s --glitch-rate 3"), 3);
    assert_eq!(count(&folder, "--seed 1 --duration 60s --glitch-rate 0.1"), 1);
    folder
        .flaky("render --seed 1 --duration 16s --glitch flatline --glitch-rate 30 -o a.json")
        .succeeds()
        .says("only 2 of 8 glitches fit into 16 s");
    folder
        .flaky("render --seed 1 --duration 1s --size 100x50 -o a.png")
        .succeeds()
        .says("no glitch fits into 1 s");
}

#[test]
fn a_flatline_fits_as_the_facts_say() {
    let folder = Folder::new();
    folder
        .flaky("render --bpm 72 --duration 8s --glitch flatline -o a.json")
        .fails(2, &["flatline", "8.17", "--duration"]);
    for bpm in [40, 60, 100, 180] {
        folder.render(&format!("--bpm {bpm} --glitch flatline"), "a.json");
    }
    folder.render("--bpm 72 --duration 8.17s --glitch flatline", "a.json");
}

#[test]
fn a_budget_is_kept_and_its_price_is_said() {
    let folder = Folder::new();
    for (name, budget) in
        [("a.gif", 200_000), ("b.gif", 60_000), ("c.apng", 300_000), ("d.png", 9_000)]
    {
        let words = format!("render --seed 5 --max-bytes {budget} -o {name}");
        folder.flaky(&words).succeeds().says("instead of");
        assert!(folder.read(name).len() <= budget, "{name}");
    }
    // Levels go before frames, frames before size.
    folder.flaky("render --seed 5 --max-bytes 1.2MB -o e.gif").succeeds().says("fade levels");
    let plenty = folder.flaky("render --seed 5 --max-bytes 50MB -o f.gif").succeeds();
    assert!(!plenty.stderr().contains("instead of"));
    assert!(folder.read("f.gif") == folder.render("--seed 5", "g.gif"));
    folder.flaky("render --seed 5 --max-bytes 500B -o h.gif").fails(1, &["500 B", "--max-bytes"]);
    assert!(!folder.names().contains(&"h.gif".to_string()));
    // The summary tells of the picture that was written.
    let said = folder.flaky("render --seed 5 --max-bytes 60kB -o i.gif").succeeds().stderr();
    let gif = folder.read("i.gif");
    let size = [6, 8].map(|at| u16::from_le_bytes([gif[at], gif[at + 1]]));
    assert!(said.contains(&format!(", {}x{}, ", size[0], size[1])), "{said}");
    let still = folder.flaky("render --seed 5 --still --max-bytes 3kB -o j.gif").succeeds();
    assert!(!still.stderr().contains("frames a second"), "{}", still.stderr());
}

#[test]
fn a_still_is_one_frame() {
    let folder = Folder::new();
    let words = "--seed 5 --size 200x80 --still";
    assert_eq!(read_gif(&folder.render(words, "a.gif")).len(), 1);
    assert_eq!(folder.render(words, "a.rgb").len(), 3 * 200 * 80);
    let first = folder.render("--seed 5 --size 200x80 --at 2s", "a.png");
    let later = folder.render("--seed 5 --size 200x80 --at 3s", "b.png");
    assert!(first != later);
}

#[test]
fn loops_are_counted_as_each_format_counts() {
    let folder = Folder::new();
    let words = "--seed 5 --duration 2s --size 64x32 --glitch none";
    let repeats = |bytes: &[u8]| {
        let at = bytes.windows(11).position(|part| part == b"NETSCAPE2.0")?;
        Some(u16::from_le_bytes([bytes[at + 13], bytes[at + 14]]))
    };
    assert_eq!(repeats(&folder.render(words, "a.gif")), Some(0));
    assert_eq!(repeats(&folder.render(&format!("{words} --loops 1"), "b.gif")), None);
    assert_eq!(repeats(&folder.render(&format!("{words} --loops 3"), "c.gif")), Some(2));
    let apng = folder.render(&format!("{words} --loops 3"), "d.apng");
    let at = apng.windows(4).position(|part| part == b"acTL").unwrap();
    assert_eq!(apng[at + 4..at + 12], [0, 0, 0, 50, 0, 0, 0, 3]);
    let svg = folder.render(&format!("{words} --loops 3"), "e.svg");
    let animations = Svg::of(&svg).css_values("animation").join(", ");
    assert!(animations.ends_with(" 2s linear 3"), "{animations}");
}
