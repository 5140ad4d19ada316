//! The fonts of a picture, and what the user is told about them.

use std::collections::BTreeSet;

use crate::cli::Console;
use crate::cli::fonts::{FontSource, FontsArgs};
use crate::cli::format::Format;
use crate::error::Error;
use crate::fonts::{self, Installed, NamedFont};
use flaky_draw::text::{DEJAVU, DEJAVU_AND_VIEWER, Fonts, Lacking};

/// The most characters that a message lists.
const LISTED: usize = 12;

/// The fonts for a picture with these texts in this format. They last as long as the program.
///
/// # Errors
/// Fails if the file of `--fonts` cannot be used.
pub(super) fn choose(
    args: &FontsArgs,
    format: Format,
    texts: impl IntoIterator<Item = String>,
    console: Console,
) -> Result<&'static Fonts, Error> {
    let svg = format == Format::Svg;
    let wanted: BTreeSet<char> = texts.into_iter().flat_map(|text| DEJAVU.lacks(&text)).collect();
    let found = match &args.fonts {
        FontSource::None => Vec::new(),
        // An SVG is the same on every machine.
        FontSource::System if svg || wanted.is_empty() => Vec::new(),
        FontSource::System => Installed::load().find(&wanted),
        FontSource::File(path) => fonts::open(path).map_err(|error| {
            let (name, reason) = (path.display(), error.reason());
            Error::failed(format!("--fonts: cannot use {name}: {reason}"))
                .hint("--fonts takes `system`, `none`, or a .ttf, .otf, .ttc or .otc file")
        })?,
    };
    let (names, fallbacks): (BTreeSet<String>, Vec<_>) =
        found.into_iter().map(|NamedFont { name, font }| (name, font)).unzip();
    let fonts: &Fonts = match (fallbacks.is_empty(), svg) {
        (true, false) => &DEJAVU,
        (true, true) => &DEJAVU_AND_VIEWER,
        (false, svg) => {
            let lacking = if svg { Lacking::Viewer } else { Lacking::Boxes };
            Box::leak(Box::new(Fonts::new(fallbacks, lacking)))
        }
    };
    let lost: BTreeSet<char> =
        wanted.iter().copied().filter(|c| !fonts.lacks(&c.to_string()).is_empty()).collect();
    let drawn = match wanted.len() - lost.len() {
        1 => "1 character is".to_string(),
        count => format!("{count} characters are"),
    };
    if lost.len() < wanted.len() && args.fonts == FontSource::System {
        let names: Vec<String> = names.into_iter().collect();
        console.say(&format!(
            "note: {drawn} drawn from {}; --fonts none draws boxes, the same on any machine",
            names.join(", ")
        ));
    }
    if !lost.is_empty() {
        let lost = listed(&lost);
        console.say(&match (svg, &args.fonts) {
            (true, _) => format!("note: the SVG has {lost} as text, which its viewer draws"),
            (false, FontSource::System) => {
                format!(
                    "warning: no font here has {lost}; boxes are drawn instead. --fonts FILE names \
                     a font that has"
                )
            }
            (false, _) => {
                format!("warning: the font has no glyphs for {lost}; boxes are drawn instead")
            }
        });
    }
    Ok(fonts)
}

/// Characters for a message, the first of them if there are many.
pub(super) fn listed(characters: &BTreeSet<char>) -> String {
    let first: Vec<String> = characters.iter().take(LISTED).map(|c| format!("{c:?}")).collect();
    let first = first.join(", ");
    match characters.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
