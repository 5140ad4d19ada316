//! GIF: one global palette, delta frames, delays that browsers honour.
//!
//! The disposal method of all frames is "keep", on an opaque ground, because viewers differ in
//! their handling of the others. An unchanged frame prolongs the delay of the previous one, unless
//! the number of frames must be kept.

use std::io::{self, BufWriter, Write};

use gif::{DisposalMethod, Encoder, EncodingError, Repeat};

use super::{lzw, ordered::ordered};
use flaky_core::animation::{Animation, Frame, Plays, UNCHANGED};

/// Ticks per second: GIF delays are in hundredths of a second.
pub const TICKS_PER_S: u32 = 100;
/// The shortest delay that browsers honour, in ticks. They play shorter delays as ten ticks.
pub const SHORTEST_DELAY: u32 = 2;
/// The resulting maximum frame rate, in frames per second.
pub const MOST_FPS: f64 = (TICKS_PER_S / SHORTEST_DELAY) as f64;

/// Writes `animation`, whose ticks must be [`TICKS_PER_S`] per second and whose width and height
/// must be at most 65,535 pixels, and compresses on `threads` threads.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(animation: Animation<'_>, threads: usize, out: impl Write) -> io::Result<()> {
    let mut colours: Vec<u8> =
        animation.palette.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    colours.resize(3 * animation.palette.len().next_power_of_two().max(2), 0);
    let (width, height) = (animation.width as u16, animation.height as u16);
    let mut encoder =
        Encoder::new(BufWriter::new(out), width, height, &colours).map_err(io_error)?;
    match animation.plays {
        Plays::Forever => encoder.set_repeat(Repeat::Infinite).map_err(io_error)?,
        // Without a repeat block, viewers play once. The number in the block excludes the first
        // play.
        Plays::Times(times) if times > 1 => {
            encoder.set_repeat(Repeat::Finite(times - 1)).map_err(io_error)?;
        }
        Plays::Times(_) => {}
    }
    let compress = |frame: Frame| gif::Frame {
        delay: frame.delay as u16,
        dispose: DisposalMethod::Keep,
        transparent: Some(UNCHANGED),
        left: frame.rect.x as u16,
        top: frame.rect.y as u16,
        width: frame.rect.width as u16,
        height: frame.rect.height as u16,
        buffer: lzw::encode(&frame).into(),
        ..gif::Frame::default()
    };
    let frames = Coalesce::new(animation.frames, !animation.keep_every_frame);
    ordered(threads, frames, compress, |frame| {
        encoder.write_lzw_pre_encoded_frame(&frame).map_err(io_error)
    })?;
    encoder.into_inner().map_err(io_error)?.flush()
}

fn io_error(error: EncodingError) -> io::Error {
    match error {
        EncodingError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// Replaces unchanged frames by a longer delay of the previous frame, if `together` is true.
struct Coalesce<I> {
    frames: I,
    held: Option<Frame>,
    together: bool,
}

impl<I: Iterator<Item = Frame>> Coalesce<I> {
    fn new(mut frames: I, together: bool) -> Self {
        let held = frames.next();
        Self { frames, held, together }
    }
}

impl<I: Iterator<Item = Frame>> Iterator for Coalesce<I> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let mut held = self.held.take()?;
        for frame in self.frames.by_ref() {
            let together = held.delay + frame.delay;
            if self.together && frame.changed.is_empty() && u16::try_from(together).is_ok() {
                held.delay = together;
            } else {
                self.held = Some(frame);
                break;
            }
        }
        Some(held)
    }
}
