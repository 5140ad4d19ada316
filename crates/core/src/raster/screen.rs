//! The screen: its current picture, and the frames in which it changes.

use std::ops::Range;

use super::beam::{self, Energy};
use super::ground::Ground;
use super::palette::{KINDS, Palette};
use super::phosphor::{Fade, Pace, SLACK, light};
use super::strips::{PIECE, SUBPIXELS, Strips};
use super::{LEVELS, TextLayer};
use crate::animation::{Frame, PixelRun, Rect};
use crate::scene::{Motion, Size, Theme, Trace};

/// The margin around the part of an axis that a screen reads, in seconds.
const MARGIN_S: f64 = 0.1;

/// A screen that shows a trace, a moment at a time.
pub struct Screen<T> {
    width: usize,
    height: usize,
    levels: [u8; 256],
    /// The entry for a level over a kind of ground, indexed by [`place`].
    lit: [u8; 256],
    ground: Ground,
    text: T,
    fade: Fade,
    /// The distance from its path that a line lights, in pixels.
    reach: f64,
    strips: Strips,
    /// The energies the beam has left, row by row.
    energy: Energy,
    /// The picture as palette entries, row by row.
    picture: Vec<u8>,
    /// The level of light of every pixel of the picture.
    shown: Vec<u8>,
    /// Brightness of every column at this moment; see [`Fade`].
    brightness: Vec<u16>,
    /// Changed runs of the current frame: the columns of every row.
    changed: Vec<Vec<Range<usize>>>,
    /// The number of frames so far, and the instant of the last one.
    frames: u32,
    before_s: Option<f64>,
}

impl<T: TextLayer> Screen<T> {
    /// A dark screen of `size`, which is about to show `trace`, as wide as it.
    pub fn new(
        size: Size,
        theme: &Theme,
        trace: &Trace,
        palette: &Palette,
        ground: Ground,
        text: T,
        pace: Pace,
    ) -> Self {
        let Size { width, height } = size;
        Self {
            width: width as usize,
            height: height as usize,
            levels: palette.levels,
            lit: flat(&palette.lit),
            shown: vec![0; ground.entries.len()],
            picture: ground.entries.clone(),
            ground,
            text,
            fade: Fade::new(trace, theme, pace),
            reach: beam::reach(trace.stroke, theme.glow),
            strips: Strips::new(trace, (width, height), theme.glow),
            energy: Energy::new(width, height),
            brightness: vec![0; width as usize],
            changed: vec![Vec::new(); height as usize],
            frames: 0,
            before_s: None,
        }
    }

    /// Advances to `t_s` seconds and returns the frame of what has changed, a single pixel if nothing
    /// has. The frame's delay will be `delay`. See [`Screen::step`].
    pub fn advance(&mut self, trace: &Trace, t_s: f64, delay: u32) -> Frame {
        self.step(trace, t_s);
        self.frame(delay)
    }

    /// Advances to `t_s` seconds, not before the last instant. The first step changes everything. See
    /// [`Screen::entries`] and [`Screen::changed`].
    ///
    /// On an open axis the signal must be known in [`Screen::window_s`].
    pub fn step(&mut self, trace: &Trace, t_s: f64) {
        match self.before_s {
            None => self.whole(trace, t_s),
            Some(before_s) => self.next(trace, t_s, before_s),
        }
        self.before_s = Some(t_s);
        self.frames = self.frames.wrapping_add(1);
    }

    /// The picture as palette entries, row by row.
    pub fn entries(&self) -> &[u8] {
        &self.picture
    }

    /// The pixels that the last step changed: the columns of every row. Runs may overlap.
    pub fn changed(&self) -> &[Vec<Range<usize>>] {
        &self.changed
    }

    /// The part of an open axis that a screen at `t_s` reads, in seconds: a sweep behind the beam and
    /// a short piece ahead of it.
    pub fn window_s(trace: &Trace, t_s: f64) -> Range<f64> {
        let margin_s = f64::from(2 * PIECE) / trace.px_per_s() + MARGIN_S;
        t_s - trace.sweep_s - margin_s..t_s + margin_s
    }

    /// Paints the light and the texts on the ground, which is all that there is so far.
    fn whole(&mut self, trace: &Trace, t_s: f64) {
        match trace.motion {
            Motion::Sweep => self.sweep_to(trace, t_s, None),
            Motion::Scroll => self.scroll_to(trace, t_s),
        }
        self.repaint(&(0..self.width), false);
        self.retext(t_s);
        for runs in &mut self.changed {
            runs.clear();
            runs.push(0..self.width);
        }
    }

    fn next(&mut self, trace: &Trace, t_s: f64, before_s: f64) {
        self.changed.iter_mut().for_each(Vec::clear);
        match trace.motion {
            Motion::Sweep => {
                self.sweep_to(trace, t_s, Some(before_s));
                let behind = self.fade.repainted(self.frames);
                let fresh = trace.beam_px(t_s) - trace.beam_px(before_s);
                for columns in self.behind(trace.beam_px(t_s), behind.max(fresh as usize)) {
                    self.repaint(&columns, false);
                }
            }
            Motion::Scroll => {
                self.scroll_to(trace, t_s);
                self.repaint(&(0..self.width), true);
            }
        }
        self.retext(t_s);
    }

    /// Updates the texts.
    fn retext(&mut self, t_s: f64) {
        for [columns, rows] in self.text.show(t_s) {
            for y in rows.0..rows.1 {
                self.repaint_row(y, columns.0..columns.1, true);
            }
        }
    }

    /// The columns up to `count` behind the beam: left of it, and at the right edge.
    fn behind(&self, beam_px: i64, count: usize) -> [Range<usize>; 2] {
        let head = beam_px.rem_euclid(self.width as i64) as usize;
        let count = count.min(self.width);
        let wrapped = count.saturating_sub(head);
        [head.saturating_sub(count)..head, self.width - wrapped..self.width]
    }

    /// Moves the beam: draws the columns it passes and erases those just ahead of it.
    fn sweep_to(&mut self, trace: &Trace, t_s: f64, before_s: Option<f64>) {
        let width = self.width as i64;
        let erased = (trace.erased_px().round() as i64).max(self.reach as i64 + 1);
        let now = trace.beam_px(t_s);
        let from = match before_s {
            Some(before_s) => trace.beam_px(before_s),
            None => now - width + erased,
        };
        // Erased first: a column that is drawn afterwards has been dark before. At first all are.
        if before_s.is_some() {
            for at in from + erased..now + erased {
                self.erase(at.rem_euclid(width) as usize);
            }
        }
        self.reveal(trace, from..now);
        let head = now.rem_euclid(width) as usize;
        let (old, new) = self.brightness.split_at_mut(head);
        for (value, age) in
            old.iter_mut().rev().chain(new.iter_mut().rev()).zip(&self.fade.brightness)
        {
            *value = *age;
        }
    }

    fn erase(&mut self, x: usize) {
        for y in 0..self.height {
            let at = y * self.width + x;
            if self.energy.values[at] != 0 {
                self.energy.values[at] = 0;
                self.shown[at] = 0;
                let unlit = self.unlit(at);
                if self.picture[at] != unlit {
                    self.picture[at] = unlit;
                    self.changed[y].push(x..x + 1);
                }
            }
        }
    }

    fn unlit(&self, at: usize) -> u8 {
        match self.text.overlay()[at] {
            0 => self.ground.entries[at],
            text => text,
        }
    }

    /// Copies the energies of these pixels of the beam's way to their columns.
    fn reveal(&mut self, trace: &Trace, way: Range<i64>) {
        let mut at = way.start;
        while at < way.end {
            let column = at.rem_euclid(self.width as i64) as usize;
            let most = ((way.end - at) as usize).min(self.width - column);
            let (strip, from) = self.strips.columns(trace, at, most, 0);
            if let Some(strip) = strip {
                self.energy.copy(column, strip, &from);
            }
            at += from.len() as i64;
        }
    }

    /// Draws the line with the beam at the right edge.
    fn scroll_to(&mut self, trace: &Trace, t_s: f64) {
        let width = self.width as i64;
        let fine = (t_s * trace.px_per_s() * SUBPIXELS as f64).round() as i64;
        let (whole, part) = (fine.div_euclid(SUBPIXELS), fine.rem_euclid(SUBPIXELS));
        let left = whole - width;
        let mut column = 0;
        while column < self.width {
            let (at, most) = (left + column as i64, self.width - column);
            let (strip, from) = self.strips.columns(trace, at, most, part);
            match strip {
                Some(strip) => self.energy.copy(column, strip, &from),
                None => self.energy.clear(column..column + from.len()),
            }
            column += from.len();
        }
        for (value, age) in self.brightness.iter_mut().rev().zip(&self.fade.brightness) {
            *value = *age;
        }
    }

    /// Updates the light of all rows of some columns; see [`Self::repaint_row`].
    fn repaint(&mut self, columns: &Range<usize>, unlit: bool) {
        for y in 0..self.height {
            self.repaint_row(y, columns.clone(), unlit);
        }
    }

    /// Updates the light of a part of a row. Pixels without energy are skipped unless `unlit` is
    /// set: then light or text may have gone from them.
    fn repaint_row(&mut self, y: usize, columns: Range<usize>, unlit: bool) {
        const CHUNK: usize = 16;
        let part = y * self.width + columns.start..y * self.width + columns.end;
        // Slices of one length, so that none of them is checked at every pixel.
        let length = columns.len();
        let energies = &self.energy.values[part.clone()][..length];
        let brightness = &self.brightness[columns.clone()][..length];
        let shown = &mut self.shown[part.clone()][..length];
        let kinds = &self.ground.kinds[part.clone()][..length];
        let ground = &self.ground.entries[part.clone()][..length];
        let overlay = &self.text.overlay()[part.clone()][..length];
        let picture = &mut self.picture[part][..length];
        let runs = &mut self.changed[y];
        let mut run: Option<Range<usize>> = None;
        let mut begin = 0;
        while begin < length {
            let end = (begin + CHUNK).min(length);
            let dark = |chunk: &[u8]| match <[u8; CHUNK]>::try_from(chunk) {
                Ok(chunk) => u128::from_ne_bytes(chunk) == 0,
                Err(_) => chunk.iter().all(|energy| *energy == 0),
            };
            if !unlit && dark(&energies[begin..end]) {
                begin = end;
                continue;
            }
            for x in begin..end {
                let energy = usize::from(energies[x]);
                if energy == 0 && !unlit {
                    continue;
                }
                let level = self.levels[light(energy, usize::from(brightness[x]))];
                let before = shown[x];
                if !unlit && level != 0 && before != 0 && level.abs_diff(before) < SLACK {
                    continue;
                }
                shown[x] = level;
                let lit = self.lit[usize::from(place(kinds[x], level))];
                let entry = match (overlay[x], lit) {
                    (0, 0) => ground[x],
                    (0, lit) => lit,
                    (text, _) => text,
                };
                if picture[x] == entry {
                    continue;
                }
                picture[x] = entry;
                let at = columns.start + x;
                match &mut run {
                    Some(run) if run.end == at => run.end = at + 1,
                    _ => runs.extend(run.replace(at..at + 1)),
                }
            }
            begin = end;
        }
        runs.extend(run);
    }

    /// The frame of all changes; a single pixel if there are none.
    fn frame(&mut self, delay: u32) -> Frame {
        for runs in self.changed.iter_mut().filter(|runs| !runs.is_sorted_by_key(|run| run.start)) {
            runs.sort_unstable_by_key(|run| run.start);
        }
        let columns = self.changed.iter().fold((self.width, 0), |(low, high), runs| {
            let first = runs.first().map_or(low, |run| run.start);
            (low.min(first), runs.iter().fold(high, |high, run| high.max(run.end)))
        });
        let touched = |runs: &Vec<Range<usize>>| !runs.is_empty();
        let (Some(top), Some(bottom)) =
            (self.changed.iter().position(touched), self.changed.iter().rposition(touched))
        else {
            let rect = Rect { x: 0, y: 0, width: 1, height: 1 };
            return Frame { rect, pixels: vec![self.picture[0]], changed: Vec::new(), delay };
        };
        let (left, width) = (columns.0, columns.1 - columns.0);
        let height = bottom + 1 - top;
        let mut pixels = Vec::with_capacity(width * height);
        for row in self.picture.chunks(self.width).skip(top).take(height) {
            pixels.extend_from_slice(&row[left..left + width]);
        }
        let mut changed: Vec<PixelRun> = Vec::new();
        let runs = self.changed[top..=bottom].iter().enumerate();
        for (y, run) in runs.flat_map(|(y, runs)| runs.iter().map(move |run| (y, run))) {
            let start = (y * width + run.start - left) as u32;
            let end = start + run.len() as u32;
            match changed.last_mut() {
                Some(last) if last.end >= start => last.end = last.end.max(end),
                _ => changed.push(PixelRun { start, end }),
            }
        }
        let rect =
            Rect { x: left as u32, y: top as u32, width: width as u32, height: height as u32 };
        Frame { rect, pixels, changed, delay }
    }
}

/// The index of the entry for a level over a kind of ground.
fn place(kind: u8, level: u8) -> u8 {
    kind.wrapping_mul(LEVELS as u8).wrapping_add(level)
}

const _: () = assert!(KINDS * LEVELS <= 256);

fn flat(lit: &[[u8; LEVELS]; KINDS]) -> [u8; 256] {
    let mut table = [0; 256];
    table[..KINDS * LEVELS].copy_from_slice(lit.as_flattened());
    table
}
