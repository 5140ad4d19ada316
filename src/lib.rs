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
//! - [`rhythm`]: what the heart does and when; the table of glitches; the seeded source
//! - [`history`]: a repository's commits as a rhythm
//! - [`ci`]: the state of a pipeline as a rhythm; [`verdict`]: the words for it
//! - [`signal`]: a rhythm as millivolts at any time
//! - [`scene`]: what is on the screen, in vectors; themes, text
//! - [`timeline`]: when frames are taken
//! - [`raster`]: a scene at the instants of a timeline, as an [`animation`]
//! - [`encode`]: writers, one format per file
//! - [`output`]: where a result goes, whole or not at all
//! - [`commands`], [`cli`], [`progress`], [`error`]: the program around it
//!
//! After the source there is no clock, no environment and no unseeded randomness: the same
//! rhythm and settings give the same bytes on any machine, with any number of threads.
//!
//! ```
//! use flaky::animation::Plays;
//! use flaky::scene::{Motion, Size, Trail, monitor, theme};
//! use flaky::{encode, raster, rhythm, scene, timeline};
//!
//! let rhythm = rhythm::json::from_str(r#"{"duration_s": 2, "beats": [{"t_s": 0.5}, {"t_s": 1.5}]}"#)?;
//! let scene = scene::monitor(&rhythm, &monitor::Settings {
//!     size: Size { width: 160, height: 60 },
//!     theme: theme::find(theme::DEFAULT).unwrap().clone(),
//!     transparent: false,
//!     speed_mm_s: 25.0,
//!     gain_mm_mv: None,
//!     motion: Motion::Sweep,
//!     trail: Trail::Phosphor,
//!     label: "II".to_string(),
//!     grid: true,
//!     readout: true,
//! });
//! let ticks = timeline::Timeline::uniform(rhythm.duration_s, 25.0, encode::gif::TICKS_PER_S);
//! let frames = raster::animate(&scene, ticks, Plays::Forever, raster::LEVELS);
//! let mut gif = Vec::new();
//! encode::gif::write(frames, 1, &mut gif)?;
//! assert!(gif.starts_with(b"GIF89a"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod animation;
pub mod ci;
pub mod cli;
pub mod commands;
pub mod encode;
pub mod error;
pub mod history;
pub mod output;
pub mod progress;
pub mod raster;
pub mod rhythm;
pub mod scene;
pub mod signal;
pub mod timeline;
pub mod verdict;
