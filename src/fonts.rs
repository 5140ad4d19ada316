//! Fonts outside the program: those of the system, and files that the user names.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flaky_draw::text::{self, Font};
use fontdb::{Database, FaceInfo, Source, Stretch, Style, Weight};

use crate::error::io_message;

/// The maximum size of a font file in bytes. The largest collections have about half of it.
const LARGEST: u64 = 256 << 20;
/// The maximum number of fonts for one picture.
const MOST: usize = 16;
/// Families whose glyphs show only that a character has none, as a part of their names.
const PLACEHOLDERS: [&str; 4] = ["lastresort", "last resort", "adobe blank", "adobe notdef"];
/// Families that have many characters, but as coarse outlines or as pictures in colours, as a part
/// of their names.
const COARSE: [&str; 3] = ["unifont", "fixedsys", "color emoji"];

/// A font with its name.
pub(crate) struct NamedFont {
    pub name: String,
    pub font: Font,
}

/// Why a font file cannot be used; completes "cannot use FILE: ".
pub(crate) enum Unusable {
    Unreadable(io::Error),
    NotAFile,
    TooLarge,
    NotAFont,
}

impl Unusable {
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Unreadable(error) => io_message(error),
            Self::NotAFile => "it is not a regular file".to_string(),
            Self::TooLarge => format!("it is larger than {} MB", LARGEST >> 20),
            Self::NotAFont => "it is not a TrueType or OpenType font".to_string(),
        }
    }
}

/// The fonts in a file, which has several if it is a collection; at most [`MOST`].
///
/// # Errors
/// Fails if the file cannot be read or has no font with outlines.
pub(crate) fn open(path: &Path) -> Result<Vec<NamedFont>, Unusable> {
    let data = read(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let font = |index| {
        let font = Font::parse(data, index)?;
        Some(NamedFont { name: name.clone().into_owned(), font })
    };
    let fonts: Vec<NamedFont> = (0..text::count(data).min(MOST as u32)).filter_map(font).collect();
    if fonts.is_empty() { Err(Unusable::NotAFont) } else { Ok(fonts) }
}

/// Reads a file. A font is needed until the program ends, so its bytes are never freed.
fn read(path: &Path) -> Result<&'static [u8], Unusable> {
    // To open a pipe would wait for its other end.
    if !fs::metadata(path).map_err(Unusable::Unreadable)?.is_file() {
        return Err(Unusable::NotAFile);
    }
    let mut data = Vec::new();
    let file = File::open(path).map_err(Unusable::Unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut data).map_err(Unusable::Unreadable)?;
    if data.len() as u64 > LARGEST { Err(Unusable::TooLarge) } else { Ok(data.leak()) }
}

/// The fonts of the system.
pub(crate) struct Installed(Database);

impl Installed {
    /// Looks for them.
    pub(crate) fn load() -> Self {
        let mut system = Database::new();
        system.load_system_fonts();
        Self(system)
    }

    /// Their number.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Fonts that together have as many of these characters as possible. The choice depends on the
    /// characters and on the installed fonts alone.
    pub(crate) fn find(&self, wanted: &BTreeSet<char>) -> Vec<NamedFont> {
        let Self(system) = self;
        let region = region(wanted);
        let faces = system.faces();
        let mut candidates: Vec<Candidate> =
            faces.filter_map(|face| Candidate::new(system, face, wanted, region)).collect();
        candidates.sort_by(|a, b| a.rank.cmp(&b.rank));
        let mut chosen = Vec::new();
        let mut open = wanted.clone();
        while chosen.len() < MOST {
            // The most characters; of equals, the first.
            let gain = |candidate: &Candidate| {
                (!candidate.rank.coarse, candidate.has.intersection(&open).count())
            };
            let useful = |candidate: &&Candidate| gain(candidate).1 > 0;
            let best = candidates.iter().filter(useful).min_by_key(|one| Reverse(gain(one)));
            let Some(best) = best else { break };
            let taken = best.rank.place.clone();
            if let Some(font) = best.load() {
                open = open.difference(&best.has).copied().collect();
                chosen.push(font);
            }
            candidates.retain(|candidate| candidate.rank.place != taken);
        }
        chosen
    }
}

/// An installed font that has some of the characters.
struct Candidate {
    rank: Rank,
    has: BTreeSet<char>,
}

/// What makes one font preferable to another that has as many characters, gravest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    coarse: bool,
    /// Slanted, with serifs, of another region, not called "sans", condensed, monospaced.
    drawbacks: [bool; 6],
    /// The difference from the weight of normal text.
    weight: u16,
    name: String,
    /// The file, and the number of the font in it.
    place: (PathBuf, u32),
}

impl Candidate {
    fn new(
        system: &Database,
        face: &FaceInfo,
        wanted: &BTreeSet<char>,
        region: &str,
    ) -> Option<Self> {
        let (name, _) = face.families.first()?;
        let lower = name.to_lowercase();
        let is_among = |names: &[&str]| names.iter().any(|part| lower.contains(part));
        let Source::File(path) = &face.source else { return None };
        if is_among(&PLACEHOLDERS) {
            return None;
        }
        let has =
            system.with_face_data(face.id, |data, index| text::covered(data, index, wanted))?;
        let rank = Rank {
            coarse: is_among(&COARSE),
            drawbacks: [
                face.style != Style::Normal,
                is_among(&["serif", "mincho", "ming", "song"]),
                lower.contains(" cjk ") && !lower.ends_with(region),
                !lower.contains("sans"),
                face.stretch != Stretch::Normal,
                face.monospaced,
            ],
            weight: face.weight.0.abs_diff(Weight::NORMAL.0),
            name: name.clone(),
            place: (path.clone(), face.index),
        };
        (!has.is_empty()).then_some(Self { rank, has })
    }

    fn load(&self) -> Option<NamedFont> {
        let (path, index) = &self.rank.place;
        let font = Font::parse(read(path).ok()?, *index)?;
        Some(NamedFont { name: self.rank.name.clone(), font })
    }
}

/// The region whose forms of Chinese characters fit a text, as fonts name it.
fn region(wanted: &BTreeSet<char>) -> &'static str {
    let any = |low, high| wanted.range(low..=high).next().is_some();
    if any('\u{3041}', '\u{30ff}') {
        " jp"
    } else if any('\u{1100}', '\u{11ff}') || any('\u{ac00}', '\u{d7a3}') {
        " kr"
    } else {
        " sc"
    }
}
