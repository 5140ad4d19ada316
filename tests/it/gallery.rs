//! The gallery in fixtures/gallery: drawn again, byte for byte.
//!
//! A mismatch leaves target/gallery/NAME.png: expected, difference and actual beside each
//! other. `FLAKY_BLESS=1 cargo test gallery` draws the gallery anew; look at it before you
//! commit it.

use std::fs;
use std::path::{Path, PathBuf};

use flaky::commands::{glitch_preview, theme_preview};
use flaky_core::rhythm::glitch;
use flaky_core::scene::{self, BadgeSettings, theme};
use flaky_core::verdict::{Flakiness, Report, Verdict};
use flaky_draw::svg;
use flaky_draw::text::DEJAVU;
use image::{Rgb, RgbImage};

use crate::badge_runs;
use crate::drawing;
use crate::vocabulary::{Folder, fixtures};

/// The pictures of README and docs: name, and the arguments that draw it, in the directory of fixtures.
const PICTURES: &[(&str, &str)] = &[
    ("ecg-dark.svg", "render --seed 99"),
    ("ecg-light.svg", "render --seed 99 --theme paper"),
    ("ecg.gif", "render --seed 91 --size 640x200 --fps 20 --max-bytes 500kB"),
    ("scroll.svg", "render --seed 9 --motion scroll --theme paper --glitch bigeminy --trail lcd"),
    ("life.gif", "history --from-log heron.log --status heron.csv --duration 30s --max-bytes 1MB"),
    ("life.svg", "history --from-log heron.log --status heron.csv --still"),
];
/// The badges of README and docs: name, state, and the latest pipelines in the letters of
/// [`badge_runs::runs`].
const BADGES: &[(&str, Verdict, &str)] = &[
    ("badge-passed.svg", Verdict::Passed, "ppppxppppppppppp"),
    ("badge-flaky.svg", Verdict::Flaky, "ppppppppxppppppf"),
    ("badge-failed.svg", Verdict::Failed, "ppppfppppppppxxx"),
    ("badge-running.svg", Verdict::Running, "pppppppppfppppppr"),
    ("badge-stopped.svg", Verdict::Stopped, "ppppppppppppppps"),
    ("badge-unknown.svg", Verdict::Unknown, ""),
    ("badge-monitor.svg", Verdict::Flaky, "ppppppppxppppppspppppfppppppppppppfpppppppppf"),
];
/// Times of these pipelines in minutes, again and again.
const MINUTES: [u32; 7] = [9, 11, 10, 14, 9, 12, 6];
/// The maximum size of the whole gallery, in bytes.
const MOST: u64 = 2_500_000;

/// The names of all pictures.
pub fn names() -> Vec<String> {
    let own = PICTURES.iter().map(|(name, _)| name.to_string());
    let badges = BADGES.iter().map(|(name, ..)| name.to_string());
    let themes = theme::THEMES.iter().map(|theme| format!("themes/{}.png", theme.name));
    let glitches = glitch::TABLE.iter().map(|glitch| format!("glitches/{}.png", glitch.name));
    own.chain(badges).chain(themes).chain(glitches).collect()
}

fn folder() -> PathBuf {
    fixtures().join("gallery")
}

/// A badge or a monitor with these pipelines, as SVG.
fn badge(verdict: Verdict, letters: &str, monitor: bool) -> Vec<u8> {
    let mut recent = badge_runs::runs(letters);
    for (run, minutes) in recent.iter_mut().zip(MINUTES.into_iter().cycle()) {
        run.duration_s = Some(60.0 * f64::from(minutes));
    }
    let flaky = recent.iter().filter(|run| run.verdict == Verdict::Flaky).count();
    let flakiness = Flakiness::counted(flaky, recent.len(), "commits", None);
    let report = Report { recent, flakiness, ..Report::new(verdict, "") };
    let picture = if monitor {
        badge_runs::screen(&report, (240, 80))
    } else {
        scene::badge(&report, &BadgeSettings::default(), &DEJAVU)
    };
    let mut svg = Vec::new();
    svg::badge(&picture, &DEJAVU, &mut svg).expect("a Vec takes everything");
    svg
}

fn check(name: &str, actual: &[u8], wrong: &mut Vec<String>) {
    let path = folder().join(name);
    if std::env::var_os("FLAKY_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read(&path).unwrap_or_default();
    if expected != actual {
        let note = show(name, &expected, actual);
        wrong.push(format!("{name}{note}"));
    }
}

/// Writes a picture of the differences, if both files are pictures.
fn show(name: &str, expected: &[u8], actual: &[u8]) -> String {
    let (Some(expected), Some(actual)) = (pixels(expected), pixels(actual)) else {
        return String::new();
    };
    let (width, height) =
        (actual.width().max(expected.width()), actual.height().max(expected.height()));
    let at =
        |picture: &RgbImage, x, y| picture.get_pixel_checked(x, y).copied().unwrap_or(Rgb([0; 3]));
    let sheet = RgbImage::from_fn(3 * width, height, |x, y| {
        let (e, a) = (at(&expected, x % width, y), at(&actual, x % width, y));
        match x / width {
            0 => e,
            1 if e == a => Rgb([0, 0, 0]),
            1 => Rgb([255, 0, 255]),
            _ => a,
        }
    });
    let path =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace('/', "-")).with_extension("png");
    sheet.save(&path).expect("a picture of the difference");
    format!(": expected | difference | actual in {}", path.display())
}

fn pixels(bytes: &[u8]) -> Option<RgbImage> {
    if let Ok(picture) = image::load_from_memory(bytes) {
        return Some(picture.into_rgb8());
    }
    (!bytes.is_empty()).then(|| drawing::picture(bytes))
}

#[test]
fn is_drawn_again_byte_for_byte() {
    let mut wrong = Vec::new();
    for (name, words) in PICTURES {
        let folder = ["heron.log", "heron.csv"].into_iter().fold(Folder::new(), |folder, name| {
            let life = fs::read_to_string(fixtures().join(name)).expect("a made-up life");
            folder.with(name, &life)
        });
        folder.flaky(&format!("{words} -q -o {name}")).succeeds();
        check(name, &folder.read(name), &mut wrong);
    }
    for (name, verdict, letters) in BADGES {
        check(name, &badge(*verdict, letters, name.contains("monitor")), &mut wrong);
    }
    for theme in theme::THEMES {
        check(&format!("themes/{}.png", theme.name), &theme_preview(theme), &mut wrong);
    }
    for glitch in glitch::TABLE {
        check(&format!("glitches/{}.png", glitch.name), &glitch_preview(glitch), &mut wrong);
    }
    assert!(wrong.is_empty(), "not as they were:\n{}", wrong.join("\n"));
}

#[test]
fn is_small_and_has_nothing_else_in_it() {
    let mut total = 0;
    let mut count = 0;
    for folder in [folder(), folder().join("themes"), folder().join("glitches")] {
        for entry in fs::read_dir(folder).unwrap() {
            let metadata = entry.unwrap().metadata().unwrap();
            if metadata.is_file() {
                total += metadata.len();
                count += 1;
            }
        }
    }
    assert!(total <= MOST, "{total} bytes");
    assert_eq!(count, names().len());
}

#[test]
fn the_page_of_the_gallery_shows_every_theme_and_glitch() {
    let page = include_str!("../../templates/gallery.html");
    for picture in names().iter().filter(|name| name.contains('/')) {
        assert!(page.contains(&format!("src=\"{picture}\"")), "no {picture}");
    }
    assert_eq!(page.matches("<img src=\"themes/").count(), theme::THEMES.len());
    assert_eq!(page.matches("<img src=\"glitches/").count(), glitch::TABLE.len());
}
