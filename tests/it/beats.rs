//! The beats of a history: kinds of commits, pauses, nights, and CI status.

use std::fs;

use crate::repo::{Repo, file};
use crate::vocabulary::Ran;

/// A repository of three commits, a minute apart.
fn three() -> Repo {
    Repo::new()
        .commit("one", &[("a", "1\n")])
        .commit("two", &[("a", "2\n")])
        .commit("three", &[("a", "3\n")])
}

/// `three` with a status file of these lines, in which `{1}` to `{3}` stand for the commits.
fn with_status(lines: &str) -> Repo {
    let repo = three();
    let lines = lines
        .replace("{1}", &repo.sha("HEAD~2"))
        .replace("{2}", &repo.sha("HEAD~1"))
        .replace("{3}", &repo.sha("HEAD"));
    fs::write(repo.path("ci.csv"), lines).unwrap();
    repo
}

#[test]
fn every_kind_of_commit() {
    let repo = Repo::new()
        .commit("root", &[("a", "1\n")])
        .commit("Revert \"root\"\n\nThis reverts commit 1cc4a43fd2.", &[("a", "")])
        .commit("Revert to the former way", &[("a", "2\n")])
        .commit("Speak of reverts\n\nThis reverts commit 1cc4a43fd2.", &[("a", "3\n")])
        .commit("fixup! root", &[("a", "4\n")])
        .commit("squash! root", &[("a", "5\n")])
        .commit("amend! root", &[("a", "6\n")])
        .branch("topic")
        .commit("ordinary", &[("b", "7\n")])
        .branch("main")
        .merge("merge", &["topic"], &[file("b", "7\n")])
        .tag("v1");
    let life = repo.life("");
    assert_eq!(
        life.kinds(),
        ["root", "revert", "commit", "commit", "fixup", "fixup", "fixup", "commit", "merge"]
    );
    let paced: Vec<_> = life.beats.iter().filter(|beat| beat.paced).collect();
    assert_eq!(paced, [life.beat("merge")]);
    assert!(life.beat("merge").meaning.contains("tagged v1"));
    assert!(life.beat("merge").meaning.contains("2 parents"));
    assert!(life.beat("Revert \"root\"").height > 0.0);
}

#[test]
fn more_lines_are_higher() {
    let lines = |n: usize| "line\n".repeat(n);
    let repo = Repo::new()
        .commit("root", &[("a", &lines(100_000))])
        .commit("none", &[])
        .commit("one", &[("b", &lines(1))])
        .commit("ten", &[("c", &lines(10))])
        .commit("thousand", &[("d", &lines(1000))]);
    let life = repo.life("");
    let height = |subject: &str| life.beat(subject).height;
    assert!(height("none") < height("one") && height("one") < height("ten"));
    assert!(height("ten") < height("thousand"));
    assert!(height("root") <= 1.2, "{}", height("root"));
    let fixed = repo.life("--scale lines:10");
    assert!(fixed.beat("ten").height > height("ten"));
}

#[test]
fn what_nobody_writes_does_not_count_for_the_height() {
    let lines = "line\n".repeat(50);
    let left_out = ["Cargo.lock", "web/package-lock.json", "a/vendor/b.c", "x.min.js", "go.sum"];
    let files = left_out.map(|path| (path, lines.as_str()));
    let repo = Repo::new()
        .commit("root", &[("a.txt", "1\n")])
        .commit("empty", &[])
        .commit("lock", &files)
        .commit("text", &[("docs/b.txt", &lines)]);
    let height = |words: &str, subject: &str| repo.life(words).beat(subject).height;
    assert_eq!(repo.life("").beat("lock").churn(), (5, 250, 0));
    let empty = height("", "empty");
    assert!((height("", "lock") - empty).abs() < 1e-9);
    assert!(height("", "text") > empty);
    assert!(height("--exclude none", "lock") > empty);
    for glob in ["*.txt", "docs/", "docs/**", "/docs/*.txt"] {
        let words = format!("--exclude {glob}");
        assert!((height(&words, "text") - empty).abs() < 1e-9, "{glob}");
        assert!((height(&words, "lock") - empty).abs() < 1e-9, "{glob}");
    }
    repo.flaky("history --json --exclude [").fails(2, &["--exclude"]);
}

#[test]
fn night_is_where_the_author_lives() {
    let repo = Repo::new()
        .at("2024-05-01T22:59:59+02:00[+02:00]")
        .commit("evening", &[])
        .at("2024-05-01T23:00:00+02:00[+02:00]")
        .commit("night", &[])
        .at("2024-05-02T05:59:59+02:00[+02:00]")
        .commit("before dawn", &[])
        .at("2024-05-02T06:00:00+02:00[+02:00]")
        .commit("morning", &[])
        .at("2024-05-02T03:00:00-05:00[-05:00]")
        .commit("elsewhere", &[]);
    let life = repo.life("");
    assert_eq!(life.episodes(), ["night", "night"]);
    let dark = |subject: &str| {
        let beat = life.beat(subject);
        assert_eq!(beat.meaning.contains("at night"), subject != "evening" && subject != "morning");
        life.episodes.iter().any(|night| (night.start_s..night.end_s).contains(&beat.t_s))
    };
    let dark: Vec<bool> = life.subjects().into_iter().map(dark).collect();
    assert_eq!(dark, [false, true, true, false, true]);
}

#[test]
fn silence_is_a_pause_and_a_flatline() {
    const DAY_S: i64 = 86_400;
    const STEP_S: i64 = 600;
    let repo = Repo::new()
        .commit("one", &[])
        .later(30 * DAY_S - STEP_S - 1)
        .commit("just before", &[])
        .later(30 * DAY_S - STEP_S)
        .commit("after a pause", &[])
        .later(182 * DAY_S - STEP_S - 1)
        .commit("a longer one", &[])
        .later(182 * DAY_S - STEP_S)
        .commit("after a flatline", &[])
        .later(100 * 365 * DAY_S)
        .commit("after a century", &[]);
    let life = repo.life("");
    let silences = ["sinus-pause", "sinus-pause", "flatline", "flatline"];
    assert_eq!(life.episodes(), silences);
    for (episode, beats) in life.episodes.iter().zip(life.beats[1..].windows(2)) {
        assert!(beats[0].t_s < episode.start_s && episode.end_s < beats[1].t_s);
    }
    assert!(life.beat("after a pause").meaning.contains("a pause of 30 days"));
    assert!(life.beat("after a flatline").meaning.contains("182 days of flatline"));
    assert!(life.duration_s < 20.0);
}

#[test]
fn what_became_of_commits() {
    let repo = with_status(
        "sha,status\n\n# a comment\n{1},failed\n{1},success\n{2}, FAILURE \n{3},passed\n",
    );
    let life = repo.life("--status ci.csv");
    assert_eq!(life.kinds(), ["flaky", "failed", "commit"]);
    assert!(life.beats[2].meaning.contains("its pipeline: passed"));
    assert_eq!(repo.life("").kinds(), ["root", "commit", "commit"]);
    let short = format!("{},failed\r\n", &repo.sha("HEAD")[..8].to_uppercase());
    fs::write(repo.path("ci.csv"), short).unwrap();
    assert_eq!(repo.life("--status ci.csv").kinds(), ["root", "commit", "failed"]);
}

#[test]
fn statuses_that_cannot_be_placed_are_counted() {
    let repo = with_status("{1},passed\n0000000,failed\n{2},faild\n1111111,passed\n{3},odd\n");
    let ran = repo.flaky("history --json --status ci.csv").succeeds();
    let ran = ran.says("2 of 3 lines of ci.csv do not match a commit of this history");
    let ran = ran.says("ci.csv:3: \"faild\" is not a status (1 more like it)");
    ran.says("did you mean \"failed\"?");
}

#[test]
fn statuses_of_another_form() {
    for (number, lines) in [
        (1, "no comma\n"),
        (2, "{1},passed\n{2}\n"),
        (3, "# well\n{1},passed\nabc,failed\n"),
        (1, "1cc4a4z,failed\n"),
        (1, "status,sha\n"),
        (1, "\u{feff}\0\u{1}\n"),
    ] {
        let repo = with_status(lines);
        fs::write(repo.path("life.json"), "older").unwrap();
        let place = format!("ci.csv:{number}");
        let words = "history --status ci.csv -o life.json";
        repo.flaky(words).fails(1, &[&place, "sha,status"]);
        assert_eq!(fs::read(repo.path("life.json")).unwrap(), b"older");
    }
    let repo = three();
    repo.flaky("history --json --status none.csv").fails(1, &["none.csv", "no such file"]);
    let repo = with_status("no comma");
    let words = "history --json --status -";
    let mut command = repo.folder.command();
    command.current_dir(repo.path("")).args(words.split(' '));
    command.stdin(fs::File::open(repo.path("ci.csv")).unwrap());
    Ran::of(words, &mut command).fails(1, &["standard input:1: expected `sha,status`"]);
}

#[test]
fn notes_tell_as_well() {
    let repo = three();
    let note = |text: &str, name: &str| {
        repo.git(&["notes", "--ref=ci", "add", "-m", text, name]);
    };
    note("failed\npassed", "HEAD~2");
    note("failed", "HEAD~1");
    note("hiccup", "HEAD");
    let ran = repo.flaky("history --json --notes ci").succeeds().says("\"hiccup\"");
    assert!(ran.stdout().contains("\"kind\":\"flaky\""));
    assert_eq!(repo.life("--notes ci").kinds(), ["flaky", "failed", "commit"]);
    assert_eq!(repo.life("--notes refs/notes/ci").kinds(), ["flaky", "failed", "commit"]);
    repo.flaky("history --json --notes builds")
        .fails(1, &["no notes \"refs/notes/builds\"", "git fetch"]);
}

#[test]
fn a_title_of_gits_is_enough_for_a_revert() {
    let repo = Repo::new()
        .commit("root", &[("a", "1\n")])
        .commit("Revert \"root\"", &[("a", "")])
        .commit("Reapply \"root\"", &[("a", "1\n")])
        .commit("Revert \"Reapply \"root\"\"", &[("a", "")])
        .commit("revert \"root\" in other words", &[("a", "2\n")])
        .commit("Reverting \"root\"", &[("a", "3\n")]);
    let kinds = ["root", "revert", "revert", "revert", "commit", "commit"];
    assert_eq!(repo.life("").kinds(), kinds);
}

#[test]
fn a_life_can_be_drawn_again() {
    let repo = with_status("{1},failed\n{1},passed\n{2},failed\n")
        .by("A <a@x>")
        .at("2025-05-01T23:30:00+02:00[+02:00]")
        .commit("at night", &[("a", "4\n")])
        .branch("topic")
        .commit("fixup! two", &[("b", "5\n")])
        .branch("main")
        .merge("join", &["topic"], &[file("b", "5\n")])
        .tag("v1")
        .forge(b"author nobody\n\nlost \xff\n")
        .commit("Revert \"two\"\n\nThis reverts commit 1cc4a43fd2.", &[("a", "1\n")]);
    repo.flaky("history --status ci.csv -o beats.json").succeeds();
    for name in ["x.svg", "x.png", "x.csv", "again.json"] {
        repo.flaky(&format!("render -q --rhythm beats.json -o {name}")).succeeds();
        assert!(fs::metadata(repo.path(name)).unwrap().len() > 0);
    }
}
