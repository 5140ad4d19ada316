//! What is quickly known about a repository. No commits are walked, and no references are listed unless
//! HEAD is on a branch without commits.

use std::path::PathBuf;

use super::error::Error;
use super::objects::{Database, Objects};
use super::{Id, repo};

/// A repository.
pub(crate) struct About {
    /// The directory of git's files.
    pub folder: PathBuf,
    /// There are no files beside it.
    pub is_bare: bool,
    /// The commit that is checked out.
    pub head: Result<Head, Error>,
    /// The older commits are missing.
    pub is_shallow: bool,
    /// It is a partial clone, in which git fetches files on demand.
    pub is_partial: bool,
    /// URL of the remote `origin`.
    pub origin: Option<String>,
}

/// What HEAD stands for.
pub(crate) struct Head {
    /// The branch; `None` if HEAD is on none.
    pub branch: Option<String>,
    /// Abbreviated id of the commit.
    pub id: String,
}

/// Opens the repository of the environment or of the current directory.
///
/// # Errors
/// Fails if there is none, or it cannot be read.
pub(crate) fn here() -> Result<About, Error> {
    let repository = repo::open(None)?;
    Ok(About {
        folder: repository.path().to_path_buf(),
        is_bare: repo::worktree(&repository).is_none(),
        head: head(&repository),
        is_shallow: !repo::boundary(&repository)?.is_empty(),
        is_partial: repo::is_partial(&repository),
        origin: repo::origin(&repository),
    })
}

fn head(repository: &git2::Repository) -> Result<Head, Error> {
    let database = Database::open(repository)?;
    let head = repo::head(repository, &mut Objects::new(&database))?;
    let id = head.tips.first().map(|tip| Id::new(tip.as_bytes()).short()).unwrap_or_default();
    let on_branch = !repository.head_detached().unwrap_or(false);
    Ok(Head { branch: on_branch.then_some(head.name), id })
}

/// The version of libgit2 that is linked in.
pub(crate) fn libgit2_version() -> String {
    let (major, minor, patch) = git2::Version::get().libgit2_version();
    format!("{major}.{minor}.{patch}")
}
