//! Inflates zlib streams of a known size.

use std::io::BufRead;
use std::mem;

use zlib_rs::{Inflate, InflateFlush, Status};

use super::object::Unread;

/// Bits of the largest distance to a repetition in a zlib stream.
const WINDOW_BITS: u8 = 15;

/// The most that is allocated before any of it has been inflated, in bytes.
const FIRST: usize = 1 << 20;

/// Size up to which an object is inflated in the same memory as the one before, in bytes.
const SMALL: usize = 1 << 14;
/// Room behind it, in bytes. With less, zlib goes symbol by symbol.
const SPARE: usize = 512;

/// Inflates one stream after the other.
pub(super) struct Inflater {
    stream: Inflate,
    /// Where small objects are inflated.
    small: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { stream: Inflate::new(true, WINDOW_BITS), small: vec![0; SMALL + SPARE] }
    }
}

impl Inflater {
    /// Begins a stream.
    pub(super) fn start(&mut self) -> &mut Self {
        self.stream.reset(true);
        self
    }

    /// Inflates into `out` until it is full or the stream ends. Returns the number of bytes written
    /// and whether the stream has ended.
    pub(super) fn fill(
        &mut self,
        input: &mut impl BufRead,
        out: &mut [u8],
    ) -> Result<(usize, bool), Unread> {
        let mut filled = 0;
        while filled < out.len() {
            let chunk = input.fill_buf()?;
            let (read, written) = (self.stream.total_in(), self.stream.total_out());
            // What is inflated at once needs no copy in the window of the stream.
            let status = self.stream.decompress(chunk, &mut out[filled..], InflateFlush::Finish);
            let (read, written) =
                (self.stream.total_in() - read, self.stream.total_out() - written);
            input.consume(read as usize);
            filled += written as usize;
            match status {
                Ok(Status::StreamEnd) => return Ok((filled, true)),
                // The stream is cut off, or does not go on.
                Ok(_) if read == 0 && written == 0 => return Err(Unread::Damaged),
                Ok(_) => {}
                Err(_) => return Err(Unread::Damaged),
            }
        }
        Ok((filled, false))
    }

    /// Inflates a stream of this size in bytes.
    pub(super) fn whole(
        &mut self,
        input: &mut impl BufRead,
        size: usize,
    ) -> Result<Vec<u8>, Unread> {
        self.start();
        if size > SMALL {
            return self.rest(input, Vec::new(), size);
        }
        let mut small = mem::take(&mut self.small);
        let inflated = self.fill(input, &mut small[..size + SPARE]);
        let data = inflated.map(|end| (end == (size, true)).then(|| small[..size].to_vec()));
        self.small = small;
        data?.ok_or(Unread::Damaged)
    }

    /// Inflates the rest of a stream, which must bring `data` to this size in bytes.
    pub(super) fn rest(
        &mut self,
        input: &mut impl BufRead,
        mut data: Vec<u8>,
        size: usize,
    ) -> Result<Vec<u8>, Unread> {
        let mut filled = data.len();
        if filled > size {
            return Err(Unread::Damaged);
        }
        loop {
            // One byte more shows whether the stream ends where it should.
            let room = (size + 1).min(filled + filled.max(FIRST));
            data.resize(room, 0);
            let (more, ended) = self.fill(input, &mut data[filled..])?;
            filled += more;
            if ended && filled == size {
                data.truncate(size);
                return Ok(data);
            }
            if ended || filled > size {
                return Err(Unread::Damaged);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn inflated(mut input: &[u8], size: usize) -> Result<Vec<u8>, Unread> {
        Inflater::default().whole(&mut input, size)
    }

    #[test]
    fn a_stream_has_the_size_it_claims() {
        for length in [0, 1, 1000, SMALL, SMALL + 1, FIRST - 1, FIRST, 3 * FIRST] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let stream = deflated(&bytes);
            assert_eq!(inflated(&stream, length), Ok(bytes));
            assert_eq!(inflated(&stream, length + 1), Err(Unread::Damaged));
            assert_eq!(inflated(&stream, length + FIRST), Err(Unread::Damaged));
            if length > 0 {
                assert_eq!(inflated(&stream, length - 1), Err(Unread::Damaged));
            }
        }
    }

    #[test]
    fn a_stream_that_is_cut_off_or_damaged_ends() {
        let text = b"some text, some more text\n".repeat(20);
        let stream = deflated(&text);
        for cut in 0..stream.len() {
            assert_eq!(inflated(&stream[..cut], 520), Err(Unread::Damaged), "{cut}");
            for bit in 0..8 {
                let mut damaged = stream.clone();
                damaged[cut] ^= 1 << bit;
                // The checksum at the end shows every change but of a bit that says nothing.
                let result = inflated(&damaged, 520);
                assert!(result.is_err() || result == Ok(text.clone()), "{cut} {bit}");
            }
        }
    }
}
