//! Queries and clients, as the options and the environment of the CI job select.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::advice::invalid_query;
use crate::cli::providers;
use crate::cli::source::{AccessArgs, ProviderArg, SourceArgs};
use crate::cli::values::Seconds;
use crate::error::{Error, io_message};
use flaky_ci::{Client, Filter, Provider, Query, Target, Token, without_secrets};

/// The environment variable that takes precedence over the platform's own.
pub(in crate::commands) const TOKEN_VARIABLE: &str = "FLAKY_TOKEN";
/// The maximum size of a token file that is read, in bytes.
const MAX_TOKEN_FILE: u64 = 1 << 16;
/// The maximum number of projects and workflows in one question.
const MAX_QUESTIONS: usize = 50;

/// A question to a CI system about a project, or about a workflow of it.
pub(super) struct Question {
    pub provider: Provider,
    pub target: Target,
    pub client: Client,
    /// The project, without secrets, and its workflow if there is a question for each of several.
    pub subject: String,
}

/// The questions that the options ask, or the environment of the CI job: one for each project and
/// each workflow.
pub(super) fn questions(source: &SourceArgs) -> Result<Vec<Question>, Error> {
    let queries = queries(&source.provider, &source.access)?;
    if queries.is_empty() {
        let message = "no pipeline is given, and this is not a job of a supported CI system";
        return Err(Error::usage(message).hint(
            "name one, such as --gitlab group/project, or set the state with --status passed",
        ));
    }
    let mut questions = Vec::new();
    for (provider, query) in queries {
        let info = provider.info();
        check_filters(source, info.name, info.filters)?;
        let query = filtered(query, source);
        let several = source.workflow.len() > 1;
        let own = query.workflow.clone();
        let workflows = source.workflow.iter().cloned().map(Some);
        let workflows: Vec<Option<String>> =
            if source.workflow.is_empty() { vec![own] } else { workflows.collect() };
        for workflow in workflows {
            let project = without_secrets(&query.project);
            let subject = match workflow.as_deref().filter(|_| several) {
                Some(workflow) => format!("{project} {workflow}"),
                None => project,
            };
            let query = Query { workflow, ..query.clone() };
            let target =
                provider.target(&query).map_err(|error| invalid_query(provider, &error))?;
            let client = client(provider, &target, &source.access, false)?;
            questions.push(Question { provider, target, client, subject });
        }
    }
    if questions.len() > MAX_QUESTIONS {
        let count = questions.len();
        return Err(Error::usage(format!("{count} pipelines are too many for one question"))
            .hint(format!("ask for {MAX_QUESTIONS} at most")));
    }
    Ok(questions)
}

/// A query narrowed by the options.
fn filtered(mut query: Query, source: &SourceArgs) -> Query {
    let replace = |old: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            old.clone_from(new);
        }
    };
    replace(&mut query.git_ref, &source.r#ref);
    replace(&mut query.source, &source.source);
    replace(&mut query.list_entry, &source.project);
    query.job.clone_from(&source.job);
    query.latest = source.latest;
    query
}

/// Rejects options that a source does not support.
pub(super) fn check_filters(
    source: &SourceArgs,
    name: &str,
    supported: &[Filter],
) -> Result<(), Error> {
    let typed = [
        (Filter::Server, source.access.server.is_some()),
        (Filter::GitRef, source.r#ref.is_some()),
        (Filter::Source, source.source.is_some()),
        (Filter::Workflow, !source.workflow.is_empty()),
        (Filter::Job, source.job.is_some()),
        (Filter::Since, source.since.is_some()),
        (Filter::ListEntry, source.project.is_some()),
    ];
    let unsupported = typed.iter().find(|(filter, typed)| *typed && !supported.contains(filter));
    let Some((filter, _)) = unsupported else { return Ok(()) };
    let option = providers::option(*filter);
    let known: Vec<_> = supported.iter().map(|filter| providers::option(*filter)).collect();
    let known =
        if known.is_empty() { "none of these options".to_string() } else { known.join(", ") };
    Err(Error::usage(format!("--{name} does not support {option}"))
        .hint(format!("it supports {known}")))
}

/// The platforms and queries of the provider options, or that of the current CI job; empty without
/// either.
pub(in crate::commands) fn queries<const COMMITS: bool>(
    arg: &ProviderArg<COMMITS>,
    access: &AccessArgs,
) -> Result<Vec<(Provider, Query)>, Error> {
    let job = Provider::of_current_job(&variable);
    if arg.0.is_empty() {
        let own = job.map(|(provider, query)| {
            let server = access.server.clone().or(query.server);
            (provider, Query { server, ..query })
        });
        return Ok(own.into_iter().collect());
    }
    let query = |(provider, project): &(Provider, String)| {
        let provider = *provider;
        if project.trim().is_empty() {
            let (name, value) = (provider.info().name, providers::text(provider).value_name);
            return Err(
                Error::usage(format!("--{name} is empty")).hint(format!("write --{name} {value}"))
            );
        }
        // For the job's own project, take the server and the pipeline from the job's environment.
        let own = job.clone().filter(|(of, query)| {
            *of == provider && query.project == *project && access.server.is_none()
        });
        let (server, current_job) =
            own.map_or((access.server.clone(), None), |(_, own)| (own.server, own.current_job));
        let default_server = provider.from_env(&variable).server;
        let query = Query { server, default_server, current_job, ..Query::new(project.clone()) };
        Ok((provider, query))
    };
    arg.0.iter().map(query).collect()
}

/// The value of an environment variable; `None` if it is not set or empty.
pub(in crate::commands) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A client for a target, with the token if there is one. If the target was `guessed` from a
/// remote, tokens from environment variables are used only for the platform's public hosts.
pub(in crate::commands) fn client(
    provider: Provider,
    target: &Target,
    access: &AccessArgs,
    guessed: bool,
) -> Result<Client, Error> {
    let Seconds(timeout_s) = access.timeout;
    let timeout = Duration::from_secs_f64(timeout_s);
    let token = match &access.token_file {
        Some(path) => Some(token_in(path)?),
        None if guessed && !is_public(provider, target) => None,
        None => token_in_environment(provider),
    };
    Ok(Client::new(target.root.clone(), token, provider.info().auth, timeout))
}

/// The token for a platform in the environment variables.
pub(in crate::commands) fn token_in_environment(provider: Provider) -> Option<Token> {
    let in_variable = |name: &&str| std::env::var(name).ok().and_then(|text| Token::new(&text));
    [TOKEN_VARIABLE].iter().chain(provider.info().tokens).find_map(in_variable)
}

/// Returns true if a target is on a public host of the platform.
fn is_public(provider: Provider, target: &Target) -> bool {
    let host = target.root.host_str().unwrap_or_default();
    let mut hosts = provider.info().public_hosts.iter();
    hosts.any(|public| host == *public || host.strip_prefix("api.") == Some(*public))
}

fn token_in(path: &Path) -> Result<Token, Error> {
    let name = path.display();
    let mut text = String::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_TOKEN_FILE).read_to_string(&mut text));
    read.map_err(|error| {
        Error::failed(format!("cannot read the token in {name}: {}", io_message(&error)))
            .hint("--token-file takes a file that contains only the token")
    })?;
    Token::new(&text).ok_or_else(|| {
        Error::failed(format!("{name} contains no token"))
            .hint("write the token into it, on one line")
    })
}
