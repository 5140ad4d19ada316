//! Obtains a report as the options select: given by hand, from test reports, or from a CI system.

mod advice;
mod test_reports;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::{runtime, warn};
use crate::cli::Console;
use crate::cli::providers;
use crate::cli::source::{AccessArgs, ProviderArg, SourceArgs};
use crate::cli::values::Seconds;
use crate::error::{Error, io_message};
use flaky_ci::judge::{self, Judgement};
use flaky_ci::{Client, Filter, Provider, Query, Target, Token, without_secrets};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Flakiness, Report, Verdict};

pub(super) use advice::{hint, invalid_query};

/// The environment variable that takes precedence over the platform's own.
pub(super) const TOKEN_VARIABLE: &str = "FLAKY_TOKEN";
/// The maximum size of a token file that is read, in bytes.
const MAX_TOKEN_FILE: u64 = 1 << 16;
/// The maximum length of a reason, in characters.
const LONGEST_REASON: usize = 300;

/// A report, and for an unknown verdict the advice.
pub(super) struct FetchedReport {
    pub report: Report,
    pub hint: Option<String>,
}

impl FetchedReport {
    /// Warns about an unknown verdict; fails with `--strict`. A verdict given by hand needs no
    /// warning.
    pub(super) fn into_result(self, source: &SourceArgs) -> Result<(), Error> {
        if self.report.verdict != Verdict::Unknown || source.status.is_some() {
            return Ok(());
        }
        let message = format!("the state is unknown: {}", self.report.reason);
        let error = Error { hint: self.hint, ..Error::failed(message) };
        if source.strict {
            return Err(error);
        }
        warn(&error);
        Ok(())
    }
}

/// Obtains the report. If it cannot be fetched, the verdict is unknown; that is not an error.
pub(super) fn fetch(source: &SourceArgs, console: Console) -> Result<FetchedReport, Error> {
    if let Some(verdict) = source.status {
        let report = given_by_hand(verdict, source.flake_rate)?;
        return Ok(FetchedReport { report, hint: None });
    }
    if !source.junit.is_empty() {
        check_filters(source, "junit", &[])?;
        let (report, hint) = match test_reports::read(&source.junit)? {
            Ok(report) => (report, None),
            Err(failure) => (unknown(&failure.message), failure.hint),
        };
        let report = with_source(report, "junit", &source.junit[0]);
        return Ok(FetchedReport { report, hint });
    }
    let (provider, query) = filtered_query(source)?;
    let target = provider.target(&query).map_err(|error| invalid_query(provider, &error))?;
    let client = client(provider, &target, &source.access, false)?;
    let judging = judge::fetch(provider, &client, target, usize::from(source.runs));
    let (report, hint) = match runtime::block_on(judging)? {
        Ok(Judgement { report, incomplete }) => {
            if let Some(error) = incomplete {
                let why = sanitize(&error.message, LONGEST_REASON);
                console.say(&format!("warning: the measured flakiness is incomplete: {why}"));
            }
            (report, None)
        }
        Err(error) => (unknown(&error.message), hint(provider, &client, &error)),
    };
    let report = with_source(report, provider.info().name, &query.project);
    Ok(FetchedReport { report, hint })
}

fn unknown(reason: &str) -> Report {
    Report::new(Verdict::Unknown, sanitize(reason, LONGEST_REASON))
}

/// Adds the provider and the subject to a report.
fn with_source(report: Report, provider: &str, subject: &str) -> Report {
    let subject = sanitize(&without_secrets(subject), LONGEST_REASON);
    Report { provider: Some(provider.to_string()), subject: Some(subject), ..report }
}

/// The report for a verdict given with `--status`.
fn given_by_hand(verdict: Verdict, rate: Option<f64>) -> Result<Report, Error> {
    if rate.is_some() && verdict != Verdict::Flaky {
        return Err(Error::usage(format!("--flake-rate cannot be used with --status {verdict}"))
            .hint("use it with --status flaky, or leave it out"));
    }
    let flakiness = rate.map(Flakiness::from_rate);
    Ok(Report { flakiness, ..Report::new(verdict, "") })
}

/// The platform and the query, from the options or from the environment of the CI job.
fn filtered_query(source: &SourceArgs) -> Result<(Provider, Query), Error> {
    let (provider, mut query) = query(&source.provider, &source.access)?.ok_or_else(|| {
        Error::usage("no pipeline is given, and this is not a job of a supported CI system")
            .hint("name one, such as --gitlab group/project, or set the state with --status passed")
    })?;
    let replace = |old: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            old.clone_from(new);
        }
    };
    replace(&mut query.git_ref, &source.r#ref);
    replace(&mut query.source, &source.source);
    replace(&mut query.workflow, &source.workflow);
    replace(&mut query.list_entry, &source.project);
    query.latest = source.latest;
    let info = provider.info();
    check_filters(source, info.name, info.filters)?;
    Ok((provider, query))
}

/// Rejects options that a source does not support.
fn check_filters(source: &SourceArgs, name: &str, supported: &[Filter]) -> Result<(), Error> {
    let typed = [
        (Filter::Server, source.access.server.is_some()),
        (Filter::GitRef, source.r#ref.is_some()),
        (Filter::Source, source.source.is_some()),
        (Filter::Workflow, source.workflow.is_some()),
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

/// The platform and the query of the provider option, or those of the current CI job.
pub(super) fn query<const COMMITS: bool>(
    arg: &ProviderArg<COMMITS>,
    access: &AccessArgs,
) -> Result<Option<(Provider, Query)>, Error> {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let job = Provider::of_current_job(&env);
    let Some((provider, project)) = &arg.0 else {
        return Ok(job.map(|(provider, query)| {
            let server = access.server.clone().or(query.server);
            (provider, Query { server, ..query })
        }));
    };
    if project.trim().is_empty() {
        let (name, value) = (provider.info().name, providers::text(*provider).value_name);
        return Err(
            Error::usage(format!("--{name} is empty")).hint(format!("write --{name} {value}"))
        );
    }
    // For the job's own project, take the server and the pipeline from the job's environment.
    let own = job.filter(|(of, query)| {
        of == provider && query.project == *project && access.server.is_none()
    });
    let (server, current_job) =
        own.map_or((access.server.clone(), None), |(_, own)| (own.server, own.current_job));
    let default_server = provider.from_env(&env).server;
    Ok(Some((
        *provider,
        Query { server, default_server, current_job, ..Query::new(project.clone()) },
    )))
}

/// A client for a target, with the token if there is one. If the target was `guessed` from a
/// remote, tokens from environment variables are used only for the platform's public hosts.
pub(super) fn client(
    provider: Provider,
    target: &Target,
    access: &AccessArgs,
    guessed: bool,
) -> Result<Client, Error> {
    let Seconds(timeout_s) = access.timeout;
    let timeout = Duration::from_secs_f64(timeout_s);
    let info = provider.info();
    let in_variable = |name: &&str| std::env::var(name).ok().and_then(|text| Token::new(&text));
    let token = match &access.token_file {
        Some(path) => Some(token_in(path)?),
        None if guessed && !is_public(provider, target) => None,
        None => [TOKEN_VARIABLE].iter().chain(info.tokens).find_map(in_variable),
    };
    Ok(Client::new(target.root.clone(), token, info.auth, timeout))
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
