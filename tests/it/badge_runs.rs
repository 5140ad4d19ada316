//! Badges whose beats are pipelines: what each looks like, and that none is missed.

use flaky_core::scene::badge::Badge;
use flaky_core::scene::{
    self, AltText, BadgeSettings, Colour, Rgb, ScreenSettings, Size, Strokes, theme,
};
use flaky_core::verdict::{Flakiness, RecentRun, Report, Verdict};
use flaky_draw::encode::{apng, gif, png};
use flaky_draw::text::DEJAVU;
use flaky_draw::{raster, svg};
use image::RgbImage;

use crate::asking::Asker;
use crate::drawing;
use crate::markup::Svg;
use crate::pictures::{frames_of_apng, frames_of_gif};
use crate::platforms::{ONE, THREE, TWO, gitlab, pipeline};
use crate::readout::bounds;

/// Runs by letters: p passed, f flaky, x failed, s stopped, r running.
pub fn runs(letters: &str) -> Vec<RecentRun> {
    let run = |letter| RecentRun {
        verdict: match letter {
            'p' => Verdict::Passed,
            'f' => Verdict::Flaky,
            'x' => Verdict::Failed,
            's' => Verdict::Stopped,
            _ => Verdict::Running,
        },
        number: None,
        commit: None,
        finished: None,
        duration_s: None,
        url: None,
    };
    letters.chars().map(run).collect()
}

/// A passed report with these runs.
fn report(letters: &str) -> Report {
    Report { recent: runs(letters), ..Report::new(Verdict::Passed, "") }
}

fn badge(report: &Report) -> Badge {
    scene::badge(report, &BadgeSettings::default(), &DEJAVU)
}

/// The monitor of a report.
pub fn screen(report: &Report, size: (u32, u32)) -> Badge {
    let settings = ScreenSettings {
        size: Size { width: size.0, height: size.1 },
        theme: theme::find("phosphor").unwrap().clone(),
        label: "pipeline".to_string(),
        animated: true,
    };
    scene::screen(report, &settings, &DEJAVU)
}

fn svg_of(badge: &Badge) -> String {
    let mut bytes = Vec::new();
    svg::badge(badge, &DEJAVU, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn title(badge: &Badge) -> String {
    match &badge.scene.alt {
        AltText::Labelled { title, .. } => title.clone(),
        AltText::Titled { .. } => panic!("not labelled"),
    }
}

/// What the pixels of some columns show.
#[derive(Debug, PartialEq)]
enum Mark {
    Beat,
    DoubleBeat,
    Flat,
    Gap,
    Dot,
}

/// Returns true if a pixel has about this colour.
fn is(pixel: image::Rgb<u8>, Rgb(r, g, b): Rgb) -> bool {
    let near = |a: u8, b: u8| a.abs_diff(b) < 70;
    near(pixel[0], r) && near(pixel[1], g) && near(pixel[2], b)
}

const GREEN: Rgb = Rgb(0x39, 0xff, 0x8a);
const AMBER: Rgb = Rgb(0xff, 0xd2, 0x4a);
const RED: Rgb = Rgb(0xff, 0x4d, 0x4d);
const WHITE: Rgb = Rgb(0xe6, 0xff, 0xf0);

/// The mark in the columns `from..to` of a badge 20 pixels high.
fn mark(picture: &RgbImage, from: u32, to: u32) -> Mark {
    let count = |colour, rows: std::ops::Range<u32>| {
        let places = rows.flat_map(|y| (from..to).map(move |x| (x, y)));
        places.filter(|(x, y)| is(*picture.get_pixel(*x, *y), colour)).count()
    };
    match (count(GREEN, 0..13), count(AMBER, 0..13), count(RED, 0..20), count(WHITE, 0..20)) {
        (5.., 0, 0, 0) => Mark::Beat,
        (0, 12.., 0, 0) => Mark::DoubleBeat,
        (0, 0, 2.., 0) => Mark::Flat,
        (0, 0, 0, 0) => Mark::Gap,
        (0, 0, 0, 3..) => Mark::Dot,
        other => panic!("columns {from}..{to}: {other:?}"),
    }
}

/// The marks in the window of a badge, in which a flaky run is three pixels wide, others are two.
fn marks(letters: &str) -> Vec<Mark> {
    let badge = badge(&report(letters));
    let still = svg_of(&Badge { light: None, ..badge.clone() });
    let picture = drawing::picture(still.as_bytes());
    let mut to = (badge.window + badge.scene.trace.width) as u32;
    let mut marks: Vec<Mark> = Vec::new();
    for letter in letters.chars().rev() {
        let from = to - if letter == 'f' { 3 } else { 2 };
        marks.push(mark(&picture, from, to));
        to = from;
    }
    marks.reverse();
    marks
}

#[test]
fn each_beat_is_a_pipeline() {
    let expected = |letter| match letter {
        'p' => Mark::Beat,
        'f' => Mark::DoubleBeat,
        'x' => Mark::Flat,
        's' => Mark::Gap,
        _ => Mark::Dot,
    };
    for letters in [
        "pppppppppppppppp",
        "pxsfppppppppxsfp",
        "fpppppppppppppps",
        "xppppppppppppppf",
        "pxppppsppppppppr",
    ] {
        let expected: Vec<Mark> = letters.chars().map(expected).collect();
        assert_eq!(marks(letters), expected, "{letters}");
    }
}

#[test]
fn with_fewer_pipelines_it_has_fewer_beats() {
    let peaks = |letters: &str| {
        let top = |line: &Vec<(f64, f64)>| line.iter().filter(|(_, y)| *y < 9.0).count();
        badge(&report(letters))
            .beats
            .iter()
            .flat_map(|strokes| &strokes.lines)
            .map(top)
            .sum::<usize>()
    };
    for count in 1..=16 {
        assert_eq!(peaks(&"p".repeat(count)), count);
    }
    assert_eq!(peaks(&"p".repeat(70)), 16, "the last sixteen");
    assert!(title(&badge(&report(&"p".repeat(70)))).contains("last 16: 16 passed"));
    assert!(title(&screen(&report(&"p".repeat(70)), (240, 80))).contains("last 60: 60 passed"));
}

#[test]
fn a_longer_pipeline_has_a_higher_beat() {
    let mut report = report("pppfpppppppppppp");
    for (run, seconds) in report.recent.iter_mut().zip([100.0, 200.0, 50.0, 10.0]) {
        run.duration_s = Some(seconds);
    }
    let badge = badge(&report);
    let peaks = badge.beats[0].lines[0].iter().map(|(_, y)| *y).filter(|y| *y < 10.0);
    let tops: Vec<f64> = peaks.collect();
    assert!(tops.len() == 3 && tops[1] < tops[0] && tops[0] < tops[2], "{tops:?}");
    let top =
        |strokes: &Strokes| strokes.lines.iter().flatten().map(|(_, y)| *y).fold(99.0, f64::min);
    assert!(top(&badge.beats[1]) < top(&badge.beats[0]) - 1.0, "a flaky one is the highest");
}

#[test]
fn the_title_is_the_legend() {
    let flaky = Report {
        flakiness: Flakiness::counted(1, 20, "commits", None),
        recent: runs("pppppppppfpppppx"),
        ..Report::new(Verdict::Flaky, "a reason")
    };
    assert_eq!(
        title(&badge(&flaky)),
        "pipeline: flaky 1/20: a reason\nlast 16: 14 passed, 1 flaky, 1 failed; each beat is a pipeline"
    );
    assert!(
        title(&badge(&report("psr")))
            .ends_with("last 2: 1 passed, 1 cancelled; 1 running; each beat is a pipeline")
    );
    assert_eq!(title(&badge(&report(""))), "pipeline: passed\nthe trace is symbolic");
    let settings = BadgeSettings { trace: false, ..BadgeSettings::default() };
    let without = scene::badge(&report("pp"), &settings, &DEJAVU);
    assert_eq!(title(&without), "pipeline: passed");
}

/// The number of pixels in a frame that have the alarm's colour, the light on them aside.
fn amber(rgba: &[u8]) -> usize {
    let warm = |p: &&[u8]| p[0] > 170 && p[0] > p[2].saturating_add(60) && p[1] > 130;
    rgba.chunks(4).filter(warm).count()
}

#[test]
fn at_no_moment_does_flaky_look_like_passed() {
    let symbol = Report::new(Verdict::Flaky, "");
    for flaky in [report("ppppppppppppfppp"), report("fppppppppppppppp"), symbol] {
        for laid_out in [badge(&flaky), screen(&flaky, (240, 80))] {
            let mut bytes = Vec::new();
            gif::write(raster::badge(&laid_out, &DEJAVU, gif::TICKS_PER_S, false), 1, &mut bytes)
                .unwrap();
            let frames = frames_of_gif(&bytes);
            assert!(frames.len() > 30);
            // The first frame shows all of it.
            assert!(amber(&frames[0].rgba) >= 15, "{}", amber(&frames[0].rgba));
            for (n, frame) in frames.iter().enumerate() {
                assert!(amber(&frame.rgba) >= 5, "frame {n}: {}", amber(&frame.rgba));
            }
            let mut bytes = Vec::new();
            apng::write(raster::badge(&laid_out, &DEJAVU, 1000, true), 1, &mut bytes).unwrap();
            assert!(amber(&frames_of_apng(&bytes)[0].rgba) >= 15);
        }
    }
    let passed = badge(&report("pppppppppppppppp"));
    let mut bytes = Vec::new();
    gif::write(raster::badge(&passed, &DEJAVU, gif::TICKS_PER_S, false), 1, &mut bytes).unwrap();
    assert!(frames_of_gif(&bytes).iter().all(|frame| amber(&frame.rgba) == 0));
}

#[test]
fn a_symbol_shows_the_whole_double_beat_in_any_window() {
    let symbol = |verdict, label: &str, rate| {
        let flakiness = Some(Flakiness::from_rate(rate));
        let report = Report { flakiness, before: Some(Verdict::Flaky), ..Report::new(verdict, "") };
        let settings = BadgeSettings { label: label.to_string(), ..BadgeSettings::default() };
        scene::badge(&report, &settings, &DEJAVU)
    };
    for label in ["", "a", "ab", "abc", "build", "pipeline", "integration tests"] {
        for verdict in [Verdict::Flaky, Verdict::Running] {
            for rate in [0.0, 0.3, 1.0] {
                let badge = symbol(verdict, label, rate);
                let is_amber = |strokes: &&Strokes| strokes.colour == Colour::Medium;
                let amber = badge.beats.iter().find(is_amber).expect("a double beat");
                for line in &amber.lines {
                    let (from, to) = (line[0].0, line[line.len() - 1].0);
                    let end = badge.window + badge.scene.trace.width;
                    let whole = from > badge.window + 0.5 && to < end - 0.5;
                    assert!(whole, "{verdict} {label:?}: {from}..{to} in {}..{end}", badge.window);
                    let high = line.iter().map(|(_, y)| *y < 6.0).collect::<Vec<_>>();
                    let peaks = high.windows(2).filter(|pair| !pair[0] && pair[1]).count();
                    assert_eq!(peaks, 2, "{verdict} {label:?}");
                }
            }
        }
    }
}

#[test]
fn no_line_leaves_the_window() {
    for verdict in Verdict::ALL {
        for label in ["", "a", "build", "pipeline"] {
            let settings = BadgeSettings {
                label: label.to_string(),
                height: 140,
                round: false,
                animated: false,
                ..BadgeSettings::default()
            };
            let laid_out = scene::badge(&Report::new(verdict, ""), &settings, &DEJAVU);
            let bare = Badge { beats: Vec::new(), ..laid_out.clone() };
            let pictures =
                [&laid_out, &bare].map(|badge| drawing::picture(svg_of(badge).as_bytes()));
            let window = laid_out.window..laid_out.window + laid_out.scene.trace.width;
            let pairs = pictures[0].enumerate_pixels().zip(pictures[1].pixels());
            let changed: Vec<u32> =
                pairs.filter(|((.., a), b)| a != b).map(|((x, ..), _)| x).collect();
            assert!(!changed.is_empty());
            let outside = changed.iter().filter(|x| !window.contains(&f64::from(**x)));
            assert_eq!(outside.count(), 0, "{verdict} {label:?}");
        }
    }
}

#[test]
fn sixteen_flaky_ones_can_be_told_apart() {
    for (label, of) in [("pipeline", 16), ("", 16)] {
        let settings = BadgeSettings {
            label: label.to_string(),
            height: 80,
            animated: false,
            ..BadgeSettings::default()
        };
        let report = Report {
            recent: runs(&"f".repeat(of)),
            flakiness: Flakiness::counted(of, of, "commits", None),
            ..Report::new(Verdict::Flaky, "")
        };
        let badge = scene::badge(&report, &settings, &DEJAVU);
        let picture = drawing::picture(svg_of(&badge).as_bytes());
        // A row in the middle, where two high lines beside each other would leave no gap.
        let window = badge.window as u32..(badge.window + badge.scene.trace.width) as u32;
        let lit: Vec<bool> = window.map(|x| is(*picture.get_pixel(x, 40), AMBER)).collect();
        let beats = lit.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        assert_eq!(beats + usize::from(lit[0]), of, "{label:?}");
    }
}

#[test]
fn a_still_shows_all_beats() {
    let report = report("pppppppppfpppppx");
    let settings = BadgeSettings { animated: false, ..BadgeSettings::default() };
    let still = scene::badge(&report, &settings, &DEJAVU);
    let mut bytes = Vec::new();
    png::write(raster::badge(&still, &DEJAVU, gif::TICKS_PER_S, true), &mut bytes).unwrap();
    let picture = image::load_from_memory(&bytes).unwrap().into_rgba8();
    // Where nothing moves, an animated SVG is the same picture.
    for badge in [&still, &badge(&report)] {
        let svg = drawing::picture(svg_of(badge).as_bytes());
        let pairs = picture.pixels().zip(svg.pixels()).filter(|(png, _)| png[3] == 255);
        let off = pairs.filter(|(png, svg)| (0..3).any(|c| png[c].abs_diff(svg[c]) > 8));
        assert_eq!(off.count(), 0);
    }
}

#[test]
fn the_light_is_where_the_svg_has_it() {
    let badge = badge(&report("pppppppppfpppppx"));
    let light = badge.light.expect("it moves");
    let mut bytes = Vec::new();
    gif::write(raster::badge(&badge, &DEJAVU, gif::TICKS_PER_S, false), 1, &mut bytes).unwrap();
    let frames = frames_of_gif(&bytes);
    let svg = svg_of(&badge);
    let (from, to) = (badge.light_at(light, 0.0).0, badge.light_at(light, light.lap_s).0);
    let rect = format!("x=\"{from}\" width=\"14\"");
    assert!(svg.contains(&rect), "{svg}");
    for n in [0, 9, 18, 27] {
        let ms: u32 = frames[..n].iter().map(|frame| frame.ms).sum();
        let x = from + (to - from) * f64::from(ms) / (1000.0 * light.lap_s);
        let drawn =
            drawing::picture(svg.replace(&rect, &format!("x=\"{x}\" width=\"14\"")).as_bytes());
        let window = badge.window as u32..(badge.window + badge.scene.trace.width) as u32;
        let pixels = drawn.enumerate_pixels().zip(frames[n].rgba.chunks(4));
        let far = pixels.filter(|((x, _, a), b)| {
            window.contains(x) && (0..3).any(|c| a[c].abs_diff(b[c]) > 32)
        });
        assert_eq!(far.count(), 0, "frame {n}");
    }
}

/// Labels, verdicts, and the widths of badge-maker 6.0.0 for them, of its flat style.
const USUAL: &[(&str, &str, u32)] = &[
    ("pipeline", "passed", 102),
    ("pipeline", "flaky 1/20", 120),
    ("pipeline", "failed", 92),
    ("pipeline", "running", 106),
    ("pipeline", "stopped", 106),
    ("pipeline", "unknown", 114),
    ("tests", "passed", 86),
    ("build", "failed", 76),
    ("ci", "passed", 68),
    ("i", "passed", 62),
    ("", "passed", 49),
    ("mmm", "passed", 92),
    ("iii", "passed", 68),
    ("integration tests", "flaky 12/20", 174),
];

/// A report with this message, and the latest sixteen runs and one in progress.
fn saying(message: &str) -> Report {
    let (word, counts) = message.split_once(' ').unwrap_or((message, ""));
    let counts = counts.split_once('/').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let counted = |(flaky, of)| Flakiness::counted(flaky, of, "commits", None);
    Report {
        flakiness: counts.and_then(counted),
        recent: runs("pfpppppxppsppppfr"),
        ..Report::new(Verdict::parse(word).expect("a verdict"), "")
    }
}

#[test]
fn it_is_at_home_in_a_row_of_others() {
    for (label, message, usual) in USUAL {
        for round in [true, false] {
            let settings =
                BadgeSettings { label: label.to_string(), round, ..BadgeSettings::default() };
            let report = saying(message);
            for runs in [report.recent.clone(), runs("pppppppppppppppp"), runs("p"), Vec::new()] {
                let report = Report { recent: runs, ..report.clone() };
                let width = scene::badge(&report, &settings, &DEJAVU).scene.size.width;
                let most = 1.35 * f64::from(*usual);
                assert!(f64::from(width) <= most, "{label} {message}: {width} of {most}");
                assert!(width > *usual);
            }
            let bare = BadgeSettings { trace: false, ..settings };
            let width = scene::badge(&report, &bare, &DEJAVU).scene.size.width;
            assert_eq!(width, *usual, "{label} {message} without a trace");
        }
    }
}

#[test]
fn texts_stay_in_their_segments() {
    for label in [
        "ci",
        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "&&&&&&&&&&",
        "jjjj",
        "Ωδ",
    ] {
        for message in ["passed", "flaky 12/20"] {
            let settings = BadgeSettings { label: label.to_string(), ..BadgeSettings::default() };
            let badge = scene::badge(&saying(message), &settings, &DEJAVU);
            let [left, right, ..] = bounds(&badge.scene.captions[0]);
            assert!(left >= 4.0 && right <= badge.window - 2.5, "{label}: {left}..{right}");
            let [left, right, ..] = bounds(&badge.scene.captions[1]);
            let begins = badge.window + badge.scene.trace.width;
            let ends = f64::from(badge.scene.size.width);
            assert!(left >= begins + 2.5 && right <= ends - 4.0, "{message}: {left}..{right}");
        }
    }
}

#[test]
fn it_is_small_with_any_runs() {
    for letters in ["pppppppppppppppp", "pfpfpfpfpfpfpfpfr", "pxsfpxsfpxsfpxsfr"] {
        let report = Report { recent: runs(letters), ..saying("flaky 12/20") };
        let svg = svg_of(&badge(&report));
        assert!(svg.len() <= 6144, "{letters}: {} bytes", svg.len());
        Svg::of(&svg).is_well_behaved();
    }
    let mut bytes = Vec::new();
    gif::write(
        raster::badge(&badge(&report("pppppppppfpppppx")), &DEJAVU, gif::TICKS_PER_S, false),
        1,
        &mut bytes,
    )
    .unwrap();
    assert!(bytes.len() <= 10_000, "a GIF of {} bytes", bytes.len());
}

#[test]
fn on_a_monitor_no_beat_reaches_the_words() {
    for size in [(240, 80), (300, 100), (240, 400), (2000, 80), (800, 300)] {
        for report in [
            report("pfxspfxspfxsr"),
            report(&"pf".repeat(40)),
            Report::new(Verdict::Flaky, ""),
            Report::new(Verdict::Running, ""),
        ] {
            let screen = screen(&report, size);
            let words = screen.scene.captions.iter().map(|caption| bounds(caption)[3]);
            let lowest = words.fold(0.0, f64::max);
            let half = |strokes: &Strokes| 0.5 * strokes.width;
            let highest = screen.beats.iter().flat_map(|strokes| {
                strokes.lines.iter().flatten().map(move |(_, y)| *y - half(strokes))
            });
            let highest = highest.fold(f64::INFINITY, f64::min);
            assert!(highest > lowest + 1.0, "{size:?}: {highest} above {lowest}");
            let inside = screen.beats.iter().flat_map(|strokes| strokes.lines.iter().flatten());
            let (width, height) = (f64::from(size.0), f64::from(size.1));
            for (x, y) in inside {
                assert!(*x >= 0.0 && *x <= width && *y <= height, "{x}, {y}");
            }
        }
    }
}

#[test]
fn the_numeral_of_a_monitor_is_about_pipelines() {
    let words = |report: &Report| -> Vec<String> {
        screen(report, (240, 80)).scene.captions.into_iter().map(|caption| caption.text).collect()
    };
    assert_eq!(words(&report("ppppppppfpppppxs")), ["pipeline", "PASSED", "ended green", "93%"]);
    let since = Some("2026-11-26T10:00:00Z".to_string());
    let failed =
        Report { recent: runs("ppx"), since: since.clone(), ..Report::new(Verdict::Failed, "") };
    assert_eq!(words(&failed), ["pipeline", "*** FAILED", "red since", "26 Nov"]);
    let running =
        Report { before: Some(Verdict::Failed), verdict: Verdict::Running, ..failed.clone() };
    assert_eq!(words(&running), ["pipeline", "RUNNING", "red since", "26 Nov"]);
    for since in
        [None, Some(""), Some("2026"), Some("2026-13-01"), Some("äöüäöüäö"), Some("2026-00-01T")]
    {
        let failed = Report { since: since.map(str::to_string), ..failed.clone() };
        assert_eq!(words(&failed)[2..], ["ended green", "67%"].map(String::from), "{since:?}");
    }
    let passed = Report { since, ..report("xp") };
    assert_eq!(words(&passed)[3], "50%", "a green one says how many ended green");
    let failed = Report { recent: runs(&"x".repeat(20)), ..Report::new(Verdict::Failed, "") };
    assert_eq!(words(&failed)[1..], ["*** FAILED", "failed in a row", "20+"].map(String::from));
    let flaky = Report { recent: runs(&"f".repeat(20)), ..Report::new(Verdict::Flaky, "") };
    assert_eq!(words(&flaky)[1..], ["** FLAKY", "ended green", "100%"].map(String::from));
    let stopped = Report { recent: runs("xxs"), ..Report::new(Verdict::Stopped, "") };
    let numeral = screen(&stopped, (240, 80)).scene.captions.pop().expect("a numeral");
    assert_eq!((numeral.text.as_str(), numeral.colour), ("0%", Colour::High), "not green");
    for verdict in Verdict::ALL {
        assert_eq!(words(&Report::new(verdict, "")).len(), 2, "nothing is known of any pipeline");
    }
}

#[test]
fn on_a_monitor_runs_of_one_verdict_have_one_shape() {
    for width in 240..300 {
        for letters in ["f".repeat(35), "p".repeat(35)] {
            let screen = screen(&report(&letters), (width, 80));
            let points = screen.beats[0].lines.iter().map(Vec::len).sum::<usize>();
            let one = screen.beats[0].lines[0].iter().filter(|(_, y)| *y < 50.0).count();
            assert!(points % letters.len() <= 1, "{width}: {points} points");
            assert_eq!(one % letters.len(), 0, "{width}: {one} peaks");
        }
    }
}

#[test]
fn strange_runs_are_drawn_too() {
    let durations = [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300, f64::MIN_POSITIVE];
    let mut strange = report("pppppf");
    for (run, seconds) in strange.recent.iter_mut().zip(durations) {
        run.duration_s = Some(seconds);
    }
    let odd = [
        strange,
        report("rrrr"),
        report("r"),
        report("s"),
        report("rprp"),
        report(&"x".repeat(10_000)),
    ];
    for report in odd {
        for verdict in Verdict::ALL {
            let report = Report { verdict, ..report.clone() };
            for badge in [badge(&report), screen(&report, (240, 80))] {
                let svg = svg_of(&badge);
                assert!(!svg.contains("NaN"), "{svg}");
                Svg::of(&svg).is_well_behaved();
                let points = badge.beats.iter().flat_map(|strokes| strokes.lines.iter().flatten());
                let Size { width, height } = badge.scene.size;
                for (x, y) in points {
                    assert!((0.0..=f64::from(width)).contains(x), "{x}");
                    assert!((0.0..=f64::from(height)).contains(y), "{y}");
                }
            }
        }
    }
}

#[test]
fn the_beats_come_from_the_server() {
    let server = gitlab(&[
        pipeline(9, THREE, "failed"),
        pipeline(8, TWO, "canceled"),
        pipeline(7, ONE, "success"),
    ]);
    let asker = Asker::new();
    let svg = asker.badge(&format!("{} --still", server.gitlab()));
    assert!(
        Svg::of(&svg)
            .title()
            .ends_with("last 3: 1 passed, 1 failed, 1 cancelled; each beat is a pipeline"),
        "{svg}"
    );
    let narrow = asker.badge(&format!("{} --trace none", server.gitlab()));
    assert_eq!(Svg::of(&narrow).size(), (92, 20));
    assert!(!Svg::of(&narrow).moves());
    asker
        .flaky("badge --status passed --style monitor --trace none -o a.svg")
        .fails(2, &["--trace none", "--style monitor"]);
    asker.flaky("badge --status passed --trace some -o a.svg").fails(2, &["--trace", "beats"]);
}

#[test]
fn a_monitor_reads_sixty_unless_told_otherwise() {
    let all: Vec<_> =
        (1..=70).rev().map(|id| pipeline(id, &format!("{id:040}"), "success")).collect();
    let server = gitlab(&all);
    for (words, expected) in [
        ("--style monitor", "last 60: 60 passed"),
        ("--style monitor --runs 30", "last 30: 30 passed"),
        ("--runs 2", "last 2: 2 passed"),
    ] {
        let svg = Asker::new().badge(&format!("{} {words}", server.gitlab()));
        assert!(Svg::of(&svg).title().contains(expected), "{words}: {}", Svg::of(&svg).title());
    }
}
