//! The repository at the current directory, as `flaky history` finds it.

use super::super::history::{COMPLETE_CLONE, USE_LOG, explain};
use super::Finding;
use super::public::{address, variable};
use crate::history;
use crate::history::about::{About, Head};
use flaky_ci::parse_remote;

/// The way out of an error that libgit2 alone explains.
const MORE: &str = "`git status` and `git fsck` may say more";

pub(super) fn findings(here: &Result<About, history::Error>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = ["GIT_DIR", "GIT_CEILING_DIRECTORIES"]
        .into_iter()
        .filter_map(|name| Some(Finding::new(name, variable(name)?)))
        .collect();
    let here = match here {
        Ok(here) => here,
        Err(error) => {
            findings.push(Finding::error("repository", explain(error), MORE));
            return findings;
        }
    };
    let bare = if here.is_bare { ", bare" } else { "" };
    findings.push(Finding::new("repository", format!("{}{bare}", here.folder.display())));
    findings.push(match &here.head {
        Ok(Head { branch: Some(branch), id }) => Finding::new("HEAD", format!("{branch}, {id}")),
        Ok(Head { branch: None, id }) => Finding::new("HEAD", format!("{id}, on no branch")),
        Err(error) => Finding::error("HEAD", explain(error), MORE),
    });
    if here.is_shallow {
        let value = "shallow: the older commits are missing";
        findings.push(Finding::problem("clone", value, COMPLETE_CLONE));
    }
    if here.is_partial {
        let value = "partial: files may be missing";
        findings.push(Finding::problem("clone", value, USE_LOG));
    }
    let origin = here.origin.as_deref().map_or("none".to_string(), remote);
    findings.push(Finding::new("remote origin", origin));
    findings
}

/// The URL of a remote without secrets. A user name is left out, too, where git is not asked for it.
fn remote(url: &str) -> String {
    if url.contains("://") || !url.contains('@') {
        return address(url);
    }
    match parse_remote(url) {
        Some((host, path)) if !path.contains('@') => format!("{host}:{path}"),
        _ => "…".to_string(),
    }
}
