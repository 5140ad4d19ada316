//! The story of a history: releases, silences, people and weeks, with git's own numbers.

use std::collections::BTreeSet;

use flaky::history::History;
use flaky::history::groups::Groups;
use flaky::history::pace::{self, Clock};
use flaky::history::story::{Activity, MilestoneKind, Story, anonymise, per_week};
use flaky_core::scene::Size;

use crate::pictures::frames_of_gif;
use crate::repo::{Repo, data};
use crate::varied::history;

const DAY_S: i64 = 86_400;
/// Monday, 2020-01-06, at noon.
const MONDAY_S: i64 = 1_578_312_000;
const ANN: &str = "Ann <ann@example.org>";
const BOB: &str = "Bob <bob@example.org>";
const CLEO: &str = "Cleo <cleo@example.org>";
const BOT: &str = "dependabot[bot] <bot@example.org>";

/// Writes a stream for `git fast-import`: a commit at a time, each with a line of its own.
struct Life {
    stream: Vec<u8>,
    now_s: i64,
    marks: usize,
}

impl Life {
    fn commits(&mut self, count: usize, who: &str, every_s: i64) {
        for _ in 0..count {
            self.commit("main", who, "Work", None);
            self.now_s += every_s;
        }
    }

    fn commit(&mut self, branch: &str, who: &str, subject: &str, merged: Option<&str>) {
        self.marks += 1;
        let (mark, time_s) = (self.marks, self.now_s);
        let lines =
            format!("commit refs/heads/{branch}\nmark :{mark}\ncommitter {who} {time_s} +0000\n");
        self.stream.extend(lines.bytes());
        data(&mut self.stream, format!("{subject} {mark}").as_bytes());
        if let Some(merged) = merged {
            self.stream.extend(format!("merge {merged}\n").bytes());
        }
        self.stream.extend(format!("M 100644 inline {branch}-{mark}\n").bytes());
        data(&mut self.stream, "a line\n".repeat(1 + mark % 3).as_bytes());
    }

    fn tag(&mut self, name: &str) {
        let lines = format!("reset refs/tags/{name}\nfrom :{}\n\n", self.marks);
        self.stream.extend(lines.bytes());
    }
}

/// Ann begins alone and releases v1.0; Bob's branch is older than v1.0 and merged after it; nothing for
/// 100 days; a burst of Bob's, v2.0; Cleo takes over, with a bot, a revert and v2.1.
fn lived() -> Repo {
    let repo = Repo::new();
    let mut life = Life { stream: Vec::new(), now_s: MONDAY_S, marks: 0 };
    life.commits(10, ANN, DAY_S);
    let branch = format!("reset refs/heads/side\nfrom :{}\n\n", life.marks);
    life.stream.extend(branch.bytes());
    for _ in 0..3 {
        life.commit("side", BOB, "Aside", None);
        life.now_s += 60;
    }
    life.commits(2, ANN, DAY_S);
    life.tag("v1.0");
    life.commit("main", ANN, "Merge side", Some("refs/heads/side"));
    life.now_s += 100 * DAY_S;
    life.commits(20, BOB, 3600);
    life.tag("v2.0");
    life.tag("helper-0.1");
    life.now_s += 2 * DAY_S;
    life.commits(12, CLEO, DAY_S);
    life.commit("main", BOT, "Bump", None);
    life.now_s += DAY_S;
    life.commit("main", CLEO, "Revert \"Work", None);
    life.tag("v2.1");
    repo.fast_import(&life.stream);
    std::fs::write(repo.path("ci.csv"), "").unwrap();
    repo
}

fn number(repo: &Repo, words: &[&str]) -> usize {
    repo.git(words).lines().count()
}

#[test]
fn releases_have_gits_numbers() {
    let repo = lived();
    let history = history(&repo);
    let story = Story::new(&history, 5);
    let names: Vec<&str> = story.milestones.iter().map(|release| &*release.name).collect();
    assert_eq!(names, ["v1.0", "v2.0", "v2.1"], "helper-0.1 is a tag of another package");
    for (release, range) in story.milestones.iter().zip(["v1.0", "v1.0..v2.0", "v2.0..v2.1"]) {
        let sums = release.sums;
        assert_eq!(sums.commits, number(&repo, &["rev-list", range]), "{range}");
        let authors = repo.git(&["log", "--format=%an", range]);
        let authors: BTreeSet<&str> =
            authors.lines().filter(|name| !name.contains("bot")).collect();
        assert_eq!(sums.people, authors.len(), "{range}");
        let lines = repo.git(&["log", "--numstat", "--format=", range]);
        let added = lines.lines().filter_map(|line| line.split('\t').next()?.parse::<u64>().ok());
        assert_eq!((sums.added, sums.removed), (added.sum(), 0), "{range}");
        assert_eq!(history.commits[release.at].tags.split(' ').next_back(), Some(&*release.name));
    }
}

#[test]
fn releases_of_a_branch_have_their_own_dates() {
    let repo = Repo::new()
        .commit("one", &[("a", "1\n")])
        .tag("v1.0")
        .branch("stable")
        .later(400 * DAY_S)
        .commit("mend", &[("a", "2\n")])
        .tag("v1.1");
    let date_s: i64 = repo.git(&["log", "-1", "--format=%ct"]).trim().parse().unwrap();
    let repo = repo.branch("main").later(400 * DAY_S).commit("two", &[("a", "3\n")]);
    let walked = flaky::history::repo::open(Some(&repo.path(""))).unwrap();
    let selection = flaky::history::select::Selection::default();
    let history =
        flaky::history::walk::walk(&walked, &selection, &flaky::progress::Silent).unwrap().history;
    let story = Story::new(&history, 5);
    let told: Vec<(&str, bool)> =
        story.releases.iter().map(|release| (&*release.name, release.date_s == date_s)).collect();
    assert_eq!(told, [("v1.0", false), ("v1.1", true)]);
    assert_eq!((story.totals.releases, story.milestones.len()), (2, 1));
}

#[test]
fn without_merges_releases_have_the_commits_between_them() {
    let repo = lived();
    let mut history = history(&repo);
    history.commits.retain(|commit| commit.parents.len() < 2);
    let story = Story::new(&history, 5);
    let counts: Vec<usize> = story.milestones.iter().map(|release| release.sums.commits).collect();
    assert_eq!(counts.iter().sum::<usize>(), history.commits.len());
    assert_eq!(counts[2], number(&repo, &["rev-list", "v2.0..v2.1"]));
}

#[test]
fn totals_are_gits() {
    let repo = lived();
    let history = history(&repo);
    let story = Story::new(&history, 2);
    let totals = story.totals;
    assert_eq!(totals.commits, number(&repo, &["rev-list", "HEAD"]));
    assert_eq!((totals.people, totals.releases, totals.reverts), (3, 3, 1));
    let silence = totals.silence.expect("a silence");
    assert_eq!((silence.days, story.silences.len()), (100, 1));
    assert_eq!(history.people[history.commits[silence.end].author as usize].name, "Bob".into());
    let dates = repo.git(&["log", "--format=%ct"]);
    let week = |date: &str| (date.parse::<i64>().unwrap() + 3 * DAY_S).div_euclid(7 * DAY_S);
    let weeks: Vec<i64> = dates.lines().map(week).collect();
    let count = |week: i64| weeks.iter().filter(|other| **other == week).count();
    let busiest = *weeks.iter().max_by_key(|week| count(**week)).unwrap();
    let expected = (busiest * 7 * DAY_S - 3 * DAY_S, count(busiest));
    assert_eq!(totals.busiest_week, Some(expected));
    assert!(expected.1 >= 20, "the burst");
    let names: Vec<(&str, usize)> =
        story.leaders.list.iter().map(|leader| (&*leader.name, leader.commits)).collect();
    assert_eq!(names, [("Bob", 23), ("Ann", 13)]);
    let bot = history.people.iter().position(|person| person.name.contains("bot")).unwrap();
    assert_eq!(story.leaders.place(bot as u32), None);
    assert_eq!(story.arrivals.len(), 3, "a bot does not arrive");
}

#[test]
fn the_weeks_of_the_overview_have_all_commits() {
    let history = history(&lived());
    let story = Story::new(&history, 2);
    for most in [1, 2, 10, 400] {
        let activity = Activity::new(&history, &story, most);
        assert!(activity.slices.len() <= most);
        let sum: u32 = activity.slices.iter().map(flaky::history::story::Slice::total).sum();
        assert_eq!(sum as usize, history.commits.len(), "{most}");
        let last = history.commits.last().unwrap().ordered_s;
        assert!(activity.part(history.commits[0].ordered_s) < 1.0 / activity.slices.len() as f64);
        assert!(activity.part(last) > 1.0 - 1.0 / activity.slices.len() as f64 - 1e-9);
    }
    let of_leaders = |history: &History| {
        let activity = Activity::new(history, &Story::new(history, 2), 400);
        let mut sums = [0; 3];
        for slice in &activity.slices {
            sums.iter_mut().zip(&slice.commits).for_each(|(sum, commits)| *sum += commits);
        }
        sums
    };
    assert_eq!(of_leaders(&history), [23, 13, 14]);
}

#[test]
fn the_rate_rises_in_a_burst_and_falls_after_it() {
    let history = history(&lived());
    let burst = history.commits.iter().position(|commit| commit.tags.contains("v2.0")).unwrap();
    let last = history.commits.len() - 1;
    let rate = |index: usize| format!("{:.1}", per_week(&history.commits, index));
    assert_eq!(rate(0), "1.0");
    assert_eq!(rate(burst), "5.0", "20 commits in four weeks");
    assert_eq!(rate(last), "8.5", "34 in four weeks");
}

#[test]
fn anonymous_people_are_numbers() {
    let mut history = history(&lived());
    anonymise(&mut history);
    let names: BTreeSet<&str> = history.people.iter().map(|person| &*person.name).collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["dependabot[bot]", "person 1", "person 2", "person 3"]
    );
    assert!(history.people.iter().all(|person| !person.email.contains("ann")));
    let repo = lived();
    let json = repo.flaky("history --anonymous --json").succeeds().stdout();
    assert!(json.contains("person 2") && !json.contains("Ann") && !json.contains("cleo@"));
}

#[test]
fn a_long_life_without_tags_has_years() {
    let repo = Repo::new();
    let mut life = Life { stream: Vec::new(), now_s: MONDAY_S, marks: 0 };
    life.commits(50, ANN, 30 * DAY_S);
    repo.fast_import(&life.stream);
    std::fs::write(repo.path("ci.csv"), "").unwrap();
    let story = Story::new(&history(&repo), 5);
    let years: Vec<(&str, usize)> =
        story.milestones.iter().map(|year| (&*year.name, year.sums.commits)).collect();
    let last: Vec<MilestoneKind> = story.milestones.iter().map(|year| year.kind).collect();
    assert_eq!(last, [2020, 2021, 2022, 2023].map(|last| MilestoneKind::Year { last }));
    let since = |year: i32| {
        let (from, to) =
            (format!("--since={year}-01-01T00:00Z"), format!("--until={year}-12-31T23:59Z"));
        number(&repo, &["rev-list", &from, &to, "HEAD"])
    };
    let expected = [2021, 2022, 2023, 2024].map(|year| (year, since(year - 1)));
    assert_eq!(years.len(), 4);
    for ((name, commits), (year, counted)) in years.into_iter().zip(expected) {
        assert_eq!((name, commits), (&*year.to_string(), counted));
    }
    repo.flaky("history --releases only -o x.gif").fails(1, &["no releases", "git fetch --tags"]);
}

#[test]
fn what_matters_is_given_time() {
    let repo = lived();
    let history = history(&repo);
    let story = Story::new(&history, 2);
    repo.flaky("history -q --size 200x80 -o x.gif").succeeds();
    let frames = frames_of_gif(&std::fs::read(repo.path("x.gif")).unwrap());
    assert_eq!(frames.len(), history.commits.len(), "a frame for every commit");
    let ms = |index: usize| frames[index].ms;
    for release in &story.milestones {
        assert!(
            (1000..=2000).contains(&ms(release.at)) || release.at + 1 == frames.len(),
            "{release:?}"
        );
    }
    let routine = ms(2);
    assert!(ms(story.silences[0].end) > 2 * routine, "a silence lasts");
    assert!(ms(frames.len() - 1) >= 3000, "the end stays");
    let whole: u32 = frames.iter().map(|frame| frame.ms).sum();
    assert!((30_000..=70_000).contains(&whole), "{whole}");
}

#[test]
fn a_long_life_ends_in_about_a_minute() {
    let history = history(&lived());
    let story = Story::new(&history, 2);
    let groups = Groups::of(&history, 1);
    for (asked_s, range) in [(60.0, 35.0..70.0), (20.0, 12.0..26.0), (2.0, 1.5..3.0)] {
        let shown = pace::telling(&history, &story, &groups, asked_s, (2.5, 5.0));
        let whole_s: f64 = shown.iter().map(pace::Shown::whole_s).sum();
        assert!(range.contains(&whole_s), "{asked_s}: {whole_s}");
        assert!(shown.iter().all(|shown| shown.travel_s >= 0.02 - 1e-9), "50 a second at most");
    }
}

#[test]
fn calendar_time_lasts_as_long_as_asked_for() {
    let repo = lived();
    repo.flaky("history -q --pace time --duration 12s --size 120x60 -o x.gif").succeeds();
    let frames = frames_of_gif(&std::fs::read(repo.path("x.gif")).unwrap());
    let whole: u32 = frames.iter().map(|frame| frame.ms).sum();
    assert!((11_500..=12_500).contains(&whole), "{whole}");
    let history = history(&repo);
    let story = Story::new(&history, 2);
    let clock = Clock::new(&history, &story, 30.0);
    assert!((clock.end_s() - 30.0).abs() < 1e-6);
    let times: Vec<f64> = history.commits.iter().map(|commit| clock.at(commit.ordered_s)).collect();
    assert!(times.is_sorted(), "{times:?}");
    let end = story.silences[0].end;
    assert!(times[end] - times[end - 1] > 3.0, "100 days of 145 last");
    for (commit, at_s) in history.commits.iter().zip(times) {
        assert!(
            clock.date_at(at_s).abs_diff(commit.ordered_s) <= 5,
            "the clock can be read backwards"
        );
    }
}

#[test]
fn a_release_is_a_beat_if_only_releases_are_wanted() {
    let repo = lived();
    let ran = repo.flaky("history --releases only --size 200x80 -o x.gif").succeeds();
    ran.says("50 commits in 3 frames");
    let size = Size { width: 200, height: 80 };
    let frames = frames_of_gif(&std::fs::read(repo.path("x.gif")).unwrap());
    assert!(frames.iter().all(|frame| frame.rgba.len() == 4 * (size.width * size.height) as usize));
}
