//! The instants at which frames are taken.
//!
//! There are two times: strip time, the rhythm's own, in which the beam moves; and display time, in
//! which a frame stays on the screen, counted in the ticks of a format. Rounding to ticks carries
//! its remainder to the next frame, so the total duration is exact.

/// The most by which rounding may move an instant on display, in seconds.
const ROUNDING_S: f64 = 1e-9;

/// The time of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// The instant in strip time, in seconds.
    pub t_s: f64,
    /// The duration on display, in ticks.
    pub delay: u32,
}

/// A frame of a history: where the beam stops, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// The instant in strip time, in seconds.
    pub t_s: f64,
    /// The seconds on display in which the beam gets here from the stop before.
    pub travel_s: f64,
    /// The seconds on display in which it stays.
    pub hold_s: f64,
}

impl Stop {
    /// The duration of its frame on display, in seconds.
    pub fn shown_for_s(&self) -> f64 {
        self.travel_s + self.hold_s
    }
}

/// The times of all frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    instants: Instants,
    ticks_per_s: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Instants {
    /// Equally spaced over these seconds, in strip time and on display.
    Even { duration_s: f64, frames: u32 },
    /// The instant of each frame, and the end of its time on display, in seconds.
    Listed(Vec<(f64, f64)>),
}

impl Timeline {
    /// Equally spaced frames over `duration_s` seconds: as many as possible without exceeding `fps`
    /// per second.
    pub fn uniform(duration_s: f64, fps: f64, ticks_per_s: u32) -> Self {
        let frames = (duration_s * fps + 1e-6).floor().max(1.0) as u32;
        let instants = Instants::Even { duration_s, frames };
        Self { instants, ticks_per_s }
    }

    /// A frame at each stop, shown while the beam travels there and while it stays.
    pub fn stepping(stops: &[Stop], ticks_per_s: u32) -> Self {
        let mut end_s = 0.0;
        let frames = stops.iter().map(|stop| {
            end_s += stop.shown_for_s();
            (stop.t_s, end_s)
        });
        Self { instants: Instants::Listed(frames.collect()), ticks_per_s }
    }

    /// `fps` frames a second, in which the beam moves evenly from stop to stop and stays at each.
    pub fn moving(stops: &[Stop], fps: f64, ticks_per_s: u32) -> Self {
        let display_s: f64 = stops.iter().map(Stop::shown_for_s).sum();
        let count = (display_s * fps - 1e-6).ceil().max(1.0) as u32;
        let (mut frames, mut begin_s, mut from_s) = (Vec::with_capacity(count as usize), 0.0, 0.0);
        for stop in stops {
            let end_s = begin_s + stop.shown_for_s();
            while frames.len() < count as usize {
                let now_s = frames.len() as f64 / fps;
                if now_s + ROUNDING_S >= end_s {
                    break;
                }
                let arrived = now_s + ROUNDING_S >= begin_s + stop.travel_s;
                // Exactly there, because what a stop shows begins with it.
                let t_s = if arrived {
                    stop.t_s
                } else {
                    from_s + (now_s - begin_s).max(0.0) / stop.travel_s * (stop.t_s - from_s)
                };
                frames.push((t_s, (frames.len() + 1) as f64 / fps));
            }
            (begin_s, from_s) = (end_s, stop.t_s);
        }
        Self { instants: Instants::Listed(frames), ticks_per_s }
    }

    /// A single frame at `t_s`, with a nominal duration of one second.
    pub fn still(t_s: f64, ticks_per_s: u32) -> Self {
        Self::stepping(&[Stop { t_s, travel_s: 0.0, hold_s: 1.0 }], ticks_per_s)
    }

    /// The number of frames.
    pub fn frames(&self) -> u32 {
        match &self.instants {
            Instants::Even { frames, .. } => *frames,
            Instants::Listed(frames) => frames.len() as u32,
        }
    }

    /// The duration on display, in seconds.
    pub fn display_s(&self) -> f64 {
        match &self.instants {
            Instants::Even { duration_s, .. } => *duration_s,
            Instants::Listed(frames) => frames.last().map_or(0.0, |(_, end_s)| *end_s),
        }
    }

    /// The median duration of a frame on display, in seconds.
    pub fn frame_s(&self) -> f64 {
        match &self.instants {
            Instants::Even { duration_s, frames } => duration_s / f64::from((*frames).max(1)),
            Instants::Listed(frames) => {
                let mut begin_s = 0.0;
                let lengths =
                    frames.iter().map(|(_, end_s)| end_s - std::mem::replace(&mut begin_s, *end_s));
                let mut lengths: Vec<f64> = lengths.collect();
                lengths.sort_by(f64::total_cmp);
                lengths.get(lengths.len() / 2).copied().unwrap_or(1.0)
            }
        }
    }

    /// Each frame stands for something, so none may be merged with the one before even if they look
    /// the same.
    pub fn keeps_every_frame(&self) -> bool {
        matches!(self.instants, Instants::Listed(_))
    }

    /// Ticks per second.
    pub fn ticks_per_s(&self) -> u32 {
        self.ticks_per_s
    }

    /// The times of the frames in order.
    pub fn ticks(self) -> impl Iterator<Item = Tick> {
        let frames = self.frames();
        let per_s = f64::from(self.ticks_per_s);
        let mut begin = 0;
        (0..frames).map(move |i| {
            let (t_s, end) = match &self.instants {
                Instants::Even { duration_s, .. } => {
                    let part = |i: u32| f64::from(i) / f64::from(frames);
                    (part(i) * duration_s, part(i + 1) * (duration_s * per_s))
                }
                Instants::Listed(list) => {
                    let (t_s, end_s) = list[i as usize];
                    (t_s, end_s * per_s)
                }
            };
            let end = end.round() as u32;
            Tick { t_s, delay: end - std::mem::replace(&mut begin, end) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: [Stop; 3] = [
        Stop { t_s: 1.0, travel_s: 0.1, hold_s: 0.0 },
        Stop { t_s: 2.0, travel_s: 0.2, hold_s: 0.3 },
        Stop { t_s: 4.0, travel_s: 0.4, hold_s: 1.0 },
    ];

    #[test]
    fn a_stepping_film_has_a_frame_for_every_stop() {
        let ticks: Vec<Tick> = Timeline::stepping(&FILM, 100).ticks().collect();
        let shown: Vec<(f64, u32)> = ticks.iter().map(|tick| (tick.t_s, tick.delay)).collect();
        assert_eq!(shown, [(1.0, 10), (2.0, 50), (4.0, 140)]);
    }

    #[test]
    fn a_moving_film_lasts_as_long_and_stays_at_every_stop() {
        let moving = Timeline::moving(&FILM, 10.0, 100);
        assert_eq!(moving.frames(), 20);
        let ticks: Vec<Tick> = moving.ticks().collect();
        assert!(ticks.iter().all(|tick| tick.delay == 10));
        assert!(ticks.is_sorted_by(|a, b| a.t_s <= b.t_s));
        let at = |i: usize| (ticks[i].t_s * 1000.0).round() as u32;
        assert_eq!([at(0), at(1), at(2), at(3), at(5)], [0, 1000, 1500, 2000, 2000]);
        assert_eq!([at(6), at(8), at(10), at(19)], [2000, 3000, 4000, 4000]);
    }

    #[test]
    fn a_moving_film_arrives_at_each_stop_and_never_just_before_it() {
        // Tenths and thirtieths of seconds are no binary fractions.
        let stop = |i: u32| Stop { t_s: f64::from(i) / 3.0, travel_s: 0.1, hold_s: 0.0 };
        let stops: Vec<Stop> = (1..=500).map(stop).collect();
        for (fps, each) in [(10.0, 1), (30.0, 3), (60.0, 6)] {
            let moving = Timeline::moving(&stops, fps, 100);
            assert_eq!(moving.frames(), 500 * each);
            let instants: Vec<f64> = moving.ticks().map(|tick| tick.t_s).collect();
            let arrivals = instants.iter().step_by(each as usize).skip(1);
            let late = arrivals.zip(&stops).map(|(instant, stop)| instant - stop.t_s);
            assert!(late.into_iter().all(|late_s| (0.0..1e-6).contains(&late_s)), "{fps}");
            assert!(instants.is_sorted());
        }
    }

    #[test]
    fn rounding_to_ticks_keeps_the_length() {
        let stops = [Stop { t_s: 0.0, travel_s: 1.0 / 30.0, hold_s: 0.0 }; 30];
        let delays: Vec<u32> = Timeline::stepping(&stops, 100).ticks().map(|t| t.delay).collect();
        assert_eq!(delays.iter().sum::<u32>(), 100);
        assert!(delays.iter().all(|delay| (3..=4).contains(delay)));
    }
}
