//! Counts of earlier runs, kept in the user's cache directory.
//!
//! A commit never changes, so its counts never do. There is one file for each repository and set of
//! settings. It is read and replaced as a whole. After concurrent runs, the counts of the last one
//! are kept.

mod records;

use std::fs;
use std::io;
use std::path::Path;

use super::churn::Comparison;
use super::exclude::Exclusions;
use super::{Commit, History};
use crate::store::{Store, StoredFile};
use records::Records;

/// Version of the payload: the records, and how they are counted.
const VERSION: u32 = 3;

/// The counts of one repository.
#[derive(Debug)]
pub struct Cache {
    file: StoredFile,
    known: Records,
}

impl Cache {
    /// Opens the counts of the repository with this common directory, for these settings.
    pub fn open(
        store: &Store,
        repository: &Path,
        exclusions: &Exclusions,
        first_parent: bool,
    ) -> Self {
        let path = fs::canonicalize(repository).unwrap_or_else(|_| repository.to_path_buf());
        let path = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        let file = store.file("counts", VERSION, &(path, exclusions.patterns(), first_parent));
        let known = read(&file);
        Self { file, known }
    }

    /// Fills in the known counts and returns the remaining comparisons.
    pub fn recall(&self, comparisons: Vec<Comparison>, history: &mut History) -> Vec<Comparison> {
        comparisons
            .into_iter()
            .filter(|comparison| {
                let commit = &mut history.commits[comparison.commit as usize];
                let Some(counts) = self.known.find(commit.id.bytes()) else { return true };
                commit.churn = counts.churn;
                commit.places = history.places.add(counts.places.into_iter());
                commit.flags.counted = true;
                false
            })
            .collect()
    }

    /// Adds the counts of the commits of `comparisons`.
    ///
    /// # Errors
    /// Fails if the file cannot be written. Only the new counts are lost then.
    pub fn keep(self, comparisons: &[Comparison], history: &History) -> io::Result<()> {
        let counted =
            comparisons.iter().map(|comparison| &history.commits[comparison.commit as usize]);
        let whole = counted
            .filter(|Commit { flags, .. }| flags.counted && !flags.damaged && !flags.estimated);
        let mut new = Records::default();
        for commit in whole {
            new.push(commit, &history.places);
        }
        if new.is_empty() {
            return if self.known.is_empty() { Ok(()) } else { self.file.touch() };
        }
        // Another run may have replaced the file since.
        let mut known = read(&self.file);
        if known.is_empty() {
            known = self.known;
        }
        self.file.write(&known.merged(&new))
    }
}

/// The records of a file; none if it is missing.
fn read(file: &StoredFile) -> Records {
    file.read().map(Records::parse).unwrap_or_default()
}
