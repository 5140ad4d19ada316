//! Obtains a report as the options select: given by hand, from test reports, or from a CI system.

mod advice;
mod query;
mod remote;
mod report_files;
mod test_reports;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::{runtime, warn};
use crate::cli::source::SourceArgs;
use crate::cli::values::Seconds;
use crate::error::Error;
use crate::several;
use flaky_ci::judge::{self, Judgement, Window};
use flaky_ci::{Client, FetchError, Provider, without_secrets};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Flakiness, Report, Verdict};

pub(super) use advice::{TRUST_ROOTS, hint, invalid_query};
pub(super) use query::{TOKEN_VARIABLE, client, queries, token_in_environment, variable};
pub(super) use remote::{query_of_remote, unclear};

use query::{Question, check_filters};

/// The maximum length of a reason, in characters.
const LONGEST_REASON: usize = 300;

/// A report, and what is missing in it.
pub(super) struct FetchedReport {
    pub report: Report,
    /// The unknown state of the report, or of each of its parts, with advice. A state given by hand
    /// needs none.
    pub unknown: Vec<Error>,
    /// True if evidence could not be read. The verdict may be better than the truth.
    pub is_incomplete: bool,
}

impl FetchedReport {
    /// Warns about unknown states; fails with `--strict`.
    pub(super) fn into_result(self, source: &SourceArgs) -> Result<(), Error> {
        for error in self.unknown {
            if source.strict {
                return Err(error);
            }
            warn(&error);
        }
        Ok(())
    }
}

/// The state and the reason for it, in a line.
pub(super) fn line(report: &Report) -> String {
    match report.reason.as_str() {
        "" => report.message(),
        reason => format!("{}: {reason}", report.message()),
    }
}

/// The error for an unknown state; `None` if it is known. `whose` is empty or like " of a/b".
fn unknown_state(report: &Report, whose: &str, hint: Option<String>) -> Option<Error> {
    (report.verdict == Verdict::Unknown).then(|| {
        let message = format!("the state{whose} is unknown: {}", report.reason);
        Error { hint, ..Error::failed(message) }
    })
}

/// Obtains the report. If it cannot be fetched, the verdict is unknown; that is not an error.
pub(super) fn fetch(source: &SourceArgs) -> Result<FetchedReport, Error> {
    if let Some(verdict) = source.status {
        let report = given_by_hand(verdict, source.flake_rate)?;
        return Ok(FetchedReport { report, unknown: Vec::new(), is_incomplete: false });
    }
    if !source.junit.is_empty() {
        check_filters(source, "junit", &[])?;
        let (report, hint) = test_reports::read(&source.junit)?;
        let report = with_source(report, "junit", &without_secrets(&source.junit[0]));
        let unknown = unknown_state(&report, "", hint).into_iter().collect();
        return Ok(FetchedReport { report, unknown, is_incomplete: false });
    }
    let questions = query::questions(source)?;
    let several = questions.len() > 1;
    let window = Window {
        count: usize::from(source.runs()),
        since: source.since.and_then(|Seconds(age_s)| {
            Timestamp::now().checked_sub(SignedDuration::from_secs_f64(age_s)).ok()
        }),
    };
    let (mut reports, mut unknown, mut is_incomplete) = (Vec::new(), Vec::new(), false);
    for answer in runtime::block_on(ask(questions, window))? {
        let Answer { provider, client, subject, result } = answer;
        let whose = if several { format!(" of {subject}") } else { String::new() };
        let (mut report, hint) = match result {
            Ok(Judgement { mut report, incomplete }) => {
                if let Some(error) = incomplete {
                    let why = format!("the evidence{whose} is incomplete: {error}");
                    let why = sanitize(&why, LONGEST_REASON);
                    warn(&Error::failed(why.clone()));
                    report.notes.push(why);
                    is_incomplete = true;
                }
                (report, None)
            }
            Err(error) => {
                let reason = sanitize(&error.message, LONGEST_REASON);
                (Report::new(Verdict::Unknown, reason), hint(provider, &client, &error))
            }
        };
        unknown.extend(unknown_state(&report, &whose, hint));
        report = with_source(report, provider.info().name, &subject);
        reports.push(report);
    }
    let report = several::worst_of(reports);
    Ok(FetchedReport { report, unknown, is_incomplete })
}

/// The answer to a question.
struct Answer {
    provider: Provider,
    client: Client,
    subject: String,
    result: Result<Judgement, FetchError>,
}

/// Asks all questions at once, so that they share the time limit. The answers are in their order.
async fn ask(questions: Vec<Question>, window: Window) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for (at, Question { provider, target, client, subject }) in questions.into_iter().enumerate() {
        tasks.spawn(async move {
            let result = judge::fetch(provider, &client, target, window).await;
            (at, Answer { provider, client, subject, result })
        });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Adds the provider and the subject to a report.
fn with_source(report: Report, provider: &str, subject: &str) -> Report {
    let subject = sanitize(subject, LONGEST_REASON);
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
