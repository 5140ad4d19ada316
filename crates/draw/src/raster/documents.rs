//! SVG documents as frames: for small pictures, which resvg draws as they are.

use std::collections::BTreeMap;
use std::io;
use std::iter::repeat_n;
use std::thread;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use flaky_core::animation::{Animation, Frame, KEEP, Plays, Rect, Rgba, Span};
use flaky_core::scene::Size;

/// The most colours besides [`KEEP`].
const MOST: usize = 255;
/// Opacity from which a pixel is there at all, where a format knows no half.
const HALF: u8 = 128;

/// How often, how fast, and whether edges may be half transparent.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How often it plays.
    pub plays: Plays,
    /// How many ticks make a second.
    pub ticks_per_s: u32,
    /// Whether a pixel may be half transparent.
    pub alpha: bool,
    /// How many threads draw.
    pub threads: usize,
}

/// The frames that these documents of one size look like, each with its delay in ticks.
///
/// # Errors
/// Where one of them is no document that can be drawn.
pub fn documents(
    size: Size,
    documents: &[(Vec<u8>, u32)],
    settings: Settings,
) -> io::Result<Animation<'static>> {
    let Settings { plays, ticks_per_s, alpha, threads } = settings;
    let pictures = draw_all(documents, size, alpha, threads)?;
    let mut counts: BTreeMap<Rgba, usize> = BTreeMap::new();
    for (colour, length) in pictures.iter().flatten() {
        *counts.entry(*colour).or_default() += length;
    }
    let (palette, entries) = palette(counts);
    let rect = Rect { x: 0, y: 0, width: size.width, height: size.height };
    let mut before: Vec<u8> = vec![KEEP; (size.width * size.height) as usize];
    let delays: Vec<u32> = documents.iter().map(|(_, delay)| *delay).collect();
    let count = pictures.len() as u32;
    let frames = pictures.into_iter().zip(delays).map(move |(picture, delay)| {
        let run = |(colour, length): &(Rgba, usize)| repeat_n(entries[colour], *length);
        let pixels: Vec<u8> = picture.iter().flat_map(run).collect();
        let changed = spans(&before, &pixels);
        before.clone_from(&pixels);
        Frame { rect, pixels, changed, delay }
    });
    Ok(Animation {
        width: size.width,
        height: size.height,
        palette,
        plays,
        ticks_per_s,
        count,
        counts: false,
        frames: Box::new(frames),
    })
}

/// A picture as runs of pixels of one colour: most of a badge is plain.
type Runs = Vec<(Rgba, usize)>;

fn draw_all(
    documents: &[(Vec<u8>, u32)],
    size: Size,
    alpha: bool,
    threads: usize,
) -> io::Result<Vec<Runs>> {
    let draw_some = |some: &[(Vec<u8>, u32)]| -> io::Result<Vec<Runs>> {
        some.iter().map(|(document, _)| draw(document, size, alpha)).collect()
    };
    let share = documents.len().div_ceil(threads.max(1)).max(1);
    if share >= documents.len() {
        return draw_some(documents);
    }
    thread::scope(|scope| {
        let shares = documents.chunks(share).map(|some| scope.spawn(move || draw_some(some)));
        let shares: Vec<_> = shares.collect();
        let mut pictures = Vec::with_capacity(documents.len());
        for share in shares {
            pictures.extend(share.join().expect("drawing does not panic")?);
        }
        Ok(pictures)
    })
}

/// The pixels of a document; those that are not seen are all alike.
fn draw(document: &[u8], size: Size, alpha: bool) -> io::Result<Runs> {
    let tree = Tree::from_data(document, &Options::default()).map_err(io::Error::other)?;
    let mut pixmap = Pixmap::new(size.width, size.height)
        .ok_or_else(|| io::Error::other("it is too large to be drawn"))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    let colours = pixmap.pixels().iter().map(|pixel| {
        let colour = pixel.demultiply();
        let opacity = match colour.alpha() {
            opacity if alpha => opacity,
            HALF.. => 255,
            _ => 0,
        };
        match opacity {
            0 => [0; 4],
            opacity => [colour.red(), colour.green(), colour.blue(), opacity],
        }
    });
    let pixels: Vec<Rgba> = colours.collect();
    Ok(pixels.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect())
}

/// A palette in which every colour has an entry that is near it: the frequent ones their own,
/// colours closer to one of them than the least distance that lets all fit share its entry.
fn palette(counts: BTreeMap<Rgba, usize>) -> (Vec<Rgba>, BTreeMap<Rgba, u8>) {
    let mut colours: Vec<(Rgba, usize)> =
        counts.into_iter().filter(|([.., opacity], _)| *opacity > 0).collect();
    colours.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let near = |a: &Rgba, b: &Rgba| {
        a.iter().zip(b).map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2)).sum::<i32>()
    };
    let mut least = 0;
    let chosen = loop {
        let mut chosen: Vec<Rgba> = Vec::new();
        for (colour, _) in &colours {
            if chosen.iter().all(|other| near(colour, other) > least) {
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
    let mut entries = BTreeMap::from([([0; 4], KEEP)]);
    for (colour, _) in &colours {
        let nearest = (1..).zip(&chosen).min_by_key(|(_, other)| near(colour, other));
        entries.insert(*colour, nearest.map_or(1, |(entry, _)| entry));
    }
    ([[0; 4]].into_iter().chain(chosen).collect(), entries)
}

/// The runs in which two pictures differ.
fn spans(before: &[u8], after: &[u8]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (at, _) in before.iter().zip(after).enumerate().filter(|(_, (a, b))| a != b) {
        let at = at as u32;
        match spans.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => spans.push(Span { start: at, end: at + 1 }),
        }
    }
    spans
}
