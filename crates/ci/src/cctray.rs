//! cctray.xml, a format that many CI servers provide. <https://cctray.org/v1/>

use crate::listing::joined;
use crate::provider::{Filter, ProviderInfo};
use crate::query::{Query, QueryError};
use crate::run::{Outcome, Run, RunId, RunKey, State, Times};
use crate::target::{parse_address, web_page, without_secrets};
use crate::xml::{self, XmlEvent};
use crate::{Client, FetchError, FetchErrorKind, Provider, RunPage, Target};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum number of projects named in an error.
const MAX_NAMED: usize = 5;
/// The maximum length of a project name in a message, in characters.
const LONGEST_NAME: usize = 60;

pub(crate) static INFO: ProviderInfo =
    ProviderInfo { name: "cctray", filters: &[Filter::ListEntry], ..ProviderInfo::MINIMAL };

/// A project in the list.
struct Project {
    name: String,
    activity: String,
    status: String,
    /// The number of the last build; `None` if its label is not a number.
    label: Option<u64>,
    finished: String,
    url: String,
}

pub(crate) fn target(query: &Query) -> Result<Target, QueryError> {
    let root = parse_address(&query.project)?;
    let project = without_secrets(root.as_str());
    Ok(Target::new(root, project, query))
}

pub(crate) async fn runs(client: &Client, target: &Target) -> Result<RunPage, FetchError> {
    let response = client.get(target.root.clone()).await?;
    let mut projects = Vec::new();
    let parsed = xml::parse(&response.body, |event| {
        if let XmlEvent::Start(element, attributes) = event
            && element == "Project"
        {
            projects.push(Project {
                name: attributes.get("name"),
                activity: attributes.get("activity"),
                status: attributes.get("lastBuildStatus"),
                label: attributes.get("lastBuildLabel").parse().ok(),
                finished: attributes.get("lastBuildTime"),
                url: attributes.get("webUrl"),
            });
        }
        Ok(())
    });
    parsed.map_err(|why| {
        let message =
            format!("the response is not a cctray.xml: {}", sanitize(&why.to_string(), 100));
        FetchError::new(FetchErrorKind::UnexpectedAnswer, message)
    })?;
    let project = choose(&projects, target.query.list_entry.as_deref())?;
    Ok(RunPage { runs: runs_of(project, &target.project), ..RunPage::default() })
}

/// Selects the project called `name`, or the only one.
fn choose<'a>(projects: &'a [Project], chosen: Option<&str>) -> Result<&'a Project, FetchError> {
    let names = || {
        let names: Vec<&str> = projects.iter().map(|one| one.name.as_str()).collect();
        joined(&names, MAX_NAMED)
    };
    match (chosen, projects) {
        (_, []) => {
            let message = "the cctray.xml has no project";
            Err(FetchError::new(FetchErrorKind::UnexpectedAnswer, message))
        }
        (None, [only]) => Ok(only),
        (None, _) => {
            let message = format!("the cctray.xml has {} projects", projects.len());
            Err(FetchError::new(FetchErrorKind::AmbiguousProject, message).with_detail(names()))
        }
        (Some(name), _) => projects.iter().find(|project| project.name == name).ok_or_else(|| {
            let message =
                format!("the cctray.xml has no project {:?}", sanitize(name, LONGEST_NAME));
            FetchError::new(FetchErrorKind::NoSuchProject, message).with_detail(names())
        }),
    }
}

/// The run in progress, if any, and the last finished one.
fn runs_of(project: &Project, list: &str) -> Vec<Run> {
    let key = |id| RunKey {
        provider: Provider::CcTray,
        project: format!("{list} {}", project.name),
        id,
        attempt: 1,
    };
    let url = web_page(Some(&project.url));
    let is_building = project.activity.eq_ignore_ascii_case("building");
    let mut runs = Vec::new();
    if is_building {
        let outcome = Outcome::new(Verdict::Running);
        let state = State::new("building", outcome, None, &Times::default());
        runs.push(Run { url: url.clone(), ..Run::new(key(RunId::Latest), state) });
    }
    if !project.status.is_empty() {
        let word = project.status.to_ascii_lowercase();
        let finished = project.finished.parse().ok();
        let times = Times { finished, ..Times::default() };
        let unnumbered = if is_building { RunId::LastFinished } else { RunId::Latest };
        let id = project.label.map_or(unnumbered, RunId::Number);
        let outcome = outcome(&word);
        let state = State::new(word, outcome, None, &times);
        runs.push(Run { times, url, ..Run::new(key(id), state) });
    }
    runs
}

/// The outcome of a lowercase status. "exception" is a failure of the CI server.
fn outcome(status: &str) -> Outcome {
    Outcome {
        infra_failure: status == "exception",
        ..Outcome::new(match status {
            "success" => Verdict::Passed,
            "failure" | "exception" => Verdict::Failed,
            _ => Verdict::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::outcome;
    use flaky_core::verdict::Verdict;

    #[test]
    fn every_status_has_a_verdict() {
        for (status, verdict) in [
            ("success", Verdict::Passed),
            ("failure", Verdict::Failed),
            ("exception", Verdict::Failed),
            ("unknown", Verdict::Unknown),
            ("frobnicated", Verdict::Unknown),
        ] {
            assert_eq!(outcome(status).verdict, verdict, "{status}");
        }
        assert!(outcome("exception").infra_failure && !outcome("failure").infra_failure);
    }
}
