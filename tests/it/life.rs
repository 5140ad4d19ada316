//! The timelapse of a history: one frame per commit, at the right time, without remains of the
//! previous one.

use std::fs;
use std::io::Cursor;

use flaky_core::animation::{Animation, Frame, PixelRun, Plays, Rect};
use flaky_draw::encode;

use crate::pictures::{Shown, assert_same, frames_of_apng, frames_of_gif};
use crate::repo::Repo;
use crate::tools;
use crate::varied::{drawn, many, varied};

/// The number of commits of `varied`.
const COMMITS: usize = 17;
/// What can be said of its commits, in a file beside them.
const STATUS: &str = "--status ci.csv";
/// The rows of the screen above the trace, where captions stand.
const CAPTION_ROWS: usize = 60;

/// The frames of raw RGB of this size.
fn frames_of_rgb(bytes: &[u8], (width, height): (usize, usize)) -> Vec<&[u8]> {
    assert_eq!(bytes.len() % (3 * width * height), 0);
    bytes.chunks(3 * width * height).collect()
}

fn y4m_frames(bytes: &[u8], (width, height): (usize, usize)) -> usize {
    let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let frame = b"FRAME\n".len() + 3 * width * height;
    assert_eq!((bytes.len() - header) % frame, 0);
    assert!(bytes[header..].chunks(frame).all(|frame| frame.starts_with(b"FRAME\n")));
    (bytes.len() - header) / frame
}

/// The number of frames an APNG says it has, how often it plays, and its frame headers.
fn apng_counts(bytes: &[u8]) -> (u32, u32, usize) {
    let info = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let control = info.info().animation_control.unwrap();
    let headers = bytes.windows(4).filter(|name| name == b"fcTL").count();
    (control.num_frames, control.num_plays, headers)
}

fn gif_repeat(bytes: &[u8]) -> gif::Repeat {
    let mut decoder = gif::DecodeOptions::new().read_info(bytes).unwrap();
    while decoder.next_frame_info().unwrap().is_some() {}
    decoder.repeat()
}

fn delays(frames: &[Shown]) -> Vec<u32> {
    frames.iter().map(|frame| frame.ms).collect()
}

#[test]
fn exactly_as_many_frames_as_commits() {
    let repo = varied();
    let all = [
        ("", (800, 300)),
        ("--size 120x60 --captions short", (120, 60)),
        ("--captions none --size 16x16", (16, 16)),
        ("--size 300x16 --theme paper", (300, 16)),
    ];
    for (words, size) in all {
        let gif = frames_of_gif(&drawn(&repo, words, "x.gif"));
        let rgb = drawn(&repo, words, "x.rgb");
        let rgb = frames_of_rgb(&rgb, size);
        assert_eq!((gif.len(), rgb.len()), (COMMITS, COMMITS), "{words}");
        for (gif, rgb) in gif.iter().zip(&rgb) {
            let colours = gif.rgba.chunks(4).flat_map(|pixel| &pixel[..3]);
            assert!(colours.eq(rgb.iter()), "{words}: GIF and RGB differ");
        }
        let apng = drawn(&repo, words, "x.apng");
        assert_eq!(apng_counts(&apng), (COMMITS as u32, 0, COMMITS), "{words}");
        let apng = frames_of_apng(&apng);
        let same = apng.iter().zip(&gif).all(|(apng, gif)| apng.rgba == gif.rgba);
        assert!(same && apng.len() == COMMITS, "{words}");
        assert_eq!(y4m_frames(&drawn(&repo, words, "x.y4m"), size), COMMITS, "{words}");
    }
}

#[test]
fn frames_that_look_the_same_are_kept_where_each_counts() {
    let still = |keep_every_frame: bool| {
        let rect = Rect { x: 0, y: 0, width: 2, height: 2 };
        let whole = Frame {
            rect,
            pixels: vec![1; 4],
            changed: vec![PixelRun { start: 0, end: 4 }],
            delay: 10,
        };
        let dot = Rect { x: 0, y: 0, width: 1, height: 1 };
        let same = Frame { rect: dot, pixels: vec![1], changed: Vec::new(), delay: 10 };
        let frames = [whole, same.clone(), same];
        let palette = vec![[0, 0, 0, 255], [9, 9, 9, 255]];
        let (width, height, plays) = (2, 2, Plays::Forever);
        let frames = Box::new(frames.into_iter());
        Animation {
            width,
            height,
            palette,
            plays,
            ticks_per_s: 100,
            frame_count: 3,
            keep_every_frame,
            frames,
        }
    };
    let mut gif = Vec::new();
    encode::gif::write(still(true), 1, &mut gif).unwrap();
    assert_eq!(delays(&frames_of_gif(&gif)), [100, 100, 100]);
    gif.clear();
    encode::gif::write(still(false), 1, &mut gif).unwrap();
    assert_eq!(delays(&frames_of_gif(&gif)), [300]);
}

#[test]
fn as_many_frames_a_second_as_asked_for_and_the_last_one_stays() {
    let repo = varied();
    let times = |words: &str| {
        let gif = delays(&frames_of_gif(&drawn(&repo, words, "x.gif")));
        let apng = delays(&frames_of_apng(&drawn(&repo, words, "x.apng")));
        assert_eq!((gif.len(), apng.len()), (COMMITS, COMMITS));
        (gif, apng)
    };
    let expected = |ms: u32, last: u32| [vec![ms; COMMITS - 1], vec![last]].concat();
    for (words, ms, last) in
        [("--fps 10", 100, 3000), ("--fps 25", 40, 3000), ("--fps 50", 20, 3000)]
    {
        let (gif, apng) = times(&format!("--size 64x64 {words}"));
        assert_eq!((gif, apng), (expected(ms, last), expected(ms, last)), "{words}");
    }
    // Where a frame is no whole number of ticks, all of them together are right.
    let (gif, apng) = times("--size 64x64 --fps 30");
    assert_eq!(gif[..COMMITS - 1].iter().sum::<u32>(), 530);
    assert_eq!(apng[..COMMITS - 1].iter().sum::<u32>(), 533);
    let words = "history -q --fps 60 --size 64x64 -o y.gif";
    repo.flaky(words).fails(2, &["--fps 60", "--fps 50"]);
    assert_eq!(delays(&frames_of_apng(&drawn(&repo, "--fps 100 --size 64x64", "x.apng")))[0], 10);
}

#[test]
fn it_plays_forever_if_not_told_otherwise() {
    let repo = varied();
    let plays = |words: &str| {
        let words = format!("--size 64x64 {words}");
        let (gif, apng) = (drawn(&repo, &words, "x.gif"), drawn(&repo, &words, "x.apng"));
        (gif_repeat(&gif), apng_counts(&apng).1)
    };
    assert_eq!(plays(""), (gif::Repeat::Infinite, 0));
    assert_eq!(plays("--loops 2"), (gif::Repeat::Finite(1), 2));
    assert_eq!(plays("--loops 1"), (gif::Repeat::Finite(0), 1));
}

fn drawn_alone(repo: &Repo, words: &str) -> Vec<u8> {
    repo.flaky(&format!("history -q {words} -o x.gif")).succeeds();
    fs::read(repo.path("x.gif")).unwrap()
}

#[test]
fn a_single_commit_is_a_frame_that_stays() {
    let repo = many(1, |_| "alone".to_string());
    for (words, ms) in [("", 6000), ("--cards none", 3000)] {
        let frames = frames_of_gif(&drawn_alone(&repo, words));
        assert_eq!(delays(&frames), [ms], "{words}");
    }
    for name in ["x.svg", "x.apng", "x.png", "x.y4m", "x.rgb"] {
        repo.flaky(&format!("history -q -o {name}")).succeeds();
    }
}

#[test]
fn ffmpeg_sees_the_same_frames() {
    if !tools::present("ffmpeg", "-version") {
        return;
    }
    let repo = varied();
    let words = "--size 400x150";
    let rgb = drawn(&repo, words, "x.rgb");
    for (name, most) in [("x.gif", 0), ("x.apng", 0), ("x.y4m", 4)] {
        drawn(&repo, words, name);
        let path = repo.path(name);
        let from = ["-v", "error", "-i", path.to_str().unwrap(), "-fps_mode", "passthrough"];
        let to = ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"];
        let seen = tools::output("ffmpeg", &[from.as_slice(), &to].concat());
        assert_eq!(seen.len(), rgb.len(), "{name}");
        let off = seen.iter().zip(&rgb).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(most), "{name}: off by {off:?}");
    }
}

#[test]
fn every_frame_says_something_else_than_the_one_before() {
    let (repo, size) = (varied(), (800, 300));
    let full = drawn(&repo, "", "x.rgb");
    let full: Vec<_> =
        frames_of_rgb(&full, size).iter().map(|f| &f[..CAPTION_ROWS * 2400]).collect();
    assert!(full.windows(2).all(|pair| pair[0] != pair[1]));
    let short = drawn(&repo, "--captions short", "x.rgb");
    let none = drawn(&repo, "--captions none", "x.rgb");
    let last = |bytes: &[u8]| bytes[bytes.len() - 3 * 800 * 300..].to_vec();
    let text_rows = 100 * 2400..200 * 2400;
    assert_ne!(last(&short)[..CAPTION_ROWS * 2400], *full[COMMITS - 1]);
    assert_ne!(last(&short)[..CAPTION_ROWS * 2400], last(&none)[..CAPTION_ROWS * 2400]);
    assert_ne!(
        last(&none)[text_rows.clone()],
        last(&short)[text_rows],
        "without texts it moves up"
    );
}

#[test]
fn a_caption_leaves_nothing_behind() {
    // The left of the second row (id and subject) of the last commit, after all the others and by
    // itself.
    let repo = varied();
    let subject_of_last = |words: &str| {
        let rgb = drawn(&repo, words, "x.rgb");
        let last = *frames_of_rgb(&rgb, (800, 300)).last().unwrap();
        let rows = last.chunks(3 * 800).skip(32).take(22);
        rows.flat_map(|row| row[..3 * 600].to_vec()).collect::<Vec<u8>>()
    };
    assert!(subject_of_last("") == subject_of_last("HEAD~1..HEAD"));
}

#[test]
fn the_same_bytes_however_they_come_about() {
    let repo = varied();
    for (name, words) in
        [("x.gif", ""), ("x.apng", ""), ("x.svg", ""), ("x.svg", "--still"), ("x.png", "")]
    {
        let words = format!("--size 400x150 {words}");
        let first = drawn(&repo, &format!("{words} --threads 1 --no-cache"), name);
        for more in ["--threads 4 --no-cache", "--threads 1", "--threads 4", ""] {
            let again = drawn(&repo, &format!("{words} {more}"), name);
            assert!(first == again, "{name} with {words} {more}");
        }
    }
    let gif = drawn(&repo, "--size 400x150", "x.gif");
    let mut shell = repo.alone("repo", "sh");
    let script = format!(
        "eval \"$(\"$FLAKY\" history --print-log-command)\" | \"$FLAKY\" history -q \
         --from-log - {STATUS} --size 400x150 -o log.gif"
    );
    shell.env("FLAKY", env!("CARGO_BIN_EXE_flaky")).args(["-c", &script]);
    assert!(shell.status().unwrap().success());
    assert!(gif == fs::read(repo.path("log.gif")).unwrap(), "from a log");
}

#[test]
fn a_budget_takes_levels_and_size_and_never_frames() {
    let repo = varied();
    for name in ["x.gif", "x.apng"] {
        let full = drawn(&repo, "", name).len();
        let words = format!("history {STATUS} -o {name} --max-bytes");
        let ran = repo.flaky(&format!("{words} {full}")).succeeds();
        assert!(!ran.stderr().contains("to stay under"), "{}", ran.stderr());
        for (budget, given_up) in [(full - 1, "fade levels instead of 12"), (full / 3, "800x300")] {
            repo.flaky(&format!("{words} {budget}"))
                .succeeds()
                .says("to stay under")
                .says(given_up);
            let bytes = fs::read(repo.path(name)).unwrap();
            assert!(bytes.len() <= budget, "{name}: {} of {budget}", bytes.len());
            let shown =
                if name == "x.gif" { frames_of_gif(&bytes) } else { frames_of_apng(&bytes) };
            assert_eq!(shown.len(), COMMITS, "{name} under {budget}");
        }
        fs::write(repo.path(name), "older").unwrap();
        repo.flaky(&format!("{words} 1kB -q"))
            .fails(1, &["stays under 1.0 kB", "--max-bytes", "shorter range"]);
        assert_eq!(fs::read(repo.path(name)).unwrap(), b"older");
    }
    repo.flaky("history --max-bytes 1MB -o x.y4m").fails(2, &["--max-bytes", "y4m"]);
}

#[test]
fn standard_output_is_data_alone() {
    let repo = varied();
    for (format, name, size) in [
        ("gif", "x.gif", "--size 64x64"),
        ("y4m", "x.y4m", "--size 64x64"),
        ("rgb", "x.rgb", "--size 64x64"),
        ("json", "x.json", ""),
    ] {
        let file = drawn(&repo, size, name);
        let words = format!("history {STATUS} {size} --format {format} -o -");
        assert!(repo.flaky(&words).succeeds().bytes() == file, "{format}");
    }
    let json = fs::read(repo.path("x.json")).unwrap();
    assert!(repo.flaky(&format!("history --json {STATUS}")).succeeds().bytes() == json);
    drawn(&repo, "--json", "y.json");
    assert!(fs::read(repo.path("y.json")).unwrap() == json);
}

#[test]
fn what_fails_leaves_the_older_file() {
    let repo = varied();
    fs::write(repo.path("x.gif"), "older").unwrap();
    for words in
        ["none..main", "main..main", "--author nobody", "--status none.csv", "--notes none"]
    {
        repo.flaky(&format!("history {words} -o x.gif")).fails(1, &[]);
        assert_eq!(fs::read(repo.path("x.gif")).unwrap(), b"older", "{words}");
    }
}

#[test]
fn small_screens_and_every_theme_are_drawn() {
    let repo = varied();
    for size in ["16x16", "17x600", "600x17", "119x60", "120x59", "121x61", "1000x64"] {
        let frames = frames_of_gif(&drawn(&repo, &format!("--size {size}"), "x.gif"));
        assert_eq!(frames.len(), COMMITS, "{size}");
    }
    for theme in flaky_core::scene::theme::THEMES {
        let words = format!("--size 200x80 --theme {}", theme.name);
        let (gif, apng) = (drawn(&repo, &words, "x.gif"), drawn(&repo, &words, "x.apng"));
        assert_same(&frames_of_gif(&gif), &frames_of_apng(&apng));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_the_older_file_and_nothing_else() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use crate::signals::{ended, heard};

    let repo = many(2000, |i| format!("commit {i}"));
    fs::write(repo.folder.path("x.gif"), "older").unwrap();
    heard(2);
    let words = "history -q --size 4000x2000 --max-frames 0 -o ../x.gif";
    let mut command = repo.folder.command();
    command.current_dir(repo.path("")).args(words.split(' ')).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while repo.folder.names().len() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never began to write");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = format!("kill -s INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!(ended(&mut child, "INT").signal(), Some(2));
    assert_eq!(repo.folder.names(), ["repo", "x.gif"]);
    assert_eq!(repo.folder.text("x.gif"), "older");
}
