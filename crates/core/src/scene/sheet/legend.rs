//! The legend: a sample and a name for everything that occurs in the rhythm, and for nothing else.

use super::super::text::{Face, TextMetrics};
use super::canvas::{Canvas, text};
use super::units::{PAD, PX_PER_S, STROKE, trace};
use crate::rhythm::mark::{self, Mark};
use crate::rhythm::{Beat, BeatKind, Episode, Extent, Glitch, Rhythm};
use crate::scene::{Colour, Strokes, Theme};
use crate::signal::Signal;

/// The font size of a name.
const SIZE: f64 = 12.0;
/// The height of a line of the legend, and that of its baseline.
const LINE: f64 = 66.0;
const BASELINE: f64 = 38.0;
/// The scale of the samples.
const SCALE: f64 = 0.8;
/// The distance from a sample to its name, and from there to the next sample.
const BESIDE: f64 = 4.0;
const GAP: f64 = 22.0;
/// The time before the beat of a sample and after it, in seconds.
const LEAD_S: f64 = 0.3;
const REST_S: f64 = 0.45;
/// The time between the two beats of a sample: before a night, and around a silence.
const NIGHT_S: f64 = 0.7;
const SILENCE_S: f64 = 1.6;
/// What the trace says in general.
const GENERAL: &str = "high: many lines changed   ·   far apart: much time between";

/// The kinds in a rhythm.
pub(super) struct Legend(Vec<Sample>);

struct Sample {
    name: String,
    rhythm: Rhythm,
}

impl Legend {
    pub(super) fn new(rhythm: &Rhythm) -> Self {
        let has = |mark: &&&'static Mark| {
            rhythm.beats.iter().any(|beat| beat.kind == BeatKind::Mark(mark))
        };
        let marks = mark::TABLE.iter().filter(has);
        let mut samples: Vec<Sample> = marks.map(|mark| of_mark(mark)).collect();
        if rhythm.beats.iter().any(|beat| beat.paced) {
            samples.push(of_tag());
        }
        for (name, words) in [
            ("sinus-pause", "pause: 30 days and more"),
            ("flatline", "flatline: 182 days and more"),
            (mark::NIGHT.name, "night: 23:00 to 6:00"),
        ] {
            let kind = rhythm.episodes.iter().map(|episode| episode.kind);
            if let Some(kind) = kind.into_iter().find(|kind| kind.name == name) {
                samples.push(of_episode(kind, words));
            }
        }
        Self(samples)
    }

    /// The places of the samples on a sheet of this width: the line and the left edge of each.
    fn places(&self, metrics: &dyn TextMetrics, width: f64) -> Vec<(usize, f64)> {
        let (mut line, mut x) = (0, PAD);
        let mut places = Vec::new();
        for sample in &self.0 {
            let end = x + sample.width(metrics);
            if end > width - PAD && x > PAD {
                (line, x) = (line + 1, PAD);
            }
            places.push((line, x));
            x += sample.width(metrics) + GAP;
        }
        places
    }

    /// The height of the legend on a sheet of this width.
    pub(super) fn height(&self, metrics: &dyn TextMetrics, width: f64) -> f64 {
        let lines = self.places(metrics, width).last().map_or(0, |(line, _)| line + 1);
        lines as f64 * LINE + 1.5 * SIZE
    }

    /// Draws the legend from `top` down.
    pub(super) fn draw(&self, canvas: &mut Canvas, theme: &Theme, top: f64, width: f64) {
        let mut lines = Vec::new();
        for (sample, (line, x)) in self.0.iter().zip(self.places(canvas.metrics, width)) {
            let y = top + line as f64 * LINE + BASELINE;
            let signal = Signal::new(&sample.rhythm);
            let trace = trace(signal, sample.rhythm.duration_s, SCALE, theme);
            let points = trace.span(0.0, sample.rhythm.duration_s);
            lines.push(points.into_iter().map(|(dx, dy)| (x + dx, y + dy)).collect());
            let place = (x + sample.length() + BESIDE, y + 0.35 * SIZE);
            canvas.text(text(&sample.name, Face::Regular, SIZE, Colour::Text, place));
        }
        let thick = STROKE * theme.stroke;
        canvas.lines(Strokes { colour: Colour::Trace, width: thick, lines, smooth: true });
        let y = top + self.height(canvas.metrics, width) - 0.4 * SIZE;
        canvas.text(text(GENERAL, Face::Regular, SIZE, Colour::Text, (PAD, y)));
    }
}

impl Sample {
    fn new(name: &str, beats: Vec<Beat>, duration_s: f64, episodes: Vec<Episode>) -> Self {
        let rhythm = Rhythm {
            duration_s,
            extent: Extent::Line,
            bpm: 60.0,
            seed: 0,
            state: None,
            beats,
            episodes,
        };
        Self { name: name.to_string(), rhythm }
    }

    /// The length of its trace.
    fn length(&self) -> f64 {
        self.rhythm.duration_s * PX_PER_S * SCALE
    }

    fn width(&self, metrics: &dyn TextMetrics) -> f64 {
        self.length() + BESIDE + metrics.width(Face::Regular, &self.name, SIZE)
    }
}

fn of_mark(mark: &'static Mark) -> Sample {
    let name = match mark.alarm {
        Some(_) => format!("{}: {}", mark.name, mark.meaning),
        None => mark.name.to_string(),
    };
    Sample::new(&name, vec![beat(mark, LEAD_S)], LEAD_S + REST_S, Vec::new())
}

fn of_tag() -> Sample {
    let tagged = Beat { paced: true, ..beat(&mark::COMMIT, LEAD_S) };
    Sample::new("tag", vec![tagged], LEAD_S + REST_S, Vec::new())
}

/// Two beats with the episode between them, or around them.
fn of_episode(kind: &'static Glitch, words: &str) -> Sample {
    let night = kind.name == mark::NIGHT.name;
    let (first_s, second_s) = (LEAD_S, LEAD_S + if night { NIGHT_S } else { SILENCE_S });
    let duration_s = second_s + REST_S;
    let beats = vec![beat(&mark::COMMIT, first_s), beat(&mark::COMMIT, second_s)];
    let (start_s, end_s) = if night {
        (0.5 * (first_s + second_s) - 0.1, duration_s)
    } else {
        (first_s + REST_S, second_s - LEAD_S)
    };
    Sample::new(words, beats, duration_s, vec![Episode { kind, start_s, end_s }])
}

fn beat(mark: &'static Mark, t_s: f64) -> Beat {
    Beat { t_s, kind: BeatKind::Mark(mark), code: mark.code, amplitude: 1.0, paced: false }
}
