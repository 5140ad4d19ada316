//! The texts of a badge, each in the middle of its segment.

use super::verdana;
use crate::scene::text::{Face, TextMetrics};
use crate::scene::theme::Colour;
use crate::scene::{Anchor, Caption};

/// The padding of a text in its segment, left and right, in pixels. Where our font is wider than the
/// usual one, a text may take [`OVERHANG`] of each.
const PADDING: f64 = 5.0;
const OVERHANG: f64 = 1.0;
/// The font size and the baseline of texts, in pixels.
const TEXT: f64 = 11.0;
const TEXT_BASELINE: f64 = 14.0;

/// A text of a badge.
pub(super) struct Word<'a> {
    text: &'a str,
    /// The width that the usual badges reserve for it, in pixels; 0 if it is empty.
    reserved: f64,
    /// Its font size in pixels. It is smaller only if our font is much wider than the usual one.
    size: f64,
}

impl<'a> Word<'a> {
    pub(super) fn new(text: &'a str, metrics: &dyn TextMetrics) -> Self {
        let reserved = if text.is_empty() { 0.0 } else { verdana::reserved(text, metrics) };
        let room = reserved + 2.0 * OVERHANG;
        let size = TEXT * (room / metrics.width(Face::Regular, text, TEXT)).min(1.0);
        Self { text, reserved, size }
    }

    /// The width of its segment in pixels.
    pub(super) fn segment(&self) -> f64 {
        if self.text.is_empty() { 0.0 } else { self.reserved + 2.0 * PADDING }
    }

    /// The text in the middle of its segment, which begins at `left`; `None` if it is empty.
    pub(super) fn caption(&self, left: f64) -> Option<Caption> {
        (!self.text.is_empty()).then(|| Caption {
            x: left + 0.5 * self.segment(),
            y: TEXT_BASELINE,
            anchor: Anchor::Middle,
            ..Caption::always(self.text, Face::Regular, self.size, Colour::Text)
        })
    }
}
