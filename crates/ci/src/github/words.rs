//! GitHub's vocabulary: statuses and conclusions of runs, jobs and checks, states of commits,
//! events. Gitea has taken over those of Actions.

use crate::run::{Outcome, Trigger};
use flaky_core::verdict::Verdict;

/// The event of a run that a person started.
pub(super) const BY_HAND: &str = "workflow_dispatch";
/// The status of a run of which nothing more is known than that it exists.
pub(crate) const RUNNING: &str = "in_progress";

/// Returns true if a run was started for a pull request, which may come from a fork.
pub(super) fn is_of_pull_request(event: Option<&str>) -> bool {
    matches!(event, Some("pull_request" | "pull_request_target"))
}

/// The relevant word: the conclusion if it is completed, else the status.
pub(crate) fn word(status: Option<&str>, conclusion: Option<String>) -> String {
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

/// The outcome of a workflow run. A run that did not start is not evidence.
pub(crate) fn run(word: &str) -> Outcome {
    Outcome {
        verdict: verdict(word),
        infra_failure: is_infra_failure(word),
        never_ran: matches!(word, "skipped" | "action_required"),
    }
}

/// The outcome of a job or a check.
pub(crate) fn job(word: &str) -> Outcome {
    Outcome {
        verdict: verdict(word),
        infra_failure: is_infra_failure(word),
        never_ran: word == "skipped",
    }
}

fn is_infra_failure(word: &str) -> bool {
    word == "startup_failure"
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

/// The trigger of a run by its `event` and the file of its workflow. A person often starts a workflow
/// to repeat it.
pub(crate) fn trigger(event: Option<&str>, path: Option<&str>) -> Trigger {
    if path.is_some_and(|path| path.starts_with("dynamic/")) {
        return Trigger::Other;
    }
    match event {
        None | Some("push" | BY_HAND) => Trigger::Push,
        Some("pull_request" | "pull_request_target" | "merge_group") => Trigger::MergeRequest,
        Some("schedule") => Trigger::Schedule,
        // dynamic, issue_comment, pull_request_review, release, workflow_run …
        Some(_) => Trigger::Other,
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
    fn events_about_a_change_are_told_from_others() {
        for (of, events) in [
            (Trigger::Push, &["push", "workflow_dispatch"][..]),
            (Trigger::MergeRequest, &["pull_request", "pull_request_target", "merge_group"]),
            (Trigger::Schedule, &["schedule"]),
            (Trigger::Other, &["dynamic", "issue_comment", "pull_request_review", "release", "x"]),
        ] {
            for event in events {
                assert_eq!(trigger(Some(event), Some(".github/workflows/ci.yml")), of, "{event}");
            }
        }
        assert_eq!(trigger(None, None), Trigger::Push);
        let pages = Some("dynamic/pages/pages-build-deployment");
        assert_eq!(trigger(Some("push"), pages), Trigger::Other);
    }

    #[test]
    fn what_was_not_started_is_no_evidence() {
        assert!(run("startup_failure").infra_failure && job("startup_failure").infra_failure);
        assert!(!run("failure").infra_failure && !run("timed_out").infra_failure);
        assert!(run("action_required").never_ran && !job("action_required").never_ran);
    }
}
