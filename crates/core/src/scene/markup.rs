//! Writes the static layer of a scene as SVG markup: ground, marks and vignette.
//!
//! The SVG exporter copies this markup into its document and the raster exporter draws it with
//! resvg, so both show the same artwork.

use std::fmt::Write;

use super::{Badge, Colour, Scene, Size, Strokes};

/// The inner radius of the vignette, as a fraction of the outer one.
const VIGNETTE_BEGINS: f64 = 0.6;
/// The outer radius of the vignette, as a fraction of the width and height: it reaches the corners.
const VIGNETTE_ENDS: f64 = 0.71;

/// Formats a coordinate with at most one decimal place, as short as SVG allows ("-.5", "12").
pub fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        (0, rest) if rest < 0 => format!("-.{}", -rest),
        (0, rest) => format!(".{rest}"),
        (whole, rest) => format!("{whole}.{}", rest.abs()),
    }
}

/// Formats a part, 0–1, with at most two decimal places: "0.15".
fn hundredths(value: f64) -> String {
    let whole = (value * 100.0).round() as u32;
    let digits = format!("{}.{:02}", whole / 100, whole % 100);
    digits.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The static layer of a screen or a sheet: ground, marks and vignette. Element ids end in
/// `suffix`, to keep them unique where several documents are embedded in one page.
pub fn static_layer(scene: &Scene, suffix: &str) -> String {
    let Size { width, height } = scene.size;
    let mut out = String::new();
    if !scene.transparent {
        let ground = scene.theme.rgb(Colour::Ground);
        put(&mut out, format_args!("<path fill=\"{ground}\" d=\"M0 0h{width}v{height}H0z\"/>"));
    }
    marks(&mut out, scene);
    if scene.theme.vignette > 0.0 && !scene.transparent {
        out.push_str(&vignette(scene, suffix));
    }
    out
}

/// The static layer of a badge: segments, sheen and marks. Element ids end in `suffix`.
pub fn badge_layer(badge: &Badge, suffix: &str) -> String {
    let mut out = String::new();
    segments(&mut out, badge, suffix);
    marks(&mut out, &badge.scene);
    out
}

/// Writes the segments of a badge, the outer two with round corners, and the sheen over them.
fn segments(out: &mut String, badge: &Badge, suffix: &str) {
    let (size, corner) = (badge.scene.size, badge.corner);
    let height = f64::from(size.height);
    let straight = number(height - 2.0 * corner);
    let r = number(corner);
    // The right side from top to bottom, the left side from bottom to top.
    let right = match r.as_str() {
        "0" => format!("v{height}"),
        _ => format!("a{r} {r} 0 0 1 {r} {r}v{straight}a{r} {r} 0 0 1-{r} {r}"),
    };
    let left = match r.as_str() {
        "0" => "z".to_string(),
        _ => format!("a{r} {r} 0 0 1-{r}-{r}v-{straight}a{r} {r} 0 0 1 {r}-{r}z"),
    };
    let outline = |begins: bool, ends: bool, from: f64, width: f64| {
        let inset = corner * f64::from(u8::from(begins) + u8::from(ends));
        let (from, along) = (from + if begins { corner } else { 0.0 }, number(width - inset));
        let right = if ends { right.clone() } else { format!("v{height}") };
        let left = if begins { left.as_str() } else { "z" };
        format!("M{} 0h{along}{right}h-{along}{left}", number(from))
    };
    let mut from = 0.0;
    for (place, segment) in badge.segments.iter().enumerate() {
        let (first, last) = (place == 0, place + 1 == badge.segments.len());
        let path = outline(first, last, from, segment.width);
        put(out, format_args!("<path fill=\"{}\" d=\"{path}\"/>", segment.fill));
        from += segment.width;
    }
    if badge.sheen {
        let path = outline(true, true, 0.0, f64::from(size.width));
        put(
            out,
            format_args!(
                "<linearGradient id=\"w{suffix}\" x2=\"0\" y2=\"1\">\
                 <stop stop-color=\"#bbb\" stop-opacity=\".1\"/>\
                 <stop offset=\"1\" stop-opacity=\".1\"/></linearGradient>\
                 <path fill=\"url(#w{suffix})\" d=\"{path}\"/>"
            ),
        );
    }
}

/// Darker corners. The unshaded ellipse in the middle is cut out of the shape, because filling with
/// a gradient is slow.
fn vignette(scene: &Scene, suffix: &str) -> String {
    let Size { width, height } = scene.size;
    let (across, down) = (f64::from(width), f64::from(height));
    let (rx, ry) =
        (VIGNETTE_BEGINS * VIGNETTE_ENDS * across, VIGNETTE_BEGINS * VIGNETTE_ENDS * down);
    let arc = format!("{} {} 0 0 0", number(rx), number(ry));
    format!(
        "<radialGradient id=\"v{suffix}\" r=\"{}\">\
         <stop offset=\"{}\" stop-opacity=\"0\"/>\
         <stop offset=\"1\" stop-opacity=\"{}\"/></radialGradient>\
         <path fill=\"url(#v{suffix})\" fill-rule=\"evenodd\" d=\"M0 0h{width}v{height}H0z\
         M{} {}a{arc} {dx} 0a{arc}-{dx} 0z\"/>",
        hundredths(VIGNETTE_ENDS),
        hundredths(VIGNETTE_BEGINS),
        hundredths(scene.theme.vignette),
        number(0.5 * across - rx),
        number(0.5 * down),
        dx = number(2.0 * rx),
    )
}

fn marks(out: &mut String, scene: &Scene) {
    for strokes in &scene.marks {
        out.push_str(&polylines(scene, strokes));
    }
}

fn polylines(scene: &Scene, strokes: &Strokes) -> String {
    let width = stroke_width(strokes);
    let (colour, cover) = scene.paint(strokes.colour);
    let veil = match cover {
        1.0 => String::new(),
        _ => format!(" stroke-opacity=\"{}\"", hundredths(cover)),
    };
    let edges = if strokes.smooth { "" } else { " shape-rendering=\"crispEdges\"" };
    let path = path_data(&strokes.lines);
    format!("<path fill=\"none\" stroke=\"{colour}\"{width}{veil}{edges} d=\"{path}\"/>")
}

/// The attribute for the width of the lines, with a space before it; empty if it is 1.
pub fn stroke_width(strokes: &Strokes) -> String {
    match number(strokes.width) {
        one if one == "1" => String::new(),
        other => format!(" stroke-width=\"{other}\""),
    }
}

/// The lines as path data in relative steps of tenths of a pixel: the repeating steps of a grid
/// compress well.
pub fn path_data(lines: &[Vec<(f64, f64)>]) -> String {
    let tenths = |value: f64| (value * 10.0).round() as i64;
    let step = |from: i64, to: i64| number((to - from) as f64 / 10.0);
    let mut path = String::new();
    let mut at = (0, 0);
    for line in lines {
        for (i, (x, y)) in line.iter().enumerate() {
            let to = (tenths(*x), tenths(*y));
            let (dx, dy) = (step(at.0, to.0), step(at.1, to.1));
            let comma = if dy.starts_with('-') { "" } else { " " };
            match i {
                0 => put(&mut path, format_args!("m{dx}{comma}{dy}")),
                _ if to.1 == at.1 => put(&mut path, format_args!("h{dx}")),
                _ if to.0 == at.0 => put(&mut path, format_args!("v{dy}")),
                _ => put(&mut path, format_args!("l{dx}{comma}{dy}")),
            }
            at = to;
        }
    }
    path
}

/// Appends formatted text to markup: `write!` without a result to handle.
pub fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a String never fails");
}
