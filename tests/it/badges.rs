//! Badges: their texts, their pulse, and their size.

use std::collections::BTreeSet;

use flaky_core::pulse;
use flaky_core::scene::Rgb;
use flaky_core::verdict::{Flakiness, Report, Verdict};
use image::GenericImageView;

use crate::asking::Asker;
use crate::markup::Svg;
use crate::pictures::{frames_of_apng, frames_of_gif};
use crate::platforms::{ONE, gitlab, pipeline};

const WORDS: [&str; 6] = ["passed", "flaky", "failed", "running", "stopped", "unknown"];
const STYLES: [&str; 3] = ["flat", "flat-square", "monitor"];

fn badge(words: &str) -> String {
    Asker::new().badge(words)
}

/// A badge in this format, as bytes.
fn bytes(words: &str, format: &str) -> Vec<u8> {
    let asker = Asker::new();
    asker.flaky(&format!("badge -q {words} -o badge.{format}")).succeeds();
    asker.folder.read(&format!("badge.{format}"))
}

#[track_caller]
fn size(words: &str) -> (u32, u32) {
    Svg::of(&badge(words)).size()
}

#[test]
fn it_is_called_by_its_label_and_verdict() {
    for word in WORDS {
        for style in STYLES {
            let svg = badge(&format!("--status {word} --style {style}"));
            let svg = Svg::of(&svg);
            assert_eq!(svg.attribute("role"), "img");
            assert_eq!(svg.label(), format!("pipeline: {word}"));
            assert_eq!(svg.title(), format!("pipeline: {word}\nthe trace is symbolic"));
        }
    }
    assert_eq!(Svg::of(&badge("--status passed --label tests")).label(), "tests: passed");
    let rated = badge("--status flaky --flake-rate 0.07");
    assert_eq!(Svg::of(&rated).label(), "pipeline: flaky 7%", "as the badge says");
    assert_eq!(Svg::of(&rated).title(), "pipeline: flaky 7%\nthe trace is symbolic");
    let asker = Asker::new();
    asker.says(&["badge", "--status", "passed", "--label", "", "-o", "badge.svg"]).succeeds();
    assert_eq!(Svg::of(&asker.folder.read("badge.svg")).label(), "passed");
}

#[test]
fn its_title_tells_the_evidence() {
    let server = gitlab(&[pipeline(8, ONE, "success"), pipeline(7, ONE, "failed")]);
    let svg = badge(&server.gitlab());
    let svg = Svg::of(&svg);
    assert_eq!(svg.label(), "pipeline: flaky 1/1");
    assert_eq!(
        svg.title(),
        "pipeline: flaky 1/1: 1 of 1 commit, 100 % (95 %: 21–100 %); 1 of 1 rerun disagreed\n\
         1111111: pipeline 7 failed, pipeline 8 passed\n\
         last 2: 1 flaky, 1 failed; each beat is a pipeline"
    );
}

#[test]
fn it_is_small() {
    for word in WORDS {
        for more in ["", "--style flat-square", "--still"] {
            let svg = badge(&format!("--status {word} {more}"));
            assert!(svg.len() <= 6144, "{word} {more}: {} bytes", svg.len());
        }
    }
    let svg = badge("--status flaky --flake-rate 0.5");
    assert!(svg.len() <= 6144, "{} bytes", svg.len());
}

#[test]
fn it_is_as_wide_as_its_words_and_twenty_pixels_high() {
    for style in ["flat", "flat-square"] {
        let width = |words: &str| {
            let (width, height) = size(&format!("{words} --style {style}"));
            assert_eq!(height, 20);
            width
        };
        assert!(width("--status passed --label i") < width("--status passed --label ci"));
        assert!(width("--status passed --label iii") < width("--status passed --label mmm"));
        assert!(width("--status flaky") < width("--status flaky --flake-rate 0.07"));
    }
    assert_eq!(size("--status passed --style monitor"), (240, 80));
}

#[test]
fn it_grows_in_proportion() {
    let (width, _) = size("--status passed");
    for height in [20, 30, 40, 200] {
        let (wide, high) = size(&format!("--status passed --size {height}"));
        assert_eq!(high, height);
        let expected = f64::from(width * height) / 20.0;
        assert!(
            (f64::from(wide) - expected).abs() <= f64::from(height) / 20.0,
            "{wide}, {expected}"
        );
    }
    assert_eq!(size("--status passed --style monitor --size 300x100"), (300, 100));
}

#[test]
fn sizes_that_cannot_be_meant_are_wrong_usage() {
    let fails = |words: &str, said: &[&str]| {
        let asker = Asker::new();
        asker.flaky(&format!("badge --status passed -o badge.svg {words}")).fails(2, said);
        assert_eq!(asker.folder.names(), [""; 0]);
    };
    for size in ["19", "201", "0", "99999999999", "x", "20x", "-20"] {
        fails(&format!("--size={size}"), &["--size"]);
    }
    fails("--size 19", &["20 to 200"]);
    fails("--size 240x80", &["the width of a badge follows from its text", "--style monitor"]);
    fails("--style monitor --size 40", &["a monitor also needs a width", "240x80"]);
    fails("--style monitor --size 239x80", &["a monitor is 240x80 or larger"]);
    fails("--style round", &["--style", "flat-square"]);
    fails("--format csv", &["csv", "svg, gif, apng, png"]);
    fails("--theme nope", &["--theme"]);
}

#[test]
fn a_label_has_64_characters_at_the_most() {
    let svg = badge(&format!("--status passed --label {}", "\u{e4}".repeat(64)));
    assert_eq!(Svg::of(&svg).label(), format!("{}: passed", "\u{e4}".repeat(64)));
    let words = format!("badge --status passed -o badge.svg --label {}", "a".repeat(65));
    Asker::new().flaky(&words).fails(2, &["--label", "at most 64 characters"]);
}

#[test]
fn words_stand_out_from_their_plates() {
    let colour = |text: &str| {
        let value = u32::from_str_radix(text.trim_start_matches('#'), 16).expect("a colour");
        Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
    };
    // The first number in it.
    let x = |text: &str| {
        let number = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
        number.into_iter().find_map(|part| part.parse::<f64>().ok()).expect("x")
    };
    let themes = Asker::new().flaky("themes").succeeds().stdout();
    let themes = themes.lines().take_while(|line| !line.is_empty());
    for theme in themes.filter_map(|line| line.split_whitespace().next()) {
        for word in WORDS {
            let svg = badge(&format!("--status {word} --style flat-square --theme {theme}"));
            let svg = Svg::of(&svg);
            let filled = |name| {
                let coloured = svg.root().children().filter(move |node| node.has_tag_name(name));
                let filled = coloured.filter_map(|node| Some((node, node.attribute("fill")?)));
                filled.filter(|(_, fill)| fill.starts_with('#'))
            };
            let svg_name = |name| ("http://www.w3.org/2000/svg", name);
            let plates: Vec<(f64, &str)> = filled(svg_name("path"))
                .map(|(plate, fill)| (x(plate.attribute("d").expect("a shape")), fill))
                .collect();
            let texts: Vec<(f64, &str)> = filled(svg_name("g"))
                .map(|(text, fill)| (x(text.attribute("transform").expect("a place")), fill))
                .collect();
            assert_eq!((plates.len(), texts.len()), (3, 2));
            for (x, ink) in texts {
                let (_, plate) = plates.iter().rfind(|(from, _)| *from <= x).expect("a plate");
                let contrast = colour(ink).contrast(colour(plate));
                assert!(contrast >= 4.5, "{theme}, {word}: {ink} on {plate}: {contrast}");
            }
        }
    }
}

#[test]
fn in_one_document_badges_share_no_names() {
    let mut seen = BTreeSet::new();
    let mut all: Vec<String> = Vec::new();
    for word in WORDS {
        all.extend(STYLES.map(|style| badge(&format!("--status {word} --style {style}"))));
        all.push(badge(&format!("--status {word} --label tests")));
    }
    all.push(badge("--status flaky --flake-rate 0.5"));
    for svg in &all {
        let names = Svg::of(svg).names().into_iter().map(str::to_string).collect::<Vec<_>>();
        assert!(!names.is_empty());
        for name in names {
            assert!(seen.insert(name.clone()), "{name} is in two: {svg}");
        }
    }
}

#[test]
fn glitches_are_as_many_as_were_measured() {
    for rate in [0.0, 0.01, 0.07, 0.1, 0.2, 0.25, 0.4, 0.5, 0.7, 1.0] {
        let flakiness = Some(Flakiness::from_rate(rate));
        let report = Report { flakiness, ..Report::new(Verdict::Flaky, "") };
        let expected = (16.0 * rate).round().clamp(1.0, 8.0) as usize;
        for rr_s in [pulse::BADGE_RR_S, pulse::MONITOR_RR_S] {
            assert_eq!(pulse::symbol(&report, 16, rr_s).episodes.len(), expected, "{rate}");
        }
        assert_eq!(pulse::symbol(&report, 3, pulse::BADGE_RR_S).episodes.len(), 1, "{rate}");
    }
    for verdict in [Verdict::Passed, Verdict::Running, Verdict::Stopped, Verdict::Failed] {
        let rhythm = pulse::symbol(&Report::new(verdict, ""), 4, pulse::BADGE_RR_S);
        assert!(rhythm.episodes.is_empty(), "{verdict}");
        assert_eq!(rhythm.beats.is_empty(), verdict == Verdict::Failed);
    }
    let rhythm = pulse::symbol(&Report::new(Verdict::Unknown, ""), 4, pulse::BADGE_RR_S);
    assert!(!rhythm.episodes.is_empty() && rhythm.beats.is_empty(), "the lead is off");
}

#[test]
fn one_that_runs_beats_faster_and_as_the_last_that_finished() {
    let of = |before| {
        let report = Report { before, ..Report::new(Verdict::Running, "") };
        pulse::symbol(&report, 4, pulse::BADGE_RR_S)
    };
    let passed = pulse::symbol(&Report::new(Verdict::Passed, ""), 4, pulse::BADGE_RR_S);
    assert!(of(Some(Verdict::Passed)).bpm > passed.bpm && of(None).bpm > passed.bpm);
    assert!(of(Some(Verdict::Failed)).beats.is_empty());
    assert!(!of(Some(Verdict::Flaky)).episodes.is_empty());
}

#[test]
fn its_light_crosses_it_again_and_again() {
    for (word, ms) in [("passed", 3200), ("flaky", 3200), ("running", 2000)] {
        let gif = bytes(&format!("--status {word}"), "gif");
        assert_eq!(frames_of_gif(&gif).iter().map(|shown| shown.ms).sum::<u32>(), ms, "{word}");
        assert!(gif.windows(11).any(|part| part == b"NETSCAPE2.0"), "it plays for ever");
        let apng = bytes(&format!("--status {word}"), "apng");
        assert_eq!(frames_of_apng(&apng).iter().map(|shown| shown.ms).sum::<u32>(), ms, "{word}");
        let svg = badge(&format!("--status {word}"));
        let animations = Svg::of(&svg).css_values("animation").join(", ");
        let expected = format!(" {}s linear infinite", f64::from(ms) / 1000.0);
        assert!(animations.ends_with(&expected), "{animations}");
    }
}

#[test]
fn every_format_has_the_size() {
    for (words, expected) in [
        ("--status passed", size("--status passed")),
        ("--status failed --size 33", size("--status failed --size 33")),
        ("--status unknown --style monitor", (240, 80)),
    ] {
        for format in ["png", "gif", "apng"] {
            let picture = image::load_from_memory(&bytes(words, format)).expect("a picture");
            assert_eq!(picture.dimensions(), expected, "{words}, {format}");
        }
    }
}

#[test]
fn a_still_stands_still() {
    for words in
        ["--status stopped", "--status passed --still", "--status flaky --style monitor --still"]
    {
        assert!(!Svg::of(&badge(words)).moves(), "{words}");
        assert_eq!(frames_of_gif(&bytes(words, "gif")).len(), 1, "{words}");
    }
    for word in ["passed", "flaky", "failed", "running", "unknown"] {
        let svg = badge(&format!("--status {word}"));
        assert_eq!(Svg::of(&svg).css_values("animation").len(), 1, "{word}");
    }
    assert!(!bytes("--status flaky", "png").windows(4).any(|part| part == b"acTL"));
}

#[test]
fn it_is_well_behaved_and_moves_only_for_those_who_want_it() {
    for word in WORDS {
        for style in STYLES {
            for still in ["", "--still"] {
                let svg = badge(&format!("--status {word} --style {style} {still}"));
                let svg = Svg::of(&svg);
                svg.is_well_behaved();
                assert_eq!(svg.moves(), still.is_empty() && word != "stopped", "{word}");
            }
        }
    }
}

#[test]
fn only_a_failed_one_has_a_dashed_line() {
    for word in WORDS {
        for style in STYLES {
            let svg = badge(&format!("--status {word} --style {style}"));
            let svg = Svg::of(&svg);
            let beats = svg.all("path").find(|path| path.has_attribute("id")).expect("beats");
            let lines = beats.attribute("d").expect("a shape").matches('m').count();
            assert_eq!(lines > 2, word == "failed", "{word}, {style}");
        }
    }
}

#[test]
fn the_same_words_give_the_same_bytes() {
    for word in ["passed", "flaky", "unknown"] {
        for format in ["svg", "gif", "apng", "png"] {
            let words = format!("--status {word}");
            assert!(bytes(&words, format) == bytes(&words, format), "{word}, {format}");
        }
    }
}

#[test]
fn it_goes_to_standard_output_too() {
    let asker = Asker::new();
    let ran = asker.flaky("badge --status passed --format svg -o -").succeeds();
    assert_eq!(ran.stdout(), badge("--status passed"));
    asker.flaky("badge --status passed -o badge").fails(2, &["badge", "--format"]);
    asker.flaky("badge --status passed").fails(2, &["--output"]);
    assert_eq!(asker.folder.names(), [""; 0]);
}
