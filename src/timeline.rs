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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeline {
    begin_s: f64,
    /// The strip time that passes.
    strip_s: f64,
    /// The display time that passes.
    display_s: f64,
    frames: u32,
    ticks_per_s: u32,
}

impl Timeline {
    /// Frames at equal distances over `duration_s` seconds: the largest whole number of them
    /// that is no more than `fps` a second.
    pub fn uniform(duration_s: f64, fps: f64, ticks_per_s: u32) -> Self {
        let frames = (duration_s * fps + 1e-6).floor().max(1.0) as u32;
        Self { begin_s: 0.0, strip_s: duration_s, display_s: duration_s, frames, ticks_per_s }
    }

    /// A single frame at `t_s`, shown for a second where a format asks how long.
    pub fn still(t_s: f64, ticks_per_s: u32) -> Self {
        Self { begin_s: t_s, strip_s: 0.0, display_s: 1.0, frames: 1, ticks_per_s }
    }

    /// How many frames there are.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// How many ticks make a second.
    pub fn ticks_per_s(&self) -> u32 {
        self.ticks_per_s
    }

    /// The instants in their order.
    pub fn ticks(self) -> impl Iterator<Item = Tick> + Clone {
        let frames = f64::from(self.frames);
        let total = self.display_s * f64::from(self.ticks_per_s);
        let at = move |i: u32| (f64::from(i) / frames * total).round() as u32;
        (0..self.frames).map(move |i| Tick {
            t_s: self.begin_s + f64::from(i) / frames * self.strip_s,
            delay: at(i + 1) - at(i),
        })
    }
}
