//! How wide text is, asked of whoever has the font.

/// A face of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// The regular weight.
    Regular,
    /// The bold weight.
    Bold,
}

/// Measures text. The drawing crate answers from its font; a web page may answer from its canvas.
pub trait TextMetrics: Sync {
    /// The width of `text` at a font size of `size` pixels, in pixels.
    fn width(&self, face: Face, text: &str, size: f64) -> f64;

    /// As much of `text` as fits into `width` pixels, with an ellipsis where it is cut.
    fn shorten(&self, face: Face, text: &str, size: f64, width: f64) -> String;
}
