//! GitLab's vocabulary: the statuses of pipelines and jobs, reasons of failures, sources of
//! pipelines.

use crate::run::{Outcome, Trigger};
use flaky_core::verdict::Verdict;

/// Reasons of infrastructure failures.
const INFRA_FAILURES: [&str; 9] = [
    "runner_system_failure",
    "stuck_or_timeout_failure",
    "api_failure",
    "ci_quota_exceeded",
    "user_blocked",
    "runner_unsupported",
    "scheduler_failure",
    "stale_schedule",
    "data_integrity_failure",
];

/// The verdict of a status.
pub(super) fn verdict(status: &str) -> Verdict {
    match status {
        "success" => Verdict::Passed,
        "failed" => Verdict::Failed,
        "created"
        | "waiting_for_resource"
        | "preparing"
        | "pending"
        | "running"
        | "waiting_for_callback"
        | "canceling" => Verdict::Running,
        "canceled" | "skipped" | "manual" | "scheduled" => Verdict::Stopped,
        _ => Verdict::Unknown,
    }
}

/// The status of a pipeline of which nothing more is known than that it exists.
pub(super) const RUNNING: &str = "running";
/// The status of a pipeline that waits for a manual job.
pub(super) const BLOCKED: &str = "manual";

/// Returns true if a pipeline with this status has ended, or waits for a person.
pub(super) fn is_over(status: &str) -> bool {
    verdict(status) != Verdict::Running
}

/// The outcome of a pipeline. The jobs of a blocked one tell whether anything ran.
pub(super) fn pipeline(status: &str) -> Outcome {
    let never_ran = matches!(status, "skipped" | "scheduled");
    Outcome { never_ran, ..Outcome::new(verdict(status)) }
}

/// The outcome of a job; `reason` is its `failure_reason`. A scheduled job will still run.
pub(super) fn job(status: &str, reason: Option<&str>) -> Outcome {
    Outcome {
        verdict: verdict(status),
        infra_failure: reason.is_some_and(|reason| INFRA_FAILURES.contains(&reason)),
        never_ran: matches!(status, "skipped" | "manual"),
    }
}

/// The trigger of a pipeline by its `source`.
pub(super) fn trigger(source: Option<&str>) -> Trigger {
    match source {
        Some("schedule") => Trigger::Schedule,
        Some("merge_request_event") => Trigger::MergeRequest,
        _ => Trigger::Push,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_verdict() {
        let running = [
            "created",
            "waiting_for_resource",
            "preparing",
            "pending",
            "running",
            "waiting_for_callback",
            "canceling",
        ];
        for (of, statuses) in [
            (Verdict::Passed, &["success"][..]),
            (Verdict::Failed, &["failed"]),
            (Verdict::Running, &running),
            (Verdict::Stopped, &["canceled", "skipped", "manual", "scheduled"]),
            // Words of other platforms.
            (Verdict::Unknown, &["", "frobnicated", "neutral", "SUCCESS", "flaky"]),
        ] {
            for status in statuses {
                assert_eq!(verdict(status), of, "{status}");
            }
        }
    }

    #[test]
    fn a_job_that_waits_for_its_time_will_run_and_its_pipeline_may_not() {
        assert!(pipeline("scheduled").never_ran && !job("scheduled", None).never_ran);
        assert!(job("manual", None).never_ran && !pipeline("canceled").never_ran);
        assert!(!pipeline(BLOCKED).never_ran);
    }

    #[test]
    fn reasons_tell_whose_failure_it_is() {
        assert!(job("failed", Some("runner_system_failure")).infra_failure);
        assert!(!job("failed", Some("script_failure")).infra_failure);
        assert!(!job("failed", None).infra_failure);
    }
}
