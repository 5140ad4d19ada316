//! The reasons of verdicts in words.

use crate::flakiness::FlakinessReport;
use crate::listing::joined;
use crate::run::{Run, executions};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// The maximum number of jobs or workflows named in a reason.
const MAX_NAMED: usize = 3;
/// The maximum length of a server's words in messages, in characters.
const LONGEST_WORD: usize = 40;

/// The reason for `verdict` on the runs `chosen`, of which `run` is the gravest.
pub(super) fn reason(
    verdict: Verdict,
    run: &Run,
    chosen: &[&Run],
    measured: &FlakinessReport,
) -> String {
    let (name, is) = subject(run, chosen);
    match verdict {
        Verdict::Flaky => measured.reason().unwrap_or_else(|| format!("{name} {is} flaky")),
        Verdict::Passed => match measured.reason() {
            Some(counts) => format!("{name} passed; flaky: {counts}"),
            None => format!("{name} passed"),
        },
        Verdict::Failed => format!("{name} failed{}", jobs(run, Verdict::Failed)),
        Verdict::Running => format!("{name} {is} running"),
        Verdict::Stopped => format!("{name} {is} {}{}", word(run), jobs(run, Verdict::Stopped)),
        Verdict::Unknown => format!("{name} has the unknown status {:?}", word(run)),
    }
}

/// A reason that is about one job, or those of a pattern.
pub(super) fn of_job(job: &str, reason: &str) -> String {
    format!("job `{}`: {reason}", sanitize(job, LONGEST_WORD))
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
    let alike: Vec<&Run> =
        chosen.iter().copied().filter(|other| other.verdict() == run.verdict()).collect();
    let names = workflow_names(&alike);
    match names.len() {
        0 | 1 => (name(run), "is"),
        _ => (joined(&names, MAX_NAMED), "are"),
    }
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

/// The name of a run in a sentence: "pipeline 7", "pipeline 7 of CI".
fn name(run: &Run) -> String {
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
    let all = executions(run.jobs());
    let alike = all.iter().filter_map(|(name, executions)| {
        let last = executions.last()?;
        (last.verdict() == verdict && last.is_required()).then_some(*name)
    });
    let names: Vec<String> =
        alike.map(|name| format!("`{}`", sanitize(name, LONGEST_WORD))).collect();
    let shown = joined(&names, MAX_NAMED);
    match names.len() {
        0 => String::new(),
        1 => format!(": job {shown}"),
        _ => format!(": jobs {shown}"),
    }
}
