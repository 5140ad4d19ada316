//! The statuses of a commit as a run: each status is a job, and no message tells the state of all.

use super::{Outcome, Run, RunId, State, gravest};
use flaky_core::verdict::Verdict;

impl Run {
    /// Derives the state of a run of statuses from its jobs, if any are known.
    pub(super) fn settle_statuses(&mut self) {
        let Some(job) = gravest(&self.jobs).filter(|_| matches!(self.key.id, RunId::Commit(_)))
        else {
            return;
        };
        let (word, outcome) = match job.state.outcome {
            Outcome { never_ran: true, .. } => {
                ("skipped", Outcome { never_ran: true, ..Outcome::new(Verdict::Stopped) })
            }
            outcome => (outcome.verdict.word(), Outcome::new(outcome.verdict)),
        };
        let created = self.jobs.iter().filter_map(|job| job.times.created).min();
        let updated = self.jobs.iter().filter_map(|job| job.state.as_of).max();
        self.times.created = created.into_iter().chain(self.times.created).min();
        self.state = State::new(word, outcome, updated, &self.times);
    }
}
