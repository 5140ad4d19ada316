//! Draws scenes and encodes them: fonts, an SVG and a raster exporter, and one encoder per format.
//!
//! - [`text`]: fonts, and lines of text laid out in them
//! - [`svg`]: scenes to SVG
//! - [`pdf`]: a sheet to the pages of a PDF
//! - [`raster`]: scenes to frames
//! - [`encode`]: frames to the bytes of a file, one module per format
//!
//! ```
//! use flaky_core::animation::Plays;
//! use flaky_core::rhythm::json;
//! use flaky_core::scene::{self, MonitorSettings, Size};
//! use flaky_core::timeline::Timeline;
//! use flaky_draw::text::DEJAVU;
//! use flaky_draw::{encode, raster};
//!
//! let rhythm = json::from_str(r#"{"duration_s": 2, "beats": [{"t_s": 0.5}, {"t_s": 1.5}]}"#)?;
//! let settings = MonitorSettings {
//!     size: Size { width: 160, height: 60 },
//!     ..MonitorSettings::default()
//! };
//! let monitor = scene::monitor(&rhythm, &settings, &DEJAVU);
//! let timeline = Timeline::uniform(rhythm.duration_s, 25.0, encode::gif::TICKS_PER_S);
//! let frames = raster::monitor(&monitor, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
//! let mut gif = Vec::new();
//! encode::gif::write(frames, 1, &mut gif)?;
//! assert!(gif.starts_with(b"GIF89a"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(unreachable_pub)]

pub mod encode;
pub mod pdf;
pub mod raster;
pub mod svg;
pub mod text;
