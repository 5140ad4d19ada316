//! The static layer as palette entries: the scene's own markup, drawn by resvg.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree};

use super::palette::Palette;
use crate::animation::Rgba;
use crate::scene::{Scene, markup};

/// The unlit picture.
pub struct Ground {
    /// The palette entry of every pixel, row by row.
    pub entries: Vec<u8>,
    /// The kind of ground of every pixel, as an index of the light table.
    pub kinds: Vec<u8>,
}

impl Ground {
    pub fn new(scene: &Scene, palette: &Palette) -> Self {
        let pixels = draw(scene);
        let candidates: Vec<(u8, u8, Rgba)> = palette
            .fixed()
            .map(|(entry, kind)| (entry, kind as u8, palette.colours[usize::from(entry)]))
            .collect();
        let mut this = Self {
            entries: Vec::with_capacity(pixels.len()),
            kinds: Vec::with_capacity(pixels.len()),
        };
        // Neighbours are mostly alike, and there are few colours in all.
        let mut seen: Vec<(PremultipliedColorU8, u8, u8)> = Vec::new();
        let mut last = None;
        for pixel in pixels {
            let (_, entry, kind) = match last {
                Some(found @ (colour, _, _)) if colour == pixel => found,
                _ => seen.iter().copied().find(|found| found.0 == pixel).unwrap_or_else(|| {
                    let (entry, kind) = nearest(pixel, &candidates);
                    seen.push((pixel, entry, kind));
                    (pixel, entry, kind)
                }),
            };
            last = Some((pixel, entry, kind));
            this.entries.push(entry);
            this.kinds.push(kind);
        }
        this
    }
}

fn draw(scene: &Scene) -> Vec<PremultipliedColorU8> {
    let (width, height) = (scene.size.width, scene.size.height);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{}</svg>",
        markup::static_layer(scene, "")
    );
    let tree = Tree::from_str(&svg, &Options::default()).expect("our own markup is well formed");
    let mut pixmap = Pixmap::new(width, height).expect("a scene has a size");
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    pixmap.pixels().to_vec()
}

fn nearest(pixel: PremultipliedColorU8, candidates: &[(u8, u8, Rgba)]) -> (u8, u8) {
    let colour = pixel.demultiply();
    let channels = [colour.red(), colour.green(), colour.blue(), colour.alpha()];
    let distance = |other: &Rgba| -> i32 {
        if channels[3] == 0 && other[3] == 0 {
            return 0;
        }
        channels.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2)).sum()
    };
    candidates
        .iter()
        .min_by_key(|(_, _, other)| distance(other))
        .map_or((1, 0), |(entry, kind, _)| (*entry, *kind))
}
