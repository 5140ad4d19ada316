//! Reads the pages of the list of runs, until enough is known.

use super::order::newest_first;
use super::selection::{LeftOut, Rules};
use crate::run::{self, Run};
use crate::{Client, FetchError, PageRequest, Provider, RunPage, Target};

/// The maximum number of pages that are read to find enough finished runs.
const MAX_PAGES: usize = 5;

/// The latest runs of a project.
pub(super) struct RunList {
    /// The runs, newest first, each once.
    pub runs: Vec<Run>,
    /// What the pages do not show.
    pub left_out: LeftOut,
    /// The error of reading older pages. The latest runs have been read, and they decide.
    pub incomplete: Option<FetchError>,
}

/// Reads pages until the window is full of runs with a result, and one of them can decide.
pub(super) async fn read(
    provider: Provider,
    client: &Client,
    target: &Target,
    rules: &Rules<'_>,
) -> Result<RunList, FetchError> {
    let request = |page| PageRequest { page, useful: rules.window.count };
    let RunPage { runs: first, mut more, mut forks } =
        provider.runs(client, target, request(1)).await?;
    let is_long = more;
    let mut incomplete = None;
    let mut runs = Vec::new();
    // A page may list a run twice, if a new one arrives while the page is assembled.
    run::add(&mut runs, first);
    for page in 2..=MAX_PAGES {
        if !more || rules.are_enough(&runs) {
            break;
        }
        match provider.runs(client, target, request(page)).await {
            Ok(older) => {
                run::add(&mut runs, older.runs);
                more = older.more;
                forks += older.forks;
            }
            Err(error) => {
                incomplete = Some(error);
                break;
            }
        }
    }
    // Lists of different events are read in turn. A list without numbers is in the order of commits.
    if runs.iter().all(|run| run.key.id.number().is_some()) {
        newest_first(&mut runs);
    }
    Ok(RunList { runs, left_out: LeftOut { forks, is_long }, incomplete })
}
