//! Reads git notes: a tree whose paths are the ids of commits, with or without slashes.

use git2::{ObjectType, Oid, Repository};

use super::Id;
use super::commits::Commits;
use super::error::Error;
use super::objects::Database;
use super::{names, tree};

/// Depth of the deepest directory: one for every byte of an id.
const MAX_DEPTH: usize = 20;
/// Number of entries that are read.
const MAX_ENTRIES: usize = 4 << 20;
/// Maximum part of a note that is read, in bytes.
const MAX_NOTE: usize = 1 << 16;

/// Passes the id of a commit and its note to `visit`, for each note under a reference. Notes that
/// cannot be read are skipped.
///
/// # Errors
/// Fails if there is no such reference to a commit.
pub(super) fn read(
    repository: &Repository,
    reference: &str,
    mut visit: impl FnMut(Id, &str),
) -> Result<(), Error> {
    let database = Database::open(repository)?;
    let mut commits = Commits::open(repository, &database)?;
    let tree = tree_of(repository, &mut commits, reference);
    let tree = tree.ok_or_else(|| Error::NoNotes(reference.to_string()))?;
    let mut waiting = vec![(tree, String::new(), 0)];
    let mut entries = 0;
    while let Some((id, path, depth)) = waiting.pop() {
        let Ok(tree) = commits.objects.read(id, ObjectType::Tree) else { continue };
        let first = waiting.len();
        for entry in tree::entries(&tree.data) {
            entries += 1;
            let name = String::from_utf8_lossy(entry.name);
            let (path, id) = (format!("{path}{name}"), Oid::from_bytes(entry.id));
            let Some(id) = id.ok().filter(|_| entries < MAX_ENTRIES && path.len() <= 40) else {
                continue;
            };
            if entry.is_folder() {
                if depth < MAX_DEPTH {
                    waiting.push((id, path, depth + 1));
                }
            } else if let Some(commit) = Id::from_hex(&path)
                && let Ok(note) = commits.objects.read(id, ObjectType::Blob)
            {
                let note = &note.data[..note.data.len().min(MAX_NOTE)];
                visit(commit, &String::from_utf8_lossy(note));
            }
        }
        waiting[first..].reverse();
    }
    Ok(())
}

fn tree_of(repository: &Repository, commits: &mut Commits<'_>, reference: &str) -> Option<Oid> {
    let id = names::object(repository, commits, reference)?;
    let id = commits.objects.peel(id).ok()??;
    Oid::from_bytes(commits.read(id).ok()?.tree?.bytes()).ok()
}
