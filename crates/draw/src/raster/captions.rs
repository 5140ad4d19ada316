//! The captions and slides of a scene as palette entries, laid over the picture while they are
//! shown.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::glyphs::{Glyphs, Sprite};
use crate::text::Fonts;
use flaky_core::raster::palette::TEXT_STEPS;
use flaky_core::raster::{Area, Palette, TextLayer};
use flaky_core::scene::timelapse::{FilledRect, Slide, Slides};
use flaky_core::scene::{Caption, Scene};

/// The captions and slides of a scene, and those of them that are on the screen.
pub(super) struct Captions<'a> {
    scene: &'a Scene,
    slides: Option<&'a Slides>,
    palette: Palette,
    glyphs: Glyphs<'a>,
    /// The captions on the screen, by their index in the scene.
    timed: BTreeMap<usize, Rc<Sprite>>,
    /// The slide on the screen with its index and its sprites.
    slide: Option<(usize, Slide, Vec<Rc<Sprite>>)>,
    /// The palette entry of the text on every pixel, row by row; 0 without text.
    overlay: Vec<u8>,
}

impl<'a> Captions<'a> {
    pub(super) fn new(
        scene: &'a Scene,
        slides: Option<&'a Slides>,
        fonts: &'a Fonts,
        palette: Palette,
    ) -> Self {
        let pixels = (scene.size.width * scene.size.height) as usize;
        Self {
            scene,
            slides,
            glyphs: Glyphs::new(fonts, &palette, scene.transparent),
            palette,
            timed: BTreeMap::new(),
            slide: None,
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

    fn show_slide(&mut self, t_s: f64) -> Vec<Area> {
        let Some(slides) = self.slides else { return Vec::new() };
        let number = slides.at(t_s);
        let before = self.slide.take();
        if before.as_ref().map(|(before, ..)| *before) == number {
            self.slide = before;
            return Vec::new();
        }
        let slide = number.map(|number| slides.make(number)).unwrap_or_default();
        let mut areas = Vec::new();
        let mut sprites = Vec::with_capacity(slide.captions.len() + slide.rects.len());
        // Reuse the sprites of texts that stay the same: they keep their index.
        let (old, old_sprites) =
            before.map(|(_, slide, sprites)| (slide, sprites)).unwrap_or_default();
        let same = |place: usize, caption: &Caption| {
            (old.captions.get(place) == Some(caption)).then(|| Rc::clone(&old_sprites[place]))
        };
        for (place, caption) in slide.captions.iter().enumerate() {
            sprites.push(same(place, caption).unwrap_or_else(|| {
                let sprite = self.draw(caption);
                areas.push(sprite.area());
                sprite
            }));
        }
        sprites.extend(slide.rects.iter().map(|rect| self.fill(rect)));
        areas.extend(sprites[slide.captions.len()..].iter().map(|sprite| sprite.area()));
        let kept = |sprite: &Rc<Sprite>| sprites.iter().any(|other| Rc::ptr_eq(other, sprite));
        areas.extend(old_sprites.iter().filter(|sprite| !kept(sprite)).map(|sprite| sprite.area()));
        self.slide = number.map(|number| (number, slide, sprites));
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
        let entry = self.palette.text(rect.colour, TEXT_STEPS);
        Rc::new(Sprite { x: left, y: top, width, entries: vec![entry; width * height] })
    }
}

impl TextLayer for Captions<'_> {
    fn show(&mut self, t_s: f64) -> Vec<Area> {
        let t_s = self.scene.caption_time(t_s);
        let mut areas = self.show_timed(t_s);
        areas.extend(self.show_slide(t_s));
        let areas = merge_rows(areas);
        let width = self.scene.size.width as usize;
        for [columns, rows] in &areas {
            for y in rows.0..rows.1 {
                self.overlay[y * width + columns.0..y * width + columns.1].fill(0);
            }
        }
        if !areas.is_empty() {
            let slide = self.slide.iter().flat_map(|(_, _, sprites)| sprites);
            for sprite in self.timed.values().chain(slide) {
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
