//! The captions of a scene and the slides over it as palette entries, laid over the picture while they are
//! shown.

use std::collections::BTreeMap;
use std::mem::take;
use std::rc::Rc;

use super::glyphs::{Glyphs, Sprite};
use crate::text::Fonts;
use flaky_core::raster::{Area, Palette, TextLayer};
use flaky_core::scene::timelapse::{FilledRect, Slide, Slides};
use flaky_core::scene::{Caption, Scene};

/// The captions of a scene and the tracks of slides over it, and what of them is on the screen.
pub(super) struct Captions<'a> {
    scene: &'a Scene,
    palette: Palette,
    glyphs: Glyphs<'a>,
    /// The captions on the screen, by their index in the scene.
    timed: BTreeMap<usize, Rc<Sprite>>,
    tracks: Vec<Track<'a>>,
    /// The palette entry of the text on every pixel, row by row; 0 without text.
    overlay: Vec<u8>,
}

/// Slides that follow each other, and the one on the screen.
struct Track<'a> {
    slides: &'a Slides,
    index: Option<usize>,
    shown: Slide,
    /// The sprites of its rectangles, then those of its texts.
    rects: Vec<Rc<Sprite>>,
    texts: Vec<Rc<Sprite>>,
}

impl<'a> Captions<'a> {
    /// Tracks that come later lie above earlier ones.
    pub(super) fn new(
        scene: &'a Scene,
        tracks: &[&'a Slides],
        fonts: &'a Fonts,
        palette: Palette,
    ) -> Self {
        let pixels = (scene.size.width * scene.size.height) as usize;
        let track = |slides: &&'a Slides| Track {
            slides,
            index: None,
            shown: Slide::default(),
            rects: Vec::new(),
            texts: Vec::new(),
        };
        Self {
            scene,
            glyphs: Glyphs::new(fonts, &palette, scene.transparent),
            palette,
            timed: BTreeMap::new(),
            tracks: tracks.iter().map(track).collect(),
            overlay: vec![0; pixels],
        }
    }

    fn show_timed(&mut self, t_s: f64) -> Vec<Area> {
        let mut areas = Vec::new();
        for (place, caption) in self.scene.captions.iter().enumerate() {
            match (caption.shown_at(t_s), self.timed.contains_key(&place)) {
                (true, false) => {
                    let sprite = self.draw(caption);
                    areas.push(sprite.area());
                    self.timed.insert(place, sprite);
                }
                (false, true) => {
                    areas.extend(self.timed.remove(&place).map(|sprite| sprite.area()));
                }
                _ => {}
            }
        }
        areas
    }

    /// Shows the slide of a track, and returns the areas that change. What stays the same keeps its
    /// sprite.
    fn show_slide(&mut self, number: usize, t_s: f64) -> Vec<Area> {
        let track = &self.tracks[number];
        let index = track.slides.at(t_s);
        if index == track.index {
            return Vec::new();
        }
        let slide = index.map(|index| track.slides.make(index)).unwrap_or_default();
        let (old, old_rects, old_texts) = {
            let track = &mut self.tracks[number];
            (take(&mut track.shown), take(&mut track.rects), take(&mut track.texts))
        };
        let mut areas = Vec::new();
        let mut rects = Vec::with_capacity(slide.rects.len());
        for (place, rect) in slide.rects.iter().enumerate() {
            let kept = (old.rects.get(place) == Some(rect)).then(|| Rc::clone(&old_rects[place]));
            rects.push(kept.unwrap_or_else(|| {
                let sprite = self.fill(rect);
                areas.push(sprite.area());
                sprite
            }));
        }
        let mut texts = Vec::with_capacity(slide.captions.len());
        for (place, caption) in slide.captions.iter().enumerate() {
            let same = old.captions.get(place) == Some(caption);
            let kept = same.then(|| Rc::clone(&old_texts[place]));
            texts.push(kept.unwrap_or_else(|| {
                let sprite = self.draw(caption);
                areas.push(sprite.area());
                sprite
            }));
        }
        let kept =
            |sprite: &Rc<Sprite>| rects.iter().chain(&texts).any(|other| Rc::ptr_eq(other, sprite));
        let gone = old_rects.iter().chain(&old_texts).filter(|sprite| !kept(sprite));
        areas.extend(gone.map(|sprite| sprite.area()));
        let track = &mut self.tracks[number];
        (track.index, track.shown, track.rects, track.texts) = (index, slide, rects, texts);
        areas
    }

    fn draw(&mut self, caption: &Caption) -> Rc<Sprite> {
        Rc::new(self.glyphs.caption(caption, self.scene.size))
    }

    fn fill(&self, rect: &FilledRect) -> Rc<Sprite> {
        let side = |at: f64, most: u32| (at.round().clamp(0.0, f64::from(most))) as usize;
        let size = self.scene.size;
        let (left, right) = (side(rect.x, size.width), side(rect.x + rect.width, size.width));
        let (top, bottom) = (side(rect.y, size.height), side(rect.y + rect.height, size.height));
        let (width, height) = (right - left, bottom - top);
        let entry = self.palette.fill(rect.colour);
        Rc::new(Sprite { x: left, y: top, width, entries: vec![entry; width * height] })
    }
}

impl TextLayer for Captions<'_> {
    fn show(&mut self, t_s: f64) -> Vec<Area> {
        let t_s = self.scene.caption_time(t_s);
        let mut areas = self.show_timed(t_s);
        for number in 0..self.tracks.len() {
            areas.extend(self.show_slide(number, t_s));
        }
        let areas = merge_rows(areas);
        let width = self.scene.size.width as usize;
        for [columns, rows] in &areas {
            for y in rows.0..rows.1 {
                self.overlay[y * width + columns.0..y * width + columns.1].fill(0);
            }
        }
        if !areas.is_empty() {
            let slides =
                self.tracks.iter().flat_map(|track| track.rects.iter().chain(&track.texts));
            for sprite in self.timed.values().chain(slides) {
                sprite.blit(&mut self.overlay, width);
            }
        }
        areas
    }

    fn overlay(&self) -> &[u8] {
        &self.overlay
    }
}

/// Merges areas with the same rows: usually a text replaces another in the same place.
fn merge_rows(areas: Vec<Area>) -> Vec<Area> {
    let mut merged: Vec<Area> = Vec::with_capacity(areas.len());
    for [columns, rows] in areas {
        match merged.iter_mut().find(|[_, of]| *of == rows) {
            Some([sum, _]) => *sum = (sum.0.min(columns.0), sum.1.max(columns.1)),
            None => merged.push([columns, rows]),
        }
    }
    merged
}
