//! The mailmap of a repository: names and addresses to show instead of those in commits.

use std::fmt::Write;

use git2::{Mailmap, ObjectType, Oid, Repository};

use super::commits::Commits;
use super::error::Error;
use super::{files, names, repo, tree};

/// Size at which a mailmap is cut off, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// Name of the file.
const NAME: &str = ".mailmap";

/// Reads the mailmap from the files that are checked out, or from HEAD of a bare repository, and
/// from the places that git's settings name. Later ones win.
///
/// # Errors
/// Fails if one of the files is no regular file.
pub(super) fn read(repository: &Repository, commits: &mut Commits<'_>) -> Result<Mailmap, Error> {
    let setting = |name| repository.config().ok()?.get_string(name).ok();
    let folder = repo::worktree(repository);
    let blob = setting("mailmap.blob").or(folder.is_none().then(|| format!("HEAD:{NAME}")));
    let file = repository.config().ok().and_then(|config| config.get_path("mailmap.file").ok());
    let mut text = String::new();
    let mut add = |bytes: &[u8]| {
        let bytes = &bytes[..bytes.len().min(MAX_SIZE)];
        writeln!(text, "{}", String::from_utf8_lossy(bytes).replace('\0', "")).ok()
    };
    if let Some(folder) = folder {
        add(&files::read(&folder.join(NAME))?.unwrap_or_default());
    }
    if let Some(bytes) = blob.and_then(|name| blob_of(repository, commits, &name)) {
        add(&bytes);
    }
    if let Some(path) = file {
        let path = folder.map_or_else(|| path.clone(), |folder| folder.join(&path));
        add(&files::read(&path)?.unwrap_or_default());
    }
    Mailmap::from_buffer(&text).or_else(|_| Mailmap::new()).map_err(|error| {
        Error::Failed(format!("cannot read the mailmap: {}", super::error::git_message(&error)))
    })
}

/// The content of `commit:path`, or of an object.
fn blob_of(repository: &Repository, commits: &mut Commits<'_>, name: &str) -> Option<Vec<u8>> {
    let (commit, path) = name.split_once(':').unwrap_or((name, ""));
    let mut id = names::object(repository, commits, commit)?;
    if !path.is_empty() {
        let commit = commits.objects.peel(id).ok()??;
        id = Oid::from_bytes(commits.read(commit).ok()?.tree?.bytes()).ok()?;
        for name in path.split('/') {
            let tree = commits.objects.read(id, ObjectType::Tree).ok()?;
            let mut entries = tree::entries(&tree.data);
            let entry = entries.find(|entry| entry.name == name.as_bytes())?;
            id = Oid::from_bytes(entry.id).ok()?;
        }
    }
    Some(commits.objects.read(id, ObjectType::Blob).ok()?.data.clone())
}
