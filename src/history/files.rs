//! Files of a repository and of git's settings, which must be regular files: reading a named pipe
//! would wait for somebody to write into it.

use std::env;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::error::Error;

/// Size at which a file is cut off, in bytes.
const MAX_SIZE: u64 = 64 << 20;
/// Number of files of settings that are looked at; they may include each other.
const MAX_SETTINGS: usize = 1000;
/// Files that libgit2 reads, in the directory of a repository or of a worktree.
const NAMES: &[&str] = &[
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "info/grafts",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/pack/multi-pack-index",
    "packed-refs",
    "shallow",
];

/// The content of a file; `None` if there is none.
///
/// # Errors
/// Fails if it is no regular file, or cannot be read.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    regular(path)?;
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_SIZE).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => {
            let (path, message) = (path.display(), crate::error::io_message(&error));
            Err(Error::Failed(format!("cannot read {path}: {message}")))
        }
    }
}

/// Where nothing is, on purpose: a link to it is as good as an empty file.
const NOTHING: &str = "/dev/null";

/// Asserts that a path is a regular file, a directory or nothing.
fn regular(path: &Path) -> Result<(), Error> {
    let is_nothing = || fs::canonicalize(path).is_ok_and(|path| path == Path::new(NOTHING));
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() && !is_nothing() => {
            Err(Error::Irregular(path.to_path_buf()))
        }
        _ => Ok(()),
    }
}

/// Checks the files that libgit2 reads when it opens the repository in this directory, or looks for
/// references.
///
/// # Errors
/// Fails if one of them is no regular file.
pub(super) fn check(folder: &Path) -> Result<(), Error> {
    regular(&folder.join("commondir"))?;
    let common = read(&folder.join("commondir"))?.map(|bytes| {
        let name = String::from_utf8_lossy(&bytes);
        folder.join(name.trim_end())
    });
    let mut settings = user_settings();
    for folder in [Some(folder.to_path_buf()), common].into_iter().flatten() {
        for name in NAMES {
            regular(&folder.join(name))?;
        }
        for below in ["refs", "logs"] {
            check_below(folder.join(below))?;
        }
        settings.extend(["config", "config.worktree"].map(|name| folder.join(name)));
    }
    check_settings(settings)
}

/// Checks everything below a directory. Links to directories are not followed.
fn check_below(folder: PathBuf) -> Result<(), Error> {
    let mut waiting = vec![folder];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(kind) if kind.is_file() => {}
                _ => regular(&entry.path())?,
            }
        }
    }
    Ok(())
}

/// The files of settings that belong to the user and the system.
fn user_settings() -> Vec<PathBuf> {
    let home = dirs::home_dir();
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|home| home.join(".config")));
    let own = [home.map(|home| home.join(".gitconfig")), config.map(|it| it.join("git/config"))];
    own.into_iter().flatten().chain([PathBuf::from("/etc/gitconfig")]).collect()
}

/// Checks files of settings and those they include.
fn check_settings(mut waiting: Vec<PathBuf>) -> Result<(), Error> {
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop().filter(|_| seen.len() < MAX_SETTINGS) {
        if seen.contains(&path) {
            continue;
        }
        // What cannot be read, libgit2 will report.
        regular(&path)?;
        let text = read(&path).ok().flatten().unwrap_or_default();
        waiting.extend(included(&path, &String::from_utf8_lossy(&text)));
        seen.push(path);
    }
    Ok(())
}

/// The files that a file of settings includes, on whatever condition.
fn included(of: &Path, text: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut includes = false;
    for line in text.lines() {
        let mut line = line.trim();
        if let Some((section, rest)) = line.strip_prefix('[').and_then(|line| line.rsplit_once(']'))
        {
            includes = section.trim_start().to_ascii_lowercase().starts_with("include");
            line = rest.trim();
        }
        let Some((key, value)) = line.split_once('=').filter(|_| includes) else { continue };
        if key.trim().eq_ignore_ascii_case("path") {
            let value = value.trim().trim_matches('"');
            paths.extend(match value.strip_prefix("~/") {
                Some(below) => dirs::home_dir().map(|home| home.join(below)),
                None => of.parent().map(|folder| folder.join(value)),
            });
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_found_in_every_form() {
        let text = "[core]\n\tpath = no\n[include]\n path = a\n; path\n\
            [IncludeIf \"gitdir:~/x[y]/\"]\n\tPath=\"/b c\"\n[include] path = d\n[user]\npath = no";
        let expected = ["/etc/a", "/b c", "/etc/d"].map(PathBuf::from);
        assert_eq!(included(Path::new("/etc/gitconfig"), text), expected);
    }
}
