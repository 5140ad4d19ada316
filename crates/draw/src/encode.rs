//! Writers of pictures, one format per file.
//!
//! Every encoder writes to any [`std::io::Write`]; none knows a path, and none has ever heard
//! of a heart. Those for frames take an [`Animation`](flaky_core::animation::Animation), the one
//! for vectors a [`Scene`](flaky_core::scene::Scene).

pub mod apng;
pub mod canvas;
pub mod gif;
mod lzw;
mod ordered;
pub mod png;
pub mod svg;
pub mod video;
