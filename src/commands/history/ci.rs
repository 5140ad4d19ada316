//! Fetches the CI status of the commits to draw.

use super::super::{report, runtime, warn};
use crate::cli::history::HistoryArgs;
use crate::error::Error;
use crate::history::{History, status};
use crate::store::{Records, Store};
use flaky_ci::commits::{self, CommitOutcomes, Fetched};
use flaky_ci::{CommitScope, Provider, Query};

/// The kind of the files in the store, and the version of their payload.
const OUTCOMES: &str = "outcomes";
const OUTCOMES_VERSION: u32 = 2;

/// Fetches the outcomes of the commits and adds them to the history. A failure is a warning, or an
/// error with `--strict`.
pub(super) fn add_outcomes(history: &mut History, args: &HistoryArgs) -> Result<(), Error> {
    let query = report::queries(&args.provider, &args.access)?.pop();
    let guessed = query.is_none() && args.access.server.is_none();
    let (provider, query) = match query {
        Some(query) => query,
        None => cloned_from(history.origin.as_deref(), args)?,
    };
    let info = provider.info();
    if info.commits == CommitScope::None {
        return Err(Error::usage(format!("--{} does not report the status of commits", info.name))
            .hint("`flaky providers` lists those that do; or use --status FILE"));
    }
    // The commits may belong to any branch, and the current job is irrelevant.
    let query = Query {
        git_ref: args.branch.clone(),
        all_branches: true,
        workflow: None,
        current_job: None,
        ..query
    };
    let target =
        provider.target(&query).map_err(|error| report::invalid_query(provider, &error))?;
    let client = report::client(provider, &target, &args.access, guessed)?;
    let (records, mut known) = if args.no_cache { None } else { Store::user_folder() }
        .map(|folder| {
            let key = (info.name, target.root.as_str(), &target.project, target.git_ref());
            let file = Store::new(&folder).file(OUTCOMES, OUTCOMES_VERSION, &key);
            Records::open::<CommitOutcomes>(file)
        })
        .unzip();
    let known = known.get_or_insert_default();
    let wanted: Vec<String> =
        history.commits.iter().rev().map(|commit| commit.id.to_string()).collect();
    let fetching = commits::fetch(provider, &client, target, &wanted, known);
    let Fetched { verdicts, missing, error } = runtime::block_on(fetching)?;
    if let Some(records) = records {
        // If the outcomes cannot be stored, they are fetched again next time.
        let _ = records.save(known, wanted.iter().map(String::as_str));
    }
    status::assign(&mut history.commits, &verdicts);
    let Some(error) = error else { return Ok(()) };
    let hint = report::hint(provider, &client, &error);
    let what = match missing {
        0 => "CI results may be out of date".to_string(),
        _ => format!("CI results are missing for {missing} of {} commits", wanted.len()),
    };
    let error = Error { hint, ..Error::failed(format!("{what}: {}", error.message)) };
    if args.strict {
        return Err(error);
    }
    warn(&error);
    Ok(())
}

/// The platform and the project of the clone's remote.
fn cloned_from(remote: Option<&str>, args: &HistoryArgs) -> Result<(Provider, Query), Error> {
    let of_remote = remote.map_or_else(
        || Err(report::unclear("this repository has no remote to query")),
        |remote| report::query_of_remote(remote, args.access.server.as_deref()),
    );
    of_remote.map_err(|error| Error { message: format!("--ci: {}", error.message), ..error })
}
