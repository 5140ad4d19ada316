//! The latest runs of a project, each of which is a beat of its picture. The caller must sanitise
//! URLs.

use std::fmt::Write;

use serde::Serialize;

use super::Verdict;

/// The outcomes of runs and their words, in the order in which a legend counts them. A run that was
/// stopped is called cancelled, as in the notes.
const OUTCOMES: [(Verdict, &str); 4] = [
    (Verdict::Passed, "passed"),
    (Verdict::Flaky, "flaky"),
    (Verdict::Failed, "failed"),
    (Verdict::Stopped, "cancelled"),
];

/// One of the latest pipelines; on GitHub, all workflow runs of a push.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct RecentRun {
    /// The verdict on it: passed, flaky, failed, stopped or running.
    pub verdict: Verdict,
    /// Its number on the server, if it has one.
    pub number: Option<u64>,
    /// The commit, abbreviated.
    pub commit: Option<String>,
    /// The time of its end in RFC 3339, or of its last change if the end is not known.
    #[cfg_attr(feature = "schemas", schemars(extend("format" = "date-time")))]
    pub finished: Option<String>,
    /// The time it took, in seconds; on GitLab, with the time in the queue.
    pub duration_s: Option<f64>,
    /// The URL of its page.
    pub url: Option<String>,
}

impl RecentRun {
    fn is_finished(&self) -> bool {
        OUTCOMES.iter().any(|(verdict, _)| *verdict == self.verdict)
    }
}

/// The last `most` finished runs of `runs`, which are oldest first, and those in progress after them.
pub(crate) fn latest(runs: &[RecentRun], most: usize) -> &[RecentRun] {
    let finished = runs.iter().enumerate().rev().filter(|(_, run)| run.is_finished());
    &runs[finished.take(most).last().map_or(0, |(at, _)| at)..]
}

/// The runs as a sentence: "last 16: 14 passed, 1 flaky, 1 failed; 1 running". The numbers of finished
/// runs add up to the first.
pub(crate) fn legend(runs: &[RecentRun]) -> String {
    let count = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let counts: Vec<(usize, &str)> = OUTCOMES
        .iter()
        .map(|(verdict, word)| (count(*verdict), *word))
        .filter(|(count, _)| *count > 0)
        .collect();
    let mut legend = match counts[..] {
        [] => "none finished".to_string(),
        [(1, word)] => format!("last pipeline: {word}"),
        _ => {
            let finished: usize = counts.iter().map(|(count, _)| count).sum();
            let counts: Vec<String> =
                counts.iter().map(|(count, word)| format!("{count} {word}")).collect();
            format!("last {finished}: {}", counts.join(", "))
        }
    };
    let running = count(Verdict::Running);
    if running > 0 {
        let _ = write!(legend, "; {running} running");
    }
    legend
}

/// The share of runs with a result that ended green, in percent; `None` if none has a result. A flaky
/// run ended green: it passed in the end. The share is 0 or 100 only if none or all of them did.
pub(crate) fn green_rate(runs: &[RecentRun]) -> Option<u32> {
    let decided = runs.iter().filter(|run| run.verdict.is_decided()).count();
    let failed = runs.iter().filter(|run| run.verdict == Verdict::Failed).count();
    match (decided - failed, decided) {
        (_, 0) => None,
        (0, _) => Some(0),
        (green, decided) if green == decided => Some(100),
        (green, decided) => {
            Some(((100.0 * green as f64 / decided as f64).round() as u32).clamp(1, 99))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RecentRun, green_rate, latest, legend};
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
        assert_eq!(legend(&runs(&verdicts)), "last 16: 13 passed, 1 flaky, 1 failed, 1 cancelled");
        verdicts.push(Running);
        assert!(legend(&runs(&verdicts)).ends_with("1 failed, 1 cancelled; 1 running"));
        assert_eq!(legend(&runs(&[Passed])), "last pipeline: passed");
        assert_eq!(legend(&runs(&[Stopped, Running])), "last pipeline: cancelled; 1 running");
        assert_eq!(legend(&runs(&[Failed, Failed])), "last 2: 2 failed");
        assert_eq!(legend(&runs(&[Running])), "none finished; 1 running");
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
    fn the_green_rate_is_100_only_if_none_failed() {
        assert_eq!(green_rate(&runs(&[Stopped, Running])), None);
        assert_eq!(green_rate(&runs(&[Passed, Stopped, Running])), Some(100));
        assert_eq!(green_rate(&runs(&[Flaky, Flaky])), Some(100));
        assert_eq!(green_rate(&runs(&[Failed, Failed, Stopped])), Some(0));
        assert_eq!(green_rate(&runs(&[Failed, Flaky])), Some(50));
        assert_eq!(green_rate(&runs(&[Passed, Flaky, Failed])), Some(67));
        let mut many = vec![Passed; 999];
        many.push(Failed);
        assert_eq!(green_rate(&runs(&many)), Some(99));
    }
}
