//! How much of the energy is still to be seen, by the distance behind the beam, and which part
//! of the tail is repainted when.

use crate::scene::theme::Decay;
use crate::scene::{Theme, Trace, Trail};

/// The youngest part of the tail is repainted in every frame; it lasts so long, in seconds.
const FRESH_S: f64 = 0.15;
/// No part waits longer for its turn, in seconds on display, nor longer than this part of a sweep.
const LONGEST_WAIT_S: f64 = 0.4;
const LONGEST_WAIT: f64 = 0.125;
/// A pixel of the tail is repainted once it is off by so many levels; one is not seen.
pub const SLACK: u8 = 2;

/// The brightness of an LCD, which does not fade.
pub fn lcd_brightness() -> u16 {
    (255.0 * Decay::STEADY).round() as u16
}

/// The light 0–255 that an energy 0–255 gives at a brightness.
pub fn light(energy: usize, brightness: usize) -> usize {
    ((energy * brightness + 127) / 255).min(255)
}

/// How often frames are taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The seconds of the trace between two frames.
    pub frame_s: f64,
    /// How long a frame is on display, in seconds.
    pub display_s: f64,
}

/// The fading of a trace.
pub struct Fade {
    /// Brightness by whole pixels behind the beam; 255 gives all the energy there is, more
    /// than that makes it flare.
    pub brightness: Vec<u16>,
    trail: Trail,
    px_per_s: f64,
    width: usize,
    /// The largest power of two of frames that a part may wait.
    turns: u32,
}

impl Fade {
    /// The fading of `trace` at this pace.
    pub fn new(trace: &Trace, theme: &Theme, pace: Pace) -> Self {
        let width = trace.width as usize;
        let sweep = trace.sweep_s / pace.frame_s;
        let wait = (LONGEST_WAIT_S / pace.display_s.max(1e-6)).min(LONGEST_WAIT * sweep);
        let decay = &theme.decay;
        let brightness = (0..width)
            .map(|px| {
                let age_s = (px as f64 + 0.5) / trace.px_per_s();
                let part = (px as f64 + 0.5) / trace.width;
                match trace.trail {
                    Trail::Lcd => lcd_brightness(),
                    Trail::Phosphor => {
                        let light = decay.flash_at(age_s) + Decay::STEADY * decay.tail_at(part);
                        (255.0 * light).round() as u16
                    }
                }
            })
            .collect();
        Self {
            brightness,
            trail: trace.trail,
            px_per_s: trace.px_per_s(),
            width,
            turns: (wait as u32).max(1).ilog2(),
        }
    }

    /// How many columns behind the beam frame `index` repaints.
    ///
    /// Older light changes more slowly, so its turn comes less often: like the marks of a
    /// ruler, every second frame reaches twice as far as the one before, every fourth four
    /// times, until the whole tail has its turn.
    pub fn repainted(&self, index: u32) -> usize {
        if self.trail == Trail::Lcd {
            return 0;
        }
        let octave = index.trailing_zeros();
        if octave >= self.turns {
            return self.width;
        }
        let fresh = FRESH_S * self.px_per_s;
        ((fresh * f64::from(1_u32 << octave)).ceil() as usize).min(self.width)
    }
}
