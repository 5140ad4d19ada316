//! Deletes what is old, in small steps.
//!
//! A step looks at a bounded number of the oldest rows, in one short transaction, and deletes those that
//! are not the newest of their kind. The rows that stay would be looked at again and again, so the next
//! step begins where the last has ended; at the end of the old rows it begins anew.

use std::sync::PoisonError;

use jiff::Timestamp;

use super::{Engine, Store, StoreError, page, rows, sql};

/// The place in the order of rows at which something ends: a time and a number.
type Place = (i64, i64);

/// How far runs and test reports have been looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    runs: Place,
    reports: Place,
}

impl Default for Progress {
    fn default() -> Self {
        Self { runs: BEGIN, reports: BEGIN }
    }
}

#[cfg(test)]
impl Progress {
    pub(super) fn runs(&self) -> Place {
        self.runs
    }
}

const BEGIN: Place = (i64::MIN, i64::MIN);

impl Store {
    /// Deletes at most `most` runs and test reports that are older than a time, but never the newest run
    /// of a branch, for each workflow and trigger, nor the test reports of its newest run. Returns the
    /// number of deleted rows; 0 if there are no more.
    ///
    /// # Errors
    /// Fails if the database does.
    pub(crate) async fn prune(&self, before: Timestamp, most: usize) -> Result<usize, StoreError> {
        let before = before.as_microsecond();
        let runs = [sql::RUNS_TO_PRUNE, sql::PRUNE_RUNS];
        let reports = [sql::REPORTS_TO_PRUNE, sql::PRUNE_REPORTS];
        let mut deleted = self.sweep(runs, before, most, |progress| &mut progress.runs).await?;
        if deleted == 0 {
            deleted = self.sweep(reports, before, most, |progress| &mut progress.reports).await?;
        }
        match &self.engine {
            Engine::Sqlite(sqlite) if deleted > 0 => sqlite.shrink(most).await?,
            Engine::Sqlite(_) | Engine::Postgres(_) => {}
        }
        Ok(deleted)
    }

    /// Goes on in steps until one has deleted something, or the end of the old rows is reached.
    async fn sweep(
        &self,
        [find, delete]: [&'static str; 2],
        before: i64,
        most: usize,
        place: fn(&mut Progress) -> &mut Place,
    ) -> Result<usize, StoreError> {
        let progress = || self.pruned.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let from = *place(&mut progress());
            let offset = page(most.saturating_sub(1));
            let values = vec![from.0.into(), from.1.into(), before.into(), offset];
            let last = self.read(find, values, rows::pair).await?.first().copied();
            // Fewer rows than a step are left: all that are older than the time.
            let to = last.unwrap_or((before.saturating_sub(1), i64::MAX));
            let values = [from.0, from.1, to.0, to.1].map(Into::into).to_vec();
            let deleted = self.execute(delete, values).await?;
            *place(&mut progress()) = if last.is_some() { to } else { BEGIN };
            if deleted > 0 || last.is_none() {
                return Ok(deleted);
            }
        }
    }
}
