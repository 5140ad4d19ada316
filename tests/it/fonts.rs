//! Fonts for what the built-in one lacks: found, chosen, said, and drawn.

use std::fs;
use std::path::PathBuf;

use flaky_core::scene::text::{Face, TextMetrics};
use flaky_draw::text::{DEJAVU, DEJAVU_AND_VIEWER, Font, FontId, Fonts, Lacking, PathSegment};
use flaky_draw::text::{count, covered};
use proptest::prelude::*;

use crate::markup::Svg;
use crate::repo::Repo;
use crate::varied::HOSTILE;
use crate::vocabulary::{Folder, Ran, fixtures};

const SIZE: f64 = 20.0;
/// A family that one of the test fonts draws as one glyph.
const FAMILY: &str = "👩\u{200d}👧";
/// A character that none but a test font has.
const PRIVATE: &str = "\u{f1234}";

fn path(name: &str) -> PathBuf {
    fixtures().join("fonts").join(name)
}

fn data(name: &str) -> &'static [u8] {
    fs::read(path(name)).expect("a fixture").leak()
}

fn font(name: &str) -> Font {
    Font::parse(data(name), 0).expect("a font")
}

/// The built-in fonts, then these.
fn fonts(names: &[&str]) -> Fonts {
    Fonts::new(names.iter().map(|name| font(name)).collect(), Lacking::Boxes)
}

/// The fonts of a line's glyphs from left to right.
fn drawn_from(fonts: &Fonts, text: &str) -> Vec<FontId> {
    fonts.lay_out(Face::Regular, text, SIZE).glyphs.iter().map(|glyph| glyph.font).collect()
}

/// The glyphs of a line in the built-in fonts.
fn built_in(text: &str) -> Vec<u16> {
    DEJAVU.lay_out(Face::Regular, text, SIZE).glyphs.iter().map(|glyph| glyph.id).collect()
}

#[test]
fn another_font_draws_what_the_built_in_one_lacks() {
    let fonts = fonts(&["bars.ttf"]);
    let own = FontId::BuiltIn(Face::Regular);
    assert_eq!(drawn_from(&fonts, "a漢b"), [own, FontId::Fallback(0), own]);
    let width = |text: &str| fonts.width(Face::Regular, text, SIZE);
    // The bar of this character is as wide as its font is high.
    assert!((width("漢") - SIZE).abs() < 1e-9);
    assert!((width("a漢b") - width("a") - width("b") - SIZE).abs() < 1e-9);
    let glyph = fonts.lay_out(Face::Regular, "漢", SIZE).glyphs[0];
    let outline = fonts.outline(glyph.font, glyph.id);
    let corner = |segment: &PathSegment| match segment {
        PathSegment::Line(x, y) => (x - 2048.0).abs() < 1.0 && (y - 0.7 * 2048.0).abs() < 1.0,
        _ => false,
    };
    assert!(outline.iter().any(corner), "{outline:?}");
    assert_eq!(fonts.lacks("a漢字é"), [].into());
    assert_eq!(DEJAVU.lacks("字漢 a漢é"), ['字', '漢'].into());
}

#[test]
fn the_first_font_that_can_draw_it_does() {
    for (order, first) in
        [(["bars.ttf", "curves.otf"], "bars.ttf"), (["curves.otf", "bars.ttf"], "curves.otf")]
    {
        let fonts = fonts(&order);
        let drawn = |id| fonts.outline(id, fonts.lay_out(Face::Bold, "漢", SIZE).glyphs[0].id);
        let curved = drawn(FontId::Fallback(0))
            .iter()
            .any(|segment| matches!(segment, PathSegment::Cubic(..)));
        assert_eq!(curved, first == "curves.otf", "{order:?}");
    }
    // A character in colours alone is none.
    let fonts = fonts(&["colours.ttf"]);
    assert_eq!(fonts.lacks("漢🎉"), ['🎉'].into());
    assert_eq!(covered(data("colours.ttf"), 0, &['漢', '🎉', '字'].into()), ['漢'].into());
    // The bold face borrows from the regular one first.
    let letter = DEJAVU.lay_out(Face::Bold, "𝖠", SIZE).glyphs[0];
    assert_eq!(letter.font, FontId::BuiltIn(Face::Regular));
}

/// Whether a point, in pixels of a picture of 16 x 16, is within an outline of rectangles.
fn within(outline: &[PathSegment], x: f32, y: f32) -> bool {
    let (x, y) = (x * 128.0, y * 128.0);
    outline.windows(3).any(|corners| match corners {
        [
            PathSegment::Move(left, bottom),
            PathSegment::Line(_, top),
            PathSegment::Line(right, _),
        ] => (*left..*right).contains(&x) && (*bottom..*top).contains(&y),
        _ => false,
    })
}

#[test]
fn an_emoji_in_colours_is_drawn_in_one() {
    let fonts = fonts(&["pictures.ttf"]);
    assert_eq!(fonts.lacks("🎉🧡"), [].into());
    let drawn = |text: &str| {
        let glyph = fonts.lay_out(Face::Regular, text, SIZE).glyphs[0];
        fonts.outline(glyph.font, glyph.id)
    };
    // A face keeps its mouth, and its border is transparent.
    let face = drawn("🎉");
    assert!(within(&face, 8.0, 12.5) && within(&face, 3.0, 6.0));
    assert!(!within(&face, 8.0, 6.0) && !within(&face, 1.0, 8.0));
    // What has no parts is drawn whole.
    let heart = drawn("🧡");
    assert!([0.5, 8.0, 15.5].into_iter().all(|at| within(&heart, at, at)));
}

#[test]
fn a_collection_has_several_fonts() {
    let data = data("both.ttc");
    assert_eq!(count(data), 2);
    assert_eq!(covered(data, 1, &['字', '🎉'].into()), ['字'].into());
    assert!(Font::parse(data, 2).is_none());
}

#[test]
fn what_belongs_together_is_one_glyph() {
    let fonts = fonts(&["bars.ttf"]);
    for family in [FAMILY, "👩🏽\u{200d}👧🏿", "👩\u{200d}👧\u{fe0f}"] {
        let line = fonts.lay_out(Face::Regular, family, SIZE);
        assert_eq!(line.glyphs.len(), 1, "{family}");
        assert!((line.width - 0.6 * SIZE).abs() < 1e-9, "{family}");
    }
    assert_eq!(fonts.lay_out(Face::Regular, "👩👧", SIZE).glyphs.len(), 2);
    // Without a font it is a box for each person, and none for what joins them.
    assert_eq!(built_in("👩🏽\u{200d}👧🏿"), [0, 0]);
    // It is never cut in the middle.
    let families = FAMILY.repeat(9);
    for room in [30.0, 50.0, 70.0] {
        let cut = fonts.shorten(Face::Regular, &families, SIZE, room);
        let kept = cut.strip_suffix('…').expect("it is cut");
        assert_eq!(kept.len() % FAMILY.len(), 0, "{cut:?}");
        assert!(!kept.is_empty() || room < 32.0);
    }
}

#[test]
fn arabic_is_joined_and_brackets_are_mirrored() {
    let alone: Vec<u16> = "سلام".chars().rev().flat_map(|c| built_in(&c.to_string())).collect();
    let joined = built_in("سلام");
    assert!(joined.iter().all(|glyph| *glyph != 0));
    // The lam and the alef become one.
    assert_eq!((joined.len(), alone.len()), (3, 4));
    assert_eq!(
        built_in("א(ב)ג"),
        built_in("ג")
            .into_iter()
            .chain(built_in("("))
            .chain(built_in("ב"))
            .chain(built_in(")"))
            .chain(built_in("א"))
            .collect::<Vec<_>>()
    );
    // Words that run to the right stay as they are between them.
    assert_eq!(
        built_in("ab (c)"),
        "ab (c)".chars().flat_map(|c| built_in(&c.to_string())).collect::<Vec<_>>()
    );
}

#[test]
fn what_the_viewer_draws_has_its_room() {
    let line = DEJAVU_AND_VIEWER.lay_out(Face::Regular, "a漢字b👩🏽\u{200d}👧", SIZE);
    let texts: Vec<&str> = line.texts.iter().map(|text| text.text.as_str()).collect();
    assert_eq!(texts, ["漢字", "👩🏽\u{200d}👧"]);
    let is = |width: f64, expected: f64| assert!((width - expected).abs() < 1e-9, "{line:?}");
    is(line.texts[0].width, 2.0 * SIZE);
    let [a, b] = [line.glyphs[0], line.glyphs[1]];
    is(b.x - a.x, line.texts[0].width + DEJAVU.width(Face::Regular, "a", SIZE));
    is(line.width, line.texts[1].x + line.texts[1].width);
    // What the built-in font has is never left to the viewer.
    assert!(DEJAVU_AND_VIEWER.lay_out(Face::Regular, "é שלום ❤\u{fe0f}", SIZE).texts.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_font_stays_in_its_place(
        text in "[a漢字👩👧\u{200d}\u{fe0f}🏽🎉\u{301}سلش(]{0,40}",
        room in 0.0_f64..300.0,
        lacking in prop_oneof![Just(Lacking::Boxes), Just(Lacking::Viewer)],
    ) {
        let fonts = Fonts::new(vec![font("bars.ttf")], lacking);
        let line = fonts.lay_out(Face::Bold, &text, SIZE);
        prop_assert!(line.width.is_finite() && line.width >= 0.0);
        prop_assert_eq!(line.texts.is_empty(), lacking == Lacking::Boxes || fonts.lacks(&text).is_empty());
        let cut = fonts.shorten(Face::Bold, &text, SIZE, room);
        let width = |text: &str| fonts.width(Face::Bold, text, SIZE);
        prop_assert!(width(&cut) <= room.max(width("…")) + 1e-9);
        prop_assert!(cut == text || cut.ends_with('…'));
    }
}

/// Fonts are files of others: with any byte wrong, or cut off anywhere, one is refused or drawn.
#[test]
fn a_damaged_font_is_refused_or_drawn() {
    let draw = |bytes: Vec<u8>| {
        let Some(font) = Font::parse(bytes.leak(), 0) else { return };
        let fonts = Fonts::new(vec![font], Lacking::Boxes);
        let line = fonts.lay_out(Face::Regular, "漢字👩\u{200d}👧🎉🧡", SIZE);
        assert!(line.width.is_finite());
        for glyph in line.glyphs {
            let outline = fonts.outline(glyph.font, glyph.id);
            assert!(outline.len() < 100_000);
        }
    };
    for name in ["bars.ttf", "curves.otf", "colours.ttf", "pictures.ttf"] {
        let whole = data(name);
        for at in 0..whole.len() {
            for wrong in [0x00, 0x7f, 0xff] {
                let mut bytes = whole.to_vec();
                bytes[at] = wrong;
                draw(bytes);
            }
        }
        for end in (0..whole.len()).step_by(7) {
            draw(whole[..end].to_vec());
        }
    }
}

/// A badge with this label.
fn badge(folder: &Folder, label: &str, words: &str) -> Ran {
    let mut command = folder.command();
    command.args(["badge", "--status", "passed", "--label", label]).args(words.split(' '));
    Ran::of(words, &mut command)
}

#[test]
fn a_file_is_a_font() {
    for (words, name) in [
        ("badge --status passed --label 漢字", "png"),
        ("badge --status passed --label 漢字 --style monitor", "gif"),
        ("render --seed 1 --size 160x60 --label 漢字 --still", "png"),
    ] {
        let folder = Folder::new();
        let bars = path("bars.ttf");
        let ran =
            folder.flaky(&format!("{words} -o bars.{name} --fonts {}", bars.display())).succeeds();
        assert!(!ran.stderr().contains("warning"), "{}", ran.stderr());
        folder
            .flaky(&format!("{words} -o boxes.{name} --fonts none"))
            .succeeds()
            .says("warning: the font has no glyphs for '字', '漢'; boxes are drawn instead");
        let [bars, boxes] = ["bars", "boxes"].map(|file| folder.read(&format!("{file}.{name}")));
        assert_ne!(bars, boxes, "{words}");
    }
}

#[test]
fn what_is_no_font_is_refused() {
    let folder = Folder::new().with("empty.ttf", "").with("text.ttf", "not a font at all");
    for name in ["empty.ttf", "text.ttf", "missing.ttf", ".", "/dev/null"] {
        badge(&folder, "ci", &format!("-o badge.png --fonts {name}"))
            .fails(1, &["--fonts: cannot use", name, "`system`, `none`"]);
    }
    assert_eq!(folder.names(), ["empty.ttf", "text.ttf"]);
}

#[test]
fn an_svg_leaves_it_to_its_viewer() {
    let folder = Folder::new();
    for style in ["flat", "monitor"] {
        for fonts in ["system", "none"] {
            badge(&folder, "漢 <字>~", &format!("-o {fonts}.svg --style {style} --fonts {fonts}"))
                .succeeds()
                .says("note: the SVG has '字', '漢' as text");
        }
        let svg = folder.text("system.svg");
        assert_eq!(svg, folder.text("none.svg"), "the same bytes whatever the system has");
        let document = Svg::of(&svg);
        document.is_well_behaved();
        let texts: Vec<_> = document.all("text").map(|text| text.text().unwrap()).collect();
        assert_eq!(texts, ["漢", "字"]);
        let file = path("bars.ttf");
        badge(&folder, "漢字", &format!("-o f.svg --style {style} --fonts {}", file.display()))
            .succeeds();
        assert_eq!(Svg::of(&folder.read("f.svg")).all("text").count(), 0);
    }
}

/// Programs find these fonts and no others.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn with_fonts(folder: &Folder, names: &[&str]) -> PathBuf {
    let fonts = folder.home().join("fonts");
    fs::create_dir_all(&fonts).unwrap();
    for name in names {
        fs::copy(path(name), fonts.join(name)).unwrap();
    }
    let config = folder.home().join("fonts.conf");
    let text = format!("<fontconfig><dir>{}</dir></fontconfig>", fonts.display());
    fs::write(&config, text).unwrap();
    config
}

#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn the_fonts_of_the_system_are_found_and_named() {
    let draw = |names: &[&str], label: &str, words: &str| {
        let folder = Folder::new();
        let config = with_fonts(&folder, names);
        let mut command = folder.command();
        command.env("FONTCONFIG_FILE", config);
        command.args(["badge", "--status", "passed", "--label", label, "-o", "badge.png"]);
        let ran = Ran::of(label, command.args(words.split_whitespace())).succeeds();
        (ran.stderr(), folder.read("badge.png"))
    };
    let all = ["bars.ttf", "colours.ttf", "curves.otf"];
    let label = format!("漢{PRIVATE}🎉");
    let (said, picture) = draw(&all, &label, "");
    assert!(said.contains("note: 2 characters are drawn from Flaky Bars; --fonts none"), "{said}");
    assert!(said.contains("warning: no font here has '🎉'; boxes are drawn instead"), "{said}");
    let (said, boxes) = draw(&all, &label, "--fonts none");
    assert!(said.contains("the font has no glyphs"), "{said}");
    assert_ne!(picture, boxes);
    let (said, without) = draw(&[], &label, "");
    assert!(said.contains("no font here has"), "{said}");
    assert_eq!(without, boxes);
    // Nothing is searched, said or changed where the built-in font suffices.
    let (said, plain) = draw(&all, "plain é", "");
    assert!(!said.contains("note") && !said.contains("warning"), "{said}");
    assert_eq!(plain, draw(&[], "plain é", "--fonts none").1);
}

#[test]
fn a_history_is_drawn_in_any_script() {
    let repo = Repo::new()
        .by("漢 字 <ann@example.org>")
        .commit("漢字", &[("a", "1\n")])
        .by("Ann <ann@example.org>")
        .commit(HOSTILE[3], &[("a", "2\n")])
        .tag("v字");
    let fonts = path("bars.ttf");
    for format in ["gif", "png"] {
        for (name, fonts) in [("bars", fonts.to_str().unwrap()), ("boxes", "none")] {
            let ran = repo.flaky(&format!("history -o {name}.{format} --fonts {fonts}"));
            assert_eq!(ran.succeeds().stderr().contains("no glyphs for"), name == "boxes");
        }
        let read = |name: &str| fs::read(repo.path(&format!("{name}.{format}"))).unwrap();
        assert_ne!(read("bars"), read("boxes"), "{format}");
    }
    for still in ["", "--still"] {
        repo.flaky(&format!("history -o life.svg {still}"))
            .succeeds()
            .says("as text, which its viewer draws");
        let svg = fs::read(repo.path("life.svg")).unwrap();
        let svg = Svg::of(&svg);
        svg.is_well_behaved();
        let texts: Vec<_> = svg.all("text").map(|text| text.text().unwrap()).collect();
        assert!(texts.contains(&"字"), "{texts:?}");
    }
    repo.flaky("history -o none.gif --captions none").succeeds();
}
