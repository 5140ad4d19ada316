//! Renders SVG documents with resvg. No other module calls resvg.

use std::io;

use flaky_core::animation::Rgba;
use flaky_core::scene::Size;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Renders a document of this size.
pub(super) fn draw(document: &str, size: Size) -> io::Result<Pixmap> {
    let tree = Tree::from_str(document, &Options::default()).map_err(io::Error::other)?;
    let mut pixmap = Pixmap::new(size.width, size.height)
        .ok_or_else(|| io::Error::other("the picture is too large to be drawn"))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    Ok(pixmap)
}

/// The pixels row by row, with straight alpha.
pub(super) fn colours(pixmap: &Pixmap) -> impl Iterator<Item = Rgba> + '_ {
    pixmap.pixels().iter().map(|pixel| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    })
}
