//! Finds and opens a repository, and resolves a range of commits.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{BranchType, ErrorCode, Oid, Repository, RepositoryOpenFlags};

use super::commits::Commits;
use super::error::{Error, git_message, named};
use super::objects::{Objects, Unread};
use super::select::Start;
use super::{Id, files, names};

/// Opens the repository that contains `path`; without a path, that of the environment
/// (`GIT_DIR`) or of the current directory.
///
/// # Errors
/// Fails if there is none, or libgit2 cannot read it.
pub fn open(path: Option<&Path>) -> Result<Repository, Error> {
    if let Some(file) = path.filter(|path| path.is_file() && !path.ends_with(".git")) {
        return Err(Error::IsFile(file.to_path_buf()));
    }
    if let Some(folder) = discover(path) {
        files::check(&folder)?;
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

/// The directory of the repository that [`open`] finds.
fn discover(path: Option<&Path>) -> Option<PathBuf> {
    let nothing: [&OsStr; 0] = [];
    match (path, env::var_os("GIT_DIR"), env::var_os("GIT_CEILING_DIRECTORIES")) {
        (Some(path), ..) => Repository::discover_path(path, nothing).ok(),
        (None, Some(folder), _) => Some(PathBuf::from(folder)),
        (None, None, Some(ceilings)) => {
            Repository::discover_path(".", env::split_paths(&ceilings)).ok()
        }
        (None, None, None) => Repository::discover_path(".", nothing).ok(),
    }
}

fn explain(error: &git2::Error, path: &Path) -> Error {
    let message = error.message();
    let path = path.to_path_buf();
    if error.code() == ErrorCode::NotFound {
        return match env::var_os("GIT_DIR").filter(|_| path == Path::new(".")) {
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
    } else if about(&["graft"]) {
        "its list of grafts or of shallow commits has other lines than ids"
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
    /// Names of references that should be among the tips but cannot be read.
    pub lost: Vec<String>,
}

/// Resolves the start of a walk.
///
/// # Errors
/// Fails if the range or branch does not name a commit, or there are no commits yet.
pub(super) fn revisions(
    repository: &Repository,
    commits: &mut Commits<'_>,
    start: &Start,
) -> Result<Revisions, Error> {
    let range = match start {
        Start::Head => return head(repository, &mut commits.objects),
        Start::All => return everything(repository, &mut commits.objects),
        Start::Branch(name) => return branch(repository, &mut commits.objects, name),
        Start::Range(range) => range,
    };
    let mut named = |name: &str| {
        let name = if name.is_empty() { "HEAD" } else { name };
        let none = || Error::NoCommit { range: range.clone(), name: name.to_string() };
        let id = names::object(repository, commits, name).ok_or_else(none)?;
        match commits.objects.peel(id) {
            Ok(commit) => commit.ok_or_else(none),
            // Digits that are no id of an object here.
            Err(Unread::Missing) if name == id.to_string() => Err(none()),
            Err(reason) => Err(unreadable(name, id, reason)),
        }
    };
    let (tips, excluded) = if let Some((left, right)) = range.split_once("...") {
        let (left, right) = (named(left)?, named(right)?);
        (vec![left, right], commits.merge_bases(left, right))
    } else if let Some((left, right)) = range.split_once("..") {
        (vec![named(right)?], vec![named(left)?])
    } else {
        (vec![named(range)?], Vec::new())
    };
    Ok(Revisions { tips, excluded, name: range.clone(), lost: Vec::new() })
}

fn branch(
    repository: &Repository,
    objects: &mut Objects<'_>,
    name: &str,
) -> Result<Revisions, Error> {
    let tip = ["refs/heads", "refs/remotes", "refs/remotes/origin"]
        .iter()
        .find_map(|folder| repository.find_reference(&format!("{folder}/{name}")).ok())
        .and_then(|reference| reference.resolve().ok()?.target())
        .ok_or_else(|| Error::NoBranch(name.to_string()))?;
    Ok(Revisions {
        tips: vec![tip_of(objects, name, tip)?],
        excluded: Vec::new(),
        name: name.to_string(),
        lost: Vec::new(),
    })
}

/// The commit that HEAD stands for, and its branch or abbreviated id.
pub(super) fn head(repository: &Repository, objects: &mut Objects<'_>) -> Result<Revisions, Error> {
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => unborn(repository),
        _ => Error::Failed(format!("cannot read HEAD: {}", git_message(&error))),
    })?;
    let tip = tip_of(objects, "HEAD", head.target().ok_or(Error::NoCommits)?)?;
    let name = if repository.head_detached().unwrap_or(false) {
        Id::new(tip.as_bytes()).short()
    } else {
        String::from_utf8_lossy(head.shorthand_bytes()).into_owned()
    };
    Ok(Revisions { tips: vec![tip], excluded: Vec::new(), name, lost: Vec::new() })
}

/// Returns true if a line may be in `packed-refs`: a comment, the target of a tag, or a reference.
fn is_packed_reference(line: &str) -> bool {
    let is_reference = || {
        line.split_once(' ').is_some_and(|(id, name)| Oid::from_str(id).is_ok() && !name.is_empty())
    };
    line.starts_with(['#', '^']) || is_reference()
}

/// The error for a HEAD on a branch that does not exist.
fn unborn(repository: &Repository) -> Error {
    let of = |kind| -> Result<Vec<String>, git2::Error> {
        let mut names = Vec::new();
        for branch in repository.branches(Some(kind))? {
            let name = branch?.0.name().ok().flatten().map(str::to_string);
            names.extend(name.filter(|name| !name.ends_with("/HEAD")));
        }
        names.sort();
        Ok(names)
    };
    let branches = match (of(BranchType::Local), of(BranchType::Remote)) {
        (Ok(local), Ok(remote)) => [local, remote].concat(),
        (Err(error), _) | (_, Err(error)) => {
            return Error::Failed(format!("cannot read the references: {}", git_message(&error)));
        }
    };
    if branches.is_empty() {
        // libgit2 takes a damaged list for one without branches.
        let list = files::read(&repository.commondir().join("packed-refs"));
        let list = list.ok().flatten().unwrap_or_default();
        let is_whole = String::from_utf8_lossy(&list).lines().all(is_packed_reference);
        let damaged = || Error::Failed("cannot read the references: packed-refs is damaged".into());
        return if is_whole { Error::NoCommits } else { damaged() };
    }
    let head = repository.find_reference("HEAD").ok();
    let target = head.and_then(|head| Some(head.symbolic_target().ok()??.to_string()));
    let head = target.unwrap_or_default();
    Error::NoHead { head: head.strip_prefix("refs/heads/").unwrap_or(&head).to_string(), branches }
}

/// The commit that a reference stands for.
fn tip_of(objects: &mut Objects<'_>, name: &str, id: Oid) -> Result<Oid, Error> {
    match objects.peel(id) {
        Ok(Some(commit)) => Ok(commit),
        Ok(None) => Err(Error::NoCommit { range: name.to_string(), name: name.to_string() }),
        Err(reason) => Err(unreadable(name, id, reason)),
    }
}

fn unreadable(name: &str, id: Oid, reason: Unread) -> Error {
    let id = Id::new(id.as_bytes()).short();
    Error::UnreadableTip { name: name.to_string(), id, reason: reason.to_string() }
}

/// All branches and tags, and HEAD if it is not on a branch.
fn everything(repository: &Repository, objects: &mut Objects<'_>) -> Result<Revisions, Error> {
    let (mut tips, mut lost) = (BTreeSet::new(), Vec::new());
    // Tags that cannot be read are told in any case.
    for pattern in ["refs/heads/*", "refs/remotes/*", "refs/tags/*"] {
        let references = commits_of(repository, objects, pattern);
        tips.extend(references.commits.into_iter().map(|(id, _)| id));
        lost.extend(references.lost.into_iter().filter(|_| pattern != "refs/tags/*"));
    }
    match head(repository, objects) {
        Ok(head) => tips.extend(head.tips),
        Err(error) if tips.is_empty() => return Err(error),
        Err(_) => {}
    }
    let name = "all branches".to_string();
    Ok(Revisions { tips: tips.into_iter().collect(), excluded: Vec::new(), name, lost })
}

/// The references that match a pattern.
#[derive(Default)]
pub(super) struct References {
    /// The commits to which they point, directly or through tags, and their short names.
    pub commits: Vec<(Oid, String)>,
    /// Names of those whose commits cannot be read.
    pub lost: Vec<String>,
}

fn commits_of(repository: &Repository, objects: &mut Objects<'_>, pattern: &str) -> References {
    let mut found = References::default();
    let Ok(references) = repository.references_glob(pattern) else { return found };
    for reference in references.flatten() {
        let name = String::from_utf8_lossy(reference.shorthand_bytes()).into_owned();
        let target = reference.resolve().ok().and_then(|it| it.target());
        match target.map(|target| objects.peel(target)) {
            Some(Ok(Some(commit))) => found.commits.push((commit, name)),
            // A tag of a file or a directory.
            Some(Ok(None)) => {}
            // The default branch of a remote may be gone.
            None | Some(Err(_)) if name.ends_with("/HEAD") => {}
            None | Some(Err(_)) => found.lost.push(name),
        }
    }
    found
}

/// The oldest commits of a shallow clone, whose parents are missing.
///
/// # Errors
/// Fails if the file that lists them cannot be read.
pub(super) fn boundary(repository: &Repository) -> Result<BTreeSet<Oid>, Error> {
    // Linked worktrees share this file, so it is in the common directory.
    let list = files::read(&repository.commondir().join("shallow"))?.unwrap_or_default();
    let text = String::from_utf8_lossy(&list);
    Ok(text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect())
}

/// The tags.
pub(super) fn tags(repository: &Repository, objects: &mut Objects<'_>) -> References {
    commits_of(repository, objects, "refs/tags/*")
}

/// The directory with the files that are checked out; `None` for a bare repository.
pub(super) fn worktree(repository: &Repository) -> Option<&Path> {
    // libgit2 takes a repository whose settings do not tell for one with files beside it. git looks
    // at the name of the directory.
    let told = repository.config().is_ok_and(|config| {
        ["core.bare", "core.worktree"].iter().any(|name| config.get_entry(name).is_ok())
    });
    let named = repository.path().file_name().is_some_and(|name| name == ".git");
    repository.workdir().filter(|_| told || named || repository.is_worktree())
}

/// Name of a repository: the name of its directory.
pub(super) fn name(repository: &Repository) -> Option<String> {
    folder_name(worktree(repository).unwrap_or_else(|| repository.commondir()))
}

/// Name of the repository around the current directory, without reading it: git may know formats that
/// are not known here.
pub fn folder_here() -> Option<String> {
    let here = env::current_dir().ok()?;
    folder_name(here.ancestors().find(|folder| folder.join(".git").exists())?)
}

fn folder_name(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let name = folder.file_name()?.to_string_lossy();
    Some(name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name).to_string())
}

/// URL of the remote `origin`.
pub fn origin(repository: &Repository) -> Option<String> {
    let remote = repository.find_remote("origin").ok()?;
    remote.url().ok().map(str::to_string)
}
