//! One font: which characters it has, their glyphs, and the outlines of those.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use flaky_core::scene::text::Face;
use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont};
use ttf_parser::{GlyphId, RasterGlyphImage, RasterImageFormat, Tag};

use super::outline::{Outline, PathSegment, UNITS_PER_EM};
use super::picture;

/// The weight at which a variable font is drawn. Some have thin strokes by default.
const WEIGHT: f32 = 400.0;
/// The tables of glyphs in colours or in pixels. A font with one of them may lack outlines.
const COLOURED: [&[u8; 4]; 4] = [b"COLR", b"CBDT", b"sbix", b"SVG "];

/// A glyph with its place in a run of text, in font units of [`UNITS_PER_EM`].
pub(super) struct Shaped {
    pub id: u16,
    /// The distance from one origin to the next.
    pub advance: f64,
    /// How far the glyph is moved right and up from its origin.
    pub offset: (f64, f64),
}

/// The glyphs of a font that are drawn as outlines.
struct Outlines<'a> {
    face: ttf_parser::Face<'a>,
    /// True if glyphs may be there in colours only, so that each has to be tried.
    coloured: bool,
}

impl<'a> Outlines<'a> {
    fn parse(data: &'a [u8], index: u32) -> Option<Self> {
        let mut face = ttf_parser::Face::parse(data, index).ok()?;
        // It fails in fonts that are not variable.
        let _ = face.set_variation(Tag::from_bytes(b"wght"), WEIGHT);
        let has = |tag: &[u8; 4]| face.raw_face().table(Tag::from_bytes(tag)).is_some();
        Some(Self { coloured: COLOURED.iter().any(|tag| has(tag)), face })
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        let glyph = self.face.glyph_index(c)?;
        let drawn = !self.coloured || c.is_whitespace() || {
            let shape = self.face.outline_glyph(glyph, &mut Outline::new(1.0));
            shape.is_some() || self.picture(glyph).is_some()
        };
        drawn.then_some(glyph)
    }

    /// The largest picture of a glyph.
    fn picture(&self, glyph: GlyphId) -> Option<RasterGlyphImage<'_>> {
        let picture = self.face.glyph_raster_image(glyph, u16::MAX)?;
        (picture.format == RasterImageFormat::PNG).then_some(picture)
    }
}

/// Those of `wanted` that the font at `index` in a font file can draw; none if it is damaged.
pub fn covered(data: &[u8], index: u32, wanted: &BTreeSet<char>) -> BTreeSet<char> {
    let Some(outlines) = Outlines::parse(data, index) else { return BTreeSet::new() };
    wanted.iter().copied().filter(|c| outlines.glyph(*c).is_some()).collect()
}

/// The number of fonts in a font file.
pub fn count(data: &[u8]) -> u32 {
    ttf_parser::fonts_in_collection(data).unwrap_or(1)
}

/// A font that glyphs are drawn from.
pub struct Font {
    data: &'static [u8],
    index: u32,
    outlines: Outlines<'static>,
    /// The font as the shaper reads it; `None` if it cannot.
    shaped: OnceLock<Option<harfrust::Font>>,
}

impl Font {
    /// The font at `index` in a TrueType or OpenType file; `None` if it is damaged or has neither
    /// outlines nor pictures.
    pub fn parse(data: &'static [u8], index: u32) -> Option<Self> {
        let outlines = Outlines::parse(data, index)?;
        let tables = outlines.face.tables();
        let outlined = tables.glyf.is_some() || tables.cff.is_some() || tables.cff2.is_some();
        let drawn = outlined || tables.cbdt.is_some() || tables.sbix.is_some();
        drawn.then_some(Self { data, index, outlines, shaped: OnceLock::new() })
    }

    /// The glyph of a character; `None` if the font cannot draw it.
    pub(super) fn glyph(&self, c: char) -> Option<u16> {
        self.outlines.glyph(c).map(|glyph| glyph.0)
    }

    /// The advance width of a glyph, in pixels at a font size of `size` pixels.
    pub(super) fn advance(&self, glyph: u16, size: f64) -> f64 {
        let units = self.outlines.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
        f64::from(units) * size / f64::from(self.outlines.face.units_per_em())
    }

    /// The outline of a glyph; empty for a space.
    pub(super) fn outline(&self, glyph: u16) -> Vec<PathSegment> {
        let mut outline = Outline::new(self.scale() as f32);
        let shape = self.outlines.face.outline_glyph(GlyphId(glyph), &mut outline);
        if shape.is_none() && self.outlines.coloured {
            return self.outlines.picture(GlyphId(glyph)).map_or_else(Vec::new, picture::outline);
        }
        outline.segments
    }

    /// The glyphs of a text of one direction from left to right, joined, reordered and mirrored as
    /// its script demands; `None` if the shaper cannot read the font.
    pub(super) fn shape(&self, text: &str, right_to_left: bool) -> Option<Vec<Shaped>> {
        let font = self.shaped.get_or_init(|| {
            let font = harfrust::Font::new(self.data, self.index)?;
            Some(font.instance_builder().variations([("wght", WEIGHT)]).build())
        });
        let font = ShaperFont::new(font.as_ref()?);
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.set_direction(if right_to_left {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        buffer.guess_segment_properties();
        harfrust::shape(&font, &mut buffer, ShapeOptions::new()).ok()?;
        let px = |units: i32| f64::from(units) * self.scale();
        let glyphs = buffer.glyph_infos().iter().zip(buffer.glyph_positions());
        Some(
            glyphs
                .map(|(info, place)| Shaped {
                    id: u16::try_from(info.glyph_id).unwrap_or(0),
                    advance: px(place.x_advance),
                    offset: (px(place.x_offset), px(place.y_offset)),
                })
                .collect(),
        )
    }

    /// Units of [`UNITS_PER_EM`] per unit of the font.
    fn scale(&self) -> f64 {
        UNITS_PER_EM / f64::from(self.outlines.face.units_per_em())
    }
}

/// The built-in font.
pub(super) fn built_in(face: Face) -> &'static Font {
    static REGULAR: OnceLock<Font> = OnceLock::new();
    static BOLD: OnceLock<Font> = OnceLock::new();
    let (cell, data): (_, fn() -> &'static [u8]) = match face {
        Face::Regular => (&REGULAR, dejavu::sans::regular),
        Face::Bold => (&BOLD, dejavu::sans::bold),
    };
    cell.get_or_init(|| Font::parse(data(), 0).expect("the built-in font is valid"))
}
