//! How long each beat of a history is shown.
//!
//! Routine passes quickly, at most 50 beats a second. What matters is given time: the beginning and the
//! end, releases, silences, the arrival of people, reverts, failures and very large commits. All of it
//! together lasts about as long as asked for, if the number of beats allows it.

use super::groups::Groups;
use super::marks;
use super::story::{Milestone, MilestoneKind, Story};
use super::{Commit, History};
use flaky_core::rhythm::mark;

/// The shortest and the longest time of a routine beat, in seconds.
const SHORTEST_S: f64 = 0.02;
const LONGEST_S: f64 = 0.6;
/// Times are multiples of this, in seconds: a tick of GIF.
const TICK_S: f64 = 0.01;
/// The time of a release or a year, and the part of the whole that all of them may take.
const MILESTONE_S: f64 = 1.0;
const MILESTONES: f64 = 0.33;
/// The time of a silence of 30 days, for every doubling of it, and at most.
const SILENCE_S: f64 = 0.8;
const DOUBLE_SILENCE_S: f64 = 0.5;
const LONGEST_SILENCE_S: f64 = 4.5;
/// The part of the whole that all silences may take.
const SILENCES: f64 = 0.25;
/// The time of the arrival of a person who made many of the commits.
const ARRIVAL_S: f64 = 0.8;
/// The time of a commit that failed or reverts another, and of a flaky one.
const TROUBLE_S: f64 = 0.3;
const FLAKY_S: f64 = 0.5;
/// The part of the whole that these may take, and the time below which they are routine.
const TROUBLES: f64 = 0.1;
const LEAST_TROUBLE_S: f64 = 0.06;
/// The number of the largest commits that are given time, that time, and how much larger than the median
/// they must be.
const LARGEST: usize = 8;
const LARGEST_S: f64 = 0.6;
const LARGE: u32 = 50;
/// The part of the whole that everything but routine may take if routine needs all of it.
const TOLD: f64 = 0.6;
/// A caption can be read in this time, in seconds; beats that are shown for less share one for at least
/// so long.
const READABLE_S: f64 = 0.55;
const SHARED_S: f64 = 0.95;
/// The least time of a caption before something that is worth one of its own.
const BROKEN_S: f64 = 0.4;

/// The time of a beat on display.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// From the beat before, in seconds.
    pub travel_s: f64,
    /// After the beat, in seconds.
    pub hold_s: f64,
}

impl Shown {
    /// The whole time in seconds.
    pub fn whole_s(&self) -> f64 {
        self.travel_s + self.hold_s
    }
}

/// The times of `count` beats at a constant rate. The last is held for `end_s` seconds.
pub fn even(count: usize, fps: f64, end_s: f64) -> Vec<Shown> {
    let travel_s = 1.0 / fps;
    let mut shown = vec![Shown { travel_s, hold_s: 0.0 }; count];
    if let Some(last) = shown.last_mut() {
        last.hold_s = (end_s - travel_s).max(0.0);
    }
    shown
}

/// The times of all beats by what they tell, `whole_s` seconds in all if that is possible. The first is
/// held for `ends_s.0` and the last for `ends_s.1` seconds.
pub fn telling(
    history: &History,
    story: &Story,
    groups: &Groups,
    whole_s: f64,
    ends_s: (f64, f64),
) -> Vec<Shown> {
    let count = groups.count();
    let mut holds = vec![0.0; count];
    let mut hold = |beat: usize, seconds: f64| holds[beat] = seconds.max(holds[beat]);
    for milestone in told(&story.milestones, (MILESTONES * whole_s / MILESTONE_S) as usize) {
        hold(groups.of_commit(milestone.at), MILESTONE_S);
    }
    for leader in &story.leaders.list {
        hold(groups.of_commit(leader.first), ARRIVAL_S);
    }
    for index in largest(&history.commits) {
        hold(groups.of_commit(index), LARGEST_S);
    }
    for (beat, seconds) in troubles(history, groups, TROUBLES * whole_s) {
        hold(beat, seconds);
    }
    if let Some(first) = holds.first_mut() {
        *first = first.max(ends_s.0);
    }
    if let Some(last) = holds.last_mut() {
        *last = last.max(ends_s.1);
    }
    let mut travels: Vec<Option<f64>> = vec![None; count];
    let wishes: f64 = story.silences.iter().map(|silence| silence_s(silence.days)).sum();
    let less = (SILENCES * whole_s / wishes.max(1e-9)).min(1.0);
    for silence in &story.silences {
        travels[groups.of_commit(silence.end)] = Some(less * silence_s(silence.days));
    }
    let routine = travels.iter().filter(|travel| travel.is_none()).count();
    let wanted_s: f64 = holds.iter().sum::<f64>() + travels.iter().flatten().sum::<f64>();
    let most_s = (whole_s - SHORTEST_S * routine as f64).max(TOLD * whole_s);
    let part = (most_s / wanted_s.max(1e-9)).min(1.0);
    holds.iter_mut().chain(travels.iter_mut().flatten()).for_each(|seconds| *seconds *= part);
    let told_s = part * wanted_s;
    let routine_s = ((whole_s - told_s) / routine.max(1) as f64).clamp(SHORTEST_S, LONGEST_S);
    let routine_s = (routine_s / TICK_S + 1e-6).floor() * TICK_S;
    let ticks = |seconds: f64| (seconds / TICK_S).round() * TICK_S;
    let shown = holds.into_iter().zip(travels).map(|(hold_s, travel_s)| Shown {
        travel_s: ticks(travel_s.unwrap_or(0.0).max(routine_s)),
        hold_s: ticks(hold_s),
    });
    let mut shown: Vec<Shown> = shown.collect();
    // The way to the end is part of its time.
    if let Some(last) = shown.last_mut() {
        last.hold_s = ticks((last.hold_s - last.travel_s).max(0.0));
    }
    shown
}

/// The time of a silence: the longer, the longer.
fn silence_s(days: i64) -> f64 {
    let doubled = libm::log2((days as f64 / 30.0).max(1.0));
    (SILENCE_S + DOUBLE_SILENCE_S * doubled).min(LONGEST_SILENCE_S)
}

/// The milestones that are given time: all, or the most important ones.
fn told(milestones: &[Milestone], most: usize) -> Vec<&Milestone> {
    let mut told: Vec<&Milestone> = milestones.iter().collect();
    if told.len() > most {
        told.sort_by_key(|milestone| std::cmp::Reverse((rank(milestone), milestone.sums.commits)));
        told.truncate(most);
    }
    told
}

/// The rank of a milestone: of releases, that of the first number that is not zero from the right, as in
/// 2.0.0, 2.1.0, 2.1.3; previews come last.
fn rank(milestone: &Milestone) -> u8 {
    if milestone.kind != MilestoneKind::Release {
        return 0;
    }
    let number = milestone.name.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let version = &milestone.name[number..];
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    if end < version.len() {
        return 0;
    }
    let zeros = version.split('.').map(|part| part.bytes().all(|digit| digit == b'0'));
    match zeros.collect::<Vec<_>>()[..] {
        [_] | [_, true] | [_, true, true, ..] => 3,
        [_, _] | [_, _, true, ..] => 2,
        _ => 1,
    }
}

/// Indices of the largest commits, if they are much larger than most. A root is no surprise.
fn largest(commits: &[Commit]) -> Vec<usize> {
    let mut weights: Vec<(u32, usize)> = commits
        .iter()
        .enumerate()
        .filter(|(_, commit)| !commit.is_root() && commit.churn.weight > 0)
        .map(|(index, commit)| (commit.churn.weight, index))
        .collect();
    let middle = weights.len() / 2;
    if weights.is_empty() {
        return Vec::new();
    }
    let (_, &mut (median, _), _) = weights.select_nth_unstable(middle);
    weights.retain(|(weight, _)| *weight >= median.saturating_mul(LARGE));
    weights.sort_unstable_by_key(|(weight, index)| (std::cmp::Reverse(*weight), *index));
    weights.into_iter().take(LARGEST).map(|(_, index)| index).collect()
}

/// The beats of failures and reverts with their times, `most_s` seconds in all at most.
fn troubles(history: &History, groups: &Groups, most_s: f64) -> Vec<(usize, f64)> {
    let wishes = (0..groups.count()).filter_map(|beat| {
        let mark = marks::mark(&history.commits[groups.range(beat)]);
        let seconds = match mark {
            same if *same == mark::FLAKY => FLAKY_S,
            same if *same == mark::FAILED || *same == mark::REVERT => TROUBLE_S,
            _ => return None,
        };
        Some((beat, seconds))
    });
    let wishes: Vec<(usize, f64)> = wishes.collect();
    let sum: f64 = wishes.iter().map(|(_, seconds)| seconds).sum();
    let less = (most_s / sum.max(1e-9)).min(1.0);
    let given = wishes.into_iter().map(|(beat, seconds)| (beat, less * seconds));
    given.filter(|(_, seconds)| *seconds >= LEAST_TROUBLE_S).collect()
}

/// The beats with which captions begin: each that can be read alone, and others together. A beat that
/// `breaks` begins a caption as soon as the one before could be read.
pub fn captions(shown: &[Shown], breaks: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut begins = Vec::new();
    let (mut shared_s, mut is_own) = (f64::INFINITY, false);
    for (beat, shown) in shown.iter().enumerate() {
        let own = shown.whole_s() >= READABLE_S;
        let breaks = shared_s >= BROKEN_S && breaks(beat);
        if own || is_own || breaks || shared_s >= SHARED_S {
            begins.push(beat as u32);
            shared_s = 0.0;
        }
        shared_s += shown.whole_s();
        is_own = own;
    }
    begins
}

/// A clock that runs evenly through a history, faster only through long silences.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Commit dates in seconds since 1970, and the times on display at which they are reached.
    points: Vec<(i64, f64)>,
}

/// The part of the whole up to which a silence lasts as long as the clock says; beyond, its logarithm.
const PLAIN_SILENCE: f64 = 1.0 / 12.0;
/// The shortest time of a silence of 30 days in calendar time.
const LEAST_SILENCE_S: f64 = 0.4;

impl Clock {
    /// A clock that needs `whole_s` seconds.
    pub fn new(history: &History, story: &Story, whole_s: f64) -> Self {
        let date = |index: usize| history.commits[index].ordered_s;
        let last = history.commits.len() - 1;
        let span_s = date(last).saturating_sub(date(0)).max(1) as f64;
        let silent = story.silences.iter().map(|silence| {
            let gap_s = date(silence.end).saturating_sub(date(silence.end - 1)) as f64;
            let plain_s = gap_s / span_s * whole_s;
            let most_s = PLAIN_SILENCE * whole_s;
            let long =
                if plain_s > most_s { 1.0 + libm::log(plain_s / most_s) } else { plain_s / most_s };
            (silence.end, gap_s, (long * most_s).max(LEAST_SILENCE_S))
        });
        let silent: Vec<(usize, f64, f64)> = silent.collect();
        let silences_s: f64 = silent.iter().map(|(.., shown_s)| shown_s).sum();
        // Half of the time belongs to what was done.
        let less = (0.5 * whole_s / silences_s.max(1e-9)).min(1.0);
        let busy_s = (span_s - silent.iter().map(|(_, gap_s, _)| gap_s).sum::<f64>()).max(1.0);
        let per_s = (whole_s - less * silences_s) / busy_s;
        let mut points = vec![(date(0), 0.0)];
        let mut now_s = 0.0;
        let mut begin = 0;
        for (end, _, shown_s) in silent {
            now_s += date(end - 1).saturating_sub(date(begin)) as f64 * per_s;
            points.push((date(end - 1), now_s));
            now_s += less * shown_s;
            points.push((date(end), now_s));
            begin = end;
        }
        now_s += date(last).saturating_sub(date(begin)) as f64 * per_s;
        points.push((date(last), now_s));
        Self { points }
    }

    /// The time on display at which a date is reached, in seconds.
    pub fn at(&self, date_s: i64) -> f64 {
        let next = self.points.partition_point(|(date, _)| *date <= date_s);
        let Some((to, to_s)) = self.points.get(next) else { return self.end_s() };
        let Some((from, from_s)) = next.checked_sub(1).map(|before| self.points[before]) else {
            return 0.0;
        };
        let part = date_s.saturating_sub(from) as f64 / to.saturating_sub(from).max(1) as f64;
        from_s + part * (to_s - from_s)
    }

    /// The date that is reached at a time on display.
    pub fn date_at(&self, shown_s: f64) -> i64 {
        let next = self.points.partition_point(|(_, reached_s)| *reached_s <= shown_s);
        let last = self.points.last().map_or(0, |(date, _)| *date);
        let Some((to, to_s)) = self.points.get(next) else { return last };
        let Some((from, from_s)) = next.checked_sub(1).map(|before| self.points[before]) else {
            return *to;
        };
        let part = (shown_s - from_s) / (to_s - from_s).max(1e-9);
        from.saturating_add((part * to.saturating_sub(from) as f64) as i64)
    }

    /// The duration of the whole, in seconds.
    pub fn end_s(&self) -> f64 {
        self.points.last().map_or(0.0, |(_, end_s)| *end_s)
    }
}
