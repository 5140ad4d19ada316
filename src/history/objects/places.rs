//! Where objects are: directories, alternates, and objects that stand for others.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use super::super::error::Error;
use super::super::files;

/// Number of alternates of alternates that are followed, as in git.
const MAX_DEPTH: usize = 5;
/// Number of directories of objects that are used.
const MAX_FOLDERS: usize = 1000;
/// Number of objects that may stand for each other, as in git.
const MAX_REPLACEMENTS: usize = 5;

/// Objects that are read in place of others.
pub(super) type Replacements = BTreeMap<Oid, Oid>;

/// The directories of objects: the repository's own, then its alternates, without duplicates.
pub(super) fn folders(repository: &Repository) -> Result<Vec<PathBuf>, Error> {
    let own = env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let own = own.unwrap_or_else(|| repository.commondir().join("objects"));
    let mut folders = Vec::new();
    add(&mut folders, &own, MAX_DEPTH)?;
    if let Some(others) = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        for other in env::split_paths(&others) {
            add(&mut folders, &other, MAX_DEPTH)?;
        }
    }
    Ok(folders)
}

fn add(folders: &mut Vec<PathBuf>, folder: &Path, depth: usize) -> Result<(), Error> {
    if folders.len() == MAX_FOLDERS || folders.iter().any(|known| known == folder) {
        return Ok(());
    }
    let list = files::read(&folder.join("info/alternates"))?.unwrap_or_default();
    folders.push(folder.to_path_buf());
    for line in String::from_utf8_lossy(&list).lines() {
        let line = line.trim_end_matches('\r');
        if depth > 0 && !line.is_empty() && !line.starts_with('#') {
            add(folders, &folder.join(line), depth - 1)?;
        }
    }
    Ok(())
}

/// What `git replace` has recorded, unless the user has turned that off.
pub(super) fn replacements(repository: &Repository) -> Replacements {
    let off = || repository.config().ok()?.get_bool("core.useReplaceRefs").ok();
    if env::var_os("GIT_NO_REPLACE_OBJECTS").is_some() || off() == Some(false) {
        return Replacements::new();
    }
    let Ok(references) = repository.references_glob("refs/replace/*") else {
        return Replacements::new();
    };
    let direct: Replacements = references
        .flatten()
        .filter_map(|reference| {
            let replaced = Path::new(reference.name().ok()?).file_name()?.to_str()?;
            Some((Oid::from_str(replaced).ok()?, reference.target()?))
        })
        .collect();
    let last = |id: Oid| {
        let mut id = id;
        for _ in 0..MAX_REPLACEMENTS {
            id = *direct.get(&id).unwrap_or(&id);
        }
        id
    };
    direct.keys().map(|id| (*id, last(*id))).collect()
}
