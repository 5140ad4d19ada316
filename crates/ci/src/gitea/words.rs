//! Gitea's vocabulary: the states of a commit's statuses, and the words of Actions that differ from
//! GitHub's.

use crate::github::words as actions;
use crate::run::{Outcome, Trigger};
use flaky_core::hash::fnv1a;
use flaky_core::verdict::Verdict;

/// The bits of the number of a workflow, all of which a number in JavaScript has too.
const WORKFLOW_BITS: u32 = 53;

/// The outcome of a status. Only the description distinguishes a cancelled job from a failed one.
pub(super) fn status(state: &str, description: Option<&str>) -> Outcome {
    let description = description.unwrap_or_default().to_ascii_lowercase();
    let is_cancelled =
        description.starts_with("cancel") || description.starts_with("has been cancel");
    Outcome {
        never_ran: state == "skipped",
        ..Outcome::new(match state {
            "success" | "warning" => Verdict::Passed,
            "failure" | "error" if is_cancelled => Verdict::Stopped,
            "failure" | "error" => Verdict::Failed,
            "pending" => Verdict::Running,
            "skipped" => Verdict::Stopped,
            _ => Verdict::Unknown,
        })
    }
}

/// The relevant word of a run or a job, as for GitHub. The conclusion is empty until there is one.
pub(super) fn of_actions(status: Option<&str>, conclusion: Option<String>) -> String {
    actions::word(status, conclusion.filter(|word| !word.is_empty()))
}

/// GitHub's word for a status of Forgejo.
pub(super) fn of_forgejo(status: &str) -> &str {
    match status {
        "running" => actions::RUNNING,
        "blocked" => "waiting",
        _ => status,
    }
}

/// The trigger of a run. Gitea has an event of its own for a push to a pull request.
pub(super) fn trigger(event: Option<&str>) -> Trigger {
    match event {
        Some("pull_request_sync") => Trigger::MergeRequest,
        _ => actions::trigger(event, None),
    }
}

/// A number for the workflow in a file, because runs are told apart by numbers.
pub(super) fn workflow(file: &str) -> Option<u64> {
    (!file.is_empty()).then(|| fnv1a(file.as_bytes()) >> (u64::BITS - WORKFLOW_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_verdict() {
        for (state, of) in [
            ("success", Verdict::Passed),
            ("warning", Verdict::Passed),
            ("failure", Verdict::Failed),
            ("error", Verdict::Failed),
            ("pending", Verdict::Running),
            ("skipped", Verdict::Stopped),
            ("frobnicated", Verdict::Unknown),
            ("", Verdict::Unknown),
        ] {
            assert_eq!(status(state, None).verdict, of, "{state}");
        }
        assert!(status("skipped", None).never_ran);
    }

    #[test]
    fn the_description_tells_what_was_cancelled() {
        for description in ["Has been cancelled", "cancelled by user", "Canceled"] {
            assert_eq!(status("failure", Some(description)).verdict, Verdict::Stopped);
            assert_eq!(status("success", Some(description)).verdict, Verdict::Passed);
        }
        assert_eq!(status("failure", Some("Failing after 3s")).verdict, Verdict::Failed);
    }
}
