//! GIF: one global palette, delta frames, delays that browsers honour.
//!
//! Frames are disposed of by keeping them, on an opaque ground, because viewers disagree about
//! everything else; an unchanged frame becomes a longer delay of the one before, unless every
//! frame counts.

use std::io::{self, BufWriter, Write};

use gif::{DisposalMethod, Encoder, EncodingError, Repeat};

use super::{lzw, ordered::ordered};
use flaky_core::animation::{Animation, Frame, Plays, UNCHANGED};

/// The ticks of a GIF in a second.
pub const TICKS_PER_S: u32 = 100;
/// The shortest delay that browsers honour, in ticks; a shorter one plays as ten.
pub const SHORTEST_DELAY: u32 = 2;
/// The most frames a second, therefore.
pub const MOST_FPS: f64 = (TICKS_PER_S / SHORTEST_DELAY) as f64;

/// Writes `animation`, whose ticks are [`TICKS_PER_S`] a second and whose size is at most
/// 65,535 either way, compressing on `threads` threads.
///
/// # Errors
/// Those of `out`.
pub fn write(animation: Animation<'_>, threads: usize, out: impl Write) -> io::Result<()> {
    let mut colours: Vec<u8> =
        animation.palette.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    colours.resize(3 * animation.palette.len().next_power_of_two().max(2), 0);
    let (width, height) = (animation.width as u16, animation.height as u16);
    let mut encoder =
        Encoder::new(BufWriter::new(out), width, height, &colours).map_err(io_error)?;
    match animation.plays {
        Plays::Forever => encoder.set_repeat(Repeat::Infinite).map_err(io_error)?,
        // Without the block it plays once; the number in it counts the repetitions.
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

/// Lets the frame before stay longer where nothing has changed.
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
