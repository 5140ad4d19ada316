//! The static layer as palette entries: the scene's own markup, drawn by resvg.

use flaky_core::raster::{Ground, Palette};
use flaky_core::scene::{Scene, markup};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Draws the static layer of `scene`.
pub fn draw(scene: &Scene, palette: &Palette) -> Ground {
    let (width, height) = (scene.size.width, scene.size.height);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{}</svg>",
        markup::static_layer(scene, "")
    );
    let tree = Tree::from_str(&svg, &Options::default()).expect("our own markup is well formed");
    let mut pixmap = Pixmap::new(width, height).expect("a scene has a size");
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    let colours = pixmap.pixels().iter().map(|pixel| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    });
    Ground::from_colours(colours, palette)
}
