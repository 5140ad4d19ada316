//! The captions as palette entries: glyphs drawn once and laid over the picture while their
//! caption is shown.

use resvg::tiny_skia::{FillRule, LineJoin, Mask, Path, PathBuilder, Stroke, Transform};

use super::palette::{Palette, TEXT_STEPS};
use crate::scene::text::Step;
use crate::scene::{Caption, Scene};

/// A drawn caption.
struct Stamp {
    x: usize,
    y: usize,
    width: usize,
    /// Palette entries row by row; 0 where there is no text.
    entries: Vec<u8>,
}

/// A rectangle of columns and rows: from, to.
pub type Area = [(usize, usize); 2];

/// The captions of a scene, and which of them are on the screen.
pub struct Captions<'a> {
    scene: &'a Scene,
    palette: Palette,
    stamps: Vec<Option<Stamp>>,
    shown: Vec<bool>,
    /// The palette entry of the text on every pixel, row by row; 0 where there is none.
    pub overlay: Vec<u8>,
}

impl<'a> Captions<'a> {
    pub fn new(scene: &'a Scene, palette: Palette) -> Self {
        let pixels = (scene.size.width * scene.size.height) as usize;
        Self {
            scene,
            palette,
            stamps: scene.captions.iter().map(|_| None).collect(),
            shown: vec![false; scene.captions.len()],
            overlay: vec![0; pixels],
        }
    }

    /// Brings the overlay to the time `t_s`; returns the areas that changed.
    pub fn show(&mut self, t_s: f64) -> Vec<Area> {
        let mut areas = Vec::new();
        let wanted: Vec<bool> =
            self.scene.captions.iter().map(|caption| caption.shown_at(t_s)).collect();
        if wanted == self.shown {
            return areas;
        }
        for (i, (&before, &now)) in self.shown.iter().zip(&wanted).enumerate() {
            if before != now {
                let stamp = self.stamps[i].get_or_insert_with(|| {
                    draw(&self.scene.captions[i], self.scene, &self.palette)
                });
                areas.push(stamp.area());
            }
        }
        let width = self.scene.size.width as usize;
        for [columns, rows] in &areas {
            for y in rows.0..rows.1 {
                self.overlay[y * width + columns.0..y * width + columns.1].fill(0);
            }
        }
        for (stamp, _) in self.stamps.iter().zip(&wanted).filter(|(_, wanted)| **wanted) {
            if let Some(stamp) = stamp {
                stamp.press(&mut self.overlay, width);
            }
        }
        for (stamp, _) in self.stamps.iter_mut().zip(&wanted).filter(|(_, wanted)| !**wanted) {
            *stamp = None;
        }
        self.shown = wanted;
        areas
    }
}

impl Stamp {
    fn area(&self) -> Area {
        let rows = self.entries.len().checked_div(self.width).unwrap_or(0);
        [(self.x, self.x + self.width), (self.y, self.y + rows)]
    }

    fn press(&self, overlay: &mut [u8], width: usize) {
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

fn draw(caption: &Caption, scene: &Scene, palette: &Palette) -> Stamp {
    let (left, line) = caption.lay_out();
    let clip = |low: f64, high: f64, most: u32| {
        let low = low.floor().clamp(0.0, f64::from(most));
        (low as usize, high.ceil().clamp(low, f64::from(most)) as usize)
    };
    // Glyphs may overhang their advance a little; a descender is at most a third of an em.
    let columns =
        clip(left - 0.2 * caption.size, left + line.width + 0.2 * caption.size, scene.size.width);
    let rows =
        clip(caption.y - 1.1 * caption.size, caption.y + 0.35 * caption.size, scene.size.height);
    let (width, height) = (columns.1 - columns.0, rows.1 - rows.0);
    let mut stamp = Stamp { x: columns.0, y: rows.0, width, entries: vec![0; width * height] };

    let scale = (caption.size / caption.face.units_per_em()) as f32;
    let mut path = PathBuilder::new();
    for glyph in &line.glyphs {
        let dx = (left + glyph.x - columns.0 as f64) as f32;
        let dy = (caption.y - rows.0 as f64) as f32;
        let (px, py) = (|x: f32| dx + x * scale, |y: f32| dy - y * scale);
        for step in caption.face.outline(glyph.id) {
            match step {
                Step::Move(x, y) => path.move_to(px(x), py(y)),
                Step::Line(x, y) => path.line_to(px(x), py(y)),
                Step::Quad(x1, y1, x, y) => path.quad_to(px(x1), py(y1), px(x), py(y)),
                Step::Close => path.close(),
            }
        }
    }
    let Some(path) = path.finish() else { return stamp };
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
    if let Some(halo) = path.stroke(&stroke, 1.0).and_then(|outline| fill(&outline))
        && !scene.transparent
    {
        for (entry, &coverage) in stamp.entries.iter_mut().zip(halo.data()) {
            if coverage > 127 {
                *entry = palette.bare();
            }
        }
    }
    let Some(mask) = fill(&path) else { return stamp };
    for (entry, &coverage) in stamp.entries.iter_mut().zip(mask.data()) {
        let step = (usize::from(coverage) * TEXT_STEPS + 127) / 255;
        if step > 0 {
            *entry = palette.text(caption.colour, step);
        }
    }
    stamp
}
