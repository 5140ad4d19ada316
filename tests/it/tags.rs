//! Where tags count: filters and release branches keep the releases.

use crate::repo::{Beat, Life, Repo, file};

/// The subjects of the commits at which tags count, with the tags: "a: v1 (v2 v3)".
#[track_caller]
fn tagged(life: &Life) -> Vec<String> {
    let words = |beat: &Beat| {
        let moved = match beat.moved_tags.join(" ") {
            none if none.is_empty() => none,
            names => format!(" ({names})"),
        };
        format!("{}: {}{moved}", beat.subject, beat.tags.join(" "))
    };
    let has_some = |beat: &&Beat| !(beat.tags.is_empty() && beat.moved_tags.is_empty());
    let tagged: Vec<&Beat> = life.beats.iter().filter(has_some).collect();
    let paced: Vec<&Beat> = life.beats.iter().filter(|beat| beat.paced).collect();
    assert_eq!(tagged, paced, "spikes");
    tagged.into_iter().map(words).collect()
}

/// Merges are releases, as with git flow.
fn flow() -> Repo {
    let mut repo = Repo::new().commit("root", &[("a", "0\n")]);
    for i in 1..4 {
        let branch = format!("topic-{i}");
        repo = repo
            .branch(&branch)
            .by("Bo <bo@example.org>")
            .commit(&format!("work {i}"), &[("b", &format!("{i}\n"))])
            .branch("main")
            .by("Ann <ann@example.org>")
            .merge(&format!("release {i}"), &[&branch], &[file("b", format!("{i}\n"))])
            .tag(&format!("v{i}"));
    }
    repo
}

#[test]
fn a_tag_moves_to_the_next_commit_that_is_left() {
    let repo = flow();
    assert_eq!(tagged(&repo.life("")), ["release 1: v1", "release 2: v2", "release 3: v3"]);
    // Nothing but merges follows the last commit, so the last release is still its own.
    assert_eq!(tagged(&repo.life("--no-merges")), ["work 2:  (v1)", "work 3:  (v2 v3)"]);
    assert_eq!(tagged(&repo.life("--author bo@")), ["work 2:  (v1)", "work 3:  (v2 v3)"]);
    let repo = repo.commit("by Ann alone", &[("a", "1\n")]).tag("v4");
    let life = repo.life("--author bo@");
    assert_eq!(tagged(&life), ["work 2:  (v1)", "work 3:  (v2 v3)"], "v4 is not Bo's");
    assert!(life.beats[1].meaning.contains("stands in for v1"), "{}", life.beats[1].meaning);
    assert_eq!(tagged(&repo.life("--path a")), ["by Ann alone: v4 (v1 v2 v3)"]);
}

#[test]
fn a_tag_outside_of_the_dates_or_the_range_does_not_move() {
    let repo = flow();
    let date = repo.life("").beat("work 3").authored.clone();
    assert_eq!(tagged(&repo.life(&format!("--since {date}"))), ["release 3: v3"]);
    assert_eq!(tagged(&repo.life("v2..")), ["release 3: v3"]);
    assert_eq!(tagged(&repo.life("-n 2")), ["release 3: v3"]);
    assert_eq!(tagged(&repo.life("-n 1 --no-merges")), ["work 3:  (v2 v3)"]);
}

/// Two release branches; the second one takes changes of the main line.
fn branches() -> Repo {
    Repo::new()
        .commit("one", &[("a", "1\n")])
        .branch("release-1")
        .commit("version 1.0", &[("v", "1.0\n")])
        .tag("1.0")
        .commit("version 1.1", &[("v", "1.1\n")])
        .branch("main")
        .commit("two", &[("a", "2\n")])
        .branch("release-2")
        .commit("version 2.0", &[("v", "2.0\n")])
        .tag("2.0")
        .branch("main")
        .commit("three", &[("a", "3\n")])
        .branch("release-2")
        .merge("take three", &["main"], &[file("a", "3\n")])
        .tag("2.1")
        .branch("release-1")
        .tag("1.1")
        .branch("main")
        .commit("four", &[("a", "4\n")])
}

#[test]
fn a_tag_on_a_branch_counts_where_the_branch_begins() {
    let repo = branches();
    let expected = ["one:  (1.0 1.1)", "two:  (2.0)", "three:  (2.1)"];
    assert_eq!(tagged(&repo.life("")), expected);
    assert_eq!(tagged(&repo.life("--first-parent")), expected);
    assert_eq!(tagged(&repo.life("main~2..")), ["three:  (2.1)"]);
    // On the branch, they are its own, and the future of a branch is not its past.
    assert_eq!(
        tagged(&repo.life("--branch release-2")),
        ["one:  (1.0 1.1)", "version 2.0: 2.0", "take three: 2.1"]
    );
    assert_eq!(tagged(&repo.life("main~1")), ["one:  (1.0 1.1)", "two:  (2.0)"]);
}

#[test]
fn all_branches_have_their_own_tags() {
    let repo = branches();
    repo.git(&["tag", "-a", "unreachable", "-m", "text", "release-1"]);
    let life = repo.life("--all");
    assert_eq!(life.beats.len(), 8);
    let expected =
        ["version 1.0: 1.0", "version 1.1: 1.1 unreachable", "version 2.0: 2.0", "take three: 2.1"];
    assert_eq!(tagged(&life), expected);
    repo.git(&["branch", "-D", "release-2"]);
    assert_eq!(repo.life("--all").beats.len(), 8, "a tag holds it");
    repo.flaky("history --all main").fails(2, &["--all", "range"]);
    repo.flaky("history --all --branch main").fails(2, &["--all", "--branch"]);
}

#[test]
fn ten_thousand_tags_on_a_branch_are_read_in_one_pass() {
    let repo = Repo::new().commit("root", &[]);
    let root = repo.sha("HEAD");
    let mut stream = Vec::new();
    for i in 0..2000 {
        let line = format!("Ann <ann@example.org> {} +0000", 1_714_565_000 + i);
        let from = if i == 0 { format!("from {root}\n") } else { String::new() };
        stream.extend(format!("commit refs/heads/side\ncommitter {line}\ndata 0\n{from}").bytes());
        stream.extend(format!("\nreset refs/tags/v{i:04}\nfrom refs/heads/side\n\n").bytes());
    }
    repo.fast_import(&stream);
    let repo = repo.commit("next", &[]);
    let life = repo.life("--branch main");
    assert_eq!(life.beats[0].moved_tags.len(), 2000);
    assert_eq!(life.beats[0].moved_tags[1999], "v1999");
    let ran = repo.flaky("history -q --still --branch main -o x.svg").succeeds();
    drop(ran);
    let svg = std::fs::read_to_string(repo.path("x.svg")).unwrap();
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
}
