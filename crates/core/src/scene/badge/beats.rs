//! The lines in the window of a badge: a beat for each of the latest runs, or the symbol of a state.
//!
//! A run that passed is a beat, a flaky one a double beat that is higher and reaches deeper, a failed
//! one a flat stretch, a stopped one a gap, and a running one the beam. The longer a run took, the
//! higher is its beat, between [`LEAST_HEIGHT`] and [`MOST_HEIGHT`].

use crate::rhythm::{BeatKind, Rhythm};
use crate::scene::Strokes;
use crate::scene::theme::Colour;
use crate::scene::trace::Trace;
use crate::verdict::{RecentRun, Verdict};

/// The height of the beats of an instant and of the longest run, and of a run whose time is not
/// known, as parts of a double beat's height.
const LEAST_HEIGHT: f64 = 0.55;
const MOST_HEIGHT: f64 = 0.85;
const UNTIMED_HEIGHT: f64 = 0.7;
/// The least width of a beat with P and T waves, in units.
const WAVES_FROM: f64 = 7.0;
/// A beat with its waves: x as a part of its width, y as a part of its height.
const WAVES: &[(f64, f64)] = &[
    (0.08, 0.0),
    (0.17, 0.12),
    (0.26, 0.0),
    (0.33, 0.0),
    (0.36, -0.1),
    (0.41, 1.0),
    (0.47, -0.2),
    (0.51, 0.0),
    (0.6, 0.02),
    (0.71, 0.24),
    (0.82, 0.02),
    (1.0, 0.0),
];
/// The same for a double beat.
const DOUBLE_WAVES: &[(f64, f64)] = &[
    (0.14, 0.0),
    (0.17, -0.1),
    (0.23, 1.0),
    (0.3, -0.17),
    (0.36, 0.0),
    (0.48, 0.05),
    (0.54, 0.75),
    (0.61, -0.2),
    (0.68, 0.0),
    (0.78, 0.16),
    (0.88, 0.0),
    (1.0, 0.0),
];
/// No beat.
const FLAT: &[(f64, f64)] = &[(1.0, 0.0)];
/// The ends of a narrow beat's line and of those of a double beat: up as a part of its height, down
/// in units.
const SPIKE: (f64, f64) = (1.0, 1.0);
const DOUBLE_SPIKES: [(f64, f64); 2] = [(1.0, 1.0), (0.6, 3.0)];
/// The least width of a double beat whose two lines both rise, in units. In a narrower one the second
/// only falls, so that a gap remains before the next beat.
const DOUBLE_RISES_FROM: f64 = 3.0;
const NARROW_DOUBLE: [(f64, f64); 2] = [(1.0, 1.0), (0.0, 3.0)];
/// The side of the running run's beam in units.
const BEAM: f64 = 2.0;
/// The length of a dash of a failed state, and of the gap after it, in units.
const DASH: f64 = 4.6;
/// How many times finer than another trace a symbol is sampled. Its peaks are so narrow that they would
/// lose height otherwise.
const FINER: f64 = 4.0;
/// Where a double beat of a symbol begins and ends, in RR intervals before its first and after its
/// second peak.
const DOUBLE_REACH_RR: (f64, f64) = (0.3, 0.6);

/// The place of a run in the window: its left edge and its width, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub x: f64,
    pub width: f64,
}

/// The vertical scale of the beats, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// The baseline.
    pub base: f64,
    /// The height of a double beat.
    pub height: f64,
    /// The unit of small sizes: a pixel of a badge 20 pixels high.
    pub unit: f64,
    /// The width of the line.
    pub stroke: f64,
}

/// A beat for each of `runs`, in `cells`.
pub(super) fn of_runs(runs: &[RecentRun], cells: &[Cell], scale: Scale) -> Vec<Strokes> {
    let longest_s = runs.iter().filter_map(seconds).fold(0.0, f64::max);
    let mut lines = Lines::new(scale.stroke);
    // Runs of one verdict have one shape, though cells of whole pixels differ by one.
    let narrowest = |verdict| {
        let widths = runs.iter().zip(cells).filter(|(run, _)| run.verdict == verdict);
        widths.map(|(_, cell)| cell.width).fold(f64::INFINITY, f64::min)
    };
    let (beat_width, double_width) = (narrowest(Verdict::Passed), narrowest(Verdict::Flaky));
    for (run, cell) in runs.iter().zip(cells) {
        match run.verdict {
            Verdict::Passed => {
                let height = match seconds(run) {
                    Some(took_s) if longest_s > 0.0 => {
                        LEAST_HEIGHT + (MOST_HEIGHT - LEAST_HEIGHT) * took_s / longest_s
                    }
                    _ => UNTIMED_HEIGHT,
                };
                let beat = if beat_width < WAVES_FROM * scale.unit {
                    spikes(&[SPIKE], *cell, scale, height)
                } else {
                    scale.points(*cell, height, WAVES)
                };
                lines.add(Colour::Trace, beat);
            }
            Verdict::Flaky => {
                let beat = if double_width < DOUBLE_RISES_FROM * scale.unit {
                    spikes(&NARROW_DOUBLE, *cell, scale, 1.0)
                } else if double_width < WAVES_FROM * scale.unit {
                    spikes(&DOUBLE_SPIKES, *cell, scale, 1.0)
                } else {
                    scale.points(*cell, 1.0, DOUBLE_WAVES)
                };
                lines.add(Colour::Medium, beat);
            }
            Verdict::Failed => lines.add(Colour::High, scale.points(*cell, 1.0, FLAT)),
            Verdict::Stopped | Verdict::Unknown | Verdict::Running => {}
        }
    }
    let mut strokes = lines.strokes;
    let running = runs.iter().zip(cells).filter(|(run, _)| run.verdict == Verdict::Running);
    let beams = running.map(|(_, cell)| beam(*cell, scale)).collect::<Vec<_>>();
    if !beams.is_empty() {
        let width = BEAM * scale.unit;
        strokes.push(Strokes { colour: Colour::Beam, width, lines: beams, smooth: true });
    }
    strokes
}

fn seconds(run: &RecentRun) -> Option<f64> {
    run.duration_s.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

impl Scale {
    /// The points of a beat, from the left end of its baseline on.
    fn points(&self, cell: Cell, height: f64, shape: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let place =
            |(x, y): &(f64, f64)| (cell.x + x * cell.width, self.base - y * height * self.height);
        [(0.0, 0.0)].iter().chain(shape).map(place).collect()
    }
}

/// A narrow beat: upright lines in the middle of neighbouring columns of pixels.
fn spikes(ends: &[(f64, f64)], cell: Cell, scale: Scale, height: f64) -> Vec<(f64, f64)> {
    let column = scale.unit.min(0.5 * cell.width);
    let mut line = vec![(cell.x, scale.base)];
    for (n, (up, down)) in ends.iter().enumerate() {
        let x = cell.x + (n as f64 + 0.5) * column;
        let (top, bottom) =
            (scale.base - up * height * scale.height, scale.base + down * scale.unit);
        line.extend([(x, scale.base), (x, top), (x, bottom), (x, scale.base)]);
    }
    line.push((cell.x + cell.width, scale.base));
    line
}

/// A square that stands on the lower edge of the baseline, at the left end of a cell.
fn beam(cell: Cell, scale: Scale) -> Vec<(f64, f64)> {
    let (x, bottom) = (cell.x + 0.5 * BEAM * scale.unit, scale.base + 0.5 * scale.unit);
    vec![(x, bottom - BEAM * scale.unit), (x, bottom)]
}

/// Lines by colour. Where a line begins at the end of the last one, it continues it.
struct Lines {
    width: f64,
    strokes: Vec<Strokes>,
}

impl Lines {
    /// No lines yet; all will have this width.
    fn new(width: f64) -> Self {
        Self { width, strokes: Vec::new() }
    }

    fn add(&mut self, colour: Colour, points: Vec<(f64, f64)>) {
        let at = self.strokes.iter().position(|strokes| strokes.colour == colour);
        let at = at.unwrap_or_else(|| {
            let strokes = Strokes { colour, width: self.width, lines: Vec::new(), smooth: true };
            self.strokes.push(strokes);
            self.strokes.len() - 1
        });
        let lines = &mut self.strokes[at].lines;
        match lines.last_mut() {
            Some(last) if last.last() == points.first() => last.extend(&points[1..]),
            _ => lines.push(points),
        }
    }
}

/// The symbol of a state: `trace`, the signal of `rhythm`, from `left` on. Double beats have the colour
/// of a medium alarm, the rest has `colour`. A failed state is dashed.
pub(super) fn of_symbol(
    trace: &Trace,
    rhythm: &Rhythm,
    left: f64,
    colour: Colour,
    dashed: bool,
) -> Vec<Strokes> {
    let wider = Trace { width: FINER * trace.width, ..trace.clone() };
    let points: Vec<(f64, f64)> =
        wider.sweep(0, 0.0).into_iter().map(|(x, y)| (left + x / FINER, y)).collect();
    let mut lines = Lines::new(trace.stroke);
    if dashed {
        let dash = DASH * trace.px_per_mm;
        let y = trace.baseline;
        let mut x = left;
        while x < left + trace.width - 0.5 * dash {
            lines.add(colour, vec![(x, y), ((x + dash).min(left + trace.width), y)]);
            x += 2.0 * dash;
        }
        return lines.strokes;
    }
    let doubles = doubles(rhythm, left, trace.px_per_s());
    let colour_at = |x: f64| {
        let odd = doubles.iter().any(|(from, to)| (*from..*to).contains(&x));
        if odd { Colour::Medium } else { colour }
    };
    for pair in points.windows(2) {
        lines.add(colour_at(0.5 * (pair[0].0 + pair[1].0)), pair.to_vec());
    }
    lines.strokes
}

/// Start and end of each double beat, in pixels.
fn doubles(rhythm: &Rhythm, left: f64, px_per_s: f64) -> Vec<(f64, f64)> {
    let rr_s = 60.0 / rhythm.bpm;
    let (before, after) = DOUBLE_REACH_RR;
    let pairs = rhythm.beats.windows(2).filter(|pair| pair[1].kind != BeatKind::Normal);
    pairs
        .map(|pair| (pair[0].t_s - before * rr_s, pair[1].t_s + after * rr_s))
        .map(|(from_s, to_s)| (left + from_s * px_per_s, left + to_s * px_per_s))
        .collect()
}
