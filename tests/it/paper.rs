//! What stands where on a sheet: rows, margins, tags, silences, legend; and its pages as a PDF.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use flate2::read::ZlibDecoder;

use flaky::history::groups::Groups;
use flaky::history::heartbeat::{Heartbeat, HeightScale};
use flaky_core::rhythm::mark::{self, Mark};
use flaky_core::rhythm::{Beat, BeatKind, Extent, Rhythm};
use flaky_core::scene::overview::Overview;
use flaky_core::scene::sheet::{Notes, Row};
use flaky_core::scene::{Caption, Paper, Sheet, SheetSettings, Size, sheet, theme};
use flaky_draw::text::DEJAVU;

use crate::repo::Repo;
use crate::tools;
use crate::varied::{drawn, history, many, varied};

/// Three commits to a beat, a year every hundred beats, a tag where the beat has one.
struct Numbers;

impl Notes for Numbers {
    fn commits(&self, _: usize) -> usize {
        3
    }

    fn year(&self, beat: usize) -> Option<i64> {
        Some(2000 + beat as i64 / 100)
    }

    fn day(&self, beat: usize) -> String {
        format!("day {beat}")
    }

    fn tag(&self, beat: usize) -> String {
        format!("tag {beat}")
    }

    fn silence(&self, beat: usize) -> String {
        format!("silence before {beat}")
    }

    fn tooltip(&self, beat: usize) -> String {
        format!("beat {beat}")
    }
}

fn laid_out(rhythm: &Rhythm, paper: Paper) -> Sheet {
    let settings = SheetSettings {
        paper,
        theme: theme::find("paper").unwrap().clone(),
        name: "name".to_string(),
        facts: "facts".to_string(),
        overview: Overview::default(),
        overview_words: String::new(),
        people: Vec::new(),
    };
    sheet(rhythm, &settings, &DEJAVU, Numbers)
}

/// Beats of one kind and full height, from 0.6 to 1.4 s apart, every tenth with a tag.
fn beats(count: usize, mark: &'static Mark) -> Rhythm {
    let mut t_s = 0.0;
    let beats: Vec<Beat> = (0..count)
        .map(|i| {
            t_s += 0.6 + 0.1 * (i % 9) as f64;
            let kind = BeatKind::Mark(mark);
            Beat { t_s, kind, code: mark.code, amplitude: 1.5, paced: i % 10 == 0 }
        })
        .collect();
    Rhythm {
        duration_s: (100.0 * t_s).ceil() / 100.0 + 1.0,
        extent: Extent::Line,
        bpm: 60.0,
        seed: 7,
        state: None,
        beats,
        episodes: Vec::new(),
    }
}

/// The rhythm of a history with something of everything.
fn something_of_everything() -> Rhythm {
    let history = history(&varied());
    Heartbeat::new(&history, HeightScale::Percentile, Groups::of(&history, 1)).rhythm
}

fn find<'a>(sheet: &'a Sheet, text: &str) -> &'a Caption {
    let mut found = sheet.scene.captions.iter().filter(|caption| caption.text == text);
    found.next().unwrap_or_else(|| panic!("no {text:?}"))
}

fn texts(sheet: &Sheet) -> BTreeSet<&str> {
    sheet.scene.captions.iter().map(|caption| &*caption.text).collect()
}

#[test]
fn a_row_ends_between_two_beats() {
    let rhythm = beats(500, &mark::COMMIT);
    let sheet = laid_out(&rhythm, Paper::Roll);
    assert!(sheet.rows.len() > 5);
    assert!(sheet.rows[0].begin_s.abs() < 1e-9);
    let joined = |pair: &[Row]| (pair[0].end_s - pair[1].begin_s).abs() < 1e-9;
    assert!(sheet.rows.windows(2).all(joined), "nothing is left out");
    let ends: Vec<f64> = sheet.rows.iter().map(|row| row.end_s).collect();
    for end_s in &ends[..ends.len() - 1] {
        for beat in &rhythm.beats {
            assert!(
                !(beat.t_s - 0.2..beat.t_s + 0.35).contains(end_s),
                "{end_s} cuts {}",
                beat.t_s
            );
        }
    }
    let right = f64::from(sheet.scene.size.width) - sheet.left;
    for row in &sheet.rows {
        let line = sheet.scene.trace.span(row.begin_s, row.end_s);
        assert!(line.iter().all(|(x, _)| (-0.1..right).contains(x)));
    }
}

#[test]
fn a_silence_is_not_cut() {
    let rhythm = something_of_everything();
    let size = Size { width: 1100, height: 3000 };
    for sheet in [laid_out(&rhythm, Paper::Sized(size)), laid_out(&rhythm, Paper::Roll)] {
        for episode in rhythm.episodes.iter().filter(|one| one.kind.name != mark::NIGHT.name) {
            let whole = |row: &Row| {
                row.begin_s <= episode.start_s + 0.1 && episode.end_s - 0.1 <= row.end_s
            };
            assert!(sheet.rows.iter().any(whole), "{episode:?}");
        }
    }
}

#[test]
fn reverts_stay_in_their_row() {
    for mark in mark::TABLE {
        let sheet = laid_out(&beats(200, mark), Paper::Roll);
        for row in &sheet.rows {
            let line = sheet.scene.trace.span(row.begin_s, row.end_s);
            for y in line.into_iter().map(|(_, y)| row.baseline + y) {
                assert!((row.top..row.top + row.height).contains(&y), "{} at {y}", mark.name);
            }
        }
        let bottoms = sheet.rows.iter().map(|row| row.top + row.height);
        assert!(bottoms.zip(&sheet.rows[1..]).all(|(bottom, next)| bottom <= next.top));
    }
}

#[test]
fn tags_stand_at_their_beats() {
    let rhythm = beats(200, &mark::COMMIT);
    let sheet = laid_out(&rhythm, Paper::Roll);
    let px_per_s = sheet.scene.trace.px_per_s();
    for (i, beat) in rhythm.beats.iter().enumerate().step_by(10) {
        let caption = find(&sheet, &format!("tag {i}"));
        let row = sheet.rows.iter().find(|row| beat.t_s < row.end_s).unwrap();
        let x = sheet.left + (beat.t_s - row.begin_s) * px_per_s;
        assert!((caption.x - x).abs() < 4.0, "{caption:?} at {x}");
        assert!((row.top..row.baseline).contains(&caption.y));
    }
}

#[test]
fn crowded_tags_do_not_overlap() {
    let mut rhythm = beats(120, &mark::COMMIT);
    rhythm.beats.iter_mut().for_each(|beat| beat.paced = true);
    let sheet = laid_out(&rhythm, Paper::Roll);
    let tags = sheet.scene.captions.iter().filter(|one| one.text.starts_with("tag "));
    let tags: Vec<&Caption> = tags.collect();
    assert!(tags.len() > 40, "{} of 120", tags.len());
    for (i, one) in tags.iter().enumerate() {
        for other in &tags[..i] {
            let apart = one.x >= other.x + other.width(&DEJAVU)
                || other.x >= one.x + one.width(&DEJAVU)
                || (one.y - other.y).abs() >= one.size;
            assert!(apart, "{one:?} and {other:?}");
        }
    }
    assert!(!texts(&sheet).contains("tag 60") || !texts(&sheet).contains("tag 61"));
}

#[test]
fn rows_have_dates_years_and_counts() {
    let sheet = laid_out(&beats(450, &mark::COMMIT), Paper::Roll);
    let texts = texts(&sheet);
    for text in ["day 0", "2000", "2001", "2002", "2003", "2004"] {
        assert!(texts.contains(text), "{text}");
    }
    let right = f64::from(sheet.scene.size.width) - 32.0;
    let counts = sheet.scene.captions.iter().filter(|one| (one.x - right).abs() < 1e-9);
    let counts: Vec<usize> = counts.filter_map(|one| one.text.parse().ok()).collect();
    assert_eq!(counts.len(), sheet.rows.len());
    assert_eq!(counts.iter().sum::<usize>(), 3 * 450);
}

#[test]
fn silences_are_named_where_they_are() {
    let rhythm = something_of_everything();
    let sheet = laid_out(&rhythm, Paper::Roll);
    let px_per_s = sheet.scene.trace.px_per_s();
    let silences = rhythm.episodes.iter().filter(|one| one.kind.name != mark::NIGHT.name);
    let mut count = 0;
    for episode in silences {
        let before = rhythm.beats.iter().position(|beat| beat.t_s > episode.end_s).unwrap();
        let caption = find(&sheet, &format!("silence before {before}"));
        let x = sheet.left + 0.5 * (episode.start_s + episode.end_s) * px_per_s;
        assert!((caption.x - x).abs() < 1.0);
        count += 1;
    }
    assert_eq!(count, 2);
    let svg = String::from_utf8(drawn(&varied(), "--still", "x.svg")).unwrap();
    assert!(svg.contains("after a pause of 40 days"), "and the tooltip says the same");
}

#[test]
fn its_legend_names_every_kind_there_is_and_no_other() {
    let rhythm = something_of_everything();
    let kinds = |rhythm: &Rhythm| -> BTreeSet<&str> {
        let kinds = rhythm.beats.iter().map(|beat| beat.kind.name());
        let episodes = rhythm.episodes.iter().map(|episode| match episode.kind.name {
            "sinus-pause" => "pause",
            name => name,
        });
        let tag = rhythm.beats.iter().any(|beat| beat.paced).then_some("tag");
        kinds.chain(episodes).chain(tag).collect()
    };
    let all: BTreeSet<&str> = mark::TABLE
        .iter()
        .map(|mark| mark.name)
        .chain(["pause", "flatline", "night", "tag"])
        .collect();
    let mut plain = beats(3, &mark::COMMIT);
    plain.beats.iter_mut().for_each(|beat| beat.paced = false);
    let small = Paper::Sized(Size { width: 600, height: 400 });
    for rhythm in [rhythm, plain] {
        for paper in [Paper::Roll, small, Paper::A4] {
            let sheet = laid_out(&rhythm, paper);
            let named: BTreeSet<&str> = texts(&sheet)
                .into_iter()
                .map(|text| text.split(':').next().unwrap_or(text))
                .filter(|text| all.contains(text))
                .collect();
            assert_eq!(named, kinds(&rhythm));
        }
    }
}

#[test]
fn pages_have_whole_rows() {
    let sheet = laid_out(&beats(2000, &mark::REVERT), Paper::A4);
    assert!(sheet.pages > 2);
    let high = f64::from(sheet.scene.size.height / sheet.pages);
    for row in &sheet.rows {
        let page = (row.top / high).floor();
        assert!(row.top + row.height <= (page + 1.0) * high, "{row:?}");
    }
    let last = sheet.pages;
    find(&sheet, &format!("page {last} of {last}"));
}

/// The number of pages of a PDF, and all of its streams as one text.
fn read(pdf: &[u8]) -> (usize, String) {
    assert!(pdf.starts_with(b"%PDF-1.") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let mut text = String::new();
    let mut rest = pdf;
    let find = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|at| at == word);
    let mut outside = String::new();
    while let Some(begin) = find(rest, b"stream\n") {
        outside += &String::from_utf8_lossy(&rest[..begin]);
        let end = begin + find(&rest[begin..], b"endstream").expect("an end");
        let data = &rest[begin + b"stream\n".len()..end];
        let mut inflated = Vec::new();
        let is_deflated = ZlibDecoder::new(data).read_to_end(&mut inflated).is_ok();
        text += &String::from_utf8_lossy(if is_deflated { &inflated } else { data });
        rest = &rest[end + b"endstream".len()..];
    }
    outside += &String::from_utf8_lossy(rest);
    (outside.matches("/Type/Page/").count(), text)
}

/// The PDF that a command writes.
fn printed(repo: &Repo, words: &str) -> Vec<u8> {
    repo.flaky(&format!("history -q {words} -o x.pdf")).succeeds();
    fs::read(repo.path("x.pdf")).unwrap()
}

#[test]
fn a_pdf_has_as_many_pages_as_its_rows_need() {
    let repo = many(1500, |i| format!("commit {i}")).tag("v1.0");
    let pdf = printed(&repo, "");
    let (pages, content) = read(&pdf);
    assert_eq!(pages, 2);
    assert!(
        content.contains(")Tj\n") && content.contains("beginbfchar"),
        "its text can be searched"
    );
    let told = String::from_utf8_lossy(&pdf).into_owned();
    assert!(told.contains("1500 commits by 1 person"), "its title is that of the history");
    assert!(!told.contains("Date") && !told.contains("/ID"));
    assert!(printed(&repo, "--threads 1 --still") == pdf, "the same history, the same bytes");
    let (pages, _) = read(&printed(&repo, "--size 1123x794"));
    assert_eq!(pages, 1, "a given size is that of one page");
    repo.flaky("history --max-bytes 1MB -o x.pdf").fails(2, &["--max-bytes", "pdf"]);
    repo.flaky("history --fps 5 -o x.pdf").fails(2, &["--fps", "a sheet"]);
    repo.flaky("render -o x.pdf").fails(2, &["pdf"]);
}

#[test]
fn readers_of_pdf_find_no_fault() {
    let repo = varied();
    fs::write(repo.path("x.pdf"), printed(&repo, "--status ci.csv --theme phosphor")).unwrap();
    if tools::present("qpdf", "--version") {
        let checked = repo.alone("repo", "qpdf").args(["--check", "x.pdf"]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
    if tools::present("pdftotext", "-v") {
        let text = repo.alone("repo", "pdftotext").args(["x.pdf", "-"]).output().unwrap().stdout;
        let text = String::from_utf8(text).unwrap();
        for words in ["17 commits by 2 people", "v1.0", "200 days", "Ångström"] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}
