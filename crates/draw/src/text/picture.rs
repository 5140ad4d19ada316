//! Emoji that a font has as pictures only, as outlines in one colour.
//!
//! A picture is divided into cells. Where its bright and its dark parts differ clearly, the smaller
//! of the two is left out, so that a face keeps its eyes and a check mark its square; otherwise it
//! becomes a silhouette.

use png::{Decoder, Limits, Transformations};
use ttf_parser::RasterGlyphImage;

use super::outline::{PathSegment, UNITS_PER_EM};

/// The maximum number of cells in a row or column.
const CELLS: usize = 64;
/// The difference in brightness, 0–1, from which parts are distinguished.
const CLEAR: f32 = 0.2;
/// The opacity, 0–1, from which a cell is part of the picture.
const OPAQUE: f32 = 0.5;
/// The maximum number of pixels of a row or column.
const LARGEST: u32 = 2048;

/// The outline of a PNG picture, on the scale of [`UNITS_PER_EM`]; empty if it cannot be read.
pub(super) fn outline(image: RasterGlyphImage<'_>) -> Vec<PathSegment> {
    cells(&image).map(|cells| cells.outline(&image)).unwrap_or_default()
}

/// A picture in cells.
struct Cells {
    /// The side of a cell in pixels.
    side: usize,
    /// Cells in a row.
    width: usize,
    /// The height of the picture in pixels.
    height: usize,
    /// The brightness of every cell, 0–1, row by row from the top; `None` where it is transparent.
    light: Vec<Option<f32>>,
}

/// Reads a picture, a PNG; `None` if it is damaged.
fn cells(image: &RasterGlyphImage<'_>) -> Option<Cells> {
    let limits = Limits { bytes: 64 << 20 };
    let mut decoder = Decoder::new_with_limits(std::io::Cursor::new(image.data), limits);
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    if info.width > LARGEST || info.height > LARGEST {
        return None;
    }
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut bytes).ok()?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let samples = frame.color_type.samples();
    let side = width.max(height).div_ceil(CELLS).max(1);
    let cell = |x: usize, y: usize| {
        let (mut light, mut opacity, mut count) = (0.0, 0.0, 0.0_f32);
        for y in y * side..((y + 1) * side).min(height) {
            for x in x * side..((x + 1) * side).min(width) {
                let pixel = &bytes[(y * width + x) * samples..][..samples];
                let (colour, alpha) = pixel.split_at(samples - 1);
                let alpha = f32::from(alpha[0]) / 255.0;
                light += alpha * luminance(colour);
                opacity += alpha;
                count += 1.0;
            }
        }
        (opacity >= OPAQUE * count).then(|| light / opacity)
    };
    let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
    let light = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
    let light = light.map(|(x, y)| cell(x, y)).collect();
    Some(Cells { side, width: columns, height, light })
}

/// The brightness of a grey or coloured pixel, 0–1, as the eye sees it.
fn luminance(colour: &[u8]) -> f32 {
    let part = |value: u8| f32::from(value) / 255.0;
    match *colour {
        [r, g, b] => 0.299 * part(r) + 0.587 * part(g) + 0.114 * part(b),
        [grey] => part(grey),
        _ => 0.0,
    }
}

impl Cells {
    /// Returns the brightness between the bright and the dark part, and true if the dark one is
    /// left out; `None` if the picture has no clear parts.
    fn parts(&self) -> Option<(f32, bool)> {
        let seen = || self.light.iter().flatten().copied();
        let mean = |part: &dyn Fn(f32) -> bool| {
            let (sum, count) = seen()
                .filter(|light| part(*light))
                .fold((0.0, 0), |(sum, count), light| (sum + light, count + 1));
            (sum / count.max(1) as f32, count)
        };
        let (mut between, _) = mean(&|_| true);
        // The middle of the means of both parts, which settles after a few steps.
        for _ in 0..8 {
            let ((dark, few), (bright, many)) =
                (mean(&|light| light < between), mean(&|light| light >= between));
            if few == 0 || many == 0 || bright - dark < CLEAR {
                return None;
            }
            between = 0.5 * (dark + bright);
        }
        let dark = seen().filter(|light| *light < between).count();
        Some((between, 2 * dark <= seen().count()))
    }

    /// The parts that are drawn as rectangles, one for each run of cells.
    fn outline(&self, image: &RasterGlyphImage<'_>) -> Vec<PathSegment> {
        let parts = self.parts();
        let drawn = |light: &Option<f32>| match (light, parts) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(light), Some((between, without_dark))) => (*light >= between) == without_dark,
        };
        let scale = (UNITS_PER_EM / f64::from(image.pixels_per_em.max(1))) as f32;
        let x = |cell: usize| (f32::from(image.x) + (cell * self.side) as f32) * scale;
        let y = |row: usize| {
            let up = self.height as f32 - (row * self.side) as f32;
            (f32::from(image.y) + up) * scale
        };
        let mut outline = Vec::new();
        for (row, cells) in self.light.chunks(self.width.max(1)).enumerate() {
            let (top, bottom) = (y(row), y(row + 1));
            let mut first = 0;
            for run in cells.chunk_by(|a, b| drawn(a) == drawn(b)) {
                let (left, right) = (x(first), x(first + run.len()));
                first += run.len();
                if run.first().is_some_and(drawn) {
                    outline.extend([
                        PathSegment::Move(left, bottom),
                        PathSegment::Line(left, top),
                        PathSegment::Line(right, top),
                        PathSegment::Line(right, bottom),
                        PathSegment::Close,
                    ]);
                }
            }
        }
        outline
    }
}
