//! A badge as frames.
//!
//! Only the trace in the window moves. Everything else is drawn once by resvg; then, for every
//! frame, the trace is drawn over the window, with the same paths, transforms and mask as in the
//! SVG. The first of two passes over the frames counts colours for the palette and keeps some
//! frames; the second draws the others again.

use std::collections::BTreeMap;
use std::ops::Range;

use flaky_core::animation::{Animation, Frame, PixelRun, Plays, Rect, Rgba, UNCHANGED};
use flaky_core::scene::{Badge, Colour, Rgb, Size, Trace};
use flaky_core::timeline::{Tick, Timeline};
use resvg::tiny_skia::{
    self, FillRule, LineJoin, Mask, MaskType, Paint, Path, PathBuilder, PathStroker, Pixmap,
    PixmapPaint, Stroke, StrokeDash, Transform,
};

use super::document::{colours, draw};
use crate::svg;
use crate::text::Fonts;

/// The most colours besides [`UNCHANGED`].
const MOST: usize = 255;
/// The opacity from which a pixel is opaque, in a format without partial transparency.
const HALF: u8 = 128;
/// The most pixels that are kept between the two passes.
const KEPT: usize = 1 << 20;
/// The scale of the line, which is in tenths of a pixel.
const TENTH: f32 = 0.1;

/// The frames of a badge, or the one of its still, which plays forever. With `alpha`, pixels may be
/// partially transparent.
pub fn badge(badge: &Badge, fonts: &Fonts, ticks_per_s: u32, alpha: bool) -> Animation<'static> {
    let timeline = badge.timeline(ticks_per_s);
    let count = timeline.frames();
    let window = Window::new(badge, fonts, alpha);
    let Size { width, height } = badge.scene.size;

    let moments = moments(badge, timeline);
    let mut counts: BTreeMap<Rgba, usize> = BTreeMap::new();
    count_colours(&mut counts, &window.around, count as usize);
    let mut kept: Vec<Vec<Rgba>> = Vec::new();
    for (t_s, _) in moments.clone() {
        let picture = window.at(t_s);
        count_colours(&mut counts, &picture, 1);
        if (kept.len() + 1) * picture.len() <= KEPT {
            kept.push(picture);
        }
    }
    let (palette, entries) = palette(counts);
    let mut kept = kept.into_iter();

    let mut before: Option<Vec<u8>> = None;
    let frames = moments.map(move |(t_s, delay)| {
        let picture = kept.next().unwrap_or_else(|| window.at(t_s));
        let after = indexed(&picture, &entries);
        let frame = match &before {
            None => window.first_frame(&after, &entries, delay),
            Some(before) => window.delta_frame(before, &after, delay),
        };
        before = Some(after);
        frame
    });
    Animation {
        width,
        height,
        palette,
        plays: Plays::Forever,
        ticks_per_s,
        frame_count: count,
        keep_every_frame: false,
        frames: Box::new(frames),
    }
}

/// The moments of the frames, in seconds of the rhythm, and their delays.
fn moments(badge: &Badge, timeline: Timeline) -> impl Iterator<Item = (f64, u32)> + Clone + use<> {
    let stretch = if badge.animated { badge.scene.trace.time_stretch } else { 1.0 };
    let ticks: Vec<Tick> = timeline.ticks().collect();
    ticks.into_iter().map(move |tick| (tick.t_s / stretch, tick.delay))
}

/// The window of a badge, and what is around it.
struct Window {
    size: Size,
    /// The columns of the window.
    columns: Range<usize>,
    /// The left edge of the window, in pixels.
    left: f64,
    /// The window without the trace.
    still: Pixmap,
    /// The pixels outside the window, row by row.
    around: Vec<Rgba>,
    /// The part of every pixel of the window in which the trace is visible.
    mask: Mask,
    /// The sweeps, from the one before the first.
    lines: Vec<Outline>,
    /// The bounds of all of them, in tenths of a pixel.
    bounds: tiny_skia::Rect,
    trace: Trace,
    colour: Rgb,
    alpha: bool,
}

impl Window {
    fn new(badge: &Badge, fonts: &Fonts, alpha: bool) -> Self {
        let (size, trace) = (badge.scene.size, &badge.scene.trace);
        let ours = "our own markup is well formed";
        let whole = draw(&svg::badge_without_trace(badge, fonts), size).expect(ours);
        let mask = draw(&svg::badge_mask(badge), size).expect(ours);
        let from = badge.window.floor() as usize;
        let to = ((badge.window + trace.width).ceil() as usize).min(size.width as usize);
        let columns = from..to;
        let inside = |at: usize| columns.contains(&(at % size.width as usize));
        let around = colours(&whole)
            .enumerate()
            .filter(|(at, _)| !inside(*at))
            .map(|(_, colour)| visible(colour, alpha))
            .collect();
        let mask = Mask::from_pixmap(crop(&mask, &columns).as_ref(), MaskType::Alpha);
        let lines: Vec<Outline> =
            (-1..i64::from(trace.sweeps)).filter_map(|sweep| Outline::new(trace, sweep)).collect();
        let bounds = lines.iter().map(|line| line.bounds).reduce(union);
        Self {
            size,
            left: badge.window,
            still: crop(&whole, &columns),
            around,
            mask,
            bounds: bounds.expect("a trace has a sweep"),
            lines,
            trace: trace.clone(),
            colour: badge.scene.theme.rgb(Colour::Trace),
            alpha,
            columns,
        }
    }

    /// The pixels of the window at `t_s` seconds of the rhythm, row by row.
    fn at(&self, t_s: f64) -> Vec<Rgba> {
        let beam = t_s.min(self.trace.duration_s()) * self.trace.px_per_s();
        let (left, moved) =
            (svg::tenth(self.left) as f32, svg::tenth(self.trace.width - beam) as f32);
        let (x, y, mut layer) = self.layer(left, moved);
        let place = Transform::from_translate(-x as f32, -y as f32)
            .pre_concat(Transform::from_translate(left, 0.0))
            .pre_concat(Transform::from_translate(moved, 0.0))
            .pre_concat(Transform::from_scale(TENTH, TENTH));
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(self.colour.0, self.colour.1, self.colour.2, 255);
        let px = |tenths: f32| tenths * TENTH + moved + left;
        for line in &self.lines {
            let (from, to) = (px(line.bounds.left()) - 1.0, px(line.bounds.right()) + 1.0);
            if from < self.columns.end as f32 && to > self.columns.start as f32 {
                let place = place.pre_concat(Transform::from_translate(line.x, 0.0));
                layer.fill_path(&line.path, &paint, FillRule::Winding, place, None);
            }
        }
        let mut light = Pixmap::new(self.still.width(), self.still.height()).expect("has a size");
        let columns =
            (self.columns.start as i64 - x) as usize..(self.columns.end as i64 - x) as usize;
        let rows = layer.pixels().chunks(layer.width() as usize).skip((-y).max(0) as usize);
        let lit = light.pixels_mut().chunks_mut(columns.len()).skip(y.max(0) as usize);
        lit.zip(rows).for_each(|(to, from)| to.copy_from_slice(&from[columns.clone()]));
        light.apply_mask(&self.mask);
        let mut picture = self.still.clone();
        let (paint, identity) = (PixmapPaint::default(), Transform::identity());
        picture.draw_pixmap(0, 0, light.as_ref(), &paint, identity, None);
        colours(&picture).map(|colour| visible(colour, self.alpha)).collect()
    }

    /// The layer on which resvg would draw the trace of an SVG, and its left and upper edge. Other
    /// edges would round or clip the line's coordinates differently.
    fn layer(&self, left: f32, moved: f32) -> (i64, i64, Pixmap) {
        const MARGIN: i64 = 2;
        let (width, height) = (i64::from(self.size.width), i64::from(self.size.height));
        let px = |tenths: f32| tenths * TENTH + moved + left;
        let (x, y) = (px(self.bounds.left()), self.bounds.top() * TENTH);
        let (right, bottom) = (px(self.bounds.right()), self.bounds.bottom() * TENTH);
        let (x, y) = (x.floor() as i64 - MARGIN, y.floor() as i64 - MARGIN);
        let (right, bottom) = (right.ceil() as i64 + MARGIN, bottom.ceil() as i64 + MARGIN);
        // It is at most five times as large as the picture.
        let (x, right) = (x.max(-2 * width), right.min(3 * width));
        let (y, bottom) = (y.max(-2 * height), bottom.min(3 * height));
        let layer = Pixmap::new((right - x) as u32, (bottom - y) as u32);
        (x, y, layer.expect("has a size"))
    }

    /// The whole badge.
    fn first_frame(&self, window: &[u8], entries: &BTreeMap<Rgba, u8>, delay: u32) -> Frame {
        let (width, height) = (self.size.width, self.size.height);
        let around = indexed(&self.around, entries);
        let (inside, outside) = (self.columns.len(), width as usize - self.columns.len());
        let mut pixels = Vec::with_capacity((width * height) as usize);
        for row in 0..height as usize {
            let (left, right) =
                around[row * outside..(row + 1) * outside].split_at(self.columns.start);
            pixels.extend_from_slice(left);
            pixels.extend_from_slice(&window[row * inside..(row + 1) * inside]);
            pixels.extend_from_slice(right);
        }
        let changed = differences(&vec![UNCHANGED; pixels.len()], &pixels);
        Frame { rect: Rect { x: 0, y: 0, width, height }, pixels, changed, delay }
    }

    /// The smallest rectangle with all changes between two pictures of the window; a single pixel
    /// if there are none.
    fn delta_frame(&self, before: &[u8], after: &[u8], delay: u32) -> Frame {
        let width = self.columns.len();
        let differs = |at: usize| before[at] != after[at];
        let changes = (0..after.len()).filter(|at| differs(*at));
        let none = (width, 0, self.size.height as usize, 0);
        let (left, right, top, bottom) = changes.fold(none, |(left, right, top, bottom), at| {
            let (x, y) = (at % width, at / width);
            (left.min(x), right.max(x + 1), top.min(y), bottom.max(y + 1))
        });
        let (columns, rows) = if left < right { (left..right, top..bottom) } else { (0..1, 0..1) };
        let part = |picture: &[u8]| -> Vec<u8> {
            rows.clone().flat_map(|y| &picture[y * width..][columns.clone()]).copied().collect()
        };
        let (old, pixels) = (part(before), part(after));
        let rect = Rect {
            x: (self.columns.start + columns.start) as u32,
            y: rows.start as u32,
            width: columns.len() as u32,
            height: rows.len() as u32,
        };
        Frame { rect, changed: differences(&old, &pixels), pixels, delay }
    }
}

/// Some columns of a picture.
fn crop(picture: &Pixmap, columns: &Range<usize>) -> Pixmap {
    let mut part = Pixmap::new(columns.len() as u32, picture.height()).expect("has a size");
    let rows = picture.pixels().chunks(picture.width() as usize);
    for (to, from) in part.pixels_mut().chunks_mut(columns.len()).zip(rows) {
        to.copy_from_slice(&from[columns.clone()]);
    }
    part
}

/// A sweep in its place, in tenths of a pixel.
struct Outline {
    /// The outline of the stroked line.
    path: Path,
    /// How far the line is moved right.
    x: f32,
    /// The bounds in that place, without dashes.
    bounds: tiny_skia::Rect,
}

impl Outline {
    /// A sweep by its number; `None` if it has no length.
    fn new(trace: &Trace, sweep: i64) -> Option<Self> {
        let line = svg::line_of(trace, sweep.rem_euclid(i64::from(trace.sweeps)));
        let mut path = PathBuilder::new();
        for (i, (x, y)) in line.points.into_iter().enumerate() {
            let (x, y) = (x as f32, y as f32);
            if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        let mut path = path.finish()?;
        let stroke = Stroke {
            width: svg::tenth(10.0 * trace.stroke) as f32,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let x = svg::tenth(10.0 * sweep as f64 * trace.width) as f32;
        let bounds = path.stroke(&stroke, 1.0)?.compute_tight_bounds()?;
        let bounds = bounds.transform(Transform::from_translate(x, 0.0))?;
        let scale = PathStroker::compute_resolution_scale(&Transform::from_scale(TENTH, TENTH));
        if let Some((dash, offset)) = line.dash {
            let dash = dash as f32;
            path = path.dash(&StrokeDash::new(vec![dash, dash], offset as f32)?, scale)?;
        }
        Some(Self { path: path.stroke(&stroke, scale)?, x, bounds })
    }
}

/// The smallest rectangle around two.
fn union(a: tiny_skia::Rect, b: tiny_skia::Rect) -> tiny_skia::Rect {
    let (left, top) = (a.left().min(b.left()), a.top().min(b.top()));
    let (right, bottom) = (a.right().max(b.right()), a.bottom().max(b.bottom()));
    tiny_skia::Rect::from_ltrb(left, top, right, bottom).expect("it is not empty")
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
fn count_colours(counts: &mut BTreeMap<Rgba, usize>, pixels: &[Rgba], times: usize) {
    for run in pixels.chunk_by(|a, b| a == b) {
        *counts.entry(run[0]).or_default() += times * run.len();
    }
}

/// The pixels as palette entries.
fn indexed(pixels: &[Rgba], entries: &BTreeMap<Rgba, u8>) -> Vec<u8> {
    let runs = pixels.chunk_by(|a, b| a == b);
    runs.flat_map(|run| std::iter::repeat_n(entries[&run[0]], run.len())).collect()
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
        let nearest = (1..).zip(&chosen).min_by_key(|(_, other)| distance(colour, other));
        entries.insert(*colour, nearest.map_or(1, |(entry, _)| entry));
    }
    ([[0; 4]].into_iter().chain(chosen).collect(), entries)
}

/// The runs of pixels in which two pictures differ.
fn differences(before: &[u8], after: &[u8]) -> Vec<PixelRun> {
    let mut runs: Vec<PixelRun> = Vec::new();
    for (at, _) in before.iter().zip(after).enumerate().filter(|(_, (a, b))| a != b) {
        let at = at as u32;
        match runs.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => runs.push(PixelRun { start: at, end: at + 1 }),
        }
    }
    runs
}
