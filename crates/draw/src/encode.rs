//! Encoders of frames, one format per file.
//!
//! An encoder writes an [`Animation`](flaky_core::animation::Animation) to any [`std::io::Write`].
//! Encoders do not depend on paths, scenes or rhythms.

pub mod apng;
pub mod gif;
mod lzw;
mod ordered;
pub mod png;
pub mod video;
