//! Draws a project's pulse: an ECG that beats, glitches and heals.
//!
//! The program is one pipeline, read from left to right.
//!
//! ```text
//! source              rhythm            signal         scene              frames           encode          output
//! random glitches ─┐
//! rhythm file     ─┼─> Rhythm        ─> v(t) in mV ─> Scene          ─> Animation     ─> gif apng png ─> file, stdout
//! git history     ─┤   beats, episodes                vectors, trace,   delta frames     y4m rgb
//! CI status       ─┘                                  captions          in one palette
//!                                                        └─────────────────────────────> svg
//! ```
//!
//! - [`flaky_core`]: rhythm, signal, scene and frames, without any input or output
//! - [`flaky_draw`]: fonts, exporters and encoders
//! - [`flaky_ci`]: queries CI systems for the state of a pipeline
//! - [`history`]: converts a repository's commits to a rhythm
//! - `badge`: draws a report as a badge
//! - `page`: assembles the web page with a live ECG
//! - `film`: has ffmpeg encode MP4 and WebM
//! - `fonts`: finds fonts for characters that the built-in ones lack
//! - `serve`: the backend; behind the feature `serve`
//! - `several`: reports on several projects as one
//! - `output`: writes results completely or not at all
//! - [`store`]: keeps files between runs
//! - [`cli`], [`commands`], [`progress`], [`error`]: arguments, commands, and messages to the user
//!
//! Nothing after the source depends on a clock, the environment or unseeded randomness: identical
//! rhythms and settings produce identical bytes on any machine, with any number of threads.

#![warn(unreachable_pub)]

pub(crate) mod badge;
pub mod cli;
pub mod commands;
pub mod error;
pub(crate) mod film;
pub(crate) mod fonts;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod history;
pub(crate) mod output;
pub(crate) mod page;
pub mod progress;
#[cfg(test)]
mod schemas;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod several;
pub mod store;
