//! APNG: the frames of an animation as rectangles of an indexed PNG.
//!
//! Pixels are replaced, not blended, so a transparent ground stays transparent. The `png` crate
//! writes the header and the chunks. Frames are compressed here, because its frame writer cannot
//! use several threads.

use std::io::{self, BufWriter, Write};

use flate2::{Compression, write::ZlibEncoder};
use png::chunk::ChunkType;

use super::ordered::ordered;
use super::png::{header, io_error};
use flaky_core::animation::{Animation, Frame, Plays};

const FRAME_CONTROL: ChunkType = ChunkType(*b"fcTL");
const FRAME_DATA: ChunkType = ChunkType(*b"fdAT");
const IMAGE_DATA: ChunkType = ChunkType(*b"IDAT");
/// Dispose operation: leave the frame on the canvas.
const DISPOSE_NONE: u8 = 0;
/// Blend operation: replace the pixels.
const BLEND_SOURCE: u8 = 0;

/// Writes `animation`, whose ticks must be at most 65,535 per second, and compresses on `threads`
/// threads.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(animation: Animation<'_>, threads: usize, out: impl Write) -> io::Result<()> {
    let out = BufWriter::new(out);
    let mut header = header(out, animation.width, animation.height, &animation.palette);
    let plays = match animation.plays {
        Plays::Forever => 0,
        Plays::Times(times) => u32::from(times),
    };
    header.set_animated(animation.frame_count, plays).map_err(io_error)?;
    header.validate_sequence(false);
    let mut writer = header.write_header().map_err(io_error)?;
    let ticks_per_s = animation.ticks_per_s as u16;
    let mut sequence: u32 = 0;
    let mut number = || {
        sequence += 1;
        (sequence - 1).to_be_bytes()
    };
    let mut first = true;
    let compress = |frame: Frame| (deflate(&frame), frame.rect, frame.delay);
    ordered(threads, animation.frames, compress, |(data, rect, delay)| {
        let mut control = number().to_vec();
        for value in [rect.width, rect.height, rect.x, rect.y] {
            control.extend(value.to_be_bytes());
        }
        control.extend((delay as u16).to_be_bytes());
        control.extend(ticks_per_s.to_be_bytes());
        control.extend([DISPOSE_NONE, BLEND_SOURCE]);
        writer.write_chunk(FRAME_CONTROL, &control).map_err(io_error)?;
        if first {
            first = false;
            return writer.write_chunk(IMAGE_DATA, &data).map_err(io_error);
        }
        let mut chunk = number().to_vec();
        chunk.extend(data);
        writer.write_chunk(FRAME_DATA, &chunk).map_err(io_error)
    })?;
    writer.finish().map_err(io_error)
}

/// The pixels as a zlib stream, each row with the filter type "none".
fn deflate(frame: &Frame) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let rows = frame.pixels.chunks(frame.rect.width as usize);
    rows.flat_map(|row| [&[0], row])
        .try_for_each(|bytes| encoder.write_all(bytes))
        .and_then(|()| encoder.finish())
        .expect("a Vec takes everything")
}
