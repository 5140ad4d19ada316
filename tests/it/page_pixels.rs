//! What a browser paints is what `flaky render` writes: the page's own modules, loaded as they lie in
//! `src/page/web`, drive the compiled core on a real canvas, and every pixel of every frame is read
//! back.
//!
//! Both take 60 frames per second, because the tail is repainted on a schedule that depends on the
//! frame rate. The ground comes from the same SVG, drawn by the browser there and by resvg here; where
//! it has a gradient, the browser is given the ground of resvg, and their grounds are compared apart.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{Rhythm, glitch};
use flaky_core::scene::theme;
use flaky_core::scene::{Size, Theme};
use flaky_core::signal::Signal;
use flaky_web::{Lead, Pool, Rest, ScreenSettings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::browser::Browser;
use crate::heart::numbers;
use crate::server::{Reply, Server};
use crate::vocabulary::Folder;

const FPS: u32 = 60;
const BPM: f64 = 75.0;
const HRV: f64 = 1.0;
const PER_MIN: f64 = 4.0;

/// A server of the modules, the core and the script that drives them.
fn bench() -> Server {
    let page = "<!doctype html><link rel=\"icon\" href=\"data:,\"><script type=\"module\" src=\"/bench.js\"></script>";
    let script = include_str!("page_pixels/bench.js");
    let mut server = Server::new()
        .replies("/", [Reply::new(200).set_body_raw(page, "text/html")])
        .replies("/bench.js", [Reply::new(200).set_body_raw(script, "text/javascript")]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/web");
    for entry in fs::read_dir(sources).expect("the sources of the page") {
        let path = entry.expect("an entry").path();
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("js") => "text/javascript",
            Some("wasm") => "application/wasm",
            _ => continue,
        };
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let content = fs::read(&path).expect("a source");
        server = server.replies(&format!("/{name}"), [Reply::new(200).set_body_raw(content, kind)]);
    }
    server
}

/// A loop, as `flaky render --seed … --duration … --glitch …` draws it.
fn drawn(seed: u32, duration_s: f64, glitches: &str) -> Rhythm {
    let pool = match glitches {
        "all" => glitch::TABLE.iter().collect(),
        name => vec![glitch::TABLE.iter().find(|row| row.name == name).expect("a glitch")],
    };
    let settings =
        LoopSettings { duration_s, bpm: BPM, hrv_bpm: HRV, pool, glitches_per_min: PER_MIN, seed };
    random::draw(&settings).expect("it fits").rhythm
}

/// A rhythm for the script.
fn rows(rhythm: &Rhythm) -> Value {
    let (beats, episodes) = numbers(rhythm);
    json!({
        "seed": rhythm.seed,
        "durationS": rhythm.duration_s,
        "bpm": rhythm.bpm,
        "beats": beats,
        "episodes": episodes,
    })
}

/// The pixels in which two frames differ.
struct Difference {
    count: usize,
    /// The largest difference of a colour.
    most: u8,
    /// Column, row and both colours of the first pixels.
    first: Vec<(usize, usize, [u8; 3], [u8; 3])>,
}

fn difference(painted: &[u8], native: &[u8], width: usize) -> Difference {
    let mut this = Difference { count: 0, most: 0, first: Vec::new() };
    for (n, (one, other)) in painted.chunks_exact(3).zip(native.chunks_exact(3)).enumerate() {
        let apart = one.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
        if apart > 0 {
            this.count += 1;
            this.most = this.most.max(apart);
            if this.first.len() < 5 {
                let colours = [one, other].map(|pixel| [pixel[0], pixel[1], pixel[2]]);
                this.first.push((n % width, n / width, colours[0], colours[1]));
            }
        }
    }
    this
}

/// A loop and the screen that shows it, for both sides.
struct Shown {
    rhythm: Rhythm,
    theme: &'static Theme,
    size: Size,
    options: String,
}

impl Shown {
    fn new(theme: &str, glitches: &str, duration_s: u32, size: (u32, u32)) -> Self {
        let (width, height) = size;
        let seed = width;
        Self {
            rhythm: drawn(seed, f64::from(duration_s), glitches),
            theme: theme::THEMES.iter().find(|row| row.name == theme).expect("a theme"),
            size: Size { width, height },
            options: format!(
                "--seed {seed} --duration {duration_s} --glitch {glitches} --theme {theme} \
                 --size {width}x{height} --fps {FPS}"
            ),
        }
    }

    /// The same for the script. With `ground`, the ground is not drawn by the browser but by resvg.
    fn job(&self, ground: bool) -> Value {
        let Size { width, height } = self.size;
        json!({
            "rhythm": rows(&self.rhythm),
            "width": width,
            "height": height,
            "theme": theme::THEMES.iter().position(|row| row.name == self.theme.name),
            "count": self.frames(),
            "ground": ground.then(|| STANDARD.encode(self.ground())),
        })
    }

    fn frames(&self) -> u32 {
        self.rhythm.duration_s as u32 * FPS
    }

    /// The ground as resvg draws it.
    fn ground(&self) -> Vec<u8> {
        let rest = Rest { bpm: BPM, hrv_bpm: HRV, glitches_per_min: PER_MIN, pool: Pool(0) };
        let mut lead = Lead::repeating(self.rhythm.clone(), rest);
        let theme = self.theme.clone();
        lead.set_screen(&ScreenSettings { size: self.size, theme, pulse: false });
        flaky_draw::raster::document(&lead.ground_markup(), self.size).expect("it is SVG").rgb
    }

    /// Hands every frame that `flaky render` writes to `take`.
    fn rendered(&self, mut take: impl FnMut(&[u8])) {
        let folder = Folder::new();
        let mut command = folder.command();
        command.args(["render", "-q", "--no-readout", "--format", "rgb", "-o", "-"]);
        let mut child = command
            .args(self.options.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
        let mut stdout = child.stdout.take().expect("its output");
        let mut frame = vec![0; (3 * self.size.width * self.size.height) as usize];
        while stdout.read_exact(&mut frame).is_ok() {
            take(&frame);
        }
        assert!(child.wait().expect("it ends").success(), "flaky render {}", self.options);
    }

    /// How a frame of the browser differs from that of `flaky render`.
    fn difference(&self, browser: &Browser, job: Value, number: usize) -> Difference {
        let script = "return frame(arguments[0], arguments[1])";
        let painted = browser.run_with(script, &[job, json!(number)]);
        let painted = STANDARD.decode(painted.as_str().expect("base64")).expect("base64");
        let (mut native, mut n) = (Vec::new(), 0);
        self.rendered(|frame| {
            if n == number {
                native = frame.to_vec();
            }
            n += 1;
        });
        difference(&painted, &native, self.size.width as usize)
    }
}

#[test]
fn a_browser_draws_what_flaky_render_writes() {
    let Some(browser) = Browser::start() else { return };
    let server = bench();
    browser.open(&server.url("/"));
    browser.wait("document.title === 'ready'");
    voltages_are_the_same_bit_for_bit(&browser);
    frames_are_the_same(&browser);
    a_vignette_is_the_same_but_for_dither(&browser);
    assert_eq!(browser.console(), Vec::<String>::new());
}

fn frames_are_the_same(browser: &Browser) {
    for (shown, ground) in [
        (Shown::new("contrast", "fibrillation", 10, (333, 207)), false),
        (Shown::new("paper", "all", 12, (320, 480)), false),
        (Shown::new("phosphor", "flatline", 8, (800, 300)), true),
    ] {
        let mut native = Vec::new();
        shown.rendered(|frame| native.push(STANDARD.encode(Sha256::digest(frame))));
        assert_eq!(native.len(), shown.frames() as usize, "{}", shown.options);
        let job = shown.job(ground);
        let painted = browser.run_with("return digests(arguments[0])", std::slice::from_ref(&job));
        let painted = painted.as_array().expect("a list");
        assert_eq!(painted.len(), native.len(), "{}", shown.options);
        if let Some(number) = (0..native.len()).find(|&n| painted[n] != json!(native[n])) {
            let Difference { count, most, first } = shown.difference(browser, job, number);
            panic!(
                "{}: frame {number} differs in {count} pixels by at most {most}: {first:?}",
                shown.options
            );
        }
    }
}

/// Chromium dithers gradients and resvg does not, so the vignette differs by one step of it.
fn a_vignette_is_the_same_but_for_dither(browser: &Browser) {
    let shown = Shown::new("phosphor", "flatline", 8, (800, 300));
    let Difference { count, most, first } = shown.difference(browser, shown.job(false), 0);
    assert!(count <= 800 * 300 / 8 && most <= 2, "{count} pixels by at most {most}: {first:?}");
}

fn voltages_are_the_same_bit_for_bit(browser: &Browser) {
    const COUNT: u32 = 10_000;
    let rhythm = drawn(5, 150.0, "all");
    let signal = Signal::new(&rhythm);
    let native: Vec<String> = (0..COUNT)
        .map(|n| f64::from(n) / f64::from(COUNT) * rhythm.duration_s)
        .map(|t_s| signal.at(t_s).to_bits().to_string())
        .collect();
    let job = json!({ "rhythm": rows(&rhythm), "count": COUNT });
    let bits = browser.run_with("return voltages(arguments[0])", &[job]);
    let bits: Vec<&str> = bits.as_str().expect("a text").split(' ').collect();
    assert_eq!(bits.len(), native.len());
    for (n, (browser, native)) in bits.iter().zip(&native).enumerate() {
        assert_eq!(browser, native, "sample {n}");
    }
}
