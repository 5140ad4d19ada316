//! The repository at the current directory, as `flaky history` finds it.

use super::super::history::{COMPLETE_CLONE, USE_LOG, explain};
use super::super::report::variable;
use super::Finding;
use super::public::address;
use crate::history;
use crate::history::about::{About, Head};
use flaky_ci::parse_remote;

/// The variable that selects a repository elsewhere.
const GIT_DIR: &str = "GIT_DIR";
/// The way out of an error that libgit2 alone explains.
const MORE: &str = "`git status` and `git fsck` may say more";

pub(super) fn findings(here: &Result<About, history::Error>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        variable(GIT_DIR).map(|folder| Finding::new(GIT_DIR, folder)).into_iter().collect();
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

/// The URL of a remote without secrets; of an address such as `git@host:path`, its host and path.
fn remote(url: &str) -> String {
    if url.contains("://") || !url.contains('@') {
        return address(url);
    }
    match parse_remote(url) {
        Some((host, path)) if !path.contains('@') => format!("{host}:{path}"),
        _ => "…".to_string(),
    }
}
