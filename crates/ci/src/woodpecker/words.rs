//! Woodpecker's vocabulary: the statuses of pipelines and steps, events.

use crate::run::{Outcome, Trigger};
use flaky_core::verdict::Verdict;

/// The verdict of a status.
pub(super) fn verdict(status: &str) -> Verdict {
    match status {
        "success" => Verdict::Passed,
        "failure" | "error" => Verdict::Failed,
        "pending" | "running" | "created" => Verdict::Running,
        "skipped" | "killed" | "canceled" | "blocked" | "declined" => Verdict::Stopped,
        _ => Verdict::Unknown,
    }
}

/// The outcome of a pipeline. The status "error" means a configuration error: no step has run.
pub(super) fn pipeline(status: &str) -> Outcome {
    Outcome {
        verdict: verdict(status),
        infra_failure: status == "error",
        never_ran: matches!(status, "skipped" | "blocked" | "declined"),
    }
}

/// The outcome of a step.
pub(super) fn step(state: &str) -> Outcome {
    Outcome { never_ran: state == "skipped", ..Outcome::new(verdict(state)) }
}

/// The trigger of a pipeline by its `event`.
pub(super) fn trigger(event: Option<&str>) -> Trigger {
    match event {
        Some("cron") => Trigger::Schedule,
        // pull_request, pull_request_closed …
        Some(event) if event.starts_with("pull_request") => Trigger::MergeRequest,
        _ => Trigger::Push,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_verdict() {
        for (of, statuses) in [
            (Verdict::Passed, &["success"][..]),
            (Verdict::Failed, &["failure", "error"]),
            (Verdict::Running, &["pending", "running", "created"]),
            (Verdict::Stopped, &["skipped", "killed", "canceled", "blocked", "declined"]),
            (Verdict::Unknown, &["", "frobnicated", "failed"]),
        ] {
            for status in statuses {
                assert_eq!(verdict(status), of, "{status}");
            }
        }
    }

    #[test]
    fn an_error_is_one_of_the_configuration() {
        assert!(pipeline("error").infra_failure && !step("error").infra_failure);
        assert!(pipeline("blocked").never_ran && !step("blocked").never_ran);
    }
}
