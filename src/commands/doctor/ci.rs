//! The CI job that this process runs in, and the tokens that are there. A token is named, never shown.

use std::env;

use super::super::report::{TOKEN_VARIABLE, variable};
use super::Finding;
use super::public::address;
use flaky_ci::{Provider, Query, Token};

/// The token that GitLab gives to every job.
const JOB_TOKEN: &str = "CI_JOB_TOKEN";
/// The variable that most CI systems set.
const ANY_JOB: &str = "CI";

pub(super) fn findings() -> Vec<Finding> {
    let mut findings = match Provider::of_current_job(&variable) {
        Some((provider, query)) => job(provider, &query),
        None if variable(ANY_JOB).is_some() => {
            let value = "of a CI system that is not supported, or lacks its variables";
            let hint = "name the project, such as --gitlab group/project; `flaky providers` lists \
                        the variables of each system";
            vec![Finding::problem("job", value, hint)]
        }
        None => vec![Finding::new("job", "none")],
    };
    let variables = Provider::ALL.into_iter().flat_map(|provider| provider.info().variables);
    let seen = distinct(variables).into_iter().filter(|name| variable(name).is_some());
    findings.push(Finding::new("variables", listed(seen)));
    findings.extend(tokens());
    findings
}

/// What the variables say of the job.
fn job(provider: Provider, query: &Query) -> Vec<Finding> {
    let job = query.current_job.clone().unwrap_or_default();
    let project = address(&query.project);
    let said = [
        ("job", Some(provider.info().name.to_string())),
        ("project", Some(project)),
        ("server", query.server.as_deref().map(address)),
        ("ref", query.git_ref.clone()),
        ("workflow", query.workflow.clone()),
        ("pipeline", job.run.map(|number| number.to_string())),
        ("job name", Some(job.name).filter(|name| !name.is_empty())),
    ];
    said.into_iter().filter_map(|(name, value)| Some(Finding::new(name, value?))).collect()
}

/// The state of a token's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Set,
    NotSet,
    /// It holds nothing, or no text.
    Useless,
}

impl State {
    fn of(name: &str) -> Self {
        match (env::var_os(name), env::var(name).ok()) {
            (None, _) => Self::NotSet,
            (Some(_), text) if text.as_deref().is_some_and(|text| Token::new(text).is_some()) => {
                Self::Set
            }
            _ => Self::Useless,
        }
    }
}

fn tokens() -> Vec<Finding> {
    let platforms = Provider::ALL.into_iter().flat_map(|provider| provider.info().tokens);
    let names = distinct([TOKEN_VARIABLE].iter().chain(platforms));
    let states: Vec<(&str, State)> =
        names.into_iter().map(|name| (name, State::of(name))).collect();
    let that_are =
        |state| listed(states.iter().filter(|(_, of)| *of == state).map(|(name, _)| *name));
    let mut findings = vec![
        Finding::new("tokens set", that_are(State::Set)),
        Finding::new("tokens not set", that_are(State::NotSet)),
    ];
    if states.iter().any(|(_, state)| *state == State::Useless) {
        let hint = "check the name of the secret that they are set from: they count as not set";
        findings.push(Finding::problem("tokens empty", that_are(State::Useless), hint));
    }
    if env::var_os(JOB_TOKEN).is_some() {
        let value = "set; not used, since many servers do not let it list pipelines";
        findings.push(Finding::new(JOB_TOKEN, value));
    }
    findings
}

/// Each name once, in the order of their first occurrence.
fn distinct<'a>(names: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(*name);
        }
    }
    distinct
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_string() } else { names.join(", ") }
}
