//! Where the commits come from: a repository or a log, and what is said of them elsewhere.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::super::threads;
use super::fate;
use crate::ci::place::shown;
use crate::cli::Console;
use crate::cli::history::History as Typed;
use crate::error::{Error, io_message};
use crate::history::cache::Cache;
use crate::history::churn::{self, Counting};
use crate::history::select::Selection;
use crate::history::weight::Weight;
use crate::history::{History, log, repo, status, walk};
use crate::store::Store;

/// The largest status file that is read, in bytes.
const LARGEST_STATUS: u64 = 64 << 20;

/// The commits that are asked for, counted, with what is known of their fate.
pub fn read(args: &Typed, console: Console) -> Result<History, Error> {
    let weight = Weight::new(&args.exclude).map_err(|error| {
        Error::usage(format!("--exclude: {error}")).hint("write a glob such as 'docs/**'")
    })?;
    let (path, range) = places(args);
    // One word that is no path is taken for a range; perhaps it was meant as a path.
    let lone = range.clone().filter(|_| args.range.is_none() && args.branch.is_none());
    let selection = selection(args, range)?;
    let mut history = match &args.from_log {
        Some(log) => from_log(log, &weight, &selection)?,
        None => from_repository(args, path, &selection, &weight, console)
            .map_err(|error| neither(error, lone.as_deref()))?,
    };
    if let Some(path) = &args.status {
        let name = path.display().to_string();
        status::from_lines(&mut history, &name, &text(path)?)?;
    }
    if args.ci || args.asked.0.is_some() {
        fate::ask(&mut history, args)?;
    } else if args.access.server.is_some() || args.access.token_file.is_some() {
        return Err(Error::usage("--server and --token-file go with --ci")
            .hint("add --ci, or leave them out"));
    }
    if history.commits.is_empty() {
        return Err(Error::failed(format!("no commit of {} is left to draw", history.place)).hint(
            "ask for less: --since, --until, --author, --path and --no-… leave commits out",
        ));
    }
    report(&history, args.strict, console)?;
    Ok(history)
}

/// Says that a word is no path either, where it is no range.
fn neither(error: Error, lone: Option<&str>) -> Error {
    let about = |words: &str| error.message.contains(words);
    match lone {
        Some(word) if about("names nothing") || about("in no git repository") => {
            let word = shown(word);
            Error {
                message: format!("there is no folder {word:?}, and {}", error.message),
                ..error
            }
        }
        _ => error,
    }
}

/// A path and a range; one alone is a path if there is one.
fn places(args: &Typed) -> (Option<&Path>, Option<String>) {
    match (&args.repository, &args.range) {
        (Some(one), None) if !Path::new(one).exists() => (None, Some(one.clone())),
        (path, range) => (path.as_ref().map(Path::new), range.clone()),
    }
}

fn selection(args: &Typed, range: Option<String>) -> Result<Selection, Error> {
    if let (Some(range), Some(branch)) = (&range, &args.branch) {
        return Err(Error::usage(format!(
            "the range {range:?} and --branch {branch:?} both say where to begin"
        ))
        .hint("give one of them"));
    }
    let clean = |path: &String| {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        (!path.is_empty() && path != ".").then(|| path.to_string())
    };
    Ok(Selection {
        range,
        branch: args.branch.clone(),
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
    args: &Typed,
    path: Option<&Path>,
    selection: &Selection,
    weight: &Weight,
    console: Console,
) -> Result<History, Error> {
    let repository = repo::open(path)?;
    let walking = console.progress("walking", 0);
    let walked = walk::walk(&repository, selection, walking.as_ref());
    walking.finish();
    let walk::Walked { mut history, jobs } = walked?;

    let cached = !args.no_cache && selection.paths.is_empty();
    let folder = Store::user_folder().filter(|_| cached);
    let cache = folder.map(|folder| {
        Cache::open(&Store::new(&folder), repository.commondir(), weight, selection.first_parent)
    });
    let jobs = match &cache {
        Some(cache) => cache.recall(jobs, &mut history.commits),
        None => jobs,
    };
    let counting = Counting {
        repository: &repository,
        paths: &selection.paths,
        weight,
        threads: threads(args.threads),
        progress: &|what, steps| console.progress(what, steps),
    };
    churn::count(&counting, &jobs, &mut history.commits)?;
    if let Some(cache) = cache {
        // Without a place to keep them the results are counted again next time.
        let _ = cache.keep(&jobs, &history.commits);
    }
    let damaged = history.damaged();
    if damaged > 0 && repo::is_partial(&repository) {
        return Err(repo::incomplete(damaged, history.commits.len()));
    }
    history.commits.retain(|commit| selection.keeps(commit));
    history.origin = repo::origin(&repository);
    if let Some(notes) = &args.notes {
        status::from_notes(&mut history, &repository, notes)?;
    }
    Ok(history)
}

fn from_log(log: &Path, weight: &Weight, selection: &Selection) -> Result<History, Error> {
    let mut history = if log.as_os_str() == "-" {
        log::read(io::stdin().lock(), weight, selection.first_parent)?
    } else {
        let file = File::open(log).map_err(|error| unreadable(log, &error))?;
        log::read(BufReader::new(file), weight, selection.first_parent)?
    };
    if let Some(stem) = log.file_stem().filter(|_| log.as_os_str() != "-") {
        history.place = stem.to_string_lossy().into_owned();
    }
    let History { commits, people, .. } = &mut history;
    commits.retain(|commit| selection.wants(commit, &people[commit.author as usize]));
    Ok(history)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot read {}: {}", path.display(), io_message(error)))
        .hint("name a file that is there and can be read")
}

fn text(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(LARGEST_STATUS).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST_STATUS).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Says what should be known of a history; with `strict`, damage is an error.
fn report(history: &History, strict: bool, console: Console) -> Result<(), Error> {
    let damaged = history.damaged();
    let cut = history.commits.iter().filter(|commit| commit.traits.boundary).count();
    if damaged > 0 {
        let what =
            format!("{damaged} of {} commits could not be read in full", history.commits.len());
        let hint = "`git fsck` names what is missing or damaged";
        if strict {
            return Err(Error::failed(what).hint(hint));
        }
        console.say(&format!("warning: {what}; {hint}"));
    }
    if cut > 0 {
        console.say(
            "warning: this clone is shallow, so its history is cut off; \
             git fetch --unshallow brings the rest (in CI: GIT_DEPTH: 0, or fetch-depth: 0)",
        );
    }
    for remark in &history.remarks {
        match &remark.hint {
            Some(hint) => console.say(&format!("warning: {}; {hint}", remark.what)),
            None => console.say(&format!("warning: {}", remark.what)),
        }
    }
    Ok(())
}
