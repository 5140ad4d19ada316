//! Uncompressed video for encoders such as ffmpeg: whole pictures in YUV4MPEG2 or raw RGB.

use std::io::{self, BufWriter, Write};

use flaky_core::animation::{Animation, Rgba};

/// The format of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// YUV4MPEG2, 4:4:4, BT.601 in studio range. The fields are the numerator and the denominator
    /// of the frames per second.
    Y4m(u32, u32),
    /// Three bytes per pixel, row by row, without headers.
    Rgb,
}

/// Writes every frame of `animation` once, whatever its number of plays.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn write(animation: Animation<'_>, format: PixelFormat, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let (width, height) = (animation.width, animation.height);
    let palette = animation.palette;
    let converted: Vec<[u8; 3]> = palette.iter().map(|colour| convert(*colour, format)).collect();
    if let PixelFormat::Y4m(num, den) = format {
        writeln!(out, "YUV4MPEG2 W{width} H{height} F{num}:{den} Ip A1:1 C444")?;
    }
    // Only what a frame changes is converted.
    let pixels = width as usize * height as usize;
    let mut picture = vec![0; 3 * pixels];
    for frame in animation.frames {
        let (left, across) = (frame.rect.x as usize, frame.rect.width as usize);
        for (y, row) in (frame.rect.y as usize..).zip(frame.pixels.chunks(across)) {
            let at = y * width as usize + left;
            let colours = row.iter().map(|entry| converted[usize::from(*entry)]);
            match format {
                PixelFormat::Rgb => {
                    let places = picture[3 * at..].as_chunks_mut::<3>().0;
                    places.iter_mut().zip(colours).for_each(|(place, colour)| *place = colour);
                }
                PixelFormat::Y4m(..) => {
                    for (plane, places) in picture.chunks_mut(pixels).enumerate() {
                        let places = places[at..].iter_mut();
                        places.zip(colours.clone()).for_each(|(to, colour)| *to = colour[plane]);
                    }
                }
            }
        }
        if matches!(format, PixelFormat::Y4m(..)) {
            out.write_all(b"FRAME\n")?;
        }
        out.write_all(&picture)?;
    }
    out.flush()
}

fn convert([r, g, b, _]: Rgba, format: PixelFormat) -> [u8; 3] {
    if format == PixelFormat::Rgb {
        return [r, g, b];
    }
    let [r, g, b] = [r, g, b].map(f64::from);
    let y = 16.0 + (65.481 * r + 128.553 * g + 24.966 * b) / 255.0;
    let u = 128.0 + (-37.797 * r - 74.203 * g + 112.0 * b) / 255.0;
    let v = 128.0 + (112.0 * r - 93.786 * g - 18.214 * b) / 255.0;
    [y, u, v].map(|value| value.round().clamp(0.0, 255.0) as u8)
}
