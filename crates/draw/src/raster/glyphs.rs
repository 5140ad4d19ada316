//! Draws captions as palette entries. The bitmap of each glyph is cached for every subpixel
//! position, and captions are composed of these bitmaps.

use std::collections::BTreeMap;
use std::rc::Rc;

use resvg::tiny_skia::{FillRule, LineJoin, Mask, Path, PathBuilder, Stroke, Transform};

use crate::text::{self, PathSegment};
use flaky_core::raster::palette::TEXT_STEPS;
use flaky_core::raster::{Area, Palette};
use flaky_core::scene::text::Face;
use flaky_core::scene::{Caption, Size};

/// The number of subpixel positions of a glyph within a column.
const PHASES: f64 = 4.0;
/// The maximum extent of a glyph above and below its baseline, in ems.
const ABOVE: f64 = 1.1;
const BELOW: f64 = 0.35;
/// The maximum overhang of a glyph beyond its advance width, in ems.
const ASIDE: f64 = 0.25;

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
    width: usize,
    /// Coverage in steps 0–[`TEXT_STEPS`], row by row.
    ink: Vec<u8>,
    halo: Vec<bool>,
}

/// Face, font size as bits, glyph, and subpixel position.
type Key = (Face, u64, u16, u8);

/// Draws captions and caches their glyphs.
pub(super) struct Glyphs {
    bitmaps: BTreeMap<Key, Rc<GlyphBitmap>>,
    palette: Palette,
    /// True if letters have a halo.
    halo: bool,
}

impl Glyphs {
    pub(super) fn new(palette: &Palette, transparent: bool) -> Self {
        Self { bitmaps: BTreeMap::new(), palette: palette.clone(), halo: !transparent }
    }

    /// Draws a caption on a screen of this size.
    pub(super) fn caption(&mut self, caption: &Caption, screen: Size) -> Sprite {
        let (left, line) = text::lay_out_caption(caption);
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
            let fine = ((left + glyph.x) * PHASES).round();
            let column = (fine / PHASES).floor();
            let phase = (fine - column * PHASES) as u8;
            let bitmap = self.glyph(caption, glyph.id, phase);
            let (dx, dy) = (
                (column - margin) as isize - columns.0 as isize,
                (baseline - above) as isize - rows.0 as isize,
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

    fn glyph(&mut self, caption: &Caption, id: u16, phase: u8) -> Rc<GlyphBitmap> {
        let key = (caption.face, caption.size.to_bits(), id, phase);
        if let Some(bitmap) = self.bitmaps.get(&key) {
            return Rc::clone(bitmap);
        }
        let bitmap = Rc::new(draw(caption, id, f64::from(phase) / PHASES, self.halo));
        self.bitmaps.insert(key, Rc::clone(&bitmap));
        bitmap
    }
}

/// The maximum extent of letters above and below their baseline, in whole pixels.
fn reach(size: f64) -> (f64, f64) {
    ((ABOVE * size).ceil(), (BELOW * size).ceil())
}

fn draw(caption: &Caption, id: u16, phase: f64, with_halo: bool) -> GlyphBitmap {
    let scale = (caption.size / text::units_per_em(caption.face)) as f32;
    let (above, below) = reach(caption.size);
    let margin = (ASIDE * caption.size + caption.halo()).ceil();
    let width = (text::advance(caption.face, id, caption.size) + 2.0 * margin).ceil() as usize + 1;
    let height = (above + below) as usize;
    let mut bitmap =
        GlyphBitmap { width, ink: vec![0; width * height], halo: vec![false; width * height] };
    let (dx, dy) = ((margin + phase) as f32, above as f32);
    let (px, py) = (|x: f32| dx + x * scale, |y: f32| dy - y * scale);
    let mut path = PathBuilder::new();
    for segment in text::outline(caption.face, id) {
        match segment {
            PathSegment::Move(x, y) => path.move_to(px(x), py(y)),
            PathSegment::Line(x, y) => path.line_to(px(x), py(y)),
            PathSegment::Quad(x1, y1, x, y) => path.quad_to(px(x1), py(y1), px(x), py(y)),
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
