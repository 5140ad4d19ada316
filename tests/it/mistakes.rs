//! Mistakes in the arguments of `flaky history`: each gets a hint of its own, and an option without
//! effect is refused.

use std::fs;

use crate::repo::{Life, Repo};
use crate::varied::many;
use crate::vocabulary::Folder;

fn small() -> Repo {
    Repo::new()
        .commit("root", &[("a", "one\n"), ("docs/b", "b\n")])
        .tag("v1")
        .commit("second", &[("a", "two\n")])
        .commit("third", &[("docs/b", "c\n")])
}

#[test]
fn a_range_or_dates_in_the_wrong_order() {
    let repo = small();
    repo.flaky("history --json main..v1").fails(1, &["main..v1", "write v1..main"]);
    repo.flaky("history --json ..v1").fails(1, &["no commits", "write v1.."]);
    repo.flaky("history --json main..main").fails(1, &["no commit of", "left"]);
    let words = "history --json --since 2024-06-01 --until 2024-05";
    repo.flaky(words).fails(2, &["--since is later than --until", "swap"]);
    assert_eq!(repo.life("--since 2024-05 --until 2024-05-01").beats.len(), 3);
    assert_eq!(repo.life("--since 2024 --until 2024").beats.len(), 3);
    assert_eq!(repo.life("--since 9.years.ago --until now").beats.len(), 3);
    repo.flaky("history --json --until 2023").fails(1, &["--until"]);
    repo.flaky("history --json --since soon").fails(2, &["--since", "yesterday"]);
}

#[test]
fn a_path_with_wildcards_or_relative_to_another_directory() {
    let repo = small();
    repo.flaky("history --json --path *.rs").fails(2, &["wildcards", "--path may be repeated"]);
    repo.flaky("history --json --path b").fails(1, &["--path is relative to the root"]);
    // Brackets may belong to a name.
    let repo = repo.commit("page", &[("[id].js", "1\n")]);
    assert_eq!(repo.life("--path [id].js").subjects(), ["page"]);
}

#[test]
fn an_address_instead_of_a_directory() {
    let folder = Folder::new();
    for (address, shown) in [
        ("https://user:secret@example.org/a/b.git", "clone --bare https://example.org/a/b.git"),
        ("ssh://git@example.org/a/b", "clone --bare ssh://git@example.org/a/b "),
        ("ssh://git:secret@example.org/a/b", "clone --bare ssh://git@example.org/a/b "),
        ("git@example.org:a/b.git", "clone --bare git@example.org:a/b.git"),
        ("file:///srv/b.git", "clone --bare file:///srv/b.git"),
    ] {
        for range in ["", " main"] {
            let words = format!("history {address}{range} --json");
            let ran = folder.flaky(&words).fails(2, &["is an address", shown]);
            assert!(!ran.stderr().contains("secret"), "{}", ran.stderr());
        }
    }
}

#[test]
fn a_directory_that_is_not_the_root_or_also_a_branch() {
    let repo = small();
    let said = |words: &str| {
        let ran = repo.flaky(&format!("history --json {words}")).succeeds();
        assert_eq!(Life::of(&ran).beats.len(), 3, "{words}");
        ran.stderr()
    };
    fs::create_dir(repo.path("docs")).unwrap();
    assert!(said("docs").contains("--path docs"));
    assert!(!said("docs").contains("branch"));
    repo.git(&["branch", "docs"]);
    assert!(said("docs").contains("--branch docs"));
    assert!(!said("--branch docs").contains("docs"));
    assert!(!said("docs main").contains("--branch"));
    for words in ["", ".", ".git", "main"] {
        assert!(!said(words).contains("--path"), "{words}");
    }
}

#[test]
fn options_without_effect() {
    let repo = small();
    let refused = |words: &str, option: &str| {
        repo.flaky(&format!("history {words} {option}"))
            .fails(2, &[option.split(' ').next().unwrap()]);
    };
    for sheet in ["-o x.png", "--still -o x.svg"] {
        for option in ["--captions full", "--fps 10", "--loops forever"] {
            refused(sheet, option);
        }
    }
    let pictures = ["--captions none", "--fps 5", "--loops 2", "--size 64x64", "--theme paper"];
    for option in pictures.iter().chain(&["--max-frames 5", "--max-bytes 5MB"]) {
        refused("--json", option);
    }
    refused("-o x.y4m", "--loops 2");
    refused("-o x.rgb", "--fps 5");
    for option in ["--exclude", "--path", "--author"] {
        let mut command = repo.folder.command();
        command.current_dir(repo.path("")).args(["history", option, "", "--json"]);
        crate::vocabulary::Ran::of(option, &mut command).fails(2, &[option, "must not be empty"]);
    }
    assert_eq!(fs::read_dir(repo.path("")).unwrap().count(), 1, "only .git");
}

#[test]
fn without_a_name_the_file_is_called_history() {
    let repo = small();
    for (words, name) in [
        ("--size 64x32", "history.gif"),
        ("--still", "history.svg"),
        ("--format apng --size 64x32", "history.apng"),
        ("--format json", "history.json"),
    ] {
        repo.flaky(&format!("history {words}")).succeeds().says(&format!("wrote {name}"));
        assert!(repo.path(name).exists(), "{name}");
    }
}

#[test]
fn the_latest_commits() {
    let repo = many(9, |i| format!("commit {i}"));
    assert_eq!(repo.life("-n 2").subjects(), ["commit 7", "commit 8"]);
    assert_eq!(repo.life("--max-count 20").beats.len(), 9);
    assert_eq!(repo.life("-n 1 HEAD~3").subjects(), ["commit 5"]);
    repo.flaky("history --json -n 0").fails(2, &["--max-count", "0"]);
    let repo = small();
    assert_eq!(repo.life("-n 1 --path a").subjects(), ["second"]);
    assert_eq!(repo.life("-n 1").beats[0].churn(), (1, 1, 1));
}
