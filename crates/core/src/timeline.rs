//! The instants at which frames are taken.
//!
//! There are two times: strip time, the rhythm's own, in which the beam moves; and display time, in
//! which a frame stays on the screen, counted in the ticks of a format. Rounding to ticks carries
//! its remainder to the next frame, so the total duration is exact.

/// The time of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// The instant in strip time, in seconds.
    pub t_s: f64,
    /// The duration on display, in ticks.
    pub delay: u32,
}

/// The times of all frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    instants: Instants,
    /// The duration on display, in seconds, without the hold of the last frame.
    display_s: f64,
    /// The minimum duration of the last frame, in seconds.
    hold_s: f64,
    ticks_per_s: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Instants {
    /// Equally spaced from the beginning.
    Even { strip_s: f64, frames: u32 },
    /// An explicit list.
    Listed(Vec<f64>),
}

impl Timeline {
    /// Equally spaced frames over `duration_s` seconds: as many as possible without exceeding `fps`
    /// per second.
    pub fn uniform(duration_s: f64, fps: f64, ticks_per_s: u32) -> Self {
        let frames = (duration_s * fps + 1e-6).floor().max(1.0) as u32;
        let instants = Instants::Even { strip_s: duration_s, frames };
        Self { instants, display_s: duration_s, hold_s: 0.0, ticks_per_s }
    }

    /// A frame at each of `instants_s`, shown at `fps` per second; the last is held for `hold_s`
    /// seconds.
    pub fn listed(instants_s: Vec<f64>, fps: f64, hold_s: f64, ticks_per_s: u32) -> Self {
        let display_s = instants_s.len() as f64 / fps;
        Self { instants: Instants::Listed(instants_s), display_s, hold_s, ticks_per_s }
    }

    /// A single frame at `t_s`, with a nominal duration of one second.
    pub fn still(t_s: f64, ticks_per_s: u32) -> Self {
        Self::listed(vec![t_s], 1.0, 0.0, ticks_per_s)
    }

    /// The number of frames.
    pub fn frames(&self) -> u32 {
        match &self.instants {
            Instants::Even { frames, .. } => *frames,
            Instants::Listed(instants) => instants.len() as u32,
        }
    }

    /// The mean duration of a frame on display, in seconds.
    pub fn frame_s(&self) -> f64 {
        self.display_s / f64::from(self.frames().max(1))
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
        let (total, hold) = (self.display_s * per_s, (self.hold_s * per_s).round() as u32);
        let at = move |i: u32| (f64::from(i) / f64::from(frames) * total).round() as u32;
        (0..frames).map(move |i| {
            let t_s = match &self.instants {
                Instants::Even { strip_s, .. } => f64::from(i) / f64::from(frames) * strip_s,
                Instants::Listed(instants) => instants[i as usize],
            };
            let delay = at(i + 1) - at(i);
            Tick { t_s, delay: if i + 1 == frames { delay.max(hold) } else { delay } }
        })
    }
}
