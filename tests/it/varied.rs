//! A repository with all kinds of commits, and the pictures of it.

use std::fs;
use std::io::Cursor;

use flaky::history::exclude::Exclusions;
use flaky::history::{History, log, status};

use crate::repo::{Repo, data, file};

/// Hostile and unusual subjects.
pub const HOSTILE: [&str; 7] = [
    "</title><script>alert(\"1\")</script> & 'more' ~",
    "a bell \u{7}, an escape \u{1b}[31m and \u{85}",
    "\u{202e}gnp.elif \u{2066}overridden",
    "תיקון (קטן) in the parser, شكرا",
    "修正 漢字 👩\u{200d}👩\u{200d}👧 🎉 ❤\u{fe0f}",
    "",
    "   ",
];
/// A life with something of everything.
pub fn varied() -> Repo {
    const DAY_S: i64 = 86_400;
    let mut repo = Repo::new()
        .commit("The beginning", &[("a", "1\n")])
        .branch("topic")
        .commit("fixup! The beginning", &[("b", "1\n2\n3\n")])
        .branch("main")
        .merge("Merge topic", &["topic"], &[file("b", "1\n2\n3\n")])
        .tag("v1.0")
        .commit("Revert \"The beginning\"\n\nThis reverts commit 1cc4a43fd2.", &[("a", "")])
        .at("2024-05-02T23:30:00+02:00[+02:00]")
        .commit("Work at night", &[("c", &"line\n".repeat(40))])
        .later(40 * DAY_S)
        .commit("A pause before a failure", &[("c", "")])
        .later(200 * DAY_S)
        .commit("A flatline", &[])
        .by("Zoë \u{202e}&amp; \u{1F600} Ångström-Sjöberg <zoe@example.org>")
        .commit("A flake", &[("d", "1\n")])
        .commit(&"a thousand characters ".repeat(46), &[("d", "2\n")]);
    for subject in HOSTILE {
        repo = repo.commit(subject, &[]);
    }
    let repo = repo.commit("The end", &[("e", "1\n")]);
    let (failure, flake) = (repo.sha(":/A pause"), repo.sha(":/A flake"));
    let lines = format!("{failure},failed\n{flake},failed\n{flake},passed\n");
    fs::write(repo.path("ci.csv"), lines).unwrap();
    repo
}

/// So many commits after one another with these subjects, and no files.
pub fn many(commits: usize, subject: impl Fn(usize) -> String) -> Repo {
    let repo = Repo::new();
    let mut stream = Vec::new();
    for i in 0..commits {
        let time_s = 1_714_564_800 + 3600 * i;
        let line = format!("Ann <ann@example.org> {time_s} +0000\n");
        stream.extend(format!("commit refs/heads/main\ncommitter {line}").bytes());
        data(&mut stream, subject(i).as_bytes());
    }
    repo.fast_import(&stream);
    repo
}

/// What the library makes of a repository with a status file.
pub fn history(repo: &Repo) -> History {
    let output = repo.alone("repo", "sh").args(["-c", &log::command(false)]).output().unwrap();
    let exclusions = Exclusions::new(&[]).unwrap();
    let mut history = log::read(Cursor::new(output.stdout), &exclusions, false).unwrap();
    let lines = fs::read_to_string(repo.path("ci.csv")).unwrap();
    status::from_lines(&mut history, "ci.csv", &lines).unwrap();
    history
}

/// Runs `flaky history` quietly with the status of commits, and returns its file.
pub fn drawn(repo: &Repo, words: &str, name: &str) -> Vec<u8> {
    repo.flaky(&format!("history -q --status ci.csv {words} -o {name}")).succeeds();
    fs::read(repo.path(name)).unwrap()
}
