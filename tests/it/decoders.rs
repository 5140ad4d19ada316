//! Decodes the encoded formats, with our own and independent decoders, and compares pixels and
//! times.

use flaky_core::animation::Plays;
use flaky_core::scene::{Motion, Trail};
use flaky_draw::encode::{gif, video};
use flaky_draw::raster;
use flaky_draw::text::DEJAVU;
use proptest::prelude::*;

use crate::pictures::{SAMPLE, Sample, Shown, assert_same, read_apng, read_gif, together};
use crate::tools;
use crate::vocabulary::Folder;

fn samples() -> Vec<Sample> {
    vec![
        SAMPLE,
        Sample { trail: Trail::Lcd, fps: 50.0, ..SAMPLE },
        Sample { motion: Motion::Scroll, theme: "paper", duration_s: 5.0, ..SAMPLE },
        Sample { fps: 30.0, theme: "amber", ..SAMPLE },
        Sample { size: (17, 33), fps: 8.0, ..SAMPLE },
    ]
}

#[test]
fn a_gif_reads_back_as_its_frames() {
    for sample in samples() {
        assert_same(&read_gif(&sample.gif(1)), &sample.pictures(gif::TICKS_PER_S));
    }
}

#[test]
fn an_apng_reads_back_as_its_frames() {
    for sample in samples() {
        assert_same(&read_apng(&sample.apng(1)), &sample.pictures(1000));
    }
}

#[test]
fn a_transparent_apng_stays_transparent() {
    let sample = Sample { transparent: true, ..SAMPLE };
    let pictures = read_apng(&sample.apng(2));
    // Colour under full transparency is nobody's concern.
    let seen = |list: Vec<Shown>| -> Vec<Shown> {
        list.into_iter()
            .map(|mut shown| {
                shown.rgba.chunks_mut(4).filter(|p| p[3] == 0).for_each(|p| p.fill(0));
                shown
            })
            .collect()
    };
    let last = pictures.last().expect("pictures").rgba.clone();
    assert!(last.chunks(4).filter(|p| p[3] == 0).count() > last.len() / 16, "mostly nothing");
    assert_same(&together(seen(pictures)), &together(seen(sample.pictures(1000))));
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    for sample in samples() {
        assert!(sample.gif(1) == sample.gif(2) && sample.gif(1) == sample.gif(7), "{sample:?}");
        assert!(sample.apng(1) == sample.apng(3), "{sample:?}");
    }
}

/// Asserts that an independent decoder reads GIFs as ours does. `read` takes a path and returns the
/// pictures, four bytes per pixel, and their delays in milliseconds.
fn assert_seen_the_same(read: impl Fn(&str) -> (Vec<u8>, Vec<u32>)) {
    for sample in samples() {
        let folder = Folder::new();
        let path = folder.path("ecg.gif");
        std::fs::write(&path, sample.gif(2)).unwrap();
        let (raw, delays) = read(path.to_str().unwrap());
        let bytes = 4 * (sample.size.0 * sample.size.1) as usize;
        let pictures =
            raw.chunks(bytes).zip(delays).map(|(rgba, ms)| Shown { rgba: rgba.to_vec(), ms });
        assert_same(&together(pictures), &sample.pictures(gif::TICKS_PER_S));
    }
}

#[test]
fn ffmpeg_sees_the_same_gif() {
    if !tools::present("ffmpeg", "-version") {
        return;
    }
    assert_seen_the_same(|path| {
        let raw = ["-v", "error", "-i", path, "-fps_mode", "passthrough", "-pix_fmt", "rgba"];
        let raw = tools::output("ffmpeg", &[raw.as_slice(), &["-f", "rawvideo", "-"]].concat());
        let times =
            ["-v", "error", "-show_entries", "packet=duration_time", "-of", "csv=p=0", path];
        let times = String::from_utf8(tools::output("ffprobe", &times)).unwrap();
        let ms = times.lines().map(|line| {
            let seconds: f64 = line.trim_end_matches(',').parse().unwrap();
            (1000.0 * seconds).round() as u32
        });
        (raw, ms.collect())
    });
}

#[test]
fn imagemagick_sees_the_same_gif() {
    if !tools::present("convert", "-version") || !tools::present("identify", "-version") {
        return;
    }
    assert_seen_the_same(|path| {
        let raw = tools::output("convert", &[path, "-coalesce", "-depth", "8", "rgba:-"]);
        let times = tools::output("identify", &["-format", "%T\n", path]);
        let times = String::from_utf8(times).unwrap();
        (raw, times.lines().map(|line| 10 * line.parse::<u32>().unwrap()).collect())
    });
}

#[test]
fn gifsicle_sees_the_same_gif_and_finds_little_to_save() {
    if !tools::present("gifsicle", "--version") {
        return;
    }
    let large = Sample { size: (800, 300), duration_s: 10.0, fps: 50.0, speed: 40.0, ..SAMPLE };
    for sample in [Sample { trail: Trail::Lcd, ..large.clone() }, large] {
        let folder = Folder::new();
        let path = folder.path("ecg.gif");
        let gif = sample.gif(2);
        std::fs::write(&path, &gif).unwrap();
        let path = path.to_str().unwrap();
        let smaller = tools::output("gifsicle", &["-O3", path]);
        assert_same(&read_gif(&smaller), &read_gif(&gif));
        let saved = 1.0 - smaller.len() as f64 / gif.len() as f64;
        assert!(saved < 0.03, "gifsicle -O3 saves {:.1} %", 100.0 * saved);
    }
}

#[test]
fn raw_frames_are_the_frames() {
    let sample = SAMPLE;
    let scene = sample.scene();
    let animation =
        raster::monitor(&scene, &DEJAVU, sample.timeline(100), Plays::Forever, raster::LEVELS);
    let mut raw = Vec::new();
    video::write(animation, video::PixelFormat::Rgb, &mut raw).unwrap();
    let bytes = 3 * (sample.size.0 * sample.size.1) as usize;
    let pictures = raw.chunks(bytes).map(|rgb| Shown {
        rgba: rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        ms: 40,
    });
    assert_same(&together(pictures), &sample.pictures(100));
}

#[test]
fn ffmpeg_takes_y4m() {
    if !tools::present("ffmpeg", "-version") {
        return;
    }
    let folder = Folder::new();
    let y4m = folder.render("--seed 3 --duration 6s --size 240x90 --glitch none", "ecg.y4m");
    assert!(y4m.starts_with(b"YUV4MPEG2 W240 H90 F25:1 "));
    let path = folder.path("ecg.y4m");
    let path = path.to_str().unwrap();
    let yuv = tools::output(
        "ffmpeg",
        &["-v", "error", "-i", path, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
    );
    let rgb = folder.render("--seed 3 --duration 6s --size 240x90 --glitch none", "ecg.rgb");
    assert_eq!(yuv.len(), rgb.len());
    let worst = yuv.iter().zip(&rgb).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.is_some_and(|worst| worst <= 4), "off by {worst:?}");
}

#[test]
fn a_frame_is_the_picture_of_its_moment() {
    let exact = [
        Sample { trail: Trail::Lcd, ..SAMPLE },
        Sample { trail: Trail::Lcd, fps: 2.0, speed: 200.0, ..SAMPLE },
        Sample { motion: Motion::Scroll, duration_s: 5.0, ..SAMPLE },
    ];
    for sample in exact {
        let per_frame = 1.0 / sample.fps;
        for (i, shown) in sample.pictures(1000).iter().enumerate() {
            assert!(shown.rgba == sample.still(i as f64 * per_frame), "{sample:?}, frame {i}");
        }
    }
    // A phosphor may lag behind: a little everywhere, more in the few pixels that just flared.
    for sample in [SAMPLE, Sample { theme: "paper", fps: 50.0, ..SAMPLE }] {
        let per_frame = 1.0 / sample.fps;
        for (i, shown) in sample.pictures(1000).iter().enumerate().step_by(7) {
            let still = sample.still(i as f64 * per_frame);
            let far = |most: u8| {
                shown.rgba.iter().zip(&still).filter(|(a, b)| a.abs_diff(**b) > most).count()
            };
            let pixels = still.len() / 4;
            assert!(far(24) * 1000 <= pixels, "{sample:?}, frame {i}: {} of {pixels}", far(24));
        }
    }
}

#[test]
fn the_loop_joins() {
    for sample in [
        Sample { readout: false, ..SAMPLE },
        Sample { readout: false, trail: Trail::Lcd, ..SAMPLE },
        Sample { readout: false, motion: Motion::Scroll, duration_s: 5.0, ..SAMPLE },
        Sample { readout: false, size: (800, 300), duration_s: 16.0, ..SAMPLE },
    ] {
        let pictures = sample.pictures(1000);
        let step = |a: &Shown, b: &Shown| -> u64 {
            a.rgba.iter().zip(&b.rgba).map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
        };
        let largest =
            pictures.iter().zip(pictures.iter().skip(1)).map(|(a, b)| step(a, b)).max().unwrap();
        let seam = step(pictures.last().unwrap(), &pictures[0]);
        assert!(seam <= largest, "{sample:?}: {seam} over the seam, {largest} elsewhere");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_settings_read_back(
        seed in any::<u32>(),
        width in 16_u32..300,
        height in 16_u32..120,
        hundredths in 100_u32..900,
        fps in 1_u32..=50,
        speed in 5.0_f64..200.0,
        scroll in any::<bool>(),
        lcd in any::<bool>(),
        theme in 0..flaky_core::scene::theme::THEMES.len(),
    ) {
        let sample = Sample {
            seed,
            glitch: "none",
            size: (width, height),
            duration_s: f64::from(hundredths) / 100.0,
            fps: f64::from(fps),
            speed,
            motion: if scroll { Motion::Scroll } else { Motion::Sweep },
            trail: if lcd { Trail::Lcd } else { Trail::Phosphor },
            theme: flaky_core::scene::theme::THEMES[theme].name,
            transparent: false,
            readout: true,
        };
        let gif = sample.gif(1);
        prop_assert!(gif == sample.gif(3));
        let pictures = read_gif(&gif);
        let total: u32 = pictures.iter().map(|shown| shown.ms).sum();
        prop_assert_eq!(total, 10 * hundredths);
        assert_same(&pictures, &sample.pictures(gif::TICKS_PER_S));
    }
}
