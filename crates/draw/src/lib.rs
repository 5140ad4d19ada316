//! Scenes as files: fonts, frames, and one encoder per format.
//!
//! - [`text`]: the font that travels along
//! - [`raster`]: a scene at the instants of a timeline, as an animation
//! - [`encode`]: writers, one format per file; none knows a path
//!
//! ```
//! use flaky_core::animation::Plays;
//! use flaky_core::scene::{Motion, Size, Trail, monitor, theme};
//! use flaky_core::{rhythm, scene, timeline};
//! use flaky_draw::text::DejaVu;
//! use flaky_draw::{encode, raster};
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
//! }, &DejaVu);
//! let ticks = timeline::Timeline::uniform(rhythm.duration_s, 25.0, encode::gif::TICKS_PER_S);
//! let frames = raster::animate(&scene, ticks, Plays::Forever, raster::LEVELS);
//! let mut gif = Vec::new();
//! encode::gif::write(frames, 1, &mut gif)?;
//! assert!(gif.starts_with(b"GIF89a"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod encode;
pub mod raster;
pub mod text;
