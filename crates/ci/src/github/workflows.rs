//! Finds a workflow by the name that GitHub shows.

use super::wire::{Workflow, Workflows};
use crate::client::Response;
use crate::listing::joined;
use crate::{Client, FetchError, FetchErrorKind, Target};
use flaky_core::sanitize::sanitize;

/// The maximum number of pages of workflows that are read.
const MAX_PAGES: usize = 5;
/// The size of a page.
const PAGE: &str = "100";
/// The maximum number of workflows named in an error.
const MAX_NAMED: usize = 10;
/// The maximum length of a name in a message, in characters.
const LONGEST_NAME: usize = 60;

/// Returns true if the API accepts `workflow` as it is: the name of a file, or a number.
pub(super) fn is_id(workflow: &str) -> bool {
    let is_file = |ending: &&str| workflow.ends_with(ending);
    [".yml", ".yaml"].iter().any(is_file) || workflow.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of the workflow with this name, in capital or small letters.
pub(super) async fn find(client: &Client, target: &Target, name: &str) -> Result<u64, FetchError> {
    let all = list(client, target).await?;
    let wanted = name.to_lowercase();
    let found: Vec<&Workflow> =
        all.iter().filter(|one| one.name.to_lowercase() == wanted || one.file() == name).collect();
    match found.as_slice() {
        [only] => Ok(only.id),
        [] => Err(none(name, &all)),
        several => {
            let name = sanitize(name, LONGEST_NAME);
            let message = format!("{} workflows have the name {name:?}", several.len());
            let files: Vec<&str> = several.iter().map(|one| one.file()).collect();
            let error = FetchError::new(FetchErrorKind::AmbiguousWorkflow, message);
            Err(error.with_detail(joined(&files, MAX_NAMED)))
        }
    }
}

/// The error if the workflow of the query is missing; `None` if it is not missing, or the workflows
/// cannot be listed.
pub(super) async fn missing(client: &Client, target: &Target) -> Option<FetchError> {
    let wanted = target.query.workflow.as_deref()?;
    let all = list(client, target).await.ok()?;
    let is_wanted = |one: &Workflow| one.file() == wanted || one.id.to_string() == wanted;
    (!all.iter().any(is_wanted)).then(|| none(wanted, &all))
}

fn none(name: &str, all: &[Workflow]) -> FetchError {
    let message = format!("there is no workflow {:?}", sanitize(name, LONGEST_NAME));
    let known: Vec<String> =
        all.iter().map(|one| format!("{} ({})", one.name, one.file())).collect();
    let known = if known.is_empty() { "none".to_string() } else { joined(&known, MAX_NAMED) };
    FetchError::new(FetchErrorKind::NoSuchWorkflow, message).with_detail(known)
}

/// Fetches the workflows of the repository.
async fn list(client: &Client, target: &Target) -> Result<Vec<Workflow>, FetchError> {
    let parameters = [("per_page", Some(PAGE))];
    let url = target.repository_url(&["actions", "workflows"], &parameters);
    let entries = |page: &Response| Ok(page.json::<Workflows>()?.workflows);
    match client.get_lists(vec![url], MAX_PAGES, entries).await {
        (lists, None) => Ok(lists.into_iter().flatten().collect()),
        (_, Some(error)) => Err(error),
    }
}
