//! The screen: what is on it now, and the frames in which it changes.

use std::ops::Range;

use super::beam::{self, Energy};
use super::ground::Ground;
use super::palette::{KINDS, Palette};
use super::phosphor::{Fade, SLACK, light};
use super::{LEVELS, TextLayer};
use crate::animation::{Frame, Rect, Span};
use crate::rhythm::Extent;
use crate::scene::{Motion, Size, Theme, Trace};

/// In how many steps a pixel is crossed when the line scrolls.
const SUBPIXELS: i64 = 4;

/// Sweeps that have been drawn, the most recently used last.
struct Sweeps {
    drawn: Vec<(i64, i64, Energy)>,
    keep: usize,
    size: Size,
    glow: f64,
}

/// A screen in the act of showing a trace.
pub struct Screen<T> {
    width: usize,
    height: usize,
    levels: [u8; 256],
    /// The entry for a level over a kind of ground, at its [`place`].
    lit: [u8; 256],
    ground: Ground,
    text: T,
    fade: Fade,
    /// How far a line lights beyond its own path, in pixels.
    reach: f64,
    sweeps: Sweeps,
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
    /// How many frames there have been, and the instant of the last.
    frames: u32,
    before_s: Option<f64>,
}

impl<T: TextLayer> Screen<T> {
    /// A dark screen. The trace that is shown later has the width of `size`; a frame is taken
    /// about every `frame_s` seconds of its time, and shown for `display_s`.
    pub fn new(
        size: Size,
        theme: &Theme,
        trace: &Trace,
        palette: &Palette,
        ground: Ground,
        text: T,
        (frame_s, display_s): (f64, f64),
    ) -> Self {
        let Size { width, height } = size;
        let keep = match trace.motion {
            Motion::Sweep => 2,
            Motion::Scroll => 2 * SUBPIXELS as usize,
        };
        Self {
            width: width as usize,
            height: height as usize,
            levels: palette.levels,
            lit: flat(&palette.lit),
            shown: vec![0; ground.entries.len()],
            picture: ground.entries.clone(),
            ground,
            text,
            fade: Fade::new(trace, theme, frame_s, display_s),
            reach: beam::reach(trace.stroke, theme.glow),
            sweeps: Sweeps { drawn: Vec::new(), keep, size, glow: theme.glow },
            energy: Energy::new(width, height),
            brightness: vec![0; width as usize],
            changed: vec![Vec::new(); height as usize],
            frames: 0,
            before_s: None,
        }
    }

    /// Goes on to `t_s` seconds, not before the last, and returns what has changed since then: at
    /// first everything, a single pixel where nothing has. The frame's delay is `delay`.
    pub fn advance(&mut self, trace: &Trace, t_s: f64, delay: u32) -> Frame {
        let frame = match self.before_s {
            None => self.whole(trace, t_s, delay),
            Some(before_s) => self.next(trace, t_s, before_s, delay),
        };
        self.before_s = Some(t_s);
        self.frames = self.frames.wrapping_add(1);
        frame
    }

    fn whole(&mut self, trace: &Trace, t_s: f64, delay: u32) -> Frame {
        self.text.show(t_s);
        match trace.motion {
            Motion::Sweep => self.sweep_to(trace, t_s, None),
            Motion::Scroll => self.scroll_to(trace, t_s),
        }
        self.repaint(&(0..self.width), true);
        Frame {
            rect: Rect { x: 0, y: 0, width: self.width as u32, height: self.height as u32 },
            pixels: self.picture.clone(),
            changed: vec![Span { start: 0, end: (self.width * self.height) as u32 }],
            delay,
        }
    }

    fn next(&mut self, trace: &Trace, t_s: f64, before_s: f64, delay: u32) -> Frame {
        self.changed.iter_mut().for_each(Vec::clear);
        let areas = self.text.show(t_s);
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
        for [columns, rows] in areas {
            for y in rows.0..rows.1 {
                self.repaint_row(y, columns.0..columns.1, true);
            }
        }
        self.frame(delay)
    }

    /// The columns up to `count` behind the beam: left of it, and at the right edge.
    fn behind(&self, beam_px: i64, count: usize) -> [Range<usize>; 2] {
        let head = beam_px.rem_euclid(self.width as i64) as usize;
        let count = count.min(self.width);
        let wrapped = count.saturating_sub(head);
        [head.saturating_sub(count)..head, self.width - wrapped..self.width]
    }

    /// Moves the beam: what it passes is drawn, what lies just before it is erased.
    fn sweep_to(&mut self, trace: &Trace, t_s: f64, before_s: Option<f64>) {
        let width = self.width as i64;
        let erased = (trace.erased_px().round() as i64).max(self.reach as i64 + 1);
        let now = trace.beam_px(t_s);
        let from = match before_s {
            Some(before_s) => trace.beam_px(before_s),
            None => now - width + erased,
        };
        // Erased first: a column that is drawn afterwards has been dark before.
        for at in from + erased..now + erased {
            self.erase(at.rem_euclid(width) as usize);
        }
        let mut at = from;
        while at < now {
            let sweep = at.div_euclid(width);
            let begin = at.rem_euclid(width) as usize;
            let end = (begin + (now - at) as usize).min(self.width);
            self.reveal(trace, sweep, begin..end);
            at += (end - begin) as i64;
        }
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

    fn reveal(&mut self, trace: &Trace, sweep: i64, columns: Range<usize>) {
        let Some(drawn) = self.sweeps.get(trace, sweep, 0) else { return };
        for y in 0..self.height {
            let row = y * self.width;
            let part = row + columns.start..row + columns.end;
            self.energy.values[part.clone()].copy_from_slice(&drawn.values[part]);
        }
    }

    /// Draws the line as it lies when the beam stands at the right edge.
    fn scroll_to(&mut self, trace: &Trace, t_s: f64) {
        let width = self.width as i64;
        let fine = (t_s * trace.px_per_s() * SUBPIXELS as f64).round() as i64;
        let (whole, part) = (fine.div_euclid(SUBPIXELS), fine.rem_euclid(SUBPIXELS));
        let left = whole - width;
        let (sweep, begin) = (left.div_euclid(width), left.rem_euclid(width) as usize);
        let cut = self.width - begin;
        for (sweep, to, from) in
            [(sweep, 0..cut, begin..self.width), (sweep + 1, cut..self.width, 0..begin)]
        {
            if to.is_empty() {
                continue;
            }
            let drawn = self.sweeps.get(trace, sweep, part);
            for y in 0..self.height {
                let row = y * self.width;
                let to = row + to.start..row + to.end;
                match drawn {
                    Some(drawn) => self.energy.values[to]
                        .copy_from_slice(&drawn.values[row + from.start..row + from.end]),
                    None => self.energy.values[to].fill(0),
                }
            }
        }
        for (value, age) in self.brightness.iter_mut().rev().zip(&self.fade.brightness) {
            *value = *age;
        }
    }

    /// Brings the columns to their present light; see [`Self::repaint_row`].
    fn repaint(&mut self, columns: &Range<usize>, unlit: bool) {
        for y in 0..self.height {
            self.repaint_row(y, columns.clone(), unlit);
        }
    }

    /// Brings a part of a row to its present light; `unlit` where light may have gone, or the
    /// text above it.
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

    /// The frame that shows what has changed; a single pixel where nothing has.
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
        let mut changed: Vec<Span> = Vec::new();
        let runs = self.changed[top..=bottom].iter().enumerate();
        for (y, run) in runs.flat_map(|(y, runs)| runs.iter().map(move |run| (y, run))) {
            let start = (y * width + run.start - left) as u32;
            let end = start + run.len() as u32;
            match changed.last_mut() {
                Some(last) if last.end >= start => last.end = last.end.max(end),
                _ => changed.push(Span { start, end }),
            }
        }
        let rect =
            Rect { x: left as u32, y: top as u32, width: width as u32, height: height as u32 };
        Frame { rect, pixels, changed, delay }
    }
}

/// Where the entry for a level over a kind of ground stands.
fn place(kind: u8, level: u8) -> u8 {
    kind.wrapping_mul(LEVELS as u8).wrapping_add(level)
}

const _: () = assert!(KINDS * LEVELS <= 256);

fn flat(lit: &[[u8; LEVELS]; KINDS]) -> [u8; 256] {
    let mut table = [0; 256];
    table[..KINDS * LEVELS].copy_from_slice(lit.as_flattened());
    table
}

impl Sweeps {
    /// The energies of a sweep, moved left by `part` of [`SUBPIXELS`]; none outside a line.
    fn get(&mut self, trace: &Trace, sweep: i64, part: i64) -> Option<&Energy> {
        let count = i64::from(trace.sweeps);
        let sweep = match trace.signal.extent() {
            Extent::Loop => sweep.rem_euclid(count),
            Extent::Line if (0..count).contains(&sweep) => sweep,
            Extent::Line => return None,
        };
        if let Some(at) = self.drawn.iter().position(|(s, p, _)| (*s, *p) == (sweep, part)) {
            let found = self.drawn.remove(at);
            self.drawn.push(found);
        } else {
            let mut energy = if self.drawn.len() < self.keep {
                Energy::new(self.size.width, self.size.height)
            } else {
                self.drawn.remove(0).2
            };
            let shift = part as f64 / SUBPIXELS as f64;
            energy.draw(trace, self.glow, sweep, shift);
            self.drawn.push((sweep, part, energy));
        }
        self.drawn.last().map(|(_, _, energy)| energy)
    }
}
