//! The SVG: small, complete without CSS, and the same picture as the raster.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::tools;
use crate::vocabulary::Folder;

/// A picture as lightness 0–1, row by row.
pub struct Grey {
    width: usize,
    values: Vec<f64>,
}

impl Grey {
    fn of(width: u32, rgb: impl Iterator<Item = [u8; 3]>) -> Self {
        let values = rgb.map(|[r, g, b]| f64::from(r.max(g).max(b)) / 255.0).collect();
        Self { width: width as usize, values }
    }

    fn column(&self, x: usize) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().skip(x).step_by(self.width).copied()
    }

    /// How many pixels are another lightness in `other`.
    pub fn differs(&self, other: &Self) -> usize {
        assert_eq!(self.values.len(), other.values.len(), "the sizes");
        self.values.iter().zip(&other.values).filter(|(a, b)| (*a - *b).abs() > 0.25).count()
    }

    /// The middle of the light in a column, where it lies close together.
    fn middle(&self, x: usize) -> Option<f64> {
        let lit: Vec<(usize, f64)> =
            self.column(x).enumerate().filter(|(_, value)| *value > 0.1).collect();
        let (first, last) = (lit.first()?.0, lit.last()?.0);
        let weight: f64 = lit.iter().map(|(_, value)| value).sum();
        (last - first < 9).then(|| lit.iter().map(|(y, v)| *y as f64 * v).sum::<f64>() / weight)
    }
}

pub fn drawn_by_resvg(svg: &[u8]) -> Grey {
    let tree = Tree::from_data(svg, &Options::default()).expect("an SVG");
    let (width, height) = (tree.size().width() as u32, tree.size().height() as u32);
    let mut pixmap = Pixmap::new(width, height).expect("a size");
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    Grey::of(width, pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]))
}

fn read_png(png: &[u8]) -> Grey {
    let picture = image::load_from_memory(png).expect("a PNG").into_rgb8();
    Grey::of(picture.width(), picture.pixels().map(|pixel| pixel.0))
}

/// What chromium shows of an SVG of 800x300.
pub fn screenshot(svg: &Path, flags: &[&str]) -> Grey {
    let folder = Folder::new();
    let picture = folder.path("screen.png");
    let profile = format!("--user-data-dir={}", folder.path("profile").display());
    let shot = format!("--screenshot={}", picture.display());
    let page = format!("file://{}", svg.display());
    let mut words = vec![
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=800,300",
        &profile,
        &shot,
    ];
    words.extend(flags);
    words.push(&page);
    tools::output("chromium", &words);
    read_png(&std::fs::read(picture).expect("a screenshot"))
}

fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

#[test]
fn the_default_scene_is_small() {
    for seed in 1..=24 {
        let folder = Folder::new();
        let svg = folder.render(&format!("--seed {seed}"), "ecg.svg");
        assert!(svg.len() <= 24_000, "seed {seed}: {} bytes", svg.len());
        assert!(gzipped(&svg) <= 6_000, "seed {seed}: {} bytes gzipped", gzipped(&svg));
    }
}

#[test]
fn trace_and_raster_coincide() {
    for motion in ["sweep", "scroll"] {
        let words = format!(
            "--seed 4 --theme contrast --no-grid --no-readout --trail lcd --at 15s --motion {motion}"
        );
        let folder = Folder::new();
        let svg = drawn_by_resvg(&folder.render(&words, "ecg.svg"));
        let png = read_png(&folder.render(&words, "ecg.png"));
        let mut compared = 0;
        for x in 0..svg.width {
            if let (Some(a), Some(b)) = (svg.middle(x), png.middle(x)) {
                assert!((a - b).abs() <= 0.5, "{motion}, column {x}: {a} and {b}");
                compared += 1;
            }
        }
        assert!(compared > svg.width / 3, "{motion}: only {compared} columns compared");
    }
}

#[test]
fn grid_and_text_coincide() {
    // Without its line: everything that lies still.
    let rhythm = r#"{"duration_s": 16, "beats": [], "state": {"word": "failed", "alarm": "high"}}"#;
    for size in ["800x300", "640x170"] {
        let words = format!(
            "--rhythm flat.json --still --at 0 --colour trace=#050a08 --colour beam=#050a08 --theme phosphor --size {size}"
        );
        let folder = Folder::new().with("flat.json", rhythm);
        let svg = drawn_by_resvg(&folder.render(&words, "ecg.svg"));
        let png = read_png(&folder.render(&words, "ecg.png"));
        let far = svg.values.iter().zip(&png.values).filter(|(a, b)| (*a - *b).abs() > 0.3).count();
        assert!(far < 40, "{size}: {far} pixels differ by more than an edge");
    }
}

#[test]
fn without_css_it_is_a_complete_still() {
    let folder = Folder::new();
    let moving = drawn_by_resvg(&folder.render("--seed 3 --glitch flatline", "moving.svg"));
    let still = drawn_by_resvg(&folder.render("--seed 3 --glitch flatline --still", "still.svg"));
    let far = moving.values.iter().zip(&still.values).filter(|(a, b)| (*a - *b).abs() > 0.02);
    assert_eq!(far.count(), 0);
    assert!(!folder.text("still.svg").contains("<style>"), "a still has nothing to move");
}

#[test]
fn it_is_well_behaved() {
    let folder = Folder::new();
    folder.render("--seed 3", "ecg.svg");
    let svg = folder.text("ecg.svg");
    for needed in [
        "role=\"img\"",
        "<title",
        "<desc",
        "viewBox=\"0 0 800 300\"",
        "width=\"800\"",
        "height=\"300\"",
        "prefers-reduced-motion:no-preference",
    ] {
        assert!(svg.contains(needed), "{needed}");
    }
    for unwanted in ["<script", "<animate", "<text", "stroke-dashoffset", "http-equiv", "<image"] {
        assert!(!svg.contains(unwanted), "{unwanted}");
    }
}

#[test]
fn several_share_a_page() {
    let folder = Folder::new();
    folder.render("--seed 1", "a.svg");
    folder.render("--seed 2", "b.svg");
    let ids = |name: &str| -> Vec<String> {
        let text = folder.text(name);
        text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().into()).collect()
    };
    let (a, b) = (ids("a.svg"), ids("b.svg"));
    assert!(!a.is_empty() && a.iter().all(|id| !b.contains(id)));
}

#[test]
fn a_hostile_label_is_text() {
    let folder = Folder::new();
    let label = "</title><script>alert(1)</script>~&\"\u{202e}\u{7}";
    let output = folder
        .command()
        .args(["render", "-q", "--seed", "1", "-o", "ecg.svg", "--label", label])
        .output()
        .unwrap();
    assert!(output.status.success());
    let svg = folder.text("ecg.svg");
    assert!(!svg.contains("<script"));
    assert!(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;&#126;&amp;&quot;"));
    drawn_by_resvg(svg.as_bytes());
}

#[test]
fn chromium_keeps_it_still_when_asked() {
    if !tools::present("chromium", "--version") {
        return;
    }
    let folder = Folder::new();
    let still = folder.render("--seed 3 --glitch flatline --at 15s --still", "still.svg");
    folder.render("--seed 3 --glitch flatline --at 15s", "ecg.svg");
    let expected = drawn_by_resvg(&still);
    // Nothing moves, so there is time to finish drawing.
    let flags = ["--force-prefers-reduced-motion", "--virtual-time-budget=3000"];
    let reduced = screenshot(&folder.path("ecg.svg"), &flags);
    assert!(reduced.differs(&expected) < 200, "{} pixels", reduced.differs(&expected));
    let moving = screenshot(&folder.path("ecg.svg"), &["--virtual-time-budget=5000"]);
    assert!(moving.differs(&expected) > 1000, "it does not move");
}
