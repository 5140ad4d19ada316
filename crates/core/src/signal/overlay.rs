//! The overlays of episodes: oscillators, noise, and a lead that comes off.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use super::noise::Noise;
use crate::rhythm::Episode;
use crate::rhythm::glitch::{CROSS_FADE_S, Dropout, Oscillator, Overlay};

/// Time constants after which a settling lead has settled.
const SETTLED: f64 = 10.0;

/// Episodes, found by the second.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlays {
    /// In the order in which they were pushed.
    episodes: VecDeque<Episode>,
    /// The number of the first of `episodes`, counted from the beginning.
    first: usize,
    /// The numbers of the episodes that have an effect in each second.
    by_second: VecDeque<Vec<usize>>,
    /// The second that `by_second` begins with.
    first_second: usize,
}

impl Overlays {
    /// Adds an episode.
    pub(super) fn push(&mut self, episode: Episode) {
        let number = self.first + self.episodes.len();
        let from = (episode.start_s as usize).saturating_sub(self.first_second);
        let to = (effect_ends_s(&episode) as usize).saturating_sub(self.first_second);
        if self.by_second.len() <= to {
            self.by_second.resize(to + 1, Vec::new());
        }
        for second in self.by_second.range_mut(from..=to) {
            second.push(number);
        }
        self.episodes.push_back(episode);
    }

    /// Forgets what has no effect from `t_s` seconds on.
    pub(super) fn forget_before(&mut self, t_s: f64) {
        while self.first_second < t_s as usize && self.by_second.pop_front().is_some() {
            self.first_second += 1;
        }
        if self.by_second.is_empty() {
            self.first_second = self.first_second.max(t_s as usize);
        }
        while self.episodes.front().is_some_and(|episode| effect_ends_s(episode) < t_s) {
            self.episodes.pop_front();
            self.first += 1;
        }
    }

    /// The voltage of all overlays at `t` seconds, in millivolts; `None` while the lead is off.
    pub(super) fn at(&self, t: f64, noise: &Noise) -> Option<f64> {
        let second = (t as usize).checked_sub(self.first_second);
        let mut mv = 0.0;
        for number in second.and_then(|second| self.by_second.get(second)).into_iter().flatten() {
            let Some(episode) = number.checked_sub(self.first).and_then(|i| self.episodes.get(i))
            else {
                continue;
            };
            if t < episode.start_s {
                continue;
            }
            if let Some(dropout) = episode.kind.dropout {
                if t <= episode.end_s {
                    return None;
                }
                mv += settling(&dropout, t - episode.end_s);
            }
            if t <= episode.end_s {
                mv += overlay(&episode.kind.overlay, episode, t, noise);
            }
        }
        Some(mv)
    }
}

/// When the last effect of an episode is over, in seconds.
fn effect_ends_s(episode: &Episode) -> f64 {
    episode.end_s + episode.kind.dropout.map_or(0.0, |dropout| SETTLED * dropout.tau_s)
}

fn settling(dropout: &Dropout, since_s: f64) -> f64 {
    dropout.step_mv * libm::exp(-since_s / dropout.tau_s)
}

fn overlay(overlay: &Overlay, episode: &Episode, t: f64, noise: &Noise) -> f64 {
    let since = t - episode.start_s;
    let length = episode.end_s - episode.start_s;
    let ramp = CROSS_FADE_S.min(0.5 * length).max(1e-9);
    let edge = (since.min(length - since) / ramp).clamp(0.0, 1.0);
    let fade = edge * edge * (3.0 - 2.0 * edge);
    let mut mv = overlay.offset_mv;
    if overlay.mv > 0.0 {
        mv += overlay.mv
            * (overlay.level + oscillate(overlay.envelope, since))
            * oscillate(overlay.carriers, since);
    }
    if overlay.noise_mv > 0.0 {
        mv += overlay.noise_mv * noise.fine_at(t);
    }
    fade * mv
}

fn oscillate(oscillators: &[Oscillator], t: f64) -> f64 {
    oscillators
        .iter()
        .map(|osc| {
            let phase = TAU * osc.hz * t + osc.fm_rad * libm::sin(TAU * osc.fm_hz * t);
            osc.gain * libm::sin(phase)
        })
        .sum()
}
