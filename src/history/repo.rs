//! Finds and opens a repository, and resolves a range of commits.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use git2::{ErrorCode, ObjectType, Oid, Repository, RepositoryOpenFlags};

use super::error::{Error, git_message, named};
use super::{History, Id};

/// Opens the repository that contains `path`; without a path, that of the environment
/// (`GIT_DIR`) or of the current directory.
///
/// # Errors
/// Fails if there is none, or libgit2 cannot read it.
pub fn open(path: Option<&Path>) -> Result<Repository, Error> {
    // git has verified objects when it fetched them, and hashing them again would take half of the
    // time. libgit2's cache is of no use because objects are read once.
    git2::opts::strict_hash_verification(false);
    git2::opts::enable_caching(false);
    if let Some(file) = path.filter(|path| path.is_file() && !path.ends_with(".git")) {
        return Err(Error::IsFile(file.to_path_buf()));
    }
    let opened = match path {
        Some(path) => {
            let nothing: [&str; 0] = [];
            Repository::open_ext(path, RepositoryOpenFlags::empty(), nothing)
        }
        None => Repository::open_from_env(),
    };
    opened.map_err(|error| explain(&error, path.unwrap_or(Path::new("."))))
}

fn explain(error: &git2::Error, path: &Path) -> Error {
    let message = error.message();
    let path = path.to_path_buf();
    if error.code() == ErrorCode::NotFound {
        return match std::env::var_os("GIT_DIR").filter(|_| path == Path::new(".")) {
            Some(named) => Error::GitDir(named.into()),
            None => Error::NoRepository(path),
        };
    }
    if error.code() == ErrorCode::Owner {
        // git's `safe.directory` needs the top of the repository, which only libgit2's message
        // contains.
        let quoted = message.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\''));
        let top = quoted.map(|(top, _)| top.strip_suffix("/.git").unwrap_or(top).to_string());
        return Error::OtherOwner { path, top };
    }
    // libgit2 distinguishes unsupported formats only by its message.
    let message = message.to_ascii_lowercase();
    let about = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let reason = if about(&["objectformat", "object format", "sha256"]) {
        "its ids are SHA-256"
    } else if about(&["refstorage", "reftable"]) {
        "its references are stored as a reftable"
    } else if about(&["partialclone"]) {
        "it is a partial clone"
    } else if about(&["unsupported extension", "unsupported repository version"]) {
        "its format is too new"
    } else {
        let (path, message) = (named(&path), git_message(error));
        return Error::Failed(format!("cannot open the repository in {path}: {message}"));
    };
    Error::Unsupported { path, reason }
}

/// Returns true if the repository is a partial clone, in which git fetches files on demand.
pub(crate) fn is_partial(repository: &Repository) -> bool {
    let promised = || {
        let config = repository.config()?;
        let mut entries = config.entries(Some(r"^remote\..*\.promisor$"))?;
        Ok::<_, git2::Error>(entries.next().is_some())
    };
    promised().unwrap_or(false)
}

/// A set of commits as in `git rev-list`: those reachable from the tips, except those reachable
/// from the excluded ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revisions {
    /// Commits to start from.
    pub tips: Vec<Oid>,
    /// Commits that are excluded with all their ancestors.
    pub excluded: Vec<Oid>,
    /// Name of the set, such as "main" or "1cc4a43".
    pub name: String,
}

/// Resolves a range or a branch; without either, HEAD.
///
/// # Errors
/// Fails if the range or branch does not name a commit, or there are no commits yet.
pub(crate) fn revisions(
    repository: &Repository,
    range: Option<&str>,
    branch: Option<&str>,
) -> Result<Revisions, Error> {
    if let Some(branch) = branch {
        let tip = ["refs/heads", "refs/remotes", "refs/remotes/origin"]
            .iter()
            .find_map(|folder| commit(repository, &format!("{folder}/{branch}")))
            .ok_or_else(|| Error::NoBranch(branch.to_string()))?;
        return Ok(Revisions { tips: vec![tip], excluded: Vec::new(), name: branch.to_string() });
    }
    let Some(range) = range else { return head(repository) };
    let named = |name: &str| {
        let name = if name.is_empty() { "HEAD" } else { name };
        commit(repository, name)
            .ok_or_else(|| Error::NoCommit { range: range.to_string(), name: name.to_string() })
    };
    let (tips, excluded) = if let Some((left, right)) = range.split_once("...") {
        let (left, right) = (named(left)?, named(right)?);
        let bases = repository.merge_bases(left, right);
        let excluded = bases.map(|bases| bases.iter().copied().collect()).unwrap_or_default();
        (vec![left, right], excluded)
    } else if let Some((left, right)) = range.split_once("..") {
        (vec![named(right)?], vec![named(left)?])
    } else {
        (vec![named(range)?], Vec::new())
    };
    Ok(Revisions { tips, excluded, name: range.to_string() })
}

fn head(repository: &Repository) -> Result<Revisions, Error> {
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => Error::NoCommits,
        _ => Error::Failed(format!("cannot read HEAD: {}", git_message(&error))),
    })?;
    let tip = head.peel(ObjectType::Commit).map(|object| object.id());
    // A tip whose object is missing is reported by the walk.
    let tip = tip.ok().or_else(|| head.target()).ok_or(Error::NoCommits)?;
    let name = if repository.head_detached().unwrap_or(false) {
        Id::new(tip.as_bytes()).short()
    } else {
        String::from_utf8_lossy(head.shorthand_bytes()).into_owned()
    };
    Ok(Revisions { tips: vec![tip], excluded: Vec::new(), name })
}

fn commit(repository: &Repository, name: &str) -> Option<Oid> {
    let object = repository.revparse_single(name).ok()?;
    object.peel(ObjectType::Commit).ok().map(|commit| commit.id())
}

/// The oldest commits of a shallow clone, whose parents are missing.
pub(crate) fn boundary(repository: &Repository) -> BTreeSet<Oid> {
    // Linked worktrees share this file, so it is in the common directory.
    let text = fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
}

/// Sets the tags of the commits to which tags point, directly or through other tags.
pub fn tag(repository: &Repository, history: &mut History) {
    let mut tags = Vec::new();
    let Ok(references) = repository.references_glob("refs/tags/*") else { return };
    for reference in references.flatten() {
        let Ok(commit) = reference.peel(ObjectType::Commit) else { continue };
        let name = String::from_utf8_lossy(reference.shorthand_bytes()).into_owned();
        tags.push((Id::new(commit.id().as_bytes()), name));
    }
    tags.sort();
    for commit in &mut history.commits {
        let first = tags.partition_point(|(tagged, _)| *tagged < commit.id);
        let own = tags[first..].iter().take_while(|(tagged, _)| *tagged == commit.id);
        commit.tags = own.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" ").into();
    }
}

/// Name of a repository: the name of its directory.
pub fn name(repository: &Repository) -> Option<String> {
    let folder = repository.workdir().unwrap_or_else(|| repository.commondir());
    let folder = fs::canonicalize(folder).ok()?;
    let name = folder.file_name()?.to_string_lossy();
    Some(name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name).to_string())
}

/// URL of the remote `origin`.
pub fn origin(repository: &Repository) -> Option<String> {
    let remote = repository.find_remote("origin").ok()?;
    remote.url().ok().map(str::to_string)
}
