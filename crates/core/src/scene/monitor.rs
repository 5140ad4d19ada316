//! The patient monitor: a trace on a millimetre grid, with its readout.

use super::readout::readout;
use super::text::TextMetrics;
use super::theme::{Colour, Theme};
use super::trace::{Motion, Trace, Trail};
use super::{AltText, Scene, Size, Strokes};
use crate::rhythm::{Glitch, Rhythm};
use crate::signal::Signal;

/// Pixels per millimetre at a height of [`DESIGN_HEIGHT`].
const DESIGN_PX_PER_MM: f64 = 4.0;
/// The picture height for which sizes are stated, in pixels.
const DESIGN_HEIGHT: f64 = 300.0;
/// The picture width below which sizes shrink, at a height of [`DESIGN_HEIGHT`], in pixels.
const DESIGN_WIDTH: f64 = 480.0;
/// The gains that are tried when none is given, in mm/mV, largest first.
pub(crate) const GAINS: [f64; 5] = [40.0, 30.0, 20.0, 10.0, 5.0];
/// The fraction of the height that the trace may fill.
const FILL: f64 = 0.8;
/// The range of a normal beat in millivolts, from its S to its R.
const NORMAL_MV: (f64, f64) = (-0.2, 1.1);
/// The least width of an endless monitor in millimetres: four seconds fit on the narrowest screen.
const ENDLESS_WIDTH_MM: f64 = 100.0;
/// The smallest distance of grid lines that are drawn, in pixels.
const FINEST_GRID_PX: f64 = 3.0;

/// The screen of a monitor, laid out by [`monitor`].
#[derive(Clone, Debug)]
pub struct Monitor {
    /// Grid, trace and readout.
    pub scene: Scene,
}

/// The settings of a monitor.
#[derive(Clone, Debug)]
pub struct MonitorSettings {
    /// The size of the picture.
    pub size: Size,
    /// The colours and the decay.
    pub theme: Theme,
    /// True to leave out the ground.
    pub transparent: bool,
    /// The speed of the beam in mm/s.
    pub speed_mm_s: f64,
    /// The gain in mm/mV; `None` selects the largest of `GAINS` at which the trace fits.
    pub gain_mm_mv: Option<f64>,
    /// The way the picture moves.
    pub motion: Motion,
    /// The trail of the beam.
    pub trail: Trail,
    /// The name of the lead, shown at the upper left.
    pub lead: String,
    /// True to draw the grid.
    pub grid: bool,
    /// True to draw the readout and the calibration pulse.
    pub readout: bool,
}

impl Default for MonitorSettings {
    fn default() -> Self {
        Self {
            size: Size { width: 800, height: 300 },
            theme: Theme::default(),
            transparent: false,
            speed_mm_s: 25.0,
            gain_mm_mv: None,
            motion: Motion::Sweep,
            trail: Trail::Phosphor,
            lead: "II".to_string(),
            grid: true,
            readout: true,
        }
    }
}

/// The time in which the beam crosses a screen of this size, in seconds. [`monitor`] adjusts it so
/// that a whole number of sweeps fits the loop.
pub fn nominal_sweep_s(size: Size, speed_mm_s: f64) -> f64 {
    f64::from(size.width) / (speed_mm_s * nominal_px_per_mm(size))
}

/// Pixels per millimetre on a screen of this size, before the adjustment to a whole number of
/// sweeps.
pub(super) fn nominal_px_per_mm(size: Size) -> f64 {
    DESIGN_PX_PER_MM * f64::from(size.height) / DESIGN_HEIGHT
}

/// Lays out the monitor that shows `rhythm`.
pub fn monitor(rhythm: &Rhythm, settings: &MonitorSettings, metrics: &dyn TextMetrics) -> Monitor {
    let (mut scene, gain) = screen_of(rhythm, settings);
    let speed = settings.speed_mm_s;
    if settings.readout {
        let scales = format!("{speed} mm/s   {gain} mm/mV");
        let scale = scale(settings.size);
        scene.captions = readout(rhythm, settings.size, scale, &settings.lead, scales, metrics);
    }
    let description = format!(
        "Lead {}, {:.0} beats per minute, {speed} mm/s, {gain} mm/mV. Art, not a medical device.",
        settings.lead, rhythm.bpm
    );
    scene.alt = AltText::Titled { title: rhythm.describe(), description };
    Monitor { scene }
}

/// The same without captions and text alternative, for a caller that shows its own.
pub fn wordless(rhythm: &Rhythm, settings: &MonitorSettings) -> Monitor {
    Monitor { scene: screen_of(rhythm, settings).0 }
}

fn screen_of(rhythm: &Rhythm, settings: &MonitorSettings) -> (Scene, f64) {
    let signal = Signal::new(rhythm);
    let wanted = rhythm.duration_s / nominal_sweep_s(settings.size, settings.speed_mm_s);
    let sweeps = wanted.round().max(2.0);
    let axis = TimeAxis { sweeps: sweeps as u32, sweep_s: rhythm.duration_s / sweeps };
    let range_mv = signal.range_mv();
    screen(signal, axis, range_mv, settings)
}

/// Lays out a monitor without captions for a signal on an open axis, whose glitches come from `pool`.
pub fn endless(
    signal: Signal,
    pool: impl IntoIterator<Item = &'static Glitch>,
    settings: &MonitorSettings,
) -> Monitor {
    let width = f64::from(settings.size.width);
    let px_per_mm = nominal_px_per_mm(settings.size).min(width / ENDLESS_WIDTH_MM);
    let sweep_s = width / (settings.speed_mm_s * px_per_mm);
    let axis = TimeAxis { sweeps: 1, sweep_s };
    let ranges = pool.into_iter().map(|glitch| glitch.range_mv);
    let range_mv = ranges.fold(NORMAL_MV, |all, one| (all.0.min(one.0), all.1.max(one.1)));
    Monitor { scene: screen(signal, axis, range_mv, settings).0 }
}

/// The division of a signal into sweeps.
#[derive(Clone, Copy)]
struct TimeAxis {
    sweeps: u32,
    sweep_s: f64,
}

/// The factor for sizes that are stated for [`DESIGN_HEIGHT`] and [`DESIGN_WIDTH`].
fn scale(size: Size) -> f64 {
    (f64::from(size.height) / DESIGN_HEIGHT).min(f64::from(size.width) / DESIGN_WIDTH)
}

/// Lays out the trace and the marks for voltages of `range_mv`. Also returns the gain in mm/mV.
fn screen(
    signal: Signal,
    axis: TimeAxis,
    (least, most): (f64, f64),
    settings: &MonitorSettings,
) -> (Scene, f64) {
    let (width, height) = (f64::from(settings.size.width), f64::from(settings.size.height));
    let TimeAxis { sweeps, sweep_s } = axis;
    let px_per_mm = width / (sweep_s * settings.speed_mm_s);
    // Always leave room for a normal beat, and thereby for the calibration pulse.
    let (least, most) = (least.min(NORMAL_MV.0), most.max(NORMAL_MV.1));
    let fits = |gain: &&f64| (most - least) * **gain * px_per_mm <= FILL * height;
    let smallest = GAINS[GAINS.len() - 1];
    let gain =
        settings.gain_mm_mv.unwrap_or_else(|| GAINS.iter().find(fits).copied().unwrap_or(smallest));
    let px_per_mv = gain * px_per_mm;
    let baseline = (0.5 * height + 0.5 * (most + least) * px_per_mv).round();

    let scale = scale(settings.size);
    let trace = Trace {
        signal,
        width,
        sweeps,
        sweep_s,
        px_per_mm,
        px_per_mv,
        baseline,
        stroke: (settings.theme.stroke * scale).clamp(1.2, 12.0),
        motion: settings.motion,
        trail: settings.trail,
    };

    let mut marks = Vec::new();
    if settings.grid {
        marks = grid(width, height, px_per_mm, baseline);
    }
    if settings.readout {
        marks.push(calibration_pulse(&trace, scale));
    }
    let scene = Scene {
        size: settings.size,
        theme: settings.theme.clone(),
        transparent: settings.transparent,
        alt: AltText::Labelled { label: "ECG".to_string(), title: String::new() },
        marks,
        trace,
        captions: Vec::new(),
    };
    (scene, gain)
}

/// The grid: minor lines every millimetre and major lines every 5 mm, counted from the left edge
/// and from the baseline, each centred on a row or column of pixels.
pub(super) fn grid(width: f64, height: f64, px_per_mm: f64, baseline: f64) -> Vec<Strokes> {
    let lines = |every_mm: f64, skip: Option<i64>| {
        let step = every_mm * px_per_mm;
        let wanted = |n: &i64| skip.is_none_or(|skip| n % skip != 0);
        let snap = |at: f64| at.floor() + 0.5;
        let columns = (1..=(width / step) as i64)
            .filter(wanted)
            .map(|n| snap(n as f64 * step))
            .filter(|x| *x < width)
            .map(|x| vec![(x, 0.0), (x, height)]);
        let first = -(baseline / step).floor() as i64;
        let last = ((height - baseline) / step).floor() as i64;
        let rows = (first..=last)
            .filter(wanted)
            .map(|n| snap(baseline + n as f64 * step))
            .filter(|y| *y < height)
            .map(|y| vec![(0.0, y), (width, y)]);
        columns.chain(rows).collect()
    };
    let mut marks = Vec::new();
    if px_per_mm >= FINEST_GRID_PX {
        marks.push(Strokes {
            colour: Colour::Grid,
            width: 1.0,
            lines: lines(1.0, Some(5)),
            smooth: false,
        });
    }
    if 5.0 * px_per_mm >= FINEST_GRID_PX {
        marks.push(Strokes {
            colour: Colour::GridMajor,
            width: 1.0,
            lines: lines(5.0, None),
            smooth: false,
        });
    }
    marks
}

/// The calibration pulse: 1 mV high and 5 mm long, at the left end of the baseline.
fn calibration_pulse(trace: &Trace, scale: f64) -> Strokes {
    let (mm, top) = (trace.px_per_mm, trace.baseline - trace.px_per_mv);
    let (left, base) = (1.5 * mm, trace.baseline);
    let line = vec![
        (left - mm, base),
        (left, base),
        (left, top),
        (left + 5.0 * mm, top),
        (left + 5.0 * mm, base),
        (left + 6.0 * mm, base),
    ];
    Strokes { colour: Colour::Text, width: scale.max(1.0), lines: vec![line], smooth: false }
}
