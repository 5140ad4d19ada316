//! The entry points for fuzzing packs and deltas.

use std::fs;
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::TempDir;

use super::{Database, Objects, Replacements, delta as deltas, pack_index};

/// What separates the parts of an input.
const BREAK: &[u8] = b"\n---\n";
/// The longest result of a delta, in bytes.
const LONGEST: u64 = 1 << 20;

/// A base and a delta of it. Returns true if the delta can be applied.
pub(crate) fn delta(bytes: &[u8]) -> bool {
    let parts = parts(bytes);
    deltas::apply(parts[0], parts[parts.len() - 1], LONGEST).is_ok()
}

/// A pack and its index. Returns true if every object in it can be read.
pub(crate) fn pack(bytes: &[u8]) -> bool {
    static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(folder.path().join("pack")).expect("a directory in it");
        Mutex::new(folder)
    });
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    let parts = parts(bytes);
    for (name, content) in [("pack/a.pack", parts[0]), ("pack/a.idx", parts[parts.len() - 1])] {
        fs::write(folder.path().join(name), content).expect("a file in it");
    }
    let database = Database {
        folders: Vec::new(),
        packs: pack_index::all(folder.path()),
        replacements: Replacements::default(),
    };
    let mut objects = Objects::new(&database);
    let ids: Vec<_> =
        (0..=255_u8).flat_map(|first| objects.beginning_with(&format!("{first:02x}"))).collect();
    !ids.is_empty() && ids.into_iter().all(|id| objects.any(id).is_ok())
}

/// The parts of an input, at least one.
pub(in crate::history) fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = memchr::memmem::find(bytes, BREAK) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + BREAK.len()..];
    }
    parts.push(bytes);
    parts
}
