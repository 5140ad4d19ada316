//! The exporter for print: a sheet as a PDF, its pages one after another.
//!
//! Everything is vectors. Texts are glyphs of fonts that the document carries, so they look as in
//! the other formats and can be selected and searched. There is no date and no id in it, so the
//! same sheet gives the same bytes. The vignette of a theme and the tooltips are left out: paper
//! has no corners of glass, and nothing to point with.

mod document;
mod glyphs;
mod page;

use std::io::{self, Write};

use pdf_writer::{Finish, Name, Rect, TextStr};

use crate::text::Fonts;
use document::Document;
use flaky_core::scene::sheet::Bands;
use flaky_core::scene::{AltText, Paper, Sheet};
use glyphs::Glyphs;
use page::Page;

/// The size of an A4 page in landscape, in points.
const A4_PT: (f64, f64) = (841.89, 595.276);
/// The size of a pixel in points; there are 96 to an inch.
const PX_PT: f64 = 0.75;

/// Writes a sheet.
///
/// # Errors
/// Those of `out`.
pub fn sheet(sheet: Sheet, fonts: &Fonts, mut out: impl Write) -> io::Result<()> {
    let (size, pages) = (sheet.scene.size, sheet.pages);
    let high = size.height / pages;
    let (width, height) = match sheet.paper {
        Paper::A4 => A4_PT,
        Paper::Roll | Paper::Sized(_) => {
            (PX_PT * f64::from(size.width), PX_PT * f64::from(size.height))
        }
    };
    let mut document = Document::new();
    let [catalog, tree, info, resources] = [(); 4].map(|()| document.next());
    let mut glyphs = Glyphs::default();
    let mut kids = Vec::new();
    let alt = sheet.scene.alt.clone();
    let theme = sheet.scene.theme.clone();
    let mut bands = Bands::new(sheet);
    for page in 0..pages {
        let band = page * high..(page + 1) * high;
        let placed = Page { width, height, scale: width / f64::from(size.width), top: band.start };
        let content = placed.content(bands.show(&band), fonts, &mut glyphs);
        let stream = document.stream(&content);
        let kid = document.next();
        let mut page = document.pdf.page(kid);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, width as f32, height as f32));
        page.contents(stream).pair(Name(b"Resources"), resources);
        kids.push(kid);
    }
    glyphs.write(&mut document, fonts, &theme, resources);
    let pdf = &mut document.pdf;
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("en"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.pages(tree).count(kids.len() as i32).kids(kids);
    let mut about = pdf.document_info(info);
    if let AltText::Titled { title, description } = &alt {
        about.title(TextStr(title)).subject(TextStr(description));
    }
    about.creator(TextStr("flaky"));
    about.finish();
    out.write_all(&document.pdf.finish())?;
    out.flush()
}
