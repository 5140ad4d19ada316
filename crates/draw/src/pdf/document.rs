//! Objects of a document and their numbers.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Pdf, Ref, Settings};

/// How instructions and objects are written: without spaces for people.
pub(super) const COMPACT: Settings = Settings { pretty: false };

/// A document that is being written.
pub(super) struct Document {
    pub pdf: Pdf,
    last: i32,
}

impl Document {
    pub(super) fn new() -> Self {
        Self { pdf: Pdf::with_settings(COMPACT), last: 0 }
    }

    /// The reference of a new object.
    pub(super) fn next(&mut self) -> Ref {
        self.last += 1;
        Ref::new(self.last)
    }

    /// Writes a stream of bytes.
    pub(super) fn stream(&mut self, bytes: &[u8]) -> Ref {
        let id = self.next();
        self.pdf.stream(id, &deflated(bytes)).filter(Filter::FlateDecode);
        id
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to a Vec never fails")
}
