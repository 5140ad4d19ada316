//! The tests that failed in a run, as far as posted reports tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The tests that flaked and those that failed, by name, each with its failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TestSigns {
    pub flaked: BTreeMap<String, usize>,
    pub failed: BTreeMap<String, usize>,
}

impl TestSigns {
    pub(super) fn is_empty(&self) -> bool {
        self.flaked.is_empty() && self.failed.is_empty()
    }

    /// Combines two reports of one run; see [`super::Run::merge`].
    pub(super) fn merge(self, other: Self) -> Self {
        Self { flaked: merge(self.flaked, other.flaked), failed: merge(self.failed, other.failed) }
    }
}

fn merge(
    mut one: BTreeMap<String, usize>,
    other: BTreeMap<String, usize>,
) -> BTreeMap<String, usize> {
    for (test, failures) in other {
        let known = one.entry(test).or_default();
        *known = failures.max(*known);
    }
    one
}
