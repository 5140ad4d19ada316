//! Files kept between runs, in the user's cache directory.
//!
//! Every file has the same format: a magic number, the version of the format, the key, the payload
//! and a CRC-32 of all of it. The key is JSON: the kind of the file, the version of its payload,
//! and everything else that the payload depends on. The file name is a hash of the key that is the
//! same in all builds. The key is compared when the file is read, so hash collisions do no harm.
//!
//! A file that is damaged, too large, of another version or not written by a store counts as
//! missing and is replaced by the next write. Files are replaced atomically. The directory's size
//! is limited: the least recently used files are removed first. Every run that uses the directory
//! removes the temporary files that killed runs have left.

mod records;
mod usage;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flaky_core::hash::fnv1a;
use flate2::Crc;
use serde::Serialize;

use crate::output::atomic::{AtomicFile, Mode};

pub(crate) use records::Records;
pub(crate) use usage::Usage;

const MAGIC: &[u8; 12] = b"flaky store\n";
const FORMAT_VERSION: u32 = 1;
/// Size of the numbers in a file: format version, length of the key, checksum.
const NUMBER: usize = size_of::<u32>();
/// Extension of the files; the stem has 16 hexadecimal digits.
const EXTENSION: &str = "store";
/// Maximum number of files and bytes in the directory.
const MAX_BYTES: u64 = 64 << 20;
const MAX_FILES: usize = 1000;
/// Age from which a temporary file is one that a killed run has left. Writing takes less than a
/// second.
const ABANDONED: Duration = Duration::from_secs(15 * 60);

/// A directory of files.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    max_bytes: u64,
    max_files: usize,
}

impl Store {
    /// The user's cache directory for this program, if the system has one.
    pub(crate) fn user_folder() -> Option<PathBuf> {
        dirs::cache_dir().map(|folder| folder.join("flaky"))
    }

    /// The store in this directory. The first write creates it.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), max_bytes: MAX_BYTES, max_files: MAX_FILES }
    }

    /// The file of this kind and key. Increase `version` when the payload changes incompatibly.
    pub fn file(&self, kind: &str, version: u32, key: &impl Serialize) -> StoredFile {
        let key = serde_json::to_string(&(kind, version, key)).unwrap_or_default();
        let path = self.folder.join(format!("{:016x}.{EXTENSION}", fnv1a(key.as_bytes())));
        StoredFile { store: self.clone(), path, key }
    }

    /// Removes the temporary files of killed runs, then the least recently used files until the
    /// rest is within the limits.
    fn prune(&self) -> io::Result<()> {
        let now = SystemTime::now();
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let path = entry.path();
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file);
            let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            let (Some(metadata), Some(modified)) = (metadata, modified) else { continue };
            if is_temporary(&path) {
                let age = now.duration_since(modified).unwrap_or_default();
                if age >= ABANDONED {
                    // If another run has removed it, so much the better.
                    let _ = fs::remove_file(path);
                }
            } else if is_ours(&path) {
                files.push((modified, metadata.len(), path));
            }
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
        let mut count = files.len();
        for (_, length, path) in files {
            if bytes <= self.max_bytes && count <= self.max_files {
                break;
            }
            match fs::remove_file(path) {
                // Another run has removed it.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => (bytes, count) = (bytes - length, count - 1),
            }
        }
        Ok(())
    }
}

/// A file of a [`Store`], which need not exist.
#[derive(Clone, Debug)]
pub struct StoredFile {
    store: Store,
    path: PathBuf,
    key: String,
}

impl StoredFile {
    /// Reads the payload; `None` if there is no valid file.
    pub fn read(&self) -> Option<Vec<u8>> {
        // Reading a pipe or a device might never end.
        if !fs::symlink_metadata(&self.path).ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let file = File::open(&self.path).ok()?;
        file.take(self.store.max_bytes).read_to_end(&mut bytes).ok()?;
        let payload = payload(&bytes, &self.key)?;
        let (start, end) = (bytes.len() - NUMBER - payload.len(), bytes.len() - NUMBER);
        bytes.truncate(end);
        bytes.drain(..start);
        Some(bytes)
    }

    /// Replaces the file, and removes others if the directory has become too large.
    ///
    /// # Errors
    /// Fails if the payload exceeds the directory's limit, or the directory cannot be written.
    pub fn write(&self, payload: &[u8]) -> io::Result<()> {
        let start = header(&self.key);
        let length = (start.len() + payload.len() + NUMBER) as u64;
        if length > self.store.max_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut crc = Crc::new();
        crc.update(&start);
        crc.update(payload);
        fs::create_dir_all(&self.store.folder)?;
        let mut file = AtomicFile::create(&self.path, Mode::Private)?;
        file.write_all(&start)?;
        file.write_all(payload)?;
        file.write_all(&crc.sum().to_le_bytes())?;
        file.commit()?;
        self.store.prune()
    }

    /// Marks the file as used now, so that it is removed later than others, and removes others as
    /// [`write`](Self::write) does.
    ///
    /// # Errors
    /// Fails if the file cannot be opened, its modification time cannot be set, or the directory
    /// cannot be written.
    pub(crate) fn touch(&self) -> io::Result<()> {
        File::options().append(true).open(&self.path)?.set_modified(SystemTime::now())?;
        self.store.prune()
    }
}

fn header(key: &str) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend((key.len() as u32).to_le_bytes());
    bytes.extend(key.as_bytes());
    bytes
}

/// Extracts the payload of a valid file with this key.
fn payload<'a>(file: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let (content, checksum) = file.split_at_checked(file.len().checked_sub(NUMBER)?)?;
    let mut crc = Crc::new();
    crc.update(content);
    if crc.sum().to_le_bytes() != checksum {
        return None;
    }
    content.strip_prefix(&*header(key))
}

/// Returns true if a store wrote the file.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split_once('.').is_some_and(|(hash, extension)| {
        hash.len() == 16
            && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
            && extension == EXTENSION
    })
}

/// Returns true if the file is one that is not complete yet.
fn is_temporary(path: &Path) -> bool {
    AtomicFile::is_temporary(&path.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(&folder.path().join("cache"));
        (folder, store)
    }

    fn names(store: &Store) -> Vec<String> {
        let entries = fs::read_dir(&store.folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn age(file: &StoredFile, seconds: u64) {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        File::options().append(true).open(&file.path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_payload_is_read_back_by_its_kind_version_and_key() {
        let (_folder, store) = store();
        let file = store.file("counts", 1, &"a");
        assert_eq!(file.read(), None);
        for payload in [&b""[..], b"some bytes", &[0xff; 5000]] {
            file.write(payload).unwrap();
            assert_eq!(file.read().as_deref(), Some(payload));
        }
        for other in [
            store.file("counts", 1, &"b"),
            store.file("counts", 2, &"a"),
            store.file("records", 1, &"a"),
        ] {
            assert_eq!(other.read(), None);
            // Nor with the same file name: hashes may collide.
            fs::copy(&file.path, &other.path).unwrap();
            assert_eq!(other.read(), None);
        }
    }

    #[test]
    fn names_and_bytes_never_change() {
        let (_folder, store) = store();
        let file = store.file("counts", 1, &("a", [true]));
        file.write(b"payload").unwrap();
        assert_eq!(names(&store), ["94ff9283a62823e5.store"]);
        let bytes = fs::read(&file.path).unwrap();
        let expected = b"flaky store\n\x01\0\0\0\x19\0\0\0[\"counts\",1,[\"a\",[true]]]payload";
        assert_eq!(&bytes[..bytes.len() - NUMBER], expected);
    }

    #[test]
    fn a_file_of_another_format_is_ignored_and_replaced() {
        let (_folder, store) = store();
        let file = store.file("counts", 1, &"a");
        file.write(b"payload").unwrap();
        let valid = fs::read(&file.path).unwrap();
        let mut invalid: Vec<Vec<u8>> = (0..valid.len()).map(|end| valid[..end].to_vec()).collect();
        for at in 0..valid.len() {
            let mut flipped = valid.clone();
            flipped[at] ^= 1;
            invalid.push(flipped);
        }
        // A newer format version with a valid checksum.
        let mut newer = valid[..valid.len() - NUMBER].to_vec();
        newer[MAGIC.len()] += 1;
        let mut crc = Crc::new();
        crc.update(&newer);
        newer.extend(crc.sum().to_le_bytes());
        invalid.push(newer);
        invalid.push([&valid[..], b"more"].concat());
        invalid.push(b"something else".to_vec());
        for bytes in invalid {
            fs::write(&file.path, &bytes).unwrap();
            assert_eq!(file.read(), None, "{bytes:02x?}");
            file.write(b"payload").unwrap();
            assert_eq!(fs::read(&file.path).unwrap(), valid);
        }
    }

    #[test]
    fn a_file_above_the_limit_is_neither_read_nor_written() {
        let (_folder, mut store) = store();
        let file = store.file("counts", 1, &"a");
        file.write(&[1; 100]).unwrap();
        let length = fs::metadata(&file.path).unwrap().len();
        store.max_bytes = length;
        assert!(store.file("counts", 1, &"a").read().is_some());
        store.max_bytes = length - 1;
        let file = store.file("counts", 1, &"a");
        assert_eq!(file.read(), None);
        assert_eq!(file.write(&[1; 100]).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn the_files_used_least_recently_go_first_and_foreign_ones_stay() {
        let (_folder, mut store) = store();
        store.max_files = 3;
        let files: Vec<StoredFile> = (0..4).map(|n| store.file("counts", 1, &n)).collect();
        for (file, age_s) in files.iter().zip([400, 300, 200]) {
            file.write(b"payload").unwrap();
            age(file, age_s);
        }
        files[0].touch().unwrap();
        let foreign = ["0123456789abcdef.txt", "notes.store", "README"];
        for name in foreign {
            fs::write(store.folder.join(name), vec![0; 1000]).unwrap();
        }
        files[3].write(b"payload").unwrap();
        let kept: Vec<bool> = files.iter().map(|file| file.read().is_some()).collect();
        assert_eq!(kept, [true, false, true, true]);
        assert!(foreign.iter().all(|name| store.folder.join(name).exists()));

        store.max_bytes = 100;
        store.file("counts", 1, &3).write(b"payload").unwrap();
        let kept: Vec<bool> = files.iter().map(|file| file.read().is_some()).collect();
        assert_eq!(kept, [true, false, false, true]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_by_the_next() {
        let (_folder, store) = store();
        let file = store.file("counts", 1, &"a");
        file.write(b"payload").unwrap();
        let place = |name: &str, age_s: u64| {
            let path = store.folder.join(name);
            fs::write(&path, "unfinished").unwrap();
            let time = SystemTime::now() - Duration::from_secs(age_s);
            File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        };
        let day_s = 86_400;
        let abandoned = || place(".flaky-abc123.tmp", day_s);
        // Another run may still be writing, and others' files are none of ours.
        place(".flaky-young1.tmp", 60);
        place(".other-abc123.tmp", day_s);
        place(".flaky-abc123.txt", day_s);
        let expected = names(&store);
        abandoned();
        file.write(b"payload").unwrap();
        assert_eq!(names(&store), expected);
        abandoned();
        file.touch().unwrap();
        assert_eq!(names(&store), expected);
        assert!(file.read().is_some());
    }
}
