//! Draws captions as palette entries. The bitmap of each glyph is cached for every subpixel
//! position, and captions are composed of these bitmaps.

use std::collections::BTreeMap;
use std::rc::Rc;

use resvg::tiny_skia::{FillRule, LineJoin, Mask, Path, PathBuilder, Stroke, Transform};

use crate::text::{FontId, Fonts, Glyph, PathSegment, UNITS_PER_EM};
use flaky_core::raster::palette::TEXT_STEPS;
use flaky_core::raster::{Area, Palette};
use flaky_core::scene::{Caption, Size};

/// The number of subpixel positions of a glyph within a column, and within a row.
const PHASES: f64 = 4.0;
/// The maximum extent of a glyph above and below its baseline, in ems.
const ABOVE: f64 = 1.1;
const BELOW: f64 = 0.35;
/// The usual overhang of a glyph beyond its advance width, in ems.
const ASIDE: f64 = 0.25;
/// The maximum advance width of a glyph, and its maximum overhang, in ems.
const WIDEST: f64 = 4.0;

/// A small bitmap and its position on the screen.
pub(super) struct Sprite {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    /// Palette entries row by row; 0 is transparent.
    pub entries: Vec<u8>,
}

impl Sprite {
    pub(super) fn area(&self) -> Area {
        let rows = self.entries.len().checked_div(self.width).unwrap_or(0);
        [(self.x, self.x + self.width), (self.y, self.y + rows)]
    }

    pub(super) fn blit(&self, overlay: &mut [u8], width: usize) {
        if self.width == 0 {
            return;
        }
        for (y, row) in self.entries.chunks(self.width).enumerate() {
            let at = (self.y + y) * width + self.x;
            for (under, &entry) in overlay[at..at + self.width].iter_mut().zip(row) {
                if entry != 0 {
                    *under = entry;
                }
            }
        }
    }
}

/// The coverage of a glyph, and the pixels of its halo.
struct GlyphBitmap {
    /// The columns left of the glyph's origin.
    left: f64,
    width: usize,
    /// Coverage in steps 0–[`TEXT_STEPS`], row by row.
    ink: Vec<u8>,
    halo: Vec<bool>,
}

/// Font, font size as bits, glyph, and subpixel position in x and y.
type Key = (FontId, u64, u16, (u8, u8));

/// Draws captions and caches their glyphs.
pub(super) struct Glyphs<'a> {
    fonts: &'a Fonts,
    bitmaps: BTreeMap<Key, Rc<GlyphBitmap>>,
    palette: Palette,
    /// True if letters have a halo.
    halo: bool,
}

impl<'a> Glyphs<'a> {
    pub(super) fn new(fonts: &'a Fonts, palette: &Palette, transparent: bool) -> Self {
        Self { fonts, bitmaps: BTreeMap::new(), palette: palette.clone(), halo: !transparent }
    }

    /// Draws a caption on a screen of this size.
    pub(super) fn caption(&mut self, caption: &Caption, screen: Size) -> Sprite {
        let (left, line) = self.fonts.lay_out_caption(caption);
        let margin = (ASIDE * caption.size + caption.halo()).ceil();
        let clip = |low: f64, high: f64, most: u32| {
            let low = low.floor().clamp(0.0, f64::from(most));
            (low as usize, high.ceil().clamp(low, f64::from(most)) as usize)
        };
        let columns = clip(left - margin, left + line.width + margin, screen.width);
        let baseline = caption.baseline();
        let (above, below) = reach(caption.size);
        let rows = clip(baseline - above, baseline + below, screen.height);
        let (width, height) = (columns.1 - columns.0, rows.1 - rows.0);
        let mut ink = vec![0_u8; width * height];
        let mut halo = vec![false; width * height];
        for glyph in &line.glyphs {
            let (column, right) = whole_and_phase(left + glyph.x);
            let (row, down) = whole_and_phase(baseline - glyph.y);
            let bitmap = self.glyph(caption, glyph, (right, down));
            let (dx, dy) = (
                (column - bitmap.left) as isize - columns.0 as isize,
                (row - above) as isize - rows.0 as isize,
            );
            // The part of the glyph on the screen.
            let part = |shift: isize, most: usize, length: usize| {
                let first = (-shift).clamp(0, length as isize) as usize;
                let last = (most as isize - shift).clamp(first as isize, length as isize) as usize;
                first..last
            };
            let xs = part(dx, width, bitmap.width);
            for y in part(dy, height, bitmap.ink.len() / bitmap.width) {
                let from = y * bitmap.width;
                let to = (y as isize + dy) as usize * width + (xs.start as isize + dx) as usize;
                let from = from + xs.start..from + xs.end;
                let to = to..to + xs.len();
                for (ink, step) in ink[to.clone()].iter_mut().zip(&bitmap.ink[from.clone()]) {
                    *ink = (*ink).max(*step);
                }
                for (halo, lit) in halo[to].iter_mut().zip(&bitmap.halo[from]) {
                    *halo |= *lit;
                }
            }
        }
        let ramp: Vec<u8> =
            (1..=TEXT_STEPS).map(|step| self.palette.text(caption.colour, step)).collect();
        let bare = self.palette.bare();
        let entry = |(step, halo): (&u8, &bool)| match usize::from(*step) {
            0 if *halo => bare,
            0 => 0,
            step => ramp[step - 1],
        };
        let entries = ink.iter().zip(&halo).map(entry).collect();
        Sprite { x: columns.0, y: rows.0, width, entries }
    }

    fn glyph(&mut self, caption: &Caption, glyph: &Glyph, phase: (u8, u8)) -> Rc<GlyphBitmap> {
        let key = (glyph.font, caption.size.to_bits(), glyph.id, phase);
        if let Some(bitmap) = self.bitmaps.get(&key) {
            return Rc::clone(bitmap);
        }
        let bitmap = Rc::new(draw(self.fonts, caption, glyph, phase, self.halo));
        self.bitmaps.insert(key, Rc::clone(&bitmap));
        bitmap
    }
}

/// The whole pixel at or before a position, and its subpixel position in that.
fn whole_and_phase(at: f64) -> (f64, u8) {
    let fine = (at * PHASES).round();
    let whole = (fine / PHASES).floor();
    (whole, (fine - whole * PHASES) as u8)
}

/// The maximum extent of letters above and below their baseline, in whole pixels.
fn reach(size: f64) -> (f64, f64) {
    ((ABOVE * size).ceil(), (BELOW * size).ceil())
}

/// The left and right edge of an outline in pixels, not more than [`WIDEST`] ems from its origin.
fn edges(outline: &[PathSegment], size: f64) -> (f64, f64) {
    let px = |units: f32| f64::from(units) * size / UNITS_PER_EM;
    let xs = outline.iter().filter_map(|segment| match *segment {
        PathSegment::Move(x, _) | PathSegment::Line(x, _) => Some((px(x), px(x))),
        PathSegment::Quad(x1, _, x, _) => Some((px(x.min(x1)), px(x.max(x1)))),
        PathSegment::Cubic(x1, _, x2, _, x, _) => {
            Some((px(x.min(x1).min(x2)), px(x.max(x1).max(x2))))
        }
        PathSegment::Close => None,
    });
    let (left, right) = xs.fold((0.0, 0.0), |(left, right), (low, high)| {
        (f64::min(left, low), f64::max(right, high))
    });
    (left.max(-WIDEST * size), right.min(WIDEST * size))
}

fn draw(
    fonts: &Fonts,
    caption: &Caption,
    glyph: &Glyph,
    phase: (u8, u8),
    with_halo: bool,
) -> GlyphBitmap {
    let size = caption.size;
    let scale = (size / UNITS_PER_EM) as f32;
    let outline = fonts.outline(glyph.font, glyph.id);
    let advance = fonts.advance(glyph.font, glyph.id, size).min(WIDEST * size);
    let (left, right) = edges(&outline, size);
    let (above, below) = reach(size);
    let margin = |overhang: f64| (overhang.max(ASIDE * size) + caption.halo()).ceil();
    let (left, right) = (margin(-left), margin(right - advance));
    let width = (advance + left + right).ceil() as usize + 1;
    let height = (above + below) as usize;
    let mut bitmap = GlyphBitmap {
        left,
        width,
        ink: vec![0; width * height],
        halo: vec![false; width * height],
    };
    let subpixel = |phase: u8| f64::from(phase) / PHASES;
    let (dx, dy) = ((left + subpixel(phase.0)) as f32, (above + subpixel(phase.1)) as f32);
    let (px, py) = (|x: f32| dx + x * scale, |y: f32| dy - y * scale);
    let mut path = PathBuilder::new();
    for segment in outline {
        match segment {
            PathSegment::Move(x, y) => path.move_to(px(x), py(y)),
            PathSegment::Line(x, y) => path.line_to(px(x), py(y)),
            PathSegment::Quad(x1, y1, x, y) => path.quad_to(px(x1), py(y1), px(x), py(y)),
            PathSegment::Cubic(x1, y1, x2, y2, x, y) => {
                path.cubic_to(px(x1), py(y1), px(x2), py(y2), px(x), py(y));
            }
            PathSegment::Close => path.close(),
        }
    }
    let Some(path) = path.finish() else { return bitmap };
    let fill = |path: &Path| {
        let mut mask = Mask::new(width as u32, height as u32)?;
        mask.fill_path(path, FillRule::Winding, true, Transform::identity());
        Some(mask)
    };
    let stroke = Stroke {
        width: 2.0 * caption.halo() as f32,
        line_join: LineJoin::Round,
        ..Stroke::default()
    };
    if let Some(mask) = path.stroke(&stroke, 1.0).and_then(|outline| fill(&outline))
        && with_halo
    {
        for (halo, &coverage) in bitmap.halo.iter_mut().zip(mask.data()) {
            *halo = coverage > 127;
        }
    }
    let Some(mask) = fill(&path) else { return bitmap };
    for (ink, &coverage) in bitmap.ink.iter_mut().zip(mask.data()) {
        *ink = ((usize::from(coverage) * TEXT_STEPS + 127) / 255) as u8;
    }
    bitmap
}
