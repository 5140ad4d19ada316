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
    /// The number and the size of the page, as parameters of a request.
    pub(crate) fn parameters(self, most: usize) -> (String, String) {
        (self.page.to_string(), self.size(most).to_string())
    }

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
    /// The number of runs of forks, which were left out.
    pub forks: usize,
}
