//! Counts of earlier runs, kept in the user's cache directory.
//!
//! A commit never changes, so its counts never do. There is one file for each repository and set of
//! settings. It is read and replaced as a whole. After concurrent runs, the counts of the last one
//! are kept.

use std::fs;
use std::io;
use std::path::Path;

use super::churn::Comparison;
use super::exclude::Exclusions;
use super::{Churn, Commit};
use crate::store::{Store, StoredFile};

/// Version of the payload: sorted records of an id and four numbers, and how they are counted.
const VERSION: u32 = 2;
/// Length of an id in bytes. The repositories that libgit2 can open have SHA-1 ids.
const ID: usize = 20;
const RECORD: usize = ID + 4 * size_of::<u32>();

/// The counts of one repository.
#[derive(Debug)]
pub struct Cache {
    file: StoredFile,
    /// Sorted records.
    known: Vec<u8>,
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
    pub fn recall(&self, comparisons: Vec<Comparison>, commits: &mut [Commit]) -> Vec<Comparison> {
        comparisons
            .into_iter()
            .filter(|comparison| {
                let commit = &mut commits[comparison.commit as usize];
                let Some(churn) = self.find(commit.id.bytes()) else { return true };
                commit.churn = churn;
                commit.flags.counted = true;
                false
            })
            .collect()
    }

    fn find(&self, id: &[u8]) -> Option<Churn> {
        let records = self.known.as_chunks::<RECORD>().0;
        let at = records.binary_search_by(|record| record[..ID].cmp(id)).ok()?;
        let number = |n: usize| {
            let bytes = &records[at][ID + 4 * n..][..4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        Some(Churn { files: number(0), added: number(1), removed: number(2), weight: number(3) })
    }

    /// Adds the counts of the commits of `comparisons`.
    ///
    /// # Errors
    /// Fails if the file cannot be written. Only the new counts are lost then.
    pub fn keep(self, comparisons: &[Comparison], commits: &[Commit]) -> io::Result<()> {
        let counted = comparisons.iter().map(|comparison| &commits[comparison.commit as usize]);
        let whole = counted
            .filter(|Commit { flags, .. }| flags.counted && !flags.damaged && !flags.estimated);
        let new: Vec<[u8; RECORD]> = whole.map(record).collect();
        if new.is_empty() {
            return if self.known.is_empty() { Ok(()) } else { self.file.touch() };
        }
        // Another run may have replaced the file since.
        let mut known = read(&self.file);
        if known.is_empty() {
            known = self.known;
        }
        let mut records = known.as_chunks::<RECORD>().0.to_vec();
        records.extend(new);
        records.sort_unstable();
        records.dedup_by(|a, b| a[..ID] == b[..ID]);
        self.file.write(records.as_flattened())
    }
}

fn record(commit: &Commit) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..ID].copy_from_slice(&commit.id.bytes()[..ID]);
    let Churn { files, added, removed, weight } = commit.churn;
    for (place, number) in record[ID..].chunks_mut(4).zip([files, added, removed, weight]) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    record
}

/// The records of a file; none if it is missing.
fn read(file: &StoredFile) -> Vec<u8> {
    file.read().filter(|records| records.len().is_multiple_of(RECORD)).unwrap_or_default()
}
