//! PNG: a still picture, with a palette or in RGB.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

use flaky_core::animation::{Animation, Frame, Rgba};

/// Size of the pieces in which the data of a picture is written, in bytes.
const CHUNK: usize = 1 << 16;

/// Writes the first frame of `animation` as an indexed PNG; writes nothing if there is none.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(mut animation: Animation<'_>, out: impl Write) -> io::Result<()> {
    let Some(frame) = animation.frames.next() else { return Ok(()) };
    let header = header(out, animation.width, animation.height, &animation.palette);
    let mut writer = header.write_header().map_err(io_error)?;
    let Frame { pixels, .. } = frame;
    writer.write_image_data(&pixels).map_err(io_error)?;
    writer.finish().map_err(io_error)
}

/// Writes a picture as 8-bit RGB. `bands` has three bytes per pixel, row by row, in any number of
/// pieces. A piece is taken when the one before it has been written.
///
/// # Errors
/// Fails if writing to `out` fails, or with the error of a piece.
pub fn write_rgb(
    width: u32,
    height: u32,
    bands: impl IntoIterator<Item = io::Result<Vec<u8>>>,
    out: impl Write,
) -> io::Result<()> {
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(io_error)?;
    let mut data = writer.stream_writer_with_size(CHUNK).map_err(io_error)?;
    for band in bands {
        data.write_all(&band?)?;
    }
    data.finish().map_err(io_error)?;
    writer.finish().map_err(io_error)
}

/// An encoder for indexed pictures with this palette.
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

pub(super) fn io_error(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
