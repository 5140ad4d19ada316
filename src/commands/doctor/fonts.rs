//! The fonts that pictures are drawn in, and whether those of the system have what the built-in one
//! lacks.

use super::super::{fonts, plural};
use super::Finding;
use crate::fonts::{Installed, NamedFont};
use flaky_draw::text::{DEJAVU, Fonts, Lacking};

/// Characters that the built-in font lacks and that names and messages often have, and a free font
/// that has them.
const SAMPLES: [(&str, &str, &str); 2] =
    [("CJK", "漢字", "Noto Sans CJK"), ("emoji", "🎉🧡", "Noto Color Emoji")];

pub(super) fn findings() -> Vec<Finding> {
    let installed = Installed::load();
    let mut findings = vec![
        Finding::new("built in", "DejaVu Sans: Latin, Greek, Cyrillic, Hebrew, Arabic and more"),
        Finding::new("of the system", plural(installed.count(), "font")),
    ];
    findings.extend(SAMPLES.map(|(name, sample, font)| look_for(&installed, name, sample, font)));
    findings
}

fn look_for(installed: &Installed, name: &'static str, sample: &str, example: &str) -> Finding {
    let (names, found): (Vec<_>, Vec<_>) = installed
        .find(&DEJAVU.lacks(sample))
        .into_iter()
        .map(|NamedFont { name, font }| (name, font))
        .unzip();
    let lost = Fonts::new(found, Lacking::Boxes).lacks(sample);
    if lost.is_empty() {
        return Finding::new(name, names.join(", "));
    }
    let lost = fonts::listed(&lost);
    let value = format!("no font here has {lost}; all but SVG have boxes instead");
    let hint = format!("install a font that has, such as {example}, or name its file with --fonts");
    Finding::problem(name, value, hint)
}
