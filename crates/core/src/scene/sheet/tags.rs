//! What stands at the beats of a row: the names of tags above them, the lengths of silences
//! between them.
//!
//! The name of a tag is a flag to the right of its pole, which stands on the beat. Where tags are
//! close, their flags hang at several heights, the later ones lower. A tag without room for its
//! flag keeps its pole.

use super::super::text::Face;
use super::super::{Anchor, Colour, Strokes};
use super::canvas::{Canvas, text};
use super::content::Content;
use super::rows::{Placed, Span};
use super::units::{LEFT, PAD, PX_PER_MV, PX_PER_S};
use crate::rhythm::mark;

/// The font sizes of a tag and of a silence.
const SIZE: f64 = 11.0;
const SMALL: f64 = 10.0;
/// The height of a flag, and how many may hang above each other.
const FLAG: f64 = 14.0;
const HEIGHTS: usize = 2;
/// The longest flag, and the distance between two.
const LONGEST: f64 = 130.0;
const GAP: f64 = 6.0;
/// The distance from a pole to its flag, and from its foot to the beat.
const BESIDE: f64 = 3.0;
const FOOT: f64 = 3.0;
/// The distance of a silence's name from the baseline.
const OVER: f64 = 9.0;

/// The tags of a row.
pub(super) struct Tags {
    flags: Vec<Flag>,
    heights: usize,
}

struct Flag {
    x: f64,
    /// The height of the beat above the baseline.
    peak: f64,
    /// The name, and the height at which it hangs; `None` if there is no room for it.
    name: Option<(String, usize)>,
}

impl Tags {
    /// Finds a place for the tags in a part of the strip.
    pub(super) fn place(content: &Content, span: &Span, width: f64) -> Self {
        let metrics = content.metrics;
        // Where the next flag at each height must end. A pole passes the heights below its flag.
        let mut free = [width - PAD; HEIGHTS];
        let (mut flags, mut heights) = (Vec::new(), 0);
        for i in span.beats.clone().rev() {
            let beat = &content.rhythm.beats[i];
            if !beat.paced {
                continue;
            }
            let x = LEFT + (beat.t_s + mark::SPIKE.mu_s - span.begin_s) * PX_PER_S;
            let name = metrics.shorten(Face::Bold, &content.notes.tag(i), SIZE, LONGEST);
            let end = x + BESIDE + metrics.width(Face::Bold, &name, SIZE) + GAP;
            let height = (0..HEIGHTS).find(|height| end <= free[*height]);
            if let Some(height) = height {
                free[..=height].fill(x);
                heights = heights.max(height + 1);
            }
            let peak = content.extents.most_mv(i) * PX_PER_MV;
            flags.push(Flag { x, peak, name: height.map(|height| (name, height)) });
        }
        // A pole without a flag needs room too.
        let heights = if flags.is_empty() { 0 } else { heights.max(1) };
        Self { flags, heights }
    }

    /// The height of all flags of the row.
    pub(super) fn height(&self) -> f64 {
        self.heights as f64 * FLAG
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, row: &Placed) {
        let mut poles = Vec::new();
        for flag in &self.flags {
            let foot = row.baseline - flag.peak - FOOT;
            let Some((name, height)) = &flag.name else {
                poles.push(vec![(flag.x, foot - 0.5 * FLAG), (flag.x, foot)]);
                continue;
            };
            let top = row.top + (self.heights - 1 - height) as f64 * FLAG + 3.0;
            poles.push(vec![(flag.x, top), (flag.x, foot.max(top))]);
            let place = (flag.x + BESIDE, top + 0.8 * SIZE);
            canvas.text(text(name, Face::Bold, SIZE, Colour::Technical, place));
        }
        canvas.lines(Strokes { colour: Colour::Technical, width: 1.0, lines: poles, smooth: true });
    }
}

/// Names the silences in a row.
pub(super) fn silences(content: &Content, canvas: &mut Canvas, row: &Placed) {
    let episodes = &content.rhythm.episodes;
    let first = episodes.partition_point(|episode| episode.start_s < row.span.begin_s - 0.1);
    for episode in &episodes[first..] {
        if episode.start_s >= row.span.end_s {
            break;
        }
        let middle_s = 0.5 * (episode.start_s + episode.end_s);
        if episode.kind.name == mark::NIGHT.name || middle_s >= row.span.end_s {
            continue;
        }
        let beats = &content.rhythm.beats;
        let next = beats.partition_point(|beat| beat.t_s < middle_s);
        let x = LEFT + (middle_s - row.span.begin_s) * PX_PER_S;
        let name = content.notes.silence(next);
        let mut caption = text(name, Face::Regular, SMALL, Colour::Text, (x, row.baseline - OVER));
        caption.anchor = Anchor::Middle;
        canvas.text(caption);
    }
}
