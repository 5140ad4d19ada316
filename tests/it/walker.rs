//! Unusual and damaged repositories: everything readable is drawn, or the error has a helpful hint.

use std::fs;
use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::chance;
use crate::repo::{Life, Repo, file, files, submodule};
use crate::tools;
use crate::vocabulary::{Folder, Ran};

fn small() -> Repo {
    Repo::new()
        .commit("root", &[("a", "one\n")])
        .commit("second", &[("a", "two\n"), ("folder/b", "b\n")])
        .commit("third", &[("folder/b", "c\n")])
}

/// Asserts that `flaky history WORDS -o life.json` fails with these words and keeps an older file.
#[track_caller]
fn refused(repo: &Repo, words: &str, expected: &[&str]) {
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
    refused(&small().orphan("unborn"), "", &["no commits yet"]);
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
    assert_eq!(life.beat("the first second").time, "1970-01-01T00:00:00+00:00");
    assert_eq!(life.beat("far away").time, "2120-01-01T00:00:00+14:00");
    assert_eq!(life.beat("earlier").time, "2024-05-01T11:00:00-09:30");
    assert_eq!(life.beat("before").time, "1969-12-31T00:00:00+00:00");
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
fn a_file_larger_than_git_looks_at() {
    let repo = small();
    // Only its header can be read: nobody may read on.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(format!("blob {}\0text\n", (512_u64 << 20) + 1).as_bytes()).unwrap();
    let id = "b".repeat(40);
    let path = repo.object(&id);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, encoder.finish().unwrap()).unwrap();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},huge")]);
    let tree = repo.git(&["write-tree", "--missing-ok"]);
    let life = repo.commit_tree("huge", tree.trim()).life("--strict");
    assert_eq!(life.beat("huge").churn(), (3, 0, 2));
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
    damaged("HEAD", &["lost"]);
}

#[test]
fn damaged_packs() {
    let repo = chance::repository(300, 40);
    let whole = repo.life("--no-cache").beats.len();
    repo.git(&["gc", "-q"]);
    let packs = files(&repo.path(".git/objects/pack"));
    for path in
        packs.iter().filter(|path| path.extension().is_some_and(|it| it == "pack" || it == "idx"))
    {
        let bytes = fs::read(path).unwrap();
        let flipped = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            bytes
        };
        let part = bytes.len() / 8;
        let cuts = (0..8).map(|n| bytes[..n * part].to_vec());
        for damaged in (0..8).map(|n| flipped(n * part + n)).chain(cuts) {
            fs::remove_file(path).unwrap();
            fs::write(path, &damaged).unwrap();
            let ran = repo.flaky("history --json --no-cache");
            let said = ran.stderr();
            let all = ran.stdout().matches("\"sha\"").count() == whole;
            let told = said.starts_with("error: ") || said.contains("could not be read completely");
            assert!(!said.contains("panicked") && (all || told), "{said}");
        }
        fs::write(path, &bytes).unwrap();
    }
    assert_eq!(repo.life("--no-cache --strict").beats.len(), whole);
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
