//! Divides a line into runs: pieces of one direction that one font draws, in visual order.

use flaky_core::sanitize::is_format_control;
use flaky_core::scene::text::Face;
use unicode_bidi::BidiInfo;
use unicode_segmentation::UnicodeSegmentation;

use super::{FontId, Fonts, Lacking};

/// A piece of a line in logical order.
#[derive(Debug)]
pub(super) struct Run {
    pub text: String,
    pub right_to_left: bool,
    pub drawn_by: DrawnBy,
}

/// What draws a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrawnBy {
    /// A font that has all its characters.
    Font(FontId),
    /// The built-in font, with boxes for the characters that it lacks.
    Boxes,
    /// The program that shows the picture, from fonts of its own.
    Viewer,
}

/// The runs of `text` from left to right.
pub(super) fn runs(fonts: &Fonts, face: Face, text: &str) -> Vec<Run> {
    let plain: String = text.chars().map(visible).collect();
    let mut runs = Vec::new();
    if !plain.chars().any(|c| ('\u{590}'..='\u{8ff}').contains(&c) || c >= '\u{fb1d}') {
        push(&mut runs, fonts, face, &plain, false);
        return runs;
    }
    let bidi = BidiInfo::new(&plain, None);
    for line in &bidi.paragraphs {
        let (levels, pieces) = bidi.visual_runs(line, line.range.clone());
        for piece in pieces {
            let right_to_left = levels[piece.start].is_rtl();
            let first = runs.len();
            push(&mut runs, fonts, face, &plain[piece], right_to_left);
            if right_to_left {
                runs[first..].reverse();
            }
        }
    }
    runs
}

/// Appends the runs of a piece of one direction, in logical order.
fn push(runs: &mut Vec<Run>, fonts: &Fonts, face: Face, piece: &str, right_to_left: bool) {
    let first = runs.len();
    let mut add = |text: &str, drawn_by: DrawnBy| match runs[first..].last_mut() {
        Some(run) if run.drawn_by == drawn_by => run.text.push_str(text),
        _ => runs.push(Run { text: text.to_string(), right_to_left, drawn_by }),
    };
    for cluster in piece.graphemes(true) {
        if let Some(id) = font_of(fonts, face, cluster) {
            add(cluster, DrawnBy::Font(id));
            continue;
        }
        let apart: Vec<_> =
            cluster.chars().map(String::from).map(|c| (font_of(fonts, face, &c), c)).collect();
        if fonts.lacking == Lacking::Viewer && apart.iter().any(|(font, _)| font.is_none()) {
            add(cluster, DrawnBy::Viewer);
            continue;
        }
        for (font, c) in apart {
            add(&c, font.map_or(DrawnBy::Boxes, DrawnBy::Font));
        }
    }
}

/// The first font that has all characters of a text.
fn font_of(fonts: &Fonts, face: Face, text: &str) -> Option<FontId> {
    fonts.ids(face).find(|id| {
        let font = fonts.font(*id);
        text.chars().all(|c| selects_form(c) || font.glyph(c).is_some())
    })
}

/// True for characters that select a form of their neighbours, and are invisible without it:
/// joiners, variation selectors, tags and skin tones.
pub(super) fn selects_form(c: char) -> bool {
    let invisible = matches!(c,
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}');
    invisible || is_skin_tone(c)
}

/// True for the skin tones of emoji. A picture in one colour has none.
pub(super) fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The character that is shown for `c`: U+FFFD instead of one that controls the line.
pub(super) fn visible(c: char) -> char {
    if c.is_control() || is_format_control(c) { '\u{fffd}' } else { c }
}
