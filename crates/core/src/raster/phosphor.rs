//! The fading of the light behind the beam, and the schedule on which the tail is repainted.

use crate::scene::theme::Decay;
use crate::scene::{Theme, Trace, Trail};

/// The length of the youngest part of the tail, which is repainted in every frame, in seconds.
const FRESH_S: f64 = 0.15;
/// The longest time between two repaints of any part, in seconds on display and as a part of a
/// sweep.
const LONGEST_WAIT_S: f64 = 0.4;
const LONGEST_WAIT: f64 = 0.125;
/// The error at which a pixel of the tail is repainted, in levels; an error of one is invisible.
pub(super) const SLACK: u8 = 2;

/// The brightness of an LCD, which does not fade.
pub(super) fn lcd_brightness() -> u16 {
    (255.0 * Decay::STEADY).round() as u16
}

/// The light (0–255) of an energy (0–255) at a brightness.
pub(super) fn light(energy: usize, brightness: usize) -> usize {
    ((energy * brightness + 127) / 255).min(255)
}

/// The rate at which frames are taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The seconds of the trace between two frames.
    pub frame_s: f64,
    /// The duration of a frame on display, in seconds.
    pub display_s: f64,
}

/// The fading of a trace.
pub(super) struct Fade {
    /// Brightness by whole pixels behind the beam; 255 is full energy, more than that a flare.
    pub brightness: Vec<u16>,
    trail: Trail,
    px_per_s: f64,
    width: usize,
    /// The logarithm to base 2 of the most frames between two repaints of any part.
    turns: u32,
}

impl Fade {
    /// The fading of `trace` at this pace.
    pub(super) fn new(trace: &Trace, theme: &Theme, pace: Pace) -> Self {
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

    /// The number of columns behind the beam that frame `index` repaints.
    ///
    /// Older light changes more slowly and is repainted less often: like the marks of a ruler, every
    /// second frame reaches twice as far as the first part, every fourth four times as far, until
    /// the whole tail is repainted.
    pub(super) fn repainted(&self, index: u32) -> usize {
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
