//! The files beside the page: icons and a link preview, and the tags that name them.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{PageSettings, escape, picture};
use flaky_core::scene::theme::Theme;
use flaky_core::scene::{Colour, Size};
use flaky_draw::encode::png;
use flaky_draw::raster;

/// The side of the icon's drawing, in its own units.
const SIDE: u32 = 64;
/// The trace on the icon, between the margins that round masks cut off.
const TRACE: &str = "M8 37h9q4-8 8 0h4l2 4 5-29 6 40 3-15h4q4-9 7 0h0";
/// The icon of iOS and the one of launchers: names and sides in pixels.
const ICONS: [(&str, u32); 2] = [("icon-180.png", 180), ("icon-512.png", 512)];

/// A file beside the page.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    #[cfg_attr(not(feature = "serve"), expect(dead_code, reason = "only servers send it"))]
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All files beside the page.
pub(crate) fn assets(page: &PageSettings) -> io::Result<Vec<Asset>> {
    let png = |name, bytes| Asset { name, content_type: "image/png", bytes };
    let mut assets = vec![
        png("preview.png", picture::preview(page)?),
        Asset {
            name: "icon.svg",
            content_type: "image/svg+xml",
            bytes: icon(page.theme, SIDE).into_bytes(),
        },
    ];
    for (name, side) in ICONS {
        let size = Size { width: side, height: side };
        let picture = raster::document(&icon(page.theme, side), size)?;
        let mut bytes = Vec::new();
        png::write_rgb(side, side, [Ok(picture.rgb)], &mut bytes)?;
        assets.push(png(name, bytes));
    }
    Ok(assets)
}

/// The tags for the head of the page: its icon, or what lies beside it.
pub(super) fn links(page: &PageSettings) -> String {
    if !page.assets {
        let icon = STANDARD.encode(icon(page.theme, SIDE));
        return format!("<link rel=\"icon\" href=\"data:image/svg+xml;base64,{icon}\">");
    }
    let beside = |name: &str| {
        let absolute = page.address.as_ref().and_then(|address| address.join(name).ok());
        absolute.map_or_else(|| name.to_string(), String::from)
    };
    let (width, height) = (picture::PREVIEW.width.to_string(), picture::PREVIEW.height.to_string());
    let (title, description) = (page.document_title(), page.description());
    let picture = beside("preview.png");
    let mut tags = vec![
        "<link rel=\"icon\" href=\"icon-512.png\" sizes=\"512x512\">".to_string(),
        "<link rel=\"icon\" href=\"icon.svg\" type=\"image/svg+xml\">".to_string(),
        "<link rel=\"apple-touch-icon\" href=\"icon-180.png\">".to_string(),
        "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_string(),
    ];
    let mut property = |name: &str, value: &str| {
        tags.push(format!("<meta property=\"og:{name}\" content=\"{}\">", escape(value)));
    };
    property("type", "website");
    property("title", title);
    property("description", &description);
    property("image", &picture);
    property("image:width", &width);
    property("image:height", &height);
    property("image:alt", "An ECG on a monitor");
    if let Some(address) = &page.address {
        property("url", address.as_str());
    }
    tags.join("\n")
}

/// The icon: a beat on the ground of the theme, as an SVG of `side` pixels.
fn icon(theme: &Theme, side: u32) -> String {
    let (ground, trace) = (theme.rgb(Colour::Ground), theme.rgb(Colour::Trace));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{side}\" \
         viewBox=\"0 0 {SIDE} {SIDE}\"><path fill=\"{ground}\" d=\"M0 0h{SIDE}v{SIDE}H0z\"/>\
         <path fill=\"none\" stroke=\"{trace}\" stroke-width=\"4\" stroke-linecap=\"round\" \
         stroke-linejoin=\"round\" d=\"{TRACE}\"/></svg>"
    )
}
