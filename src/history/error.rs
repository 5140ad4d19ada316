//! Errors of reading a history, by kind. The command line adds hints.

use std::fmt;
use std::path::{Path, PathBuf};

/// An error of reading a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The path is a file.
    IsFile(PathBuf),
    /// The directory is not in a repository.
    NoRepository(PathBuf),
    /// `GIT_DIR` names a directory that is not a repository.
    GitDir(PathBuf),
    /// The repository around this directory belongs to another user.
    OtherOwner {
        /// The directory.
        path: PathBuf,
        /// The directory for git's `safe.directory`, if libgit2 reports it.
        top: Option<String>,
    },
    /// libgit2 does not support the repository's format.
    Unsupported {
        /// A directory of the repository.
        path: PathBuf,
        /// The reason, as a clause.
        reason: &'static str,
    },
    /// The path is neither a regular file nor a directory.
    Irregular(PathBuf),
    /// There are no commits yet.
    NoCommits,
    /// HEAD is on a branch that does not exist, but there are others.
    NoHead {
        /// The branch, such as "main".
        head: String,
        /// The other branches.
        branches: Vec<String>,
    },
    /// The commit that HEAD, a branch or an id stands for cannot be read.
    UnreadableTip {
        /// The name, such as "HEAD".
        name: String,
        /// Its abbreviated id.
        id: String,
        /// The reason, as a clause.
        reason: String,
    },
    /// The branch does not exist.
    NoBranch(String),
    /// A part of a range does not name a commit.
    NoCommit {
        /// The range.
        range: String,
        /// The part.
        name: String,
    },
    /// The range is empty, but not if its ends are swapped.
    SwappedRange {
        /// The range.
        range: String,
        /// The range with its ends swapped.
        swapped: String,
    },
    /// There are no notes under this reference.
    NoNotes(String),
    /// A partial clone lacks files that are needed for counting.
    MissingFiles {
        /// Number of commits that need them.
        damaged: usize,
        /// Number of all commits.
        commits: usize,
    },
    /// The log is empty.
    EmptyLog,
    /// The log has another format after this number of commits.
    OtherLog(usize),
    /// The log ends in the middle of this commit, counted from 1.
    CutLog(usize),
    /// A line of the status file is malformed.
    StatusLine {
        /// Name of the file.
        file: String,
        /// Number of the line, from 1.
        line: usize,
    },
    /// The system or libgit2 failed; the complete message.
    Failed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsFile(path) => write!(f, "{} is a file, not a repository", path.display()),
            Self::NoRepository(path) => write!(f, "{} is not in a git repository", named(path)),
            Self::GitDir(path) => {
                write!(f, "GIT_DIR is {:?}, which is not a git repository", path.display())
            }
            Self::OtherOwner { path, .. } => {
                write!(f, "the repository in {} belongs to another user", named(path))
            }
            Self::Unsupported { path, reason } => {
                write!(f, "cannot read the repository in {} directly: {reason}", named(path))
            }
            Self::Irregular(path) => write!(f, "{} is not a regular file", path.display()),
            Self::NoHead { head, .. } => {
                write!(f, "HEAD is on branch {head:?}, which has no commits yet")
            }
            Self::UnreadableTip { name, id, reason } => {
                write!(f, "cannot read {name}, which is commit {id}: {reason}")
            }
            Self::NoCommits => f.write_str("this repository has no commits yet"),
            Self::NoBranch(name) => write!(f, "there is no branch {name:?} in this repository"),
            Self::NoCommit { range, name } if range == name => {
                write!(f, "there is no commit {name:?} in this repository")
            }
            Self::NoCommit { range, name } => {
                write!(f, "range {range:?}: there is no commit {name:?} in this repository")
            }
            Self::SwappedRange { range, .. } => {
                write!(f, "range {range:?} has no commits: its end lies before its beginning")
            }
            Self::NoNotes(reference) => {
                write!(f, "there are no notes {reference:?} in this repository")
            }
            Self::MissingFiles { damaged, commits } => write!(
                f,
                "{damaged} of {commits} commits need files that this partial clone does not have"
            ),
            Self::EmptyLog => f.write_str("the log is empty"),
            Self::OtherLog(0) => f.write_str("the log does not have the expected format"),
            Self::OtherLog(commits) => {
                write!(f, "the log does not have the expected format after commit {commits}")
            }
            Self::CutLog(commit) => write!(f, "the log is cut off in commit {commit}"),
            Self::StatusLine { file, line } => write!(f, "{file}:{line}: expected `sha,status`"),
            Self::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// Name of a directory in a message.
pub(super) fn named(path: &Path) -> String {
    if path == Path::new(".") { "this directory".to_string() } else { path.display().to_string() }
}

/// libgit2's error message, in a form that fits into a sentence.
pub(super) fn git_message(error: &git2::Error) -> String {
    let message = error.message();
    let mut letters = message.chars();
    let message = match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message.to_string(),
    };
    match error.class() {
        git2::ErrorClass::Os | git2::ErrorClass::None => message,
        _ => message.trim_end_matches('.').to_string(),
    }
}
