//! What a sheet shows, and where.

use super::legend::Legend;
use super::rows::{Extents, Placed};
use super::settings::{Notes, SheetSettings};
use crate::rhythm::Rhythm;
use crate::scene::Size;
use crate::scene::text::TextMetrics;

/// What a sheet shows.
pub(super) struct Content<'a> {
    pub rhythm: &'a Rhythm,
    pub extents: Extents,
    pub legend: Legend,
    pub metrics: &'a dyn TextMetrics,
    pub notes: &'a dyn Notes,
    pub settings: &'a SheetSettings,
}

/// Where it is shown: positions in units of scale 1, counted from the top of the first page.
pub(super) struct Plan {
    pub scale: f64,
    pub size: Size,
    pub pages: u32,
    /// The width and the height of a page.
    pub page: (f64, f64),
    pub rows: Vec<Placed>,
}
