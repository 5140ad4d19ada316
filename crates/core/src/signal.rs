//! A rhythm as a voltage: millivolts at any time, in closed form.
//!
//! The value at an instant is the sum of the Gaussians of the few beats near it, the overlays of
//! the episodes, a slow breath of the baseline and a trace of noise. Nothing is integrated, so any
//! sample rate, the picture and the exported samples agree, and a loop joins at its seam.
//!
//! Beats are compiled to Gaussians in order of time (`compile`) and evaluated apart from that
//! ([`Signal::at`], a pure function). On an open axis both go on for ever: segments are pushed at
//! the front and forgotten behind.

mod compile;
mod noise;
mod overlay;

use std::collections::VecDeque;
use std::f64::consts::TAU;

use crate::rhythm::endless::RhythmSegment;
use crate::rhythm::{Episode, Extent, Rhythm};
use compile::{Compiler, Complex, REACH_S};
use noise::Noise;
use overlay::Overlays;

pub use noise::LATTICE_HZ;

/// The breath of the baseline: amplitude in millivolts and frequency in hertz.
const BREATH_MV: f64 = 0.012;
const BREATH_HZ: f64 = 0.2;
/// The amplitude of the noise that is always there, in millivolts.
const NOISE_MV: f64 = 0.0015;

/// The time axis of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Axis {
    /// So many seconds whose end joins their beginning.
    Loop(f64),
    /// So many seconds with nothing beyond them.
    Line(f64),
    /// From 0 s on, without an end.
    Open,
}

impl Axis {
    /// Time returns to its beginning.
    pub(crate) fn is_loop(self) -> bool {
        matches!(self, Self::Loop(_))
    }
}

/// The voltage of a rhythm.
#[derive(Clone, Debug)]
pub struct Signal {
    axis: Axis,
    noise: Noise,
    compiler: Compiler,
    /// In order of time.
    complexes: VecDeque<Complex>,
    overlays: Overlays,
    /// Everything before this instant is known, in seconds.
    known_until_s: f64,
}

impl Signal {
    /// The signal of a whole rhythm. Look-ups take O(log beats).
    pub fn new(rhythm: &Rhythm) -> Self {
        let axis = match rhythm.extent {
            Extent::Loop => Axis::Loop(rhythm.duration_s),
            Extent::Line => Axis::Line(rhythm.duration_s),
        };
        let mut this = Self::silent(axis, rhythm.seed, rhythm.bpm);
        this.complexes = rhythm.beats.iter().map(|beat| this.compiler.beat(beat)).collect();
        for episode in &rhythm.episodes {
            this.add_episode(episode);
        }
        this.known_until_s = f64::INFINITY;
        this
    }

    /// A signal on an open axis on which nothing happens yet; waves scale from a rate of `bpm`.
    pub fn open(seed: u32, bpm: f64) -> Self {
        Self::silent(Axis::Open, seed, bpm)
    }

    fn silent(axis: Axis, seed: u32, bpm: f64) -> Self {
        Self {
            axis,
            noise: Noise::new(seed, axis),
            compiler: Compiler::new(bpm),
            complexes: VecDeque::new(),
            overlays: Overlays::default(),
            known_until_s: 0.0,
        }
    }

    /// Adds what happens next, after everything that was pushed before.
    pub fn push(&mut self, segment: &RhythmSegment) {
        for beat in &segment.beats {
            let complex = self.compiler.beat(beat);
            self.insert(complex);
        }
        if let Some(episode) = &segment.episode {
            self.add_episode(episode);
        }
        // The next beat reaches back.
        self.known_until_s = self.known_until_s.max(segment.until_s - REACH_S.0);
    }

    fn add_episode(&mut self, episode: &Episode) {
        if let Some(lone) = self.compiler.lone_waves(episode) {
            self.insert(lone);
        }
        self.overlays.push(episode.clone());
    }

    fn insert(&mut self, complex: Complex) {
        let at = self.complexes.partition_point(|other| other.t_s <= complex.t_s);
        self.complexes.insert(at, complex);
    }

    /// Pushes segments of `source` until everything before `t_s` seconds is known.
    pub fn extend(&mut self, source: &mut impl Iterator<Item = RhythmSegment>, t_s: f64) {
        while self.known_until_s < t_s {
            let Some(segment) = source.next() else { break };
            self.push(&segment);
        }
    }

    /// Forgets what has no effect from `t_s` seconds on. Values before that are no longer right.
    pub fn forget_before(&mut self, t_s: f64) {
        while self.complexes.front().is_some_and(|complex| complex.t_s < t_s - REACH_S.1) {
            self.complexes.pop_front();
        }
        self.overlays.forget_before(t_s);
    }

    /// The time axis.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// The length of the axis in seconds; infinite where it is open.
    pub fn duration_s(&self) -> f64 {
        match self.axis {
            Axis::Loop(duration_s) | Axis::Line(duration_s) => duration_s,
            Axis::Open => f64::INFINITY,
        }
    }

    /// The voltage in millivolts at `t_s` seconds. On a loop any time is valid; outside a line
    /// there is nothing but the baseline.
    pub fn at(&self, t_s: f64) -> f64 {
        let t = self.wrap(t_s);
        let waves = self.beats_at(t) + self.breath(t) + NOISE_MV * self.noise.at(t);
        let mut laid_over = 0.0;
        let again = match self.axis {
            Axis::Loop(duration_s) => Some(t + duration_s),
            Axis::Line(_) | Axis::Open => None,
        };
        for t in [Some(t), again].into_iter().flatten() {
            match self.overlays.at(t, &self.noise) {
                Some(mv) => laid_over += mv,
                None => return 0.0,
            }
        }
        waves + laid_over
    }

    /// The samples of the whole axis, which is not open, at `hz` samples a second: time in seconds
    /// and millivolts, `round(duration · hz)` of them.
    pub fn samples(&self, hz: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let count = (self.duration_s() * hz).round() as u64;
        (0..count).map(move |i| {
            let t = i as f64 / hz;
            (t, self.at(t))
        })
    }

    /// The lowest and the highest voltage of an axis that is not open, in millivolts.
    pub(crate) fn range_mv(&self) -> (f64, f64) {
        let peaks = self.complexes.iter().map(|complex| self.at(complex.t_s));
        self.samples(LATTICE_HZ / 2.0)
            .map(|(_, mv)| mv)
            .chain(peaks)
            .fold((0.0, 0.0), |(least, most), mv| (mv.min(least), mv.max(most)))
    }

    /// The lowest and the highest voltage at the centres of the waves of beats between two instants
    /// of an axis that is not a loop, in millivolts; 0 is always between them.
    pub(crate) fn peaks_mv(&self, from_s: f64, to_s: f64) -> (f64, f64) {
        let first = self.complexes.partition_point(|complex| complex.t_s < from_s);
        self.complexes
            .range(first..)
            .take_while(|complex| complex.t_s <= to_s)
            .flat_map(Complex::centres_s)
            .map(|t_s| self.at(t_s))
            .fold((0.0, 0.0), |(least, most), mv| (mv.min(least), mv.max(most)))
    }

    fn wrap(&self, t: f64) -> f64 {
        match self.axis {
            Axis::Loop(duration_s) => {
                let turns = (t / duration_s).floor();
                (t - turns * duration_s).clamp(0.0, duration_s)
            }
            Axis::Line(_) | Axis::Open => t,
        }
    }

    fn beats_at(&self, t: f64) -> f64 {
        let mut mv = self.near(t);
        if let Axis::Loop(duration_s) = self.axis {
            if t < REACH_S.1 {
                mv += self.near(t + duration_s);
            }
            if t > duration_s - REACH_S.0 {
                mv += self.near(t - duration_s);
            }
        }
        mv
    }

    fn near(&self, t: f64) -> f64 {
        let first = self.complexes.partition_point(|complex| complex.t_s < t - REACH_S.1);
        self.complexes
            .range(first..)
            .take_while(|complex| complex.t_s <= t + REACH_S.0)
            .flat_map(|complex| complex.at(t))
            .sum()
    }

    /// The breath counts from 0 s. On a loop the last one is left out if the seam would cut it.
    fn breath(&self, t: f64) -> f64 {
        let breaths = t * BREATH_HZ;
        let whole = match self.axis {
            Axis::Loop(duration_s) => (duration_s * BREATH_HZ + 1e-9).floor(),
            Axis::Line(_) | Axis::Open => f64::INFINITY,
        };
        if breaths < whole { BREATH_MV * libm::sin(TAU * breaths) } else { 0.0 }
    }
}
