//! Pages of a list of runs.

use crate::Run;

/// A request for a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest {
    /// The number of the page, from 1.
    pub page: usize,
    /// Useful runs wanted per page; some runs are skipped, so more are requested.
    pub useful: usize,
}

impl PageRequest {
    /// The size to request, where a page has `most` runs at most.
    pub(crate) fn size(self, most: usize) -> usize {
        const LEAST: usize = 20;
        (2 * self.useful).clamp(LEAST.min(most), most)
    }
}

/// A page of runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<Run>,
    /// Whether there are older ones.
    pub more: bool,
}
