//! Compares the counts of `flaky history` with git's: every commit in git's order, with its
//! parents, its number of files and the exact difference of added and removed lines.

use std::path::Path;
use std::process::Command;

use crate::chance;
use crate::repo::{Change, Life, Repo, file, gone, link, program, submodule};
use crate::tools;
use crate::vocabulary::{Folder, Ran};

/// The number of lines from which the heuristics of git and `flaky` may differ.
const MANY: u32 = 1000;

/// A commit as git reports it.
#[derive(Debug, Default)]
pub struct Told {
    pub sha: String,
    parents: Vec<String>,
    files: u32,
    added: u32,
    removed: u32,
    /// Its paths, with the lines of each.
    pub lines: Vec<(String, u32)>,
}

/// The commits of `git log` with these arguments.
#[track_caller]
pub fn told(git: &mut Command, words: &str) -> Vec<Told> {
    git.args("log --date-order --reverse -z --numstat --no-renames".split(' '));
    git.arg("--format=tformat:%x01%H %P").args(words.split_whitespace());
    let output = git.output().expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut list: Vec<Told> = Vec::new();
    for field in String::from_utf8_lossy(&output.stdout).split('\0') {
        if let Some(ids) = field.strip_prefix('\u{1}') {
            let mut ids = ids.split_whitespace().map(str::to_string);
            let sha = ids.next().expect("an id");
            list.push(Told { sha, parents: ids.collect(), ..Told::default() });
        } else if let (Some(last), Some((added, rest))) = (list.last_mut(), field.split_once('\t'))
        {
            let (removed, path) = rest.split_once('\t').expect("three columns");
            let [added, removed] =
                [added.trim(), removed].map(|digits| digits.parse().unwrap_or(0));
            last.files += 1;
            last.added += added;
            last.removed += removed;
            last.lines.push((path.to_string(), added + removed));
        }
    }
    list
}

/// The balance of lines is the same; their number is but for a hundredth of many (where git's
/// heuristics leave a lockfile with more changes than there are), or so many of a few.
#[track_caller]
pub fn agrees(told: &[Told], life: &Life, tolerated: u32) {
    let ids: Vec<&str> = told.iter().map(|commit| commit.sha.as_str()).collect();
    let ours: Vec<&str> = life.beats.iter().map(|beat| beat.sha.as_str()).collect();
    assert_eq!(ours, ids, "{:?}", life.subjects());
    for (git, beat) in told.iter().zip(&life.beats) {
        let balance = |added: u32, removed: u32| i64::from(added) - i64::from(removed);
        assert_eq!(beat.parents, git.parents, "{beat:?}");
        assert_eq!(beat.files, git.files, "{beat:?}");
        assert_eq!(
            balance(beat.added, beat.removed),
            balance(git.added, git.removed),
            "{beat:?}\n{git:?}"
        );
    }
    let ours: u32 = life.beats.iter().map(|beat| beat.added + beat.removed).sum();
    let git: u32 = told.iter().map(|commit| commit.added + commit.removed).sum();
    let most = if git < MANY { tolerated } else { git / 100 };
    assert!(ours.abs_diff(git) <= most, "{ours} lines here, {git} by git");
}

/// Asserts that `flaky history WORDS` counts the same as `git log GIT`.
#[track_caller]
pub fn same(repo: &Repo, words: &str, git: &str) -> Life {
    let life = repo.life(words);
    agrees(&told(&mut repo.alone("repo", "git"), git), &life, 0);
    life
}

/// Asserts that a history of these changes, one per commit, is counted as in git.
#[track_caller]
fn counted(changes: &[&[Change]]) -> Vec<(u32, u32, u32)> {
    let mut repo = Repo::new();
    for (number, changes) in changes.iter().enumerate() {
        repo = repo.change(&format!("change {number}"), changes);
    }
    let life = same(&repo, "", "");
    life.beats.iter().map(|beat| (beat.files, beat.added, beat.removed)).collect()
}

fn lines(range: std::ops::Range<u32>) -> String {
    range.map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat()
}

#[test]
fn merges() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .branch("left")
        .commit("left", &[("left", "l\nl\n")])
        .branch("right")
        .commit("right", &[("right", "r\n")])
        .branch("main")
        .merge("join", &["left"], &[file("left", "l\nl\n")])
        .merge("octopus", &["left", "right"], &[file("right", "r\n"), file("a", "two\n")])
        .merge("nothing new", &["right"], &[])
        .commit("after", &[("a", "three\n")]);
    let life = same(&repo, "", "");
    assert_eq!(life.beat("octopus").parents.len(), 3);
    assert_eq!(life.beat("octopus").churn(), (0, 0, 0));
    let life = same(&repo, "--first-parent", "--first-parent --diff-merges=first-parent");
    assert_eq!(life.subjects(), ["root", "join", "octopus", "nothing new", "after"]);
    assert_eq!(life.beat("octopus").churn(), (2, 2, 1));
    same(&repo, "--no-merges", "--no-merges");
    same(&repo, "--first-parent --no-merges", "--first-parent --no-merges");
}

#[test]
fn a_parent_named_twice() {
    let repo = Repo::new().commit("root", &[]).commit("second", &[("a", "one\n")]);
    let rest = format!(
        "parent {}\nauthor A <a@x> 1714565000 +0000\ncommitter A <a@x> 1714565000 +0000\n\nodd\n",
        repo.sha("HEAD")
    );
    let repo = repo.forge(rest.as_bytes()).commit("last", &[("a", "two\n")]);
    same(&repo, "", "");
    same(&repo, "HEAD~2..", "HEAD~2..");
}

#[test]
fn a_rename_is_two_files() {
    let text = lines(0..40);
    let changes = [&[file("a", &text)][..], &[gone("a"), file("folder/b", &text)]];
    assert_eq!(counted(&changes)[1], (2, 40, 40));
}

#[test]
fn binaries_have_no_lines() {
    let nul_at = |at: usize| {
        let mut bytes = b"text\n".repeat(2000);
        bytes[at] = 0;
        bytes
    };
    let churn = counted(&[
        &[file("in", nul_at(7999)), file("out", nul_at(8000)), file("a", "a\n")],
        &[file("in", b"text\n".repeat(10)), file("out", b"text\n".repeat(10))],
        &[file("in", [0, 1, 2]), file("a", "a\nb\n")],
        &[file("in", [0, 1, 3])],
        &[gone("in"), gone("out")],
    ]);
    assert_eq!(churn[0], (3, 2001, 0));
    assert_eq!(churn[3], (1, 0, 0));
}

#[test]
fn modes_and_links() {
    let churn = counted(&[
        &[file("a", "one\ntwo\n"), file("b", "one\ntwo\n")],
        &[program("a", "one\ntwo\n")],
        &[link("a", "b")],
        &[link("a", "elsewhere")],
        &[file("a", "b"), program("b", "one\n2\n")],
        &[link("b", "a"), gone("a")],
    ]);
    assert_eq!(churn[1], (1, 0, 0));
    assert_eq!(churn[2], (1, 1, 2));
}

#[test]
fn files_and_folders_in_each_others_place() {
    counted(&[
        &[file("a", "1\n"), file("a.b", "2\n"), file("a0", "3\n"), file("z/deep/f", "4\n")],
        &[gone("a"), file("a/x", "1\n"), file("a/y/z", "5\n")],
        &[gone("z"), file("z", "4\n")],
        &[gone("a"), file("a", "1\n"), file("a-", "6\n")],
        &[gone("z"), file("z/deep", "8\n"), gone("a.b"), file("a.b/c", "9\n")],
        &[file("x", "x\n"), gone("z"), gone("a.b")],
    ]);
}

#[test]
fn submodules_are_a_line() {
    let churn = counted(&[
        &[file("a", "a\n"), submodule("sub", '1')],
        &[submodule("sub", '2'), submodule("deep/er/sub", '3')],
        &[file("sub", "one\ntwo\n")],
        &[submodule("a", '4'), link("sub", "a")],
        &[submodule("sub", '4'), gone("deep")],
        &[gone("sub"), file("sub/inner", "1\n")],
        &[gone("a"), gone("sub")],
    ]);
    assert_eq!(churn[0], (2, 2, 0));
    assert_eq!(churn[1], (2, 2, 1));
}

#[test]
fn ends_of_lines_and_of_files() {
    let churn = counted(&[
        &[file("a", "one\ntwo\nthree"), file("empty", "")],
        &[file("a", "one\ntwo\nthree\n")],
        &[file("a", "one\r\ntwo\r\nthree\r\n")],
        &[file("a", "one\r\ntwo\r\nthree\r\n\r\n\n")],
        &[],
        &[file("a", ""), file("empty", "\n")],
        &[file("a", "\n\n"), file("empty", "x")],
        &[gone("a"), gone("empty")],
        &[file("a", ""), file("b", "\r")],
    ]);
    assert_eq!(churn[0], (2, 3, 0));
    assert_eq!(churn[1], (1, 1, 1));
    assert_eq!(churn[4], (0, 0, 0));
}

#[test]
fn deep_and_wide_folders() {
    let deep = format!("{}file", "d/".repeat(200));
    let wide: Vec<_> = (0..2000).map(|n| file(&format!("wide/{n}"), format!("{n}\n"))).collect();
    let every_third: Vec<_> = (0..2000).step_by(3).map(|n| gone(&format!("wide/{n}"))).collect();
    let churn = counted(&[
        &wide,
        &[file(&deep, "1\n"), file("wide/1000", "other\n")],
        &[file(&deep, "2\n"), file("d/d/d/e", "3\n")],
        &every_third,
        &[gone("d"), gone("wide")],
    ]);
    assert_eq!(churn[0], (2000, 2000, 0));
    assert_eq!(churn[1], (2, 2, 1));
    assert_eq!(churn[3], (667, 0, 667));
}

#[test]
fn a_long_file_that_changes_in_the_middle() {
    let (start, end) = (lines(0..100_000), lines(100_000..200_000));
    let churn = counted(&[
        &[file("long", format!("{start}{end}"))],
        &[file("long", format!("{start}here\nand here\n{end}"))],
        &[file("long", format!("{start}here\nand there\n{end}"))],
        &[file("long", format!("{}{end}", lines(0..99_990)))],
    ]);
    assert_eq!(churn[1..], [(1, 2, 0), (1, 1, 1), (1, 0, 12)]);
}

#[test]
fn several_beginnings() {
    let repo = Repo::new()
        .commit("first root", &[("a", "one\ntwo\n")])
        .orphan("other")
        .commit("second root", &[("b", "three\n")])
        .branch("main")
        .merge("join", &["other"], &[file("b", "three\n")]);
    let life = same(&repo, "", "");
    assert_eq!(life.kinds(), ["root", "root", "merge"]);
    assert_eq!(life.beat("second root").churn(), (1, 1, 0));
}

#[test]
fn old_trees_with_modes_that_nobody_writes() {
    let repo = Repo::new().commit("root", &[("a", "one\n")]);
    let blob = repo.sha("HEAD:a");
    let raw: Vec<u8> = (0..20)
        .map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).expect("digits"))
        .collect();
    let tree = |mode: &str| [mode.as_bytes(), b" a\0", &raw].concat();
    let (group, all) = (tree("100664"), tree("100775"));
    let (group, all) = (repo.hash_object("tree", &group), repo.hash_object("tree", &all));
    let repo = repo.commit_tree("as a group", &group).commit_tree("executable", &all);
    let life = same(&repo, "", "");
    assert_eq!(life.beat("as a group").files, 0);
    assert_eq!(life.beat("executable").files, 1);
}

#[test]
fn long_texts_without_any_order() {
    let text = |seed: u32| {
        let line = |at: u32| {
            let word = at.wrapping_mul(2_654_435_761) ^ seed;
            ["{\n", "}\n", "\n", "x\n"][(word.wrapping_mul(word | 1) >> 28) as usize % 4]
        };
        (0..300_000).map(line).collect::<String>()
    };
    let repo = Repo::new()
        .commit("root", &[("a", &text(1))])
        .commit("other", &[("a", &text(77))])
        .commit("last", &[("b", "b\n")]);
    let life = repo.bounded_life("");
    let other = life.beat("other");
    assert!(other.added == other.removed && other.added > 10_000, "{other:?}");
    assert_eq!(life.beat("last").churn(), (1, 1, 0));
}

#[test]
fn histories_by_chance() {
    for seed in 0..8 {
        let repo = chance::repository(seed, 40);
        for (words, git) in [
            ("", ""),
            ("--first-parent", "--first-parent --diff-merges=first-parent"),
            ("side0...main~3", "side0...main~3"),
            ("side1..main", "side1..main"),
            ("--first-parent side0..main", "--first-parent --diff-merges=first-parent side0..main"),
            (
                "--first-parent main...side1",
                "--first-parent --diff-merges=first-parent main...side1",
            ),
            ("--no-merges side0...side1", "--no-merges side0...side1"),
            ("--path f", "--full-history --no-merges -- f"),
            (
                "--path f --first-parent",
                "--first-parent --diff-merges=first-parent --full-history -- f",
            ),
        ] {
            let told = told(&mut repo.alone("repo", "git"), git);
            println!("seed {seed}: {words}");
            // Files by chance have a few empty lines in common and nothing else.
            agrees(&told, &repo.life(words), 4);
        }
    }
}

#[test]
fn the_history_of_this_project() {
    let here = env!("CARGO_MANIFEST_DIR");
    let folder = Folder::new();
    let git = || {
        let mut git = folder.alone("git");
        // Its attributes are a matter of display, which is not asked here.
        git.current_dir(here).env("GIT_ATTR_SOURCE", "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        git
    };
    let shallow = git().args(["rev-parse", "--is-shallow-repository"]).output();
    let whole = shallow.is_ok_and(|output| output.stdout.starts_with(b"false"));
    if !Path::new(here).join(".git").exists() || !whole {
        return tools::skipped("the history of this project is not here, or not all of it");
    }
    let mut command = folder.command();
    command.args(["history", here, "HEAD", "--json", "--no-cache"]);
    let ran = Ran::of("history HERE HEAD --json", &mut command).succeeds();
    agrees(&told(&mut git(), "HEAD"), &Life::of(&ran), 0);
}
