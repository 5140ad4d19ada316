//! PNG: one still picture, indexed, or an SVG document as it looks.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree};

use flaky_core::animation::{Animation, Frame, Rgba};

/// Writes the first frame of `animation`.
///
/// # Errors
/// Those of `out`.
pub fn write(mut animation: Animation<'_>, out: impl Write) -> io::Result<()> {
    let Some(frame) = animation.frames.next() else { return Ok(()) };
    let header = header(out, animation.width, animation.height, &animation.palette);
    let mut writer = header.write_header().map_err(plain)?;
    let Frame { pixels, .. } = frame;
    writer.write_image_data(&pixels).map_err(plain)?;
    writer.finish().map_err(plain)
}

/// Writes an SVG document as a picture of its own size.
///
/// # Errors
/// Those of `out`, and where `svg` is no document that can be drawn.
pub fn write_svg(svg: &[u8], out: impl Write) -> io::Result<()> {
    let tree = Tree::from_data(svg, &Options::default()).map_err(io::Error::other)?;
    let size = tree.size().to_int_size();
    let mut pixmap = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| io::Error::other("it is too large to be drawn"))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    let opaque = |pixel: &PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    let pixels: Vec<u8> = pixmap.pixels().iter().flat_map(opaque).collect();
    let mut encoder = Encoder::new(out, size.width(), size.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(plain)?;
    writer.write_image_data(&pixels).map_err(plain)?;
    writer.finish().map_err(plain)
}

/// An encoder for indexed pictures in `palette`.
pub(super) fn header<W: Write>(
    out: W,
    width: u32,
    height: u32,
    palette: &[Rgba],
) -> Encoder<'static, W> {
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_compression(Compression::Balanced);
    encoder.set_palette(palette.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect::<Vec<_>>());
    let last = palette.iter().rposition(|[.., alpha]| *alpha != 255).map_or(0, |at| at + 1);
    encoder.set_trns(palette[..last].iter().map(|[.., alpha]| *alpha).collect::<Vec<_>>());
    encoder
}

pub(super) fn plain(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
