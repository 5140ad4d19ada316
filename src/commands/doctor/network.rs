//! The way to the CI system: proxies, certificates, and its answer to the question of `flaky status`.
//!
//! One server is asked: that of the CI job, or else the one that the remote `origin` names, as for
//! `flaky history --ci`.

use super::super::{report, runtime};
use super::Finding;
use super::public::{address, is_unclear};
use crate::cli::source::{AccessArgs, ProviderArg, RUNS};
use crate::cli::values::Seconds;
use crate::error::Error;
use flaky_ci::judge::{self, Judgement, Window};
use flaky_ci::tls::{self, TrustRoots};
use flaky_ci::{Client, FetchError, FetchErrorKind, Provider, Target};

/// Time limit for all requests together, in seconds.
const TIMEOUT_S: f64 = 5.0;
/// The variables that select a proxy. Their names may also be lowercase.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];
/// The way out of an error without a hint of its own.
const CHECK: &str = "check the URL and the network";

pub(super) fn findings(origin: Option<&str>, offline: bool) -> Vec<Finding> {
    let mut findings = proxies();
    findings.push(trust_roots());
    findings.extend(match question(origin) {
        Ok(Some(question)) => question.findings(offline),
        Ok(None) => {
            let value = "nothing was queried: this is no CI job, and no remote origin is known";
            vec![Finding::new("CI system", value)]
        }
        Err(error) => vec![Finding::error("CI system", error, CHECK)],
    });
    findings
}

/// The value of a variable that selects a proxy.
fn proxy(name: &str) -> Option<String> {
    report::variable(name).or_else(|| report::variable(&name.to_lowercase()))
}

fn has_proxy() -> bool {
    PROXIES.into_iter().any(|name| name != "NO_PROXY" && proxy(name).is_some())
}

fn proxies() -> Vec<Finding> {
    let set =
        PROXIES.into_iter().filter_map(|name| Some(Finding::new(name, address(&proxy(name)?))));
    let set: Vec<Finding> = set.collect();
    if set.is_empty() { vec![Finding::new("proxies", "none")] } else { set }
}

/// Whose certificate authorities are trusted.
fn trust_roots() -> Finding {
    const NAME: &str = "trust roots";
    let selected = tls::SELECTED.into_iter().filter(|name| report::variable(name).is_some());
    let selected: Vec<_> = selected.collect();
    match TrustRoots::in_use() {
        Ok(TrustRoots::System) if selected.is_empty() => Finding::new(NAME, "those of the system"),
        Ok(TrustRoots::System) => {
            Finding::new(NAME, format!("those of {}", selected.join(" and ")))
        }
        Ok(TrustRoots::BuiltIn) => {
            Finding::new(NAME, "Mozilla's, which are built in: the system has none")
        }
        Err(error) => Finding::problem(NAME, error.message, report::TRUST_ROOTS),
    }
}

/// The question to a CI system.
struct Question {
    provider: Provider,
    target: Target,
    client: Client,
    /// The project was taken from the remote of the repository.
    guessed: bool,
}

/// The question that the CI job or the remote leads to; `None` without either.
fn question(origin: Option<&str>) -> Result<Option<Question>, Error> {
    let access = AccessArgs { server: None, token_file: None, timeout: Seconds(TIMEOUT_S) };
    let own = report::queries(&ProviderArg::<false>::default(), &access)?.pop();
    let guessed = own.is_none();
    let (provider, query) = match (own, origin) {
        (Some(own), _) => own,
        (None, Some(remote)) if is_unclear(remote) => return Err(unclear()),
        (None, Some(remote)) => report::query_of_remote(remote, None)?,
        (None, None) => return Ok(None),
    };
    if query.server.as_deref().is_some_and(is_unclear) || is_unclear(&query.project) {
        return Err(unclear());
    }
    let target =
        provider.target(&query).map_err(|error| report::invalid_query(provider, &error))?;
    let client = report::client(provider, &target, &access, guessed)?;
    Ok(Some(Question { provider, target, client, guessed }))
}

/// The error for a URL that is not queried, since its host may be a part of a password.
fn unclear() -> Error {
    Error::usage("the URL has an @ behind its host")
        .hint("put the token into FLAKY_TOKEN, not into a URL")
}

impl Question {
    fn findings(self, offline: bool) -> Vec<Finding> {
        let name = self.provider.info().name;
        let (root, project) = (address(self.target.root.as_str()), &self.target.project);
        let by = if self.guessed { "the remote origin" } else { "the CI job" };
        let mut findings = vec![
            Finding::new("CI system", format!("{name} at {root}, named by {by}")),
            Finding::new("project", address(project)),
            self.token(),
        ];
        if offline {
            findings.push(Finding::new("answer", "not queried: --offline"));
        } else {
            findings.extend(self.answer());
        }
        findings
    }

    /// Whether a token is sent.
    fn token(&self) -> Finding {
        const NAME: &str = "token";
        if self.client.has_token() {
            Finding::new(NAME, "sent")
        } else if report::token_in_environment(self.provider).is_some() {
            let value = "not sent: this server is known from the remote alone";
            let name = self.provider.info().name;
            Finding::problem(NAME, value, format!("name the project: flaky status --{name} URL"))
        } else {
            Finding::new(NAME, "none")
        }
    }

    fn answer(self) -> Vec<Finding> {
        const NAME: &str = "answer";
        let Self { provider, target, client, .. } = self;
        let window = Window { count: usize::from(RUNS), since: None };
        match runtime::block_on(judge::fetch(provider, &client, target, window)) {
            Ok(Ok(Judgement { report, incomplete })) => {
                let mut findings = vec![Finding::new(NAME, report::line(&report))];
                findings.extend(incomplete.map(|error| {
                    let error = explained(provider, &client, &error);
                    Finding::error("evidence", error, CHECK)
                }));
                findings
            }
            Ok(Err(error)) => {
                vec![Finding::error(NAME, explained(provider, &client, &error), CHECK)]
            }
            Err(error) => vec![Finding::error(NAME, error, CHECK)],
        }
    }
}

fn explained(provider: Provider, client: &Client, error: &FetchError) -> Error {
    let hint = match error.kind {
        FetchErrorKind::TimedOut => {
            let hint =
                "check the network; if the server is slow, allow more: flaky status --timeout 30s";
            Some(hint.to_string())
        }
        FetchErrorKind::Unreachable if has_proxy() => {
            Some("check the proxy that the environment names, and the network".to_string())
        }
        _ => report::hint(provider, client, error),
    };
    Error { hint, ..Error::failed(error.message.clone()) }
}
