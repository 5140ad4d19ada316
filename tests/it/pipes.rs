//! Named pipes where git expects files: opening one would wait for somebody to write into it.

use std::fs;
use std::path::Path;

use crate::repo::Repo;
use crate::tools;

fn small() -> Repo {
    Repo::new().commit("root", &[("a", "one\n")]).commit("second", &[("a", "two\n")]).tag("v1")
}

/// Puts a pipe in the place of a file.
fn pipe(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(path);
    tools::output("mkfifo", &[path.to_str().unwrap()]);
}

/// Asserts that a pipe with this name in the repository is refused.
#[track_caller]
fn refused(repo: &Repo, name: &str) {
    pipe(&repo.path(name));
    let file = Path::new(name).file_name().unwrap().to_str().unwrap();
    repo.bounded("history --json").fails(1, &[file, "is not a regular file", "remove it"]);
}

#[test]
fn in_the_place_of_gits_files() {
    for name in [
        ".git/config",
        ".git/commondir",
        ".git/packed-refs",
        ".git/shallow",
        ".git/info/grafts",
        ".git/objects/info/alternates",
        ".git/refs/heads/main",
        ".git/refs/tags/v2",
        ".git/refs/replace/0000000000000000000000000000000000000000",
        ".mailmap",
    ] {
        refused(&small(), name);
    }
}

#[test]
fn in_the_place_of_settings() {
    let repo = small();
    repo.git(&["config", "include.path", "more"]);
    fs::write(repo.path(".git/more"), "[includeIf \"gitdir:/\"]\n path = \"../last\"\n").unwrap();
    refused(&repo, "last");
    let repo = small();
    fs::write(repo.folder.home().join(".gitconfig"), "[Include]path=~/other\n").unwrap();
    pipe(&repo.folder.home().join("other"));
    repo.bounded("history --json").fails(1, &["other", "is not a regular file"]);
    let repo = small();
    repo.git(&["config", "mailmap.file", "map"]);
    refused(&repo, "map");
}

#[test]
fn in_the_place_of_objects() {
    let repo = small();
    pipe(&repo.object(&repo.sha("HEAD:a")));
    repo.bounded("history --json").succeeds().says("1 of 2 commits could not be read");
    let repo = small();
    pipe(&repo.object(&repo.sha("HEAD")));
    repo.bounded("history --json").fails(1, &["cannot read HEAD"]);
    repo.bounded("history --json HEAD@{0}").fails(1, &["no commit"]);
    let repo = small();
    repo.git(&["gc", "-q"]);
    for path in crate::repo::files(&repo.path(".git/objects/pack")) {
        pipe(&path);
        repo.bounded("history --json").fails(1, &["cannot read HEAD"]);
    }
}

#[test]
fn in_the_place_of_head() {
    let repo = small();
    pipe(&repo.path(".git/HEAD"));
    // Without HEAD it is no repository.
    repo.bounded("history --json").fails(1, &["not in a git repository"]);
}
