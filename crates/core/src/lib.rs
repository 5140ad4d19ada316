//! The pulse itself: what beats, what it looks like, and which pixels change.
//!
//! ```text
//! rhythm            signal         scene              raster
//! Rhythm         ─> v(t) in mV ─> Scene          ─> Frame, Frame, …
//! beats, episodes                 vectors, trace    delta rectangles in one palette
//! ```
//!
//! - [`rhythm`]: beats and episodes; the tables of glitches and marks; the seeded source
//! - [`verdict`]: the state of a pipeline, and [`pulse`]: that state as a rhythm
//! - [`signal`]: a rhythm as millivolts at any time
//! - [`scene`]: what is on the screen, in vectors; themes
//! - [`timeline`]: when frames are taken
//! - [`raster`]: the trace as pixels, a moment at a time; [`animation`]: what a frame is
//! - [`sanitize`]: text of unknown origin made safe to show
//! - [`json_error`]: what is wrong with a JSON document, in plain words
//! - [`hash`]: a hash that is the same in every build
//!
//! There is deliberately no file, no clock, no network, no thread and no font here, so the crate
//! compiles for the web as it is. Fonts are asked for through [`scene::text::TextMetrics`].

#![warn(unreachable_pub)]

pub mod animation;
pub mod hash;
pub mod json_error;
pub mod pulse;
pub mod raster;
pub mod rhythm;
pub mod sanitize;
pub mod scene;
pub mod signal;
pub mod timeline;
pub mod verdict;
