//! Draws a project's pulse: an ECG that beats, glitches and heals.
//!
//! Everything is one pipeline, read from left to right; nothing flows back.
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
//! - [`flaky_core`]: rhythm, signal, scene and frames, pure
//! - [`flaky_draw`]: fonts, ground and encoders
//! - [`history`]: a repository's commits as a rhythm
//! - [`flaky_ci`]: the state of a pipeline
//! - [`output`]: results are written completely or not at all
//! - [`store`]: files kept between runs
//! - [`commands`], [`cli`], [`progress`], [`error`]: the program around it
//!
//! After the source there is no clock, no environment and no unseeded randomness: the same
//! rhythm and settings give the same bytes on any machine, with any number of threads.

#![warn(unreachable_pub)]

pub mod cli;
pub mod commands;
pub mod error;
pub mod history;
pub(crate) mod output;
pub mod progress;
pub mod store;
