//! GitHub's vocabulary: statuses and conclusions of runs, jobs and checks, states of commits,
//! events.

use crate::run::{Outcome, Trigger};
use flaky_core::verdict::Verdict;

/// The relevant word: the conclusion if it is completed, else the status.
pub(super) fn word(status: Option<&str>, conclusion: Option<String>) -> String {
    match (status, conclusion) {
        (Some("completed") | None, Some(conclusion)) => conclusion,
        (Some("completed") | None, None) => "unknown".to_string(),
        (Some(status), _) => status.to_string(),
    }
}

/// The verdict of a status or conclusion.
pub(super) fn verdict(word: &str) -> Verdict {
    match word {
        "success" | "neutral" => Verdict::Passed,
        "failure" | "timed_out" | "startup_failure" => Verdict::Failed,
        "queued" | "in_progress" | "waiting" | "requested" | "pending" => Verdict::Running,
        "cancelled" | "skipped" | "action_required" | "stale" => Verdict::Stopped,
        _ => Verdict::Unknown,
    }
}

/// The outcome of a workflow run. A run that did not start or timed out is not evidence.
pub(super) fn run(word: &str) -> Outcome {
    Outcome {
        verdict: verdict(word),
        infra_failure: is_infra_failure(word),
        never_ran: matches!(word, "skipped" | "action_required"),
    }
}

/// The outcome of a job or a check.
pub(super) fn job(word: &str) -> Outcome {
    Outcome {
        verdict: verdict(word),
        infra_failure: is_infra_failure(word),
        never_ran: word == "skipped",
    }
}

fn is_infra_failure(word: &str) -> bool {
    matches!(word, "startup_failure" | "timed_out")
}

/// The verdict of the combined state of a commit's statuses.
pub(super) fn combined(state: &str) -> Verdict {
    match state {
        "success" => Verdict::Passed,
        "failure" | "error" => Verdict::Failed,
        "pending" => Verdict::Running,
        _ => Verdict::Unknown,
    }
}

/// The trigger of a run by its `event`.
pub(super) fn trigger(event: Option<&str>) -> Trigger {
    match event {
        Some("schedule") => Trigger::Schedule,
        // pull_request, pull_request_target, pull_request_review …
        Some(event) if event.starts_with("pull_request") => Trigger::MergeRequest,
        _ => Trigger::Push,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_and_conclusion_has_a_verdict() {
        for (of, words) in [
            (Verdict::Passed, &["success", "neutral"][..]),
            (Verdict::Failed, &["failure", "timed_out", "startup_failure"]),
            (Verdict::Running, &["queued", "in_progress", "waiting", "requested", "pending"]),
            (Verdict::Stopped, &["cancelled", "skipped", "action_required", "stale"]),
            (Verdict::Unknown, &["", "unknown", "frobnicated", "canceled", "failed"]),
        ] {
            for word in words {
                assert_eq!(verdict(word), of, "{word}");
            }
        }
        for (state, of) in [
            ("success", Verdict::Passed),
            ("failure", Verdict::Failed),
            ("error", Verdict::Failed),
            ("pending", Verdict::Running),
            ("frobnicated", Verdict::Unknown),
        ] {
            assert_eq!(combined(state), of, "{state}");
        }
    }

    #[test]
    fn the_conclusion_counts_once_it_is_completed() {
        let of = |status, conclusion: Option<&str>| word(status, conclusion.map(str::to_string));
        assert_eq!(of(Some("in_progress"), None), "in_progress");
        assert_eq!(of(Some("completed"), Some("failure")), "failure");
        assert_eq!(of(None, Some("success")), "success");
        assert_eq!(of(Some("completed"), None), "unknown");
    }

    #[test]
    fn what_was_not_started_is_no_evidence() {
        assert!(run("startup_failure").infra_failure && job("timed_out").infra_failure);
        assert!(!run("failure").infra_failure);
        assert!(run("action_required").never_ran && !job("action_required").never_ran);
    }
}
