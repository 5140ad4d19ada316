//! Runs that nobody finishes: a runner is lost, or the message about the end is.
//!
//! Whether a run is one of them depends on the time, so it is decided when runs are judged, and never
//! stored.

use std::time::Duration;

use jiff::Timestamp;

use super::{Outcome, Run, State, Times};
use flaky_core::verdict::Verdict;

/// The beginning of the word for a state that has timed out. The limit follows.
const SILENT: &str = "silent for ";

/// Makes the verdict unknown on runs in progress that have shown no sign of life within `limit`. Returns
/// when the next of the others would time out; `None` if there is none. A run without any time never
/// times out.
pub fn time_out(runs: &mut [Run], limit: Duration, now: Timestamp) -> Option<Timestamp> {
    runs.iter_mut().filter_map(|run| run.time_out(limit, now)).min()
}

impl Run {
    /// Returns when it times out, if that is in the future.
    fn time_out(&mut self, limit: Duration, now: Timestamp) -> Option<Timestamp> {
        if self.state.is_finished() {
            return None;
        }
        let end = self.last_sign()?.checked_add(limit).ok()?;
        if now < end {
            return Some(end);
        }
        let jobs = self.jobs.iter_mut().map(|job| &mut job.state);
        let states = [&mut self.state].into_iter().chain(jobs);
        for state in states.filter(|state| !state.is_finished()) {
            state.word = format!("{SILENT}{}", span(limit));
            state.outcome = Outcome::new(Verdict::Unknown);
        }
        None
    }

    /// The latest of its times and of those of its jobs.
    fn last_sign(&self) -> Option<Timestamp> {
        let of = |times: &Times, state: &State| {
            [times.created, times.started, times.finished, state.as_of].into_iter().max().flatten()
        };
        let jobs = self.jobs.iter().map(|job| of(&job.times, &job.state));
        jobs.chain([of(&self.times, &self.state)]).max().flatten()
    }

    /// The limit in words, if it has timed out.
    pub(crate) fn silence(&self) -> Option<&str> {
        self.state.word.strip_prefix(SILENT).filter(|_| self.verdict() == Verdict::Unknown)
    }
}

/// A duration in the largest unit that measures it exactly: "2 h", "90 min", "45 s".
fn span(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests;
