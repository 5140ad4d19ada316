//! The pulse for browsers: the core, driven a moment at a time.
//!
//! - [`Lead`]: an endless rhythm (or a loop), its signal and its screen, as RGBA pixels and dirty
//!   rectangles
//! - [`exports`]: the same as functions of numbers, which JavaScript calls in `heart.wasm`
//!
//! Nothing is imported from the browser: it has the clock, the canvas and the captions, and tells this
//! crate the time. `src/page/web/heart.js` is the other side of [`exports`].

#![warn(unreachable_pub)]

pub mod exports;
mod lead;
mod picture;
mod rhythm;

pub use lead::{Lead, ScreenSettings};
pub use picture::{Dirty, Picture};
pub use rhythm::{Pool, Rest};
