//! Reports on several projects as one: the worst counts.

use std::cmp::Reverse;

use flaky_core::verdict::Report;

/// The maximum number of subjects named.
const MAX_NAMED: usize = 5;

/// The place of the worst of `parts`, the first of these if there are several.
///
/// # Panics
/// If `parts` is empty.
pub(crate) fn worst(parts: &[Report]) -> usize {
    let worst = (0..parts.len()).max_by_key(|at| (parts[*at].verdict, Reverse(*at)));
    worst.expect("at least one report")
}

/// The report on all `parts`: that of the worst, the first of these if there are several, with all as
/// its parts. A single part is returned as it is.
///
/// # Panics
/// If `parts` is empty.
pub(crate) fn worst_of(parts: Vec<Report>) -> Report {
    let worst = worst(&parts);
    if let [only] = parts.as_slice() {
        return only.clone();
    }
    let mut report = parts[worst].clone();
    let subject = report.subject.as_deref().unwrap_or_default();
    report.reason = format!("worst of {}: {subject}: {}", parts.len(), report.reason);
    report.subject = Some(subjects(&parts));
    if parts.iter().any(|part| part.provider != report.provider) {
        report.provider = None;
    }
    report.parts = parts;
    report
}

/// The subjects as a list: "a, b and 3 more".
fn subjects(parts: &[Report]) -> String {
    let names: Vec<&str> =
        parts.iter().take(MAX_NAMED).filter_map(|part| part.subject.as_deref()).collect();
    match parts.len().saturating_sub(MAX_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
