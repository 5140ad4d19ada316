//! A badge as frames.
//!
//! Only the light over the beats moves. The badge is drawn twice by resvg, without the light and with
//! the light everywhere. The few pixels in which both differ are mixed anew in every frame, by column,
//! as the mask in the SVG does.

use std::collections::BTreeMap;

use flaky_core::animation::{Animation, Frame, PixelRun, Plays, Rect, Rgba, UNCHANGED};
use flaky_core::scene::{Badge, Size};
use flaky_core::timeline::Tick;

use super::document::{colours, draw};
use crate::svg::{Shown, badge_document};
use crate::text::Fonts;

/// The most colours besides [`UNCHANGED`].
const MOST: usize = 255;
/// The opacity from which a pixel is opaque, in a format without partial transparency.
const HALF: u8 = 128;
/// The levels of the light besides none.
const LEVELS: usize = 10;

/// The frames of a badge, or the one of its still, which plays forever. With `alpha`, pixels may be
/// partially transparent.
pub fn badge(badge: &Badge, fonts: &Fonts, ticks_per_s: u32, alpha: bool) -> Animation<'static> {
    let timeline = badge.timeline(ticks_per_s);
    let Size { width, height } = badge.scene.size;
    let picture = |shown| {
        let document = badge_document(badge, fonts, shown);
        draw(&document, badge.scene.size).expect("our own markup is well formed")
    };
    let visible = |colour| visible(colour, alpha);
    let still = picture(Shown::Still);
    let mut lights: Vec<LitPixel> = Vec::new();
    if badge.light.is_some() {
        let lit = picture(Shown::Lit);
        let pairs = colours(&still).zip(colours(&lit));
        let pairs = pairs.map(|(dark, bright)| (visible(dark), visible(bright)));
        let differing = pairs.enumerate().filter(|(_, (dark, bright))| dark != bright);
        lights.extend(differing.map(|(at, (dark, bright))| LitPixel { at, dark, bright }));
    }

    let mut counts: BTreeMap<Rgba, usize> = BTreeMap::new();
    count_colours(&mut counts, colours(&still).map(visible), timeline.frames() as usize);
    for level in 1..=LEVELS {
        count_colours(&mut counts, lights.iter().map(|pixel| pixel.at_level(level)), 1);
    }
    let (palette, entries) = palette(counts);
    let levels = |pixel: LitPixel| {
        let levels = (0..=LEVELS).map(|level| entries[&pixel.at_level(level)]);
        (pixel.at, levels.collect())
    };
    let mut screen = Screen {
        badge: badge.clone(),
        lights: lights.into_iter().map(levels).collect(),
        pixels: colours(&still).map(|colour| entries[&visible(colour)]).collect(),
        begun: false,
    };
    let frame_count = timeline.frames();
    let ticks: Vec<Tick> = timeline.ticks().collect();
    Animation {
        width,
        height,
        palette,
        plays: Plays::Forever,
        ticks_per_s,
        frame_count,
        keep_every_frame: false,
        frames: Box::new(ticks.into_iter().map(move |tick| screen.advance(tick))),
    }
}

/// A pixel that the light changes.
struct LitPixel {
    at: usize,
    /// Its colour without the light and with all of it.
    dark: Rgba,
    bright: Rgba,
}

impl LitPixel {
    fn at_level(&self, level: usize) -> Rgba {
        let part = level as f64 / LEVELS as f64;
        let channel = |n: usize| {
            let (from, to) = (f64::from(self.dark[n]), f64::from(self.bright[n]));
            (from + (to - from) * part).round() as u8
        };
        [channel(0), channel(1), channel(2), channel(3)]
    }
}

/// The picture at a moment, as palette entries.
struct Screen {
    badge: Badge,
    /// The pixels that the light changes: their places, and their entries at each level of the light.
    lights: Vec<(usize, Vec<u8>)>,
    pixels: Vec<u8>,
    /// Whether there was a frame.
    begun: bool,
}

impl Screen {
    /// The frame of a moment.
    fn advance(&mut self, tick: Tick) -> Frame {
        let Size { width, height } = self.badge.scene.size;
        let levels: Vec<usize> = (0..width).map(|x| self.level(x, tick.t_s)).collect();
        let mut changes: Vec<(usize, u8)> = Vec::new();
        for (at, entries) in &self.lights {
            let entry = entries[levels[at % width as usize]];
            if self.pixels[*at] != entry {
                changes.push((*at, std::mem::replace(&mut self.pixels[*at], entry)));
            }
        }
        let rect = if self.begun {
            around(changes.iter().map(|(at, _)| *at), width as usize)
        } else {
            Rect { x: 0, y: 0, width, height }
        };
        let pixels: Vec<u8> = part(&self.pixels, rect, width as usize);
        let changed = if self.begun {
            let place = |at: usize| {
                let (x, y) = (at as u32 % width - rect.x, at as u32 / width - rect.y);
                y * rect.width + x
            };
            runs(changes.iter().map(|(at, _)| place(*at)))
        } else {
            runs((0..).zip(&pixels).filter(|(_, entry)| **entry != UNCHANGED).map(|(at, _)| at))
        };
        self.begun = true;
        Frame { rect, pixels, changed, delay: tick.delay }
    }

    /// The level of the light in column `x` at `t_s` seconds.
    fn level(&self, x: u32, t_s: f64) -> usize {
        let Some(light) = self.badge.light else { return 0 };
        let (tail, head) = self.badge.light_at(light, t_s);
        // Only a part of the column may be covered.
        let (from, to) = (tail.max(f64::from(x)), head.min(f64::from(x) + 1.0));
        let bright = (0.5 * (from + to) - tail) / light.tail;
        (LEVELS as f64 * bright * (to - from).max(0.0)).round() as usize
    }
}

/// The smallest rectangle around pixels of a picture this wide; a single pixel if there are none.
fn around(places: impl Iterator<Item = usize>, width: usize) -> Rect {
    let none = (usize::MAX, 0, usize::MAX, 0);
    let (left, right, top, bottom) = places.fold(none, |(left, right, top, bottom), at| {
        let (x, y) = (at % width, at / width);
        (left.min(x), right.max(x + 1), top.min(y), bottom.max(y + 1))
    });
    let (left, right, top, bottom) =
        if left < right { (left, right, top, bottom) } else { (0, 1, 0, 1) };
    let (x, y) = (left as u32, top as u32);
    Rect { x, y, width: (right - left) as u32, height: (bottom - top) as u32 }
}

/// The pixels of a picture this wide in a rectangle, row by row.
fn part(pixels: &[u8], rect: Rect, width: usize) -> Vec<u8> {
    let rows = pixels.chunks(width).skip(rect.y as usize).take(rect.height as usize);
    let (from, to) = (rect.x as usize, (rect.x + rect.width) as usize);
    rows.flat_map(|row| &row[from..to]).copied().collect()
}

/// Places in ascending order as runs.
fn runs(places: impl Iterator<Item = u32>) -> Vec<PixelRun> {
    let mut runs: Vec<PixelRun> = Vec::new();
    for at in places {
        match runs.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => runs.push(PixelRun { start: at, end: at + 1 }),
        }
    }
    runs
}

/// A colour as the format can show it; invisible pixels are all the same.
fn visible([r, g, b, opacity]: Rgba, alpha: bool) -> Rgba {
    let opacity = match opacity {
        opacity if alpha => opacity,
        HALF.. => 255,
        _ => 0,
    };
    if opacity == 0 { [0; 4] } else { [r, g, b, opacity] }
}

/// Adds the pixels to the number of times that each colour is used.
fn count_colours(
    counts: &mut BTreeMap<Rgba, usize>,
    pixels: impl Iterator<Item = Rgba>,
    times: usize,
) {
    let mut run: Option<(Rgba, usize)> = None;
    let mut add = |(colour, length): (Rgba, usize)| {
        *counts.entry(colour).or_default() += times * length;
    };
    for pixel in pixels {
        match &mut run {
            Some((colour, length)) if *colour == pixel => *length += 1,
            _ => {
                if let Some(ended) = run.replace((pixel, 1)) {
                    add(ended);
                }
            }
        }
    }
    if let Some(ended) = run {
        add(ended);
    }
}

/// A palette, and the entry of every colour in it. If there are more than [`MOST`] colours, rare
/// ones share the entry of a frequent colour near them.
fn palette(counts: BTreeMap<Rgba, usize>) -> (Vec<Rgba>, BTreeMap<Rgba, u8>) {
    let mut colours: Vec<(Rgba, usize)> =
        counts.into_iter().filter(|([.., opacity], _)| *opacity > 0).collect();
    colours.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let distance = |a: &Rgba, b: &Rgba| {
        a.iter().zip(b).map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2)).sum::<i32>()
    };
    let mut least = 0;
    let chosen = loop {
        let mut chosen: Vec<Rgba> = Vec::new();
        for (colour, _) in &colours {
            if chosen.iter().all(|other| distance(colour, other) > least) {
                chosen.push(*colour);
            }
            if chosen.len() > MOST {
                break;
            }
        }
        if chosen.len() <= MOST {
            break chosen;
        }
        least = 2 * least + 3;
    };
    let mut entries = BTreeMap::from([([0; 4], UNCHANGED)]);
    for (colour, _) in &colours {
        let nearest = (1..=u8::MAX).zip(&chosen).min_by_key(|(_, other)| distance(colour, other));
        entries.insert(*colour, nearest.map_or(1, |(entry, _)| entry));
    }
    ([[0; 4]].into_iter().chain(chosen).collect(), entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many colours as a palette has room for, and one more.
    #[test]
    fn a_palette_can_be_full() {
        for count in [MOST, MOST + 1] {
            let colour = |i: usize| [(i % 16 * 16) as u8, (i / 16 * 16) as u8, 0, 255];
            let (palette, entries) = palette((0..count).map(|i| (colour(i), 1)).collect());
            assert!(palette.len() <= MOST + 1 && entries.len() == count + 1);
            let full = count == MOST;
            assert_eq!(entries.iter().all(|(c, entry)| palette[usize::from(*entry)] == *c), full);
        }
    }
}
