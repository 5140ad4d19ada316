//! Pages of a list of runs.

use crate::Run;

/// A request for a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest {
    /// The number of the page, from 1.
    pub page: usize,
    /// Useful runs wanted per page. Some runs are skipped, so more are requested.
    pub useful: usize,
}

impl PageRequest {
    /// The page size to request from a server whose maximum is `most`.
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
    /// True if there are older runs.
    pub more: bool,
}
