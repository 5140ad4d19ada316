//! What has been counted before, kept in the user's cache folder.
//!
//! A commit never changes, so neither does what it changed. There is one file a repository and
//! way of counting; it is read whole, checked, and replaced whole, so runs at the same time do
//! each other no harm: the last one's results stay. Whatever is wrong with a file, it is as if
//! it were not there.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::Crc;
use tempfile::NamedTempFile;

use super::churn::Job;
use super::weight::Weight;
use super::{Churn, Commit};

/// The first bytes of a file; a new way of counting gets a new number.
const MAGIC: &[u8; 16] = b"flaky churn v1\n\0";
const EXTENSION: &str = "churn";
/// The length of an id in a file; only git2's repositories are kept, whose ids are SHA-1's.
const ID: usize = 20;
/// An id and four numbers.
const RECORD: usize = ID + 4 * size_of::<u32>();
const CHECKSUM: usize = size_of::<u32>();
/// How much the folder may hold, in bytes; the files that were used least recently go first.
const MOST_BYTES: u64 = 64 << 20;

/// The results of one repository.
#[derive(Debug)]
pub struct Cache {
    file: PathBuf,
    /// Sorted records.
    known: Vec<u8>,
}

impl Cache {
    /// The user's folder for it, where the system has one.
    pub fn folder() -> Option<PathBuf> {
        dirs::cache_dir().map(|folder| folder.join("flaky"))
    }

    /// What is known of the repository whose common folder is `repository`, counted this way.
    pub fn open(folder: &Path, repository: &Path, weight: &Weight, first_parent: bool) -> Self {
        let mut hasher = DefaultHasher::new();
        let place = fs::canonicalize(repository).unwrap_or_else(|_| repository.to_path_buf());
        (place, weight.patterns(), first_parent).hash(&mut hasher);
        let file = folder.join(format!("{:016x}.{EXTENSION}", hasher.finish()));
        let known = read(&file).unwrap_or_default();
        Self { file, known }
    }

    /// Fills in what is known; returns the jobs that remain.
    pub fn recall(&self, jobs: Vec<Job>, commits: &mut [Commit]) -> Vec<Job> {
        jobs.into_iter()
            .filter(|job| {
                let commit = &mut commits[job.commit as usize];
                let Some(churn) = self.find(commit.id.bytes()) else { return true };
                commit.churn = churn;
                commit.traits.counted = true;
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

    /// Keeps what `jobs` have found, beside what was known.
    ///
    /// # Errors
    /// Where the folder cannot be written; the results are lost then, and nothing else.
    pub fn keep(self, jobs: &[Job], commits: &[Commit]) -> io::Result<()> {
        let counted = jobs.iter().map(|job| &commits[job.commit as usize]);
        let whole = counted.filter(|commit| commit.traits.counted && !commit.traits.damaged);
        let new: Vec<[u8; RECORD]> = whole.map(record).collect();
        if new.is_empty() {
            if self.known.is_empty() {
                return Ok(());
            }
            // Used again, if not changed.
            return fs::File::options()
                .append(true)
                .open(&self.file)?
                .set_modified(SystemTime::now());
        }
        // Somebody else may have written since.
        let known = read(&self.file).unwrap_or(self.known);
        let mut records = known.as_chunks::<RECORD>().0.to_vec();
        records.extend(new);
        records.sort_unstable();
        records.dedup_by(|a, b| a[..ID] == b[..ID]);
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        let body = records.as_flattened();
        let mut crc = Crc::new();
        crc.update(body);
        file.write_all(MAGIC)?;
        file.write_all(body)?;
        file.write_all(&crc.sum().to_le_bytes())?;
        file.persist(&self.file)?;
        tidy(folder)
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

/// The records of a file that is whole.
fn read(file: &Path) -> Option<Vec<u8>> {
    // Anything else than a file of ours might never end.
    if !fs::symlink_metadata(file).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(file).ok()?.take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    let body = bytes.strip_prefix(MAGIC)?;
    let (body, checksum) = body.split_at_checked(body.len().checked_sub(CHECKSUM)?)?;
    let mut crc = Crc::new();
    crc.update(body);
    if crc.sum().to_le_bytes() != checksum || !body.len().is_multiple_of(RECORD) {
        return None;
    }
    let end = MAGIC.len() + body.len();
    bytes.truncate(end);
    bytes.drain(..MAGIC.len());
    Some(bytes)
}

/// Removes the files that were used least recently until the rest is small enough.
fn tidy(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(folder)?
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|it| it == EXTENSION))
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in files {
        if total <= MOST_BYTES {
            break;
        }
        fs::remove_file(path)?;
        total -= bytes;
    }
    Ok(())
}
