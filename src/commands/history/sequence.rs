//! A history as a sequence of frames: which beats there are, how long each is shown, and which of them share a caption.

use std::ops::Range;

use super::options::{Limits, Options};
use super::words::silent_for;
use crate::cli::Console;
use crate::cli::format::Format;
use crate::cli::history::{self as cli, Cards, Pace, Releases};
use crate::error::Error;
use crate::history::heartbeat::{Heartbeat, STRIP_PER_S};
use crate::history::pace::{self, Clock, Shown};
use crate::history::story::{Activity, Story};
use crate::history::{Commit, History};
use flaky_core::scene::timelapse::{Moment, Pause};
use flaky_core::timeline::Stop;

/// The maximum number of beats of an animated SVG.
const MAX_ANIMATED: usize = 500;
/// The times at which the words of a silence begin and end, as parts of it.
const HUSH: (f64, f64) = (0.1, 0.9);
/// The shortest and the longest time of a beat if each is a release, in seconds.
const SHORTEST_S: f64 = 0.6;
const LONGEST_S: f64 = 1.5;

/// A history as a sequence of frames.
pub(super) struct Sequence {
    pub heartbeat: Heartbeat,
    /// The frames.
    pub stops: Vec<Stop>,
    /// The beats with which captions begin.
    captions: Vec<u32>,
    /// The clock of a sequence in calendar time.
    clock: Option<Clock>,
}

impl Sequence {
    /// The sequence that the options ask for; without frames for a sheet or data.
    pub(super) fn new(
        options: &Options<'_>,
        history: &History,
        story: &Story,
        limits: Limits,
    ) -> Self {
        let scale = options.args.scale;
        if !options.is_animation() {
            let groups = options.groups(history, story, limits.most_beats);
            let heartbeat = Heartbeat::new(history, scale, groups);
            return Self { heartbeat, stops: Vec::new(), captions: Vec::new(), clock: None };
        }
        let ends_s = match options.cards() {
            Cards::Ends => (cli::OPENING_S, cli::END_S),
            Cards::None => (0.0, cli::HOLD_S),
        };
        if options.pace() == Pace::Time {
            return Self::in_calendar_time(options, history, story, ends_s, limits.fps);
        }
        let groups = options.groups(history, story, limits.most_beats);
        let even = options.args.fps.filter(|_| options.film_fps.is_none());
        let shown = match even {
            None if options.args.releases == Some(Releases::Only) => {
                let each_s = options.duration_s() / groups.count() as f64;
                pace::even(groups.count(), 1.0 / each_s.clamp(SHORTEST_S, LONGEST_S), ends_s.1)
            }
            Some(fps) => pace::even(groups.count(), fps, cli::HOLD_S),
            None => pace::telling(history, story, &groups, options.duration_s(), ends_s),
        };
        let heartbeat = Heartbeat::paced(history, scale, groups, &shown);
        let times = heartbeat.shown_s.iter().zip(&shown);
        let stops =
            times.map(|(&t_s, shown)| Stop { t_s, travel_s: shown.travel_s, hold_s: shown.hold_s });
        let stops = stops.collect();
        let captions = pace::captions(&shown, |_| false);
        Self { heartbeat, stops, captions, clock: None }
    }

    /// Frames at equal distances in time.
    fn in_calendar_time(
        options: &Options<'_>,
        history: &History,
        story: &Story,
        ends_s: (f64, f64),
        fps: f64,
    ) -> Self {
        let busy_s = (options.duration_s() - ends_s.0 - ends_s.1).max(1.0);
        let clock = Clock::new(history, story, busy_s);
        let heartbeat = Heartbeat::by_clock(history, options.args.scale, &clock);
        let (first_s, last_s) = match heartbeat.shown_s[..] {
            [first_s, .., last_s] => (first_s, last_s),
            [only_s] => (only_s, only_s),
            [] => (0.0, 0.0),
        };
        let travel_s = 1.0 / fps;
        let frames = ((last_s - first_s) / STRIP_PER_S / travel_s).ceil() as usize;
        let stop = |i: usize| Stop {
            t_s: (first_s + i as f64 * travel_s * STRIP_PER_S).min(last_s),
            travel_s,
            hold_s: match i {
                last if last == frames => ends_s.1,
                0 => ends_s.0,
                _ => 0.0,
            },
        };
        let stops = (0..=frames).map(stop).collect();
        let shown_s = &heartbeat.shown_s;
        let next_s = |beat: usize| shown_s.get(beat + 1).copied().unwrap_or(f64::INFINITY);
        let shown = shown_s.iter().enumerate().map(|(beat, now_s)| Shown {
            travel_s: (next_s(beat) - now_s) / STRIP_PER_S,
            hold_s: if beat == 0 { ends_s.0 } else { 0.0 },
        });
        let tells = |beat: usize| {
            let range = heartbeat.groups.range(beat);
            story.silence_before(range.start).is_some()
                || range.clone().any(|index| story.milestone_at(index).is_some())
                || story.leaders.list.iter().any(|leader| range.contains(&leader.first))
                || beat + 1 == shown_s.len()
        };
        let captions = pace::captions(&shown.collect::<Vec<_>>(), tells);
        Self { heartbeat, stops, captions, clock: Some(clock) }
    }

    /// Rejects too many beats for an animated SVG, and tells if commits share beats.
    pub(super) fn check_beats(&self, options: &Options<'_>, console: Console) -> Result<(), Error> {
        if self.clock.is_some() {
            return Ok(());
        }
        let groups = &self.heartbeat.groups;
        let beats = groups.count();
        if options.format == Format::Svg && !options.sheet && beats > MAX_ANIMATED {
            return Err(Error::failed(format!(
                "an animated SVG has at most {MAX_ANIMATED} beats; this one would have {beats}"
            ))
            .hint(format!(
                "add --still for a sheet of the whole history, or --max-frames {MAX_ANIMATED}, \
                 name a range, or write .gif"
            )));
        }
        if groups.size() > 1 && options.args.releases != Some(Releases::Only) {
            console.say(&format!(
                "{} commits: a beat stands for up to {} of them, and no beat reaches across a \
                 silence (--max-frames 0 gives each its own)",
                groups.range(beats - 1).end,
                groups.size()
            ));
        }
        Ok(())
    }

    /// Number of captions.
    pub(super) fn captions(&self) -> usize {
        self.captions.len()
    }

    /// The commits of a caption, by their indices.
    pub(super) fn commits(&self, caption: usize) -> Range<usize> {
        let groups = &self.heartbeat.groups;
        let begin = groups.range(self.captions[caption] as usize).start;
        let next = self.captions.get(caption + 1);
        let end = next.map_or(groups.range(groups.count() - 1).end, |next| {
            groups.range(*next as usize).start
        });
        begin..end
    }

    /// Returns true if a caption is about one beat, or time alone decides what it is about.
    pub(super) fn is_alone(&self, caption: usize) -> bool {
        let begin = self.captions[caption];
        let next = self.captions.get(caption + 1).copied();
        let end = next.unwrap_or(self.heartbeat.groups.count() as u32);
        self.clock.is_some() || end == begin + 1
    }

    /// The times from which captions are visible.
    pub(super) fn caption_starts_s(&self) -> Vec<f64> {
        self.captions.iter().map(|beat| self.heartbeat.shown_s[*beat as usize]).collect()
    }

    /// Where the cursor is at every beat, or at every frame in calendar time.
    pub(super) fn moments(
        &self,
        history: &History,
        story: &Story,
        activity: &Activity,
    ) -> Vec<Moment> {
        let Heartbeat { shown_s, groups, .. } = &self.heartbeat;
        let moment = |beat: usize| {
            let commits = self.heartbeat.commits(history, beat);
            let others = story.leaders.list.len();
            let place = |commit: &Commit| story.leaders.place(commit.author).unwrap_or(others);
            let places = commits.iter().map(place);
            let people = places.fold(0, |people, place| people | 1 << place);
            let date_s = history.commits[groups.range(beat).end - 1].ordered_s;
            Moment { from_s: shown_s[beat], part: activity.part(date_s), people }
        };
        let Some(clock) = &self.clock else { return (0..shown_s.len()).map(moment).collect() };
        let begin_s = shown_s.first().copied().unwrap_or(0.0);
        let frames = self.stops.iter().map(|stop| {
            let beat = shown_s.partition_point(|shown_s| *shown_s <= stop.t_s).saturating_sub(1);
            let date_s = clock.date_at((stop.t_s - begin_s) / STRIP_PER_S);
            Moment { from_s: stop.t_s, part: activity.part(date_s), ..moment(beat) }
        });
        frames.collect()
    }

    /// The silences that a moving beam crosses, with their words.
    pub(super) fn pauses(&self, story: &Story) -> Vec<Pause> {
        let Heartbeat { shown_s, groups, .. } = &self.heartbeat;
        let pauses = story.silences.iter().filter_map(|silence| {
            let beat = groups.of_commit(silence.end);
            let (begin_s, end_s) = (shown_s[beat.checked_sub(1)?], shown_s[beat]);
            let at = |part: f64| begin_s + part * (end_s - begin_s);
            Some(Pause { from_s: at(HUSH.0), to_s: at(HUSH.1), text: silent_for(*silence) })
        });
        pauses.collect()
    }
}
