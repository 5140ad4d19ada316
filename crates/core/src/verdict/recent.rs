//! The latest runs of a project, each of which is a beat of its picture.

use std::fmt::Write;

use serde::Serialize;

use super::Verdict;

/// The outcomes of runs, in the order in which a legend counts them.
const OUTCOMES: [Verdict; 4] = [Verdict::Passed, Verdict::Flaky, Verdict::Failed, Verdict::Stopped];

/// One of the latest runs. The caller must sanitise the URL.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecentRun {
    /// The verdict on it: passed, flaky, failed, stopped or running.
    pub verdict: Verdict,
    /// Its number on the server, if it has one.
    pub number: Option<u64>,
    /// The commit, abbreviated.
    pub commit: Option<String>,
    /// The time of its end in RFC 3339, or of its last change if the end is not known.
    pub finished: Option<String>,
    /// The time it took, in seconds.
    pub duration_s: Option<f64>,
    /// The URL of its page.
    pub url: Option<String>,
}

impl RecentRun {
    fn is_finished(&self) -> bool {
        OUTCOMES.contains(&self.verdict)
    }
}

/// The last `most` finished runs of `runs`, which are oldest first, and those in progress after them.
pub(crate) fn latest(runs: &[RecentRun], most: usize) -> &[RecentRun] {
    let finished = runs.iter().enumerate().rev().filter(|(_, run)| run.is_finished());
    &runs[finished.take(most).last().map_or(0, |(at, _)| at)..]
}

/// The runs as a sentence: "last 16: 14 passed, 1 flaky, 1 failed".
pub(crate) fn legend(runs: &[RecentRun]) -> String {
    let count = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let finished = runs.iter().filter(|run| run.is_finished()).count();
    let mut counts: Vec<String> = OUTCOMES
        .iter()
        .filter(|verdict| count(**verdict) > 0)
        .map(|verdict| format!("{} {verdict}", count(*verdict)))
        .collect();
    if count(Verdict::Running) > 0 {
        counts.push(format!("{} running", count(Verdict::Running)));
    }
    let mut legend = String::new();
    let _ = match finished {
        0 => write!(legend, "none finished: "),
        _ => write!(legend, "last {finished}: "),
    };
    legend + &counts.join(", ")
}

/// The share of runs with a result that passed at once, in percent; `None` if none has a result. It
/// is 0 or 100 only if none or all of them did.
pub(crate) fn pass_rate(runs: &[RecentRun]) -> Option<u32> {
    let decided = runs.iter().filter(|run| run.verdict.is_decided()).count();
    let passed = runs.iter().filter(|run| run.verdict == Verdict::Passed).count();
    match (passed, decided) {
        (_, 0) => None,
        (0, _) => Some(0),
        (passed, decided) if passed == decided => Some(100),
        _ => Some(((100.0 * passed as f64 / decided as f64).round() as u32).clamp(1, 99)),
    }
}

#[cfg(test)]
mod tests {
    use super::{RecentRun, latest, legend, pass_rate};
    use crate::verdict::Verdict::{self, Failed, Flaky, Passed, Running, Stopped};

    fn runs(verdicts: &[Verdict]) -> Vec<RecentRun> {
        let run = |verdict: &Verdict| RecentRun {
            verdict: *verdict,
            number: None,
            commit: None,
            finished: None,
            duration_s: None,
            url: None,
        };
        verdicts.iter().map(run).collect()
    }

    #[test]
    fn the_legend_counts_every_outcome() {
        let mut verdicts = vec![Passed; 13];
        verdicts.extend([Flaky, Failed, Stopped]);
        assert_eq!(legend(&runs(&verdicts)), "last 16: 13 passed, 1 flaky, 1 failed, 1 stopped");
        assert_eq!(legend(&runs(&[Failed, Running])), "last 1: 1 failed, 1 running");
        assert_eq!(legend(&runs(&[Running])), "none finished: 1 running");
    }

    #[test]
    fn the_latest_are_the_finished_ones_and_what_runs() {
        let all = runs(&[Failed, Passed, Passed, Stopped, Running]);
        assert_eq!(latest(&all, 2).len(), 3);
        assert_eq!(latest(&all, 9).len(), 5);
        assert_eq!(latest(&all[..4], 1), &all[3..4]);
        assert_eq!(latest(&all[4..], 16), &all[4..]);
        assert!(latest(&[], 16).is_empty());
    }

    #[test]
    fn the_pass_rate_is_100_only_if_all_passed() {
        assert_eq!(pass_rate(&runs(&[Stopped, Running])), None);
        assert_eq!(pass_rate(&runs(&[Passed, Stopped, Running])), Some(100));
        assert_eq!(pass_rate(&runs(&[Failed, Flaky])), Some(0));
        assert_eq!(pass_rate(&runs(&[Passed, Passed, Flaky])), Some(67));
        let mut many = vec![Passed; 999];
        many.push(Failed);
        assert_eq!(pass_rate(&runs(&many)), Some(99));
    }
}
