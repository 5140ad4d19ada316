//! The lines of every commit by place are those of `git log --numstat`, on every way to count them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::counts::told;
use crate::repo::{Life, Place, Repo, file, gone};

/// A history with a rewrite, a move, merges, lockfiles and a binary.
fn rewritten() -> Repo {
    let lines = |from: u32, to: u32| (from..to).map(|n| n.to_string() + "\n").collect::<String>();
    Repo::new()
        .change(
            "root",
            &[
                file("README.md", "one\n"),
                file("Cargo.lock", lines(0, 50)),
                file("old/a", lines(0, 20)),
                file("old/deep/b", lines(20, 30)),
                file("old/Cargo.lock", lines(0, 50)),
                file("a folder of the caf\u{e9}/x", "x\n"),
            ],
        )
        .branch("topic")
        .change("grow", &[file("new/a", lines(100, 112)), file("old/a", lines(0, 10))])
        .branch("main")
        .change("test", &[file("tests/x", lines(40, 45)), file("README.md", "two\n")])
        .merge(
            "join",
            &["topic"],
            &[file("new/a", lines(100, 112)), file("old/a", lines(0, 10)), file("join", "j\n")],
        )
        .change("rewrite", &[gone("old"), file("new/deep/b", lines(200, 240))])
        .change("move", &[gone("tests/x"), file("checks/x", lines(40, 45))])
        .change("lock", &[file("Cargo.lock", lines(50, 60)), file("logo", [0, 1, 2])])
        .change("a file of a folder", &[gone("checks"), file("checks", "1\n")])
        .change(
            "everywhere",
            &(0..12).map(|n| file(&format!("{n:02}/x"), lines(0, n % 4))).collect::<Vec<_>>(),
        )
}

/// The places that git's lines give a commit, of eight at most.
fn expected(lines: &[(String, u32)], ignored: &str) -> Vec<(String, u32)> {
    let mut sums: BTreeMap<&str, u32> = BTreeMap::new();
    for (path, lines) in lines.iter().filter(|(path, _)| !path.ends_with(ignored)) {
        *sums.entry(path.split_once('/').map_or(".", |(folder, _)| folder)).or_default() += lines;
    }
    let mut sums: Vec<(String, u32)> =
        sums.iter().filter(|(_, sum)| **sum > 0).map(|(it, sum)| (it.to_string(), *sum)).collect();
    sums.sort_by_key(|(name, lines)| (Reverse(*lines), name.clone()));
    sums.truncate(8);
    sums
}

/// The places of every commit, by its id.
fn places(life: &Life) -> Vec<(&str, Vec<(String, u32)>)> {
    let of = |place: &Place| (place.name.clone(), place.lines);
    life.beats.iter().map(|beat| (&*beat.sha, beat.places.iter().map(of).collect())).collect()
}

#[test]
fn are_those_of_git() {
    let repo = rewritten();
    for (words, git, ignored) in [
        ("", "", ".lock"),
        ("--no-cache --threads 4 --exclude none", "", "none is ignored"),
        ("--first-parent", "--first-parent --diff-merges=first-parent", ".lock"),
        ("--no-merges --max-count 3", "--no-merges -3", ".lock"),
        ("--path new --path old/deep", "--full-history --no-merges -- new old/deep", ".lock"),
        ("topic..main", "topic..main", ".lock"),
    ] {
        let told = told(&mut repo.alone("repo", "git"), git);
        let told: Vec<_> =
            told.iter().map(|commit| (&*commit.sha, expected(&commit.lines, ignored))).collect();
        // The second time, they are in the cache.
        for _ in 0..2 {
            assert_eq!(places(&repo.life(words)), told, "{words}");
        }
    }
}

#[test]
fn show_a_rewrite_and_a_move() {
    let life = rewritten().life("");
    let of = |subject: &str| {
        let places = life.beat(subject).places.iter();
        places.map(|place| format!("{} {}", place.name, place.lines)).collect::<Vec<_>>()
    };
    assert_eq!(of("rewrite"), ["new 40", "old 20"]);
    assert_eq!(of("move"), ["checks 5", "tests 5"]);
    assert_eq!(of("root"), ["old 30", ". 1", "a folder of the caf\u{e9} 1"]);
    assert_eq!(of("join"), Vec::<String>::new());
    assert_eq!(of("lock"), Vec::<String>::new());
    assert_eq!(of("everywhere").len(), 8);
}
