//! Films: what ffmpeg makes of the frames, and what is said when it cannot.

use std::path::Path;

use crate::tools;
use crate::varied::{drawn, varied};
use crate::vocabulary::Folder;

/// The number of commits of `varied`.
const COMMITS: usize = 17;
const NAMES: [&str; 2] = ["x.mp4", "x.webm"];
const SHORT: &str = "--seed 1 --duration 2s --glitch none";

fn ffmpeg() -> bool {
    tools::present("ffmpeg", "-version") && tools::present("ffprobe", "-version")
}

/// What ffprobe says about a film, as lines such as `width=800`.
fn probed(film: &Path) -> String {
    let entries = "stream=codec_name,width,height,pix_fmt,color_range,color_space,r_frame_rate,\
                   nb_read_frames:format=duration:format_tags:stream_tags";
    let words = ["-v", "error", "-count_frames", "-show_entries", entries, "-of", "default=nw=1"];
    let said = tools::output("ffprobe", &[&words[..], &[film.to_str().unwrap()]].concat());
    String::from_utf8(said).unwrap()
}

/// The frames of a film as RGB.
fn decoded(film: &Path, (width, height): (usize, usize)) -> Vec<Vec<u8>> {
    let from = ["-v", "error", "-i", film.to_str().unwrap(), "-fps_mode", "passthrough"];
    let to =
        ["-vf", "scale=flags=accurate_rnd+full_chroma_int,format=rgb24", "-f", "rawvideo", "-"];
    let bytes = tools::output("ffmpeg", &[&from[..], &to].concat());
    bytes.chunks(3 * width * height).map(<[u8]>::to_vec).collect()
}

/// The mean difference of two pictures.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

/// The mean of red, green and blue.
fn mean(picture: &[u8]) -> [f64; 3] {
    let pixels = picture.len() as f64 / 3.0;
    [0, 1, 2].map(|colour| {
        let values = picture.iter().skip(colour).step_by(3);
        values.map(|value| f64::from(*value)).sum::<f64>() / pixels
    })
}

#[test]
fn a_film_has_the_frames_rate_size_and_length_that_are_said() {
    if !ffmpeg() {
        return;
    }
    let folder = Folder::new();
    let repo = varied();
    for (name, codec) in [("x.mp4", "h264"), ("x.webm", "vp9")] {
        let words = format!("render {SHORT} --fps 12.5 --size 121x60 -o {name}");
        folder.flaky(&words).succeeds().says("25 frames, 2 s, 122x60");
        let render = probed(&folder.path(name));
        let words = format!("history --size 120x61 --duration 1s --cards none -o {name}");
        let summary = "17 commits in 30 frames, 1.0 s, 120x62";
        repo.flaky(&words).succeeds().says(summary);
        let history = probed(&repo.path(name));
        let same = [&format!("codec_name={codec}"), "pix_fmt=yuv420p", "color_space=bt709"];
        for (said, lines) in [
            (&render, ["width=122", "height=60", "r_frame_rate=25/2", "nb_read_frames=25"]),
            (&history, ["width=120", "height=62", "r_frame_rate=30/1", "nb_read_frames=30"]),
        ] {
            for line in lines.iter().chain(&same).chain(&["color_range=tv"]) {
                assert!(said.lines().any(|one| one == *line), "{name}: no {line} in {said}");
            }
        }
        assert!(render.contains("duration=2.000") && history.contains("duration=1.0"), "{name}");
    }
}

#[test]
fn a_film_has_the_colours_of_the_frames() {
    if !ffmpeg() {
        return;
    }
    let folder = Folder::new();
    for look in ["--no-grid --colour ground=#c02010", "--theme amber"] {
        let words = format!("{SHORT} --fps 10 --size 160x64 {look}");
        let frames = folder.render(&words, "x.rgb");
        let corner = &frames[..3];
        for name in NAMES {
            folder.render(&words, name);
            let film = decoded(&folder.path(name), (160, 64));
            assert_eq!(film.len(), 20, "{name}");
            for (i, (seen, drawn)) in film.iter().zip(frames.chunks(3 * 160 * 64)).enumerate() {
                for (seen, drawn) in mean(seen).into_iter().zip(mean(drawn)) {
                    let off = (seen - drawn).abs();
                    // Colours that four pixels share may leave the range and be cut off.
                    assert!(off < 3.0, "{name} with {look}, frame {i}: {seen} instead of {drawn}");
                }
                if look.contains("no-grid") {
                    let off = difference(&seen[..3], corner);
                    assert!(off <= 2.0, "{name}: {:?} instead of {corner:?}", &seen[..3]);
                }
            }
        }
    }
}

#[test]
fn captions_change_as_the_beam_arrives() {
    if !ffmpeg() {
        return;
    }
    let (repo, size) = (varied(), (400, 150));
    let captions = |frame: &[u8]| frame[..3 * 400 * 28].to_vec();
    let stops = drawn(&repo, "--size 400x150", "x.rgb");
    let stops: Vec<Vec<u8>> = stops.chunks(3 * 400 * 150).map(captions).collect();
    drawn(&repo, "--size 400x150 --fps 10", "x.mp4");
    let film = decoded(&repo.path("x.mp4"), size);
    let nearest = |frame: &Vec<u8>| {
        let seen = captions(frame);
        let off = |stop: usize| difference(&seen, &stops[stop]);
        (0..COMMITS).min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap()
    };
    let mut seen: Vec<usize> = film.iter().skip(10).map(nearest).collect();
    assert!(seen.is_sorted(), "{seen:?}");
    seen.dedup();
    assert_eq!(seen, (0..COMMITS).collect::<Vec<_>>(), "each in its turn");
}

#[test]
fn the_same_bytes_on_any_number_of_threads_and_on_a_pipe() {
    if !ffmpeg() {
        return;
    }
    let folder = Folder::new();
    for name in NAMES {
        let words = format!("{SHORT} --size 120x60");
        let film = folder.render(&words, name);
        for threads in [1, 3] {
            assert!(folder.render(&format!("{words} --threads {threads}"), name) == film, "{name}");
        }
        let format = &name[2..];
        let piped = folder.flaky(&format!("render {words} --format {format} -o -")).succeeds();
        assert!(piped.bytes() == film, "{name}");
        folder.flaky(&format!("render {words} --format {format} -o /dev/null")).succeeds();
    }
    let mp4 = folder.read("x.mp4");
    let at = |name: &[u8]| mp4.windows(4).position(|four| four == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"), "the index comes first");
}

#[test]
fn options_that_a_film_does_not_have() {
    let folder = Folder::new();
    for name in NAMES {
        for (option, word) in [
            ("--max-bytes 1MB", "--max-bytes"),
            ("--loops 2", "--loops has no effect"),
            ("--still", "--still"),
            ("--transparent", "--transparent"),
            ("--at 1s", "leave --at out"),
            ("--size 8192x2000", "4096x2304"),
        ] {
            folder.flaky(&format!("render {option} -o {name}")).fails(2, &[word]);
        }
        for option in ["--max-bytes 1MB", "--loops forever", "--still"] {
            let word = option.split(' ').next().unwrap();
            folder.flaky(&format!("history {option} -o {name}")).fails(2, &[word]);
        }
        folder.flaky(&format!("badge -o {name}")).fails(2, &["is not a format of this command"]);
    }
    assert!(folder.names().is_empty());
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::signals::{ended, heard};
    use crate::vocabulary::Ran;

    /// A folder with an older film, and this shell script as ffmpeg once its encoders are known.
    fn with_script(script: &str) -> Folder {
        let folder = Folder::new().with("x.mp4", "older");
        let script =
            format!("#!/bin/sh\ncase \"$*\" in *encoder=*) echo Encoder; exit;; esac\n{script}\n");
        with_program(&folder, &script);
        folder
    }

    /// Puts this into the path as ffmpeg, and an empty folder for temporary files beside it.
    fn with_program(folder: &Folder, script: &str) {
        // Not by this process, in which another thread may start a program while it is open.
        let write = "mkdir -p \"$0/bin\" \"$0/tmp\" && printf %s \"$1\" >\"$0/bin/ffmpeg\" && \
                     chmod 755 \"$0/bin/ffmpeg\"";
        tools::output("sh", &["-c", write, folder.home().to_str().unwrap(), script]);
    }

    fn command(folder: &Folder, words: &str) -> Command {
        let mut command = folder.command();
        let path = format!("{}:/usr/bin:/bin", folder.home().join("bin").display());
        command.env("PATH", path).env("TMPDIR", folder.home().join("tmp"));
        command.args(words.split(' '));
        command
    }

    /// Asserts that the older film is all that there is.
    #[track_caller]
    fn assert_left(folder: &Folder) {
        assert_eq!(folder.names(), ["x.mp4"]);
        assert_eq!(folder.text("x.mp4"), "older");
        assert_eq!(fs::read_dir(folder.home().join("tmp")).unwrap().count(), 0);
    }

    #[track_caller]
    fn assert_fails(script: &str, words: &[&str]) {
        let folder = with_script(script);
        let line = format!("render -q {SHORT} --size 64x32 -o x.mp4");
        Ran::within(20, script, &mut command(&folder, &line)).fails(1, words);
        assert_left(&folder);
    }

    #[test]
    fn an_ffmpeg_that_fails_is_quoted() {
        let says = "echo '[libx264 @ 0x1f] it hurts' >&2; echo 'here and there' >&2; exit 1";
        let quoted = ["ffmpeg failed: it hurts; here and there", "flaky doctor"];
        assert_fails(says, &quoted);
        assert_fails(&format!("head -c 1000 >/dev/null; {says}"), &quoted);
        assert_fails(&format!("cat >/dev/null; {says}"), &quoted);
        assert_fails("cat >/dev/null; exit 3", &["ffmpeg failed: exit status: 3"]);
    }

    #[test]
    fn an_ffmpeg_that_hangs_up_is_not_waited_for() {
        let incomplete = ["ended before the film was complete"];
        assert_fails("head -c 1000 >/dev/null", &incomplete);
        assert_fails("cat >/dev/null", &incomplete);
        assert_fails("exec <&-; exec sleep 60", &incomplete);
    }

    #[test]
    fn a_missing_ffmpeg_or_encoder_is_named_before_anything_is_read() {
        let folder = Folder::new().with("x.mp4", "older");
        let missing = |words: &str| {
            let mut command = folder.command();
            command.env("PATH", "/nowhere").args(words.split(' '));
            Ran::of(words, &mut command)
        };
        for (words, name) in [
            ("render --rhythm none.json -o x.mp4", "mp4"),
            ("history none -o x.webm", "webm"),
            ("history none --format mp4 -o -", "mp4"),
        ] {
            let said = ["ffmpeg is not installed", name, "apt install ffmpeg", ".gif", ".y4m"];
            missing(words).fails(1, &said);
        }
        with_program(&folder, "#!/bin/sh\n");
        for (words, encoder, other) in [
            ("history none -o x.mp4", "libx264", ".webm"),
            ("history none -o x.webm", "libvpx-vp9", ".mp4"),
        ] {
            Ran::of(words, &mut command(&folder, words)).fails(1, &[encoder, other]);
        }
        with_program(&folder, "#!/bin/sh\necho 'libav is gone' >&2; exit 127\n");
        let words = "history none -o x.mp4";
        Ran::of(words, &mut command(&folder, words)).fails(1, &["ffmpeg failed: libav is gone"]);
        assert_left(&folder);
    }

    #[test]
    fn a_signal_leaves_the_older_film_even_if_ffmpeg_writes_afterwards() {
        for (name, number) in [("INT", 2), ("TERM", 15)] {
            heard(number);
            let folder = with_script(
                "touch \"$HOME/begun\"; cat >/dev/null; for film; do :; done
                 { echo late >\"${film#file:}\"; } 2>/dev/null; touch \"$HOME/ended\"",
            );
            let wait_for = |what: &str| {
                let begun = Instant::now();
                while !folder.home().join(what).exists() {
                    assert!(begun.elapsed() < Duration::from_secs(20), "it has not {what}");
                    sleep(Duration::from_millis(5));
                }
            };
            let line = "render -q --duration 3600s --size 2000x1000 -o x.mp4";
            let mut child = command(&folder, line).stderr(Stdio::null()).spawn().unwrap();
            wait_for("begun");
            tools::output("sh", &["-c", &format!("kill -s {name} {}", child.id())]);
            assert!(!ended(&mut child, name).success());
            wait_for("ended");
            assert_left(&folder);
        }
    }
}
