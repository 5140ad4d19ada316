//! `--fail-on` and `--fail-on-rate`. A gate does not open because something is not known.

use super::FetchedReport;
use crate::cli::status::FailOn;
use crate::error::{Error, ExitKind};
use flaky_core::verdict::{Report, Verdict};

/// Advice on an unknown state that has no cause of its own.
const UNKNOWN_HINT: &str = "add `no-unknown` to let an unknown state pass";

/// Checks a report, and each of its parts, against the words of `--fail-on` and the rate of
/// `--fail-on-rate`.
///
/// # Errors
/// Fails with exit code 3 if the gate closes.
pub(super) fn check(
    fetched: &FetchedReport,
    words: &[FailOn],
    most: Option<f64>,
) -> Result<(), Error> {
    let report = &fetched.report;
    if words.is_empty() && most.is_none() {
        return Ok(());
    }
    // Who limits flakes does not accept failures.
    let on_failed = most.map(|_| FailOn::State(Verdict::Failed));
    let words: Vec<FailOn> = words.iter().copied().chain(on_failed).collect();
    let mut reports = std::iter::once(report).chain(&report.parts);
    if let Some(refused) = reports.find(|one| is_refused(one.verdict, &words)) {
        let (whose, verdict) = (of(refused, report), refused.verdict);
        let reason = match refused.reason.as_str() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        let error =
            closed(format!("the state{whose} is {verdict}, which the gate refuses{reason}"));
        let hint = fetched.unknown.first().and_then(|unknown| unknown.hint.clone());
        return Err(match verdict {
            Verdict::Unknown => error.hint(hint.unwrap_or_else(|| UNKNOWN_HINT.to_string())),
            _ => error,
        });
    }
    let lets_unknown_pass = words.contains(&FailOn::NoUnknown);
    if fetched.is_incomplete && !lets_unknown_pass {
        return Err(closed("evidence could not be read, so the gate stays closed".to_string())
            .hint("use a token that may read jobs, or add --fail-on no-unknown"));
    }
    let Some(most) = most else { return Ok(()) };
    for one in if report.parts.is_empty() { std::slice::from_ref(report) } else { &report.parts } {
        let whose = of(one, report);
        match &one.flakiness {
            Some(flakiness) if flakiness.rate <= most => {}
            Some(flakiness) => {
                let rate = flakiness.short();
                let limit = format!("{}%", 100.0 * most);
                return Err(closed(format!("the flake rate{whose}, {rate}, is above {limit}")));
            }
            None if lets_unknown_pass && one.verdict == Verdict::Unknown => {}
            None => {
                return Err(closed(format!("the flake rate{whose} is not known"))
                    .hint("--fail-on-rate needs pipelines with results, or test reports"));
            }
        }
    }
    Ok(())
}

/// True if a gate with these words closes for a verdict.
fn is_refused(verdict: Verdict, words: &[FailOn]) -> bool {
    match verdict {
        Verdict::Unknown => !words.contains(&FailOn::NoUnknown),
        // A gate against flakes is one against failures, too.
        Verdict::Failed if words.contains(&FailOn::State(Verdict::Flaky)) => true,
        _ => words.contains(&FailOn::State(verdict)),
    }
}

/// The subject of a part, as the end of a phrase.
fn of(part: &Report, whole: &Report) -> String {
    match &part.subject {
        Some(subject) if !whole.parts.is_empty() => format!(" of {subject}"),
        _ => String::new(),
    }
}

fn closed(message: String) -> Error {
    Error { exit: ExitKind::VerdictMatched, ..Error::failed(message) }
}
