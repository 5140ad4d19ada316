//! Gitea's vocabulary: the states of a commit's statuses.

use crate::run::Outcome;
use flaky_core::verdict::Verdict;

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
