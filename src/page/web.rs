//! The sources of the page in `web/`, as they are compiled into this program.

use super::bundle::Module;

/// The page, with placeholders.
pub(super) const TEMPLATE: &str = include_str!("web/index.html");
pub(super) const STYLE: &str = include_str!("web/style.css");
/// The core for browsers, deflated without a header; `crates/web` is its source.
pub(super) const HEART: &[u8] = include_bytes!("web/heart.wasm.deflate");

macro_rules! modules {
    ($($name:literal),* $(,)?) => {
        &[$(Module { name: $name, source: include_str!(concat!("web/", $name)) }),*]
    };
}

/// The modules of the script.
pub(super) const MODULES: &[Module] = modules![
    "app.js",
    "board.js",
    "ci.js",
    "controls.js",
    "engine.js",
    "feed.js",
    "heart.js",
    "main.js",
    "mark.js",
    "painter.js",
    "pipelines.js",
    "settings.js",
    "sound.js",
    "status.js",
    "stream.js",
    "trace.js",
    "view.js",
    "ward.js",
    "watch.js",
    "words.js",
    "worker.js",
];
