//! Unusual and damaged repositories: everything readable is drawn, or the error has a helpful hint.

use std::fs;
use std::process::Command;

use crate::repo::{Life, Repo, file, submodule};
use crate::tools;
use crate::vocabulary::{Folder, Ran};

pub fn small() -> Repo {
    Repo::new()
        .commit("root", &[("a", "one\n")])
        .commit("second", &[("a", "two\n"), ("folder/b", "b\n")])
        .commit("third", &[("folder/b", "c\n")])
}

/// Asserts that `flaky history WORDS -o life.json` fails with these words and keeps an older file.
#[track_caller]
pub fn refused(repo: &Repo, words: &str, expected: &[&str]) {
    fs::write(repo.path("life.json"), "older").unwrap();
    repo.flaky(&format!("history {words} -o life.json")).fails(1, expected);
    assert_eq!(fs::read(repo.path("life.json")).unwrap(), b"older");
}

#[track_caller]
fn life_in(repo: &Repo, place: &str, words: &str) -> Life {
    Life::of(&repo.folder.flaky_in(place, &format!("history --json {words}")).succeeds())
}

/// Asserts that beats are in order of time, even with wrong clocks.
#[track_caller]
fn runs_forwards(life: &Life) {
    assert!(life.beats.is_sorted_by(|a, b| a.t_s < b.t_s));
    let last = life.beats.last().expect("a beat");
    assert!(last.t_s < life.duration_s && life.duration_s < 1000.0, "{}", life.duration_s);
}

#[test]
fn no_commits_yet() {
    refused(&Repo::new(), "", &["no commits yet"]);
}

#[test]
fn a_head_on_a_missing_branch() {
    let repo = small().branch("side").orphan("unborn");
    refused(&repo, "", &["HEAD is on branch \"unborn\"", "main, side", "--branch main"]);
    for branch in ["a", "b", "c", "d"] {
        repo.git(&["branch", branch, "main"]);
    }
    refused(&repo, "", &["a, b, c, d, main and 1 more"]);
    assert_eq!(repo.life("--branch side").beats.len(), 3);
}

#[test]
fn no_repository() {
    let folder = Folder::new().with("life.json", "older");
    folder
        .flaky("history -o life.json")
        .fails(1, &["not in a git repository", "flaky history PATH"]);
    folder.flaky("history . -o life.json").fails(1, &["not in a git repository"]);
    folder.flaky("history nowhere main -o life.json").fails(1, &["nowhere"]);
    assert_eq!(folder.text("life.json"), "older");
}

#[test]
fn names_of_nothing() {
    let repo = small();
    refused(&repo, "nothing..main", &["nothing..main", "no commit \"nothing\""]);
    refused(&repo, "main...nothing", &["no commit \"nothing\""]);
    refused(&repo, "HEAD~3", &["no commit \"HEAD~3\""]);
    refused(&repo, "HEAD:a", &["no commit"]);
    refused(&repo, "--branch nothing", &["no branch \"nothing\""]);
    for words in ["--author nobody", "--since 2099-01-01", "--path nothing", "main..main"] {
        refused(&repo, words, &["no commit of", "is left"]);
    }
}

#[test]
fn a_detached_head() {
    let repo = small();
    let tip = repo.sha("HEAD~1");
    repo.git(&["update-ref", "--no-deref", "HEAD", &tip]);
    assert_eq!(repo.life("").subjects(), ["root", "second"]);
    refused(&repo, "--author nobody", &[&tip[..7]]);
}

#[test]
fn a_shallow_clone() {
    let repo = small();
    repo.clone_with(&["--depth", "2"]);
    repo.git_in("clone", &["worktree", "add", "-q", "../linked"]);
    for place in ["clone", "linked"] {
        let ran = repo.folder.flaky_in(place, "history --json").succeeds();
        assert_eq!(ran.stderr().matches("clone is shallow").count(), 1, "{}", ran.stderr());
        let life = Life::of(&ran.says("git fetch --unshallow").says("GIT_DEPTH: 0"));
        assert_eq!(life.subjects(), ["second", "third"]);
        assert_eq!(life.kinds(), ["commit", "commit"]);
        assert_eq!(life.beats[0].churn(), (0, 0, 0));
        assert!(life.beats[0].meaning.contains("shallow clone"), "{}", life.beats[0].meaning);
        assert_eq!(life.beats[1].churn(), (1, 1, 1));
    }
    repo.git_in("clone", &["fetch", "-q", "--unshallow"]);
    assert_eq!(life_in(&repo, "clone", ""), repo.life(""));
}

#[test]
fn clocks_out_of_order() {
    let repo = Repo::new()
        .at("2024-05-01T12:00:00Z[+00:00]")
        .commit("now", &[])
        .at("1970-01-01T00:00:00Z[+00:00]")
        .commit("the first second", &[])
        .at("2120-01-01T00:00:00+14:00[+14:00]")
        .commit("far away", &[])
        .at("2024-05-01T11:00:00-09:30[-09:30]")
        .commit("earlier", &[])
        .forge(b"author A <a@x> -86400 +0000\ncommitter A <a@x> -86400 +0000\n\nbefore\n")
        .forge(
            b"author A <a@x> 99999999999999999999 +0000\n\
              committer A <a@x> 99999999999999999999 +0000\n\nabsurd\n",
        )
        .forge(
            b"author A <a@x> -99999999999999999999 -0000\n\
              committer A <a@x> -99999999999999999999 +9999\n\nabsurd too\n",
        )
        .commit("again", &[]);
    let life = repo.life("");
    runs_forwards(&life);
    assert_eq!(life.beats.len(), 8);
    assert_eq!(life.beat("the first second").authored, "1970-01-01T00:00:00+00:00");
    assert_eq!(life.beat("far away").authored, "2120-01-01T00:00:00+14:00");
    assert_eq!(life.beat("earlier").authored, "2024-05-01T11:00:00-09:30");
    assert_eq!(life.beat("before").authored, "1969-12-31T00:00:00+00:00");
}

#[test]
fn malformed_authors() {
    let repo = small()
        .forge(b"author nobody at all\ncommitter B <b@x> 1714565000 +0000\n\nno address\n")
        .forge(b"author B <b@x> soon +0000\ncommitter B <b@x> 1714565100 +0000\n\nno time\n")
        .forge(b"committer B <b@x> 1714565200 +0000\n\nno author\n")
        .forge(b"\nneither\n")
        .commit("last", &[]);
    let ran = repo.flaky("history --json").succeeds().says("4 of 8 commits");
    let life = Life::of(&ran);
    runs_forwards(&life);
    assert_eq!(life.kinds()[3..], ["lost", "lost", "lost", "lost", "commit"]);
    assert_eq!(life.beat("no author").author, "(no name)");
    refused(&repo, "--strict", &["4 of 8 commits could not be read completely", "git fsck"]);
}

#[test]
fn a_submodule_is_never_opened() {
    let repo = small().change("submodule", &[submodule("sub", '1')]);
    fs::create_dir(repo.path("sub")).unwrap();
    fs::write(repo.path("sub/.git"), "gitdir: ../nowhere\n").unwrap();
    fs::write(repo.path(".gitmodules"), "[submodule \"sub\"]\n\tpath = sub\n\turl = x:\n").unwrap();
    assert_eq!(repo.life("--strict").beat("submodule").churn(), (1, 1, 0));
}

#[test]
fn what_only_git_can_read() {
    let partial = small();
    partial.git(&["config", "uploadpack.allowFilter", "true"]);
    partial.clone_with(&["--filter=blob:none", "--no-checkout"]);
    let ran = partial.folder.flaky_in("clone", "history --json");
    ran.fails(1, &["partial clone", "--print-log-command", "--from-log -"]);
    for (option, cause) in
        [("--object-format=sha256", "SHA-256"), ("--ref-format=reftable", "reftable")]
    {
        match Repo::of(&[option]) {
            None => tools::skipped(&format!("this git knows no {option}")),
            Some(repo) => {
                let repo = repo.commit("root", &[]);
                refused(&repo, "", &[cause, "--print-log-command", "--from-log -"]);
            }
        }
    }
}

#[test]
fn grafts_that_only_git_can_read() {
    let repo = small();
    fs::create_dir_all(repo.path(".git/info")).unwrap();
    fs::write(repo.path(".git/info/grafts"), "# none\n").unwrap();
    refused(&repo, "", &["grafts", "--print-log-command", "--from-log -"]);
}

#[test]
fn wherever_the_repository_is() {
    let repo = small();
    let life = repo.life("");
    fs::create_dir_all(repo.path("folder/deep")).unwrap();
    assert_eq!(life_in(&repo, "repo/folder/deep", ""), life);
    assert_eq!(life_in(&repo, ".", "repo"), life);
    assert_eq!(life_in(&repo, ".", "repo/folder/deep main"), life);
    repo.clone_with(&["--bare"]);
    assert_eq!(life_in(&repo, "clone", ""), life);
    assert_eq!(life_in(&repo, ".", "clone HEAD"), life);
    repo.git(&["worktree", "add", "-q", "../linked", "HEAD~1"]);
    assert_eq!(life_in(&repo, "linked", "").subjects(), ["root", "second"]);
    repo.git_in(".", &["clone", "-q", "-s", "repo", "borrowing"]);
    assert_eq!(life_in(&repo, "borrowing", ""), life);
    let mut command = repo.folder.command();
    command.env("GIT_DIR", repo.path(".git")).args(["history", "--json"]);
    assert_eq!(Life::of(&Ran::of("history --json", &mut command).succeeds()), life);
}

#[test]
fn a_bare_repository_without_settings() {
    let map = "Anna <anna@example.org> <ann@example.org>\n";
    let repo = small().commit("map", &[(".mailmap", map)]);
    repo.clone_with(&["--bare"]);
    for settings in [true, false] {
        if !settings {
            fs::remove_file(repo.folder.path("clone/config")).unwrap();
        }
        let life = life_in(&repo, "clone", "");
        assert!(life.beats.iter().all(|beat| beat.author == "Anna"), "{life:?}");
        let ran = repo.folder.flaky_in("clone", "history --author nobody -o x.gif");
        ran.fails(1, &["no commit of clone main"]);
    }
}

#[test]
fn mailmaps_that_settings_name() {
    let repo = small().commit("map", &[("map", "Anna <ann@example.org>\n")]);
    repo.git(&["config", "mailmap.blob", "HEAD:map"]);
    assert_eq!(repo.life("").beats[0].author, "Anna");
    fs::write(repo.path("other"), "Hannah <ann@example.org>\n").unwrap();
    repo.git(&["config", "mailmap.file", "other"]);
    assert_eq!(repo.life("").beats[0].author, "Hannah");
}

#[test]
fn packed_objects_and_references() {
    let repo = small().tag("v1");
    let life = repo.life("--no-cache");
    repo.git(&["gc", "-q"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(repo.life("--no-cache"), life);
}

#[test]
fn tags_of_every_kind() {
    let repo = small();
    repo.git(&["tag", "light", "HEAD~2"]);
    repo.git(&["tag", "-a", "heavy", "-m", "text", "HEAD~1"]);
    repo.git(&["tag", "-a", "around/heavy", "-m", "text", "heavy"]);
    repo.git(&["tag", "on-a-blob", "HEAD:a"]);
    repo.git(&["tag", "-a", "on-a-tree", "-m", "text", "HEAD^{tree}"]);
    let life = repo.life("--strict");
    let paced: Vec<bool> = life.beats.iter().map(|beat| beat.paced).collect();
    assert_eq!(paced, [true, true, false]);
    assert!(life.beats[0].meaning.ends_with("tagged light"), "{}", life.beats[0].meaning);
    assert!(life.beats[1].meaning.ends_with("tagged around/heavy heavy"));
}

/// One object of `small`, missing and then damaged: so many commits are, and none is dropped.
#[track_caller]
fn damaged(object: &str, kinds: &[&str]) {
    for content in [None, Some("garbage"), Some("")] {
        let repo = small();
        let path = repo.object(&repo.sha(object));
        fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        let lost = kinds.iter().filter(|kind| **kind == "lost").count();
        let expected = format!("{lost} of {} commits could not be read completely", kinds.len());
        let ran = repo.flaky("history --json").succeeds().says("warning").says(&expected);
        let life = Life::of(&ran);
        assert_eq!(life.kinds(), kinds, "{object} {content:?}");
        runs_forwards(&life);
        // Nothing of it is remembered as the truth.
        assert_eq!(repo.life(""), life, "{object} {content:?}");
        refused(&repo, "--strict", &[&expected]);
    }
}

#[test]
fn missing_and_corrupt_objects() {
    damaged("HEAD:folder/b", &["root", "commit", "lost"]);
    damaged("HEAD~1:a", &["root", "lost", "commit"]);
    damaged("HEAD:folder", &["root", "commit", "lost"]);
    damaged("HEAD~1^{tree}", &["root", "lost", "lost"]);
    damaged("HEAD~2^{tree}", &["lost", "lost", "commit"]);
    damaged("HEAD~1", &["lost", "lost"]);
    damaged("HEAD~2", &["lost", "lost", "commit"]);
}

#[test]
fn a_commit_that_is_something_else() {
    let repo = small();
    let blob = repo.sha("HEAD:a");
    let tree = repo.sha("HEAD^{tree}");
    let who = "author A <a@x> 1714565000 +0000\ncommitter A <a@x> 1714565000 +0000\n\nodd\n";
    for (tree, parent) in [(&blob, &repo.sha("HEAD")), (&tree, &blob), (&tree, &tree)] {
        let object = format!("tree {tree}\nparent {parent}\n{who}");
        let id = repo.hash_object("commit", object.as_bytes());
        let life = repo.life(&id);
        assert_eq!(life.beat("odd").kind, "lost", "{object}");
    }
    for bytes in [&b"100644 cut"[..], b"no tree", b"100644 a\0too short", b"\0\0\0 \0"] {
        let tree = repo.hash_object("tree", bytes);
        let object = format!("tree {tree}\nparent {}\n{who}", repo.sha("HEAD"));
        let id = repo.hash_object("commit", object.as_bytes());
        assert_eq!(repo.life(&id).beat("odd").kind, "lost", "{bytes:?}");
    }
}

#[test]
fn trees_deeper_than_any_stack() {
    let deep = |levels: usize| format!("{}f", "d/".repeat(levels));
    let repo = small()
        .change("deep", &[file(&deep(2000), "1\n")])
        .change("deeper", &[file(&deep(5000), "2\n")])
        .commit("last", &[("a", "three\n")]);
    let life = repo.life("");
    assert_eq!(life.beat("deep").churn(), (1, 1, 0));
    assert_eq!(life.beat("deeper").kind, "lost");
    assert_eq!(life.beat("last").churn(), (1, 1, 1));
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_elses() {
    let own = Command::new("id").arg("-u").output().expect("id starts").stdout;
    if own.trim_ascii() != b"0" {
        return tools::skipped("only root can give a repository to somebody else");
    }
    let repo = small();
    let life = repo.life("");
    fs::create_dir(repo.path("folder")).unwrap();
    repo.clone_with(&["--bare"]);
    for name in ["repo", "clone"] {
        tools::output("chown", &["-R", "12345", repo.folder.path(name).to_str().unwrap()]);
    }
    for (place, words, top) in [
        ("repo/folder", "", "repo"),
        (".", "repo/folder", "repo"),
        ("repo", "", "repo"),
        ("clone", "", "clone"),
        (".", "clone", "clone"),
    ] {
        let place = |words: &str| repo.folder.flaky_in(place, &format!("history {words} --json"));
        let said = place(words).fails(1, &["belongs to another user"]).stderr();
        let command = said.lines().find_map(|line| Some(&line[line.find("git config")?..]));
        let command = command.expect("the command");
        let top = fs::canonicalize(repo.folder.path(top)).unwrap();
        let expected = format!("git config --global --add safe.directory {}", top.display());
        assert_eq!(command, expected);
        let mut git = repo.folder.alone("sh");
        assert!(git.args(["-c", command]).status().unwrap().success());
        assert_eq!(Life::of(&place(words).succeeds()), life);
        fs::remove_file(repo.folder.home().join(".gitconfig")).unwrap();
    }
}
