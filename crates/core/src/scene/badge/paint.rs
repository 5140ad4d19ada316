//! The colours of a badge: the usual hues, each dark enough for white text.

use crate::scene::theme::Rgb;
use crate::verdict::Verdict;

/// The colour of texts.
pub(super) const TEXT: Rgb = Rgb(0xff, 0xff, 0xff);
/// The colour behind the label.
pub(super) const LABEL: Rgb = Rgb(0x55, 0x55, 0x55);
/// The minimum contrast ratio of text at WCAG 2.1 level AA.
const LEAST_CONTRAST: f64 = 4.5;
/// The colour of the sheen at the height of the upper ends of letters, and its opacity.
const SHEEN: (Rgb, f64) = (Rgb(0x83, 0x83, 0x83), 0.1);

/// The usual colour behind the message of a badge.
fn hue(verdict: Verdict) -> Rgb {
    match verdict {
        Verdict::Passed => Rgb(0x44, 0xbb, 0x00),
        Verdict::Flaky => Rgb(0xea, 0x72, 0x33),
        Verdict::Failed => Rgb(0xdd, 0x43, 0x43),
        Verdict::Running => Rgb(0x00, 0x7e, 0xc6),
        Verdict::Stopped | Verdict::Unknown => Rgb(0x93, 0x93, 0x93),
    }
}

/// The colour behind the message: the usual one, darkened just so far that white text has a contrast
/// of at least 4.5, also under the sheen if there is one.
pub(super) fn fill(verdict: Verdict, sheen: bool) -> Rgb {
    let black = Rgb(0, 0, 0);
    let seen = |fill: Rgb| if sheen { fill.mix(SHEEN.0, SHEEN.1) } else { fill };
    (0..=255)
        .map(|part| hue(verdict).mix(black, f64::from(part) / 255.0))
        .find(|fill| TEXT.contrast(*fill).min(TEXT.contrast(seen(*fill))) >= LEAST_CONTRAST)
        .unwrap_or(black)
}

#[cfg(test)]
mod tests {
    use super::{LABEL, LEAST_CONTRAST, TEXT, fill};
    use crate::verdict::Verdict;

    #[test]
    fn no_fill_is_darker_than_its_text_needs() {
        assert!(TEXT.contrast(LABEL) >= LEAST_CONTRAST);
        for verdict in Verdict::ALL {
            let contrast = TEXT.contrast(fill(verdict, false));
            assert!((LEAST_CONTRAST..LEAST_CONTRAST + 0.1).contains(&contrast), "{contrast}");
            let contrast = TEXT.contrast(fill(verdict, true));
            assert!((LEAST_CONTRAST..LEAST_CONTRAST + 0.4).contains(&contrast), "{contrast}");
        }
    }
}
