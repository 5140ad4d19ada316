//! Which commits are selected: by ranges, names and filters, and where other objects or parents stand
//! for those that a commit names. git is asked the same.

use std::fs;

use crate::counts::{agrees, same, told};
use crate::repo::{Repo, file};

/// A main line with a branch and a merge, by several people.
fn busy() -> Repo {
    Repo::new()
        .commit("root", &[("src/a", "one\n"), ("doc/a", "text\n")])
        .branch("topic")
        .by("Bo Åkesson <bo@example.org>")
        .commit("topic 1", &[("src/b", "b\n")])
        .later(86_400)
        .commit("topic 2", &[("doc/b", "b\n"), ("srcs", "no\n")])
        .branch("main")
        .by("renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>")
        .commit("main 1", &[("src/a", "two\n")])
        .by("Ann <ann@example.org>")
        .merge("join", &["topic"], &[file("src/b", "b\n"), file("doc/b", "b\n")])
        .tag("v1")
        .commit("main 2", &[("src/a", "two\nthree\n"), ("src/deep/c", "c\n")])
        .commit("main 3", &[("doc/a", "other\n")])
}

#[test]
fn ranges() {
    let repo = busy();
    for range in [
        "topic..main",
        "main..topic",
        "topic...main",
        "main~1...topic",
        "v1",
        "v1..",
        "..topic",
        "HEAD~2",
        "main~1..main~1",
        "topic",
    ] {
        let told = told(&mut repo.alone("repo", "git"), range);
        if told.is_empty() {
            repo.flaky(&format!("history --json {range}")).fails(1, &["no commit", range]);
        } else {
            agrees(&told, &repo.life(range), 0);
        }
    }
    same(&repo, "--branch topic", "topic");
    same(&repo, "--first-parent v1~1..", "--first-parent --diff-merges=first-parent v1~1..");
}

#[test]
fn selections() {
    let repo = busy();
    for (words, git) in [
        ("--path src", "--full-history --no-merges -- src"),
        ("--path ./src/", "--full-history --no-merges -- src"),
        ("--path src/deep", "--full-history --no-merges -- src/deep"),
        ("--path src/a --path doc/b", "--full-history --no-merges -- src/a doc/b"),
        ("--author ann@", "--author ann@"),
        ("--author åkesson", "-i --author Åkesson"),
        ("--no-merges", "--no-merges"),
    ] {
        same(&repo, words, git);
    }
    let first = "1714564800";
    let later = "1714565400";
    same(&repo, &format!("--since @{later}"), &format!("--since={later}"));
    same(&repo, &format!("--until @{first}"), &format!("--until={first}"));
    same(
        &repo,
        "--since 2024-05-02 --until 2024-05-02T12:30:00Z",
        "--since=2024-05-02T00:00:00Z --until=2024-05-02T12:30:00Z",
    );
    let life = repo.life("--no-bots");
    assert_eq!(life.subjects(), ["root", "topic 1", "topic 2", "join", "main 2", "main 3"]);
}

#[test]
fn what_stands_for_something_else() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .commit("second", &[("a", "two\n"), ("b", "b\n")])
        .commit("third", &[("b", "c\n")])
        .commit("fourth", &[("b", "d\n")]);
    let before = repo.life("");
    let (tree, root) = (repo.sha("HEAD~3^{tree}"), repo.sha("HEAD~3"));
    let other = repo.git(&["commit-tree", &tree, "-p", &root, "-m", "in place of the second"]);
    repo.git(&["replace", &repo.sha("HEAD~2"), other.trim()]);
    let life = same(&repo, "", "");
    assert_eq!(life.subjects(), ["root", "in place of the second", "third", "fourth"]);
    assert_ne!(life.beats[2].churn(), before.beats[2].churn());
    repo.git(&["config", "core.useReplaceRefs", "false"]);
    assert_eq!(same(&repo, "", ""), before);
}

#[test]
fn parents_that_are_grafted() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .commit("second", &[("a", "two\n")])
        .commit("third", &[("a", "three\n")])
        .commit("fourth", &[("a", "four\n")]);
    let (fourth, root) = (repo.sha("HEAD"), repo.sha("HEAD~3"));
    fs::create_dir_all(repo.path(".git/info")).unwrap();
    fs::write(repo.path(".git/info/grafts"), format!("{fourth} {root}\n")).unwrap();
    assert_eq!(same(&repo, "", "").subjects(), ["root", "fourth"]);
    fs::write(repo.path(".git/info/grafts"), format!("{fourth}\n")).unwrap();
    assert_eq!(same(&repo, "", "").kinds(), ["root"]);
}

#[test]
fn names_of_every_form() {
    let repo = busy();
    repo.git(&["tag", "-a", "heavy", "-m", "text", "HEAD~1"]);
    repo.git(&["tag", "-a", "around", "-m", "text", "heavy"]);
    repo.git(&["branch", "--set-upstream-to", "topic", "main"]);
    repo.git(&["gc", "-q"]);
    let repo = repo.commit("loose", &[("a", "1\n")]);
    let (tip, old) = (repo.sha("HEAD"), repo.sha("HEAD~2"));
    let describe = repo.git(&["describe", "--tags", "HEAD"]);
    for name in [
        "@",
        "around",
        "around^{}~1",
        "heavy^{commit}",
        "around~1",
        "v1^2",
        "v1^2~1",
        "v1^0",
        "HEAD~3^2",
        "HEAD^^",
        "refs/heads/topic",
        "heads/topic",
        "main@{upstream}",
        &tip,
        &tip[..12],
        &old[..7],
        &old.to_uppercase(),
        describe.trim(),
    ] {
        same(&repo, name, name);
    }
    for name in ["HEAD^3", "HEAD~99", "v1^{tree}", "HEAD^{", "@{9}", "0000", "zz", "HEAD^é"] {
        repo.flaky(&format!("history --json {name}")).fails(1, &["no commit"]);
    }
}
