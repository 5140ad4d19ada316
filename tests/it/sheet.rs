//! A history in one document: the animated SVG, and the sheet.

use std::collections::BTreeSet;
use std::fs;

use flaky_core::sanitize::is_format_control;

use crate::drawing::{drawn_by_resvg, picture, screenshot};
use crate::markup::Svg;
use crate::repo::{Life, Repo};

use crate::tools;
use crate::varied::{drawn, many, varied};

const LARGEST: usize = 1_000_000;

/// The places that the film goes through, in pixels from the left.
fn places<'a>(svg: &'a Svg) -> Vec<&'a str> {
    let moves = svg.css_values("transform").into_iter();
    moves.filter_map(|moves| moves.strip_prefix("translateX(")?.strip_suffix("px)")).collect()
}

#[test]
fn it_moves_a_beat_at_a_time() {
    let repo = varied();
    let timing = |svg: &Svg, words: &str| svg.css_values("animation").join(", ").contains(words);
    let svg = drawn(&repo, "--fps 10", "x.svg");
    let svg = Svg::of(&svg);
    svg.is_well_behaved();
    assert!(timing(&svg, " 4.6s step-end infinite"), "16 tenths and 3 s");
    assert_eq!(places(&svg).len(), 18, "a place for every beat, and an end");
    let twice = drawn(&repo, "--loops 2 --fps 20", "x.svg");
    assert!(timing(&Svg::of(&twice), " 3.8s step-end 2 "), "16 twentieths and 3 s");
    for words in ["--captions none", "--captions short", "--size 64x32", "--theme paper"] {
        Svg::of(&drawn(&repo, words, "x.svg")).is_well_behaved();
    }
}

#[test]
fn without_css_it_shows_the_last_commit() {
    // All that is drawn of the beats before lies outside of the picture.
    let repo = varied();
    let whole = drawn_by_resvg(&drawn(&repo, "--captions short", "x.svg"));
    let fewer = drawn_by_resvg(&drawn(&repo, "HEAD~9..HEAD --captions none", "x.svg"));
    assert!(whole.differs(&fewer) > 100, "words");
    let svg = drawn(&repo, "", "x.svg");
    let svg = Svg::of(&svg);
    let last = format!("translate(0 -{})", 16 * 300);
    assert!(svg.all("g").any(|film| film.attribute("transform") == Some(&last)));
}

#[test]
fn chromium_shows_every_beat_in_its_time() {
    if !tools::present("chromium", "--version") {
        return;
    }
    let repo = varied();
    let svg = drawn(&repo, "--loops 1 --fps 1 --cards none", "x.svg");
    let parsed = Svg::of(&svg);
    // The overview has a track of its own, which is left out here.
    let hidden = "<path d=\"M0 240h800v60H0z\"/></svg>";
    let svg = std::str::from_utf8(&svg).expect("text").replace("</svg>", hidden);
    // A page that holds the picture at an instant of its own time.
    let at = |ms: u32| {
        let hold = format!(
            "<style>*{{animation-play-state:paused!important;animation-delay:-{ms}ms!important}}</style>"
        );
        let page = format!("<!doctype html>{hold}<body style=\"margin:0\">{svg}");
        fs::write(repo.path("x.html"), page).unwrap();
        screenshot(
            &repo.path("x.html"),
            &["--virtual-time-budget=3000", "--run-all-compositor-stages-before-draw"],
        )
    };
    // The picture as it stands with film and strip moved to a beat.
    let moved = |beat: usize| {
        let strip = places(&parsed);
        let still = svg
            .replace("translate(0 -4800)", &format!("translate(0 -{})", 300 * beat))
            .replace(&format!("translate({})", strip[16]), &format!("translate({})", strip[beat]));
        drawn_by_resvg(still.as_bytes())
    };
    for (ms, beat) in [(500, 0), (8500, 8), (16_500, 16), (19_000, 16)] {
        let (seen, expected) = (at(ms), moved(beat));
        assert!(seen.differs(&expected) < 500, "{} pixels at {ms} ms", seen.differs(&expected));
        assert!(seen.differs(&moved(7)) > 2000, "not like any other");
    }
}

#[test]
fn several_share_a_page() {
    let repo = varied();
    let ids = |words: &str| {
        let svg = drawn(&repo, words, "x.svg");
        Svg::of(&svg).names().into_iter().map(str::to_string).collect::<BTreeSet<_>>()
    };
    let all = [ids(""), ids("HEAD~3..HEAD"), ids("--still"), ids("--still HEAD~3..HEAD")];
    for (i, a) in all.iter().enumerate() {
        assert!(a.len() > 5 && all[..i].iter().all(|b| a.is_disjoint(b)));
    }
}

/// Words that hardly ever come twice.
fn gibberish(i: usize) -> String {
    let letter = |n: usize| char::from_u32(0x100 + (n * 7919 % 0x140) as u32).unwrap();
    let word = |w: usize| (0..7).map(|l| letter(i * 251 + w * 31 + l * l)).collect::<String>();
    (0..40).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn five_hundred_beats_are_small_whatever_they_say() {
    for subject in [gibberish, |i: usize| {
        format!("Make part {i} of the whole a little better than it was before")
    }] {
        let repo = many(500, subject);
        repo.flaky("history -q -o x.svg").succeeds();
        let svg = fs::read(repo.path("x.svg")).unwrap();
        assert!(svg.len() <= LARGEST, "{} bytes", svg.len());
        assert_eq!(places(&Svg::of(&svg)).len(), 501, "a place for every beat, and an end");
    }
}

#[test]
fn more_than_five_hundred_beats_do_not_move() {
    let repo = many(501, |i| format!("commit {i}"));
    fs::write(repo.path("x.svg"), "older").unwrap();
    repo.flaky("history -o x.svg").fails(1, &["500 beats", "501", "--still", "--max-frames 500"]);
    assert_eq!(fs::read(repo.path("x.svg")).unwrap(), b"older");
    repo.flaky("history --max-frames 500 -o y.svg").succeeds().says("501 commits in 500 beats");
    repo.flaky("history -q --still -o x.svg").succeeds();
    assert_eq!(Svg::of(&fs::read(repo.path("x.svg")).unwrap()).tips().len(), 501);
}

#[test]
fn what_would_be_too_large_is_not_written() {
    let repo = many(500, gibberish);
    fs::write(repo.path("x.svg"), "older").unwrap();
    let words = "history --size 4000x2000 --fps 1 -o x.svg";
    repo.flaky(words).fails(1, &["at most 1.00 MB", "--still", "--size"]);
    assert_eq!(fs::read(repo.path("x.svg")).unwrap(), b"older");
    repo.flaky(&format!("{words} --max-bytes 5MB")).succeeds().says("beats instead of 500");
    assert!(fs::read(repo.path("x.svg")).unwrap().len() <= LARGEST);
}

/// A subject as a document can hold it.
fn escaped(subject: &str) -> String {
    let plain = subject.chars().filter(|c| !c.is_control());
    plain.map(|c| if is_format_control(c) { '\u{fffd}' } else { c }).collect()
}

#[test]
fn a_sheet_has_a_tooltip_for_every_commit() {
    let repo = varied();
    let svg = drawn(&repo, "--still", "x.svg");
    let svg = Svg::of(&svg);
    svg.is_well_behaved();
    assert!(!svg.moves());
    assert_eq!(svg.all("title").count(), 17 + 1);
    let life = repo.life("--status ci.csv");
    let tips = svg.tips();
    assert_eq!(tips.len(), life.beats.len());
    for (tip, beat) in tips.iter().zip(&life.beats) {
        let subject: String = escaped(&beat.subject).chars().take(200).collect();
        let begin = format!("{} {subject}", &beat.sha[..7]);
        assert!(tip.starts_with(&begin), "{tip:?} and {begin:?}");
        let meaning = escaped(&beat.meaning);
        assert!(tip.contains(&meaning), "{tip:?} and {meaning:?}");
        assert!(tip.contains(&beat.committed[..10]), "{tip:?} and {}", beat.committed);
    }
    assert!(tips[5].contains("−40") && tips[5].contains("failed"), "{}", tips[5]);
}

#[test]
fn a_sheet_of_very_many_names_ranges() {
    let repo = many(5001, |i| format!("commit {i}"));
    let ran = repo.flaky("history --still -o x.svg").succeeds();
    ran.says("5001 commits: a beat stands for up to 2 of them").says("5001 commits on a sheet");
    let tips = Svg::of(&fs::read(repo.path("x.svg")).unwrap()).tips();
    assert_eq!(tips.len(), 5000);
    let life = repo.life("");
    let short = |i: usize| &life.beats[i].sha[..7];
    let expected = format!(
        "commits 5000 to 5001, {} to {}\n1 person, 2024-11-25, no lines\n2 commits",
        short(4999),
        short(5000)
    );
    assert_eq!(tips[4999], expected);
    assert!(tips[4998].starts_with(&format!("{} commit 4998\n", short(4998))), "{}", tips[4998]);
    // What a person asks for is what they get.
    repo.flaky("history -q --still --max-frames 0 -o x.svg").succeeds();
    assert_eq!(Svg::of(&fs::read(repo.path("x.svg")).unwrap()).tips().len(), 5001);
}

/// The size of an SVG and that of the picture of the same sheet.
fn sizes(repo: &Repo, words: &str) -> [(u32, u32); 2] {
    let svg = drawn(repo, &format!("--still {words}"), "x.svg");
    let png = drawn(repo, words, "x.png");
    let picture = image::load_from_memory(&png).expect("a PNG");
    [Svg::of(&svg).size(), (picture.width(), picture.height())]
}

#[test]
fn a_sheet_has_the_size_that_was_asked_for() {
    let repo = varied();
    let [svg, png] = sizes(&repo, "");
    assert_eq!((svg, svg.0), (png, 1100), "one row is as wide as it must be");
    for size in [(600, 400), (400, 600), (1600, 100), (64, 64), (3000, 500)] {
        let words = format!("--size {}x{}", size.0, size.1);
        assert_eq!(sizes(&repo, &words), [size, size]);
    }
    let still = drawn(&repo, "--still --size 600x400", "x.png");
    assert!(still == drawn(&repo, "--size 600x400", "y.png"), "a PNG is always still");
}

#[test]
fn a_high_picture_is_drawn_in_bands_without_a_seam() {
    let repo = many(900, |i| format!("commit {i}")).tag("v1.0");
    for theme in ["paper", "phosphor"] {
        let draw = |name: &str| {
            let words = format!("history -q --still --theme {theme} -o {name}");
            repo.flaky(&words).succeeds();
            fs::read(repo.path(name)).unwrap()
        };
        let (whole, bands) = (picture(&draw("x.svg")), draw("x.png"));
        let bands = image::load_from_memory(&bands).expect("a PNG").to_rgb8();
        assert_eq!(bands.dimensions(), whole.dimensions());
        assert!(bands.height() > 1000, "several bands");
        // Coordinates of another origin are rounded in another way.
        let pairs = bands.pixels().zip(whole.pixels());
        let far = pairs.filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 32));
        assert_eq!(far.count(), 0, "{theme}");
    }
}

#[test]
fn a_sheet_stays_under_its_budget() {
    let repo = varied();
    for (name, size) in [("x.svg", ""), ("x.png", ""), ("x.png", "--size 800x600")] {
        let full = drawn(&repo, &format!("--still {size}"), name);
        let words = format!("history --still {size} --status ci.csv -o {name} --max-bytes");
        let ran = repo.flaky(&format!("{words} {}", full.len())).succeeds();
        assert!(!ran.stderr().contains("to stay under"), "{}", ran.stderr());
        assert!(fs::read(repo.path(name)).unwrap() == full);
        let budget = full.len() - full.len() / 20;
        let ran = repo.flaky(&format!("{words} {budget}")).succeeds().says("to stay under");
        assert!(ran.stderr().contains(" instead of ") && !ran.stderr().contains("fade"));
        assert!(fs::read(repo.path(name)).unwrap().len() <= budget);
        fs::write(repo.path(name), "older").unwrap();
        repo.flaky(&format!("{words} 100")).fails(1, &["stays under", "--max-bytes"]);
        assert_eq!(fs::read(repo.path(name)).unwrap(), b"older");
    }
}

#[test]
fn what_is_no_sheet_is_refused() {
    let repo = many(2, |i| format!("commit {i}"));
    for name in ["x.gif", "x.apng", "x.y4m", "x.rgb", "x.json"] {
        let words = format!("history --still -o {name}");
        repo.flaky(&words).fails(2, &["--still", ".svg, .png or .pdf"]);
    }
    repo.flaky("history -o x.csv").fails(2, &["csv", "json"]);
    repo.flaky("history --json --still").fails(2, &["--json", "--still"]);
    repo.flaky("history --json --format gif").fails(2, &["--json", "--format"]);
    repo.flaky("history -o x.tiff").fails(2, &["x.tiff"]);
    assert_eq!(Life::of(&repo.flaky("history --json").succeeds()).beats.len(), 2);
    assert!(fs::read_dir(repo.path("")).unwrap().count() == 1, "only .git");
}
