//! The commits that pipelines have built, about which posted test reports do not decide.

use std::collections::BTreeSet;

use crate::run::Run;

/// The commits with a pipeline that ran, each with its branch. Empty if there are no reports.
pub(super) struct Built(BTreeSet<(String, Option<String>)>);

impl Built {
    pub(super) fn new(runs: &[Run]) -> Self {
        if !runs.iter().any(Run::is_of_reports) {
            return Self(BTreeSet::new());
        }
        let ran = |run: &&Run| !run.is_of_reports() && !run.state.outcome.never_ran;
        Self(runs.iter().filter(ran).filter_map(commit).collect())
    }

    /// Returns true if a run may decide: a pipeline may, and reports of a commit that only they know. A
    /// pipeline knows which of its tests may fail.
    pub(super) fn lets_decide(&self, run: &Run) -> bool {
        !run.is_of_reports() || !commit(run).is_some_and(|commit| self.0.contains(&commit))
    }
}

fn commit(run: &Run) -> Option<(String, Option<String>)> {
    Some((run.sha.clone()?, run.kind.git_ref.clone()))
}
