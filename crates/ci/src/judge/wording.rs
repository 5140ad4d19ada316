//! The reasons of verdicts in words.

use crate::Query;
use crate::flakiness::FlakinessReport;
use crate::listing::joined;
use crate::run::{Job, Run, executions};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum number of jobs or workflows named in a reason.
const MAX_NAMED: usize = 3;
/// The maximum length of a server's words in messages, in characters.
const LONGEST_WORD: usize = 40;
/// The maximum length of the reason for the verdict on a test report, in characters.
const LONGEST_REASON: usize = 200;

/// The reason for `verdict` on the runs `chosen`, of which `run` is the gravest.
pub(super) fn reason(
    verdict: Verdict,
    run: &Run,
    chosen: &[&Run],
    measured: &FlakinessReport,
) -> String {
    let (name, is) = subject(run, chosen);
    let has = has(is);
    match verdict {
        Verdict::Failed | Verdict::Unknown if run.is_of_reports() => reports(run),
        Verdict::Flaky => measured.reason().unwrap_or_else(|| format!("{name} {is} flaky")),
        Verdict::Passed => match measured.reason() {
            Some(counts) => format!("{name} passed; flaky: {counts}"),
            None => format!("{name} passed"),
        },
        Verdict::Failed => format!("{name} failed{}", jobs(run, Verdict::Failed)),
        Verdict::Running => format!("{name} {is} running"),
        Verdict::Stopped => format!("{name} {is} {}{}", word(run), jobs(run, Verdict::Stopped)),
        Verdict::Unknown => match run.silence() {
            Some(span) => format!("{name} {has} not ended, and was silent for {span}"),
            None => format!("{name} {has} the unknown status {:?}", word(run)),
        },
    }
}

/// The same if only the jobs that match `pattern` count: "job `lint` failed in pipeline 7".
pub(super) fn reason_of_jobs(
    pattern: &str,
    verdict: Verdict,
    run: &Run,
    chosen: &[&Run],
    measured: &FlakinessReport,
) -> String {
    let (place, _) = subject(run, chosen);
    let asked = format!("job `{}`", sanitize(pattern, LONGEST_WORD));
    let names = job_names(&alike(run, chosen), run.verdict());
    let (jobs, is) = match names.len() {
        0 => (asked.clone(), "is"),
        1 => (format!("job {}", names[0]), "is"),
        _ => (format!("jobs {}", joined(&names, MAX_NAMED)), "are"),
    };
    let has = has(is);
    match verdict {
        Verdict::Flaky => match measured.reason() {
            // The counts name the jobs that were retried.
            Some(counts) if counts.contains(&asked) => counts,
            Some(counts) => format!("{asked}: {counts}"),
            None => format!("{jobs} {is} flaky in {place}"),
        },
        Verdict::Passed => match measured.reason() {
            Some(counts) => format!("{jobs} passed in {place}; flaky: {counts}"),
            None => format!("{jobs} passed in {place}"),
        },
        Verdict::Failed if names.is_empty() => format!("{place} failed before {asked} started"),
        Verdict::Failed => format!("{jobs} failed in {place}"),
        Verdict::Running => format!("{jobs} {is} running in {place}"),
        Verdict::Stopped => format!("{jobs} {is} {} in {place}", word(run)),
        Verdict::Unknown => match run.silence() {
            Some(span) => format!("{jobs} {has} not ended in {place}, and was silent for {span}"),
            None => format!("{jobs} {has} the unknown status {:?} in {place}", word(run)),
        },
    }
}

/// The reason if there is no run.
pub(super) fn none_yet(query: &Query) -> String {
    let quoted = |text: &String| format!("`{}`", sanitize(text, LONGEST_WORD));
    let of = query.git_ref.as_ref().map(|name| format!(" for {}", quoted(name)));
    let by = query.source.as_ref().map(|source| format!(" with the trigger {}", quoted(source)));
    format!("there is no pipeline{}{} yet", of.unwrap_or_default(), by.unwrap_or_default())
}

/// The reason if `run` is the latest and never ran.
pub(super) fn never_ran(run: &Run) -> String {
    format!("{} is {}", name(run), word(run))
}

/// The note on the workflows of `chosen`, if the reason does not name them all.
pub(super) fn workflows(verdict: Verdict, run: &Run, chosen: &[&Run]) -> Option<String> {
    let all_are_named = chosen.iter().all(|other| other.verdict() == run.verdict());
    let names = workflow_names(chosen);
    let is_said = names.is_empty() || (all_are_named && verdict != Verdict::Flaky);
    (!is_said).then(|| format!("the verdict is that of {}", joined(&names, MAX_NAMED)))
}

/// The note on cancelled runs that do not count; `None` for 0.
pub(super) fn passed_over(cancelled: usize) -> Option<String> {
    match cancelled {
        0 => None,
        1 => Some("1 cancelled pipeline was passed over".to_string()),
        _ => Some(format!("{cancelled} cancelled pipelines were passed over")),
    }
}

/// The subject of a sentence on the runs with the verdict of `run`, and "is" or "are".
fn subject(run: &Run, chosen: &[&Run]) -> (String, &'static str) {
    let names = workflow_names(&alike(run, chosen));
    match names.len() {
        0 | 1 => (name(run), "is"),
        _ => (joined(&names, MAX_NAMED), "are"),
    }
}

/// The form of "have" that goes with "is" or "are".
fn has(is: &str) -> &'static str {
    if is == "are" { "have" } else { "has" }
}

/// The runs with the verdict of `run`.
fn alike<'a>(run: &Run, chosen: &[&'a Run]) -> Vec<&'a Run> {
    chosen.iter().copied().filter(|other| other.verdict() == run.verdict()).collect()
}

/// The names of the workflows of some runs, the oldest run first.
fn workflow_names<'a>(runs: &[&'a Run]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in runs.iter().rev().filter_map(|run| run.workflow_name.as_deref()) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The reason why reports failed or tell nothing: "2 of 40 tests failed in `unit`".
fn reports(run: &Run) -> String {
    let names = job_names(&[run], run.verdict());
    format!("{} in {}", sanitize(&run.state.word, LONGEST_REASON), joined(&names, MAX_NAMED))
}

/// The name of a run in a sentence: "pipeline 7", "pipeline 7 of CI".
fn name(run: &Run) -> String {
    if run.is_of_reports() {
        return "the last test report".to_string();
    }
    let Some(number) = run.key.id.number() else { return "the last pipeline".to_string() };
    match run.workflow_name.as_deref().filter(|name| !name.is_empty()) {
        None => format!("pipeline {number}"),
        Some(workflow) => format!("pipeline {number} of {}", sanitize(workflow, LONGEST_WORD)),
    }
}

/// The platform's status word.
fn word(run: &Run) -> String {
    sanitize(&run.state.word, LONGEST_WORD)
}

/// The required jobs that ended like this, as the end of a sentence: ": job `unit`".
fn jobs(run: &Run, verdict: Verdict) -> String {
    let names = job_names(&[run], verdict);
    let shown = joined(&names, MAX_NAMED);
    match names.len() {
        0 => String::new(),
        1 => format!(": job {shown}"),
        _ => format!(": jobs {shown}"),
    }
}

/// The names of the required jobs of some runs that ended like this, in quotes.
fn job_names(runs: &[&Run], verdict: Verdict) -> Vec<String> {
    let mut names = Vec::new();
    for run in runs {
        for (name, executions) in executions(run.jobs()) {
            let is_alike = |job: &&Job| job.verdict() == verdict && job.is_required();
            let name = format!("`{}`", sanitize(name, LONGEST_WORD));
            if executions.last().is_some_and(is_alike) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
