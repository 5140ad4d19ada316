//! Reads commits from a repository or a log, and their CI status from a file, notes or a CI system.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::super::threads;
use super::{ci, hints};
use crate::cli::Console;
use crate::cli::history::HistoryArgs;
use crate::error::{Error, io_message};
use crate::history::cache::Cache;
use crate::history::churn::{self, Counting};
use crate::history::exclude::Exclusions;
use crate::history::select::{Selection, Start};
use crate::history::{self, History, log, repo, status, subdirectory, tags, walk};
use crate::store::Store;
use flaky_ci::without_secrets;

/// The maximum size of a status file in bytes; the rest is not read.
const MAX_STATUS: u64 = 64 << 20;

/// The selected commits with their changes and CI results.
pub(super) fn read(args: &HistoryArgs, console: Console) -> Result<History, Error> {
    let exclusions = Exclusions::new(&args.exclude).map_err(|error| {
        Error::usage(format!("--exclude: {error}")).hint("write a glob such as 'docs/**'")
    })?;
    let (path, range) = path_and_range(args)?;
    // A single argument that is not a path is taken as a range, but may have been meant as a path.
    let word = range.clone().filter(|_| args.range.is_none() && args.branch.is_none());
    let selection = selection(args, range)?;
    let mut history = match &args.from_log {
        Some(log) => from_log(log, &exclusions, &selection)?,
        None => from_repository(args, path, &selection, &exclusions, console)
            .map_err(|error| explain(&error, word.as_deref()))?,
    };
    if let Some(path) = &args.status {
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin { "standard input".into() } else { path.display().to_string() };
        status::from_lines(&mut history, &name, &text(path)?)
            .map_err(|error| hints::explain(&error))?;
    }
    if args.ci || !args.provider.0.is_empty() {
        ci::add_outcomes(&mut history, args)?;
    } else if args.access.server.is_some() || args.access.token_file.is_some() {
        return Err(
            Error::usage("--server and --token-file need --ci").hint("add --ci, or leave them out")
        );
    }
    if history.commits.is_empty() {
        let none = Error::failed(format!("no commit of {} is left to draw", history.name));
        return Err(none.hint(if args.path.is_empty() {
            "use fewer of --since, --until, --author, --no-merges and --no-bots"
        } else {
            "--path is relative to the root of the repository and has no wildcards; or use fewer \
             of --since, --until, --author, --no-merges and --no-bots"
        }));
    }
    report(&history, args.strict, console)?;
    Ok(history)
}

/// Converts an error. A single `word` that does not name a commit may have been meant as a
/// directory.
fn explain(error: &history::Error, word: Option<&str>) -> Error {
    let explained = hints::explain(error);
    let Some(word) = word.map(without_secrets) else { return explained };
    let message = match error {
        history::Error::NoCommit { range, name } if range == name => {
            format!("there is no directory and no commit {word:?}")
        }
        history::Error::NoCommit { name, .. } => {
            format!("there is no directory {word:?} and no commit {:?}", without_secrets(name))
        }
        history::Error::NoRepository(_) => {
            format!("there is no directory {word:?}, and {}", explained.message)
        }
        _ => return explained,
    };
    Error { message, ..explained }
}

/// The path and the range. A single argument is a path if that path exists.
fn path_and_range(args: &HistoryArgs) -> Result<(Option<&Path>, Option<String>), Error> {
    let Some(first) = &args.repository else { return Ok((None, args.range.clone())) };
    if Path::new(first).exists() {
        return Ok((Some(Path::new(first)), args.range.clone()));
    }
    if is_address(first) {
        let address = if first.contains("://") { without_secrets(first) } else { first.clone() };
        return Err(Error::usage(format!(
            "{address} is an address; a history is read from a clone of it"
        ))
        .hint(format!("git clone --bare {address} clone.git && flaky history clone.git")));
    }
    match &args.range {
        None => Ok((None, Some(first.clone()))),
        range => Ok((Some(Path::new(first)), range.clone())),
    }
}

/// Returns true for a URL, or an address such as `git@host:path`.
fn is_address(text: &str) -> bool {
    let remote = || {
        let (host, path) = text.split_once(':')?;
        let (user, host) = host.split_once('@')?;
        Some(!(user.is_empty() || host.is_empty() || path.is_empty() || host.contains('/')))
    };
    text.contains("://") || remote().unwrap_or(false)
}

/// Checks the conditions that cannot be met together.
fn check(args: &HistoryArgs, range: Option<&str>) -> Result<(), Error> {
    let refuse = |message: String, hint: &str| Err(Error::usage(message).hint(hint));
    if let (Some(range), Some(branch)) = (range, &args.branch) {
        let message = format!("--branch {branch:?} cannot be used with a range ({range:?})");
        return refuse(message, "leave one of them out");
    }
    if let (Some(range), true) = (range, args.all) {
        let message = format!("--all cannot be used with a range ({range:?})");
        return refuse(message, "leave one of them out");
    }
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since.0 > until.0
    {
        return refuse("--since is later than --until".to_string(), "swap the two dates");
    }
    if let Some(path) = args.path.iter().find(|path| path.contains(['*', '?'])) {
        return refuse(
            format!("--path {path:?}: wildcards are not supported"),
            "name a directory or a file; --path may be repeated",
        );
    }
    Ok(())
}

fn selection(args: &HistoryArgs, range: Option<String>) -> Result<Selection, Error> {
    check(args, range.as_deref())?;
    let clean = |path: &String| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        (!path.is_empty() && path != ".").then(|| path.to_string())
    };
    Ok(Selection {
        start: match (range, &args.branch) {
            (Some(range), _) => Start::Range(range),
            (None, Some(branch)) => Start::Branch(branch.clone()),
            (None, None) if args.all => Start::All,
            (None, None) => Start::Head,
        },
        latest: args.max_count.map(|count| count as usize),
        since_s: args.since.map(|moment| moment.0),
        until_s: args.until.map(|moment| moment.0),
        author: args.author.clone(),
        paths: args.path.iter().filter_map(clean).collect(),
        first_parent: args.first_parent,
        no_merges: args.no_merges,
        no_bots: args.no_bots,
    })
}

fn from_repository(
    args: &HistoryArgs,
    path: Option<&Path>,
    selection: &Selection,
    exclusions: &Exclusions,
    console: Console,
) -> Result<History, history::Error> {
    let repository = repo::open(path)?;
    let walking = console.progress("walking", 0);
    let walked = walk::walk(&repository, selection, walking.as_ref());
    walking.finish();
    let walk::Walked { mut history, comparisons, replaced } = walked?;
    if let Some(path) = path.filter(|_| selection.paths.is_empty()) {
        let single = selection.start == Start::Head;
        history.warnings.extend(subdirectory::warnings(&repository, path, single));
    }

    let cached = !args.no_cache && selection.paths.is_empty() && !replaced;
    let folder = Store::user_folder().filter(|_| cached);
    let cache = folder.map(|folder| {
        Cache::open(
            &Store::new(&folder),
            repository.commondir(),
            exclusions,
            selection.first_parent,
        )
    });
    let comparisons = match &cache {
        Some(cache) => cache.recall(comparisons, &mut history),
        None => comparisons,
    };
    let counting = Counting {
        repository: &repository,
        paths: &selection.paths,
        exclusions,
        threads: threads(args.threads),
        progress: &|what, steps| console.progress(what, steps),
    };
    churn::count(&counting, &comparisons, &mut history)?;
    if let Some(cache) = cache {
        // If the counts cannot be stored, they are computed again next time.
        let _ = cache.keep(&comparisons, &history);
    }
    let damaged = history.damaged();
    if damaged > 0 && repo::is_partial(&repository) {
        return Err(history::Error::MissingFiles { damaged, commits: history.commits.len() });
    }
    if !selection.paths.is_empty() {
        tags::retain(&mut history.commits, |commit| selection.matches_counted(commit));
        selection.keep_latest(&mut history.commits);
    }
    history.origin = repo::origin(&repository);
    if let Some(notes) = &args.notes {
        status::from_notes(&mut history, &repository, notes)?;
    }
    Ok(history)
}

fn from_log(log: &Path, exclusions: &Exclusions, selection: &Selection) -> Result<History, Error> {
    let read = if log.as_os_str() == "-" {
        log::read(io::stdin().lock(), exclusions, selection.first_parent)
    } else {
        let file = File::open(log).map_err(|error| unreadable(log, &error))?;
        log::read(BufReader::new(file), exclusions, selection.first_parent)
    };
    let mut history = read.map_err(|error| hints::explain(&error))?;
    if log.as_os_str() != "-" {
        history.name = log.file_stem().unwrap_or(log.as_os_str()).to_string_lossy().into_owned();
    } else if let Some(folder) = repo::folder_here() {
        history.name = format!("{folder} {}", history.name);
    }
    let History { commits, people, .. } = &mut history;
    commits.retain(|commit| selection.matches_dates(commit));
    tags::retain(commits, |commit| selection.matches(commit, &people[commit.author as usize]));
    selection.keep_latest(commits);
    Ok(history)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot read {}: {}", path.display(), io_message(error)))
        .hint("name a file that exists and can be read")
}

fn text(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(MAX_STATUS).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX_STATUS).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Prints the warnings about a history. With `strict`, unreadable commits are an error.
fn report(history: &History, strict: bool, console: Console) -> Result<(), Error> {
    let (damaged, commits) = (history.damaged(), history.commits.len());
    let cut = history.commits.iter().filter(|commit| commit.flags.boundary).count();
    if damaged > 0 {
        let what = format!("{damaged} of {commits} commits could not be read completely");
        let hint = "`git fsck` lists missing and damaged objects";
        if strict {
            return Err(Error::failed(what).hint(hint));
        }
        console.say(&format!("warning: {what}; {hint}"));
    }
    if cut > 0 {
        let hint = hints::COMPLETE_CLONE;
        console.say(&format!("warning: this clone is shallow, so its history is cut off; {hint}"));
    }
    for warning in &history.warnings {
        match &warning.hint {
            Some(hint) => console.say(&format!("warning: {}; {hint}", warning.message)),
            None => console.say(&format!("warning: {}", warning.message)),
        }
    }
    Ok(())
}
