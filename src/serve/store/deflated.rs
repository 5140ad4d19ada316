//! Deflated bytes: the results of tests repeat their names in every report.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// The maximum size of what is inflated. A report that is read has fewer bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Deflates, quickly: a transaction waits for it.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // A vector takes all that is written to it.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Inflates; `None` if the bytes are damaged or too many.
pub(super) fn inflate(deflated: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(deflated).take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{deflate, inflate};

    #[test]
    fn deflated_bytes_come_back() {
        for bytes in [&b""[..], b"[]", &[7; 10_000]] {
            assert_eq!(inflate(&deflate(bytes)).as_deref(), Some(bytes));
        }
        assert!(deflate(&[7; 10_000]).len() < 100);
    }

    #[test]
    fn damaged_bytes_do_not() {
        assert_eq!(inflate(b"\xff\xff"), None);
        let whole = deflate(&[7; 1000]);
        assert_eq!(inflate(&whole[..whole.len() / 2]), None);
    }
}
