//! Jenkins' vocabulary: the results of builds, the colours of jobs.

use crate::run::Outcome;
use flaky_core::verdict::Verdict;

/// The outcome of a build; `result` is its lowercase result or "running".
pub(super) fn build(result: &str) -> Outcome {
    Outcome {
        never_ran: result == "not_built",
        ..Outcome::new(match result {
            "success" => Verdict::Passed,
            "failure" | "unstable" => Verdict::Failed,
            "running" => Verdict::Running,
            "aborted" | "not_built" => Verdict::Stopped,
            _ => Verdict::Unknown,
        })
    }
}

/// The verdict for the colour of a job's status ball; `None` if the job never ran. The ball blinks
/// while a build is running.
pub(super) fn color(color: &str) -> Option<Verdict> {
    let (color, blinks) = match color.strip_suffix("_anime") {
        Some(color) => (color, true),
        None => (color, false),
    };
    Some(match color {
        _ if blinks => Verdict::Running,
        "blue" | "green" => Verdict::Passed,
        "red" | "yellow" => Verdict::Failed,
        "aborted" | "disabled" => Verdict::Stopped,
        "notbuilt" | "grey" => return None,
        _ => Verdict::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_a_verdict() {
        for (result, of) in [
            ("success", Verdict::Passed),
            ("failure", Verdict::Failed),
            ("unstable", Verdict::Failed),
            ("running", Verdict::Running),
            ("aborted", Verdict::Stopped),
            ("not_built", Verdict::Stopped),
            ("frobnicated", Verdict::Unknown),
        ] {
            assert_eq!(build(result).verdict, of, "{result}");
        }
        assert!(build("not_built").never_ran && !build("aborted").never_ran);
    }

    #[test]
    fn every_colour_has_a_verdict() {
        for (of, colors) in [
            (Some(Verdict::Passed), &["blue", "green"][..]),
            (Some(Verdict::Failed), &["red", "yellow"]),
            (Some(Verdict::Running), &["blue_anime", "grey_anime", "aborted_anime"]),
            (Some(Verdict::Stopped), &["aborted", "disabled"]),
            (Some(Verdict::Unknown), &["pink", ""]),
            (None, &["notbuilt", "grey"]),
        ] {
            for name in colors {
                assert_eq!(color(name), of, "{name}");
            }
        }
    }
}
