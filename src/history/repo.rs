//! Finding and opening a repository, and saying what a range names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use git2::{ErrorClass, ErrorCode, Oid, Repository, RepositoryOpenFlags};

use super::SHORT_ID;
use crate::error::Error;

/// The way that is open to every repository, whatever its format.
const BY_LOG: &str = "let git itself read it: \
    eval \"$(flaky history --print-log-command)\" | flaky history --from-log - -o history.gif";

/// Opens the repository that `path` lies in; where there is none, that of the environment
/// (`GIT_DIR`) or of the current folder.
///
/// # Errors
/// Where there is none, or none that can be read; the error says the way out.
pub fn open(path: Option<&Path>) -> Result<Repository, Error> {
    // Objects are verified when they are fetched; hashing each again is half of the time. And
    // what is read here is read once, so libgit2 need not keep it.
    git2::opts::strict_hash_verification(false);
    git2::opts::enable_caching(false);
    if let Some(file) = path.filter(|path| path.is_file() && !path.ends_with(".git")) {
        let file = file.display();
        return Err(Error::failed(format!("{file} is a file, not a repository"))
            .hint(format!("for what changed it: flaky history --path {file} -o history.gif")));
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
    let place = match path {
        here if here == Path::new(".") => "this folder".to_string(),
        path => path.display().to_string(),
    };
    let said = error.message();
    if error.code() == ErrorCode::NotFound {
        if let Some(named) = std::env::var_os("GIT_DIR").filter(|_| path == Path::new(".")) {
            let named = Path::new(&named).display();
            return Error::failed(format!("GIT_DIR names {named:?}, where there is no repository"))
                .hint("unset GIT_DIR, or name a repository: flaky history PATH -o history.gif");
        }
        return Error::failed(format!("{place} is in no git repository"))
            .hint("name one: flaky history PATH -o history.gif");
    }
    if error.code() == ErrorCode::Owner {
        // Its top is what git trusts, wherever in it `path` is; only libgit2's words name it.
        let quoted = said.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\''));
        let top = quoted.map_or("PATH", |(top, _)| top.strip_suffix("/.git").unwrap_or(top));
        return Error::failed(format!("the repository in {place} belongs to another user"))
            .hint(format!("if you trust it: git config --global --add safe.directory {top}"));
    }
    let extension = |name: &str| said.to_ascii_lowercase().contains(name);
    let format = if extension("objectformat") || extension("object format") || extension("sha256") {
        "its ids are SHA-256's"
    } else if extension("refstorage") || extension("reftable") {
        "its references are a reftable"
    } else if extension("partialclone") {
        "it is a partial clone, without all of its files"
    } else if extension("unsupported extension") || extension("unsupported repository version") {
        "its format is a newer one"
    } else {
        return Error::failed(format!("cannot open the repository in {place}: {}", plain(error)));
    };
    Error::failed(format!("the repository in {place} cannot be read directly: {format}"))
        .hint(BY_LOG)
}

/// Whether a repository leaves files with the one it was cloned from, until they are needed.
pub fn is_partial(repository: &Repository) -> bool {
    let promised = || {
        let config = repository.config()?;
        let mut entries = config.entries(Some(r"^remote\..*\.promisor$"))?;
        Ok::<_, git2::Error>(entries.next().is_some())
    };
    promised().unwrap_or(false)
}

/// Says that so many commits need files which a partial clone has not fetched.
pub fn incomplete(damaged: usize, commits: usize) -> Error {
    Error::failed(format!(
        "{damaged} of {commits} commits need files that this partial clone does not have"
    ))
    .hint(BY_LOG)
}

/// libgit2's words as the middle of a sentence.
pub fn plain(error: &git2::Error) -> String {
    let message = error.message();
    let mut letters = message.chars();
    let message = match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message.to_string(),
    };
    match error.class() {
        ErrorClass::Os | ErrorClass::None => message,
        _ => message.trim_end_matches('.').to_string(),
    }
}

/// Where a walk begins and where it does not go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Commits to walk from.
    pub tips: Vec<Oid>,
    /// Commits that are left out with all that came before them.
    pub hidden: Vec<Oid>,
    /// What to call it.
    pub place: String,
}

/// What a range or a branch names; without either, what is checked out.
///
/// # Errors
/// Where it names nothing, and where there is no commit yet.
pub fn ends(
    repository: &Repository,
    range: Option<&str>,
    branch: Option<&str>,
) -> Result<Ends, Error> {
    if let Some(branch) = branch {
        let tip = commit(repository, &format!("refs/heads/{branch}"))
            .or_else(|| commit(repository, &format!("refs/remotes/{branch}")))
            .or_else(|| commit(repository, &format!("refs/remotes/origin/{branch}")))
            .ok_or_else(|| {
                Error::failed(format!("there is no branch {branch:?} here"))
                    .hint("`git branch -a` lists them; fetch it first if it is elsewhere")
            })?;
        return Ok(Ends { tips: vec![tip], hidden: Vec::new(), place: branch.to_string() });
    }
    let Some(range) = range else { return head(repository) };
    let named = |name: &str| {
        let name = if name.is_empty() { "HEAD" } else { name };
        commit(repository, name).ok_or_else(|| {
            Error::failed(format!(
                "the range {range:?} names nothing here: there is no commit {name:?}"
            ))
            .hint(
                "write a range as git does: main~50..main, v1.0..v2.0, or one name alone; \
                       a shallow clone has few commits: git fetch --unshallow",
            )
        })
    };
    let place = range.to_string();
    if let Some((left, right)) = range.split_once("...") {
        let (left, right) = (named(left)?, named(right)?);
        let bases = repository.merge_bases(left, right);
        let hidden = bases.map(|bases| bases.iter().copied().collect()).unwrap_or_default();
        return Ok(Ends { tips: vec![left, right], hidden, place });
    }
    if let Some((left, right)) = range.split_once("..") {
        return Ok(Ends { tips: vec![named(right)?], hidden: vec![named(left)?], place });
    }
    Ok(Ends { tips: vec![named(range)?], hidden: Vec::new(), place })
}

fn head(repository: &Repository) -> Result<Ends, Error> {
    let none = || {
        Error::failed("this repository has no commits yet")
            .hint("commit something; it will be the first beat")
    };
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => none(),
        _ => Error::failed(format!("cannot read HEAD: {}", plain(&error))),
    })?;
    let tip = head.peel(git2::ObjectType::Commit).map(|object| object.id());
    // A tip whose object is missing is for the walk to say.
    let tip = tip.ok().or_else(|| head.target()).ok_or_else(none)?;
    let place = if repository.head_detached().unwrap_or(false) {
        tip.to_string()[..SHORT_ID].to_string()
    } else {
        String::from_utf8_lossy(head.shorthand_bytes()).into_owned()
    };
    Ok(Ends { tips: vec![tip], hidden: Vec::new(), place })
}

fn commit(repository: &Repository, name: &str) -> Option<Oid> {
    let object = repository.revparse_single(name).ok()?;
    object.peel(git2::ObjectType::Commit).ok().map(|commit| commit.id())
}

/// The commits before which a shallow clone is cut off. They stand in the common folder, which
/// a linked worktree shares.
pub fn boundary(repository: &Repository) -> BTreeSet<Oid> {
    let text = fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
}

/// The tags that point at commits, through other tags where they do; by commit, then by name.
pub fn tags(repository: &Repository) -> Vec<(Oid, String)> {
    let mut found = Vec::new();
    let Ok(references) = repository.references_glob("refs/tags/*") else { return found };
    for reference in references.flatten() {
        let Ok(commit) = reference.peel(git2::ObjectType::Commit) else { continue };
        let name = String::from_utf8_lossy(reference.shorthand_bytes()).into_owned();
        found.push((commit.id(), name));
    }
    found.sort();
    found
}

/// What people call a repository: the name of its folder.
pub fn name(repository: &Repository) -> Option<String> {
    let folder = repository.workdir().unwrap_or_else(|| repository.commondir());
    let folder = fs::canonicalize(folder).ok()?;
    let name = folder.file_name()?.to_string_lossy();
    Some(name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name).to_string())
}

/// The address it was cloned from.
pub fn origin(repository: &Repository) -> Option<String> {
    let remote = repository.find_remote("origin").ok()?;
    remote.url().ok().map(str::to_string)
}
