//! Renders pictures with other programs: SVG with resvg and chromium, PNG with `image`.

use std::path::Path;
use std::process::{Command, Stdio};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::browser::FLAGS;
use crate::vocabulary::Folder;

/// A picture as lightness 0–1, row by row.
pub struct Grey {
    pub width: usize,
    pub values: Vec<f64>,
}

impl Grey {
    fn of(width: u32, rgb: impl Iterator<Item = [u8; 3]>) -> Self {
        let values = rgb.map(|[r, g, b]| f64::from(r.max(g).max(b)) / 255.0).collect();
        Self { width: width as usize, values }
    }

    fn column(&self, x: usize) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().skip(x).step_by(self.width).copied()
    }

    /// The number of pixels whose lightness differs from that in `other` by more than this.
    pub fn differs_by(&self, other: &Self, more_than: f64) -> usize {
        assert_eq!(self.values.len(), other.values.len(), "the sizes");
        self.values.iter().zip(&other.values).filter(|(a, b)| (*a - *b).abs() > more_than).count()
    }

    /// The number of pixels whose lightness clearly differs from that in `other`.
    pub fn differs(&self, other: &Self) -> usize {
        self.differs_by(other, 0.25)
    }

    /// The centre of the light in a column, if the light is concentrated.
    pub fn middle(&self, x: usize) -> Option<f64> {
        let lit: Vec<(usize, f64)> =
            self.column(x).enumerate().filter(|(_, value)| *value > 0.1).collect();
        let (first, last) = (lit.first()?.0, lit.last()?.0);
        let weight: f64 = lit.iter().map(|(_, value)| value).sum();
        (last - first < 9).then(|| lit.iter().map(|(y, v)| *y as f64 * v).sum::<f64>() / weight)
    }
}

fn tree(svg: &[u8]) -> Tree {
    Tree::from_data(svg, &Options::default()).unwrap_or_else(|error| panic!("an SVG: {error}"))
}

/// The size that resvg finds in an SVG.
pub fn size(svg: &[u8]) -> (u32, u32) {
    let size = tree(svg).size().to_int_size();
    (size.width(), size.height())
}

/// An SVG as RGB, row by row, moved to the right and down by a part of a pixel.
fn rgb(svg: &[u8], right: f32, down: f32) -> (u32, u32, Vec<[u8; 3]>) {
    let (width, height) = size(svg);
    let mut pixmap = Pixmap::new(width, height).expect("a size");
    resvg::render(&tree(svg), Transform::from_translate(right, down), &mut pixmap.as_mut());
    let pixels = pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
    (width, height, pixels)
}

/// An SVG as resvg draws it.
pub fn drawn_by_resvg(svg: &[u8]) -> Grey {
    moved(svg, 0.0, 0.0)
}

/// An SVG as resvg draws it, moved to the right and down by a part of a pixel.
pub fn moved(svg: &[u8], right: f32, down: f32) -> Grey {
    let (width, _, pixels) = rgb(svg, right, down);
    Grey::of(width, pixels.into_iter())
}

/// An SVG as a picture that can be saved.
pub fn picture(svg: &[u8]) -> image::RgbImage {
    let (width, height, pixels) = rgb(svg, 0.0, 0.0);
    image::RgbImage::from_raw(width, height, pixels.concat()).expect("whole rows")
}

/// A PNG as lightness.
pub fn read_png(png: &[u8]) -> Grey {
    let picture = image::load_from_memory(png).expect("a PNG").into_rgb8();
    Grey::of(picture.width(), picture.pixels().map(|pixel| pixel.0))
}

/// An SVG or a page of 800x300 as chromium shows it.
pub fn screenshot(page: &Path, flags: &[&str]) -> Grey {
    let folder = Folder::new();
    let picture = folder.path("screen.png");
    let shot = format!("--screenshot={}", picture.display());
    let page = format!("file://{}", page.display());
    let mut words = FLAGS.to_vec();
    words.extend(["--window-size=800,300", &shot]);
    words.extend(flags);
    words.push(&page);
    // Now and then chromium hangs while it takes a screenshot. Then it is started again.
    for attempt in 1.. {
        let profile = format!(
            "--user-data-dir={}",
            folder.path("profile").join(attempt.to_string()).display()
        );
        let mut timed = vec!["-k", "5", "30", "chromium", &profile];
        timed.extend(&words);
        let ran =
            Command::new("timeout").args(timed).stdin(Stdio::null()).output().expect("it starts");
        if ran.status.success() && picture.exists() {
            break;
        }
        assert!(attempt < 3, "chromium: {}", String::from_utf8_lossy(&ran.stderr));
    }
    read_png(&std::fs::read(picture).expect("a screenshot"))
}
