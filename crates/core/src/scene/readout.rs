//! The readout of a monitor: lead, speed and gain, heart rate and alarms. Texts neither overlap nor
//! leave the screen. Where there is no room, texts are left out; alarms are the last to go.

use super::alarm::{LINGERS_S, foremost, urgency};
use super::text::{Face, TextMetrics};
use super::theme::Colour;
use super::{Anchor, Caption, Size};
use crate::rhythm::{Alarm, Episode, Rhythm};

/// The smallest screen that has a readout: width and height in pixels.
const SMALLEST_SCREEN: (f64, f64) = (80.0, 40.0);
/// The minimum font size in pixels.
const SMALLEST_TEXT: f64 = 9.0;
/// The height of a capital letter in ems.
const CAPITAL: f64 = 0.73;
/// The largest fraction of the width (lead, scales) or height (rate) that a text may take.
const LEAD_MOST: f64 = 0.3;
const SCALES_MOST: f64 = 0.6;
const RATE_MOST: f64 = 0.45;

/// Lays out the texts over the trace of `rhythm` on a screen of this size. Font sizes are
/// multiplied by `scale`. `lead` is the name of the lead, `scales` the text for speed and gain.
pub(super) fn readout(
    rhythm: &Rhythm,
    size: Size,
    scale: f64,
    lead: &str,
    scales: String,
    metrics: &dyn TextMetrics,
) -> Vec<Caption> {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    if width < SMALLEST_SCREEN.0 || height < SMALLEST_SCREEN.1 {
        return Vec::new();
    }
    let layout = Layout { width, height, scale, pad: (13.0 * scale).max(4.0), metrics };
    let lead = layout.lead(lead);
    let rates = layout.rates(rhythm);
    let left = lead.width(metrics) + 2.0 * layout.pad;
    let right = rates.iter().map(|rate| rate.left(metrics)).fold(width, f64::min) - layout.pad;
    let (alarms, below) = layout.alarms(rhythm, left, right);
    let mut captions = vec![lead];
    captions.extend(layout.scales(scales).filter(|_| !below));
    captions.extend(layout.unit(rates[0].y));
    captions.extend(rates);
    captions.extend(alarms);
    captions
}

/// The screen the texts are placed on.
struct Layout<'a> {
    width: f64,
    height: f64,
    scale: f64,
    /// The distance from the edges and between texts, in pixels.
    pad: f64,
    metrics: &'a dyn TextMetrics,
}

impl Layout<'_> {
    /// A text at the upper left: its capital letters begin at the margins.
    fn text(&self, text: String, face: Face, size: f64, colour: Colour) -> Caption {
        let size = (size * self.scale).max(SMALLEST_TEXT);
        let (x, y) = (self.pad, self.pad + CAPITAL * size);
        Caption { x, y, ..Caption::always(text, face, size, colour) }
    }

    fn at_the_right(&self, caption: Caption) -> Caption {
        Caption { x: self.width - self.pad, anchor: Anchor::End, ..caption }
    }

    fn lead(&self, label: &str) -> Caption {
        let lead = self.text(label.to_string(), Face::Bold, 22.0, Colour::Text);
        lead.shortened(self.metrics, LEAD_MOST * self.width)
    }

    fn scales(&self, text: String) -> impl Iterator<Item = Caption> {
        let mut scales = self.text(text, Face::Regular, 12.0, Colour::Text);
        scales.y = self.height - self.pad;
        let fits = scales.width(self.metrics) <= SCALES_MOST * self.width
            && self.height >= 10.0 * SMALLEST_TEXT;
        fits.then_some(scales).into_iter()
    }

    /// The unit of the heart rate, placed below the baseline `above` if there is room.
    fn unit(&self, above: f64) -> Option<Caption> {
        let unit = self.text("♥ bpm".to_string(), Face::Regular, 13.0, Colour::Trace);
        let unit = Caption { y: above + 1.6 * unit.size, ..self.at_the_right(unit) };
        (unit.y < RATE_MOST * self.height).then_some(unit)
    }

    /// The heart rate, replaced by dashes during episodes in which it cannot be counted.
    fn rates(&self, rhythm: &Rhythm) -> Vec<Caption> {
        let rate = match (rhythm.beats.as_slice(), rhythm.episodes.as_slice()) {
            ([], []) => "0".to_string(),
            // No signal: a rate of 0 would be a measurement.
            ([], _) => "---".to_string(),
            _ => format!("{:.0}", rhythm.bpm),
        };
        let mut captions = Vec::new();
        let mut show = |text: &str, from_s: f64, to_s: f64| {
            if from_s < to_s {
                let number = self.text(text.to_string(), Face::Bold, 54.0, Colour::Trace);
                captions.push(Caption { from_s, to_s, ..self.at_the_right(number) });
            }
        };
        let mut counted_from = 0.0;
        for episode in rhythm.episodes.iter().filter(|episode| !episode.kind.countable) {
            show(&rate, counted_from, episode.start_s);
            show("---", episode.start_s.max(counted_from), episode.end_s);
            counted_from = episode.end_s.max(counted_from);
        }
        show(&rate, counted_from, f64::INFINITY);
        captions
    }

    /// The state of the rhythm, or else the alarms of its episodes one at a time. They are at the
    /// top between `left` and `right` if all of them fit there, otherwise at the bottom. Also
    /// returns true if they are at the bottom.
    fn alarms(&self, rhythm: &Rhythm, left: f64, right: f64) -> (Vec<Caption>, bool) {
        let said = match &rhythm.state {
            Some(state) => {
                vec![(state.alarm, state.word.to_uppercase(), 0.0, f64::INFINITY)]
            }
            None => most_urgent(&rhythm.episodes, rhythm.duration_s),
        };
        let mut captions: Vec<Caption> = said
            .into_iter()
            .map(|(alarm, words, from_s, to_s)| {
                let (colour, stars) = urgency(alarm);
                let text = format!("{stars} {words}").trim_start().to_string();
                let caption = self.text(text, Face::Bold, 17.0, colour);
                Caption { anchor: Anchor::Middle, from_s, to_s, ..caption }
            })
            .collect();
        let longest =
            captions.iter().map(|caption| caption.width(self.metrics)).fold(0.0, f64::max);
        let middle = 0.5 * self.width;
        let centred = middle - 0.5 * longest >= left && middle + 0.5 * longest <= right;
        let below = longest > right - left;
        for caption in &mut captions {
            caption.x = if centred || below { middle } else { 0.5 * (left + right) };
            if below {
                caption.y = self.height - self.pad;
                let room = self.width - 2.0 * self.pad;
                caption.text =
                    self.metrics.shorten(caption.face, &caption.text, caption.size, room);
            } else {
                // On the baseline of the lead.
                caption.y = self.pad + CAPITAL * (22.0 * self.scale).max(SMALLEST_TEXT);
            }
        }
        (captions, below)
    }
}

/// The alarms to show as (alarm, text, start, end), one at a time: the [`foremost`].
fn most_urgent(episodes: &[Episode], duration_s: f64) -> Vec<(Option<Alarm>, String, f64, f64)> {
    let until = |episode: &Episode| (episode.end_s + LINGERS_S).min(duration_s);
    let mut turns: Vec<f64> = episodes
        .iter()
        .flat_map(|episode| [episode.start_s, episode.end_s, until(episode)])
        .collect();
    turns.sort_by(f64::total_cmp);
    turns.dedup();
    let mut said: Vec<(&Episode, f64, f64)> = Vec::new();
    let mut waiting = episodes.iter().peekable();
    let mut present: Vec<&Episode> = Vec::new();
    for (&from_s, &to_s) in turns.iter().zip(turns.iter().skip(1)) {
        present.extend(std::iter::from_fn(|| waiting.next_if(|next| next.start_s <= from_s)));
        present.retain(|episode| until(episode) > from_s);
        let Some(first) = foremost(present.iter().copied(), from_s) else { continue };
        match said.last_mut() {
            Some((last, _, end_s)) if *end_s >= from_s && last.kind.name == first.kind.name => {
                *end_s = to_s;
            }
            _ => said.push((first, from_s, to_s)),
        }
    }
    said.into_iter()
        .map(|(episode, from_s, to_s)| {
            (Some(episode.kind.alarm), episode.kind.caption.to_string(), from_s, to_s)
        })
        .collect()
}
