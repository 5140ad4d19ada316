//! Hints for errors of reading a history.

use crate::error::Error;
use crate::history;

const NAME_ONE: &str = "name a repository: flaky history PATH -o history.gif";
/// The hint for a shallow clone.
pub(in crate::commands) const COMPLETE_CLONE: &str =
    "git fetch --unshallow completes it (in CI: GIT_DEPTH: 0, or fetch-depth: 0)";
/// A hint that works for every repository that git can read.
pub(in crate::commands) const USE_LOG: &str = "let git read it: \
    eval \"$(flaky history --print-log-command)\" | flaky history --from-log - -o history.gif";

/// Number of branches that are named.
const FEW: usize = 5;

/// Converts an error and adds a hint.
pub(in crate::commands) fn explain(error: &history::Error) -> Error {
    use history::Error as Kind;

    let explained = Error::failed(error.to_string());
    match error {
        Kind::IsFile(path) => {
            let file = path.display();
            explained
                .hint(format!("to draw its changes: flaky history --path {file} -o history.gif"))
        }
        Kind::NoRepository(_) => explained.hint(NAME_ONE),
        Kind::GitDir(_) => explained.hint(format!("unset GIT_DIR, or {NAME_ONE}")),
        Kind::OtherOwner { top, .. } => {
            let top = top.as_deref().unwrap_or("PATH");
            explained
                .hint(format!("if you trust it: git config --global --add safe.directory {top}"))
        }
        Kind::Unsupported { .. } | Kind::MissingFiles { .. } => explained.hint(USE_LOG),
        Kind::Irregular(_) => {
            explained.hint("git expects a regular file there; remove it, or clone the repository again")
        }
        Kind::NoHead { branches, .. } => explained.hint(format!(
            "the branches are {}; name one: flaky history --branch {} -o history.gif",
            few(branches),
            branches.first().map_or("NAME", String::as_str),
        )),
        Kind::UnreadableTip { .. } => explained.hint(
            "`git fsck` lists missing and damaged objects; `git fetch`, or a new clone, restores them",
        ),
        Kind::NoCommits => explained.hint("commit something first"),
        Kind::NoBranch(_) => explained.hint("`git branch -a` lists all; fetch a remote one first"),
        Kind::NoCommit { .. } => explained.hint(
            "write a range in git's syntax: main~50..main, v1.0..v2.0, or a single name; a shallow \
             clone has few commits: git fetch --unshallow",
        ),
        Kind::SwappedRange { swapped, .. } => explained.hint(format!("write {swapped}")),
        Kind::NoNotes(reference) => {
            explained.hint(format!("fetch them: git fetch origin {reference}:{reference}"))
        }
        Kind::EmptyLog => explained.hint(
            "write it with the command that `flaky history --print-log-command` prints; if git \
             failed, see its message",
        ),
        Kind::OtherLog(_) => explained
            .hint("write it with the command that `flaky history --print-log-command` prints"),
        Kind::CutLog(_) => {
            explained.hint("write it again; with `set -o pipefail` a pipe fails when git does")
        }
        Kind::StatusLine { .. } => {
            explained.hint("write the commit's id, a comma and its status, such as 1cc4a43,failed")
        }
        Kind::Failed(_) => explained,
    }
}

/// The first names of a list, and the number of the others.
fn few(names: &[String]) -> String {
    let (first, others) = names.split_at(names.len().min(FEW));
    match others.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
