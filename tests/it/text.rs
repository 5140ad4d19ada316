//! Texts from untrusted sources: drawn or visibly replaced, in visual order, never wider than their
//! room.

use flaky_core::animation::Plays;
use flaky_core::rhythm::json;
use flaky_core::scene::overview::{Overview, OverviewSlice};
use flaky_core::scene::text::{Face, TextMetrics};
use flaky_core::scene::timelapse::{Card, CommitCaption, Detail, Headline, Moment, Tag};
use flaky_core::scene::{
    Colour, Motion, Size, Theme, Timelapse, TimelapseSettings, Trail, timelapse,
};
use flaky_core::timeline::{Stop, Timeline};

use flaky_draw::raster;
use flaky_draw::text::{DEJAVU, FontId};
use proptest::prelude::*;

use crate::canvas::Canvas;
use crate::varied::HOSTILE;

const SIZE: f64 = 17.0;

/// The glyphs of a text from left to right.
fn glyphs(text: &str) -> Vec<u16> {
    DEJAVU.lay_out(Face::Regular, text, SIZE).glyphs.iter().map(|glyph| glyph.id).collect()
}

fn width(face: Face, text: &str) -> f64 {
    DEJAVU.lay_out(face, text, SIZE).width
}

#[test]
fn what_would_control_the_line_is_seen() {
    let replaced = glyphs("\u{fffd}");
    assert_ne!(replaced, glyphs("\u{e000}"), "a glyph of its own");
    for c in "\u{0}\u{7}\t\n\r\u{1b}\u{7f}\u{85}\u{9b}".chars() {
        assert_eq!(glyphs(&format!("a{c}b")), glyphs("a\u{fffd}b"), "{c:?}");
    }
    let direction = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\
                     \u{200e}\u{200f}\u{61c}\u{2028}\u{2029}\u{200b}\u{feff}";
    for c in direction.chars() {
        assert_eq!(glyphs(&format!("{c}ab")), glyphs("\u{fffd}ab"), "{c:?}");
    }
}

#[test]
fn joiners_and_selectors_are_left_out() {
    for c in "\u{200c}\u{200d}\u{fe00}\u{fe0f}\u{e0067}\u{e007f}".chars() {
        assert_eq!(glyphs(&format!("a{c}b")), glyphs("ab"), "{c:?}");
    }
}

#[test]
fn a_character_that_no_face_has_is_a_box() {
    for text in ["漢", "🎉", "\u{10ffff}"] {
        assert_eq!(glyphs(text), [0], "{text:?}");
        assert!(width(Face::Regular, text) > 0.0);
        assert!(!DEJAVU.outline(FontId::BuiltIn(Face::Regular), 0).is_empty());
    }
}

#[test]
fn what_runs_from_right_to_left_does() {
    let reversed: String = "שלום".chars().rev().collect();
    let by_itself = |c: char| glyphs(&c.to_string())[0];
    assert_eq!(glyphs("שלום"), reversed.chars().map(by_itself).collect::<Vec<_>>());
    let mixed = format!("fix {reversed} 12 now");
    let expected: Vec<u16> = mixed.chars().map(by_itself).collect();
    let mut numbers = glyphs("fix שלום now");
    assert_eq!(numbers[..8], expected[..8]);
    // A number within it keeps its own direction.
    numbers = glyphs("א 12 ב");
    assert_eq!(numbers, "ב 12 א".chars().map(by_itself).collect::<Vec<_>>());
    assert_eq!(glyphs("ab"), "ab".chars().map(by_itself).collect::<Vec<_>>());
}

#[test]
fn what_is_cut_ends_with_an_ellipsis() {
    let long = "a thousand characters ".repeat(46);
    for face in [Face::Regular, Face::Bold] {
        for room in [20.0, 50.0, 300.0] {
            let cut = DEJAVU.shorten(face, &long, SIZE, room);
            assert!(cut.ends_with('…') && long.starts_with(cut.trim_end_matches('…')), "{cut}");
            assert!(width(face, &cut) <= room);
            assert!(width(face, &cut) > room - 2.0 * SIZE, "more would find room");
        }
        assert_eq!(DEJAVU.shorten(face, "short", SIZE, 300.0), "short");
        assert_eq!(DEJAVU.shorten(face, "", SIZE, 0.0), "");
    }
}

#[test]
fn hostile_texts_find_room() {
    for text in HOSTILE {
        for room in [20.0, 60.0, 100.0, 1000.0] {
            let cut = DEJAVU.shorten(Face::Bold, text, SIZE, room);
            assert!(width(Face::Bold, &cut) <= room + 1e-9, "{text:?} in {room}: {cut:?}");
        }
    }
}

/// A character of any kind, the awkward ones often.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        any::<char>(),
        proptest::char::range(' ', '~'),
        proptest::char::range('\u{0}', '\u{9f}'),
        proptest::char::range('\u{590}', '\u{6ff}'),
        proptest::char::range('\u{2000}', '\u{2069}'),
        proptest::char::range('\u{fe00}', '\u{fe0f}'),
        proptest::char::range('\u{300}', '\u{36f}'),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_stays_in_its_place(
        text in proptest::collection::vec(character(), 0..60),
        room in 0.0_f64..400.0,
        bold in any::<bool>(),
    ) {
        let face = if bold { Face::Bold } else { Face::Regular };
        let text: String = text.into_iter().collect();
        let line = DEJAVU.lay_out(face, &text, SIZE);
        prop_assert!(line.width.is_finite() && line.width >= 0.0);
        // Some letters are drawn as several parts.
        prop_assert!(line.glyphs.len() <= 4 * text.chars().count());
        let cut = DEJAVU.shorten(face, &text, SIZE, room);
        let room = room.max(width(face, "…"));
        prop_assert!(width(face, &cut) <= room + 1e-9, "{:?}: {} in {room}", cut, width(face, &cut));
        prop_assert!(cut == text || cut.ends_with('…'));
    }
}

/// A life of so many weeks, with a year, two releases and a silence.
fn overview(weeks: usize) -> Overview {
    let slice = |week: usize| OverviewSlice {
        commits: (0..6).map(|person| (week * person % 7) as u32).collect(),
        failed: week.is_multiple_of(5),
    };
    Overview {
        slices: (0..weeks).map(slice).collect(),
        years: vec![(0.0, "2024-05-01".to_string()), (1.0, "2024-06-01".to_string())],
        releases: vec![(0.3, "v1".to_string()), (1.0, "v2".to_string())],
        silences: vec![(0.4, 0.6)],
    }
}

/// A screen that shows a beat for every hostile text, and what it shows when.
fn screen(size: (u32, u32), detail: Detail, trail: Trail) -> (Timelapse, Vec<f64>) {
    let count = 3 * HOSTILE.len();
    let beats: Vec<_> = (0..count).map(|i| format!(r#"{{"t_s": {}}}"#, 0.5 + i as f64)).collect();
    let duration_s = count + 1;
    let text = format!(
        r#"{{"duration_s": {duration_s}, "extent": "line", "beats": [{}]}}"#,
        beats.join(",")
    );
    let shown_s: Vec<f64> = (0..count).map(|i| i as f64 + 0.9).collect();
    let settings = TimelapseSettings {
        size: Size { width: size.0, height: size.1 },
        theme: Theme::default(),
        detail,
        title: HOSTILE[0].to_string(),
        name: HOSTILE[1].repeat(3),
        overview: overview(count),
        people: HOSTILE.iter().take(5).map(ToString::to_string).collect(),
        pauses: Vec::new(),
        motion: Motion::Sweep,
    };
    let caption = move |i: usize| {
        let text = HOSTILE[i % HOSTILE.len()].repeat(1 + i % 5);
        let some = |text: &str, every: usize| {
            if i.is_multiple_of(every) { text.to_string() } else { String::new() }
        };
        CommitCaption {
            id: format!("{:07x}", 0x1cc4a43 * (i + 1)),
            author: HOSTILE[(i + 2) % HOSTILE.len()].to_string(),
            day: format!("2024-05-{i:02}"),
            added: some("+1234567", 2),
            removed: some("−12", 3),
            number: format!("{} / {count}", i + 1),
            tag: Tag::Before(some(&text, 4)),
            rate: format!("{i}.5 commits a week"),
            places: some("src 62 %, tests 20 %", 2),
            word: i.is_multiple_of(3).then(|| ("failed".to_string(), None)),
            headline: i.is_multiple_of(4).then(|| Headline {
                text: text.clone(),
                detail: "143 commits, 21 people".to_string(),
                colour: Colour::Technical,
            }),
            card: i.is_multiple_of(7).then(|| Card {
                title: text.clone(),
                line: "2024-05-01 to 2024-06-01".to_string(),
                facts: vec![("2,287".to_string(), text.clone()); i % 9],
            }),
            subject: text,
        }
    };
    let moments = shown_s.iter().enumerate().map(|(i, &from_s)| Moment {
        from_s,
        part: i as f64 / count as f64,
        people: (i % 32) as u8,
    });
    let moments = moments.collect();
    let rhythm = json::from_str(&text).expect("a rhythm");
    let mut scene = timelapse(&rhythm, &shown_s, moments, &settings, &DEJAVU, caption);
    scene.scene.trace.trail = trail;
    (scene, shown_s)
}

/// The picture of every frame, put together from what changed.
fn pictures(scene: &Timelapse, timeline: Timeline) -> Vec<Vec<u8>> {
    let animation = raster::timelapse(scene, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
    let mut canvas = Canvas::new(animation.width, animation.height);
    let picture = |frame| {
        canvas.paint(&frame);
        canvas.pixels.clone()
    };
    animation.frames.map(picture).collect()
}

/// A frame at each instant, ten of them a second.
fn ten_a_second(instants_s: &[f64]) -> Timeline {
    let stops = instants_s.iter().map(|&t_s| Stop { t_s, travel_s: 0.1, hold_s: 0.0 });
    Timeline::stepping(&stops.collect::<Vec<_>>(), 100)
}

#[test]
fn every_frame_is_the_picture_of_its_moment() {
    for (size, detail) in [
        ((800, 300), Detail::Full),
        ((800, 300), Detail::Short),
        ((800, 300), Detail::None),
        ((200, 80), Detail::Full),
        ((120, 400), Detail::Full),
        ((64, 32), Detail::Full),
    ] {
        let (scene, shown_s) = screen(size, detail, Trail::Lcd);
        let frames = pictures(&scene, ten_a_second(&shown_s));
        assert_eq!(frames.len(), shown_s.len());
        for (i, (frame, shown_s)) in frames.iter().zip(shown_s).enumerate() {
            let whole = &pictures(&scene, Timeline::still(shown_s, 100))[0];
            let off = frame.iter().zip(whole).filter(|(a, b)| a != b).count();
            assert_eq!(off, 0, "{size:?}, {detail:?}, frame {i}");
        }
    }
}

#[test]
fn a_card_of_the_usual_size_has_all_its_facts() {
    let (scene, _) = screen((800, 300), Detail::Full, Trail::Phosphor);
    // The slide with the most facts: every seventh has a card, with up to eight.
    let facts = |index: usize| {
        let texts = scene.captions.make(index).captions;
        texts.iter().filter(|caption| caption.text == "2,287").count()
    };
    assert_eq!([facts(7), facts(35), facts(0)], [7, 8, 0]);
}

#[test]
fn what_fades_leaves_the_captions_alone() {
    let (scene, shown_s) = screen((800, 300), Detail::Full, Trail::Phosphor);
    let rows = 50 * 800;
    let animation = raster::timelapse(&scene, &DEJAVU, ten_a_second(&shown_s), Plays::Forever, 12);
    assert!(animation.keep_every_frame && animation.frame_count as usize == shown_s.len());
    let frames = pictures(&scene, ten_a_second(&shown_s));
    for (frame, shown_s) in frames.iter().zip(shown_s) {
        let whole = &pictures(&scene, Timeline::still(shown_s, 100))[0];
        assert!(frame[..rows] == whole[..rows], "at {shown_s}");
    }
}

#[test]
fn texts_keep_apart_and_on_the_screen() {
    for size in [(800, 300), (480, 300), (240, 80), (120, 60), (300, 800), (2400, 200)] {
        let (scene, shown_s) = screen(size, Detail::Full, Trail::Phosphor);
        let slides = &scene.captions;
        assert_eq!(slides.count(), shown_s.len());
        for number in 0..slides.count() {
            let slide = slides.make(number);
            let shown: Vec<_> = slide.captions.iter().chain(&scene.scene.captions).collect();
            for (i, caption) in shown.iter().enumerate() {
                let [left, right, top, bottom] = crate::readout::bounds(caption);
                let place = format!("{:?} on {size:?}", caption.text);
                assert!(left >= 0.0 && right <= f64::from(size.0) + 1e-9, "{place}");
                assert!(top >= 0.0 && bottom <= f64::from(size.1), "{place}");
                for other in &shown[..i] {
                    let [l, r, t, b] = crate::readout::bounds(other);
                    let apart = right <= l || r <= left || bottom <= t || b <= top;
                    assert!(apart, "{place} runs into {:?}", other.text);
                }
            }
        }
    }
}
