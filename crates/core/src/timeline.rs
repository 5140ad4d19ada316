//! When frames are taken.
//!
//! Two times meet here: strip time, the rhythm's own, in which the beam runs; and display
//! time, in which a frame stays on the screen, counted in the ticks of a format. Rounding to
//! ticks carries its remainder on, so that the whole always lasts as long as it should.

/// One frame's instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// The instant in strip time, in seconds.
    pub t_s: f64,
    /// How long the frame stays, in ticks.
    pub delay: u32,
}

/// A row of instants.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    instants: Instants,
    /// The display time that passes, in seconds, as if the last frame were like the others.
    display_s: f64,
    /// How long the last frame stays at the least, in seconds.
    hold_s: f64,
    ticks_per_s: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Instants {
    /// So many at equal distances over a time, from its beginning.
    Even { strip_s: f64, frames: u32 },
    /// These.
    Listed(Vec<f64>),
}

impl Timeline {
    /// Frames at equal distances over `duration_s` seconds: the largest whole number of them
    /// that is no more than `fps` a second.
    pub fn uniform(duration_s: f64, fps: f64, ticks_per_s: u32) -> Self {
        let frames = (duration_s * fps + 1e-6).floor().max(1.0) as u32;
        let instants = Instants::Even { strip_s: duration_s, frames };
        Self { instants, display_s: duration_s, hold_s: 0.0, ticks_per_s }
    }

    /// A frame at each of `instants_s`, `fps` of them a second; the last stays `hold_s` seconds.
    pub fn listed(instants_s: Vec<f64>, fps: f64, hold_s: f64, ticks_per_s: u32) -> Self {
        let display_s = instants_s.len() as f64 / fps;
        Self { instants: Instants::Listed(instants_s), display_s, hold_s, ticks_per_s }
    }

    /// A single frame at `t_s`, shown for a second where a format asks how long.
    pub fn still(t_s: f64, ticks_per_s: u32) -> Self {
        Self::listed(vec![t_s], 1.0, 0.0, ticks_per_s)
    }

    /// How many frames there are.
    pub fn frames(&self) -> u32 {
        match &self.instants {
            Instants::Even { frames, .. } => *frames,
            Instants::Listed(instants) => instants.len() as u32,
        }
    }

    /// How long a frame stays, in seconds.
    pub fn frame_s(&self) -> f64 {
        self.display_s / f64::from(self.frames().max(1))
    }

    /// Whether each frame stands for something, so that none may be left out, even if it looks
    /// like the one before.
    pub fn counts(&self) -> bool {
        matches!(self.instants, Instants::Listed(_))
    }

    /// How many ticks make a second.
    pub fn ticks_per_s(&self) -> u32 {
        self.ticks_per_s
    }

    /// The instants in their order.
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
