//! The captions as palette entries: glyphs drawn once and laid over the picture while their
//! caption is shown.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::glyphs::{Glyphs, Stamp};
use flaky_core::raster::palette::TEXT_STEPS;
use flaky_core::raster::{Area, Palette, TextLayer};
use flaky_core::scene::{Bar, Caption, Scene, Slide};

/// The captions of a scene, and which of them are on the screen.
pub struct Captions<'a> {
    scene: &'a Scene,
    palette: Palette,
    glyphs: Glyphs,
    /// Those that are on the screen now, by their place among the scene's captions.
    timed: BTreeMap<usize, Rc<Stamp>>,
    /// The slide that is on the screen now, with its stamps.
    slide: Option<(usize, Slide, Vec<Rc<Stamp>>)>,
    /// The palette entry of the text on every pixel, row by row; 0 where there is none.
    overlay: Vec<u8>,
}

impl<'a> Captions<'a> {
    pub fn new(scene: &'a Scene, palette: Palette) -> Self {
        let pixels = (scene.size.width * scene.size.height) as usize;
        Self {
            scene,
            glyphs: Glyphs::new(&palette, scene.transparent),
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
                    let stamp = self.draw(caption);
                    areas.push(stamp.area());
                    self.timed.insert(place, stamp);
                }
                (false, true) => areas.extend(self.timed.remove(&place).map(|stamp| stamp.area())),
                _ => {}
            }
        }
        areas
    }

    fn show_slide(&mut self, t_s: f64) -> Vec<Area> {
        let Some(slides) = &self.scene.slides else { return Vec::new() };
        let number = slides.at(t_s);
        let before = self.slide.take();
        if before.as_ref().map(|(before, ..)| *before) == number {
            self.slide = before;
            return Vec::new();
        }
        let slide = number.map(|number| slides.make(number)).unwrap_or_default();
        let mut areas = Vec::new();
        let mut stamps = Vec::with_capacity(slide.captions.len() + slide.bars.len());
        // What is as it was stays; a slide says the same things in the same order.
        let (old, old_stamps) =
            before.map(|(_, slide, stamps)| (slide, stamps)).unwrap_or_default();
        let same = |place: usize, caption: &Caption| {
            (old.captions.get(place) == Some(caption)).then(|| Rc::clone(&old_stamps[place]))
        };
        for (place, caption) in slide.captions.iter().enumerate() {
            stamps.push(same(place, caption).unwrap_or_else(|| {
                let stamp = self.draw(caption);
                areas.push(stamp.area());
                stamp
            }));
        }
        stamps.extend(slide.bars.iter().map(|bar| self.bar(bar)));
        areas.extend(stamps[slide.captions.len()..].iter().map(|stamp| stamp.area()));
        let kept = |stamp: &Rc<Stamp>| stamps.iter().any(|other| Rc::ptr_eq(other, stamp));
        areas.extend(old_stamps.iter().filter(|stamp| !kept(stamp)).map(|stamp| stamp.area()));
        self.slide = number.map(|number| (number, slide, stamps));
        areas
    }

    fn draw(&mut self, caption: &Caption) -> Rc<Stamp> {
        Rc::new(self.glyphs.caption(caption, self.scene.size))
    }

    fn bar(&self, bar: &Bar) -> Rc<Stamp> {
        let side = |at: f64, most: u32| (at.round().clamp(0.0, f64::from(most))) as usize;
        let size = self.scene.size;
        let (left, right) = (side(bar.x, size.width), side(bar.x + bar.width, size.width));
        let (top, bottom) = (side(bar.y, size.height), side(bar.y + bar.height, size.height));
        let (width, height) = (right - left, bottom - top);
        let entry = self.palette.text(bar.colour, TEXT_STEPS);
        Rc::new(Stamp { x: left, y: top, width, entries: vec![entry; width * height] })
    }
}

impl TextLayer for Captions<'_> {
    fn show(&mut self, t_s: f64) -> Vec<Area> {
        let t_s = self.scene.caption_time(t_s);
        let mut areas = self.show_timed(t_s);
        areas.extend(self.show_slide(t_s));
        let areas = together(areas);
        let width = self.scene.size.width as usize;
        for [columns, rows] in &areas {
            for y in rows.0..rows.1 {
                self.overlay[y * width + columns.0..y * width + columns.1].fill(0);
            }
        }
        if !areas.is_empty() {
            let slide = self.slide.iter().flat_map(|(_, _, stamps)| stamps);
            for stamp in self.timed.values().chain(slide) {
                stamp.press(&mut self.overlay, width);
            }
        }
        areas
    }

    fn overlay(&self) -> &[u8] {
        &self.overlay
    }
}

/// Areas of the same rows as one: a text mostly gives way to another at its place.
fn together(areas: Vec<Area>) -> Vec<Area> {
    let mut merged: Vec<Area> = Vec::with_capacity(areas.len());
    for [columns, rows] in areas {
        match merged.iter_mut().find(|[_, of]| *of == rows) {
            Some([sum, _]) => *sum = (sum.0.min(columns.0), sum.1.max(columns.1)),
            None => merged.push([columns, rows]),
        }
    }
    merged
}
