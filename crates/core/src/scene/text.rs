//! Text measurement. The core has no font, so callers pass an implementation of [`TextMetrics`].

/// A font face.
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

    /// Returns `text` if it fits into `width` pixels; otherwise cuts its end and adds an ellipsis.
    fn shorten(&self, face: Face, text: &str, size: f64, width: f64) -> String;
}
