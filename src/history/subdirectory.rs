//! Warnings about a path that is not the root of its repository.

use std::fs;
use std::path::{Path, PathBuf};

use git2::Repository;

use super::Warning;
use super::repo::worktree;

/// Says that the whole history is drawn, not that of a subdirectory. If the path was given alone
/// (`single`), a branch of this name may have been meant.
pub(crate) fn warnings(repository: &Repository, path: &Path, single: bool) -> Vec<Warning> {
    let Some(directory) = below_root(repository, path) else { return Vec::new() };
    let (name, directory) = (path.display(), directory.display());
    let mut warnings = vec![Warning {
        message: format!("{name} is a directory in a repository, whose whole history is drawn"),
        hint: Some(format!("--path {directory} draws only the changes in it")),
    }];
    if single && repository.find_reference(&format!("refs/heads/{name}")).is_ok() {
        warnings.push(Warning {
            message: format!("{name} is also a branch; the directory is taken"),
            hint: Some(format!("--branch {name} draws the branch")),
        });
    }
    warnings
}

/// The path of a directory below the root of its repository; `None` for the root itself and for
/// directories outside of the working tree.
fn below_root(repository: &Repository, path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    let inside = path.strip_prefix(fs::canonicalize(worktree(repository)?).ok()?).ok()?;
    let objects = fs::canonicalize(repository.commondir()).ok()?;
    (!inside.as_os_str().is_empty() && !path.starts_with(objects)).then(|| inside.to_path_buf())
}
