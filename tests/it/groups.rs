//! Histories of more commits than beats: what a beat for several commits shows and says.

use std::fs;

use flaky::history::groups::Groups;
use flaky::history::heartbeat::{Heartbeat, HeightScale};
use flaky::history::{Commit, History, Id};

use crate::markup::Svg;
use crate::pictures::frames_of_gif;
use crate::repo::{Life, Repo, file};
use crate::varied::{history, varied};

/// What can be said of the commits of `varied`.
const STATUS: &str = "--status ci.csv";
const DAY_S: i64 = 86_400;

/// The tooltips of a sheet, with several commits to a beat.
fn tips(repo: &Repo, words: &str) -> Vec<String> {
    repo.flaky(&format!("history -q --still {words} -o x.svg")).succeeds();
    Svg::of(&fs::read(repo.path("x.svg")).unwrap()).tips()
}

/// Twenty commits of a release by three people and a bot, in one group.
fn release() -> Repo {
    let mut repo = Repo::new().commit("root", &[("a", "1\n")]).branch("topic");
    for i in 0..12 {
        let who = ["Ann <ann@example.org>", "Bo <bo@example.org>"][i % 2];
        repo = repo.by(who).commit(&format!("change {i}"), &[("b", &"line\n".repeat(10 * i + 1))]);
    }
    repo.branch("main")
        .by("Cy <cy@example.org>")
        .merge("Merge topic", &["topic"], &[file("b", "line\n".repeat(111))])
        .by("renovate[bot] <1+renovate[bot]@users.noreply.github.com>")
        .commit("Update", &[("c", "1\n")])
        .by("Cy <cy@example.org>")
        .commit("Release", &[("version", "1\n")])
        .tag("v1.0")
        .commit("fixup! Release", &[("version", "1.0\n")])
        .at("2024-05-02T01:00:00Z[+00:00]")
        .commit("Late work", &[("d", "1\n")])
        .commit("Later work", &[("d", "2\n")])
        .at("2024-05-03T12:00:00Z[+00:00]")
        .commit("Revert \"Update\"\n\nThis reverts commit 1cc4a43fd2.", &[("c", "")])
}

#[test]
fn a_beat_for_several_commits_counts_them() {
    let repo = release();
    let life = repo.life("");
    let (first, last) = (&life.beats[0].sha[..7], &life.beats[19].sha[..7]);
    let (added, removed): (u32, u32) =
        life.beats.iter().fold((0, 0), |sum, beat| (sum.0 + beat.added, sum.1 + beat.removed));
    let expected = format!(
        "commits 1 to 20, {first} to {last}\n3 people, 2024-05-01 to 2024-05-03, +{added} −{removed}\n\
         20 commits: 1 root, 1 merge, 1 revert, 1 fixup, 2 at night; includes v1.0"
    );
    assert_eq!(tips(&repo, "--max-frames 1"), [expected]);
    // The caption of the only frame has the same facts.
    repo.flaky("history -q --max-frames 1 --size 1600x600 -o y.svg").succeeds();
    let one = fs::read(repo.path("y.svg")).unwrap();
    repo.flaky("history -q --max-frames 1 --size 1600x600 --captions short -o y.svg").succeeds();
    assert_ne!(one, fs::read(repo.path("y.svg")).unwrap());
}

#[test]
fn groups_end_at_a_silence() {
    let mut repo = Repo::new();
    for i in 0..9 {
        if i == 4 || i == 5 {
            repo = repo.later(40 * DAY_S);
        }
        repo = repo.commit(&format!("commit {i}"), &[]);
    }
    let ranges = |words: &str| -> Vec<String> {
        let first = |tip: &String| tip.split([',', '\n']).next().unwrap_or_default().to_string();
        tips(&repo, words)
            .iter()
            .map(first)
            .map(|line| match line.strip_prefix("commits ") {
                Some(range) => range.to_string(),
                None => line.split("commit ").nth(1).unwrap_or_default().to_string(),
            })
            .collect()
    };
    // Of the longest run, 1 to 4 and 6 to 9; single commits are numbered from 0.
    assert_eq!(ranges("--max-frames 5"), ["1 to 2", "3 to 4", "4", "6 to 7", "8 to 9"]);
    assert_eq!(ranges("--max-frames 3"), ["1 to 4", "4", "6 to 9"]);
    // A silence is never hidden, whatever was asked for.
    assert_eq!(ranges("--max-frames 1"), ["1 to 4", "4", "6 to 9"]);
    assert!(tips(&repo, "--max-frames 3")[2].contains("after a pause of 40 days"));
}

#[test]
fn more_commits_than_frames_share_beats() {
    let repo = varied();
    let words = format!("history {STATUS} --size 64x64 --max-frames");
    let ran = repo.flaky(&format!("{words} 6 -o x.gif")).succeeds();
    ran.says("17 commits: a beat stands for up to 4 of them").says("--max-frames 0");
    // Five commits, a pause, one commit, a flatline, eleven commits.
    for (most, frames) in
        [(0, 17), (1, 3), (3, 3), (4, 4), (6, 6), (9, 9), (16, 16), (17, 17), (18, 17)]
    {
        let ran = repo.flaky(&format!("{words} {most} -o x.gif")).succeeds();
        assert_eq!(ran.stderr().contains("stands for"), frames < 17, "{most}");
        let gif = fs::read(repo.path("x.gif")).unwrap();
        assert_eq!(frames_of_gif(&gif).len(), frames, "--max-frames {most}");
    }
    let ran = repo.flaky(&format!("history --json {STATUS}")).succeeds();
    assert_eq!((Life::of(&ran).beats.len(), ran.stderr().contains("stands for")), (17, false));
}

#[test]
fn the_most_telling_of_several_commits_wins() {
    let history = history(&varied());
    let beats =
        |size: usize| Heartbeat::new(&history, HeightScale::Percentile, Groups::of(&history, size));
    let kinds = |heartbeat: &Heartbeat| -> Vec<&str> {
        heartbeat.rhythm.beats.iter().map(|beat| beat.kind.name()).collect()
    };
    let single = beats(1);
    assert_eq!(kinds(&single)[..6], ["root", "fixup", "merge", "revert", "commit", "failed"]);
    assert_eq!(kinds(&single)[7], "flaky");
    for (size, expected) in [
        (2, &["root", "revert", "commit", "failed", "flaky", "commit"][..]),
        (3, &["root", "revert", "failed", "flaky", "commit", "commit"]),
        (4, &["revert", "commit", "failed", "flaky", "commit", "commit"]),
        (17, &["revert", "failed", "flaky"]),
    ] {
        let heartbeat = beats(size);
        assert_eq!(kinds(&heartbeat)[..expected.len()], *expected, "{size}");
        let tagged = heartbeat.rhythm.beats.iter().filter(|beat| beat.paced).count();
        assert_eq!(tagged, 1, "the tag survives in groups of {size}");
        // Heights add.
        for (i, beat) in heartbeat.rhythm.beats.iter().enumerate() {
            let singles = &single.rhythm.beats[heartbeat.groups.range(i)];
            let counted = singles.iter().filter(|single| single.kind.name() != "merge");
            let highest = counted.map(|single| single.amplitude).fold(0.0, f64::max);
            assert!(beat.amplitude >= highest - 1e-9, "{size}");
        }
    }
}

#[test]
fn a_merge_is_more_telling_than_what_it_merges_and_nights_count_from_half() {
    const HOUR_S: i64 = 3600;
    let told = |commits: &[(usize, i64)]| {
        let commit = |&(parents, hour): &(usize, i64)| Commit {
            parents: vec![Id::default(); parents].into(),
            written_s: HOUR_S * hour,
            ..Commit::default()
        };
        let commits = commits.iter().map(commit).collect();
        let history = History { commits, ..History::default() };
        let groups = Groups::of(&history, 10);
        let rhythm = Heartbeat::new(&history, HeightScale::Percentile, groups).rhythm;
        assert_eq!(rhythm.beats.len(), 1);
        (rhythm.beats[0].kind.name(), rhythm.episodes.len())
    };
    assert_eq!(told(&[(1, 12), (2, 13), (1, 14)]), ("merge", 0));
    assert_eq!(told(&[(1, 12), (2, 13), (0, 14)]), ("root", 0));
    assert_eq!(told(&[(1, 22), (1, 23)]), ("commit", 1));
    assert_eq!(told(&[(1, 21), (1, 22), (1, 23)]), ("commit", 0));
}

#[test]
fn every_commit_is_in_one_group() {
    let history = history(&varied());
    for size in 1..20 {
        let groups = Groups::of(&history, size);
        let ranges: Vec<_> = (0..groups.count()).map(|group| groups.range(group)).collect();
        assert!(ranges.iter().all(|range| (1..=size).contains(&range.len())), "{size}");
        let all: Vec<usize> = ranges.into_iter().flatten().collect();
        assert_eq!(all, (0..17).collect::<Vec<_>>(), "{size}");
    }
}
