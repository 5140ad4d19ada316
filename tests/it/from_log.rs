//! `--from-log`: the same history from the output of `git log`, and invalid logs.

use std::fs;

use crate::chance;
use crate::repo::{Beat, Life, Repo, file, program, submodule};
use crate::tools;
use crate::vocabulary::{Folder, Ran};

/// The history of a repository by way of the printed command and `--from-log`.
#[track_caller]
fn by_log(repo: &Repo, words: &str) -> Ran {
    let mut shell = repo.alone("repo", "sh");
    let merges = if words.contains("--first-parent") { "--first-parent" } else { "" };
    let script = format!(
        "command=$(\"$FLAKY\" history --print-log-command {merges}) && \
         eval \"$command\" | \"$FLAKY\" history --from-log - --json {words}"
    );
    shell.env("FLAKY", env!("CARGO_BIN_EXE_flaky")).args(["-c", &script]);
    Ran::of(&format!("history --from-log - {words}"), &mut shell).succeeds()
}

/// Asserts that the log gives the same history; counts of lines may differ where a diff is
/// ambiguous.
#[track_caller]
fn same(repo: &Repo, words: &str) -> Life {
    let (direct, log) = (repo.life(words), Life::of(&by_log(repo, words)));
    assert_eq!(direct.subjects(), log.subjects());
    for (direct, log) in direct.beats.iter().zip(&log.beats) {
        let Beat { added, removed, height, .. } = *log;
        let places = log.places.clone();
        assert_eq!(&Beat { added, removed, places, height, ..direct.clone() }, log);
        let kept = i64::from(added) - i64::from(direct.added);
        assert_eq!(kept, i64::from(removed) - i64::from(direct.removed), "{log:?}");
        assert!(kept != 0 || (height - direct.height).abs() < 0.05, "{direct:?}\n{log:?}");
        assert!(kept != 0 || direct.places == log.places, "{direct:?}\n{log:?}");
    }
    assert_eq!(direct.episodes, log.episodes);
    assert_eq!(direct.duration_s.to_bits(), log.duration_s.to_bits());
    direct
}

fn branched() -> Repo {
    Repo::new()
        .commit("root", &[("a", "one\n")])
        .branch("topic")
        .commit("fixup! root", &[("b", "b\n"), ("Cargo.lock", "1\n2\n3\n")])
        .branch("other")
        .at("2024-05-01T23:30:00+02:00[+02:00]")
        .commit(
            "at night",
            &[("c", "c\n"), ("\"tab\\there\\nand there\"", "t\n"), ("\"caf\\351\"", "c\n")],
        )
        .branch("main")
        .later(200 * 86_400)
        .merge("octopus", &["topic", "other"], &[file("b", "b\n"), file("c", "c\n")])
        .tag("v1.0")
        .tag("a-name")
        .tag("z/last")
        .merge("ours", &["other"], &[])
        .change("binary", &[file("d", [0, 1, 2]), program("a", "one\n")])
        .commit("Revert \"binary\"\n\nThis reverts commit 1234567.\n", &[("a", "")])
        .commit("nothing", &[])
}

#[test]
fn tells_the_same_life() {
    let repo = branched();
    repo.git(&["tag", "-a", "annotated", "-m", "text", "HEAD~1"]);
    repo.git(&["tag", "-a", "nested", "-m", "text", "annotated"]);
    let life = same(&repo, "");
    assert_eq!(life.beat("octopus").meaning.matches("v1.0").count(), 1);
    same(&repo, "--first-parent");
    same(&repo, "--no-merges");
    same(&repo, "--exclude none --scale lines:50");
    same(&repo, "--author ann --since 2024-05-01 --until 2024-05-02");
    for seed in 200..203 {
        same(&chance::repository(seed, 40), "");
    }
}

#[test]
fn the_command_is_for_all_there_is() {
    let folder = Folder::new();
    for words in ["main~3..main", ". main~3..main", "--path a", "--no-merges", "--since 2024-05-01"]
    {
        let said = folder.flaky(&format!("history --print-log-command {words}")).stderr();
        assert!(said.contains("cannot be used with"), "{words}: {said}");
    }
}

#[test]
fn whatever_the_settings() {
    let repo = branched().change("submodule", &[submodule("sub", '1')]);
    for (name, value) in [
        ("color.ui", "always"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "copies"),
        ("diff.submodule", "log"),
        ("format.pretty", "oneline"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
        ("log.abbrevCommit", "true"),
        ("log.date", "relative"),
        ("log.decorate", "short"),
        ("log.diffMerges", "separate"),
        ("log.mailmap", "false"),
        ("log.showRoot", "false"),
        ("log.showSignature", "true"),
    ] {
        repo.git(&["config", name, value]);
    }
    same(&repo, "");
    same(&repo, "--first-parent");
}

#[test]
fn of_people_and_messages_of_every_kind() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .by("Bo Åkesson <bo@example.org>")
        .commit("a subject\nof two lines\n\nand a body\n", &[("a", "two\n")])
        .by("Sammy Davis Jr. <sammy@example.org>")
        .commit("windows\r\n\r\nThis is a body.\r\n", &[("a", "three\n")])
        .by("\"Quoted, Name\" <quoted@example.org>")
        .commit("  spaces  before and  between \n \nbody\n", &[("a", "4\n")])
        .by("Nickname <nick@example.org>")
        .commit("", &[("a", "5\n")])
        .by("<>")
        .commit("\n\n\nempty lines before\n", &[("a", "6\n")])
        .by("Ann <ann@example.org>")
        .commit("Revert \"x\"\r\n\r\nThis reverts commit 1234567.\r\n", &[("a", "7\n")])
        .commit("control \u{7} \u{1b}[31mcharacters\u{1b}[m", &[("a", "8\n")]);
    let proper = "Proper Name <proper@example.org> Nickname <nick@example.org>\n";
    fs::write(repo.path(".mailmap"), proper).unwrap();
    let life = same(&repo, "");
    let authors: Vec<_> = life.beats.iter().map(|beat| beat.author.as_str()).collect();
    assert_eq!(authors[2], "Sammy Davis Jr.");
    assert_eq!(authors[4], "Proper Name");
    assert_eq!(life.beats[2].subject, "windows");
    assert_eq!(life.beats[3].subject, "spaces before and between");
    assert_eq!(life.beats[6].kind, "revert");
}

#[test]
fn of_odd_objects() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .forge(
            b"author \xc9mile <e@x> 1714565000 +0200\ncommitter \xc9mile <e@x> 1714565000 +0200\n\
              encoding ISO-8859-1\n\n\xe9t\xe9\n",
        )
        .forge(
            b"author B\xffo <b@x> 1714565100 +0000\ncommitter B\xffo <b@x> 1714565100 +0000\n\n\
              not \xff UTF-8\n",
        )
        .forge(
            b"author A <a@x> 1714565200 -0930\ncommitter A <a@x> 1714565200 -0930\n\n\
              cut\0off\n",
        )
        .commit("last", &[]);
    let life = same(&repo, "");
    assert_eq!(life.subjects(), ["root", "été", "not \u{fffd} UTF-8", "cut", "last"]);
    assert_eq!(life.beats[1].author, "Émile");
}

#[test]
fn of_times_that_git_cannot_read() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .forge(b"author nobody\ncommitter nobody\n\nmalformed\n")
        .forge(
            b"author A <a@x> 99999999999999999999 +0000\ncommitter A <a@x> 1714565100 +0000\n\n\
              absurd\n",
        )
        .forge(b"author A <a@x> -5 +0000\ncommitter A <a@x> -5 +0000\n\nnegative\n")
        .commit("last", &[]);
    let ran = by_log(&repo, "").says("could not be read completely");
    let life = Life::of(&ran);
    assert_eq!(life.subjects(), ["root", "malformed", "absurd", "negative", "last"]);
    assert_eq!(life.kinds(), ["root", "lost", "commit", "lost", "commit"]);
    assert!(life.beats.is_sorted_by(|a, b| a.t_s < b.t_s));
}

#[test]
fn of_what_only_git_can_read() {
    for option in ["--object-format=sha256", "--ref-format=reftable"] {
        let Some(repo) = Repo::of(&[option]) else {
            tools::skipped(&format!("this git knows no {option}"));
            continue;
        };
        let repo =
            repo.commit("root", &[("a", "one\n")]).commit("second", &[("a", "two\n")]).tag("v1");
        let life = Life::of(&by_log(&repo, ""));
        assert_eq!(life.kinds(), ["root", "commit"]);
        assert_eq!(life.beats[1].parents, [repo.sha("HEAD~1")]);
        assert_eq!(life.beats[1].churn(), (1, 1, 1));
        assert!(life.beats[1].paced);
    }
}

#[test]
fn what_is_no_log_is_said() {
    let folder = Folder::new().with("empty", "").with("life.json", "older");
    let repo = branched();
    let log =
        |words: &str| repo.git(&[&["log"][..], &words.split(' ').collect::<Vec<_>>()].concat());
    let folder = folder
        .with("usual", &log("--stat"))
        .with("short", &log("--oneline -z"))
        .with("numbers", &log("--numstat -z"));
    for name in ["empty", "usual", "short", "numbers"] {
        let words = format!("history --from-log {name} -o life.json");
        folder.flaky(&words).fails(1, &["log", "--print-log-command"]);
    }
    folder.flaky("history --from-log none -o life.json").fails(1, &["none", "no such file"]);
    assert_eq!(folder.text("life.json"), "older");
}

#[test]
fn a_log_that_was_cut_off_is_said() {
    let repo = branched();
    let command = repo.flaky("history --print-log-command").succeeds().stdout();
    let mut shell = repo.alone("repo", "sh");
    let log = shell.args(["-c", &command]).output().unwrap().stdout;
    let first = log.iter().skip(1).position(|byte| *byte == b'\n').unwrap();
    for end in [1, 5, 12, 30, first - 20, first - 1, log.len() / 2, log.len() - 1] {
        if log[end - 1] == 0 {
            continue;
        }
        fs::write(repo.path("cut"), &log[..end]).unwrap();
        repo.flaky("history --from-log cut --json").fails(1, &["log"]);
    }
    let record = log.iter().position(|byte| *byte == 0).unwrap() + 1;
    fs::write(repo.path("cut"), &log[..record]).unwrap();
    repo.flaky("history --from-log cut --json").fails(1, &["cut off", "commit 1"]);
}
